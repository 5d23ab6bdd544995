/* SPDX-License-Identifier: ISC
 *
 * The control socket: servers ask who the client behind a connection of theirs
 * is, in Twisted's AMP: GetClientAddress(host, port) is our address as the
 * server sees it, the answer is the client's. Here are the socket, its places,
 * and what is known of relays: one is known from when the connect to its server
 * begins until it ends. */

#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

#define ASKERS_MAX	64	/* connected at once */
#define SILENT_TIME	5000	/* ms after which one gives its place to
				 * another when all are taken */
#define UNIQUE_MAX	16384	/* relays up to which each gets an address of
				 * its own, if it can be had: about half of the
				 * ports that systems choose from */

/* When all places are taken, the asker that has been silent for longest
 * loses its own. 0, or -1: all have spoken of late. */
static int
control_make_room(struct control *k)
{
	struct asker *a, *victim = NULL;

	for (a = k->askers; a != NULL; a = a->next)
		if (victim == NULL || a->since <= victim->since)
			victim = a;
	if (victim == NULL ||
	    k->director->loop.now - victim->since < SILENT_TIME)
		return -1;
	log_debug(k->director->log, "control: asker ended: silent for "
	    "longest, its place is wanted");
	asker_end(victim);
	return 0;
}

static void
control_asker_in(struct door *door, int fd, const struct addr *peer)
{
	struct control *k = LOOP_OWNER(door, struct control, door);
	struct pydirector *d = k->director;

	(void)peer;
	if (k->naskers >= ASKERS_MAX && control_make_room(k) == -1) {
		log_warning(d->log, "control: asker refused: %d are connected",
		    ASKERS_MAX);
		net_close(fd);
		return;
	}
	if (asker_start(k, fd) == -1)
		log_warning(d->log, "control: asker refused: out of memory");
}

static const struct door_ops control_ops = {
	NULL, control_asker_in
};

/* Relays. */

static void
control_event(struct relay_watcher *w, struct relay *r, enum relay_event event)
{
	struct control *k = LOOP_OWNER(w, struct control, watcher);

	switch (event) {
	case RELAY_EVENT_START:
	case RELAY_EVENT_CONNECTED:
		break;
	case RELAY_EVENT_END:
		if (r->more != NULL)
			origin_del(&k->origins, r);
		break;
	}
}

/* A server can ask as soon as it sees the connection, which may be before we
 * do: so the address counts from the first moment. */
static int
control_address(struct relay_watcher *w, struct relay *r,
    const struct addr *local)
{
	struct control *k = LOOP_OWNER(w, struct control, watcher);

	origin_del(&k->origins, r);
	if (local == NULL)
		return 0;
	r->more->local = *local;
	return origin_add(&k->origins, r) && k->origins.n <= UNIQUE_MAX;
}

/* Relays that are there already. One for which there is no memory stays
 * unknown. */
static void
control_take_over(struct control *k)
{
	struct relay *r;
	int fd;

	for (r = k->director->relays; r != NULL; r = r->next) {
		fd = r->server.io.fd;
		if (relay_want_more(r) == -1)
			continue;
		if (r->more->local.u.sa.sa_family == AF_UNSPEC && fd != -1 &&
		    net_local(fd, &r->more->local) == -1)
			r->more->local.u.sa.sa_family = AF_UNSPEC;
		(void)origin_add(&k->origins, r);
	}
}

/* From outside. */

static void
control_free(struct control *k)
{
	origin_done(&k->origins);
	free(k);
}

static int
control_open(struct pydirector *d, const char *address, unsigned mode,
    char *err, size_t size)
{
	struct control *k = calloc(1, sizeof(*k));

	if (k == NULL || origin_init(&k->origins) == -1) {
		snprintf(err, size, "control %s: not listening: out of memory",
		    address);
		free(k);
		return -1;
	}
	k->director = d;
	k->mode = mode;
	k->watcher.event = control_event;
	k->watcher.address = control_address;
	if (door_open(d, &k->door, &control_ops, "control", address,
	    (mode_t)mode, err, size) == -1) {
		control_free(k);
		return -1;
	}
	control_take_over(k);
	relay_watch(d, &k->watcher);
	d->control = k;
	return 0;
}

/* Askers stay. */
static int
control_move(struct control *k, const char *address, unsigned mode, char *err,
    size_t size)
{
	if (strcmp(k->door.address, address) != 0) {
		if (door_move(&k->door, address, (mode_t)mode, err, size) == -1)
			return -1;
	} else if (k->mode != mode &&
	    chmod(addr_path(address), (mode_t)mode) == -1) {
		snprintf(err, size, "control %s: mode not changed: %s",
		    address, strerror(errno));
		return -1;
	}
	k->mode = mode;
	return 0;
}

int
control_start(struct pydirector *d, char *err, size_t size)
{
	const struct model *m = d->model;
	char address[sizeof("unix:") + NET_PATH_MAX];

	if (m->control_socket == NULL) {
		control_stop(d);
		return 0;
	}
	if (strlen(m->control_socket) > NET_PATH_MAX) {
		snprintf(err, size, "control: not listening: expected a path "
		    "of at most %d bytes", NET_PATH_MAX);
		return -1;
	}
	snprintf(address, sizeof(address), "unix:%s", m->control_socket);
	if (d->control == NULL)
		return control_open(d, address, m->control_mode, err, size);
	return control_move(d->control, address, m->control_mode, err, size);
}

void
control_stop(struct pydirector *d)
{
	struct control *k = d->control;

	if (k == NULL)
		return;
	relay_unwatch(d, &k->watcher);
	door_close(&k->door);
	while (k->askers != NULL)
		asker_end(k->askers);
	control_free(k);
	d->control = NULL;
}
