/* SPDX-License-Identifier: ISC
 *
 * The listeners of services, and when they pause: while descriptors are short
 * or the service is full, the clients wait in the kernel's backlog. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "director.h"

/* While descriptors are short: ms until accepting is tried all the same, and
 * ms between two lines about it. */
#define SHORT_RETRY 1000
#define SHORT_TELL 60000

int
listen_crowded(const struct service *s)
{
	const struct group *g = s->enabled;
	size_t i;

	if (g == NULL || g->nup != 0)
		return 0;
	for (i = 0; i < g->nhosts; i++) {
		if (host_why(g->hosts[i]) == WHY_NONE)
			return 1;
	}
	return 0;
}

/* Accepting. */

static struct service *
listen_service(struct door *door)
{
	return LOOP_OWNER(door, struct listener, door)->service;
}

static int
listen_ready(struct door *door)
{
	const struct service *s = listen_service(door);

	return (s->max_conns == 0 || s->open < s->max_conns) &&
	    !listen_crowded(s);
}

static void
listen_client(struct door *door, int fd, const struct addr *client)
{
	relay_start(door->director,
	    LOOP_OWNER(door, struct listener, door), fd, client);
}

static const struct door_ops listen_ops = { listen_ready, listen_client };

/* Shortage of descriptors. */

void
listen_given_back(struct pydirector *d, const struct service *s)
{
	/* Whoever was accepted already comes before those who were not. */
	relay_wake(d, s);
	if (!d->short_of)
		return;
	d->short_of = 0;
	loop_timer_del(&d->loop, &d->short_timer);
}

static void
listen_short_expire(struct timer *t)
{
	listen_given_back(LOOP_OWNER(t, struct pydirector, short_timer), NULL);
}

void
listen_shortage(struct pydirector *d, int error)
{
	if (d->short_of)
		return;
	d->short_of = 1;
	loop_timer(&d->loop, &d->short_timer, SHORT_RETRY, listen_short_expire);
	if (d->short_told != 0 && d->loop.now - d->short_told < SHORT_TELL)
		return;
	d->short_told = d->loop.now;
	log_warning(d->log, "accept: paused until a connection ends: %s",
	    strerror(error));
}

/* Listening. */

int
listen_open(struct pydirector *d, struct listener *l, char *err, size_t size)
{
	struct buf subject;
	int result;

	buf_init(&subject, 64 * 1024);
	buf_addf(&subject, "listener %s", l->service->name);
	result = subject.failed ? -1 : door_open(d, &l->door, &listen_ops,
	    subject.data, l->address, 0, err, size);
	if (subject.failed)
		snprintf(err, size, "listener %s: not listening: out of memory",
		    l->address);
	buf_done(&subject);
	return result;
}

void
listen_close(struct pydirector *d, struct listener *l)
{
	(void)d;
	door_close(&l->door);
}

void
listen_retire(struct pydirector *d, struct listener *l)
{
	door_last(&l->door);
	listen_close(d, l);
}

int
listen_start(struct pydirector *d, struct service *s, char *err, size_t size)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++) {
		if (listen_open(d, s->listeners[i], err, size) == 0)
			continue;
		listen_stop(d, s);
		return -1;
	}
	return 0;
}

void
listen_stop(struct pydirector *d, struct service *s)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++)
		listen_close(d, s->listeners[i]);
}

void
listen_drain(struct pydirector *d, struct service *s)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++)
		listen_retire(d, s->listeners[i]);
}
