/* SPDX-License-Identifier: ISC
 *
 * Sockets that are bound and belong to no door yet: what door.c and bound.c
 * share. */

#ifndef BOUND_H
#define BOUND_H

#include "director.h"

struct bound {
	struct bound	*next;
	char		*address;	/* as it was asked for */
	struct hostport	 at;		/* the same, split; not of a path */
	int		 n;
	int		 fds[DOOR_SOCKETS];
	struct addr	 addrs[DOOR_SOCKETS];	/* in use */
	char		*subject;	/* of the door that had it in another
					 * process; NULL: it is ours alone */
	unsigned char	 lent;		/* by that process: its path stays */
};

/* Binds the address, or, has not NULL, holds other descriptors for the sockets
 * of that door: they stay bound, with the clients in them, when it is closed.
 * A UNIX socket gets the mode. 0, or -1 with a text in *why: nothing is
 * held. */
int	 bound_open(const struct pydirector *, struct bound *,
	    const char *address, mode_t mode, const struct door *has,
	    const char **why);
/* Moves what was prepared for the address here: 1, or 0: nothing was. What
 * another process had on a port that the system chose goes to the same subject
 * only. */
int	 bound_take(struct pydirector *, struct bound *, const char *subject,
	    const char *address, mode_t mode);
/* 1: a door has the ith socket of this, or another descriptor for it. */
int	 bound_wanted(const struct pydirector *, const struct bound *, int i);
/* 1: another process has lent what a door of that subject had there. */
int	 bound_is_lent(const struct pydirector *, const char *subject);
/* Closes what is held, and frees the address if it is still here. */
void	 bound_close(struct bound *);
/* 1 when both addresses say the same, however they are spelled. */
int	 bound_same_address(const char *, const char *);

#endif
