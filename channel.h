/* SPDX-License-Identifier: ISC
 *
 * A command channel: lines come in, answers go out. Behind the command socket
 * (console.c) sits the owner of the machine; an SSH child's channel (ssh.c) is
 * nobody's until its user has logged in.
 *
 * The asker sends lines of at most CHANNEL_LINE bytes, words as an operator
 * types them. Each is answered, in order, with `CODE LENGTH` and a newline,
 * then LENGTH bytes of text; a text that is not empty ends with a newline.
 * CODE is an enum outcome, or CHANNEL_INTERIM: the answer is yet to come, and
 * the text says what is waited for. A byte CHANNEL_BREAK ends such a wait.
 *
 * Until somebody is logged in only these are answered. Their words are
 * percent-encoded: every byte but letters, digits, and - . _ ~ is %XX.
 *
 *	keys NAME			200 and the text of the user's files of
 *					public keys; empty: none, or no user
 *	login password NAME PASSWORD	200 and `full` or `readonly`; 403: no;
 *					500: too much is asked at once
 *	login key NAME [FINGERPRINT]	the same, for a user whose signature
 *					has been verified by the asker
 *
 * An answer to the second may take half a minute. After CHANNEL_FAILURES that
 * were refused the channel is closed behind its answer. */

#ifndef CHANNEL_H
#define CHANNEL_H

#include "director.h"

#define CHANNEL_LINE	(64 * 1024)	/* bytes, the newline not counted */
#define CHANNEL_ANSWER	(16 * 1024 * 1024)	/* bytes of text */
#define CHANNEL_FAILURES 6
#define CHANNEL_INTERIM	102
#define CHANNEL_BREAK	'\003'

enum channel_event {
	CHANNEL_LOGIN,		/* user is logged in */
	CHANNEL_REFUSED,	/* user (the name that was tried) is not */
	CHANNEL_END		/* it is closed; user NULL: nobody was in */
};

/* What becomes of a channel. how: `password`, `key` or `key FINGERPRINT`; ""
 * for CHANNEL_END. The texts are not valid longer than the call, nor is the
 * channel after CHANNEL_END. It must not close the channel from here. */
typedef void	 channel_fn(void *arg, enum channel_event, const char *user,
		    const char *how);

struct channel;

/* A channel of an asker for whom nobody is logged in yet; peer is whom he
 * asks for. It takes over the descriptor, which does not block. NULL: no
 * memory, and the descriptor is still the caller's. event is never called from
 * here. */
struct channel	*channel_new(struct pydirector *, int fd,
		    const struct addr *peer, channel_fn *event, void *arg);
/* Closes it at once; event is not called any more. */
void		 channel_close(struct channel *);

#endif
