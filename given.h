/* SPDX-License-Identifier: ISC
 *
 * The process becomes another user, when all is open: what files of ours he
 * gets before, and what is to be done afterwards. */

#ifndef GIVEN_H
#define GIVEN_H

#include "director.h"

/* Files that we have made at the start are given to a user. 0, or -1 with a
 * text in err. */
int		 secure_give(struct pydirector *, uid_t, gid_t, char *err,
		    size_t size);
int		 ssh_give(struct pydirector *, uid_t, gid_t, char *err,
		    size_t size);
/* We are another user now. The log tells which files cannot be read again;
 * helpers for syslog(3) are started anew. */
void		 secure_given(struct pydirector *);
void		 ssh_given(struct pydirector *);
void		 connlog_given(struct pydirector *);
void		 syslog_given(struct pydirector *);

#endif
