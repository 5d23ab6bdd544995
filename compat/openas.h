/* SPDX-License-Identifier: ISC
 *
 * Opening a file with another user's rights. */

#ifndef OPENAS_H
#define OPENAS_H

#include <sys/types.h>

/* As open(2), for root with the rights of that user and group; the other
 * groups of the process are its own, so they have to be his already. uid 0, or
 * a process that is not root: as it is. -1 with errno; EPERM may also mean that
 * root's rights could not be had again: then the program has to end. */
int	 open_as(uid_t, gid_t, const char *path, int flags, mode_t);

#endif
