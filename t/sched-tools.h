/* SPDX-License-Identifier: ISC
 *
 * What the tests of the schedulers stand on: groups from a line of text,
 * scripts of picks and failures, clients by number, chi-square, and the least
 * rules once more as a plain search. All randomness has fixed seeds. */

#ifndef SCHED_TOOLS_H
#define SCHED_TOOLS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"
#include "t/tap.h"

static uint64_t seed;		/* of rnd() */

static inline void *
need(void *p)
{
	if (p == NULL) {
		printf("Bail out! no memory, or not an address\n");
		exit(1);
	}
	return p;
}

/* xorshift64*, which has nothing in common with the hash under test. */
static inline uint64_t
rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(2685821657736338717);
}

/* Adds a host named c for each character c; a digit before it is its weight. */
static inline struct group *
add_group(struct model *m, const char *scheduler, const char *hosts)
{
	char		 name[2] = "";
	struct service	*s = need(service_new(m, "s"));
	struct group	*g = need(group_new(s, "g"));
	struct host	*h;
	unsigned	 weight = 1;

	if (sched_parse(scheduler, &g->rule, &g->sticky) == -1)
		need(NULL);
	for (; *hosts != '\0'; hosts++) {
		if (*hosts >= '1' && *hosts <= '9') {
			weight = (unsigned)(*hosts - '0');
			continue;
		}
		name[0] = *hosts;
		h = need(host_new(g, name, "127.0.0.1:80"));
		h->weight = weight;
		weight = 1;
	}
	sched_rebuild(g);
	return g;
}

static inline struct group *
group_of(struct model **m, const char *scheduler, const char *hosts)
{
	*m = need(model_new());
	seed = 4711;
	return add_group(*m, scheduler, hosts);
}

static inline struct host *
host(struct group *g, char name)
{
	char text[2];

	text[0] = name;
	text[1] = '\0';
	return need(host_find(g, text));
}

/* The name of the next pick for a client without an address. */
static inline char
pick(struct group *g)
{
	struct host *h = sched_pick(g, NULL, NULL, 0, rnd());

	return h == NULL ? '-' : *h->name;
}

/* Picks for each character: a dot is a pick, + opens what was picked last, a
 * letter in lower case takes that host down and in upper case back. Returns
 * what was picked. */
static inline char *
play(struct group *g, const char *script)
{
	static char	 out[128];
	size_t		 n = 0;
	struct host	*h = NULL;

	for (; *script != '\0' && n < sizeof(out) - 1; script++) {
		if (*script == '.') {
			h = sched_pick(g, NULL, NULL, 0, rnd());
			out[n++] = h == NULL ? '-' : *h->name;
		} else if (*script == '+') {
			if (h != NULL)
				host_open(h);
		} else if (*script >= 'a') {
			host_set_down(host(g, (char)(*script - 'a' + 'A')),
			    WHY_REFUSED, 1);
		} else
			host_set_down(host(g, *script), WHY_NONE, 2);
	}
	out[n] = '\0';
	return out;
}

static inline void
played(struct group *g, const char *script, const char *wanted,
    const char *what)
{
	char *got = play(g, script);

	ok(strcmp(got, wanted) == 0, "%s", what);
	if (strcmp(got, wanted) != 0)
		printf("# %s gave %s, wanted %s\n", script, got, wanted);
}

/* A model is freed with no relay open. */
static inline void
done(struct model *m)
{
	struct group	*g;
	size_t		 i, j;

	for (i = 0; i < m->nservices; i++) {
		g = m->services[i]->groups[0];
		for (j = 0; j < g->nhosts; j++)
			while (g->hosts[j]->open > 0)
				host_close(g->hosts[j], 0);
	}
	model_free(m);
}

static inline const struct addr *
client(const char *text)
{
	static struct addr	 a;
	struct hostport		 to;
	const char		*why;

	if (addr_split(text, &to, &why) == -1 || addr_number(&to, &a) == -1)
		need(NULL);
	return &a;
}

/* The client number i of an IPv4 network. */
static inline const struct addr *
client_number(unsigned i)
{
	char text[64];

	snprintf(text, sizeof(text), "10.%u.%u.%u:%u", i >> 16 & 255,
	    i >> 8 & 255, i & 255, 1024 + i % 1000);
	return client(text);
}

/* Chi-square of hits against shares in proportion to the weights; hosts of
 * weight 0 must have none. */
static inline double
chi_square(const unsigned *hits, const unsigned *weights, size_t n)
{
	double	 all = 0, sum = 0, x = 0, e;
	size_t	 i;

	for (i = 0; i < n; i++) {
		all += hits[i];
		sum += weights[i];
	}
	for (i = 0; i < n; i++) {
		e = all * weights[i] / sum;
		if (weights[i] == 0)
			x += hits[i] * 1000.0;
		else
			x += (hits[i] - e) * (hits[i] - e) / e;
	}
	return x;
}

/* Takes a host out of the group, as a change of the configuration does. */
static inline void
vanish(struct group *g, char name)
{
	struct host	*h = host(g, name);
	size_t		 i = h->order;

	memmove(&g->hosts[i], &g->hosts[i + 1],
	    (--g->nhosts - i) * sizeof(*g->hosts));
	h->group = NULL;
	sched_rebuild(g);
	host_unref(h);
}

/* What the reference says, in the plainest words. */
static inline int
plain_before(const struct host *a, const struct host *b)
{
	uint64_t x = a->open, y = b->open;

	if (a->group->rule == RULE_WEIGHTLC) {
		x = (uint64_t)a->open * b->weight;
		y = (uint64_t)b->open * a->weight;
	}
	if (x != y)
		return x < y;
	if (a->group->rule != RULE_LEASTCONNS && a->ended != b->ended)
		return a->ended < b->ended;
	return a->order < b->order;
}

static inline struct host *
plain_least(struct group *g, const struct host *tried, const struct host *not)
{
	struct host	*h, *best = NULL;
	size_t		 i;

	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (h->down || h->admin_down || h->draining || h == tried ||
		    h == not || (h->max_conns && h->open >= h->max_conns))
			continue;
		if (best == NULL || plain_before(h, best))
			best = h;
	}
	return best;
}

/* 1 when the pick was right. */
static inline int
plain_agrees(struct group *g, struct host *tried)
{
	const struct host *last = g->last;
	struct host	*best = plain_least(g, tried, NULL), *next, *got;

	next = plain_least(g, tried, best);
	got = sched_pick(g, NULL, &tried, tried != NULL, 0);
	if (best != NULL && best == last && best->easing && next != NULL)
		return got == next;
	return got == best;
}

static inline void
random_step(struct group *g, uint64_t *stamp)
{
	struct host *h = g->hosts[rnd() % g->nhosts];

	switch (rnd() % 12) {
	case 0:
		host_set_down(h, WHY_REFUSED, 1);
		break;
	case 1:
	case 2:
		host_set_down(h, WHY_NONE, 1);
		break;
	case 3:
		host_set_draining(h, rnd() % 3 == 0, 1);
		break;
	case 4:
		host_set_admin_down(h, rnd() % 3 == 0, 1);
		break;
	case 5:
	case 6:
	case 7:
		host_close(h, ++*stamp);
		break;
	case 8:
		host_close(h, 0);
		break;
	default:
		host_open(h);
	}
}

#endif
