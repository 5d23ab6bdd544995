/* SPDX-License-Identifier: ISC
 *
 * Programs that we start: with a few descriptors of ours and nothing else.
 * Their ends are seen by timers: a program that embeds us keeps its SIGCHLD,
 * and what it reaps of ours by accident does no harm. */

#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include "loop.h"

/* Embedded by its owner, who calls child_init once. */
struct child {
	struct loop	*loop;
	struct timer	 timer;
	pid_t		 pid;		/* -1: not running, or reaped */
	int		 killed;	/* SIGKILL was sent */
	int64_t		 wait;		/* ms until the next look */
	int		 status;	/* of one that has ended */
	int64_t		 patience;	/* clock time of SIGKILL; -1: never */
	void		(*done)(struct child *, int status);
};

void	 child_init(struct child *, struct loop *);
/* Starts the program argv[0], a path, in a process group of its own, with
 * default signals. fds[0] becomes descriptor first, fds[1] the next one, and
 * so on; they stay open here. 0, 1 and 2 are ours, but for first above 2 its
 * input and output are /dev/null. env NULL: our environment. Returns 0 or an
 * errno. */
int	 child_start(struct child *, char *const argv[], char *const env[],
	    const int *fds, int n, int first);
/* 1: it was started and has not been reaped yet. */
int	 child_running(const struct child *);
/* Looks for itself: 1: it has ended, and done will be called; child_reap was
 * called before. */
int	 child_ended(struct child *);
/* Waits for its end, from now on: done is called once from the loop, never
 * from here, with its status as waitpid(2) tells it (-1: somebody else has
 * reaped it). After grace ms it is killed; -1: never, and its end is noticed
 * within a second. Again: with another grace. */
void	 child_reap(struct child *, int64_t grace,
	    void (*done)(struct child *, int status));
/* Sends a signal to its process group; also when it is gone. */
void	 child_kill(struct child *, int sig);
/* Kills and reaps it, here and now, without a call of done: some 0.1 s at
 * most. Also when it is gone. */
void	 child_end(struct child *);
/* The same, but it has ms to end by itself. Not while a loop runs. */
void	 child_finish(struct child *, int ms);

/* Runs a program to its end, here and now, for ms at most: what it writes to
 * standard output and standard error goes to out, its end cut off, a NUL
 * behind it. Returns 0 and its status, or an errno; ETIMEDOUT: it was
 * killed. */
int	 child_ask(char *const argv[], int64_t ms, char *out, size_t size,
	    int *status);

#endif
