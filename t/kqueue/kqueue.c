/* SPDX-License-Identifier: ISC
 *
 * A stand-in for kqueue(2) made of epoll(7), for one queue and two
 * edge-triggered filters a descriptor. As the manual has it, each filter
 * reports alone, EV_EOF comes on the reading filter when the peer has closed
 * its half and on both when the connection is gone, with the error in
 * fflags. */

#include "config.h"

#include <sys/epoll.h>
#include <sys/event.h>

#include <errno.h>

#define SEATS 65536
#define EVENTS 32

static void *seats[SEATS];

int
kqueue(void)
{
	return epoll_create1(0);
}

/* The reading filter stands for both: they are always changed together. */
static int
change(int queue, const struct kevent *k)
{
	struct epoll_event e;

	if (k->ident >= SEATS) {
		errno = ENOMEM;
		return -1;
	}
	if (k->filter != EVFILT_READ)
		return 0;
	if (k->flags & EV_DELETE)
		return epoll_ctl(queue, EPOLL_CTL_DEL, (int)k->ident, &e);
	if ((k->flags & (EV_ADD | EV_CLEAR)) != (EV_ADD | EV_CLEAR)) {
		errno = EINVAL;
		return -1;
	}
	seats[k->ident] = k->udata;
	e.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
	e.data.fd = (int)k->ident;
	return epoll_ctl(queue, EPOLL_CTL_ADD, (int)k->ident, &e);
}

static int
report(struct kevent *k, const struct epoll_event *e)
{
	uintptr_t fd = (uintptr_t)e->data.fd;
	unsigned short gone = e->events & (EPOLLHUP | EPOLLERR) ? EV_EOF : 0;
	unsigned short eof = e->events & EPOLLRDHUP ? EV_EOF : gone;
	unsigned error = e->events & EPOLLERR ? ECONNRESET : 0;
	int n = 0;

	if ((e->events & EPOLLIN) || eof) {
		EV_SET(&k[n], fd, EVFILT_READ, eof, error, 0, seats[fd]);
		n++;
	}
	if ((e->events & EPOLLOUT) || gone) {
		EV_SET(&k[n], fd, EVFILT_WRITE, gone, error, 0, seats[fd]);
		n++;
	}
	return n;
}

int
kevent(int queue, const struct kevent *changes, int nchanges,
    struct kevent *events, int nevents, const struct timespec *wait)
{
	struct epoll_event e[EVENTS];
	int i, n, total = 0;

	(void)wait;
	for (i = 0; i < nchanges; i++)
		if (change(queue, &changes[i]) == -1)
			return -1;
	if (nevents < 2)
		return 0;
	n = epoll_wait(queue, e, nevents / 2 < EVENTS ? nevents / 2 : EVENTS,
	    0);
	for (i = 0; i < n; i++)
		total += report(&events[total], &e[i]);
	return n == -1 ? -1 : total;
}
