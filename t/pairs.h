/* SPDX-License-Identifier: ISC
 *
 * Configurations made up at random, for tests on pairs of them. Names and
 * addresses come from small pools, so that two models have much in common and
 * much that is in each other's way. What comes out could stand in a file. */

#ifndef PAIRS_H
#define PAIRS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"

/* The generator's own numbers: the same for the same seed, everywhere. */
static inline unsigned
pairs_number(uint64_t *state, unsigned n)
{
	*state = *state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (unsigned)(*state >> 33) % n;
}

static inline void *
pairs_need(void *p)
{
	if (p == NULL) {
		printf("Bail out! no memory\n");
		exit(1);
	}
	return p;
}

static inline char *
pairs_copy(const char *text)
{
	char *p = pairs_need(malloc(strlen(text) + 1));

	return strcpy(p, text);
}

/* One of n from first on that is not in the set yet, or -1. */
static inline int
pairs_draw(uint64_t *state, unsigned *set, int n)
{
	int i = (int)pairs_number(state, (unsigned)n), tries;

	for (tries = 0; tries < n; tries++, i = (i + 1) % n) {
		if (*set & 1U << i)
			continue;
		*set |= 1U << i;
		return i;
	}
	return -1;
}

static inline void
pairs_host(uint64_t *state, struct group *g, unsigned *names, unsigned *ips)
{
	static const char *const texts[] = {
		"a", "b", "c d", "e&f=g", "h%", "\xc3\xa4+?"
	};
	static const char *const addresses[] = {
		"10.0.0.1:80", "10.0.0.2:80", "10.0.0.2:81", "[::1]:80",
		"[fe80::1]:80", "10.0.0.6:8080"
	};
	int name = pairs_draw(state, names, 6);
	int ip = pairs_draw(state, ips, 6);
	struct host *h;

	h = pairs_need(host_new(g, texts[name], addresses[ip]));
	if (pairs_number(state, 3) == 0)
		h->weight = 1 + pairs_number(state, 3);
	if (pairs_number(state, 4) == 0)
		h->max_conns = pairs_number(state, 3);
	h->admin_down = pairs_number(state, 5) == 0;
	if (pairs_number(state, 4) == 0)
		h->send_proxy = (enum send_proxy)pairs_number(state, 4);
}

static inline struct group *
pairs_group(uint64_t *state, struct service *s, const char *name, int least)
{
	struct group *g = pairs_need(group_new(s, name));
	unsigned names = 0, ips = 0;
	int n = least + (int)pairs_number(state, 4);

	g->rule = (enum rule)pairs_number(state, 3);
	g->sticky = pairs_number(state, 4) == 0;
	g->ease_in = pairs_number(state, 4) != 0;
	if (pairs_number(state, 4) == 0)
		g->send_proxy = (enum send_proxy)(1 + pairs_number(state, 3));
	while (n-- > 0)
		pairs_host(state, g, &names, &ips);
	sched_rebuild(g);
	return g;
}

#define PAIRS_LISTENS 6

/* The address of that number. */
static inline const char *
pairs_listen(int i)
{
	static const char *const addresses[PAIRS_LISTENS] = {
		"127.0.0.1:2001", "127.0.0.1:2002", "*:2003", "[::1]:2004",
		"127.0.0.1:2005", "localhost:2006"
	};

	return i < 0 ? "127.0.0.1:0" : addresses[i];
}

static inline void
pairs_networks(struct networks *list, const char *text)
{
	const char *why;

	if (networks_parse(list, text, &why) == -1) {
		printf("Bail out! %s: %s\n", text, why);
		exit(1);
	}
}

/* Whom a listener believes, perhaps. */
static inline void
pairs_accept(uint64_t *state, struct listener *l)
{
	static const char *const texts[] = { "10.0.0.0/8, ::1", "all",
	    "192.0.2.1" };

	if (pairs_number(state, 3) != 0)
		return;
	pairs_networks(&l->from, texts[pairs_number(state, 3)]);
	l->accept_proxy = pairs_number(state, 3) != 0;
}

static inline void
pairs_rules(uint64_t *state, struct service *s)
{
	static const char *const texts[] = { "10.0.0.0/8", "all", "::1",
	    "192.0.2.0/24 192.0.2.9", "0.0.0.0/0" };
	unsigned taken = 0;
	struct access_rule *r;
	int i, n;

	for (n = (int)pairs_number(state, 9) - 2; n > 0; n--) {
		i = pairs_draw(state, &taken, 10);
		r = pairs_need(rule_new(s, pairs_number(state, 4)));
		r->allow = (unsigned char)(i & 1);
		pairs_networks(&r->from, texts[i / 2]);
	}
}

static inline void
pairs_service(uint64_t *state, struct model *m, const char *name,
    unsigned *listens)
{
	static const char *const texts[] = { "main", "spare", "x y", "\"<" };
	struct service *s = pairs_need(service_new(m, name));
	unsigned names = 0;
	struct group *g;
	int i, n;

	for (n = 1 + (int)pairs_number(state, 2); n > 0; n--) {
		i = pairs_number(state, 6) == 0 ? -1 :
		    pairs_draw(state, listens, PAIRS_LISTENS);
		pairs_accept(state, pairs_need(listener_new(s,
		    pairs_listen(i))));
	}
	pairs_rules(state, s);
	for (n = 1 + (int)pairs_number(state, 3); n > 0; n--) {
		i = pairs_draw(state, &names, 4);
		g = pairs_group(state, s, texts[i], n == 1);
		if (n == 1)
			s->enabled = g;
	}
	if (pairs_number(state, 3) == 0)
		s->idle_timeout = pairs_number(state, 3) * 1500;
	if (pairs_number(state, 4) == 0)
		s->connect_timeout = 1 + pairs_number(state, 2);
	if (pairs_number(state, 4) == 0)
		s->max_conns = pairs_number(state, 3);
	if (pairs_number(state, 4) == 0)
		s->rate = pairs_number(state, 3);
	if (pairs_number(state, 4) == 0)
		s->keepalive = pairs_number(state, 3) * 500;
}

static inline void
pairs_access(uint64_t *state, struct access_point *ap, unsigned *listens)
{
	int i;

	if (pairs_number(state, 2) == 0)
		return;
	ap->present = 1;
	ap->enable = pairs_number(state, 3) != 0;
	if (!ap->enable)
		return;
	i = pairs_draw(state, listens, PAIRS_LISTENS);
	ap->address = pairs_copy(pairs_listen(i));
}

static inline void
pairs_users(uint64_t *state, struct model *m)
{
	static const char *const texts[] = { "bob", "eve x", "ann" };
	unsigned names = 0;
	struct user *u;
	int n;

	for (n = (int)pairs_number(state, 4); n > 0; n--) {
		u = pairs_need(user_new(m, texts[pairs_draw(state, &names, 3)],
		    pairs_number(state, 2) ? "$6$a$b" : "..xpoEyRReGzk"));
		u->full = pairs_number(state, 2) == 0;
		if (pairs_number(state, 4) == 0)
			u->keys = pairs_copy(pairs_number(state, 2) ? "/k" :
			    "%u");
		m->has_admin = 1;
	}
}

/* One of a few texts, or NULL. */
static inline char *
pairs_maybe(uint64_t *state, const char *a, const char *b)
{
	unsigned n = pairs_number(state, 4);

	return n > 1 ? NULL : pairs_copy(n == 0 ? a : b);
}

static inline void
pairs_web_files(uint64_t *state, struct access_point *ap)
{
	if (!ap->enable)
		return;
	ap->certificate = pairs_maybe(state, "a.crt", "/b c.crt");
	ap->key = pairs_maybe(state, "a.key", "/b c.key");
}

static inline void
pairs_ssh_files(uint64_t *state, struct access_point *ap)
{
	if (!ap->enable)
		return;
	ap->host_key = pairs_maybe(state, "k", "/l");
	ap->keys = pairs_maybe(state, "/home/%u/k", "l");
}

/* Sockets and logs. Two sockets have two paths. */
static inline void
pairs_parts(uint64_t *state, struct model *m)
{
	static const char *const paths[] = { "/x", "/y", "/z&" };
	unsigned taken = 0;

	if (pairs_number(state, 2) == 0)
		m->console_socket = pairs_copy(paths[pairs_draw(state, &taken,
		    3)]);
	if (pairs_number(state, 2) == 0) {
		m->control_socket = pairs_copy(paths[pairs_draw(state, &taken,
		    3)]);
		m->control_mode = 0660 - pairs_number(state, 3);
	}
	m->log_file = pairs_maybe(state, "/a b", "c");
	m->log_syslog = pairs_maybe(state, "daemon", "local7");
	m->connlog_file = pairs_maybe(state, "/a b", "c");
	m->connlog_syslog = pairs_maybe(state, "user", "local0");
	if (m->connlog_file != NULL || m->connlog_syslog != NULL)
		m->connlog_start = pairs_number(state, 2) == 0;
}

/* The model of a seed. */
static inline struct model *
pairs_model(uint64_t seed)
{
	static const char *const texts[] = { "web", "mail", "a b&c" };
	struct model *m = pairs_need(model_new());
	uint64_t s = seed * 7919 + 1;
	unsigned names = 0, listens = 0;
	int n;

	m->dialect = (enum dialect)pairs_number(&s, 2);
	for (n = 1 + (int)pairs_number(&s, 3); n > 0; n--)
		pairs_service(&s, m, texts[pairs_draw(&s, &names, 3)],
		    &listens);
	pairs_access(&s, &m->web, &listens);
	pairs_access(&s, &m->ssh, &listens);
	m->web.secure = m->web.enable && pairs_number(&s, 2);
	m->web.refresh = 30000 + pairs_number(&s, 2) * 500;
	pairs_users(&s, m);
	m->host_check = pairs_number(&s, 3) != 0;
	m->host_check_interval = 120000 + pairs_number(&s, 2);
	m->check_tries = 4 + pairs_number(&s, 2);
	m->check_timeout = 5000 + pairs_number(&s, 2) * 10;
	m->config_check = pairs_number(&s, 3) == 0;
	m->config_check_interval = 30000 + pairs_number(&s, 2) * 1000;
	m->heartbeat = pairs_number(&s, 3) == 0;
	m->heartbeat_interval = 60000 + pairs_number(&s, 2) * 1000;
	m->resolve_interval = 60000 + pairs_number(&s, 2) * 1000;
	pairs_web_files(&s, &m->web);
	pairs_ssh_files(&s, &m->ssh);
	pairs_parts(&s, m);
	return m;
}

/* Comparing two models field by field, in no order. 1: equal. */

static inline int
pairs_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline int
pairs_same_group(const struct group *a, const struct group *b)
{
	const struct host *h, *o;
	size_t i;

	if (b == NULL || a->rule != b->rule || a->sticky != b->sticky ||
	    a->ease_in != b->ease_in || a->nhosts != b->nhosts ||
	    a->send_proxy != b->send_proxy)
		return 0;
	for (i = 0; i < a->nhosts; i++) {
		h = a->hosts[i];
		o = host_find(b, h->name);
		if (o == NULL || strcmp(h->address, o->address) != 0 ||
		    h->weight != o->weight || h->max_conns != o->max_conns ||
		    h->admin_down != o->admin_down ||
		    h->send_proxy != o->send_proxy)
			return 0;
	}
	return 1;
}

/* So many before the i-th have its address. */
static inline size_t
pairs_before(const struct service *s, size_t i)
{
	size_t j, n = 0;

	for (j = 0; j < i; j++)
		n += strcmp(s->listeners[j]->address,
		    s->listeners[i]->address) == 0;
	return n;
}

/* The other service has each listener too; of several with one address they
 * are in the same order. */
static inline int
pairs_same_listeners(const struct service *a, const struct service *b)
{
	const struct listener *l, *o;
	size_t i, j;

	for (i = 0; i < a->nlisteners; i++) {
		l = a->listeners[i];
		for (j = 0; j < b->nlisteners; j++)
			if (strcmp(l->address, b->listeners[j]->address) == 0
			    && pairs_before(a, i) == pairs_before(b, j))
				break;
		if (j == b->nlisteners)
			return 0;
		o = b->listeners[j];
		if (l->accept_proxy != o->accept_proxy ||
		    !pairs_same_text(l->from.text, o->from.text))
			return 0;
	}
	return a->nlisteners == b->nlisteners;
}

/* In the same order. */
static inline int
pairs_same_rules(const struct service *a, const struct service *b)
{
	size_t i;

	for (i = 0; i < a->nrules && i < b->nrules; i++)
		if (a->rules[i]->allow != b->rules[i]->allow ||
		    strcmp(a->rules[i]->from.text,
		    b->rules[i]->from.text) != 0)
			return 0;
	return a->nrules == b->nrules;
}

static inline int
pairs_same_service(const struct service *a, const struct service *b)
{
	size_t i;

	if (b == NULL || a->nlisteners != b->nlisteners ||
	    a->ngroups != b->ngroups ||
	    a->idle_timeout != b->idle_timeout ||
	    a->connect_timeout != b->connect_timeout ||
	    a->max_conns != b->max_conns ||
	    (a->enabled == NULL) != (b->enabled == NULL) ||
	    (a->enabled != NULL &&
	    strcmp(a->enabled->name, b->enabled->name) != 0))
		return 0;
	if (a->rate != b->rate || a->keepalive != b->keepalive ||
	    !pairs_same_listeners(a, b) || !pairs_same_rules(a, b))
		return 0;
	for (i = 0; i < a->ngroups; i++)
		if (!pairs_same_group(a->groups[i],
		    group_find(b, a->groups[i]->name)))
			return 0;
	return 1;
}

static inline int
pairs_same_access(const struct access_point *a, const struct access_point *b)
{
	return a->enable == b->enable && a->refresh == b->refresh &&
	    (!a->enable || (a->secure == b->secure &&
	    pairs_same_text(a->certificate, b->certificate) &&
	    pairs_same_text(a->key, b->key) &&
	    pairs_same_text(a->host_key, b->host_key) &&
	    pairs_same_text(a->keys, b->keys) &&
	    pairs_same_text(a->address, b->address)));
}

static inline int
pairs_same_parts(const struct model *a, const struct model *b)
{
	return pairs_same_text(a->console_socket, b->console_socket) &&
	    pairs_same_text(a->control_socket, b->control_socket) &&
	    a->control_mode == b->control_mode &&
	    pairs_same_text(a->log_file, b->log_file) &&
	    pairs_same_text(a->log_syslog, b->log_syslog) &&
	    pairs_same_text(a->connlog_file, b->connlog_file) &&
	    pairs_same_text(a->connlog_syslog, b->connlog_syslog) &&
	    a->connlog_start == b->connlog_start;
}

static inline int
pairs_same_manager(const struct model *a, const struct model *b)
{
	return a->host_check == b->host_check &&
	    a->host_check_interval == b->host_check_interval &&
	    a->check_tries == b->check_tries &&
	    a->check_timeout == b->check_timeout &&
	    a->config_check == b->config_check &&
	    a->config_check_interval == b->config_check_interval &&
	    a->heartbeat == b->heartbeat &&
	    a->heartbeat_interval == b->heartbeat_interval &&
	    a->resolve_interval == b->resolve_interval;
}

static inline int
pairs_same(const struct model *a, const struct model *b)
{
	const struct user *u;
	size_t i;

	if (a->nservices != b->nservices || a->nusers != b->nusers ||
	    !pairs_same_access(&a->web, &b->web) ||
	    !pairs_same_access(&a->ssh, &b->ssh) ||
	    !pairs_same_manager(a, b) ||
	    !pairs_same_parts(a, b))
		return 0;
	for (i = 0; i < a->nservices; i++)
		if (!pairs_same_service(a->services[i],
		    service_find(b, a->services[i]->name)))
			return 0;
	for (i = 0; i < a->nusers; i++) {
		u = user_find(b, a->users[i]->name);
		if (u == NULL || u->full != a->users[i]->full ||
		    !pairs_same_text(u->keys, a->users[i]->keys) ||
		    strcmp(u->password, a->users[i]->password) != 0)
			return 0;
	}
	return 1;
}

#endif
