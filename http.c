/* SPDX-License-Identifier: ISC
 *
 * The HTTP server of the web admin: its listening sockets. At most CONNS_MAX
 * clients are connected. When all places are taken a new client gets that of
 * another: of the one that has been unknown for longest, or, where all are
 * users, idle for longest. Accepting pauses while descriptors are short. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http-conn.h"

#define CONNS_MAX	256	/* connections */
#define ACCEPT_BATCH	16	/* accepted from one socket in a round */
#define SOCKETS		8	/* addresses of one name */
#define PORT_TRIES	16	/* when port 0 was asked for */
#define SOCKET_MODE	0660	/* of a UNIX socket */

/* Where it listens. */
struct web {
	struct http	*http;
	char		*address;	/* as asked for */
	struct web_socket {
		struct io	 io;
		struct web	*web;
		struct addr	 addr;	/* with the port chosen */
	} socks[SOCKETS];
	int		 nsocks;
};

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

static int
web_want(struct io *io)
{
	const struct web *w = LOOP_OWNER(io, struct web_socket, io)->web;

	return w->http->director->short_of ? -1 : POLLIN;
}

static void
web_in(struct io *io)
{
	struct http *h = LOOP_OWNER(io, struct web_socket, io)->web->http;
	struct pydirector *d = h->director;
	struct addr peer;
	int i, fd;

	io->ready = 0;		/* what is left over, poll tells again */
	for (i = 0; i < ACCEPT_BATCH && !d->short_of; i++) {
		fd = net_accept(io->fd, &peer);
		if (fd == -1) {
			if (errno != EAGAIN)
				listen_shortage(d, errno);
			return;
		}
		http_make_room(h);
		conn_start(h, fd, &peer);
	}
}

static const struct io_ops web_ops = { web_want, web_in };

/* Listening. */

static void
web_close(struct web *w)
{
	struct io *io;
	int fd;

	while (w->nsocks > 0) {
		io = &w->socks[--w->nsocks].io;
		fd = io->fd;
		loop_del(&w->http->director->loop, io);
		net_close(fd);
		if (addr_path(w->address) != NULL)
			(void)unlink(addr_path(w->address));
	}
}

static void
web_free(struct web *w)
{
	if (w == NULL)
		return;
	web_close(w);
	free(w->address);
	free(w);
}

/* One more socket, at its path or at a; 0, or -1 with errno. */
static int
web_bind(struct web *w, const struct addr *a)
{
	struct web_socket *s = &w->socks[w->nsocks];
	const char *path = addr_path(w->address);
	int fd = path != NULL ? net_listen_path(path, SOCKET_MODE) :
	    net_listen(a), saved;

	if (fd == -1)
		return -1;
	if ((path == NULL && net_local(fd, &s->addr) == -1) ||
	    loop_add(&w->http->director->loop, &s->io, &web_ops, fd) == -1) {
		saved = errno;
		net_close(fd);
		errno = saved;
		return -1;
	}
	s->web = w;
	w->nsocks++;
	return 0;
}

/* All addresses, on one port where 0 was asked for. One of several that this
 * machine does not have is left out. */
static int
web_bind_all(struct web *w, struct addr *addrs, int n)
{
	int i, saved = EADDRNOTAVAIL;

	for (i = 0; i < n; i++) {
		if (addr_port(&addrs[i]) == 0 && w->nsocks > 0)
			addr_set_port(&addrs[i], addr_port(&w->socks[0].addr));
		if (web_bind(w, &addrs[i]) == 0)
			continue;
		saved = errno;
		if (n > 1 && (saved == EADDRNOTAVAIL ||
		    saved == EAFNOSUPPORT || saved == EPROTONOSUPPORT))
			continue;
		web_close(w);
		errno = saved;
		return -1;
	}
	errno = saved;
	return w->nsocks > 0 ? 0 : -1;
}

static int
web_listen(struct web *w, char *err, size_t size)
{
	struct addr addrs[SOCKETS], copy[SOCKETS];
	struct hostport at;
	const char *why;
	int n = -1, tries = 0;

	if (addr_path(w->address) != NULL) {
		if (web_bind(w, NULL) == 0)
			return 0;
		snprintf(err, size, "web %s: not listening: %s", w->address,
		    strerror(errno));
		return -1;
	}
	if (addr_split(w->address, &at, &why) == 0)
		n = addr_lookup(&at, 1, addrs, SOCKETS, &why);
	if (n == -1) {
		snprintf(err, size, "web %s: not listening: %s", w->address,
		    why);
		return -1;
	}
	do
		memcpy(copy, addrs, sizeof(copy));
	while (web_bind_all(w, copy, n) == -1 && at.port == 0 &&
	    errno == EADDRINUSE && n > 1 && ++tries < PORT_TRIES);
	if (w->nsocks > 0)
		return 0;
	snprintf(err, size, "web %s: not listening: %s", w->address,
	    strerror(errno));
	return -1;
}

/* A new place to listen at, or NULL with a text in err. */
static struct web *
web_new(struct http *h, const char *address, char *err, size_t size)
{
	struct web *w = calloc(1, sizeof(*w));

	snprintf(err, size, "out of memory");
	if (w == NULL)
		return NULL;
	w->http = h;
	w->address = strdup(address);
	if (w->address == NULL || web_listen(w, err, size) == -1) {
		web_free(w);
		return NULL;
	}
	return w;
}

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
	struct web *w;
	char text[ADDR_TEXT_SIZE];
	int i;

	if (h == NULL) {
		snprintf(err, size, "out of memory");
		return -1;
	}
	if (h->web == NULL || strcmp(h->web->address, address) != 0) {
		w = web_new(h, address, err, size);
		if (w == NULL) {
			if (h->web == NULL)
				http_stop(d);
			return -1;
		}
		web_free(h->web);
		h->web = w;
		for (i = 0; i < w->nsocks; i++)
			log_notice(d->log, "web %s: listening",
			    addr_path(address) != NULL ? address :
			    addr_text(&w->socks[i].addr, text));
	}
	h->handler = handler;
	return 0;
}

void
http_stop(struct pydirector *d)
{
	struct http *h = d->http;

	if (h == NULL)
		return;
	while (h->conns != NULL)
		conn_end(h->conns);
	web_free(h->web);
	free(h);
	d->http = NULL;
}

const struct addr *
http_address(const struct pydirector *d)
{
	if (d->http == NULL || d->http->web == NULL)
		return NULL;
	return &d->http->web->socks[0].addr;
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
