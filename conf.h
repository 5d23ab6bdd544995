/* SPDX-License-Identifier: ISC
 *
 * What the conf files share: the tables of elements and attributes, and the
 * state of one reading. Only they include it, and what sets or saves single
 * attributes. */

#ifndef CONF_H
#define CONF_H

#include "director.h"

/* The elements. Each has one place: the parent in conf_element(). */
enum conf_kind {
	CONF_ROOT,		/* pdconfig or config */
	CONF_SERVICE,
	CONF_LISTEN,
	CONF_ALLOW,
	CONF_DENY,
	CONF_GROUP,
	CONF_ENABLE,
	CONF_HOST,
	CONF_ADMIN,
	CONF_WEB,
	CONF_SSH,
	CONF_CONSOLE,
	CONF_USER,
	CONF_MANAGER,
	CONF_HOSTCHECK,
	CONF_CONFIGCHECK,
	CONF_HEARTBEAT,
	CONF_CONTROL,
	CONF_LOGGING,
	CONF_CONNLOG,
	CONF_CHECKTIME
};
#define CONF_KINDS ((int)CONF_CHECKTIME + 1)

struct conf_element {
	const char	*name;
	enum conf_kind	 parent;
	unsigned char	 once;		/* at most one in a parent */
};

/* What a value may be, and as what it is stored. */
enum conf_type {
	CONF_TYPE_NAME,		/* 1 to 255 bytes without control characters */
	CONF_TYPE_PATH,		/* the same up to 4095; char * */
	CONF_TYPE_SOCKET,	/* a path from the root, of a UNIX socket */
	CONF_TYPE_HASH,		/* of crypt(3) */
	CONF_TYPE_ACCESS,	/* full or readonly; unsigned char, 1: full */
	CONF_TYPE_BOOL,		/* anything; unsigned char */
	CONF_TYPE_SECONDS,	/* min to max are ms; int64_t, ms */
	CONF_TYPE_NUMBER,	/* min to max; unsigned */
	CONF_TYPE_LOCAL,	/* host:port to listen on; char * */
	CONF_TYPE_REMOTE,	/* host:port to connect to */
	CONF_TYPE_SCHEDULER,	/* sched_parse(); stored in a struct group */
	CONF_TYPE_NETWORKS,	/* networks_parse(); struct networks */
	CONF_TYPE_FACILITY,	/* of syslog.conf(5); char * */
	CONF_TYPE_MODE,		/* permissions in octal; unsigned */
	CONF_TYPE_SEND_PROXY	/* v1, v2 or no; enum send_proxy */
};

#define CONF_NOWHERE ((size_t)-1)
#define CONF_NUMBER	32	/* bytes of a number as text */

/* An attribute. The object it is stored in is the struct service, listener,
 * access_rule (allow, deny), group, host, user or access_point (web, ssh) of
 * its element, else the model. */
struct conf_attr {
	enum conf_kind	 kind;		/* its element */
	const char	*name;
	enum conf_type	 type;
	unsigned char	 required;
	unsigned char	 late;		/* looked at only when enabled */
	unsigned char	 rank;		/* of those that say the same, the
					 * highest counts; 0: it is alone */
	size_t		 offset;	/* in the object; CONF_NOWHERE: only
					 * the maker of the object knows */
	int64_t		 min, max;
	unsigned char	 empty;		/* `set` takes it out by an empty
					 * value */
};

/* conf.c: appends a text that conf_parse accepts as UTF-8, unchanged when it
 * says so itself. 0, or -1: no memory. */
int	 conf_recode(const char *text, size_t len, struct buf *out);

/* conf-attr.c: the tables. */
const struct conf_element *conf_element(enum conf_kind);
/* Elements of several kinds can have one order among them: the first of those
 * kinds. */
enum conf_kind conf_row(enum conf_kind);
/* 0 and the kind of a name that is not a root's, or -1. */
int	 conf_element_find(const char *name, enum conf_kind *);
const struct conf_attr *conf_attr_find(enum conf_kind, const char *name);
/* The attributes of an element in turn: from NULL to NULL. */
const struct conf_attr *conf_attr_next(enum conf_kind,
	    const struct conf_attr *);
/* `a, b or c`: what may stand in an element; returns buf. */
char	*conf_children(enum conf_kind, char *buf, size_t size);
char	*conf_attrs(enum conf_kind, char *buf, size_t size);

/* conf-value.c: what a value may be. */
/* Checks the text and stores it in the object; object NULL: checks alone.
 * Returns 0, or -1 with `expected ...` in why, or with "" there: no memory. */
int	 conf_attr_set(const struct conf_attr *, void *object, const char *text,
	    char *why, size_t size);
/* The value that the object has, as a text that stays until the object changes
 * or buf does; NULL: it has none. Of schedulers none is told. */
const char *conf_attr_get(const struct conf_attr *, const void *object,
	    char buf[CONF_NUMBER]);
/* Takes out a value that may be empty. */
void	 conf_attr_clear(const struct conf_attr *, void *object);
/* What a required attribute may say, for the end of a message; "": anything. */
const char *conf_example(const struct conf_attr *);
/* yes, 1, on, enable and true in any case are true. */
int	 conf_bool(const char *text);
/* 1: it is one of those, or says no in as many words. */
int	 conf_bool_known(const char *text);
/* 1: UTF-8 that XML can hold. */
int	 conf_utf8(const char *text);

#define CONF_WHY	400	/* bytes of a text for why */
#define CONF_QUOTE	80	/* bytes of a quoted value */
#define CONF_ERRORS	100	/* errors shown */
#define CONF_VALUES	8	/* attributes of an element */

/* An error found: which line it stands in, and its text. */
struct conf_error {
	long	 line;
	size_t	 order;		/* of finding; keeps equal lines in order */
	char	*text;
};

/* Something of which a scope may hold only one. */
struct conf_seen {
	unsigned long scope;
	long	 line;
	size_t	 order;
	char	*what;		/* `host 'a'`: compared, and shown */
};

/* An element as the file has it. */
struct conf_item {
	enum conf_kind	 kind;
	long		 line;
	size_t		 n;
	struct conf_value {
		const struct conf_attr	*attr;
		const char		*text;	/* not the item's own */
		unsigned char		 bad;	/* refused, or passed over */
	} values[CONF_VALUES];
};

/* One reading of one file. */
struct conf {
	const char	*file;
	struct model	*model;
	long		 broken;	/* line of the first fault in the XML;
					 * from there on nothing else is told.
					 * 0: none */
	long		 fault_line;	/* of the last fault told */
	unsigned char	 no_memory;

	struct conf_error errors[CONF_ERRORS];
	size_t		 nerrors;
	size_t		 more;		/* found and not kept */
	struct buf	 hints;		/* lines for model.hints */
	struct conf_seen *seen;
	size_t		 nseen, seen_size;
	unsigned long	 scopes;	/* given out; 0 is the file */

	/* The service that is being read. */
	unsigned long	 service;	/* its scope */
	size_t		 nlistens;
	long		 first_line;	/* of its first group; 0: none yet */
	long		 marked_line;	/* of the group with enable="true" */
	char		*enable;	/* what <enable> names; NULL: none */
	long		 enable_line;

	unsigned long	 group;		/* scope of the group being read */
	unsigned char	 rank;		/* highest met, of conf_attr.rank */
	long		 admin_line;	/* of <admin listen>; 0: none */
};

/* conf-check.c: what was found wrong. */
/* The element's name, the root's as in this file. */
const char *conf_name(const struct conf *, enum conf_kind);
/* Tells an error of the file's content, or of its XML. */
void	 conf_error(struct conf *, long line, const char *, ...)
	    LOG_PRINTF(3, 4);
/* Notes what is no error, and seldom meant. */
void	 conf_hint(struct conf *, long line, const char *, ...)
	    LOG_PRINTF(3, 4);
void	 conf_error_xml(struct conf *, long line, const char *text,
	    const char *hint);
/* Notes that the scope has one of these; conf_seen_check tells all that were
 * noted twice. */
void	 conf_seen(struct conf *, unsigned long scope, long line,
	    const char *, ...) LOG_PRINTF(4, 5);
void	 conf_seen_check(struct conf *);
/* The first bytes of a text, for a message; returns buf. */
char	*conf_quote(const char *text, char buf[CONF_QUOTE]);
/* Writes the errors in the order of their lines; returns their number. */
size_t	 conf_errors(struct conf *, struct buf *);
/* Frees what the reading holds, the model apart. */
void	 conf_done(struct conf *);

/* conf-near.c: what a word that is not known was meant to be. */
#define NEAR_TEXT	64	/* bytes of `did you mean WORD? ` */

struct near {
	const char	*typed;
	const char	*word;		/* the nearest so far; NULL: none */
	size_t		 far;		/* a better one is nearer than that */
};

void	 near_init(struct near *, const char *typed);
void	 near_try(struct near *, const char *word);
/* `did you mean WORD? `, or nothing; returns buf. */
const char *near_text(const struct near *, char buf[NEAR_TEXT]);

/* conf-build.c: from elements to the model. */
/* An element begins: what becomes of it in the model, or NULL (no memory). */
void	*conf_begin(struct conf *, void *parent, struct conf_item *);
/* All inside it has been read. whole: 0 when some of it may be missing. */
void	 conf_end(struct conf *, const struct conf_item *, void *object,
	    int whole);

#endif
