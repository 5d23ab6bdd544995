/* SPDX-License-Identifier: ISC
 *
 * The program in the place of an older one, and an older one that starts it. */

#ifndef UPGRADE_H
#define UPGRADE_H

#include "notify.h"
#include "pydirector.h"

/* How the program was started. */
struct upgrade {
	char		*program;	/* its path; NULL: not known */
	char		*directory;	/* where relative paths start */
	char		**argv;
	int		 sockets;	/* that an old process has handed down;
					 * -1: there is none */
	const char	*why;		/* it was not started, or NULL */
};

#define UPGRADE_FD 3		/* to that process; sockets follow */

/* Looks at the environment and takes our variable out of it, and goes to the
 * directory in which the first of us was started. argv has to stay. 0, or -1:
 * no memory. */
int	 upgrade_init(struct upgrade *, char *argv[]);
void	 upgrade_done(struct upgrade *);
/* Starts the program's file anew, as pydirector_hand_over. -1: why says why,
 * or, when it is NULL, pydirector_error. */
long	 upgrade_start(struct upgrade *, const struct notify *,
	    struct pydirector *, pydirector_upgrade_fn *, void *arg);

#endif
