/* SPDX-License-Identifier: ISC
 *
 * How a connection to the web admin reads and writes: over its socket, or by
 * TLS over that. Only so many handshakes are under way at a time. A client
 * that comes when they are waits until one of them has had its chance, and
 * takes its place: silence locks nobody out. */

#include "config.h"

#include <poll.h>
#include <string.h>

#include "tls.h"
#include "http-conn.h"

#define SHAKES_MAX	64	/* handshakes at a time */
#define SHAKE_CHANCE	100	/* ms that each has for saying something */

int64_t
conns_spent(struct http *h)
{
	if (h->round != h->director->loop.now) {
		h->round = h->director->loop.now;
		h->spent = 0;
	}
	return h->spent;
}

enum io_result
conn_in(struct conn *c, void *p, size_t size, size_t *done)
{
	enum io_result result;

	if (c->tls == NULL)
		return net_read(c->io.fd, p, size, done);
	result = c->tls_ops->read(c->tls, p, size, done);
	c->wants = result == IO_AGAIN ? c->tls_ops->wants(c->tls) : 0;
	return result;
}

enum io_result
conn_out(struct conn *c, const void *p, size_t size, size_t *done)
{
	enum io_result result;

	if (c->tls == NULL)
		return net_write(c->io.fd, p, size, done);
	result = c->tls_ops->write(c->tls, p, size, done);
	c->wants = result == IO_AGAIN ? c->tls_ops->wants(c->tls) : 0;
	return result;
}

int
conn_pending(const struct conn *c)
{
	return c->tls != NULL && c->tls_ops->pending(c->tls);
}

/* How many handshakes of that customer are under way. */
static int
shakes_of(const struct http *h, const struct addr *peer)
{
	const struct conn *c;
	int n = 0;

	for (c = h->conns; c != NULL; c = c->next)
		n += c->state == STATE_SHAKE &&
		    addr_same_customer(&c->peer, peer);
	return n;
}

/* 1: its handshake has had its chance. */
static int
shake_due(const struct http *h, const struct conn *c)
{
	return c->state == STATE_SHAKE &&
	    c->since <= h->director->loop.now - SHAKE_CHANCE;
}

/* Whose handshake is given up for another: of those that have had time to say
 * something one that has come least far, of an address that has most of them,
 * the oldest. NULL: there is none. */
static struct conn *
shake_victim(struct http *h)
{
	struct conn *c, *victim = NULL;
	int far, many, vfar = 0, vmany = 0;

	/* The newest come first. */
	for (c = h->conns; c != NULL; c = c->next) {
		if (!shake_due(h, c))
			continue;
		far = c->tls_ops->progress(c->tls);
		many = shakes_of(h, &c->peer);
		if (victim != NULL && (far > vfar ||
		    (far == vfar && many < vmany)))
			continue;
		victim = c;
		vfar = far;
		vmany = many;
	}
	return victim;
}

static int
shakes_full(const struct http *h)
{
	const struct conn *c;
	int n = 0;

	for (c = h->conns; c != NULL; c = c->next)
		n += c->state == STATE_SHAKE;
	return n >= SHAKES_MAX;
}

/* Asked in every round: so it does not look for the one who would have to
 * go. */
int
conn_room(struct http *h)
{
	const struct conn *c;

	if (h->tls == NULL || !shakes_full(h))
		return 1;
	for (c = h->conns; c != NULL; c = c->next)
		if (shake_due(h, c))
			return 1;
	return 0;
}

/* Somebody may have had time enough: conn_room is asked again. */
static void
shakes_expire(struct timer *t)
{
	(void)t;
}

int
conn_secure(struct conn *c, struct http *h, int fd)
{
	struct conn *victim;

	c->state = STATE_READ;
	if (h->tls == NULL)
		return 0;
	if (shakes_full(h) && (victim = shake_victim(h)) != NULL)
		conn_end(victim);
	c->tls_ops = h->director->tls;
	c->tls = c->tls_ops->accept(h->tls, fd);
	c->state = STATE_SHAKE;
	c->wants = POLLIN;
	loop_timer(&h->director->loop, &h->shakes, SHAKE_CHANCE,
	    shakes_expire);
	return c->tls == NULL ? -1 : 0;
}

enum io_result
conn_handshake(struct conn *c)
{
	enum io_result result = c->tls_ops->handshake(c->tls);

	c->wants = result == IO_AGAIN ? c->tls_ops->wants(c->tls) : 0;
	if (result == IO_EOF || result == IO_ERROR)
		log_debug(c->http->director->log, "web: %s: handshake: %s",
		    c->peer_text, c->tls_ops->why(c->tls));
	return result;
}

int
http_secure(struct pydirector *d, struct tls_server *s)
{
	struct tls_server *old = d->http->tls;
	int other = s != NULL && (old == NULL ||
	    strcmp(d->tls->server_print(s), d->tls->server_print(old)) != 0);

	d->http->tls = s;
	if (old != NULL)
		d->tls->server_free(old);
	if (s == NULL)
		loop_timer_del(&d->loop, &d->http->shakes);
	return other;
}
