/* SPDX-License-Identifier: ISC
 *
 * pydirector-helper: answers questions that may block, one after another,
 * over the stream socket that is its standard input (helper.h has the
 * frames). It is started by pydirector, keeps nothing between questions and
 * exits when the socket is closed: addresses of names (`lookup`), or whether a
 * password is right (`crypt`). A question that takes longer than ANSWER_TIME
 * ends it: whoever asked has given up long before. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "compat/compat.h"
#include "addr.h"
#include "helper.h"

#define ANSWER_TIME	60	/* seconds */
#define MOST_FILES	1024	/* descriptors that a careless parent left */

/* Reads exactly n bytes: 0, or -1: the end, or an error. */
static int
read_all(void *data, size_t n)
{
	char *p = data;
	ssize_t got;

	while (n > 0) {
		got = read(STDIN_FILENO, p, n);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

static int
write_all(const void *data, size_t n)
{
	const char *p = data;
	ssize_t put;

	while (n > 0) {
		put = write(STDIN_FILENO, p, n);
		if (put == -1 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int
answer(uint32_t id, const void *payload, size_t len)
{
	struct helper_head head;

	head.len = (uint32_t)len;
	head.id = id;
	if (write_all(&head, sizeof(head)) == -1)
		return -1;
	return write_all(payload, len);
}

/* The question is a name; the answer a struct helper_found. */
static int
answer_lookup(uint32_t id, const char *question, size_t len)
{
	struct helper_found found;
	struct hostport hp;
	const char *why = "the name is too long";
	int n = -1;

	memset(&found, 0, sizeof(found));
	memset(&hp, 0, sizeof(hp));
	if (len < sizeof(hp.node)) {
		memcpy(hp.node, question, len);
		n = addr_lookup(&hp, 0, found.addrs, HELPER_ADDRS, &why);
	}
	if (n == -1) {
		memset(found.addrs, 0, sizeof(found.addrs));
		snprintf(found.why, sizeof(found.why), "%s", why);
		n = 0;
	}
	found.n = (uint32_t)n;
	return answer(id, &found, sizeof(found));
}

/* 1 when the texts are equal; how long it takes tells nothing about where they
 * are not. */
static int
same_text(const char *a, const char *b)
{
	size_t i, n = strlen(a);
	unsigned char differ = 0;

	if (strlen(b) != n)
		return 0;
	for (i = 0; i < n; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

/* The question is a hash, a NUL and a password; the answer one byte. */
static int
answer_crypt(uint32_t id, const char *question, size_t len)
{
	const char *hash = question, *end = memchr(question, '\0', len), *made;
	char password[HELPER_PASSWORD_MAX + 1], right = 0;
	size_t n;

	if (end == NULL)
		return -1;
	n = len - (size_t)(end + 1 - question);
	if (n > HELPER_PASSWORD_MAX)
		return -1;
	memcpy(password, end + 1, n);
	password[n] = '\0';
	made = crypt(password, hash);
	/* Where a hash cannot be, there is NULL, or a text with a star. */
	if (made != NULL && made[0] != '*' && made[0] != '\0')
		right = (char)same_text(made, hash);
	explicit_bzero(password, sizeof(password));
	return answer(id, &right, 1);
}

static const struct {
	const char	*mode;
	int		(*answer)(uint32_t id, const char *question, size_t);
} modes[] = {
	{ "lookup",	answer_lookup },
	{ "crypt",	answer_crypt }
};

static int
serve(int (*one)(uint32_t, const char *, size_t))
{
	struct helper_head head;
	char question[HELPER_PAYLOAD];

	while (read_all(&head, sizeof(head)) == 0) {
		if (head.len > sizeof(question) ||
		    read_all(question, head.len) == -1)
			return 1;
		alarm(ANSWER_TIME);
		if (one(head.id, question, head.len) == -1)
			return 1;
		explicit_bzero(question, sizeof(question));
		alarm(0);
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	struct stat st;
	size_t i;
	int fd;

	if (argc != 2 || fstat(STDIN_FILENO, &st) == -1 ||
	    !S_ISSOCK(st.st_mode)) {
		fprintf(stderr, "pydirector-helper: "
		    "it is started by pydirector, not by hand\n");
		return 2;
	}
	for (fd = STDERR_FILENO + 1; fd < MOST_FILES; fd++)
		close(fd);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].mode) == 0)
			return serve(modes[i].answer);
	fprintf(stderr, "pydirector-helper: %s: no such mode\n", argv[1]);
	return 2;
}
