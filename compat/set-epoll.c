/* SPDX-License-Identifier: ISC
 *
 * The set on Linux: epoll(7). */

#include "config.h"

#include <sys/epoll.h>

#include "loop.h"
#include "compat/set.h"

#define EVENTS_MAX 64

const char *
set_word(void)
{
	return "epoll";
}

int
set_trusted(void)
{
	return 1;
}

int
set_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

int
set_add(int set, int fd, uint32_t turn)
{
	struct epoll_event e;

	e.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
	e.data.u64 = (uint64_t)turn << 32 | (uint32_t)fd;
	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &e);
}

int
set_del(int set, int fd)
{
	struct epoll_event unused = { 0 };	/* kernels before 2.6.9 */

	return epoll_ctl(set, EPOLL_CTL_DEL, fd, &unused);
}

static int
set_ready(uint32_t events)
{
	int ready = 0;

	if (events & (EPOLLIN | EPOLLPRI))
		ready |= IO_IN;
	if (events & EPOLLOUT)
		ready |= IO_OUT;
	if (events & EPOLLRDHUP)
		ready |= IO_IN | IO_HUP | IO_FIN;
	/* A read stops short at urgent data: that is not the end. */
	if (events & EPOLLPRI)
		ready = (ready | IO_HUP) & ~IO_FIN;
	if (events & (EPOLLERR | EPOLLHUP))
		ready |= IO_IN | IO_OUT | IO_HUP | IO_BROKEN;
	return ready;
}

int
set_wait(int set, struct set_event *events, int max)
{
	struct epoll_event e[EVENTS_MAX];
	int i, n;

	n = epoll_wait(set, e, max < EVENTS_MAX ? max : EVENTS_MAX, 0);
	for (i = 0; i < n; i++) {
		events[i].fd = (int)(uint32_t)e[i].data.u64;
		events[i].turn = (uint32_t)(e[i].data.u64 >> 32);
		events[i].ready = set_ready(e[i].events);
	}
	return n;
}
