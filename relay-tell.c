/* SPDX-License-Identifier: ISC
 *
 * Who wants to be told of relays, and what is done for them alone: a relay's
 * own address towards its server is looked at, and is another relay's too, the
 * connect is made again, from another port. */

#include "config.h"

#include "relay.h"

#define SAME_TRIES 8	/* connects, until one has an address of its own */

void
relay_watch(struct pydirector *d, struct relay_watcher *w)
{
	w->next = d->watchers;
	d->watchers = w;
}

void
relay_unwatch(struct pydirector *d, struct relay_watcher *w)
{
	struct relay_watcher **link = &d->watchers;

	while (*link != NULL && *link != w)
		link = &(*link)->next;
	if (*link != NULL)
		*link = w->next;
}

void
relay_tell(struct relay *r, enum relay_event event)
{
	struct relay_watcher *w, *next;

	for (w = r->director->watchers; w != NULL; w = next) {
		next = w->next;
		w->event(w, r, event);
	}
}

/* 1: somebody would like another address better. */
static int
relay_tell_address(struct relay *r, const struct addr *local)
{
	struct relay_watcher *w;
	int shared = 0;

	for (w = r->director->watchers; w != NULL; w = w->next)
		if (w->address != NULL && w->address(w, r, local))
			shared = 1;
	return shared;
}

/* The same of the address of a socket that is connecting. */
static int
relay_look(struct relay *r, int fd)
{
	struct addr local;
	int shared;

	if (net_local(fd, &local) == -1) {
		relay_no_address(r);
		return 0;
	}
	shared = relay_tell_address(r, &local);
	r->more->local = local;
	return shared;
}

void
relay_no_address(struct relay *r)
{
	if (r->more == NULL || r->more->local.u.sa.sa_family == AF_UNSPEC)
		return;
	(void)relay_tell_address(r, NULL);
	r->more->local.u.sa.sa_family = AF_UNSPEC;
}

int
relay_dial_next(struct relay *r)
{
	int again, tries, fd = dial_next(&r->dial, r->host);

	if (fd == -1 || r->more == NULL)
		return fd;
	for (tries = 0; relay_look(r, fd) && tries < SAME_TRIES; tries++) {
		/* While the first one is there, the next one has another
		 * port. The server hears of both, and at once that the first
		 * one is not meant. */
		again = net_connect(&r->host->addrs[r->dial.at]);
		if (again == -1)
			break;
		net_reset(fd);
		fd = again;
	}
	return fd;
}
