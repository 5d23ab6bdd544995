/* SPDX-License-Identifier: ISC
 *
 * Giving a file away. */

#ifndef GIVE_H
#define GIVE_H

#include <sys/types.h>

/* Gives an open file to a user, if it is a file and not his; path is how it
 * was opened, or NULL. 0, or -1 with errno: EMLINK, ELOOP: it may be another's,
 * as it has more names, or a name that is a link and not root's. */
int	 give_file(int fd, const char *path, uid_t, gid_t);
/* 1: root alone can change the names that lead to it: what root has made there
 * is what is given away by its name. */
int	 give_is_safe(const char *path);

#endif
