/* SPDX-License-Identifier: ISC
 *
 * No set: everything waits in the poll array. */

#include "config.h"

#include <errno.h>
#include <stddef.h>

#include "compat/set.h"

const char *
set_word(void)
{
	return NULL;
}

int
set_trusted(void)
{
	return 0;
}

int
set_open(void)
{
	errno = ENOSYS;
	return -1;
}

int
set_add(int set, int fd, uint32_t turn)
{
	(void)set;
	(void)fd;
	(void)turn;
	errno = ENOSYS;
	return -1;
}

int
set_del(int set, int fd)
{
	(void)set;
	(void)fd;
	errno = ENOSYS;
	return -1;
}

int
set_wait(int set, struct set_event *events, int max)
{
	(void)set;
	(void)events;
	(void)max;
	errno = ENOSYS;
	return -1;
}
