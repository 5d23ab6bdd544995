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

/* What all lives of a run have in common. */
struct how {
	const char	*program;
	int		 poll_only;
	int		 secure;	/* pages by HTTPS */
	int		 upgrade;	/* there is one */
	int		 quiet;		/* without clients meanwhile */
	enum fault_process failing;	/* whose calls fail */
	const char	*user;		/* whom the balancer becomes, with or
					 * without a group; or NULL */
	char		 name[64];	/* of that user alone */
	unsigned	 uid, gid;
};

struct life {
	const struct how *how;
	struct fault	*fault;		/* of each process, shared with it */
	int		 kind;		/* what fails: as in struct fault */
	long		 nth;
	int		 error;
	int		 daemon;	/* in the background, as with upgrades;
					 * if that works nobody waits for it */
	char		 dir[PATH_SIZE];
	char		 hash[128];	/* of the user's password */
	unsigned	 ports[HOSTS];	/* of the hosts */
	pid_t		 backend;
	pid_t		 pid;		/* who is in charge; -1: has ended */
	int		 status;	/* then, as waitpid(2) tells it */
	int		 fired;		/* it has failed, called at site */
	unsigned long	 site;
	int		 requests_lost;
	int		 commands_lost;
	char		 why[TEXT_MAX];	/* the last of these */
	char		 fatal[TEXT_MAX];	/* worse than that */
};

/* Makes a directory of its own in dir, and hosts. */
void	 life_init(struct life *, const struct how *, const char *dir,
	    int number);
void	 life_done(struct life *);
/* From start to stop, with what fails. */
void	 life_run(struct life *, int kind, long nth, int error);
/* How many lines of its log have this text. */
int	 life_logged(const struct life *, const char *text);
/* A file of its directory. */
const char *life_file(const struct life *, const char *name);
/* From now on calls of that process fail, if it is the one. */
void	 life_arm(struct life *, enum fault_process);
/* Forgets what is known of one, for the next. */
void	 life_forget(struct life *, enum fault_process);
/* 1: who is in charge has ended. */
int	 life_ended(struct life *);
/* Waits for that: 0, or -1: it was killed at last. */
int	 life_wait(struct life *, int64_t ms);
/* A process has ended, with status 0 if it had started. */
void	 life_judge(struct life *, const struct fault *, int started);
/* It has left nothing. */
void	 life_left(struct life *, const struct fault *);
/* Prints the end of its log and of its standard error. */
void	 life_show(const struct life *);
/* Something is worse than lost. */
void	 life_fatal(struct life *, const char *what);

/* fault-peers.c */
/* Starts a process that is all hosts; sets ports and backend. */
void	 hosts_start(struct life *);
/* A request for so many bytes. */
void	 client_request(struct life *, size_t size);
/* The same in two steps; open: a descriptor or -1. */
int	 client_open(struct life *);
void	 client_finish(struct life *, int fd, size_t size);
/* A command; what it answers. */
void	 client_command(struct life *, const char *line,
	    char answer[ANSWER_MAX]);
/* A page of the web admin. */
void	 client_page(struct life *, const char *path);
/* Waits until hosts count some relay, or none. */
void	 client_relays(struct life *, int some);

/* fault-upgrade.c */
/* Another process takes the place of the first, at the second attempt if a
 * call fails in the first. */
void	 life_upgrade(struct life *);

/* fault-user.c */
/* Looks up the user of how. */
void	 user_init(struct how *);
/* A file for him. */
void	 user_give(const struct life *, const char *path);
/* Who is in charge is the user, and so are its children. */
void	 user_check(struct life *);
/* The processes that one has started, 64 at most; returns how many. */
int	 user_children(pid_t of, pid_t pids[64]);

/* fault-tls.c */
/* OpenSSL takes its memory from these, from now on. */
void	 fault_tls_memory(void *(*)(size_t, const char *, int),
	    void *(*)(void *, size_t, const char *, int),
	    void (*)(void *, const char *, int));
/* Sends a text over TLS and reads the answer; "" when that fails. */
void	 fault_tls_ask(int fd, const char *text, char *answer, size_t size);

#endif
