/* SPDX-License-Identifier: ISC
 *
 * Listening sockets, and accepting clients from them. A listener that names
 * several addresses (`*`, or a name) has a socket for each. Accepting pauses
 * while descriptors are short or the service is full: the clients wait in the
 * kernel's backlog. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "director.h"

/* Clients accepted from one socket in one round, at most. */
#define ACCEPT_BATCH 32
/* How often another socket's port is tried when port 0 was asked for. */
#define PORT_TRIES 16
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

/* 1: the next client of the service waits in the backlog. */
static int
listen_full(const struct service *s)
{
	return (s->max_conns != 0 && s->open >= s->max_conns) ||
	    listen_crowded(s);
}

static struct service *
listen_service(struct io *io)
{
	return LOOP_OWNER(io, struct listen_socket, io)->listener->service;
}

static int
listen_want(struct io *io)
{
	struct service *s = listen_service(io);

	if (s->director->short_of || listen_full(s))
		return -1;
	return POLLIN;
}

static void
listen_in(struct io *io)
{
	struct service *s = listen_service(io);
	struct pydirector *d = s->director;
	struct addr client;
	int i, fd;

	io->ready = 0;		/* what is left over, poll tells again */
	for (i = 0; i < ACCEPT_BATCH; i++) {
		if (d->short_of || listen_full(s))
			return;
		fd = net_accept(io->fd, &client);
		if (fd == -1) {
			if (errno != EAGAIN)
				listen_shortage(d, errno);
			return;
		}
		relay_start(d, s, fd, &client);
	}
}

static const struct io_ops listen_ops = { listen_want, listen_in };

void
listen_given_back(struct pydirector *d)
{
	struct task *t;

	/* Whoever was accepted already comes before those who were not. */
	t = d->starved;
	if (t != NULL) {
		loop_task_del(t);
		loop_later(&d->loop, t, t->run);
	}
	if (!d->short_of)
		return;
	d->short_of = 0;
	loop_timer_del(&d->loop, &d->short_timer);
}

static void
listen_short_expire(struct timer *t)
{
	listen_given_back(LOOP_OWNER(t, struct pydirector, short_timer));
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

void
listen_close(struct pydirector *d, struct listener *l)
{
	struct io *io;
	int fd;

	while (l->nsocks > 0) {
		io = &l->socks[--l->nsocks].io;
		fd = io->fd;
		loop_del(&d->loop, io);
		net_close(fd);
	}
}

/* Sockets that are bound and belong to no listener yet. */
struct bound {
	struct bound	*next;
	struct hostport	 at;		/* as it was asked for */
	int		 n;
	int		 fds[LISTENER_SOCKETS];
	struct addr	 addrs[LISTENER_SOCKETS];	/* in use */
};

static void
bound_close(struct bound *b)
{
	while (b->n > 0)
		net_close(b->fds[--b->n]);
}

/* One more socket: 0, or -1 with errno. */
static int
bound_add(struct bound *b, const struct addr *a)
{
	int fd, saved;

	fd = net_listen(a);
	if (fd == -1)
		return -1;
	if (net_local(fd, &b->addrs[b->n]) == -1) {
		saved = errno;
		net_close(fd);
		errno = saved;
		return -1;
	}
	b->fds[b->n++] = fd;
	return 0;
}

/* An address of several that this machine does not have is left out. */
static int
bound_skips(int error, int n)
{
	return n > 1 && (error == EADDRNOTAVAIL || error == EAFNOSUPPORT ||
	    error == EPROTONOSUPPORT);
}

/* Binds all addresses, on one port where 0 was asked for. */
static int
bound_all(struct bound *b, struct addr *addrs, int n)
{
	int i, saved = EADDRNOTAVAIL;

	for (i = 0; i < n; i++) {
		if (b->at.port == 0)
			addr_set_port(&addrs[i], b->n == 0 ? 0 :
			    addr_port(&b->addrs[0]));
		if (bound_add(b, &addrs[i]) == 0)
			continue;
		saved = errno;
		if (bound_skips(saved, n))
			continue;
		bound_close(b);
		errno = saved;
		return -1;
	}
	errno = saved;
	return b->n > 0 ? 0 : -1;
}

/* The addresses to listen on. While the director runs no name is looked up:
 * that may block. */
static int
bound_lookup(const struct pydirector *d, const struct hostport *at,
    struct addr *addrs, const char **why)
{
	struct hostport both = *at;
	int i, n;

	if (!d->running || at->node[0] == '\0')
		return addr_lookup(at, 1, addrs, LISTENER_SOCKETS, why);
	if (addr_number(at, &addrs[0]) == 0)
		return 1;
	if (strcasecmp(at->node, "localhost") != 0) {
		*why = "a name is looked up at the start only: "
		    "expected a number, localhost or *";
		return -1;
	}
	both.node[0] = '\0';
	n = addr_lookup(&both, 0, addrs, LISTENER_SOCKETS, why);
	for (i = 0; i < n; i++)
		addr_set_port(&addrs[i], at->port);
	return n;
}

/* Binds b->at; 0, or -1 with a text in why. */
static int
bound_open(const struct pydirector *d, struct bound *b, const char **why)
{
	struct addr addrs[LISTENER_SOCKETS];
	int n, tries = 0;

	b->n = 0;
	n = bound_lookup(d, &b->at, addrs, why);
	if (n == -1)
		return -1;
	while (bound_all(b, addrs, n) == -1) {
		if (b->at.port == 0 && errno == EADDRINUSE && n > 1 &&
		    ++tries < PORT_TRIES)
			continue;
		*why = strerror(errno);
		return -1;
	}
	return 0;
}

/* Other descriptors for the sockets of a listener that has the address: they
 * stay bound, with the clients in them, when it is closed. 0: there is no
 * such listener; -1 with a text in why. */
static int
bound_share(const struct pydirector *d, struct bound *b, const char **why)
{
	const struct listener *l = NULL;
	size_t i;

	b->n = 0;
	if (b->at.port == 0)
		return 0;
	for (i = 0; l == NULL && i < d->model->nservices; i++)
		l = listener_find_exact(d->model->services[i], &b->at);
	if (l == NULL)
		return 0;
	while (b->n < l->nsocks) {
		b->fds[b->n] = net_dup(l->socks[b->n].io.fd);
		if (b->fds[b->n] == -1) {
			*why = strerror(errno);
			bound_close(b);
			return -1;
		}
		b->addrs[b->n] = l->socks[b->n].addr;
		b->n++;
	}
	return b->n > 0;
}

int
listen_prepare(struct pydirector *d, const char *address, char *err,
    size_t size)
{
	struct bound *b = calloc(1, sizeof(*b));
	const char *why = "out of memory";
	int shared = -1;

	if (b != NULL && addr_split(address, &b->at, &why) == 0)
		shared = bound_share(d, b, &why);
	if (shared == -1 || (shared == 0 && bound_open(d, b, &why) == -1)) {
		snprintf(err, size, "listener %s: not listening: %s", address,
		    why);
		free(b);
		return -1;
	}
	b->next = d->bound;
	d->bound = b;
	return 0;
}

void
listen_forget(struct pydirector *d)
{
	struct bound *b;

	while ((b = d->bound) != NULL) {
		d->bound = b->next;
		bound_close(b);
		free(b);
	}
}

/* Moves what was prepared for the address to b: 1, or 0: nothing was. */
static int
bound_take(struct pydirector *d, struct bound *b)
{
	struct bound **link = &d->bound, *found;

	while (*link != NULL && !address_same(&(*link)->at, &b->at))
		link = &(*link)->next;
	found = *link;
	if (found == NULL)
		return 0;
	*link = found->next;
	*b = *found;
	free(found);
	return 1;
}

/* The listener's sockets are in the loop from now on: 0, or -1: no memory,
 * and they are closed. */
static int
listener_take(struct pydirector *d, struct listener *l, struct bound *b)
{
	struct listen_socket *sock;

	while (l->nsocks < b->n) {
		sock = &l->socks[l->nsocks];
		if (loop_add(&d->loop, &sock->io, &listen_ops,
		    b->fds[l->nsocks]) == -1)
			break;
		sock->listener = l;
		sock->addr = b->addrs[l->nsocks++];
	}
	if (l->nsocks == b->n)
		return 0;
	while (b->n > l->nsocks)
		net_close(b->fds[--b->n]);
	listen_close(d, l);
	return -1;
}

int
listen_open(struct pydirector *d, struct listener *l, char *err, size_t size)
{
	char text[ADDR_TEXT_SIZE];
	const char *why = "out of memory";
	struct bound b;
	int i;

	b.at = *l->at;
	if ((!bound_take(d, &b) && bound_open(d, &b, &why) == -1) ||
	    listener_take(d, l, &b) == -1) {
		snprintf(err, size, "listener %s %s: not listening: %s",
		    l->service->name, l->address, why);
		return -1;
	}
	for (i = 0; i < l->nsocks; i++)
		log_notice(d->log, "listener %s %s: listening",
		    l->service->name, addr_text(&l->socks[i].addr, text));
	return 0;
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
