/* SPDX-License-Identifier: ISC
 *
 * pydirector: a TCP load balancer inside a poll(2) loop of your own.
 * pydirector(3) tells the whole contract.
 *
 * A director never sleeps (pydirector_run alone does), starts no threads and,
 * unless told to, no processes; it installs no signal handlers, writes to no
 * standard stream and never exits. SIGPIPE has to be ignored by the program.
 * Directors know nothing of each other; one is used by one thread at a time.
 *
 * Functions that return int return 0, or -1: pydirector_error() says why.
 * Texts that they are given are copied. */

#ifndef PYDIRECTOR_H
#define PYDIRECTOR_H

#include <sys/types.h>
#include <sys/socket.h>

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header: it grows with everything that is added, and what is there
 * stays as it is. */
#define PYDIRECTOR_API_VERSION	1

struct pydirector;

/* Life. */

/* Levels of log lines, from the gravest. There may be more one day. */
enum pydirector_level {
	PYDIRECTOR_ERR,		/* someone must act */
	PYDIRECTOR_WARNING,	/* a request was lost */
	PYDIRECTOR_NOTICE,	/* a state changed */
	PYDIRECTOR_INFO,	/* one line per relay */
	PYDIRECTOR_DEBUG	/* transitions */
};

/* A log line without time, level and newline. */
typedef void	 pydirector_log_fn(void *arg, int level, const char *line);

/* Makes a director. log NULL: no lines. Returns NULL: no memory. */
struct pydirector *pydirector_new(pydirector_log_fn *log, void *arg,
		    enum pydirector_level);
/* Looks the names of hosts up, in line: this blocks for as long as the system
 * takes. Before the start, and whenever the program likes; without it and
 * without pydirector_with_helper a host with a name stays down, unresolved.
 * Returns 0, or -1: at least one has no address. */
int		 pydirector_resolve(struct pydirector *);
/* Binds every listener and starts. -1: nothing is bound. A listener with a
 * name is looked up in line. */
int		 pydirector_start(struct pydirector *);
/* Stops listening; relays go on until they end by themselves. */
void		 pydirector_drain(struct pydirector *);
/* Ends everything at once; the configuration stays and can be started again.
 * Not from a callback. */
void		 pydirector_stop(struct pydirector *);
/* The same, and frees the director. NULL: nothing. Not from a callback. */
void		 pydirector_free(struct pydirector *);

/* Why the last call on this director failed: a text for people, several lines
 * where a configuration has several errors (`FILE:LINE: text`). It is the
 * director's and holds until the next call; never NULL. */
const char	*pydirector_error(const struct pydirector *);

/* Of the library that is linked: PYDIRECTOR_API_VERSION as it was built, and
 * the version, `0.1.0`. */
int		 pydirector_api_version(void);
const char	*pydirector_version(void);
/* err, warning, notice, info, debug; `-` for a level that is none. */
const char	*pydirector_level_word(int level);

/* The loop. */

/* How relays wait: `poll`: in the poll array; `epoll`, `kqueue`: in the
 * kernel's set of that name; NULL: in the system's set, where it is trusted
 * (epoll). Before pydirector_start. -1: this system has no such set, or it has
 * not passed its test; relays wait in the poll array then, as they do when this
 * is not called. */
int		 pydirector_use(struct pydirector *, const char *word);
/* Raises the limit of descriptors of the whole process to the hard limit.
 * Returns it; -1: it has none. */
long		 pydirector_raise_files(void);

/* Starts a round: fills at most max entries of fds and returns how many there
 * are. More than max: make room and call again. */
int		 pydirector_pollfds(struct pydirector *, struct pollfd *fds,
		    int max);
/* How long poll(2) may sleep: milliseconds, 0 not at all, -1 for ever. */
int		 pydirector_timeout(const struct pydirector *);
/* Does what became ready and what is due. fds, n: what pydirector_pollfds
 * filled, marked by poll(2). All callbacks come from here, except those of
 * changes that the program makes itself. */
void		 pydirector_dispatch(struct pydirector *,
		    const struct pollfd *fds, int n);

/* These three around poll(2), until pydirector_quit, or until
 * pydirector_finished. 0, or -1: it has not started, no memory, or poll(2)
 * has failed. */
int		 pydirector_run(struct pydirector *);
/* pydirector_run returns at the end of this round. From a callback too, not
 * from a signal handler. */
void		 pydirector_quit(struct pydirector *);

/* Building, before the start and while it runs. The words and values are those
 * of pydirector.conf(5). */

/* A service and its first listener, `host:port`; port 0: the system chooses. */
int		 pydirector_add_service(struct pydirector *,
		    const char *service, const char *listen);
int		 pydirector_add_listen(struct pydirector *,
		    const char *service, const char *listen);
/* scheduler NULL: leastc. */
int		 pydirector_add_group(struct pydirector *,
		    const char *service, const char *group,
		    const char *scheduler);
/* host NULL: host.N; weight 0: 1. Its group is enabled when the service has
 * none that is. */
int		 pydirector_add_host(struct pydirector *,
		    const char *service, const char *group, const char *host,
		    const char *address, unsigned weight);
int		 pydirector_enable(struct pydirector *, const char *service,
		    const char *group);
/* An attribute of a host, of a group (host NULL), of a service (group NULL
 * too) or of what has neither, `hostCheck.interval` (all three NULL). */
int		 pydirector_set(struct pydirector *, const char *service,
		    const char *group, const char *host, const char *attr,
		    const char *value);
/* A listener moves to another address: it listens there before it leaves the
 * old one, and relays go on. from: as configured or as in use. -1: it is as it
 * was. */
int		 pydirector_switch_port(struct pydirector *,
		    const char *service, const char *from, const char *to);

/* One host, and what it stands in, in a row of a flat table. Members that are
 * NULL or 0 have their defaults. A table needs only listen and address. */
struct pydirector_mapper {
	const char	*service;	/* NULL: named as listen is */
	const char	*listen;	/* several: blanks between them */
	const char	*group;		/* NULL: `default` */
	const char	*scheduler;	/* NULL: leastc */
	const char	*host;		/* NULL: host.N */
	const char	*address;
	unsigned	 weight;	/* 0: 1 */
	int		 disabled;	/* the group is not the enabled one */
};
/* Adds the services of a table; all of them, or (-1) nothing. size is
 * sizeof(struct pydirector_mapper): rows may grow. */
int		 pydirector_map(struct pydirector *,
		    const struct pydirector_mapper *, size_t n, size_t size);

/* Configurations in XML: who calls these links libxml2. */

/* Reads a configuration into a director that has no service. After that the
 * commands reload, save and their kin are there. */
int		 pydirector_load(struct pydirector *, const char *file);
/* The same from a text; name stands for the file in errors. */
int		 pydirector_load_text(struct pydirector *, const char *name,
		    const char *text, size_t len);
/* Reads the file again and applies the difference in one step. -1: nothing has
 * changed. */
int		 pydirector_reload(struct pydirector *);
/* The log file that the configuration names, or NULL. */
const char	*pydirector_log_file(const struct pydirector *);

/* Parts that are there only when they were asked for: each of these makes one
 * possible, before the start; whether it runs, and where, is said by the
 * configuration or pydirector_set. Who does not call one does not link it. */

/* Names are looked up again, and passwords verified, by this program, which is
 * started when it is first needed: a path of pydirector-helper. */
int		 pydirector_with_helper(struct pydirector *, const char *path);
/* The web admin: needs the helper. */
int		 pydirector_with_web(struct pydirector *);
/* HTTPS for it: links OpenSSL. */
int		 pydirector_with_tls(struct pydirector *);
/* SSH: needs the helper, and the paths of pydirector-sshd and pydirectorctl,
 * which are started for each connection. */
int		 pydirector_with_ssh(struct pydirector *, const char *sshd,
		    const char *ctl);
/* The socket of pydirectorctl(8). */
int		 pydirector_with_console(struct pydirector *);
/* The control socket: who a server's client is. */
int		 pydirector_with_control(struct pydirector *);
/* The connection log. To syslog needs the helper. */
int		 pydirector_with_connlog(struct pydirector *);
/* Opens its file anew, for one that was renamed. -1: the old one is used. */
int		 pydirector_reopen(struct pydirector *);
/* pydirector_syslog_line has lines written by syslog(3), with the facility of
 * the configuration, also when that changes, or this one; NULL: to nowhere
 * while it names none. At once where there is a configuration, else from the
 * start on. Needs the helper: nothing waits, and lines that it cannot take are
 * lost, counted, and told in the log. */
int		 pydirector_with_syslog(struct pydirector *,
		    const char *facility);
void		 pydirector_syslog_line(struct pydirector *, int level,
		    const char *line);

/* Commands: pydirector-admin(7) lists them. */

/* What became of one; the numbers are those of HTTP. There may be more one
 * day: 200 to 299 is success. */
enum pydirector_outcome {
	PYDIRECTOR_OK = 200,
	PYDIRECTOR_BAD = 400,		/* bad argument, no such name */
	PYDIRECTOR_UNKNOWN = 404,	/* no such command */
	PYDIRECTOR_CONFLICT = 409,	/* not now, or already there */
	PYDIRECTOR_FAILED = 500		/* the system would not */
};

struct pydirector_arg {
	const char	*name;
	const char	*value;
};

/* Runs a command. The answer, for people, goes to answer, cut off to fit and
 * terminated; returns the outcome. *len, unless len is NULL: the bytes of the
 * whole answer. answer may be NULL when size is 0. */
int		 pydirector_command(struct pydirector *, const char *command,
		    const struct pydirector_arg *, size_t nargs,
		    char *answer, size_t size, size_t *len);
/* The same for `command?name=value&name=value`, percent-encoded. */
int		 pydirector_command_line(struct pydirector *, const char *line,
		    char *answer, size_t size, size_t *len);
/* A view: running.txt, status.txt, running.json, metrics, config.obj; those in
 * XML after pydirector_load. As above; nothing is lost by asking again with
 * more room. */
int		 pydirector_view(struct pydirector *, const char *view,
		    char *text, size_t size, size_t *len);

/* What only the program can do, when an operator asks for it by a command or
 * another process hands over to us; those with a value return 0, or -1 when it
 * failed. NULL: it cannot do that. They may call
 * pydirector_drain, pydirector_reopen, pydirector_hand_over and
 * pydirector_quit. */
struct pydirector_hooks {
	/* Opens the log file anew, and calls pydirector_reopen. */
	int		(*close_log)(void *arg);
	/* The director drains; the program ends when no relay is left. */
	int		(*stop)(void *arg);
	/* Calls pydirector_hand_over. */
	int		(*upgrade)(void *arg);
	/* After pydirector_ready has returned 0: the process before this one
	 * does not listen any more, or is gone. What only one of them can have,
	 * like a pid file, is free. From pydirector_dispatch, once. */
	void		(*inherit)(void *arg);
};
/* size is sizeof(struct pydirector_hooks). */
void		 pydirector_hooks(struct pydirector *,
		    const struct pydirector_hooks *, size_t size, void *arg);

/* Statistics. The structs below are the library's: they hold, with their texts,
 * until the callback that was given them returns. size is how much of them this
 * library fills: one that a newer header has more of may be shorter. */

/* 1: the library that is linked has filled that member. */
#define PYDIRECTOR_HAS(p, member) \
	((const char *)(&(p)->member + 1) <= (const char *)(p) + (p)->size)

struct pydirector_service {
	size_t		 size;
	const char	*name;
	const char	*group;		/* the enabled one; NULL: none */
	unsigned	 open;		/* connections */
	uint64_t	 total;		/* clients accepted */
	uint64_t	 refused;	/* that got no host */
	uint64_t	 denied;	/* by a rule */
	uint64_t	 limited;	/* by rate */
};

/* One listening socket. */
struct pydirector_listener {
	size_t		 size;
	const char	*service;
	const char	*address;	/* as configured */
	const char	*in_use;	/* with the port chosen; NULL: it does
					 * not listen, and addr is NULL */
	const struct sockaddr *addr;
	socklen_t	 addrlen;
};

struct pydirector_host {
	size_t		 size;
	const char	*service, *group, *name;
	const char	*address;	/* as configured */
	const char	*state;		/* up, down, admin-down, draining */
	const char	*why;		/* refused, timeout, ...; `-` when up */
	int		 enabled;	/* its group is */
	unsigned	 weight;
	unsigned	 open;		/* connections */
	uint64_t	 total;		/* connections made */
	uint64_t	 failed;	/* attempts that failed */
	uint64_t	 bytes_in;	/* from clients */
	uint64_t	 bytes_out;	/* to clients */
	int64_t		 since;		/* ms in this state */
	int64_t		 next_try;	/* ms until it is tried; -1: it is
					 * not */
};

struct pydirector_connection {
	size_t		 size;
	uint64_t	 id;		/* from 1 */
	const char	*service;
	const char	*client;	/* `192.0.2.7:40312` */
	const struct sockaddr *addr;	/* the same; NULL: it has none */
	socklen_t	 addrlen;
	const char	*group;		/* of the host; NULL: none was */
	const char	*host;		/* reached, or it is gone */
	const char	*address;	/* the host's, as configured */
	const char	*local;		/* ours towards it; NULL: none */
	unsigned	 tries;		/* hosts */
	int64_t		 connect;	/* us until it was; -1: it never was */
	/* At the end only. */
	const char	*end;		/* client-closed, ...; NULL before */
	int64_t		 duration;	/* us */
	uint64_t	 bytes_in, bytes_out;
};

/* Call fn for each, in the order of the configuration, until it returns other
 * than 0; return that, or 0. service NULL: all of them. */
int		 pydirector_each_service(const struct pydirector *,
		    int (*fn)(void *arg, const struct pydirector_service *),
		    void *arg);
int		 pydirector_each_listener(const struct pydirector *,
		    const char *service,
		    int (*fn)(void *arg, const struct pydirector_listener *),
		    void *arg);
int		 pydirector_each_host(const struct pydirector *,
		    const char *service,
		    int (*fn)(void *arg, const struct pydirector_host *),
		    void *arg);
/* Connections that are open. */
size_t		 pydirector_relays(const struct pydirector *);
/* 1: it is draining, no relay is left, and a process whose place it took is
 * gone, too: the program can end. */
int		 pydirector_finished(const struct pydirector *);
/* The port of the service's first listener; 0: it does not listen. */
unsigned	 pydirector_port(const struct pydirector *,
		    const char *service);

/* Events. Members that are NULL are not called. From an event only functions
 * that take a const struct pydirector, and pydirector_quit, may be called. */
struct pydirector_events {
	/* It goes into rotation, or out; h says how it is now. */
	void		(*host)(void *arg, const struct pydirector_host *h);
	/* A client is there; its host is connected; it has ended. */
	void		(*start)(void *arg,
			    const struct pydirector_connection *);
	void		(*connected)(void *arg,
			    const struct pydirector_connection *);
	void		(*end)(void *arg, const struct pydirector_connection *);
};
/* From now on these are told; NULL: none are. size is sizeof(struct
 * pydirector_events). Each start has one end. */
int		 pydirector_watch(struct pydirector *,
		    const struct pydirector_events *, size_t size, void *arg);

/* A scheduler of your own. */

/* A client that needs a host. */
struct pydirector_choice {
	size_t		 size;
	const char	*service, *group;
	const struct sockaddr *addr;	/* the client's; NULL: it has none */
	socklen_t	 addrlen;
	uint64_t	 random;	/* another one each time */
	/* Those that can take it: up, below their limits, not tried for this
	 * client; at least one, in the order of the configuration. */
	const struct pydirector_host *const *hosts;
	size_t		 nhosts;
};
/* Returns the place of one in hosts; another number: none of them, and the
 * client is refused. What an event may call it may call too. */
typedef size_t	 pydirector_pick_fn(void *arg,
		    const struct pydirector_choice *);
/* From now on that function chooses for the group, for as long as the group is
 * there, in place of its scheduler; NULL: the scheduler does again. */
int		 pydirector_scheduler(struct pydirector *, const char *service,
		    const char *group, pydirector_pick_fn *, void *arg);

/* Another process in our place, without a client who notices. The program
 * starts a new one, which loads its configuration and starts as ever:
 *
 *	the old one			the new one
 *	pydirector_hand_over		pydirector_new
 *	goes on				pydirector_take_over
 *					pydirector_load, pydirector_start
 *	lets nobody in			pydirector_ready, or
 *					pydirector_failed
 *	its function is called,		pydirector_dispatch
 *	and it drains			the hook inherit is called
 *
 * Listening sockets are found by their addresses; what the new configuration
 * does not have is closed. Counters, what is known of hosts, and the number of
 * the last relay go over; so do the counters of relays that the old one still
 * has, until it ends. */
/* How many descriptors the new one will find behind the first. */
size_t		 pydirector_sockets(const struct pydirector *);
/* Starts the program argv[0], a path, with that environment; its descriptor 3
 * is for pydirector_take_over, those of the listening sockets follow. fn is
 * called once, from pydirector_dispatch: why NULL: process pid serves, and we
 * drain from here on; or why it does not (also: nothing was heard of it for 30
 * s), and nothing has changed. Returns its process number, or -1. */
typedef void	 pydirector_upgrade_fn(void *arg, long pid, const char *why);
long		 pydirector_hand_over(struct pydirector *, char *const argv[],
		    char *const env[], pydirector_upgrade_fn *fn, void *arg);
/* Takes over descriptor fd and the n behind it. Before pydirector_load. */
int		 pydirector_take_over(struct pydirector *, int fd, int n);
/* After pydirector_start: tells the old process, and waits until it has told
 * what it knows, 10 s at most. It goes on as if nothing had been when we end
 * before our loop has run. Returns 0, also when there is none, or -1: it has
 * gone without telling. */
int		 pydirector_ready(struct pydirector *);
/* Tells the old process why we cannot start, once. */
void		 pydirector_failed(struct pydirector *, const char *why);

/* Before pydirector_start, for a program that root starts and that goes on as
 * another user: the connection log is opened, and keys and UNIX sockets are
 * made, with his rights; the groups of the process have to be his by then. A
 * UNIX socket in a directory that root alone can change is made by root. */
int		 pydirector_open_as(struct pydirector *, uid_t, gid_t);
/* After pydirector_start: gives him the UNIX sockets that root has made. */
int		 pydirector_give(struct pydirector *, uid_t, gid_t);
/* When it is that user: starts helpers anew, and logs what he cannot read. */
void		 pydirector_given(struct pydirector *);

#ifdef __cplusplus
}
#endif

#endif
