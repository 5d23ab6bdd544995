/* SPDX-License-Identifier: ISC
 *
 * Telling the service manager how we are: the protocol of sd_notify(3). */

#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

#define NOTIFY_ENV	2	/* variables for a process in our place */

/* All bytes 0: nobody wants to know. */
struct notify {
	char		*path;		/* of its socket; NULL: none */
	char		*env[NOTIFY_ENV];	/* NAME=VALUE; NULL: none */
	int64_t		 every;		/* ms between two signs of life; 0:
					 * none are wanted */
	int64_t		 due;		/* clock_ms() of the next */
};

/* Takes the variables out of the environment: our children are not meant. */
void	 notify_init(struct notify *);
void	 notify_done(struct notify *);
/* Sends lines NAME=VALUE. That it cannot is nobody's concern. */
void	 notify_say(const struct notify *, const char *);
void	 notify_status(const struct notify *, const char *, ...);
/* The configuration is being read again; READY=1 follows. */
void	 notify_reloading(const struct notify *);
/* Process pid is the one to be watched from now on. */
void	 notify_successor(struct notify *, long pid);
/* Sends the sign of life that is due, and makes a timeout of poll(2) short
 * enough for the next. */
int	 notify_timeout(struct notify *, int timeout);

#endif
