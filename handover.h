/* SPDX-License-Identifier: ISC
 *
 * One process in the place of another: what handover.c (the old one) and
 * takeover.c (the new one) agree upon. Both are on one machine, and the new
 * one is a child of the old; they may be of different versions. Between them is
 * a socketpair, and over it go lines of words, percent-encoded.
 *
 *	old	upgrade 2		version of all this
 *	old	door SUBJECT ADDRESS N	the next N descriptors listen there
 *	old	go			that was all
 *	new	failed WHY		the old one goes on; or
 *	new	drop N			it does not want the Nth of them, from 0
 *	new	ready 2			it is bound and could begin; version
 *	old	...			it lets nobody in any more; state.c:
 *					what is known of services
 *	old	end			that was all
 *	new	serving			its loop runs
 *	old	reopen			log files were renamed meanwhile
 *	old	over			it does not listen any more
 *	old	...			counters again, when they have grown
 *	new	reopen			log files were renamed
 *	new	stop			open relays are to be cut
 *
 * The versions have to be the same. Lines that are not understood are passed
 * over. */

#ifndef HANDOVER_H
#define HANDOVER_H

#include "director.h"

#define HANDOVER_HELLO	"upgrade 2"
#define HANDOVER_READY	"ready 2"
#define HANDOVER_LINE	(64 * 1024)	/* bytes of a line, at most */
#define HANDOVER_MAX	(256 * 1024 * 1024)	/* of all that waits */
#define HANDOVER_WORDS	16		/* in a line, at most */

/* The next whole line that has come in, without its newline, or NULL: it is
 * not there yet. *used: bytes of in taken so far, 0 at first; the caller
 * consumes them in the end. */
char		*handover_line(struct buf *in, size_t *used);
/* Cuts a line into words and decodes them, in place: their number, or -1: it
 * cannot be understood. */
int		 handover_words(char *line, char *words[HANDOVER_WORDS]);

/* state.c: counters and states of services as lines. */
/* Appends the counters, and sets them to 0: what is told is the other
 * process's from now on. all: also the states of hosts, when we started, and
 * the number of the last relay. */
void		 state_tell(struct pydirector *, struct buf *, int all);
/* Takes over such a line; manager_settle() after the first lot. */
void		 state_learn(struct pydirector *, int n, char *const words[]);
/* The same for counters only: 1: it was one. */
int		 state_count(struct pydirector *, int n, char *const words[]);

/* handover.c: another process in our place. */
/* The number of listening sockets. */
size_t		 handover_sockets(const struct pydirector *);
/* What became of it: why NULL: it serves, and we are about to stop listening;
 * or why it does not, and nothing has changed. */
typedef void	 handover_fn(void *arg, long pid, const char *why);
/* Starts argv[0] with a socket as descriptor 3 and the listening sockets from
 * 4 on. fn is called once, later. Returns its process number, or -1 with a
 * text in err. */
long		 handover_start(struct pydirector *, char *const argv[],
		    char *const env[], handover_fn *fn, void *arg, char *err,
		    size_t size);
/* Ends a process that does not serve yet; one that does hears the last
 * counts. */
void		 handover_stop(struct pydirector *);
/* Ends a process that does not serve yet: we are about to stop listening for
 * another reason, and its sockets would be as deaf as ours. */
void		 handover_cancel(struct pydirector *);
/* Log files were renamed: a process that does not serve yet may have opened the
 * old ones. */
void		 handover_reopen(struct pydirector *);

/* takeover.c: the other side of it. */
/* Takes over the socket fd and the n descriptors behind it, for the doors that
 * will want them. 0, or -1 with a text in err. */
int		 takeover_begin(struct pydirector *, int fd, int n, char *err,
		    size_t size);
/* Tells the old process that we are ready, waits until it lets nobody in any
 * more, and takes over what it knows. When the loop runs it hears so, stops
 * listening, and d->inherit is called. 0, or -1: it is gone, and told nothing;
 * then there is no such call. */
int		 takeover_ready(struct pydirector *);
/* 1: the old process still listens, or could again. */
int		 takeover_pending(const struct pydirector *);
/* Tells it why we cannot. */
void		 takeover_fail(struct pydirector *, const char *why);
/* While it lets its connections end: log files were renamed; all is to stop. */
void		 takeover_reopen(struct pydirector *);
void		 takeover_stop(struct pydirector *);
void		 takeover_done(struct pydirector *);

/* Some of these, for who links them only when they are wanted. */
struct handover_ops {
	void		(*stop)(struct pydirector *);
	void		(*cancel)(struct pydirector *);
	void		(*reopen)(struct pydirector *);
	void		(*takeover_stop)(struct pydirector *);
	void		(*takeover_done)(struct pydirector *);
};

#endif
