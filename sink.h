/* SPDX-License-Identifier: ISC
 *
 * Lines that must never hold us up: into a file, or to syslog(3) through a
 * helper process. They are written at the end of the round; those that cannot
 * go out wait in a bounded buffer, and what does not fit there is lost and
 * counted. */

#ifndef SINK_H
#define SINK_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "loop.h"

#define SINK_LINE_MAX 8192	/* bytes of a line */

struct sink;

/* Lines were lost, for some reason; called from the loop, every ten seconds at
 * most, and from sink_free. */
typedef void	 sink_lost_fn(void *arg, uint64_t lines, const char *why);

/* Appends to a file, which is made with mode 0640; root opens it with the
 * rights of the user uid, unless that is 0 (compat/openas.h). A FIFO that
 * nobody reads is no error: it is opened when somebody does. NULL with
 * errno. */
struct sink	*sink_file(struct loop *, const char *path, uid_t uid, gid_t,
		    sink_lost_fn *, void *arg);
/* Starts the helper program in its mode `syslog` with a facility, and again
 * when it ends, once a second at most. NULL with errno. */
struct sink	*sink_syslog(struct loop *, const char *helper,
		    const char *facility, sink_lost_fn *, void *arg);
/* Takes n bytes without a newline. level: enum log_level, for syslog only. */
void		 sink_line(struct sink *, int level, const char *, size_t n);
/* Writes now what can be written. */
void		 sink_flush(struct sink *);
/* Opens the file anew, for one that was renamed. 0, or -1 with errno: the old
 * one stays in use. */
int		 sink_reopen(struct sink *);
/* We are another user: a helper is ended, and started anew for the lines that
 * follow. */
void		 sink_restart(struct sink *);
/* Writes what can be written, counts the rest as lost, and takes no more lines.
 * Its helper ends when it has said what it has got. */
void		 sink_retire(struct sink *);
/* The same, and waits for the helper, a second at most; one that was retired
 * before is not waited for. NULL: nothing. */
void		 sink_free(struct sink *);
/* The path of the file, or the facility. */
const char	*sink_name(const struct sink *);
/* Lines taken, and lines lost. */
uint64_t	 sink_taken(const struct sink *);
uint64_t	 sink_lost(const struct sink *);

#endif
