/* SPDX-License-Identifier: ISC
 *
 * The PROXY headers of a relay: the one that its client begins with, where
 * the listener says so, and the one that its server is sent. What is read
 * behind a header is kept as the client's first rest; the header for the
 * server is put in front of that. So their order is the flow's business
 * alone. What a header looks like is proxy.c's. */

#include "config.h"

#include <stddef.h>
#include <string.h>

#include "proxy.h"
#include "relay.h"

/* A sender has so long for a whole header; ms. */
#define HEADER_WAIT 5000

/* The client is lost, and its sender needs to be looked at. */
static void
header_bad(struct relay *r, const char *why)
{
	char text[ADDR_TEXT_SIZE], *port;

	/* Without the port the lines are equal, and so are limited. */
	port = strrchr(addr_text(&r->addr, text), ':');
	if (port != NULL)
		*port = '\0';
	log_warning(r->director->log,
	    "service %s: client lost: PROXY header from %s: %s",
	    r->service->name, text, why);
	relay_end(r, END_BAD_HEADER, net_reset);
}

static void
header_whole(struct relay *r, const struct proxy_ends *ends, size_t used)
{
	struct chunk *c = r->client.rest;

	loop_timer_del(&r->director->loop, &r->timer);
	c->from = used;
	if (c->from == c->to) {
		r->client.rest = NULL;
		pool_put(c);
	}
	r->more->peer = r->addr;
	if (ends->src.u.sa.sa_family != AF_UNSPEC) {
		r->addr = ends->src;
		r->more->at = ends->dst;
	}
	relay_known(r);
}

/* Looks at what has come so far. */
static void
header_look(struct relay *r)
{
	const struct chunk *c = r->client.rest;
	struct proxy_ends ends;
	size_t used;

	switch (proxy_parse(c->data, c->to, &ends, &used)) {
	case PROXY_WHOLE:
		header_whole(r, &ends, used);
		return;
	case PROXY_MORE:
		return;
	case PROXY_BAD:
		header_bad(r, "malformed or too long");
		return;
	}
}

/* Reads once, never more than can be a header. */
static void
header_read(struct relay *r)
{
	struct side *from = &r->client;
	struct chunk *c = from->rest;
	size_t done, room = PROXY_HEADER_MAX - c->to;

	switch (net_read(from->io.fd, c->data + c->to, room, &done)) {
	case IO_DONE:
		c->to += done;
		if (done < room && !(from->io.ready & (IO_HUP | IO_FIN)))
			from->io.ready &= (unsigned char)~IO_IN;
		header_look(r);
		return;
	case IO_AGAIN:
		from->io.ready &= (unsigned char)~IO_IN;
		return;
	case IO_EOF:
		/* Somebody only wanted to know whether the port is open. */
		if (c->to == 0)
			relay_end(r, END_CLIENT_CLOSED, net_close);
		else
			header_bad(r, "cut off");
		return;
	case IO_ERROR:
		relay_end(r, END_CLIENT_RESET, net_reset);
		return;
	}
}

void
header_in(struct relay *r)
{
	struct side *from = &r->client;

	/* Who says nothing costs no memory for what he could say. */
	if (!(from->io.ready & IO_IN))
		return;
	if (from->rest == NULL)
		from->rest = pool_get(&r->director->small);
	if (from->rest == NULL) {
		relay_no_memory(r);
		return;
	}
	while (r->state == RELAY_HEADER && (from->io.ready & IO_IN))
		header_read(r);
}

static void
header_expire(struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, timer);

	/* When we were held up, its event may still wait to be seen. */
	r->client.io.ready |= IO_IN;
	header_in(r);
	if (r->state == RELAY_HEADER)
		header_bad(r, "too slow");
}

void
header_await(struct relay *r)
{
	r->state = RELAY_HEADER;
	loop_timer(&r->director->loop, &r->timer, HEADER_WAIT, header_expire);
}

int
header_put(struct relay *r)
{
	struct pydirector *d = r->director;
	struct chunk *c = r->client.rest;
	unsigned char bytes[PROXY_MADE_MAX];
	struct proxy_ends ends;
	size_t n;

	if (relay_want_more(r) == -1)
		return -1;
	if (c == NULL)
		c = pool_get(r->client.io.ready & IO_IN ? &d->pool : &d->small);
	if (c == NULL)
		return -1;
	ends.src = r->addr;
	ends.dst = r->more->at;
	n = proxy_make(r->send_proxy, &ends, bytes);
	memmove(c->data + n, c->data + c->from, c->to - c->from);
	memcpy(c->data, bytes, n);
	c->to = n + c->to - c->from;
	c->from = 0;
	r->client.rest = c;
	r->header = (unsigned char)n;
	return 0;
}
