/* SPDX-License-Identifier: ISC
 *
 * What the files of pydirectorctl share. What commands there are is known to
 * the balancer alone: lines go there as they were typed. */

#ifndef CTL_H
#define CTL_H

#include <stddef.h>

#include "buf.h"

/* Exit statuses, the worse the higher. */
enum status {
	STATUS_DONE,
	STATUS_REFUSED,
	STATUS_TROUBLE
};

/* The conversation with the balancer. */
struct ask {
	int		 fd;		/* -1: not connected */
	const char	*path;		/* of the socket; NULL: the descriptor
					 * was handed down */
	int		 raw;		/* answers as they are: they do not
					 * go to a terminal */
	int		 broken;	/* SIGINT has come in the last line */
	int		 wake;		/* readable: a signal has come */
	struct buf	 in;		/* read, and not yet taken */
};

/* ctl-ask.c */
/* Connects, when it is not: 0, or -1 and it has been told. */
int		 ask_open(struct ask *);
/* Asks one line and waits for its answer: 0, *code and the text; or -1, lost,
 * which has been told. SIGINT ends what the balancer waits for; a second one
 * ends the conversation. */
int		 ask_line(struct ask *, const char *line, size_t len,
		    int *code, struct buf *text);
void		 ask_close(struct ask *);

/* ctl-signal.c */
/* Catches SIGINT, SIGWINCH and SIGCONT from now on. Returns a descriptor that
 * becomes readable with each; -1: it cannot. What ends us leaves the terminal
 * as it is now. */
int		 signal_start(void);
/* The signal that has come since the last call; 0: none. SIGINT before
 * others. */
int		 signal_take(void);

/* ctl-print.c */
/* Writes a text with control characters, but newline and tab, shown as `?`, to
 * standard output, or to standard error. */
void		 print_text(const struct buf *, int error);
/* As much of it as a screen has place for. */
void		 print_screen(const struct buf *, int rows, int columns);

/* ctl-run.c */
/* Runs one line: a word of this program, or one for the balancer. *over 1: it
 * was to be the last. */
enum status	 run_line(struct ask *, const char *line, size_t len,
		    int *over);
/* The same for words that a shell has taken apart; a single one is a line. */
enum status	 run_words(struct ask *, char *const words[], int n);
/* Runs the lines of standard input; the worst status. */
enum status	 run_input(struct ask *);

/* ctl-watch.c */
/* Asks the same line again and again, until a key is pressed or a signal
 * comes. args: `[-n SECONDS] [line]`. */
enum status	 watch_run(struct ask *, const char *args, size_t len);

/* ctl-edit.c, or the same without libedit */
/* Talks to the person at the terminal. */
enum status	 edit_run(struct ask *);

/* ctl-compare.c */
/* The calls that turn one configuration file into another; the exit status of
 * diff(1). */
int		 compare_files(const char *from, const char *to);

#endif
