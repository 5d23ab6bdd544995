/* SPDX-License-Identifier: ISC
 *
 * What channel.c (a channel) and channel-login.c (who sits behind it) share. */

#ifndef CHANNEL_LOGIN_H
#define CHANNEL_LOGIN_H

#include "console.h"

enum channel_state {
	CHANNEL_READ,
	CHANNEL_VERIFY,
	CHANNEL_WAIT,
	CHANNEL_WRITE,
	CHANNEL_DEAD
};

struct channel {
	struct io	 io;
	struct channel	*next, **link;	/* of all */
	struct console	*console;
	struct timer	 timer;		/* the end of what it waits for */
	struct task	 task;		/* goes on, or is freed */
	struct addr	 peer;
	char		 peer_text[ADDR_TEXT_SIZE];
	channel_fn	*event;		/* NULL: nobody wants to know */
	void		*arg;
	enum channel_state state;
	unsigned char	 local;		/* it came through the door */
	unsigned char	 gone;		/* it sends no more */
	unsigned char	 last;		/* no line after this one */
	unsigned char	 failures;	/* logins that were refused */

	char		*in;		/* bytes read; NULL: none */
	size_t		 len;
	size_t		 seen;		/* looked at for a newline */
	size_t		 line;		/* bytes of the line that is being run;
					 * 0: they are gone */
	char		*user;		/* who he is; NULL: nobody yet */
	char		*tried;		/* who he says he is, verified now */
	struct auth_request *auth;

	struct host	*drain;		/* held; waited for */
	int64_t		 until;		/* loop.now when that ends; -1: never */
	int64_t		 told;		/* loop.now of the last word of it */

	struct buf	 head, text;	/* the answer, and what comes before
					 * its text */
	size_t		 sent;		/* of both together */
};

/* channel.c */
/* Answers the line; takes the text, which is empty then. */
void	 channel_answer(struct channel *, int code, struct buf *text);
void	 channel_say(struct channel *, int code, const char *);

/* channel-login.c */
/* Runs a line of somebody who is nobody yet; changes it. */
void	 channel_login(struct channel *, char *text);

#endif
