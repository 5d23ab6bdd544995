/* SPDX-License-Identifier: ISC
 *
 * Acting with another user's rights, for a program that root has started. */

#ifndef OPENAS_H
#define OPENAS_H

#include <sys/types.h>

struct as {
	gid_t		 gid;		/* ours */
	unsigned char	 changed;	/* we are another one */
};

/* From here to as_end root has the rights of that user and group alone; the
 * other groups of the process are its own, so they have to be his already. uid
 * 0, or a process that is not root: nothing changes. 0, or -1 with errno:
 * nothing has changed. */
int	 as_begin(struct as *, uid_t, gid_t);
/* 0, or -1 with errno: root's rights could not be had again, and the program
 * has to end. */
int	 as_end(struct as *);

/* For a program that root has started so: it is that user for good, and cannot
 * take root's rights again. 0, or -1 with errno. */
int	 as_stay(void);

/* As open(2), with the rights of that user and group, as above. -1 with errno,
 * which may be that of as_end. */
int	 open_as(uid_t, gid_t, const char *path, int flags, mode_t);

#endif
