/* SPDX-License-Identifier: ISC
 *
 * The parts of a director beside its services: web, SSH, console, control
 * socket and logs. Each starts, moves or stops as the model has it. What the
 * model says of all of them can be changed in one step, and taken back. */

#ifndef PARTS_H
#define PARTS_H

#include "conf.h"

/* What a model says of them. */
struct parts {
	struct access_point web, ssh;
	char		*log_file, *log_syslog;
	char		*connlog_file, *connlog_syslog;
	unsigned char	 connlog_start;
	char		*console_socket, *control_socket;
	unsigned	 control_mode;
};

/* 0, or -1: no memory, and parts is empty. */
int	 parts_copy(struct parts *, const struct model *);
/* The model says that from now on, and parts what the model said. */
void	 parts_swap(struct parts *, struct model *);
void	 parts_done(struct parts *);
/* 1: the element is one of them. */
int	 parts_has(enum conf_kind);
/* At the start of a director: the logs, which come before all that makes
 * connections, and the others. 0, or -1 with a text in err. What the model
 * asks for and the program has not is told in the log. */
int	 parts_begin_logs(struct pydirector *, char *err, size_t size);
int	 parts_begin(struct pydirector *, char *err, size_t size);
void	 parts_end(struct pydirector *, enum part_kind);
/* Starts, moves or stops the part of that element as the model has it; while
 * the director does not run, nothing. 0, or -1 with a text in err: nothing has
 * changed. */
int	 parts_start(struct pydirector *, enum conf_kind, char *err,
	    size_t size);
/* The same for all of which the model said something else before. -1: those
 * that have started are as the model has it, and others not. */
int	 parts_start_changed(struct pydirector *, const struct parts *old,
	    char *err, size_t size);
/* Binds the addresses that parts will want when the model says what the other
 * one does. 0, or -1 with a text in err. */
int	 parts_prepare(struct pydirector *, const struct model *, char *err,
	    size_t size);

#endif
