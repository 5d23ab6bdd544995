/* SPDX-License-Identifier: ISC
 *
 * Changing a model that runs: finding things by address, and taking them out.
 * What is taken out is gone from its parent at once, in order and without a
 * hole; a host or service that somebody still holds lives on without a parent
 * until the last holder gives it up. Sockets, checks and relays are not this
 * file's business: the caller has stopped them. No clock, no I/O. */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "director.h"

static void	 host_forget(struct host *);

/* Arrays of pointers to whatever. They are looked at byte by byte: a pointer
 * to one struct is not an object of type void *. */

#define PLACE(array, i)	((char *)(array) + (i) * sizeof(void *))

/* Where p is at or behind from, or n: it is not there. */
static size_t
array_find(const void *array, size_t from, size_t n, const void *p)
{
	const char	*all = array;
	const void	*q;

	for (; from < n; from++) {
		memcpy(&q, all + from * sizeof(q), sizeof(q));
		if (q == p)
			break;
	}
	return from;
}

/* Takes p out: 0, or -1: it is not there. The memory stays: model.c does not
 * count on its exact size. */
static int
array_del(void *array, size_t *n, const void *p)
{
	size_t	 i = array_find(array, 0, *n, p);

	if (i == *n)
		return -1;
	(*n)--;
	memmove(PLACE(array, i), PLACE(array, i + 1),
	    (*n - i) * sizeof(void *));
	return 0;
}

/* Brings p, if it is behind *at, to that place, and counts it. */
static void
array_order(void *array, size_t n, size_t *at, const void *p)
{
	size_t	 i = array_find(array, *at, n, p);

	if (i == n)
		return;
	memmove(PLACE(array, *at + 1), PLACE(array, *at),
	    (i - *at) * sizeof(void *));
	memcpy(PLACE(array, *at), &p, sizeof(p));
	(*at)++;
}

/* 1 when both say the same, however they are spelled. A name and its number
 * are two. */
int
address_same(const struct hostport *a, const struct hostport *b)
{
	struct addr	 aa, ab;
	int		 number;

	if (a->port != b->port)
		return 0;
	if (strcasecmp(a->node, b->node) == 0)
		return 1;
	if (a->node[0] == '\0' || b->node[0] == '\0')
		return 0;
	number = addr_number(a, &aa) == 0;
	return number && addr_number(b, &ab) == 0 && addr_same(&aa, &ab);
}

struct user *
user_find(const struct model *m, const char *name)
{
	size_t	 i;

	for (i = 0; i < m->nusers; i++)
		if (strcmp(m->users[i]->name, name) == 0)
			return m->users[i];
	return NULL;
}

int
networks_same(const struct networks *a, const struct networks *b)
{
	return a->n == b->n && (a->n == 0 ||
	    memcmp(a->list, b->list, a->n * sizeof(*a->list)) == 0);
}

struct access_rule *
rule_find(const struct service *s, int allow, const struct networks *from)
{
	size_t	 i;

	for (i = 0; i < s->nrules; i++)
		if (!s->rules[i]->allow == !allow &&
		    networks_same(&s->rules[i]->from, from))
			return s->rules[i];
	return NULL;
}

struct listener *
listener_find_exact(const struct service *s, const struct hostport *at)
{
	size_t	 i;

	for (i = s->nlisteners; i-- > 0; )
		if (address_same(s->listeners[i]->at, at))
			return s->listeners[i];
	return NULL;
}

/* The last one with that address; for one that asked for any port, also the
 * port in use. */
struct listener *
listener_find(const struct service *s, const char *address)
{
	struct hostport	 at, used;
	struct listener	*l;
	const char	*why;
	char		 text[ADDR_TEXT_SIZE];
	size_t		 i;
	int		 j;

	if (addr_split(address, &at, &why) == -1)
		return NULL;
	if ((l = listener_find_exact(s, &at)) != NULL)
		return l;
	for (i = s->nlisteners; i-- > 0; ) {
		l = s->listeners[i];
		for (j = 0; j < l->door.nsocks; j++)
			if (addr_split(addr_text(&l->door.socks[j].addr, text),
			    &used, &why) == 0 && address_same(&used, &at))
				return l;
	}
	return NULL;
}

struct host *
host_find_address(const struct group *g, const char *address)
{
	struct hostport	 to;
	const char	*why;

	if (addr_split(address, &to, &why) == -1)
		return NULL;
	return host_find_hostport(g, &to);
}

struct host *
host_find_hostport(const struct group *g, const struct hostport *to)
{
	struct host	*h;
	size_t		 at = 0;
	uint64_t	 key = index_address(to);

	while ((h = index_next(&g->addresses, key, &at)) != NULL)
		if (address_same(h->to, to))
			return h;
	return NULL;
}

/* The host is nobody's but its holders'. */
static void
host_forget(struct host *h)
{
	index_del(&h->group->names, h->name_key, h);
	index_del(&h->group->addresses, h->address_key, h);
	h->group = NULL;
	h->in_up = 0;
	host_unref(h);
}

/* Since the last sched_rebuild it can only have moved to the front. */
static void
host_take_out(struct group *g, const struct host *h)
{
	size_t	 i = h->order < g->nhosts ? h->order : g->nhosts - 1;

	while (i > 0 && g->hosts[i] != h)
		i--;
	if (g->hosts[i] != h) {
		(void)array_del(g->hosts, &g->nhosts, h);
		return;
	}
	g->nhosts--;
	memmove(&g->hosts[i], &g->hosts[i + 1],
	    (g->nhosts - i) * sizeof(struct host *));
}

void
host_remove(struct host *h)
{
	struct group	*g = h->group;

	if (g == NULL)
		return;
	host_take_out(g, h);
	host_forget(h);
	sched_rebuild(g);
}

/* The old host lives on for its relays, so that what they tell at their end
 * is true. */
struct host *
host_replace(struct host *old, const char *address)
{
	struct group	*g = old->group;
	struct host	*h = host_new(g, old->name, address);
	size_t		 i;

	if (h == NULL)
		return NULL;
	h->weight = old->weight;
	h->max_conns = old->max_conns;
	h->send_proxy = old->send_proxy;
	h->admin_down = old->admin_down;
	h->draining = old->draining;
	h->order = old->order;
	g->nhosts--;
	for (i = old->order < g->nhosts ? old->order : g->nhosts - 1;
	    i > 0 && g->hosts[i] != old; i--)
		continue;
	g->hosts[i] = h;
	h->order = (unsigned)i;
	host_forget(old);
	sched_rebuild(g);
	return h;
}

void
group_remove(struct group *g)
{
	struct service	*s = g->service;

	if (array_del(s->groups, &s->ngroups, g) == -1)
		return;
	if (s->enabled == g)
		s->enabled = NULL;
	group_free(g);
}

void
listener_remove(struct listener *l)
{
	struct service	*s = l->service;

	if (array_del(s->listeners, &s->nlisteners, l) == -1)
		return;
	listener_free(l);
}

void
rule_remove(struct service *s, struct access_rule *r)
{
	if (array_del(s->rules, &s->nrules, r) == 0)
		rule_free(r);
}

/* Groups and listeners go at once, so that no relay finds a host any more
 * that it has not got yet. */
void
service_remove(struct model *m, struct service *s)
{
	if (array_del(m->services, &m->nservices, s) == -1)
		return;
	while (s->ngroups > 0)
		group_remove(s->groups[s->ngroups - 1]);
	while (s->nlisteners > 0)
		listener_remove(s->listeners[s->nlisteners - 1]);
	service_unref(s);
}

void
service_ref(struct service *s)
{
	s->refs++;
}

void
service_unref(struct service *s)
{
	if (--s->refs == 0)
		service_free(s);
}

void
user_remove(struct model *m, struct user *u)
{
	if (array_del(m->users, &m->nusers, u) == 0)
		user_free(u);
}

static void
group_order(struct group *g, const struct group *like)
{
	struct host	**all, *h;
	size_t		  i, n = 0;

	if (g->nhosts == 0 ||
	    (all = malloc(g->nhosts * sizeof(*all))) == NULL)
		return;
	for (i = 0; i < like->nhosts; i++) {
		h = host_find(g, like->hosts[i]->name);
		if (h == NULL || h->skip)
			continue;
		h->skip = 1;
		all[n++] = h;
	}
	for (i = 0; i < g->nhosts; i++)
		if (!g->hosts[i]->skip)
			all[n++] = g->hosts[i];
	memcpy(g->hosts, all, n * sizeof(*all));
	for (i = 0; i < n; i++)
		all[i]->skip = 0;
	free(all);
	sched_rebuild(g);
}

/* The first one with that address that has no place before at. */
static struct listener *
listener_next(const struct service *s, size_t at, const struct hostport *like)
{
	for (; at < s->nlisteners; at++)
		if (address_same(s->listeners[at]->at, like))
			return s->listeners[at];
	return NULL;
}

static void
service_order(struct service *s, const struct service *like)
{
	struct group	*g;
	size_t		 i, at = 0;

	for (i = 0; i < like->nlisteners; i++)
		array_order(s->listeners, s->nlisteners, &at,
		    listener_next(s, at, like->listeners[i]->at));
	at = 0;
	for (i = 0; i < like->ngroups; i++) {
		g = group_find(s, like->groups[i]->name);
		array_order(s->groups, s->ngroups, &at, g);
		if (g != NULL)
			group_order(g, like->groups[i]);
	}
}

void
model_order(struct model *m, const struct model *like)
{
	struct service	*s;
	size_t		 i, at = 0;

	for (i = 0; i < like->nservices; i++) {
		s = service_find(m, like->services[i]->name);
		array_order(m->services, m->nservices, &at, s);
		if (s != NULL)
			service_order(s, like->services[i]);
	}
	at = 0;
	for (i = 0; i < like->nusers; i++)
		array_order(m->users, m->nusers, &at,
		    user_find(m, like->users[i]->name));
}
