/* SPDX-License-Identifier: ISC
 *
 * pydirector: a TCP load balancer inside a poll(2) loop. The director never
 * sleeps, starts no threads, installs no signal handlers and never exits;
 * SIGPIPE has to be ignored by the program. */

#ifndef PYDIRECTOR_H
#define PYDIRECTOR_H

#include <sys/types.h>

#include <poll.h>
#include <stddef.h>

struct pydirector;

/* Levels of log lines, from the gravest. */
enum pydirector_level {
	PYDIRECTOR_ERR,		/* someone must act */
	PYDIRECTOR_WARNING,	/* a request was lost */
	PYDIRECTOR_NOTICE,	/* a state changed */
	PYDIRECTOR_INFO,	/* one line per relay */
	PYDIRECTOR_DEBUG	/* transitions */
};

/* A log line without time, level and newline. */
typedef void	 pydirector_log_fn(void *arg, int level,
		    const char *line);
/* One error of a configuration: `FILE:LINE: text`. */
typedef void	 pydirector_error_fn(void *arg, const char *text);

/* Makes a director. log may be NULL: no lines. helper: path of
 * pydirector-helper, or NULL: no name is looked up again after the start.
 * Returns NULL when there is no memory. */
struct pydirector *pydirector_new(pydirector_log_fn *log, void *arg,
		    enum pydirector_level, const char *helper);
/* Ends everything at once. What is left can take log lines, and be freed. */
void		 pydirector_stop(struct pydirector *);
/* The same, and frees the director. */
void		 pydirector_free(struct pydirector *);

/* Paths of pydirector-sshd and pydirectorctl, for SSH; either may be NULL: no
 * SSH. Before pydirector_start. Returns 0, or -1: no memory. */
int		 pydirector_programs(struct pydirector *, const char *sshd,
		    const char *ctl);

/* How relays wait: `poll`: all in the poll array; `epoll`, `kqueue`: in the
 * kernel's set of that name; NULL: in the system's set, where it is trusted
 * (epoll). Before pydirector_start. Returns 0, or -1: this system has no such
 * set, or it has not passed its test; relays wait in the poll array then. */
int		 pydirector_use(struct pydirector *, const char *word);

/* Reads a configuration file into a director that has none. Returns 0, or -1
 * after one call of error for each error in the file. Looks no names up. */
int		 pydirector_load(struct pydirector *, const char *file,
		    pydirector_error_fn *error, void *arg);
/* The log file that the configuration names, or NULL. */
const char	*pydirector_log_file(const struct pydirector *);
/* From now on pydirector_syslog_line() has lines written by syslog(3), with the
 * facility of the configuration, also when that changes; facility: where it
 * names none, or NULL: they go nowhere then. A helper process does it: nothing
 * waits, and lines that it cannot take are lost, counted, and told in the log.
 * Returns 0, or -1 with a text in err. */
int		 pydirector_syslog(struct pydirector *, const char *facility,
		    char *err, size_t size);
void		 pydirector_syslog_line(struct pydirector *, int level,
		    const char *line);
/* Looks the names up (this blocks), binds every listener and starts. Returns
 * 0, or -1 with a text in err and nothing bound. */
int		 pydirector_start(struct pydirector *, char *err, size_t size);

/* Reads the file again and applies the difference in one step, while the
 * director runs. Returns 0, or -1 after one call of error for each reason, and
 * nothing has changed. */
int		 pydirector_reload(struct pydirector *,
		    pydirector_error_fn *error, void *arg);

/* What an operator can ask for and only the program can do: return 0, or -1
 * when it failed. They are called from pydirector_dispatch. */
typedef int	 pydirector_hook_fn(void *arg);
/* close_log: opens the log file anew, and calls pydirector_reopen. stop: the
 * director is draining; the program ends when no relay is left. upgrade: calls
 * pydirector_hand_over. NULL: it cannot do that. */
void		 pydirector_hooks(struct pydirector *,
		    pydirector_hook_fn *close_log, pydirector_hook_fn *stop,
		    pydirector_hook_fn *upgrade, void *arg);

/* Fills at most max entries of fds and returns how many there are; more than
 * max: make room and call again. */
int		 pydirector_pollfds(struct pydirector *, struct pollfd *fds,
		    int max);
/* How long poll(2) may sleep: milliseconds, 0 not at all, -1 for ever. */
int		 pydirector_timeout(const struct pydirector *);
/* Does what became ready and what is due. fds, n: what pydirector_pollfds
 * filled, marked by poll(2). */
void		 pydirector_dispatch(struct pydirector *,
		    const struct pollfd *fds, int n);

/* Stops listening; relays go on until they end by themselves. */
void		 pydirector_drain(struct pydirector *);
/* Opens the file of the connection log anew, for one that was renamed. 0, or
 * -1 with errno: the old one stays in use. */
int		 pydirector_reopen(struct pydirector *);
/* The number of relays that are open. */
size_t		 pydirector_relays(const struct pydirector *);
/* 1: it is draining, no relay is left, and a process whose place it took is
 * gone, too: the program can end. */
int		 pydirector_finished(const struct pydirector *);

/* Another process in our place, without a client who notices. The program
 * starts a new one, which loads its configuration and starts as ever:
 *
 *	the old one			the new one
 *	pydirector_hand_over		pydirector_new
 *	goes on				pydirector_take_over
 *					pydirector_load, pydirector_start
 *	its function is called,		pydirector_ready, or
 *	and it drains			pydirector_failed
 *
 * Listening sockets are found by their addresses; what the new configuration
 * does not have is closed. Counters, what is known of hosts, and the number of
 * the last relay go over; so do the counters of relays that the old one still
 * has, until it ends. */
/* How many descriptors the new one will find behind the first. */
size_t		 pydirector_sockets(const struct pydirector *);
/* Starts the program argv[0], a path, with that environment; its descriptor 3
 * is for pydirector_take_over, those of the listening sockets follow. fn is
 * called once, from pydirector_dispatch: why NULL: process pid is ready, and we
 * drain from here on; or why it is not (also: nothing was heard of it for 30
 * s), and nothing has changed. Returns its process number, or -1 with a text in
 * err. */
typedef void	 pydirector_upgrade_fn(void *arg, long pid, const char *why);
long		 pydirector_hand_over(struct pydirector *, char *const argv[],
		    char *const env[], pydirector_upgrade_fn *fn, void *arg,
		    char *err, size_t size);
/* Takes over descriptor fd and the n behind it. Before pydirector_load.
 * Returns 0, or -1 with a text in err. */
int		 pydirector_take_over(struct pydirector *, int fd, int n,
		    char *err, size_t size);
/* After pydirector_start: tells the old process, and waits until it does not
 * listen any more. Returns 0, also when there is none, or -1: it has gone
 * without telling what it knew. */
int		 pydirector_ready(struct pydirector *);
/* Tells the old process why we cannot start, once. */
void		 pydirector_failed(struct pydirector *, const char *why);

/* After pydirector_start, for a program that goes on as another user: gives him
 * the UNIX sockets, the connection log, and the keys that were made. Returns 0,
 * or -1 with a text in err. */
int		 pydirector_give(struct pydirector *, uid_t, gid_t, char *err,
		    size_t size);
/* When it is that user: starts helpers anew, and logs what he cannot read. */
void		 pydirector_given(struct pydirector *);

/* The version, `0.1.0`. */
const char	*pydirector_version(void);

#endif
