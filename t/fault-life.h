/* SPDX-License-Identifier: ISC
 *
 * One life of the balancer (fault-life.c), as fault-run.c sees it. */

#ifndef FAULT_LIFE_H
#define FAULT_LIFE_H

#include <sys/types.h>

#include "fault.h"

#define TEXT_MAX	512
#define PATH_SIZE	100	/* bytes of a UNIX socket's path */
#define HOSTS		4

struct life {
	struct fault	*fault;		/* shared with the balancer */
	const char	*program;
	int		 poll_only;
	char		 dir[PATH_SIZE];
	char		 hash[128];	/* of the user's password */
	unsigned	 ports[HOSTS];	/* of the hosts */
	pid_t		 backend;
	pid_t		 pid;		/* the balancer; -1: it has ended */
	int		 status;	/* then, as waitpid(2) tells it */
	int		 requests_lost;
	int		 commands_lost;
	char		 why[TEXT_MAX];	/* the last of these */
	char		 fatal[TEXT_MAX];	/* worse than that */
};

/* Makes a directory of its own in dir, and hosts. */
void	 life_init(struct life *, const char *program, const char *dir,
	    int number, int poll_only, struct fault *);
void	 life_done(struct life *);
/* From start to stop. */
void	 life_run(struct life *);
/* 1: its log has this text. */
int	 life_logged(const struct life *, const char *text);
/* Prints the end of its log and of its standard error. */
void	 life_show(const struct life *);

#endif
