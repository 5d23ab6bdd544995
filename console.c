/* SPDX-License-Identifier: ISC
 *
 * The command socket: a door for whoever owns this machine, and the list of
 * all channels. The socket's mode keeps others out, and where the system tells
 * whose process has come, only root and our own user may stay. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console.h"

#define CHANNELS_MAX	64		/* of the socket, at the same time */
#define USER_MAX	32		/* bytes of a user's name */

struct console *
console_get(struct pydirector *d)
{
	struct console *k = d->console;

	if (k != NULL)
		return k;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	k->director = d;
	d->console = k;
	return k;
}

/* Sends somebody away with a word that he may not be here for. */
static void
console_refuse(int fd, int code, const char *what)
{
	char text[128];
	size_t done;

	(void)snprintf(text, sizeof(text), "%d %zu\n%s\n", code,
	    strlen(what) + 1, what);
	(void)net_write(fd, text, strlen(text), &done);
	net_close(fd);
}

/* Who has come, without a look into a directory of users, which may take its
 * time. 0, or -1: not one who may. */
static int
console_user(struct pydirector *d, int fd, char user[USER_MAX])
{
	uid_t uid;

	if (net_peer_user(fd, &uid) == -1) {
		/* ENOSYS: nobody can tell here, so the mode of the socket has
		 * to do. */
		(void)snprintf(user, USER_MAX, "local");
		if (errno == ENOSYS)
			return 0;
		log_warning(d->log, "console: refused: %s", strerror(errno));
		return -1;
	}
	if (uid == 0)
		(void)snprintf(user, USER_MAX, "root");
	else
		(void)snprintf(user, USER_MAX, "uid-%lu", (unsigned long)uid);
	if (uid == 0 || uid == geteuid())
		return 0;
	log_warning(d->log, "console: user %lu: refused", (unsigned long)uid);
	return -1;
}

static void
console_client(struct door *door, int fd, const struct addr *peer)
{
	struct console *k = LOOP_OWNER(door, struct console, door);
	struct pydirector *d = k->director;
	char user[USER_MAX];

	(void)peer;
	if (console_user(d, fd, user) == -1)
		console_refuse(fd, OUTCOME_FORBIDDEN,
		    "only root and the balancer's own user may come here");
	else if (k->nchannels >= CHANNELS_MAX) {
		log_warning(d->log, "console: refused: %d are open",
		    CHANNELS_MAX);
		console_refuse(fd, OUTCOME_FAILED,
		    "too many consoles are open");
	} else {
		log_debug(d->log, "console: %s: connected", user);
		channel_local(k, fd, user);
	}
}

static const struct door_ops console_ops = {
	NULL, console_client
};

int
console_start(struct pydirector *d, char *err, size_t size)
{
	const char *path = d->model->console_socket;
	char address[NET_PATH_MAX + 16];
	struct console *k;

	if (path == NULL) {
		/* Who is in stays: he may have asked for just this. */
		if (d->console != NULL)
			door_close(&d->console->door);
		return 0;
	}
	if (strlen(path) > NET_PATH_MAX) {
		(void)snprintf(err, size, "console %.200s: the path is too "
		    "long", path);
		return -1;
	}
	k = console_get(d);
	if (k == NULL) {
		(void)snprintf(err, size, "out of memory");
		return -1;
	}
	(void)snprintf(address, sizeof(address), "unix:%s", path);
	return door_start(d, &k->door, &console_ops, "console", address, 0600,
	    err, size);
}

void
console_stop(struct pydirector *d)
{
	struct console *k = d->console;

	if (k == NULL)
		return;
	door_close(&k->door);
	while (k->channels != NULL)
		channel_close(k->channels);
	/* Channels are buried with the next round, and ask for nothing. */
	free(k);
	d->console = NULL;
}
