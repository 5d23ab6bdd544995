/* SPDX-License-Identifier: ISC
 *
 * Who sits behind a channel: the lines that it takes until that is known. A
 * name that nobody has is answered as a wrong password is, and gets as many
 * keys as a user who has none. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "channel-login.h"

#define LOGIN_WORDS	4
#define KEYS_MAX	(64 * 1024)	/* bytes of a file of keys */
#define PATH_SIZE	4096		/* of its path, as configured */
#define HOW_MAX		256		/* bytes of a method, and fingerprint */

/* A login that has been refused. */
static void
login_refused(struct channel *c, const char *name, const char *how)
{
	c->failures++;
	c->last = c->failures >= CHANNEL_FAILURES;
	if (c->event != NULL)
		c->event(c->arg, CHANNEL_REFUSED, name, how);
	channel_say(c, OUTCOME_FORBIDDEN, "refused");
}

static void
login_accepted(struct channel *c, const char *name, enum right right,
    const char *how)
{
	c->user = strdup(name);
	if (c->user == NULL) {
		channel_say(c, OUTCOME_FAILED, "out of memory");
		return;
	}
	if (c->event != NULL)
		c->event(c->arg, CHANNEL_LOGIN, c->user, how);
	channel_say(c, OUTCOME_OK, right == RIGHT_WRITE ? "full" : "readonly");
}

static void
login_verified(void *arg, enum right right, int busy)
{
	struct channel *c = arg;
	char *name = c->tried;

	c->auth = NULL;
	c->tried = NULL;
	if (busy)
		channel_say(c, OUTCOME_FAILED, "too much is asked at once");
	else if (right == RIGHT_NONE)
		login_refused(c, name, "password");
	else
		login_accepted(c, name, right, "password");
	free(name);
}

static void
login_password(struct channel *c, const char *name, const char *password)
{
	struct pydirector *d = c->console->director;

	c->tried = strdup(name);
	if (c->tried == NULL) {
		channel_say(c, OUTCOME_FAILED, "out of memory");
		return;
	}
	c->state = CHANNEL_VERIFY;
	loop_timer_del(&d->loop, &c->timer);
	c->auth = auth_check(d, name, password, &c->peer, login_verified, c);
}

/* Keys. */

/* 1: nobody but root and we ourselves can have written it. */
static int
keys_trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & 022) == 0 &&
	    (st->st_uid == 0 || st->st_uid == geteuid()) &&
	    st->st_size <= KEYS_MAX;
}

/* Appends a file, whose size was looked at: 0, or -1. */
static int
keys_read(int fd, struct buf *out)
{
	char text[4096];
	size_t start = out->len;
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		if (buf_add(out, text, (size_t)n) == -1 ||
		    out->len - start > KEYS_MAX)
			return -1;
	if (n == 0 && out->len > start && out->data[out->len - 1] != '\n')
		(void)buf_add(out, "\n", 1);
	return n == -1 ? -1 : 0;
}

/* Appends the keys of a file; one that is not as it should be has none. */
static void
keys_file(struct pydirector *d, const char *path, struct buf *out)
{
	size_t start = out->len;
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1) {
		if (errno != ENOENT)
			log_warning(d->log, "ssh: keys %s: not read: %s",
			    path, strerror(errno));
		return;
	}
	if (fstat(fd, &st) == -1 || !keys_trusted(&st))
		log_warning(d->log, "ssh: keys %s: not used: expected a file "
		    "of at most 64 KiB that is root's or ours, and that "
		    "nobody else can write", path);
	else if (keys_read(fd, out) == -1) {
		out->len = start;
		log_warning(d->log, "ssh: keys %s: not read", path);
	}
	(void)close(fd);
}

/* The path, which may have %u for the user in it, to be freed. NULL: it is none
 * for that user, or no memory. */
static char *
keys_path(const struct pydirector *d, const char *keys, const char *user)
{
	char *path = NULL;
	struct buf b;

	if (strstr(keys, "%u") != NULL &&
	    (*user == '.' || *user == '\0' || strchr(user, '/') != NULL))
		return NULL;
	buf_init(&b, PATH_SIZE - 1);
	for (; *keys != '\0'; keys++) {
		if (strncmp(keys, "%u", 2) == 0) {
			(void)buf_add(&b, user, strlen(user));
			keys++;
		} else
			(void)buf_add(&b, keys, 1);
	}
	if (!b.failed && b.len > 0)
		path = path_beside(d->config_path, b.data);
	buf_done(&b);
	return path;
}

/* Appends all that a user (NULL: nobody) may sign with. */
static void
keys_all(struct pydirector *d, const struct user *u, struct buf *out)
{
	const char *files[2];
	char *path;
	int i;

	files[0] = u == NULL ? NULL : u->keys;
	files[1] = u == NULL ? NULL : d->model->ssh.keys;
	for (i = 0; i < 2; i++) {
		path = files[i] == NULL ? NULL :
		    keys_path(d, files[i], u->name);
		if (path != NULL)
			keys_file(d, path, out);
		free(path);
	}
}

static void
login_keys(struct channel *c, const char *name)
{
	struct pydirector *d = c->console->director;
	struct buf out;

	buf_init(&out, 2 * KEYS_MAX + 2);
	keys_all(d, user_find(d->model, name), &out);
	channel_answer(c, OUTCOME_OK, &out);
}

/* The signature has been verified by the asker, who is believed for a user who
 * has keys, and for no other. */
static void
login_key(struct channel *c, const char *name, const char *fingerprint)
{
	struct pydirector *d = c->console->director;
	const struct user *u = user_find(d->model, name);
	char how[HOW_MAX];
	struct buf keys;

	(void)snprintf(how, sizeof(how), "key%s%s",
	    *fingerprint == '\0' ? "" : " ", fingerprint);
	buf_init(&keys, 2 * KEYS_MAX + 2);
	keys_all(d, u, &keys);
	if (u == NULL || keys.len == 0)
		login_refused(c, name, how);
	else
		login_accepted(c, name, u->full ? RIGHT_WRITE : RIGHT_READ,
		    how);
	buf_done(&keys);
}

/* Lines. */

/* Cuts the text at single blanks and decodes the words. Returns their number,
 * or -1. */
static int
login_split(char *text, char *words[LOGIN_WORDS])
{
	int n = 0;

	while (text != NULL) {
		if (n == LOGIN_WORDS)
			return -1;
		words[n++] = text;
		text = strchr(text, ' ');
		if (text != NULL)
			*text++ = '\0';
		if (command_decode(words[n - 1]) == -1)
			return -1;
	}
	return n;
}

void
channel_login(struct channel *c, char *text)
{
	char *words[LOGIN_WORDS] = { NULL, NULL, NULL, NULL };
	int n = login_split(text, words);

	if (n == 2 && strcmp(words[0], "keys") == 0)
		login_keys(c, words[1]);
	else if (n == 4 && strcmp(words[0], "login") == 0 &&
	    strcmp(words[1], "password") == 0)
		login_password(c, words[2], words[3]);
	else if (n >= 3 && strcmp(words[0], "login") == 0 &&
	    strcmp(words[1], "key") == 0)
		login_key(c, words[2], n == 4 ? words[3] : "");
	else
		login_refused(c, "-", "-");
}
