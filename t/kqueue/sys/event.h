/* SPDX-License-Identifier: ISC
 *
 * As much of kqueue(2) as compat/set-kqueue.c asks for, so that it can be
 * built and run where there is only epoll. kqueue.c stands in for the kernel. */

#ifndef STANDIN_EVENT_H
#define STANDIN_EVENT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define EVFILT_READ	(-1)
#define EVFILT_WRITE	(-2)

#define EV_ADD		0x0001
#define EV_DELETE	0x0002
#define EV_CLEAR	0x0020
#define EV_ERROR	0x4000
#define EV_EOF		0x8000

struct kevent {
	uintptr_t	 ident;
	short		 filter;
	unsigned short	 flags;
	unsigned int	 fflags;
	int64_t		 data;
	void		*udata;
};

#define EV_SET(k, a, b, c, d, e, f) do {				\
	(k)->ident = (a);						\
	(k)->filter = (b);						\
	(k)->flags = (c);						\
	(k)->fflags = (d);						\
	(k)->data = (e);						\
	(k)->udata = (f);						\
} while (0)

int	 kqueue(void);
int	 kevent(int, const struct kevent *, int, struct kevent *, int,
	    const struct timespec *);

#endif
