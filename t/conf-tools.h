/* SPDX-License-Identifier: ISC
 *
 * For tests of configurations: whether two models are the same, and texts of
 * configurations made up at random, from few names so that two of them have
 * much in common. */

#ifndef CONF_TOOLS_H
#define CONF_TOOLS_H

#include <stdlib.h>

#include "director.h"
#include "t/tap.h"

static char different[256];	/* what the last comparison found */

#define SAME(what, test) do {						\
	if (!(test)) {							\
		(void)snprintf(different, sizeof(different), "%s: %s",	\
		    what, #test);					\
		return 0;						\
	}								\
} while (0)

static inline int
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline int
same_group(const struct group *a, const struct group *b)
{
	const struct host *h, *o;
	size_t i;

	SAME(a->name, same_text(a->name, b->name));
	SAME(a->name, a->rule == b->rule && a->sticky == b->sticky);
	SAME(a->name, a->ease_in == b->ease_in);
	SAME(a->name, a->send_proxy == b->send_proxy);
	SAME(a->name, a->nhosts == b->nhosts);
	for (i = 0; i < a->nhosts; i++) {
		h = a->hosts[i];
		o = b->hosts[i];
		SAME(h->name, same_text(h->name, o->name));
		SAME(h->name, same_text(h->address, o->address));
		SAME(h->name, h->weight == o->weight);
		SAME(h->name, h->max_conns == o->max_conns);
		SAME(h->name, h->admin_down == o->admin_down);
		SAME(h->name, h->send_proxy == o->send_proxy);
	}
	return 1;
}

static inline int
same_listener(const struct listener *a, const struct listener *b)
{
	SAME(a->address, same_text(a->address, b->address));
	SAME(a->address, a->accept_proxy == b->accept_proxy);
	SAME(a->address, networks_same(&a->from, &b->from));
	return 1;
}

static inline int
same_rules(const struct service *a, const struct service *b)
{
	size_t i;

	SAME(a->name, a->nrules == b->nrules);
	for (i = 0; i < a->nrules; i++) {
		SAME(a->name, a->rules[i]->allow == b->rules[i]->allow);
		SAME(a->name, networks_same(&a->rules[i]->from,
		    &b->rules[i]->from));
	}
	return 1;
}

static inline int
same_service(const struct service *a, const struct service *b)
{
	size_t i;

	SAME(a->name, same_text(a->name, b->name));
	SAME(a->name, a->connect_timeout == b->connect_timeout);
	SAME(a->name, a->idle_timeout == b->idle_timeout);
	SAME(a->name, a->max_conns == b->max_conns);
	SAME(a->name, a->nlisteners == b->nlisteners);
	for (i = 0; i < a->nlisteners; i++)
		if (!same_listener(a->listeners[i], b->listeners[i]))
			return 0;
	SAME(a->name, a->rate == b->rate && a->keepalive == b->keepalive);
	if (!same_rules(a, b))
		return 0;
	SAME(a->name, a->ngroups == b->ngroups);
	for (i = 0; i < a->ngroups; i++)
		if (!same_group(a->groups[i], b->groups[i]))
			return 0;
	SAME(a->name, same_text(a->enabled->name, b->enabled->name));
	return 1;
}

/* Where an access point that is not enabled would listen is nobody's
 * business. */
static inline int
same_access(const struct access_point *a, const struct access_point *b)
{
	SAME("access", a->present == b->present);
	if (!a->present)
		return 1;
	SAME("access", a->enable == b->enable && a->secure == b->secure);
	SAME("access", !a->enable || same_text(a->address, b->address));
	SAME("access", a->refresh == b->refresh);
	SAME("access", same_text(a->certificate, b->certificate));
	SAME("access", same_text(a->key, b->key));
	SAME("access", same_text(a->host_key, b->host_key));
	SAME("access", same_text(a->keys, b->keys));
	return 1;
}

static inline int
same_model(const struct model *a, const struct model *b)
{
	size_t i;

	SAME("model", a->nservices == b->nservices);
	for (i = 0; i < a->nservices; i++)
		if (!same_service(a->services[i], b->services[i]))
			return 0;
	SAME("model", a->has_admin == b->has_admin);
	if (!same_access(&a->web, &b->web) || !same_access(&a->ssh, &b->ssh))
		return 0;
	SAME("model", a->nusers == b->nusers);
	for (i = 0; i < a->nusers; i++) {
		SAME("user", same_text(a->users[i]->name, b->users[i]->name));
		SAME("user", same_text(a->users[i]->password,
		    b->users[i]->password));
		SAME("user", a->users[i]->full == b->users[i]->full);
		SAME("user", same_text(a->users[i]->keys, b->users[i]->keys));
	}
	SAME("model", a->host_check == b->host_check);
	SAME("model", a->host_check_interval == b->host_check_interval);
	SAME("model", a->check_tries == b->check_tries);
	SAME("model", a->check_timeout == b->check_timeout);
	SAME("model", a->config_check == b->config_check);
	SAME("model", a->config_check_interval == b->config_check_interval);
	SAME("model", a->heartbeat == b->heartbeat);
	SAME("model", a->heartbeat_interval == b->heartbeat_interval);
	SAME("model", a->resolve_interval == b->resolve_interval);
	SAME("model", same_text(a->log_file, b->log_file));
	SAME("model", same_text(a->log_syslog, b->log_syslog));
	SAME("model", same_text(a->connlog_file, b->connlog_file));
	SAME("model", same_text(a->connlog_syslog, b->connlog_syslog));
	SAME("model", a->connlog_start == b->connlog_start);
	SAME("model", same_text(a->console_socket, b->console_socket));
	SAME("model", same_text(a->control_socket, b->control_socket));
	SAME("model", a->control_mode == b->control_mode);
	return 1;
}

#undef SAME

/* A text in the making. */
struct made {
	struct buf	 text;
	uint64_t	 random;
	const char	*eol;
	int		 lines;		/* elements in lines of their own */
	int		 comments;	/* 0: none */
	int		 dialect;	/* 0: pdconfig */
	unsigned	 ncomments;
	char		 comment[512][64]; /* `SERVICE GROUP`, "" for none */
};

static inline unsigned
chance(struct made *m, unsigned n)
{
	m->random = m->random * UINT64_C(6364136223846793005) + 1442695041;
	return (unsigned)(m->random >> 33) % n;
}

/* A new line at that depth, and at times what nobody reads. */
static inline void
made_line(struct made *m, unsigned depth, const char *where)
{
	static const char *const noise[] = { "<note a='>'>x<b/></note>",
	    "<![CDATA[<host>]]>", "stray", "<?pi x='>'?>", "\t ",
	    "<!-- <host ip='x'/>\n more -->" };

	if (m->lines)
		(void)buf_addf(&m->text, "%s%*s", m->eol, (int)depth * 3, "");
	if (!m->comments || chance(m, 4) > 0)
		return;
	if (m->ncomments < 512 && chance(m, 3) > 0) {
		(void)snprintf(m->comment[m->ncomments], 64, "%s", where);
		(void)buf_addf(&m->text, "<!-- c%u: %s -->", m->ncomments++,
		    where);
	} else
		(void)buf_addf(&m->text, "%s", noise[chance(m, 6)]);
	if (m->lines && chance(m, 2) == 0)
		(void)buf_addf(&m->text, "%s%*s", m->eol, (int)depth * 3, "");
}

/* An attribute, one time in odds. */
static inline void
made_attr(struct made *m, unsigned odds, const char *name,
    const char *const values[], unsigned n)
{
	char quote = chance(m, 2) == 0 ? '"' : '\'';

	if (odds > 1 && chance(m, odds) > 0)
		return;
	(void)buf_addf(&m->text, "%s%s%s=%s%c%s%c",
	    chance(m, 9) == 0 ? m->eol : "", chance(m, 5) == 0 ? "  " : " ",
	    name, chance(m, 9) == 0 ? " " : "", quote, values[chance(m, n)],
	    quote);
}

#define MADE_ATTR(m, odds, name, ...) do {				\
	static const char *const values_[] = { __VA_ARGS__ };		\
	made_attr(m, odds, name, values_,				\
	    (unsigned)(sizeof(values_) / sizeof(values_[0])));		\
} while (0)

#define MADE_SECONDS "1", "2.5", "030", "60.000", "0.125", "120", "5"
#define MADE_FROM "10.0.0.0/8", "10.0.0.0/8,::1", "all", "10.1.2.3/8 ::1/128"
#define MADE_BOOL "yes", "no", "true", "FALSE", "On", "0", "1"

/* Some of n things, in any order: their numbers. */
static inline unsigned
made_some(struct made *m, unsigned n, unsigned least, unsigned *some)
{
	unsigned i, j, swap, many = least + chance(m, n - least + 1);

	for (i = 0; i < n; i++)
		some[i] = i;
	if (chance(m, 2) == 0)
		return many;
	for (i = 0; i < n; i++) {
		j = i + chance(m, n - i);
		swap = some[i];
		some[i] = some[j];
		some[j] = swap;
	}
	return many;
}

static inline void
made_hosts(struct made *m, const char *where, unsigned least)
{
	static const char *const names[] = { "a", "b", "c &amp; &lt;d&gt;",
	    "e&#x20ac;&quot;f", "g'", "host.9", "h", "\303\244" };
	unsigned some[8], n = made_some(m, 8, least, some), i;

	for (i = 0; i < n; i++) {
		made_line(m, 3, where);
		(void)buf_addf(&m->text, "<host");
		if (strchr(names[some[i]], '\'') != NULL)
			(void)buf_addf(&m->text, " name=\"%s\"",
			    names[some[i]]);
		else if (chance(m, 5) > 0)
			(void)buf_addf(&m->text, " name='%s'", names[some[i]]);
		(void)buf_addf(&m->text, " ip='10.0.0.%u:%u'", some[i],
		    80 + chance(m, 2));
		MADE_ATTR(m, 3, "weight", "1", "02", "3");
		MADE_ATTR(m, 4, "maxConns", "0", "10", "20");
		MADE_ATTR(m, 4, "adminDown", MADE_BOOL);
		MADE_ATTR(m, 5, "sendProxy", "v1", "v2", "no");
		(void)buf_addf(&m->text, chance(m, 4) > 0 ? "/>" :
		    " ><!-- in it --></host>");
	}
}

/* Two rules that mean the same do not both stand there. */
static inline void
made_rules(struct made *m, const char *where)
{
	static const char *const texts[] = { "10.0.0.0/8", "all",
	    "10.2.0.0/16, 2001:db8::/32", "192.0.2.1" };
	unsigned some[8], n = made_some(m, 8, 0, some), i;

	for (i = 0; i < n; i++) {
		made_line(m, 2, where);
		(void)buf_addf(&m->text, "<%s from='%s'%s",
		    some[i] & 1 ? "allow" : "deny", texts[some[i] / 2],
		    chance(m, 4) > 0 ? "/>" : some[i] & 1 ? "></allow>" :
		    "></deny>");
	}
}

static inline void
made_service(struct made *m, unsigned number)
{
	static const char *const names[] = { "one", "two", "three", "four" };
	unsigned some[4], n = made_some(m, 4, 1, some), i, style, enabled;
	char service[16], where[64];

	(void)snprintf(service, sizeof(service), "s%u", number);
	(void)buf_addf(&m->text, "<service name='%s'", service);
	MADE_ATTR(m, 3, "connectTimeout", MADE_SECONDS);
	MADE_ATTR(m, 3, "idleTimeout", MADE_SECONDS, "0");
	MADE_ATTR(m, 3, "maxConns", "0", "100");
	MADE_ATTR(m, 3, "rate", "0", "07");
	MADE_ATTR(m, 3, "keepalive", MADE_SECONDS, "0");
	(void)buf_addf(&m->text, ">");
	if (chance(m, 3) == 0)
		made_rules(m, service);
	for (i = 0; i < 4; i++) {
		if (i > 0 && chance(m, 2) == 0)
			continue;
		made_line(m, 2, service);
		(void)buf_addf(&m->text, i < 3 ? "<listen ip='*:%u%u'" :
		    "<listen ip='localhost:0'/><listen ip='localhost:0'",
		    800 + number, i);
		if (chance(m, 3) == 0) {
			MADE_ATTR(m, 1, "acceptProxy", MADE_BOOL);
			MADE_ATTR(m, 1, "from", MADE_FROM);
		}
		(void)buf_addf(&m->text, "/>");
	}
	style = chance(m, 4);
	enabled = style == 0 ? 0 : chance(m, n);
	for (i = 0; i < n; i++) {
		made_line(m, 2, service);
		(void)buf_addf(&m->text, "<group name='%s'", names[some[i]]);
		MADE_ATTR(m, 1, "scheduler", "rand", "random", "leastc",
		    "leastconns", "weightr", "roundr", "sticky",
		    "weightlc,sticky");
		MADE_ATTR(m, 3, "easeIn", MADE_BOOL);
		MADE_ATTR(m, 4, "sendProxy", "v1", "v2", "no");
		if (i == enabled && style >= 2)
			MADE_ATTR(m, 1, "enable", "true", "1");
		else if (chance(m, 4) == 0)
			MADE_ATTR(m, 1, "enable", "false", "no");
		if (i != enabled && chance(m, 3) == 0) {
			(void)buf_addf(&m->text, "/>");
			continue;
		}
		(void)buf_addf(&m->text, ">");
		(void)snprintf(where, sizeof(where), "%s %s", service,
		    names[some[i]]);
		made_hosts(m, where, 1);
		made_line(m, 2, where);
		(void)buf_addf(&m->text, "</group>");
	}
	if (style == 1 || style == 2)
		(void)buf_addf(&m->text, "<enable group='%s'/>",
		    names[some[enabled]]);
	made_line(m, 1, service);
	(void)buf_addf(&m->text, "</service>");
}

static inline void
made_admin(struct made *m)
{
	static const char *const users[] = { "u", "v", "w &amp; x" };
	unsigned some[3], n = made_some(m, 3, 0, some), i, form = chance(m, 4);

	(void)buf_addf(&m->text, "<admin");
	if (form == 0) {
		MADE_ATTR(m, 1, "listen", "*:7000", "[::1]:7000");
		MADE_ATTR(m, 2, "secure", MADE_BOOL);
		MADE_ATTR(m, 2, "certificate", "a.pem", "/b &amp; c");
		MADE_ATTR(m, 2, "key", "a.key", "/k");
	}
	(void)buf_addf(&m->text, ">");
	if (form == 1 || (form == 0 && chance(m, 2) == 0)) {
		made_line(m, 2, "admin");
		(void)buf_addf(&m->text, "<web listen='%s'",
		    form == 0 ? "None" : "*:7001");
		if (form == 1)
			MADE_ATTR(m, 2, "enable", "true", "yes", "off");
		MADE_ATTR(m, 2, "secure", MADE_BOOL);
		MADE_ATTR(m, 2, "refresh", "0", "10", "30.0");
		if (form == 1)
			MADE_ATTR(m, 3, "certificate", "a.pem", "/b");
		(void)buf_addf(&m->text, "/>");
	}
	if (chance(m, 2) == 0) {
		made_line(m, 2, "admin");
		(void)buf_addf(&m->text, "<ssh listen='*:2222'");
		MADE_ATTR(m, 2, "enable", MADE_BOOL);
		MADE_ATTR(m, 3, "hostKey", "k", "/l");
		MADE_ATTR(m, 3, "keys", "/home/%u/keys", "l");
		(void)buf_addf(&m->text, "/>");
	}
	if (chance(m, 3) == 0) {
		made_line(m, 2, "admin");
		(void)buf_addf(&m->text, "<console socket='/c%u'/>",
		    chance(m, 2));
	}
	for (i = 0; i < n; i++) {
		made_line(m, 2, "admin");
		(void)buf_addf(&m->text, "<user name='%s'", users[some[i]]);
		MADE_ATTR(m, 1, "password", "$6$HASH1", "$2b$HASH2");
		MADE_ATTR(m, 1, "access", "full", "readonly");
		MADE_ATTR(m, 4, "keys", "/k", "l&lt;");
		(void)buf_addf(&m->text, "/>");
	}
	made_line(m, 1, "admin");
	(void)buf_addf(&m->text, "</admin>");
}

static inline void
made_manager(struct made *m)
{
	(void)buf_addf(&m->text, "<manager");
	MADE_ATTR(m, 3, "hostCheckInterval", MADE_SECONDS);
	MADE_ATTR(m, 3, "resolveInterval", MADE_SECONDS);
	(void)buf_addf(&m->text, ">");
	if (chance(m, 2) == 0) {
		made_line(m, 2, "");
		(void)buf_addf(&m->text, "<hostCheck");
		MADE_ATTR(m, 2, "interval", MADE_SECONDS);
		MADE_ATTR(m, 2, "enable", MADE_BOOL);
		MADE_ATTR(m, 2, "tries", "4", "1", "09");
		MADE_ATTR(m, 2, "timeout", MADE_SECONDS);
		(void)buf_addf(&m->text, "/>");
	}
	if (chance(m, 2) == 0) {
		(void)buf_addf(&m->text, "<configCheck");
		MADE_ATTR(m, 2, "interval", MADE_SECONDS);
		MADE_ATTR(m, 2, "enable", MADE_BOOL);
		(void)buf_addf(&m->text, "/>");
	}
	if (chance(m, 2) == 0) {
		made_line(m, 2, "");
		(void)buf_addf(&m->text, "<heartbeat");
		MADE_ATTR(m, 2, "interval", MADE_SECONDS);
		MADE_ATTR(m, 2, "enable", MADE_BOOL);
		(void)buf_addf(&m->text, "/>");
	}
	(void)buf_addf(&m->text, "</manager>");
}

static inline void
made_parts(struct made *m)
{
	if (chance(m, 2) == 0) {
		(void)buf_addf(&m->text, "<logging");
		MADE_ATTR(m, 1, "file", "/x &amp; y", "z");
		MADE_ATTR(m, 3, "syslog", "daemon", "local1");
		(void)buf_addf(&m->text, "/>");
		made_line(m, 1, "");
	}
	if (chance(m, 3) == 0) {
		(void)buf_addf(&m->text, "<control");
		MADE_ATTR(m, 1, "socket", "/s", "/t &lt;");
		MADE_ATTR(m, 2, "mode", "0660", "660", "0", "0777");
		(void)buf_addf(&m->text, "/>");
	}
	if (chance(m, 3) == 0) {
		(void)buf_addf(&m->text, "<connlog");
		MADE_ATTR(m, 1, "syslog", "user", "mail");
		MADE_ATTR(m, 2, "file", "/v", "w");
		MADE_ATTR(m, 2, "start", MADE_BOOL);
		(void)buf_addf(&m->text, "/>");
		made_line(m, 1, "");
	}
}

/* A configuration; the same one for the same seed. */
static inline void
made_init(struct made *m, uint64_t seed, int comments)
{
	static const char *const roots[] = { "pdconfig", "config" };
	unsigned some[4], n, i;

	memset(m, 0, sizeof(*m));
	buf_init(&m->text, 1 << 20);
	m->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	m->comments = comments;
	m->dialect = (int)chance(m, 2);
	m->eol = chance(m, 4) == 0 ? "\r\n" : "\n";
	m->lines = chance(m, 5) > 0;
	if (chance(m, 3) == 0)
		(void)buf_addf(&m->text, "<?xml version=\"1.0\"?>%s", m->eol);
	(void)buf_addf(&m->text, "<%s>", roots[m->dialect]);
	n = made_some(m, 4, 1, some);
	for (i = 0; i < n; i++) {
		made_line(m, 1, "");
		made_service(m, some[i]);
	}
	made_line(m, 1, "");
	if (chance(m, 3) > 0)
		made_admin(m);
	made_line(m, 1, "");
	if (chance(m, 2) == 0)
		made_manager(m);
	made_parts(m);
	if (chance(m, 3) == 0) {
		(void)buf_addf(&m->text, "<checktime");
		MADE_ATTR(m, 1, "time", MADE_SECONDS);
		(void)buf_addf(&m->text, "/>");
	}
	(void)buf_addf(&m->text, "%s</%s>%s", m->lines ? m->eol : "",
	    roots[m->dialect], m->eol);
}

static inline void
made_done(struct made *m)
{
	buf_done(&m->text);
}

#endif
