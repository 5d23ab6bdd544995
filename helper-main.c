/* SPDX-License-Identifier: ISC
 *
 * pydirector-helper: answers questions that may block, one after another,
 * over the stream socket that is its standard input (helper.h has the
 * frames). It is started by pydirector, keeps nothing between questions and
 * exits when the socket is closed: addresses of names (`lookup`), or whether a
 * password is right (`crypt`). A question that takes longer than ANSWER_TIME
 * ends it: whoever asked has given up long before.
 *
 * `syslog FACILITY` answers nothing: it hands lines on to syslog(3), each with
 * a digit for its level before it, in the name of who started it. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "compat/compat.h"
#include "compat/harden.h"
#include "log.h"
#include "addr.h"
#include "helper.h"
#include "sink.h"

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

/* Syslog. */

static const struct {
	const char	*word;
	int		 number;
} facilities[] = {
	{ "auth", LOG_AUTH }, { "cron", LOG_CRON }, { "daemon", LOG_DAEMON },
	{ "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },
	{ "lpr", LOG_LPR }, { "mail", LOG_MAIL }, { "news", LOG_NEWS },
	{ "syslog", LOG_SYSLOG }, { "user", LOG_USER }, { "uucp", LOG_UUCP },
	/* Two that not every system has; the nearest one there. */
#ifdef LOG_AUTHPRIV
	{ "authpriv", LOG_AUTHPRIV },
#else
	{ "authpriv", LOG_AUTH },
#endif
#ifdef LOG_FTP
	{ "ftp", LOG_FTP }
#else
	{ "ftp", LOG_DAEMON }
#endif
};

static int
syslog_priority(char digit)
{
	switch ((enum log_level)(digit - '0')) {
	case LOG_LEVEL_ERR:
		return LOG_ERR;
	case LOG_LEVEL_WARNING:
		return LOG_WARNING;
	case LOG_LEVEL_NOTICE:
		return LOG_NOTICE;
	case LOG_LEVEL_INFO:
		return LOG_INFO;
	case LOG_LEVEL_DEBUG:
		return LOG_DEBUG;
	}
	return LOG_NOTICE;
}

/* Hands on the whole lines of text; returns how many bytes they were. */
static size_t
syslog_lines(const char *text, size_t len)
{
	const char *line = text, *end;

	while ((end = memchr(line, '\n', len - (size_t)(line - text))) !=
	    NULL) {
		alarm(ANSWER_TIME);
		if (end > line)
			syslog(syslog_priority(line[0]), "%.*s",
			    (int)(end - line - 1), line + 1);
		alarm(0);
		line = end + 1;
	}
	return (size_t)(line - text);
}

static int
syslog_serve(void)
{
	char text[SINK_LINE_MAX + 2];
	size_t len = 0, used;
	ssize_t got;

	while ((got = read(STDIN_FILENO, text + len,
	    sizeof(text) - len)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return 1;
		len += (size_t)got;
		used = syslog_lines(text, len);
		if (used == 0 && len == sizeof(text))
			return 1;
		len -= used;
		memmove(text, text + used, len);
	}
	return 0;
}

/* Standard output and error can be a terminal that somebody wants to leave. */
static int
syslog_start(const char *word)
{
	char name[64];
	size_t i;
	int null;

	for (i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++)
		if (strcmp(word, facilities[i].word) == 0)
			break;
	if (i == sizeof(facilities) / sizeof(facilities[0]))
		return 2;
	null = open("/dev/null", O_RDWR);
	if (null != -1) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	signal(SIGPIPE, SIG_IGN);
	snprintf(name, sizeof(name), "pydirector[%ld]", (long)getppid());
	openlog(name, LOG_NDELAY, facilities[i].number);
	return syslog_serve();
}

/* Questions. */

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

	if (argc < 2 || argc > 3 || fstat(STDIN_FILENO, &st) == -1 ||
	    !S_ISSOCK(st.st_mode)) {
		fprintf(stderr, "pydirector-helper: "
		    "it is started by pydirector, not by hand\n");
		return 2;
	}
	for (fd = STDERR_FILENO + 1; fd < MOST_FILES; fd++)
		close(fd);
	harden_child();
	if (argc == 3 && strcmp(argv[1], "syslog") == 0)
		return syslog_start(argv[2]);
	for (i = 0; argc == 2 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].mode) == 0)
			return serve(modes[i].answer);
	fprintf(stderr, "pydirector-helper: %s: no such mode\n", argv[1]);
	return 2;
}
