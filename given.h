/* SPDX-License-Identifier: ISC
 *
 * The process has become another user, when all is open: what is to be done
 * then. */

#ifndef GIVEN_H
#define GIVEN_H

#include "director.h"

/* The log tells which files cannot be read again; helpers for syslog(3) are
 * started anew. */
void		 secure_given(struct pydirector *);
void		 connlog_given(struct pydirector *);
void		 syslog_given(struct pydirector *);

#endif
