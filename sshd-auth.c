/* SPDX-License-Identifier: ISC
 *
 * Who the client of pydirector-sshd is. Nothing is decided here: the balancer
 * has the users. It is asked over the command channel (channel.h) whether a
 * password is right, and for a user's keys; whether the client has the other
 * half of one is for libssh to verify. Waiting for the balancer is all that
 * this process has to do, so it waits in place, within the grace time. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/compat.h"
#include "clock.h"
#include "sshd.h"

#define TRIES_MAX	6	/* passwords and signatures */
#define OFFERS_MAX	32	/* keys that might be the user's */
#define ANSWER_MAX	(256 * 1024)	/* bytes of text */
#define WORD_MAX	(3 * SSHD_NAME + 1)
#define LINE_MAX_LEN	(3 * WORD_MAX + 32)

/* The command channel. */

/* Waits until the descriptor is ready: 0, or -1: not in time. */
static int
link_wait(struct sshd *d, short events)
{
	struct pollfd pfd;
	int64_t left;
	int n;

	pfd.fd = d->link;
	pfd.events = events;
	for (;;) {
		left = d->deadline - clock_ms();
		if (left <= 0)
			return -1;
		n = poll(&pfd, 1, (int)left);
		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return -1;
	}
}

static int
link_write(struct sshd *d, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if (link_wait(d, POLLOUT) == -1)
			return -1;
		n = write(d->link, text, len);
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int
link_read(struct sshd *d, char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if (link_wait(d, POLLIN) == -1)
			return -1;
		n = read(d->link, text, len);
		if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN))
			return -1;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* `CODE LENGTH` and a newline: 0 and both, or -1. */
static int
link_head(struct sshd *d, int *code, size_t *len)
{
	char head[32], *end;
	size_t n = 0;
	long a, b;

	for (;;) {
		if (n == sizeof(head) || link_read(d, head + n, 1) == -1)
			return -1;
		if (head[n++] == '\n')
			break;
	}
	head[n - 1] = '\0';
	a = strtol(head, &end, 10);
	if (*end != ' ')
		return -1;
	b = strtol(end + 1, &end, 10);
	if (*end != '\0' || b < 0 || b > ANSWER_MAX)
		return -1;
	*code = (int)a;
	*len = (size_t)b;
	return 0;
}

/* Asks, and returns the code of the answer; its text, NUL behind it, to be
 * freed, in *text when text is not NULL. -1: no answer; the session is
 * over. */
static int
link_ask(struct sshd *d, const char *line, char **text)
{
	char *got = NULL;
	size_t len;
	int code;

	if (link_write(d, line, strlen(line)) == -1 ||
	    link_head(d, &code, &len) == -1 ||
	    (got = malloc(len + 1)) == NULL || link_read(d, got, len) == -1) {
		free(got);
		sshd_over(d, clock_ms() >= d->deadline ? SSHD_SLOW :
		    SSHD_GONE);
		return -1;
	}
	got[len] = '\0';
	if (text != NULL)
		*text = got;
	else
		free(got);
	return code;
}

/* A blank and the word, percent-encoded, behind what is in line. */
static void
link_word(char line[LINE_MAX_LEN], const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~";
	size_t n = strlen(line);

	line[n++] = ' ';
	for (; *word != '\0' && n + 5 < LINE_MAX_LEN; word++) {
		if (strchr(plain, *word) != NULL)
			line[n++] = *word;
		else
			n += (size_t)snprintf(line + n, 4, "%%%02X",
			    (unsigned)(unsigned char)*word);
	}
	line[n] = '\0';
}

/* Login. */

/* May this be heard? Every one costs a try until it has succeeded. */
static int
auth_try(struct sshd *d, const char *user)
{
	if (d->user || d->over || *user == '\0' || strlen(user) > SSHD_NAME)
		return 0;
	d->tries++;
	return d->tries <= TRIES_MAX;
}

/* What libssh is told. */
static int
auth_verdict(struct sshd *d, int code)
{
	if (code == 200) {
		d->user = 1;
		/* Now a program has to be asked for, as quickly. */
		d->deadline = clock_ms() + d->grace;
		d->last = clock_ms();
		return SSH_AUTH_SUCCESS;
	}
	if (d->tries >= TRIES_MAX)
		sshd_over(d, SSHD_TRIES);
	return SSH_AUTH_DENIED;
}

static int
auth_password(ssh_session s, const char *user, const char *password, void *arg)
{
	struct sshd *d = arg;
	char line[LINE_MAX_LEN] = "login password";
	int code = 0;

	(void)s;
	if (!auth_try(d, user))
		return auth_verdict(d, 0);
	if (strlen(password) <= SSHD_PASSWORD) {
		link_word(line, user);
		link_word(line, password);
		strcat(line, "\n");
		code = link_ask(d, line, NULL);
		explicit_bzero(line, sizeof(line));
	}
	return auth_verdict(d, code);
}

/* The client asks what he may do. */
static int
auth_none(ssh_session s, const char *user, void *arg)
{
	(void)s;
	(void)user;
	(void)arg;
	return SSH_AUTH_DENIED;
}

void
auth_forget_keys(struct sshd *d)
{
	while (d->nkeys > 0)
		ssh_key_free(d->keys[--d->nkeys]);
	d->keys_of[0] = '\0';
}

/* Gets the user's keys, unless they are there. */
static void
auth_keys(struct sshd *d, const char *user)
{
	char line[LINE_MAX_LEN] = "keys", *text = NULL;

	if (strcmp(d->keys_of, user) == 0)
		return;
	auth_forget_keys(d);
	link_word(line, user);
	strcat(line, "\n");
	if (link_ask(d, line, &text) == 200) {
		d->nkeys = key_list(text, d->keys, SSHD_KEYS);
		snprintf(d->keys_of, sizeof(d->keys_of), "%s", user);
	}
	free(text);
}

static int
auth_key_allowed(struct sshd *d, const char *user, ssh_key key)
{
	size_t i;

	auth_keys(d, user);
	for (i = 0; i < d->nkeys; i++)
		if (ssh_key_cmp(d->keys[i], key, SSH_KEY_CMP_PUBLIC) == 0)
			return 1;
	return 0;
}

/* Whether the client may sign with the key. */
static int
auth_offer(struct sshd *d, const char *user, ssh_key key)
{
	/* Each may cost the balancer a look into a file, also a good one. */
	if (++d->offers > OFFERS_MAX)
		sshd_over(d, SSHD_TRIES);
	if (!d->user && !d->over && *user != '\0' &&
	    strlen(user) <= SSHD_NAME && auth_key_allowed(d, user, key))
		return SSH_AUTH_SUCCESS;
	return SSH_AUTH_DENIED;
}

static int
auth_pubkey(ssh_session s, const char *user, struct ssh_key_struct *key,
    char state, void *arg)
{
	struct sshd *d = arg;
	char line[LINE_MAX_LEN] = "login key", *print;
	int code = 0;

	(void)s;
	if (state == SSH_PUBLICKEY_STATE_NONE)
		return auth_offer(d, user, key);
	if (!auth_try(d, user))
		return auth_verdict(d, 0);
	/* VALID: the signature has been verified. */
	if (state == SSH_PUBLICKEY_STATE_VALID &&
	    auth_key_allowed(d, user, key)) {
		link_word(line, user);
		if ((print = key_fingerprint(key)) != NULL)
			link_word(line, print);
		ssh_string_free_char(print);
		strcat(line, "\n");
		code = link_ask(d, line, NULL);
	}
	return auth_verdict(d, code);
}

/* Kerberos: libssh would look for a keytab, advertised or not. */
static ssh_string
auth_gssapi(ssh_session s, const char *user, int n, ssh_string *oids, void *arg)
{
	(void)s;
	(void)user;
	(void)n;
	(void)oids;
	(void)arg;
	return NULL;
}

/* One channel, for somebody who is logged in. */
static ssh_channel
auth_channel(ssh_session s, void *arg)
{
	struct sshd *d = arg;

	if (!d->user || d->channel != NULL || d->over)
		return NULL;
	d->channel = ssh_channel_new(s);
	if (d->channel != NULL)
		shell_setup(d);
	return d->channel;
}

void
auth_setup(struct sshd *d)
{
	struct ssh_server_callbacks_struct *cb = &d->server_cb;

	cb->userdata = d;
	cb->auth_password_function = auth_password;
	cb->auth_none_function = auth_none;
	cb->auth_pubkey_function = auth_pubkey;
	cb->gssapi_select_oid_function = auth_gssapi;
	cb->channel_open_request_session_function = auth_channel;
	ssh_callbacks_init(cb);
	ssh_set_server_callbacks(d->session, cb);
	ssh_set_auth_methods(d->session, SSH_AUTH_METHOD_PASSWORD |
	    SSH_AUTH_METHOD_PUBLICKEY);
}
