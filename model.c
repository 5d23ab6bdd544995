/* SPDX-License-Identifier: ISC
 *
 * The model: services with their listeners, groups and hosts, and users.
 * Making, finding and freeing, and the states and counters of a host. A
 * maker that finds no memory changes nothing. Every change that matters to
 * the scheduler is told to it from here, except the fields that a caller sets
 * by itself: weight, limit, rule; then the caller calls sched_rebuild. Names
 * are not checked for being unique. No clock, no I/O. */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"

static void	*grow(void *, size_t);
static char	*copy(const char *);
static struct hostport *split(const char *);
static struct host *host_make(const char *, const char *, size_t);
static void	 host_release(struct host *);
static void	 host_changed(struct host *, enum why, int, int64_t);
static int	 below_limit(const struct host *);

/* Room for one more in an array of n pointers: the array, possibly moved, or
 * NULL and nothing has changed. Its size is not kept: it is n rounded up to a
 * power of two, or more. */
static void *
grow(void *array, size_t n)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return array;
	if (n > SIZE_MAX / sizeof(void *) / 2)
		return NULL;
	return realloc(array, (n == 0 ? 1 : n * 2) * sizeof(void *));
}

static char *
copy(const char *text)
{
	size_t	 size = strlen(text) + 1;
	char	*p = malloc(size);

	if (p == NULL)
		return NULL;
	return memcpy(p, text, size);
}

static struct hostport *
split(const char *address)
{
	const char	*why;
	struct hostport	*to = malloc(sizeof(*to));

	if (to == NULL)
		return NULL;
	if (addr_split(address, to, &why) == -1) {
		free(to);
		return NULL;
	}
	return to;
}

/* An empty model with the defaults of pydirector.conf.5. */
struct model *
model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->web.refresh = 30000;
	m->host_check = 1;
	m->host_check_interval = 120000;
	m->check_tries = 4;
	m->check_timeout = 5000;
	m->config_check_interval = 30000;
	m->heartbeat_interval = 60000;
	m->resolve_interval = 60000;
	m->control_mode = CONTROL_MODE;
	return m;
}

/* All bytes 0: nothing of it has been set. */
void
access_done(struct access_point *ap)
{
	free(ap->address);
	free(ap->certificate);
	free(ap->key);
	free(ap->host_key);
	free(ap->keys);
	memset(ap, 0, sizeof(*ap));
}

/* Frees all of it; m may be NULL. The listeners have been stopped, and the
 * checks of the hosts freed. A host that somebody still holds lives on. */
void
model_free(struct model *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; i < m->nservices; i++)
		service_unref(m->services[i]);
	for (i = 0; i < m->nusers; i++)
		user_free(m->users[i]);
	free(m->services);
	free(m->users);
	access_done(&m->web);
	access_done(&m->ssh);
	free(m->log_file);
	free(m->log_syslog);
	free(m->connlog_file);
	free(m->connlog_syslog);
	free(m->console_socket);
	free(m->control_socket);
	free(m->hints);
	free(m);
}

struct service *
service_new(struct model *m, const char *name)
{
	struct service	**all = grow(m->services, m->nservices);
	struct service	 *s;

	if (all == NULL)
		return NULL;
	m->services = all;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	if ((s->name = copy(name)) == NULL) {
		free(s);
		return NULL;
	}
	s->refs = 1;
	s->connect_timeout = 5000;
	m->services[m->nservices++] = s;
	return s;
}

struct service *
service_find(const struct model *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->nservices; i++)
		if (strcmp(m->services[i]->name, name) == 0)
			return m->services[i];
	return NULL;
}

void
service_free(struct service *s)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++)
		listener_free(s->listeners[i]);
	for (i = 0; i < s->ngroups; i++)
		group_free(s->groups[i]);
	for (i = 0; i < s->nrules; i++)
		rule_free(s->rules[i]);
	free(s->listeners);
	free(s->groups);
	free(s->rules);
	free(s->rates);
	free(s->name);
	free(s);
}

struct listener *
listener_new(struct service *s, const char *address)
{
	struct listener	**all = grow(s->listeners, s->nlisteners);
	struct listener	 *l;

	if (all == NULL)
		return NULL;
	s->listeners = all;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return NULL;
	l->service = s;
	l->address = copy(address);
	l->at = split(address);
	if (l->address == NULL || l->at == NULL) {
		listener_free(l);
		return NULL;
	}
	s->listeners[s->nlisteners++] = l;
	return l;
}

void
listener_free(struct listener *l)
{
	networks_free(&l->from);
	free(l->address);
	free(l->at);
	free(l);
}

/* It has no networks yet, and denies. */
struct access_rule *
rule_new(struct service *s, size_t at)
{
	struct access_rule	**all = grow(s->rules, s->nrules);
	struct access_rule	 *r;

	if (all == NULL)
		return NULL;
	s->rules = all;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	if (at > s->nrules)
		at = s->nrules;
	memmove(&all[at + 1], &all[at], (s->nrules - at) * sizeof(*all));
	all[at] = r;
	s->nrules++;
	return r;
}

void
rule_free(struct access_rule *r)
{
	networks_free(&r->from);
	free(r);
}

/* An empty group, not enabled, under roundrobin. */
struct group *
group_new(struct service *s, const char *name)
{
	struct group	**all = grow(s->groups, s->ngroups);
	struct group	 *g;

	if (all == NULL)
		return NULL;
	s->groups = all;
	if ((g = calloc(1, sizeof(*g))) == NULL)
		return NULL;
	if ((g->name = copy(name)) == NULL) {
		free(g);
		return NULL;
	}
	g->service = s;
	g->rule = RULE_ROUNDROBIN;
	g->ease_in = 1;
	g->send_proxy = SEND_PROXY_NO;
	s->groups[s->ngroups++] = g;
	return g;
}

struct group *
group_find(const struct service *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->ngroups; i++)
		if (strcmp(s->groups[i]->name, name) == 0)
			return s->groups[i];
	return NULL;
}

void
group_free(struct group *g)
{
	size_t i;

	for (i = 0; i < g->nhosts; i++) {
		g->hosts[i]->group = NULL;
		g->hosts[i]->in_up = 0;
		host_unref(g->hosts[i]);
	}
	index_done(&g->names);
	index_done(&g->addresses);
	if (g->own != NULL)
		g->own->free(g->own);
	free(g->hosts);
	free(g->up);
	free(g->sums);
	free(g->name);
	free(g);
}

/* It comes into rotation with the next sched_rebuild of the group, so that a
 * group of n hosts is built in O(n). */
struct host *
host_new(struct group *g, const char *name, const char *address)
{
	struct host	**all = grow(g->hosts, g->nhosts);
	struct host	 *h;

	if (all == NULL)
		return NULL;
	g->hosts = all;
	if (sched_reserve(g) == -1)
		return NULL;
	if ((h = host_make(name, address, g->nhosts)) == NULL)
		return NULL;
	if (index_add(&g->names, h->name_key, h) == -1) {
		host_release(h);
		return NULL;
	}
	if (index_add(&g->addresses, h->address_key, h) == -1) {
		index_del(&g->names, h->name_key, h);
		host_release(h);
		return NULL;
	}
	h->group = g;
	h->order = (unsigned)g->nhosts;
	g->hosts[g->nhosts++] = h;
	return h;
}

static struct host *
host_make(const char *name, const char *address, size_t n)
{
	char		 text[32];
	struct host	*h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	if (name == NULL || *name == '\0') {
		snprintf(text, sizeof(text), "host.%zu", n);
		name = text;
	}
	h->refs = 1;
	h->weight = 1;
	h->name = copy(name);
	h->address = copy(address);
	h->to = split(address);
	if (h->name == NULL || h->address == NULL || h->to == NULL) {
		host_release(h);
		return NULL;
	}
	h->name_key = index_text(h->name);
	h->address_key = index_address(h->to);
	if (addr_number(h->to, &h->addrs[0]) == 0)
		h->naddrs = 1;
	else
		h->named = 1;
	return h;
}

struct host *
host_find(const struct group *g, const char *name)
{
	struct host	*h;
	size_t		 at = 0;
	uint64_t	 key = index_text(name);

	while ((h = index_next(&g->names, key, &at)) != NULL)
		if (strcmp(h->name, name) == 0)
			return h;
	return NULL;
}

int
host_rename(struct host *h, const char *name)
{
	uint64_t	 key = index_text(name);
	char		*text = copy(name);

	if (text == NULL)
		return -1;
	if (h->group != NULL && index_add(&h->group->names, key, h) == -1) {
		free(text);
		return -1;
	}
	if (h->group != NULL)
		index_del(&h->group->names, h->name_key, h);
	free(h->name);
	h->name = text;
	h->name_key = key;
	h->hash = 0;
	if (h->group != NULL)
		sched_rebuild(h->group);
	return 0;
}

void
host_ref(struct host *h)
{
	h->refs++;
}

void
host_unref(struct host *h)
{
	if (h == NULL || --h->refs > 0)
		return;
	host_release(h);
}

static void
host_release(struct host *h)
{
	free(h->name);
	free(h->address);
	free(h->to);
	free(h);
}

struct user *
user_new(struct model *m, const char *name, const char *password)
{
	struct user	**all = grow(m->users, m->nusers);
	struct user	 *u;

	if (all == NULL)
		return NULL;
	m->users = all;
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return NULL;
	u->name = copy(name);
	u->password = copy(password);
	if (u->name == NULL || u->password == NULL) {
		user_free(u);
		return NULL;
	}
	m->users[m->nusers++] = u;
	return u;
}

void
user_free(struct user *u)
{
	free(u->name);
	free(u->password);
	free(u->keys);
	free(u);
}

static int
below_limit(const struct host *h)
{
	return h->max_conns == 0 || h->open < h->max_conns;
}

int
host_usable(const struct host *h)
{
	return h->group != NULL && host_why(h) == WHY_NONE && below_limit(h);
}

void
host_set_down(struct host *h, enum why why, int64_t now)
{
	enum why	was = host_why(h);
	int		failed = h->down != WHY_NONE;

	h->down = why;
	host_changed(h, was, failed, now);
}

void
host_set_admin_down(struct host *h, int on, int64_t now)
{
	enum why	was = host_why(h);
	int		failed = h->down != WHY_NONE;

	h->admin_down = on != 0;
	host_changed(h, was, failed, now);
}

void
host_set_draining(struct host *h, int on, int64_t now)
{
	enum why	was = host_why(h);
	int		failed = h->down != WHY_NONE;

	h->draining = on != 0;
	host_changed(h, was, failed, now);
}

/* What follows from a change: was is the reason shown before, failed whether
 * that was a failure. One failure after another is no new state: since keeps
 * telling how long nobody could reach the host. A host that returns has few
 * relays, whatever kept it away, so each return is eased in. */
static void
host_changed(struct host *h, enum why was, int failed, int64_t now)
{
	enum why	 is = host_why(h);
	struct group	*g = h->group;
	struct pydirector *d;

	if (is == was || (failed && h->down != WHY_NONE))
		return;
	h->since = now;
	h->easing = is == WHY_NONE && g != NULL && g->ease_in &&
	    (g->rule == RULE_LEASTCONNS || g->rule == RULE_LEASTCONNSRR ||
	    g->rule == RULE_WEIGHTLC);
	if (g == NULL || (is != WHY_NONE && was != WHY_NONE))
		return;
	sched_rebuild(g);
	d = g->service->director;
	if (d != NULL && d->host_changed != NULL)
		d->host_changed(d, h);
}

/* An open relay is a holder. total and failed are the caller's to count. */
void
host_open(struct host *h)
{
	int was = below_limit(h);

	host_ref(h);
	h->open++;
	if (h->group == NULL)
		return;
	if (was != below_limit(h))
		sched_rebuild(h->group);
	else
		sched_moved(h);
}

/* A count cannot go below zero, however often a host has been down between. */
void
host_close(struct host *h, uint64_t stamp)
{
	int was = below_limit(h);

	if (h->open == 0)
		return;
	h->open--;
	if (stamp != 0)
		h->ended = stamp;
	if (h->group != NULL) {
		if (was != below_limit(h))
			sched_rebuild(h->group);
		else
			sched_moved(h);
	}
	host_unref(h);
}

enum why
host_why(const struct host *h)
{
	if (h->down != WHY_NONE)
		return h->down;
	if (h->admin_down)
		return WHY_ADMIN_DOWN;
	return h->draining ? WHY_DRAINING : WHY_NONE;
}

const char *
why_word(enum why why)
{
	switch (why) {
	case WHY_NONE:
		return "-";
	case WHY_REFUSED:
		return "refused";
	case WHY_TIMEOUT:
		return "timeout";
	case WHY_UNREACHABLE:
		return "unreachable";
	case WHY_RESET:
		return "reset";
	case WHY_UNRESOLVED:
		return "unresolved";
	case WHY_FAILED:
		return "failed";
	case WHY_ADMIN_DOWN:
		return "admin-down";
	case WHY_DRAINING:
		return "draining";
	}
	return "failed";
}

enum why
why_errno(int error)
{
	switch (error) {
	case 0:
		return WHY_NONE;
	case ECONNREFUSED:
		return WHY_REFUSED;
	case ETIMEDOUT:
		return WHY_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENETDOWN:
#ifdef EHOSTDOWN	/* not in POSIX; what a BSD says without ARP answers */
	case EHOSTDOWN:
#endif
		return WHY_UNREACHABLE;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return WHY_RESET;
	}
	return WHY_FAILED;
}
