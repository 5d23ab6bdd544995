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
#define LARGE		300000	/* bytes of a large answer, at most */
#define ANSWER_MAX	65536	/* bytes of an answer to a command */

struct life {
	struct fault	*fault;		/* shared with the balancer */
	const char	*program;
	int		 poll_only;
	int		 daemon;	/* in the background; if that works
					 * nobody waits for it */
	int		 secure;	/* pages by HTTPS */
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
	    int number, int poll_only, int secure, struct fault *);
void	 life_done(struct life *);
/* From start to stop. */
void	 life_run(struct life *);
/* 1: its log has this text. */
int	 life_logged(const struct life *, const char *text);
/* Prints the end of its log and of its standard error. */
void	 life_show(const struct life *);
/* Something is worse than lost. */
void	 life_fatal(struct life *, const char *what);

/* fault-peers.c */
/* Starts a process that is all hosts; sets ports and backend. */
void	 hosts_start(struct life *);
/* A request for so many bytes. */
void	 client_request(struct life *, size_t size);
/* A command; what it answers. */
void	 client_command(struct life *, const char *line,
	    char answer[ANSWER_MAX]);
/* A page of the web admin. */
void	 client_page(struct life *, const char *path);
/* Waits until no host counts a relay. */
void	 client_idle(struct life *);

/* fault-tls.c */
/* OpenSSL takes its memory from these, from now on. */
void	 fault_tls_memory(void *(*)(size_t, const char *, int),
	    void *(*)(void *, size_t, const char *, int),
	    void (*)(void *, const char *, int));
/* Sends a text over TLS and reads the answer; "" when that fails. */
void	 fault_tls_ask(int fd, const char *text, char *answer, size_t size);

#endif
