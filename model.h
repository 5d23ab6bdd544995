/* SPDX-License-Identifier: ISC
 *
 * Floor 2: the model (services, groups, hosts and what they count), and the
 * prototypes of what works on it, grouped by file. */

#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#include "log.h"
#include "buf.h"
#include "addr.h"
#include "network.h"
#include "index.h"
#include "door.h"
#include "helper.h"


/* Why a host is out of rotation; why_word() has the words, and
 * pydirector.8 lists them. */
enum why {
	WHY_NONE,		/* it is in rotation */
	WHY_REFUSED,
	WHY_TIMEOUT,
	WHY_UNREACHABLE,
	WHY_RESET,
	WHY_UNRESOLVED,
	WHY_FAILED,		/* any other error */
	WHY_ADMIN_DOWN,
	WHY_DRAINING
};

/* Which host comes next: reference in pydirector-sched.7. */
enum rule {
	RULE_RANDOM,
	RULE_ROUNDROBIN,
	RULE_LEASTCONNS,
	RULE_LEASTCONNSRR,
	RULE_WEIGHTR,
	RULE_WEIGHTLC
};

enum dialect {
	DIALECT_PDCONFIG,	/* PyDirector: <pdconfig> */
	DIALECT_CONFIG		/* txLoadBalancer: <config> */
};

/* Whether a server is told in a PROXY header who its client is. */
enum send_proxy {
	SEND_PROXY_INHERIT,	/* a host's only: as its group */
	SEND_PROXY_NO,
	SEND_PROXY_V1,
	SEND_PROXY_V2
};

#define PLOT_POINTS 60

/* Connections to a host, of late; plot.c samples them for the web page. */
struct plot {
	uint64_t	 total;		/* host->total at the last sample */
	uint32_t	 points[PLOT_POINTS];	/* made between two samples */
	unsigned char	 next;		/* the oldest, replaced next */
};

/* A backend address. Relays, checks and lookups hold it by reference: one
 * that was removed lives on, without a group, until they end. */
struct host {
	struct group	*group;		/* NULL: removed */
	char		*name;
	char		*address;	/* as configured */
	struct hostport	*to;		/* the same, split */
	unsigned	 refs;		/* one for the group, one a holder */
	unsigned	 weight;	/* at least 1 */
	unsigned	 max_conns;	/* open relays allowed; 0: no limit */
	enum send_proxy	 send_proxy;

	/* State. */
	unsigned char	 admin_down;	/* by the operator */
	unsigned char	 draining;	/* by the operator: no new relays */
	unsigned char	 easing;	/* came back and has not caught up */
	enum why	 down;		/* WHY_NONE, or the failure */
	int64_t		 since;		/* clock_ms() of the last change */

	/* Addresses; none: not resolved. */
	struct addr	 addrs[HELPER_ADDRS];
	unsigned char	 naddrs;
	unsigned char	 good;		/* the one that answered last */
	unsigned char	 generation;	/* counts changes of addrs */
	unsigned char	 named;		/* to->node is a name, not a number */

	/* Counters. */
	unsigned	 open;		/* relays that hold it now */
	uint64_t	 total;		/* relays connected */
	uint64_t	 failed;	/* attempts that failed */
	uint64_t	 bytes_in;	/* from clients */
	uint64_t	 bytes_out;	/* to clients */
	uint64_t	 ended;		/* stamp of the last end; 0: none yet */

	/* The scheduler's. */
	unsigned	 order;		/* place in the group, from 0 */
	unsigned	 place;		/* place in group->up */
	unsigned char	 in_up;		/* it is in group->up */
	unsigned char	 skip;		/* tried: set within one call only */
	uint64_t	 hash;		/* of the name; 0: not computed yet */
	uint64_t	 name_key;	/* in group->names */
	uint64_t	 address_key;	/* in group->addresses */

	struct watch	*watch;		/* the manager's; NULL: not watched */
	struct plot	 plot;
};

struct group {
	struct service	*service;
	char		*name;
	enum rule	 rule;
	unsigned char	 sticky;
	unsigned char	 ease_in;	/* default 1 */
	enum send_proxy	 send_proxy;	/* default SEND_PROXY_NO */
	struct host	**hosts;	/* in file order */
	size_t		 nhosts;
	struct index	 names, addresses;	/* of the hosts */

	struct own_scheduler *own;	/* chooses in place of rule; or NULL */

	/* The scheduler's. All arrays have room for nhosts. */
	struct host	**up;		/* in rotation: in file order, or, under
					 * a least rule, a heap */
	size_t		 nup;
	uint64_t	*sums;		/* weights added up along up[] */
	size_t		 turn;		/* roundrobin: order of the next host */
	const struct host *last;	/* the last pick; compared only */
	unsigned char	 stale;		/* to be rebuilt after a batch */
};

/* A scheduler that is not ours; the owner embeds it. */
struct own_scheduler {
	/* One of the hosts that are in_up and not to skip, at least one, or
	 * NULL: none of them. */
	struct host	*(*pick)(struct own_scheduler *, struct group *,
			    const struct addr *client, uint64_t random);
	void		(*free)(struct own_scheduler *);
};

/* One <listen>. */
struct listener {
	struct service	*service;
	char		*address;	/* as configured */
	struct hostport	*at;		/* the same, split */
	struct door	 door;
	unsigned char	 accept_proxy;	/* a PROXY header comes first ... */
	struct networks	 from;		/* ... of clients in these */
};

/* <allow> or <deny>. The first rule of a service that has the client decides;
 * when none has it, the opposite of what the last one says. */
struct access_rule {
	unsigned char	 allow;
	struct networks	 from;
	uint64_t	 hits;
};

struct service {
	struct pydirector *director;	/* NULL: not part of one yet */
	unsigned	 refs;		/* one for the model, one a relay */
	char		*name;
	struct listener	**listeners;
	size_t		 nlisteners;
	struct group	**groups;
	size_t		 ngroups;
	struct group	*enabled;	/* NULL: clients are refused */
	int64_t		 connect_timeout; /* ms, default 5000 */
	int64_t		 idle_timeout;	/* ms, default 0: none */
	unsigned	 max_conns;	/* open relays allowed; 0: no limit */
	unsigned	 rate;		/* new connections a second from one
					 * client address; 0: no limit */
	int64_t		 keepalive;	/* ms of silence before TCP asks
					 * whether a peer is there; 0: never */
	struct access_rule **rules;	/* in file order */
	size_t		 nrules;

	unsigned	 open;		/* relays open now */
	uint64_t	 total;		/* clients accepted */
	uint64_t	 refused;	/* clients that got no host */
	uint64_t	 denied;	/* by a rule */
	uint64_t	 limited;	/* by rate */
	struct rates	*rates;		/* admit.c; freed with the service */
};

struct user {
	char		*name;
	char		*password;	/* crypt(3) hash */
	unsigned char	 full;		/* access: full, else readonly */
	char		*keys;		/* file of public keys; NULL: none */
};

/* A web or SSH listener as configured. */
struct access_point {
	unsigned char	 present;
	unsigned char	 enable;
	unsigned char	 secure;	/* web only */
	char		*address;	/* `host:port`; NULL when not enabled */
	int64_t		 refresh;	/* web only: ms, default 30000 */
	char		*certificate;	/* web only: files in PEM; NULL: */
	char		*key;		/* admin.crt, admin.key */
	char		*host_key;	/* ssh only; NULL: the default */
	char		*keys;		/* ssh only: file of public keys, %u
					 * for the user; NULL: none */
};

/* A configuration: what a file says, and what a director runs. */
struct model {
	enum dialect	 dialect;
	struct service	**services;	/* in file order */
	size_t		 nservices;

	unsigned char	 has_admin;
	struct access_point web, ssh;
	struct user	**users;
	size_t		 nusers;

	/* The manager; intervals in ms. */
	unsigned char	 host_check;	/* default on */
	int64_t		 host_check_interval;	/* 120000 */
	unsigned	 check_tries;		/* 4 */
	int64_t		 check_timeout;		/* 5000 */
	unsigned char	 config_check;	/* default off */
	int64_t		 config_check_interval;	/* 30000 */
	unsigned char	 heartbeat;	/* default off */
	int64_t		 heartbeat_interval;	/* 60000 */
	int64_t		 resolve_interval;	/* 60000 */

	char		*log_file;	/* NULL: none given */
	char		*log_syslog;	/* facility; NULL: not to syslog */

	char		*connlog_file;	/* NULL: none given */
	char		*connlog_syslog; /* facility; NULL: not to syslog */
	unsigned char	 connlog_start;	/* a line at the start too */

	char		*console_socket; /* path; NULL: none */
	char		*control_socket; /* path; NULL: none */
	unsigned	 control_mode;	/* its permissions */

	char		*hints;		/* what is no error in the file, and
					 * seldom meant: lines; NULL: nothing */
};

#define CONTROL_MODE	0660	/* unless it is said */
#define RULES_MAX	1000	/* of a service */

/* model.c: making, finding and freeing; states and counters. The makers
 * append to their parent and return NULL when there is no memory. */
struct model	*model_new(void);
void		 model_free(struct model *);
struct service	*service_new(struct model *, const char *name);
struct service	*service_find(const struct model *, const char *name);
/* address was accepted by addr_split. */
struct listener	*listener_new(struct service *, const char *address);
/* A rule at that place, from 0, or at the end. */
struct access_rule *rule_new(struct service *, size_t at);
struct group	*group_new(struct service *, const char *name);
struct group	*group_find(const struct service *, const char *name);
/* name NULL or "": host.N, N counting from 0. address was accepted by
 * addr_split; a number is host->addrs[0] from now on. It comes into rotation
 * with the next sched_rebuild. */
struct host	*host_new(struct group *, const char *name,
		    const char *address);
struct host	*host_find(const struct group *, const char *name);
/* 0, or -1: no memory. */
int		 host_rename(struct host *, const char *name);
void		 host_ref(struct host *);
void		 host_unref(struct host *);
struct user	*user_new(struct model *, const char *name,
		    const char *password);
/* 1: new relays may go to it (up, not admin down, not draining, below its
 * limit). */
int		 host_usable(const struct host *);
/* Out of rotation with a reason, or back in (WHY_NONE); since is set when
 * that is a change. came back: it is eased in where the group says so. */
void		 host_set_down(struct host *, enum why, int64_t now);
void		 host_set_admin_down(struct host *, int on, int64_t now);
void		 host_set_draining(struct host *, int on, int64_t now);
/* A relay takes the host (and a reference), or gives both back; stamp 0: it
 * never connected. total and failed are counted by the caller. */
void		 host_open(struct host *);
void		 host_close(struct host *, uint64_t stamp);
/* The reason to show: the failure, else admin-down, else draining. */
enum why	 host_why(const struct host *);
/* refused, timeout, ...; `-` for WHY_NONE. */
const char	*why_word(enum why);
/* From the errno of a connect. */
enum why	 why_errno(int error);

/* edit.c: taking things out of a model that runs. Each is gone from its
 * parent at once; its memory lives until the last holder gives it up. What
 * runs for it (sockets, checks) has been stopped by the caller. */
void		 host_remove(struct host *);
void		 group_remove(struct group *);
void		 listener_remove(struct listener *);
void		 service_remove(struct model *, struct service *);
void		 service_ref(struct service *);
void		 service_unref(struct service *);
void		 user_remove(struct model *, struct user *);
struct user	*user_find(const struct model *, const char *name);
void		 rule_remove(struct service *, struct access_rule *);
/* The one with those networks. */
struct access_rule *rule_find(const struct service *, int allow,
		    const struct networks *from);
/* 1 when both mean the same, in the same order. */
int		 networks_same(const struct networks *,
		    const struct networks *);
/* 1 when both mean the same, however they are spelled. A name and its number
 * are two. */
int		 address_same(const struct hostport *, const struct hostport *);
/* The last one with that address, as configured; also as in use. */
struct listener	*listener_find_exact(const struct service *,
		    const struct hostport *);
struct listener	*listener_find(const struct service *, const char *address);
struct host	*host_find_address(const struct group *, const char *address);
struct host	*host_find_hostport(const struct group *,
		    const struct hostport *);
/* Another host with the same name, settings and place in the group, or NULL:
 * no memory. The old one is removed. */
struct host	*host_replace(struct host *, const char *address);
/* Brings everything into the order that the other model has it in. */
void		 model_order(struct model *, const struct model *like);
/* For edit.c alone; in model.c. */
void		 service_free(struct service *);
void		 listener_free(struct listener *);
void		 group_free(struct group *);
void		 user_free(struct user *);
void		 rule_free(struct access_rule *);
/* Frees what it holds. */
void		 access_done(struct access_point *);

/* sched.c: choosing a host. Pure: no clock, no I/O. */
/* 0 and the rule a name stands for, or -1. Both dialects' names, and
 * `NAME,sticky`; `sticky` alone is roundrobin,sticky. */
int		 sched_parse(const char *name, enum rule *,
		    unsigned char *sticky);
/* The name of the group's scheduler in that dialect (where the dialect has
 * none, the other's), in buf of at least 32 bytes; returns buf. */
char		*sched_name(const struct group *, enum dialect, char *buf);
/* Room for one more host; 0, or -1: no memory. */
int		 sched_reserve(struct group *);
/* Hosts, usability, weights or the rule have changed. O(hosts). */
void		 sched_rebuild(struct group *);
/* host->open or host->ended has changed. O(log hosts). */
void		 sched_moved(struct host *);
/* The next host for a client, leaving out those tried (the caller holds
 * them), or NULL. random: 64 random bits. */
struct host	*sched_pick(struct group *, const struct addr *client,
		    struct host *const *tried, size_t ntried, uint64_t random);
/* When nobody is in rotation: of the failed hosts that have an address, the
 * one that has been down longest; file order on ties. NULL also when somebody
 * is whom the group's own scheduler did not want. */
struct host	*sched_last_resort(const struct group *,
		    struct host *const *tried, size_t ntried);

/* conf.c: the only file that sees libxml2. */
/* Reads a configuration. On success *m is the new model and 0 is returned;
 * otherwise -1, and errors has a line `FILE:LINE: text` for every error.
 * file is what the lines call it. */
int		 conf_parse(struct model **m, const char *file,
		    const char *text, size_t len, struct buf *errors);
/* The same from a file of at most CONF_MAX bytes. */
int		 conf_read(struct model **m, const char *file,
		    struct buf *errors);
#define CONF_MAX (4 * 1024 * 1024)
/* The bytes of such a file, appended to text, which has room for CONF_MAX + 1.
 * 0, or -1 and a line in errors. */
int		 conf_slurp(const char *file, struct buf *text,
		    struct buf *errors);

/* conf-save.c: the model as XML, in its dialect. */
/* Appends the text of the configuration to out. old, len: the text that it
 * stands in now, whose comments and layout are kept; NULL: none. hashes 0:
 * password hashes are left out. 0, or -1 with a text in err. The result reads
 * back as an equal model (conf_parse, compareconf). */
int		 conf_write(const struct model *, const char *old, size_t len,
		    int hashes, struct buf *out, char *err, size_t size);
/* The same for an old text that conf_parse has read, which takes half the
 * time. */
int		 conf_rewrite(const struct model *, const char *old, size_t len,
		    int hashes, struct buf *out, char *err, size_t size);

/* compareconf.c: the difference of two models. */
/* Appends the calls that turn the first into the second, each on a line of
 * its own: `call?arg=value&arg=value`, percent-encoded, in an order in which
 * each is legal. Returns their number, or -1: no memory. */
int		 compareconf(const struct model *from, const struct model *to,
		    struct buf *out);
/* Appends the value of an argument, percent-encoded. */
void		 compareconf_escape(struct buf *, const char *);

#endif
