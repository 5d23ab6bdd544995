/* SPDX-License-Identifier: ISC
 *
 * The kernel's own set of descriptors, where the system has one: epoll,
 * kqueue, or none; configure decides which of set-*.c is built. A descriptor
 * is added once, edge-triggered, for both directions, and leaves the set when
 * it is closed. The set itself is a descriptor that poll(2) can wait for. */

#ifndef SET_H
#define SET_H

#include <stdint.h>

struct set_event {
	int		 fd;
	uint32_t	 turn;	/* as given to set_add: tells a descriptor from
				 * an earlier one of the same number */
	int		 ready;	/* IO_* of loop.h */
};

/* Its word for `-o`; NULL where the system has none. */
const char	*set_word(void);
/* 1: used without being asked for. */
int		 set_trusted(void);
/* A new set, close-on-exec; -1 with errno. */
int		 set_open(void);
/* 0, or -1 with errno. */
int		 set_add(int set, int fd, uint32_t turn);
/* For a descriptor that stays open. */
int		 set_del(int set, int fd);
/* What happened; at most max events, never waits. -1 with errno. */
int		 set_wait(int set, struct set_event *, int max);

#endif
