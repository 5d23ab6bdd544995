/* SPDX-License-Identifier: ISC
 *
 * What floors 3 and 4 share: the director, and the prototypes, grouped by
 * file. pydirector-internals.7 tells the floors. */

#ifndef DIRECTOR_H
#define DIRECTOR_H

#include <stdint.h>

#include "log.h"
#include "buf.h"
#include "addr.h"
#include "network.h"
#include "index.h"
#include "net.h"
#include "loop.h"
#include "door.h"
#include "helper.h"
#include "model.h"

struct relay;		/* relay.c */
struct relay_watcher;	/* relay.h */
struct tls_ops;		/* tls.h */
struct connlog;		/* connlog.c */
struct sink;		/* sink.h */
struct control;		/* control.c */
struct console;		/* console.c */
struct ssh;		/* ssh.c */
struct events;		/* api-watch.c */
struct auth;		/* auth.c */
struct http;		/* http.c */

#define AUTH_TOKEN_SIZE	33	/* with its NUL */

/* How a command ended; the numbers are those of HTTP. */
enum outcome {
	OUTCOME_OK = 200,
	OUTCOME_BAD = 400,		/* bad argument, no such name */
	OUTCOME_FORBIDDEN = 403,	/* the right is not enough */
	OUTCOME_UNKNOWN = 404,		/* no such command */
	OUTCOME_CONFLICT = 409,		/* not now, or already there */
	OUTCOME_FAILED = 500		/* the system would not */
};

struct request;
struct pydirector;

/* What a director has only when its program has asked for it
 * (pydirector_with_...): nothing else refers to what is behind these pointers,
 * so that who does not ask does not link it. */
enum part_kind {
	PART_CONNLOG,
	PART_SYSLOG,
	PART_WEB,
	PART_SSH,
	PART_CONSOLE,
	PART_CONTROL
};
#define PARTS ((int)PART_CONTROL + 1)

struct part {
	/* Starts, moves or stops it as the model has it. 0, or -1 with a text
	 * in err: nothing has changed. */
	int		(*start)(struct pydirector *, char *err, size_t size);
	/* Ends everything of it at once. */
	void		(*stop)(struct pydirector *);
	/* Opens its file anew, as connlog_reopen; NULL: it has none. */
	int		(*reopen)(struct pydirector *);
	/* Does what has to be done when we are another user (given.h). NULL:
	 * nothing. */
	void		(*given)(struct pydirector *);
	/* As connlog_counts; NULL: it counts nothing. */
	int		(*counts)(const struct pydirector *, int target,
			    uint64_t *taken, uint64_t *lost);
};

/* Reading and writing configurations: files.c. */
struct file_ops {
	enum outcome	(*reload)(const struct request *);
	enum outcome	(*compare)(const struct request *);
	enum outcome	(*save)(struct pydirector *, int force, struct buf *);
	/* Views, as in view.h. */
	int		(*running)(const struct pydirector *, int hashes,
			    struct buf *);
	int		(*stored)(const struct pydirector *, int hashes,
			    struct buf *);
};
#define FILES_NONE	"no file can be read"	/* when they are not there */

/* The director: everything that runs. */
struct pydirector {
	struct loop	 loop;
	struct log	*log;
	void		(*log_fn)(void *arg, int level, const char *line);
	void		*log_arg;	/* the program's log, or NULL */
	struct buf	 error;		/* of the last call; empty: none */
	unsigned	 calling;	/* functions of the program's run now */
	struct model	*model;		/* NULL: nothing loaded */
	struct pool	 pool;		/* chunks that relays read into */
	struct pool	 bulk;		/* larger ones, for fast senders */
	struct pool	 small;		/* smaller ones, for PROXY headers */
	const struct part *parts[PARTS];	/* NULL: not asked for */
	const struct file_ops *files;	/* NULL: the same */
	const struct tls_ops *tls;	/* the same */
	const struct helper_ops *helpers; /* the same */
	struct helper	*lookup;	/* NULL: no helper program given */
	struct helper	*crypt;		/* the same */
	struct auth	*auth;		/* NULL: nobody has asked yet */
	void		(*auth_done)(struct pydirector *);	/* with auth */
	struct http	*http;		/* NULL: no web */
	struct connlog	*connlog;	/* NULL: none yet */
	uid_t		 uid;		/* as whom root opens it, and makes
					 * keys and UNIX sockets; 0: root */
	gid_t		 gid;
	struct sink	*syslog;	/* NULL: not to syslog(3) */
	struct sink	*syslog_old;	/* retired; its helper may still end */
	char		*syslog_default; /* facility; NULL: none */
	char		*helper;	/* path of the program; NULL: none */
	char		*sshd_program;	/* pydirector-sshd; NULL: none */
	char		*ctl_program;	/* pydirectorctl; NULL: none */
	char		*directory;	/* with its slash, where relative paths
					 * start; or NULL */
	struct control	*control;	/* NULL: no control socket */
	struct console	*console;	/* NULL: no command socket */
	struct ssh	*ssh;		/* NULL: no SSH */
	struct relay_watcher *watchers;	/* told of relays */
	struct events	*events;	/* told to the program; NULL: none */
	/* The host goes into rotation or out; NULL: nobody wants to know. */
	void		(*host_changed)(struct pydirector *,
			    const struct host *);
	struct timer	 plot_timer;	/* set while there is a web */
	char		*config_path;	/* NULL: not from a file */
	struct buf	 config_text;	/* the file as last read or written */
	struct timer	 save_timer;	/* configCheck */
	struct index	 nodes;		/* manager.c: hosts by their names */
	unsigned char	 save_told;	/* that it could not be saved */
	unsigned char	 unresolved;	/* manager_resolve_all met one */
	int64_t		 started;	/* loop.now at the start */
	struct relay	*relays;	/* all, the newest first */
	size_t		 nrelays;
	struct task	*starved;	/* relays that wait for a descriptor */
	uint64_t	 next_id;	/* of relays, from 1 */
	uint64_t	 stamp;		/* counts ends, for host->ended */
	uint64_t	 random;	/* state of random_next */

	/* Shortage of descriptors: listeners pause. */
	unsigned char	 short_of;	/* in one now */
	int64_t		 short_told;	/* when it was logged; 0: never */
	struct timer	 short_timer;	/* looks again */

	struct door	*doors;		/* all that are open */
	struct bound	*bound;		/* door.c: sockets to be taken over */
	unsigned char	 quit;		/* pydirector_run is to return */
	struct handover	*handover;	/* to a process in our place, or NULL */
	struct takeover	*takeover;	/* from the one before us, or NULL */
	const struct handover_ops *upgrades; /* NULL: neither yet */
	unsigned char	 yielding;	/* listeners pause: that process is
					 * about to let clients in */
	unsigned char	 running;	/* pydirector_start has succeeded */
	unsigned char	 draining;	/* no listeners; relays finish */
	unsigned char	 batch;		/* many changes in one step: groups are
					 * rebuilt, checks adjusted and parts
					 * started at its end; 2: all hosts
					 * are to be adjusted then */

	/* What only the owner can do; NULL: it does not. 0 or -1. */
	int		(*close_log)(void *arg);
	int		(*shutdown)(void *arg);
	int		(*upgrade)(void *arg);
	void		(*inherit)(void *arg);
	void		*hook_arg;
};

/* dial.c: connecting to a host, its addresses in turn. */
/* One attempt to reach a host. next is 0 at its start. */
struct dial {
	unsigned char	 next;		/* addresses tried so far */
	unsigned char	 first;		/* where it started */
	unsigned char	 at;		/* the one under way */
	unsigned char	 generation;	/* host->generation at the start */
	int		 error;		/* errno of the last that failed */
};
/* Starts with the address that answered last, or goes on to the next one.
 * Returns a descriptor that is connecting, or -1: no address is left and
 * error tells why, or error is a shortage of our own (net_is_local). */
int		 dial_next(struct dial *, const struct host *);
/* The version of the PROXY header that its server is sent; 0: none. */
int		 dial_proxy(const struct host *);
/* The address under way has answered. */
void		 dial_good(const struct dial *, struct host *);

/* listen.c: listening sockets and accepting. */
/* Binds every listener of the service, names looked up at once; 0, or -1 with
 * a text in err: nothing of it listens. */
int		 listen_start(struct pydirector *, struct service *,
		    char *err, size_t size);
void		 listen_stop(struct pydirector *, struct service *);
/* The same, but who waits already gets in. */
void		 listen_drain(struct pydirector *, struct service *);
/* The same for one listener. While the director runs no name is looked up but
 * localhost. */
int		 listen_open(struct pydirector *, struct listener *, char *err,
		    size_t size);
void		 listen_close(struct pydirector *, struct listener *);
/* The same for one that is not wanted any more: who waits already gets in. */
void		 listen_retire(struct pydirector *, struct listener *);
/* We are short of descriptors: no accepting until one is given back
 * (listen_given_back), or for a second. */
void		 listen_shortage(struct pydirector *, int error);
/* A descriptor; and, when a relay of a service has ended, a place there. */
void		 listen_given_back(struct pydirector *, const struct service *);
/* 1: a client that is accepted has to wait: all usable hosts of the service
 * are at their limit. */
int		 listen_crowded(const struct service *);

/* connlog.c: a line for each connection. */
/* Opens, moves or closes the connection log as the model has it. 0, or -1 with
 * a text in err: nothing has changed. */
int		 connlog_start(struct pydirector *, char *err, size_t size);
void		 connlog_stop(struct pydirector *);
/* Opens its file anew. 0, or -1 with errno. */
int		 connlog_reopen(struct pydirector *);

/* relay.c: one client and its server. */
/* How a relay ended; relay_end_word() has the words, pydirector.8 lists
 * them. */
enum relay_end {
	END_NONE,
	END_CLIENT_CLOSED,
	END_SERVER_CLOSED,
	END_CLIENT_RESET,
	END_SERVER_RESET,
	END_IDLE,
	END_CONNECT_FAILED,
	END_NO_HOST,
	END_REFUSED,
	END_DENIED,
	END_LIMITED,
	END_BAD_HEADER,
	END_ADMIN,
	END_STOP
};
const char	*relay_end_word(enum relay_end);
/* Takes over the descriptor of a client that the listener has accepted. */
void		 relay_start(struct pydirector *, const struct listener *,
		    int fd, const struct addr *client);
/* Ends all relays of a host at once; returns how many there were. */
size_t		 relay_stop_host(struct pydirector *, const struct host *);
/* Something that relays wait for has become free: the oldest of those that do
 * tries again, one of that service (or NULL) before all others. */
void		 relay_wake(struct pydirector *, const struct service *);
/* Ends all relays at once. */
void		 relay_stop_all(struct pydirector *, enum relay_end);

/* check.c: probing one host. */
struct check {
	struct pydirector *director;
	struct host	*host;
	struct io	 io;		/* the connect under way */
	struct timer	 timer;		/* its deadline */
	struct task	 task;		/* the next connect, or the answer */
	struct dial	 dial;
	size_t		 sent;		/* bytes of a PROXY header */
	unsigned	 left;		/* connects yet to succeed */
	int64_t		 timeout;	/* ms for each */
	enum why	 why;		/* the answer */
	int		 local;		/* it failed for a shortage of ours */
	/* Called once: WHY_NONE, or why it failed. local: our own shortage;
	 * it says nothing about the host. */
	void		(*done)(struct check *, enum why, int local);
};
void		 check_init(struct check *, struct pydirector *, struct host *);
/* Probes the host with tries connects, one after the other, each within
 * timeout ms; the first that fails ends it. done is never called from here. */
void		 check_start(struct check *, unsigned tries, int64_t timeout,
		    void (*done)(struct check *, enum why, int local));
void		 check_stop(struct check *);
int		 check_running(const struct check *);

/* manager.c: hosts going down and coming back; timed tasks. */
/* Looks after every host of the model from now on. 0, or -1: no memory. */
int		 manager_start(struct pydirector *);
void		 manager_stop(struct pydirector *);
/* Looks after one more host, whose name is looked up off the loop: 0, or -1:
 * no memory. manager_del before it is removed. */
int		 manager_add(struct pydirector *, struct host *);
void		 manager_del(struct pydirector *, struct host *);
/* Probes it now, or looks its name up; the log tells what comes of it. */
void		 manager_retry(struct pydirector *, struct host *);
/* Settings that decide on probes have changed: for a group (which is enabled),
 * or for all hosts. */
void		 manager_adjust_group(struct pydirector *, struct group *);
void		 manager_adjust_all(struct pydirector *);
/* Ends a batch of changes: each group that is stale is rebuilt and looked
 * after, once. */
void		 manager_settle(struct pydirector *);
/* The host could not be reached. */
void		 manager_failed(struct pydirector *, struct host *, enum why);
/* The host has answered; if it was down it is back. */
void		 manager_reached(struct pydirector *, struct host *);
/* Looks every name up, in line. 0, or -1: a host has no address. */
int		 manager_resolve_all(struct pydirector *);
/* Milliseconds until the host is tried next; -1: it is not. */
int64_t		 manager_next_try(const struct pydirector *,
		    const struct host *);

/* command.c: the one table of commands. Web calls, console, reload and API all
 * go through it. */
enum right {
	RIGHT_NONE,
	RIGHT_READ,
	RIGHT_WRITE
};

/* Who asks: named in the log line of every change. */
struct caller {
	const char	*user;
	const char	*peer;		/* address, or `signal`, `console` */
	enum right	 right;
};

struct arg {
	const char	*name;		/* compared without case */
	const char	*value;
};

struct request {
	struct pydirector *director;
	const struct caller *caller;
	const struct arg *args;
	size_t		 nargs;
	struct buf	*answer;	/* text for people, one or more lines;
					 * no newline at the end */
};

struct command {
	const char	*name;
	const char	*args;		/* `service group name|ip [weight]`:
					 * [optional], one of a|b */
	enum right	 right;
	const char	*help;		/* one line */
	enum outcome	(*run)(const struct request *);
	int		 changes;	/* it is logged */
};

/* The table in turn: from NULL to NULL. */
const struct command *command_next(const struct command *);
const struct command *command_find(const char *name);
/* Checks right and required arguments, runs it, logs a change. */
enum outcome	 command_run(struct pydirector *, const struct caller *,
		    const char *name, const struct arg *, size_t nargs,
		    struct buf *answer);
/* The same for a line of compareconf; it is decoded in place. */
enum outcome	 command_line(struct pydirector *, const struct caller *,
		    char *line, struct buf *answer);
/* The value of an argument, or NULL. */
const char	*command_arg(const struct request *, const char *name);

/* save.c: the file of the configuration. */
/* Writes the running configuration to it: a dated backup of the old one, then
 * a new file in its place. A file that somebody else changed meanwhile is
 * left alone unless forced. */
enum outcome	 save_config(struct pydirector *, int force,
		    struct buf *answer);

/* status.c: what runs, as text. Each appends one whole document. */
void		 status_running_txt(const struct pydirector *, struct buf *);
void		 status_txt(const struct pydirector *, struct buf *);
void		 status_json(const struct pydirector *, struct buf *);
void		 status_metrics(const struct pydirector *, struct buf *);
void		 status_obj(const struct pydirector *, struct buf *);

/* auth.c: who may. */
/* What a check of name and password came to. busy 1: nothing is known, too
 * much is asked at once (right is RIGHT_NONE then); RIGHT_NONE: wrong. */
typedef void	 auth_fn(void *arg, enum right right, int busy);
struct auth_request;
/* Verifies a password, off the loop; fn is called once, later or from here.
 * Addresses with many failures wait before they are heard; the log tells each
 * failure. peer may be NULL. NULL: fn has been called already. */
struct auth_request *auth_check(struct pydirector *, const char *user,
		    const char *password, const struct addr *peer,
		    auth_fn *fn, void *arg);
/* The asker is gone: fn will not be called. */
void		 auth_cancel(struct auth_request *);
/* A text in hex that only we can know, the same for a user while we run: what
 * a form carries to show that it came from a page of ours. 0, or -1: no
 * memory, or no random numbers. */
int		 auth_token(struct pydirector *, const char *user,
		    char token[AUTH_TOKEN_SIZE]);
/* 1: that is the user's token. token may be NULL. */
int		 auth_token_good(struct pydirector *, const char *user,
		    const char *token);
/* Forgets everything; nobody is told. In d->auth_done while there is auth. */
void		 auth_done(struct pydirector *);

/* admin.c: the web calls and pages. */
/* Starts the web admin as the model has it, or moves or stops one that runs
 * (not from a call of its own). 0, or -1 with a text in err: nothing has
 * changed. */
int		 admin_start(struct pydirector *, char *err, size_t size);
void		 admin_stop(struct pydirector *);

/* control.c: Twisted AMP; who the client behind an address of ours is.
 * console.c: the command socket. ssh.c: SSH connections, a process each.
 * Each starts as the model has it, or moves or stops what runs. 0, or -1 with
 * a text in err: nothing has changed. */
int		 control_start(struct pydirector *, char *err, size_t size);
void		 control_stop(struct pydirector *);
int		 console_start(struct pydirector *, char *err, size_t size);
void		 console_stop(struct pydirector *);
int		 ssh_start(struct pydirector *, char *err, size_t size);
void		 ssh_stop(struct pydirector *);

#endif
