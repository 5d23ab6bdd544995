/* SPDX-License-Identifier: ISC
 *
 * The client side of pydirector-helper: questions whose answer may block are
 * put to a child of ours. It is started with the first question, started
 * again when it dies, and every question has a deadline. */

#ifndef HELPER_H
#define HELPER_H

#include "addr.h"
#include "log.h"
#include "loop.h"

#define HELPER_ADDRS 8		/* addresses in an answer, at most */

struct helper;
struct helper_request;

/* path: the program; not started yet. NULL: no memory. */
struct helper	*helper_new(struct loop *, struct log *, const char *path,
		    const char *mode);
/* Ends the child. Answers outstanding are not given any more. */
void		 helper_free(struct helper *);

/* What a lookup found: n addresses, or n = 0 and a constant or short-lived
 * text that says why. */
typedef void	 helper_lookup_fn(void *arg, const struct addr *, int n,
		    const char *why);
/* Asks for the addresses of a name. fn is called once, later, never from
 * here. NULL: refused (queue full, no memory, no child could be started). */
struct helper_request *helper_lookup(struct helper *, const struct hostport *,
		    helper_lookup_fn *, void *arg);
/* The asker is gone: fn will not be called. */
void		 helper_cancel(struct helper_request *);

#endif
