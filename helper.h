/* SPDX-License-Identifier: ISC
 *
 * The client side of pydirector-helper: questions whose answer may block are
 * put to a child of ours. It is started with the first question, started
 * again when it dies, and every question has a deadline. */

#ifndef HELPER_H
#define HELPER_H

#include <stdint.h>

#include "log.h"
#include "addr.h"
#include "loop.h"

#define HELPER_ADDRS 8		/* addresses in an answer, at most */

/* What goes over the socket to the child, and back: a head, then payload. Both
 * ends are on one machine and of one build, so numbers and addresses are as
 * they are in memory. One question at a time is with the child. */
struct helper_head {
	uint32_t	 len;		/* of payload: HELPER_PAYLOAD at most */
	uint32_t	 id;		/* of the question, and its answer */
};

#define HELPER_PAYLOAD 1024

/* The answer to a lookup, whose question is the name without a NUL. */
struct helper_found {
	uint32_t	 n;		/* 0: none, and why says so */
	struct addr	 addrs[HELPER_ADDRS];	/* port 0 */
	char		 why[128];
};

/* The question of `crypt` is a hash, a NUL, and the password without one; the
 * answer is this byte: 1 when they belong together, else 0. */
#define HELPER_HASH_MAX	 255	/* bytes of a hash, at most */
#define HELPER_PASSWORD_MAX 128	/* and of a password */

struct helper;
struct helper_request;

/* path: the program, mode: its argument; not started yet. NULL: no memory. */
struct helper	*helper_new(struct loop *, struct log *, const char *path,
		    const char *mode);
/* Ends the child. Answers outstanding are not given any more. Not to be
 * called from a helper_lookup_fn. */
void		 helper_free(struct helper *);

/* What a lookup found: n addresses, or n = 0 and a constant or short-lived
 * text that says why. */
typedef void	 helper_lookup_fn(void *arg, const struct addr *, int n,
		    const char *why);
/* Asks for the addresses of a name. fn is called once, later, never from
 * here, and the request is gone then. NULL: refused (queue full, no memory).
 */
struct helper_request *helper_lookup(struct helper *, const struct hostport *,
		    helper_lookup_fn *, void *arg);
/* What became of a password: 1 right, 0 wrong, -1 not known: no answer. */
typedef void	 helper_verify_fn(void *arg, int right);
/* Asks (a helper of mode `crypt`) whether a crypt(3) hash is of a password. As
 * helper_lookup; also refused: a text that is too long. No copy of the password
 * is kept longer than needed. */
struct helper_request *helper_verify(struct helper *, const char *hash,
		    const char *password, helper_verify_fn *, void *arg);
/* The asker is gone: fn will not be called. */
void		 helper_cancel(struct helper_request *);

/* The same for who links it only when there is a helper. */
struct helper_ops {
	struct helper_request *(*lookup)(struct helper *,
			    const struct hostport *, helper_lookup_fn *,
			    void *arg);
	void		(*cancel)(struct helper_request *);
	void		(*free)(struct helper *);
};

#endif
