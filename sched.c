/* SPDX-License-Identifier: ISC
 *
 * Choosing a host: the rules of pydirector-sched.7. Pure: no clock, no I/O,
 * and randomness is handed in. The choice does not get dearer with the size
 * of the group: group->up holds the hosts in rotation alone, in file order,
 * or, under a rule that wants the least of something, as a heap whose top is
 * the next. Only three cases look at every host: sticky, a client that was
 * refused by a host that is still in rotation, and the easing in of a host
 * that returned. All of it is computed in integers, so that two balancers
 * with the same file place a sticky client alike. */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"

static int	 is_least(enum rule);
static int	 before(const struct host *, const struct host *);
static void	 put(struct group *, size_t, struct host *);
static void	 sift_up(struct group *, size_t);
static void	 sift_down(struct group *, size_t);
static void	 caught_up(struct host *);
static uint64_t	 mix(uint64_t);
static uint64_t	 hash(const void *, size_t);
static uint64_t	 times(uint64_t, uint64_t);
static uint64_t	 minus_log2(uint64_t);
static size_t	 mark(const struct group *, struct host *const *, size_t);
static void	 unmark(struct host *const *, size_t);
static struct host *choose(struct group *, const struct addr *, size_t,
		    uint64_t);
static struct host *choose_sticky(struct group *, const void *, size_t);
static struct host *choose_random(struct group *, size_t, uint64_t);
static struct host *choose_turn(struct group *);
static struct host *choose_weighted(struct group *, size_t, uint64_t);
static struct host *choose_least(struct group *, size_t);
static struct host *scan_least(struct group *, const struct host *);

static const struct {
	enum rule	 rule;
	const char	*pdconfig;
	const char	*config;
} names[] = {
	{ RULE_RANDOM,		"random",	"rand" },
	{ RULE_ROUNDROBIN,	"roundrobin",	"roundr" },
	{ RULE_LEASTCONNS,	"leastconns",	"leastconns" },
	{ RULE_LEASTCONNSRR,	"leastconnsrr",	"leastc" },
	{ RULE_WEIGHTR,		"weightr",	"weightr" },
	{ RULE_WEIGHTLC,	"weightlc",	"weightlc" },
};
#define NNAMES	(sizeof(names) / sizeof(names[0]))

int
sched_parse(const char *name, enum rule *rule, unsigned char *sticky)
{
	size_t i, n = strcspn(name, ",");

	if (strcmp(name, "sticky") == 0) {
		name = "roundrobin,sticky";
		n = strlen("roundrobin");
	}
	if (name[n] == ',' && strcmp(name + n, ",sticky") != 0)
		return -1;
	for (i = 0; i < NNAMES; i++)
		if ((strncmp(name, names[i].pdconfig, n) == 0 &&
		    names[i].pdconfig[n] == '\0') ||
		    (strncmp(name, names[i].config, n) == 0 &&
		    names[i].config[n] == '\0')) {
			*rule = names[i].rule;
			*sticky = name[n] == ',';
			return 0;
		}
	return -1;
}

char *
sched_name(const struct group *g, enum dialect dialect, char *buf)
{
	const char	*name = "";
	size_t		 i;

	for (i = 0; i < NNAMES; i++)
		if (names[i].rule == g->rule)
			name = dialect == DIALECT_CONFIG ? names[i].config :
			    names[i].pdconfig;
	snprintf(buf, 32, "%s%s", name, g->sticky ? ",sticky" : "");
	return buf;
}

/* The arrays have room for nhosts rounded up to a power of two, or more. */
int
sched_reserve(struct group *g)
{
	size_t	 n = g->nhosts == 0 ? 1 : g->nhosts * 2;
	void	*p;

	if (g->nhosts != 0 && (g->nhosts & (g->nhosts - 1)) != 0)
		return 0;
	if (n > SIZE_MAX / sizeof(*g->sums) / 2)
		return -1;
	if ((p = realloc(g->up, n * sizeof(*g->up))) == NULL)
		return -1;
	g->up = p;
	if ((p = realloc(g->sums, n * sizeof(*g->sums))) == NULL)
		return -1;
	g->sums = p;
	return 0;
}

/* Hosts may have been added to hosts[] and taken out of it: the turn stays
 * with the host that had it, or goes to the next one left. */
static void
rebuild(struct group *g)
{
	const struct host *last = NULL;
	struct host	*h;
	uint64_t	 sum = 0;
	size_t		 i, turn = g->nhosts;

	g->stale = 0;
	g->nup = 0;
	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (turn == g->nhosts && h->order >= g->turn)
			turn = i;
		if (h == g->last)
			last = h;
		if (h->hash == 0)
			h->hash = hash(h->name, strlen(h->name));
		h->order = (unsigned)i;
		h->in_up = (unsigned char)host_usable(h);
		if (!h->in_up)
			continue;
		g->sums[g->nup] = sum += h->weight;
		put(g, g->nup++, h);
	}
	g->turn = turn;
	g->last = last;
	if (is_least(g->rule))
		for (i = g->nup / 2; i-- > 0; )
			sift_down(g, i);
}

/* In a batch once, at its end: up[] may name hosts that are gone until then. */
void
sched_rebuild(struct group *g)
{
	const struct pydirector *d = g->service->director;

	if (d != NULL && d->batch)
		g->stale = 1;
	else
		rebuild(g);
}

void
sched_moved(struct host *h)
{
	struct group *g = h->group;

	if (g == NULL || g->stale || !h->in_up || !is_least(g->rule))
		return;
	sift_up(g, h->place);
	sift_down(g, h->place);
	if (h->easing)
		caught_up(h);
}

struct host *
sched_pick(struct group *g, const struct addr *client,
    struct host *const *tried, size_t ntried, uint64_t random)
{
	struct host	*h = NULL;
	size_t		 skipped;

	if (g->stale)
		rebuild(g);
	skipped = mark(g, tried, ntried);
	if (skipped < g->nup)
		h = choose(g, client, skipped, random);
	unmark(tried, ntried);
	if (h != NULL)
		g->last = h;
	return h;
}

struct host *
sched_last_resort(const struct group *g, struct host *const *tried,
    size_t ntried)
{
	struct host	*h, *best = NULL;
	size_t		 i;

	mark(g, tried, ntried);
	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (g->own != NULL && h->in_up && !h->skip) {
			best = NULL;
			break;
		}
		if (h->skip || h->down == WHY_NONE || h->naddrs == 0)
			continue;
		if (h->admin_down || h->draining)
			continue;
		if (h->max_conns != 0 && h->open >= h->max_conns)
			continue;
		if (best == NULL || h->since < best->since)
			best = h;
	}
	unmark(tried, ntried);
	return best;
}

/* Sets skip on the hosts tried; returns how many of them are in rotation.
 * That is 0 as a rule: the failure took the host out. */
static size_t
mark(const struct group *g, struct host *const *tried, size_t ntried)
{
	size_t i, n = 0;

	for (i = 0; i < ntried; i++) {
		if (!tried[i]->skip && tried[i]->group == g && tried[i]->in_up)
			n++;
		tried[i]->skip = 1;
	}
	return n;
}

static void
unmark(struct host *const *tried, size_t ntried)
{
	size_t i;

	for (i = 0; i < ntried; i++)
		tried[i]->skip = 0;
}

/* Of the hosts in rotation, skipped are to be left out, which is not all. */
static struct host *
choose(struct group *g, const struct addr *client, size_t skipped,
    uint64_t random)
{
	const unsigned char	*ip;
	size_t			 n;

	if (g->own != NULL)
		return g->own->pick(g->own, g, client, random);
	if (g->sticky && client != NULL && (n = addr_ip(client, &ip)) != 0)
		return choose_sticky(g, ip, n);
	switch (g->rule) {
	case RULE_RANDOM:
		return choose_random(g, skipped, random);
	case RULE_ROUNDROBIN:
		return choose_turn(g);
	case RULE_WEIGHTR:
		return choose_weighted(g, skipped, random);
	case RULE_LEASTCONNS:
	case RULE_LEASTCONNSRR:
	case RULE_WEIGHTLC:
		break;
	}
	return choose_least(g, skipped);
}

static struct host *
choose_random(struct group *g, size_t skipped, uint64_t random)
{
	size_t i, n = (size_t)(random % (g->nup - skipped));

	if (skipped == 0)
		return g->up[n];
	for (i = 0; g->up[i]->skip || n > 0; i++)
		if (!g->up[i]->skip)
			n--;
	return g->up[i];
}

/* The first host from the turn on. Hosts that are not in rotation neither
 * get a turn nor use one up. */
static struct host *
choose_turn(struct group *g)
{
	size_t low = 0, high = g->nup, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (g->up[mid]->order >= g->turn)
			high = mid;
		else
			low = mid + 1;
	}
	if (low == g->nup)
		low = 0;
	while (g->up[low]->skip)
		low = (low + 1) % g->nup;
	g->turn = (size_t)g->up[low]->order + 1;
	return g->up[low];
}

static struct host *
choose_weighted(struct group *g, size_t skipped, uint64_t random)
{
	size_t		 i, low = 0, high = g->nup - 1, mid;
	uint64_t	 sum;

	if (skipped == 0) {
		random %= g->sums[g->nup - 1];
		while (low < high) {
			mid = low + (high - low) / 2;
			if (g->sums[mid] > random)
				high = mid;
			else
				low = mid + 1;
		}
		return g->up[low];
	}
	sum = g->sums[g->nup - 1];
	for (i = 0; i < g->nup; i++)
		if (g->up[i]->skip)
			sum -= g->up[i]->weight;
	random %= sum;
	for (i = 0; g->up[i]->skip || random >= g->up[i]->weight; i++)
		if (!g->up[i]->skip)
			random -= g->up[i]->weight;
	return g->up[i];
}

/* The least one, but not the same twice in a row while it is eased in. */
static struct host *
choose_least(struct group *g, size_t skipped)
{
	struct host *best, *next = NULL;

	best = skipped == 0 ? g->up[0] : scan_least(g, NULL);
	if (best == NULL || !best->easing || best != g->last || !g->ease_in)
		return best;
	caught_up(best);
	if (!best->easing)
		return best;
	if (skipped != 0)
		next = scan_least(g, best);
	else if (g->nup == 2)
		next = g->up[1];
	else if (g->nup > 2)
		next = g->up[before(g->up[2], g->up[1]) ? 2 : 1];
	return next != NULL ? next : best;
}

/* The least of those not tried, other than not; NULL: there is none. */
static struct host *
scan_least(struct group *g, const struct host *not)
{
	struct host	*best = NULL;
	size_t		 i;

	for (i = 0; i < g->nup; i++)
		if (!g->up[i]->skip && g->up[i] != not &&
		    (best == NULL || before(g->up[i], best)))
			best = g->up[i];
	return best;
}

/* Ends the easing in of a host that has as many relays open as the others
 * have on average. */
static void
caught_up(struct host *h)
{
	const struct group *g = h->group;
	uint64_t	 others = 0;
	size_t		 i;

	for (i = 0; i < g->nup; i++)
		if (g->up[i] != h)
			others += g->up[i]->open;
	if ((uint64_t)h->open * (g->nup - 1) >= others)
		h->easing = 0;
}

static int
is_least(enum rule rule)
{
	switch (rule) {
	case RULE_RANDOM:
	case RULE_ROUNDROBIN:
	case RULE_WEIGHTR:
		return 0;
	case RULE_LEASTCONNS:
	case RULE_LEASTCONNSRR:
	case RULE_WEIGHTLC:
		break;
	}
	return 1;
}

/* 1 when a comes before b under the rule of their group, which is one of the
 * least kind. No two hosts are alike: their order in the file decides. */
static int
before(const struct host *a, const struct host *b)
{
	enum rule	 rule = a->group->rule;
	uint64_t	 x = a->open, y = b->open;

	if (rule == RULE_WEIGHTLC) {
		x *= b->weight;
		y *= a->weight;
	}
	if (x != y)
		return x < y;
	if (rule != RULE_LEASTCONNS && a->ended != b->ended)
		return a->ended < b->ended;
	return a->order < b->order;
}

static void
put(struct group *g, size_t i, struct host *h)
{
	g->up[i] = h;
	h->place = (unsigned)i;
}

static void
sift_up(struct group *g, size_t i)
{
	struct host *h = g->up[i];

	while (i > 0 && before(h, g->up[(i - 1) / 2])) {
		put(g, i, g->up[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(g, i, h);
}

static void
sift_down(struct group *g, size_t i)
{
	struct host	*h = g->up[i];
	size_t		 child;

	while ((child = 2 * i + 1) < g->nup) {
		if (child + 1 < g->nup &&
		    before(g->up[child + 1], g->up[child]))
			child++;
		if (!before(g->up[child], h))
			break;
		put(g, i, g->up[child]);
		i = child;
	}
	put(g, i, h);
}

/* Rendezvous hashing: each host draws a lot for the client, and the lowest
 * wins. A host that leaves takes its lots along and moves nobody else. Lots
 * that are distributed like -log(u) / weight win in proportion to weight. */
static struct host *
choose_sticky(struct group *g, const void *ip, size_t len)
{
	int		 weighted;
	struct host	*h, *best = NULL;
	uint64_t	 lot, low = 0, client = hash(ip, len);
	size_t		 i;

	weighted = g->rule == RULE_WEIGHTR || g->rule == RULE_WEIGHTLC;
	for (i = 0; i < g->nup; i++) {
		h = g->up[i];
		if (h->skip)
			continue;
		lot = mix(client ^ h->hash);
		lot = weighted ? minus_log2(lot) / h->weight : ~lot;
		if (best == NULL || lot < low ||
		    (lot == low && h->order < best->order)) {
			best = h;
			low = lot;
		}
	}
	return best;
}

/* Every bit of x changes every bit of the result with a chance of one half. */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* FNV-1a, and mixed: its own high bits hardly know the last bytes. */
static uint64_t
hash(const void *data, size_t len)
{
	const unsigned char	*p = data;
	uint64_t		 x = UINT64_C(0xcbf29ce484222325);

	while (len-- > 0)
		x = (x ^ *p++) * UINT64_C(0x100000001b3);
	return mix(x);
}

/* The upper 64 bits of a * b. */
static uint64_t
times(uint64_t a, uint64_t b)
{
	uint64_t al = a & 0xffffffff, ah = a >> 32;
	uint64_t bl = b & 0xffffffff, bh = b >> 32;
	uint64_t x = ah * bl + (al * bl >> 32);
	uint64_t y = al * bh + (x & 0xffffffff);

	return ah * bh + (x >> 32) + (y >> 32);
}

/* log2(1 + i / 32) in units of 2^-57, for i from 0 to 32. */
static const uint64_t log2_table[] = {
	UINT64_C(0x0000000000000000), UINT64_C(0x0016bad3758efd87),
	UINT64_C(0x002cc7edf592262d), UINT64_C(0x004231623369e78e),
	UINT64_C(0x00570068e7ef5a1e), UINT64_C(0x006b3d78b6d3b250),
	UINT64_C(0x007ef05ae409a029), UINT64_C(0x0092203d587039cc),
	UINT64_C(0x00a4d3c25e68dc58), UINT64_C(0x00b7110e6ce866f3),
	UINT64_C(0x00c8ddd448f8b846), UINT64_C(0x00da3f5fb9c41505),
	UINT64_C(0x00eb3a9f01975078), UINT64_C(0x00fbd42b46583676),
	UINT64_C(0x010c10500d63aa66), UINT64_C(0x011bf311e95d00de),
	UINT64_C(0x012b803473f7ad0f), UINT64_C(0x013abb3faa02166d),
	UINT64_C(0x0149a784bcd1b8b0), UINT64_C(0x015848226989d33c),
	UINT64_C(0x0166a008e4788cbd), UINT64_C(0x0174b1fd64e0753c),
	UINT64_C(0x0182809d5be7072e), UINT64_C(0x01900e6160002cd0),
	UINT64_C(0x019d5d9fd5010b36), UINT64_C(0x01aa708f58014d38),
	UINT64_C(0x01b74948f5532da5), UINT64_C(0x01c3e9ca2e1a0553),
	UINT64_C(0x01d053f6d2608967), UINT64_C(0x01dc899ab3ff56c6),
	UINT64_C(0x01e88c6b3626a72b), UINT64_C(0x01f45e08bcf06555),
	UINT64_C(0x0200000000000000)
};

/* -log2(x / 2^64) in units of 2^-57: from 0 to 2^63, falling as x grows.
 * Straight lines between the values of the table: less than 0.0002 above. */
static uint64_t
minus_log2(uint64_t x)
{
	uint64_t	 whole = 1, part;
	unsigned	 i;

	/* x becomes 1 to 2 in units of 2^-63. */
	for (x |= 1; x >> 63 == 0; x <<= 1)
		whole++;
	i = x >> 58 & 31;
	part = log2_table[i] +
	    times(log2_table[i + 1] - log2_table[i], x << 6);
	return (whole << 57) - part;
}
