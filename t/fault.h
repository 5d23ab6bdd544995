/* SPDX-License-Identifier: ISC
 *
 * Calls that fail on demand: what fault.c (the wrappers) and fault-run.c (who
 * runs the balancer with them) share. It is in memory that all processes see:
 * a file, whose path the environment tells to a balancer that is started by
 * another one. */

#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>

enum fault_kind {
	FAULT_MEMORY, FAULT_XML, FAULT_TLS, FAULT_ACCEPT, FAULT_SOCKET,
	FAULT_CONNECT, FAULT_RECV, FAULT_SEND, FAULT_READ, FAULT_WRITE,
	FAULT_SPAWN, FAULT_SET, FAULT_POLL, FAULT_OPEN, FAULT_NAME, FAULT_PAIR,
	FAULT_BIND, FAULT_LISTEN, FAULT_ASK, FAULT_OPTION, FAULT_FCNTL,
	FAULT_IOCTL, FAULT_STAT, FAULT_FILE, FAULT_RANDOM, FAULT_CLOSE,
	FAULT_SHUTDOWN, FAULT_WAIT, FAULT_SIGNAL, FAULT_LOOKUP, FAULT_FORK,
	FAULT_USER, FAULT_ACCOUNT, FAULT_PATH, FAULT_HEAR, FAULT_TELL,
	FAULT_KINDS
};

/* In place of an errno: the call moves one byte. */
#define FAULT_SHORT	(-1)
/* The call does nothing, and says that it has worked. */
#define FAULT_LIES	(-2)

#define FAULT_PORTS	4

/* The processes of a life: the first, and the one that takes its place. */
enum fault_process { FAULT_OLD, FAULT_NEW, FAULT_PROCESSES };

#define FAULT_VARIABLE	"PYDIRECTOR_FAULTS_IN"	/* the file's path */

struct fault {
	int		 kind;		/* enum fault_kind; -1: none fails */
	long		 nth;		/* call of that kind, from 1 */
	int		 error;		/* errno it fails with */
	int		 fired;		/* it has failed */
	unsigned long	 site;		/* where it was called */
	long		 counts[FAULT_KINDS];	/* calls so far */
	long		 pid;		/* 0: it has not begun */
	int		 looping;	/* the balancer waits for clients */
	unsigned	 user;		/* who it is then; 0: that is all one */
	int		 high;		/* it was somebody else */
	int		 nports;
	unsigned	 ports[FAULT_PORTS];	/* TCP, in order of listen(2) */
	/* At the end. */
	int		 ended;		/* main() has returned */
	int		 status;	/* that */
	long		 live;		/* blocks of memory never freed */
	unsigned long	 live_site;	/* where one of them was made */
	int		 fds;		/* descriptors never closed */
	int		 fd;		/* one of them */
};

/* The program's main(), and what it leaves behind goes into f. handed: all
 * descriptors but 0, 1 and 2 were handed down to it, and are its to close when
 * it has taken them. */
int	 fault_main(struct fault *f, int handed, int argc, char *argv[]);
/* Memory for OpenSSL, counted as FAULT_TLS. What it keeps for ever is its own
 * business, so nobody looks for what is left. */
void	*fault_tls_malloc(size_t, const char *file, int line);
void	*fault_tls_realloc(void *, size_t, const char *file, int line);
void	 fault_tls_free(void *, const char *file, int line);
/* The program's main() with a wall clock that is ahead by the number that the
 * text holds, which may change. */
int	 fault_clock(const char *seconds, int argc, char *argv[]);
/* What is run instead of it; in a process that the balancer has started as
 * its successor that is the program again. */
int	 fault_run(int argc, char *argv[]);

#endif
