/* SPDX-License-Identifier: ISC
 *
 * What the files of the console share: console.c (the door), channel.c (a
 * channel), channel-login.c (its login), console-run.c (a line), and the parts
 * of that: console-args.c, console-show.c, console-complete.c. */

#ifndef CONSOLE_H
#define CONSOLE_H

#include "words.h"
#include "door.h"
#include "command.h"
#include "view.h"
#include "channel.h"

#define CONSOLE_SPECS	16	/* arguments of a command, at most */
#define CONSOLE_NAMES	4	/* names of an argument, at most */
#define CONSOLE_NAME	32	/* bytes of one */

/* An argument of a command, as the table has it. */
struct spec {
	char		 names[CONSOLE_NAMES][CONSOLE_NAME];
	int		 nnames;
	unsigned char	 optional;
	unsigned char	 given;		/* by name or by place */
};

struct specs {
	struct spec	 list[CONSOLE_SPECS];
	int		 n;
};

/* A line and who typed it. */
struct line {
	struct pydirector *director;
	const struct caller *caller;
	struct buf	*answer;	/* no newline at the end */
	/* What is to be waited for when it has been run. */
	struct host	*drain;		/* held; NULL: nothing */
	int64_t		 wait;		/* ms; -1: however long it takes */
};

/* All channels, and the door of the command socket. */
struct console {
	struct pydirector *director;
	struct door	 door;
	struct channel	*channels;
	int		 nchannels;	/* of the door */
	int64_t		 round;		/* loop.now when spent was 0 */
	int64_t		 spent;		/* us of that round in commands */
};

/* A word that only the console has. */
struct own {
	const char	*name;
	const char	*args;		/* as people read them */
	const char	*help;
	enum outcome	(*run)(struct line *, const struct word *, int n);
};

/* console.c */
/* The console, made when there is none yet; NULL: no memory. */
struct console	*console_get(struct pydirector *);

/* channel.c */
/* A channel of somebody who came through the door; user is his name. It takes
 * over the descriptor. */
void		 channel_local(struct console *, int fd, const char *user);

/* console-run.c */
/* Runs a line, which is changed. */
enum outcome	 console_run(struct line *, char *text);
/* Adds a line to the answer. */
enum outcome	 console_say(struct line *, enum outcome, const char *, ...)
		    LOG_PRINTF(3, 4);
/* The words of the console alone in turn: from NULL to NULL. */
const struct own *console_next(const struct own *);

/* console-args.c */
/* The arguments that a command has. */
void		 specs_of(const struct command *, struct specs *);
/* The one with that name, of len bytes, or NULL. */
struct spec	*specs_find(struct specs *, const char *name, size_t len);
/* Gives words to arguments: by name where a word says so, the others by their
 * place. whole 0: more words will follow. */
enum outcome	 console_args(struct line *, struct specs *,
		    const struct word *, int n, int whole,
		    struct arg args[WORDS_MAX], size_t *nargs);

/* console-show.c */
enum outcome	 console_show(struct line *, const struct word *, int n);

/* console-complete.c */
/* Answers with what the last word of a line may become, one a line, each as
 * it would have to be typed. */
enum outcome	 console_complete(struct line *, char *text);

#endif
