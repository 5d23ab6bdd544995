/* SPDX-License-Identifier: ISC
 *
 * Listening sockets, and accepting clients from them. A listener that names
 * several addresses (`*`, or a name) has a socket for each. Accepting pauses
 * while descriptors are short or the service is full: the clients wait in the
 * kernel's backlog. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
listen_full(const struct service *s)
{
	const struct group *g = s->enabled;
	size_t i;

	if (s->max_conns != 0 && s->open >= s->max_conns)
		return (1);
	if (g == NULL || g->nup != 0)
		return (0);
	for (i = 0; i < g->nhosts; i++) {
		if (host_why(g->hosts[i]) == WHY_NONE)
			return (1);
	}
	return (0);
}

static struct service *
listen_service(struct io *io)
{
	return (LOOP_OWNER(io, struct listen_socket, io)->listener->service);
}

static int
listen_want(struct io *io)
{
	struct service *s = listen_service(io);

	if (s->director->short_of || listen_full(s))
		return (-1);
	return (POLLIN);
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

static void
listener_stop(struct pydirector *d, struct listener *l)
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

/* Binds one more socket of the listener; 0, or -1 with errno. */
static int
listener_bind(struct pydirector *d, struct listener *l, const struct addr *a)
{
	struct listen_socket *sock = &l->socks[l->nsocks];
	int fd, saved;

	fd = net_listen(a);
	if (fd == -1)
		return (-1);
	if (net_local(fd, &sock->addr) == -1)
		goto failed;
	if (loop_add(&d->loop, &sock->io, &listen_ops, fd) == -1) {
		errno = ENOMEM;
		goto failed;
	}
	sock->listener = l;
	l->nsocks++;
	return (0);
failed:
	saved = errno;
	net_close(fd);
	errno = saved;
	return (-1);
}

/* An address of several that this machine does not have is left out. */
static int
listener_skips(int error, int n)
{
	return (n > 1 && (error == EADDRNOTAVAIL || error == EAFNOSUPPORT ||
	    error == EPROTONOSUPPORT));
}

/* Binds all addresses, on one port where 0 was asked for. */
static int
listener_bind_all(struct pydirector *d, struct listener *l,
    struct addr *addrs, int n)
{
	int i, saved = EADDRNOTAVAIL;

	for (i = 0; i < n; i++) {
		if (l->at->port == 0)
			addr_set_port(&addrs[i], l->nsocks == 0 ? 0 :
			    addr_port(&l->socks[0].addr));
		if (listener_bind(d, l, &addrs[i]) == 0)
			continue;
		saved = errno;
		if (listener_skips(saved, n))
			continue;
		listener_stop(d, l);
		errno = saved;
		return (-1);
	}
	errno = saved;
	return (l->nsocks > 0 ? 0 : -1);
}

static int
listener_start(struct pydirector *d, struct listener *l, char *err, size_t size)
{
	struct addr addrs[LISTENER_SOCKETS];
	char text[ADDR_TEXT_SIZE];
	const char *why;
	int i, n, tries = 0;

	n = addr_lookup(l->at, 1, addrs, LISTENER_SOCKETS, &why);
	if (n == -1) {
		snprintf(err, size, "listener %s %s: not listening: %s",
		    l->service->name, l->address, why);
		return (-1);
	}
	while (listener_bind_all(d, l, addrs, n) == -1) {
		if (l->at->port == 0 && errno == EADDRINUSE && n > 1 &&
		    ++tries < PORT_TRIES)
			continue;
		snprintf(err, size, "listener %s %s: not listening: %s",
		    l->service->name, l->address, strerror(errno));
		return (-1);
	}
	for (i = 0; i < l->nsocks; i++)
		log_notice(d->log, "listener %s %s: listening",
		    l->service->name, addr_text(&l->socks[i].addr, text));
	return (0);
}

int
listen_start(struct pydirector *d, struct service *s, char *err, size_t size)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++) {
		if (listener_start(d, s->listeners[i], err, size) == 0)
			continue;
		listen_stop(d, s);
		return (-1);
	}
	return (0);
}

void
listen_stop(struct pydirector *d, struct service *s)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++)
		listener_stop(d, s->listeners[i]);
}
