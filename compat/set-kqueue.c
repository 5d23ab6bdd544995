/* SPDX-License-Identifier: ISC
 *
 * The set on the BSDs: kqueue(2), written from its manual. A descriptor has
 * two filters there, each with an event of its own. */

#include "config.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "loop.h"
#include "compat/set.h"

#define EVENTS_MAX 64

const char *
set_word(void)
{
	return "kqueue";
}

int
set_trusted(void)
{
	return 0;		/* until somebody has run it on a BSD */
}

int
set_open(void)
{
	int set;

	set = kqueue();
	if (set != -1 && fcntl(set, F_SETFD, FD_CLOEXEC) == -1) {
		close(set);
		return -1;
	}
	return set;
}

/* Both filters in one call. */
static int
set_change(int set, int fd, unsigned short flags, uint32_t turn)
{
	struct kevent e[2];

	EV_SET(&e[0], (uintptr_t)fd, EVFILT_READ, flags, 0, 0,
	    (void *)(uintptr_t)turn);
	EV_SET(&e[1], (uintptr_t)fd, EVFILT_WRITE, flags, 0, 0,
	    (void *)(uintptr_t)turn);
	return kevent(set, e, 2, NULL, 0, NULL) == -1 ? -1 : 0;
}

int
set_add(int set, int fd, uint32_t turn)
{
	return set_change(set, fd, EV_ADD | EV_CLEAR, turn);
}

int
set_del(int set, int fd)
{
	return set_change(set, fd, EV_DELETE, 0);
}

static int
set_ready(const struct kevent *e)
{
	int ready;

	/* A read stops short at urgent data, which nothing tells of here: with
	 * IO_HUP only EAGAIN ends the reading. */
	ready = e->filter == EVFILT_WRITE ? IO_OUT : IO_IN | IO_HUP;
	if (e->flags & EV_EOF) {
		ready |= IO_HUP;
		/* The peer is gone for good: an error, or no more writing. */
		if (e->fflags != 0 || e->filter == EVFILT_WRITE)
			ready |= IO_IN | IO_OUT | IO_BROKEN;
	}
	if (e->flags & EV_ERROR)
		ready |= IO_IN | IO_OUT | IO_HUP | IO_BROKEN;
	return ready;
}

int
set_wait(int set, struct set_event *events, int max)
{
	struct timespec now = { 0, 0 };
	struct kevent e[EVENTS_MAX];
	int i, n;

	n = kevent(set, NULL, 0, e, max < EVENTS_MAX ? max : EVENTS_MAX, &now);
	for (i = 0; i < n; i++) {
		events[i].fd = (int)e[i].ident;
		events[i].turn = (uint32_t)(uintptr_t)e[i].udata;
		events[i].ready = set_ready(&e[i]);
	}
	return n;
}
