/* SPDX-License-Identifier: ISC
 *
 * What becomes of lines: those of the connection log (connlog.c, more in
 * director.h), and the program's own on their way to syslog (syslog.c). */

#ifndef CONNLOG_H
#define CONNLOG_H

#include "director.h"

enum connlog_target {
	CONNLOG_FILE,
	CONNLOG_SYSLOG
};

#define CONNLOG_TARGETS 2

/* Lines taken, and lost, since the start, for an enum connlog_target: 0, or
 * -1: there has been no connection log. */
int	 connlog_counts(const struct pydirector *, int target,
	    uint64_t *taken, uint64_t *lost);

/* Starts, moves or stops as the model has it, else as syslog_default. 0, or -1
 * with a text in err: nothing has changed. */
int	 syslog_start(struct pydirector *, char *err, size_t size);
void	 syslog_stop(struct pydirector *);
/* Hands it a line, if there is one. */
void	 syslog_line(struct pydirector *, int level, const char *);

#endif
