/* SPDX-License-Identifier: ISC
 *
 * The HTTP server of the web admin: its door. At most CONNS_MAX clients are
 * connected. When all places are taken a new client gets that of another: of
 * the one that has been unknown for longest, or, where all are users, idle for
 * longest. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "http-conn.h"

#define CONNS_MAX	256	/* connections */
#define SOCKET_MODE	0660	/* of a UNIX socket */

/* Accepting. */

/* Who is sent away before others: low numbers first. */
static int
conn_rank(const struct conn *c)
{
	return c->known ? 2 : c->state == STATE_AUTH ? 1 : 0;
}

static void
http_make_room(struct http *h)
{
	struct conn *c, *victim = h->conns;

	if (h->nconns < CONNS_MAX)
		return;
	/* The newest come first: of two of one age the last is older. */
	for (c = h->conns; c != NULL; c = c->next)
		if (conn_rank(c) < conn_rank(victim) ||
		    (conn_rank(c) == conn_rank(victim) &&
		    c->since <= victim->since))
			victim = c;
	conn_end(victim);
}

static void
http_client(struct door *door, int fd, const struct addr *peer)
{
	struct http *h = LOOP_OWNER(door, struct http, door);

	http_make_room(h);
	conn_start(h, fd, peer);
}

static int
http_ready(struct door *door)
{
	return conn_room(LOOP_OWNER(door, struct http, door));
}

static const struct door_ops web_ops = { http_ready, http_client };

/* From outside. */

static struct http *
http_get(struct pydirector *d)
{
	if (d->http == NULL) {
		d->http = calloc(1, sizeof(*d->http));
		if (d->http != NULL)
			d->http->director = d;
	}
	return d->http;
}

int
http_start(struct pydirector *d, const char *address,
    http_handler_fn *handler, char *err, size_t size)
{
	struct http *h = http_get(d);
	int result;

	if (h == NULL) {
		snprintf(err, size, "out of memory");
		return -1;
	}
	result = door_start(d, &h->door, &web_ops, "web", address,
	    SOCKET_MODE, err, size);
	if (result == 0)
		h->handler = handler;
	else if (h->door.nsocks == 0)
		http_stop(d);
	return result;
}

void
http_stop(struct pydirector *d)
{
	struct http *h = d->http;
	struct conn *c, *next;

	if (h == NULL)
		return;
	door_close(&h->door);
	for (c = h->conns; c != NULL; c = next) {
		next = c->next;
		if (c != h->asking)
			conn_end(c);
	}
	http_secure(d, NULL);
	if (h->asking != NULL) {
		h->asking->last = 1;
		return;
	}
	free(h);
	d->http = NULL;
}

void
http_leave(struct pydirector *d)
{
	struct conn *c, *next;

	for (c = d->http == NULL ? NULL : d->http->conns; c != NULL; c = next) {
		next = c->next;
		c->last = 1;
		if (c->state == STATE_READ && c->len == 0 &&
		    c != d->http->asking && !conn_pending(c))
			conn_end(c);
	}
}

const struct addr *
http_address(const struct pydirector *d)
{
	return d->http == NULL ? NULL : door_addr(&d->http->door);
}

const char *
http_arg(const struct http_request *q, const char *name)
{
	size_t i;

	for (i = 0; i < q->nargs; i++)
		if (strcasecmp(q->args[i].name, name) == 0)
			return q->args[i].value;
	return NULL;
}
