/* SPDX-License-Identifier: ISC
 *
 * Tests of the schedulers: the rule, the ties and the distribution of each;
 * hosts that go and return; sticky; ease-in; the heap against a plain search;
 * the cost of a pick. All randomness has fixed seeds. Prints TAP. */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "director.h"
#include "t/tap.h"
#include "t/sched-tools.h"

/* 20,000 picks per host against its weight. Five hosts: chi-square goes
 * beyond 30 once in 200,000 honest schedulers. */
static void
distributed(struct group *g, struct host **tried, size_t ntried,
    const unsigned *weights, const char *what)
{
	unsigned	 hits[16] = { 0 };
	size_t		 i;
	double		 x;

	for (i = 0; i < g->nhosts * 20000; i++)
		hits[sched_pick(g, NULL, tried, ntried, rnd())->order]++;
	x = chi_square(hits, weights, g->nhosts);
	ok(x < 30, "%s (chi-square %.1f)", what, x);
}

static void
test_names(void)
{
	static const struct {
		const char	*name, *pdconfig, *config;
	} names[] = {
		{ "random", "random", "rand" },
		{ "rand", "random", "rand" },
		{ "roundrobin", "roundrobin", "roundr" },
		{ "roundr", "roundrobin", "roundr" },
		{ "leastconns", "leastconns", "leastconns" },
		{ "leastconnsrr", "leastconnsrr", "leastc" },
		{ "leastc", "leastconnsrr", "leastc" },
		{ "weightr", "weightr", "weightr" },
		{ "weightlc", "weightlc", "weightlc" },
		{ "sticky", "roundrobin,sticky", "roundr,sticky" },
		{ "leastc,sticky", "leastconnsrr,sticky", "leastc,sticky" },
		{ "weightr,sticky", "weightr,sticky", "weightr,sticky" },
	};
	static const char *const bad[] = { "", ",", ",sticky", "robin",
	    "random,", "random,stick", "random,sticky,sticky", "sticky,sticky",
	    "roundrobi", "roundrobinx", "Random", " random" };
	struct group	 g;
	char		 a[32], b[32];
	size_t		 i;

	memset(&g, 0, sizeof(g));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(sched_parse(names[i].name, &g.rule, &g.sticky) == 0 &&
		    strcmp(sched_name(&g, DIALECT_PDCONFIG, a),
		    names[i].pdconfig) == 0 &&
		    strcmp(sched_name(&g, DIALECT_CONFIG, b),
		    names[i].config) == 0, "%s is %s or %s", names[i].name,
		    names[i].pdconfig, names[i].config);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(sched_parse(bad[i], &g.rule, &g.sticky) == -1,
		    "\"%s\" is none", bad[i]);
}

static void
test_random(void)
{
	static const unsigned	 equal[] = { 1, 1, 1, 1, 1 };
	static const unsigned	 no_c[] = { 1, 1, 0, 1, 1 };
	static const unsigned	 no_ac[] = { 0, 1, 0, 1, 1 };
	struct model		*m;
	struct group		*g = group_of(&m, "random", "ABCDE");
	struct host		*tried[2];

	tried[0] = host(g, 'C');
	tried[1] = host(g, 'A');
	distributed(g, NULL, 0, equal, "random: uniform");
	distributed(g, tried, 1, no_c, "random: uniform without one tried");
	play(g, "c");
	distributed(g, NULL, 0, no_c, "random: uniform without one down");
	distributed(g, tried, 2, no_ac, "random: one down, one tried");
	played(g, "abde.", "-", "random: nobody is up");
	done(m);
}

static void
test_roundrobin(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, "roundrobin", "ABC");
	struct host	*a = host(g, 'A');

	played(g, ".......", "ABCABCA", "roundrobin: file order");
	played(g, "b....B...", "CACABCA", "one goes and returns");
	/* B's turn; B fails, the client goes to C; then A, and A again. */
	played(g, ".b......B...", "BCACACABCA", "a failure uses up no turn");
	play(g, "..");
	ok(*sched_pick(g, NULL, &a, 1, 0)->name == 'B' && pick(g) == 'C',
	    "the next after one tried");
	played(g, "a.....A", "BCBCB", "the first is down");
	played(g, "c....C.", "ABABC", "the last is down");
	played(g, "abc.C.A..", "-CAC", "all down");
	done(m);
}

static void
test_vanish(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, "roundrobin", "ABCDE");

	play(g, "...");
	vanish(g, 'A');
	played(g, "...", "DEB", "roundrobin: an earlier host is removed");
	vanish(g, 'C');
	played(g, "...", "DEB", "the host whose turn it is is removed");
	vanish(g, 'E');
	need(host_new(g, "F", "127.0.0.1:1"));
	sched_rebuild(g);
	played(g, "....", "DFBD", "a host is added behind the last");
	played(g, ".", "F", "and has its turn");
	need(host_new(g, "G", "127.0.0.1:1"));
	sched_rebuild(g);
	played(g, ".", "G", "one added when the round is over is next");
	vanish(g, 'G');
	vanish(g, 'F');
	played(g, "...", "BDB", "the last is removed in its turn");
	vanish(g, 'B');
	vanish(g, 'D');
	ok(g->nup == 0 && g->last == NULL && pick(g) == '-', "all removed");
	need(host_new(g, "G", "127.0.0.1:1"));
	sched_rebuild(g);
	played(g, "..", "GG", "and one is new");
	done(m);
}

static void
test_least(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, "leastconns", "ABC");

	played(g, ".+.+.+.+.", "ABCAB", "leastconns: ties in file order");
	host_close(host(g, 'A'), 5);
	host_close(host(g, 'C'), 1);
	played(g, ".+..", "CAA", "the fewest; when it ended does not matter");
	done(m);

	g = group_of(&m, "leastconnsrr", "ABC");
	host_open(host(g, 'B'));
	host_close(host(g, 'B'), 1);
	host_open(host(g, 'A'));
	host_close(host(g, 'A'), 2);
	played(g, ".+.+.+", "CBA", "leastconnsrr: none ended, then the oldest");
	host_close(host(g, 'A'), 3);
	host_close(host(g, 'C'), 4);
	host_close(host(g, 'B'), 5);
	played(g, ".+.+.+.", "ACBA", "by the last end");
	done(m);
	g = group_of(&m, "leastconnsrr", "ABC");
	played(g, ".+.+.+.", "ABCA", "in file order where none ever ended");
	done(m);
}

static void
test_weightlc(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, "weightlc", "1A2B7C");
	int		 i;

	for (i = 0; i < 100; i++)
		play(g, ".+");
	ok(host(g, 'A')->open == 10 && host(g, 'B')->open == 20 &&
	    host(g, 'C')->open == 70, "weightlc: 100 relays by 1, 2, 7");
	done(m);
	g = group_of(&m, "weightlc", "2A4BC");
	play(g, ".+.+.+");
	host_close(host(g, 'B'), 1);
	host_close(host(g, 'A'), 2);
	host_close(host(g, 'C'), 3);
	played(g, ".+.+.+", "BAC", "ties: by the last end");
	/* 1/2, 1/4 and 1/1, then 1/2, 2/4 and 1/1. */
	played(g, ".+..", "BBB", "then A and B at a half, B's end is older");
	host_close(host(g, 'B'), 9);
	host_open(host(g, 'B'));
	played(g, ".", "A", "then A's is");
	done(m);
	/* Exact where a division in floating point would not be. */
	g = group_of(&m, "weightlc", "AB");
	host(g, 'A')->open = 1000000006;
	host(g, 'A')->weight = 1000000007;
	host(g, 'B')->open = 1000000007;
	host(g, 'B')->weight = 1000000008;
	sched_rebuild(g);
	played(g, ".", "A", "exact for great counts");
	host(g, 'A')->open = host(g, 'B')->open = 0;
	done(m);
}

static void
test_weightr(void)
{
	static const unsigned	 weights[] = { 1, 2, 3, 4, 9 };
	static const unsigned	 no_d[] = { 1, 2, 3, 0, 9 };
	static const unsigned	 no_de[] = { 1, 2, 3, 0, 0 };
	struct model		*m;
	struct group		*g = group_of(&m, "weightr", "1A2B3C4D9E");
	struct host		*tried[2];

	tried[0] = host(g, 'D');
	tried[1] = host(g, 'E');
	distributed(g, NULL, 0, weights, "weightr: by weight");
	distributed(g, tried, 1, no_d, "weightr: without one tried");
	play(g, "d");
	distributed(g, NULL, 0, no_d, "weightr: without one down");
	distributed(g, tried, 2, no_de, "weightr: one down, one tried");
	done(m);
}

static void
test_tried(void)
{
	static const char *const all[] = { "random", "roundrobin", "leastconns",
	    "leastconnsrr", "weightr", "weightlc", "random,sticky",
	    "weightr,sticky", "leastconns,sticky" };
	struct model	*m;
	struct group	*g;
	struct host	*tried[6];
	size_t		 i, n, k;
	int		 good;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		g = group_of(&m, all[i], "A2B3CDE");
		good = 1;
		play(g, "d");
		for (n = 0; n < 4; n++) {
			tried[n] = sched_pick(g, client("10.0.0.9:1"), tried,
			    n, rnd());
			good &= tried[n] != NULL && tried[n]->in_up;
			for (k = 0; k < n; k++)
				good &= tried[n] != tried[k];
		}
		tried[4] = host(g, 'D');
		tried[5] = tried[0];
		good &= sched_pick(g, client("10.0.0.9:1"), tried, 6,
		    rnd()) == NULL;
		ok(good, "%s: each host in rotation once, then none", all[i]);
		ok(sched_pick(g, client("10.0.0.9:1"), NULL, 0, rnd()) != NULL,
		    "and for the next client they are there again");
		done(m);
	}
}

/* Hosts that count for nothing: named twice, or of another group. */
static void
test_tried_others(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, "random", "AB");
	struct group	*other = add_group(m, "random", "CD");
	struct host	*tried[2];

	tried[0] = tried[1] = host(g, 'A');
	ok(sched_pick(g, NULL, tried, 2, 0) == host(g, 'B'),
	    "tried twice is left out once");
	tried[0] = host(other, 'C');
	tried[1] = host(other, 'D');
	ok(sched_pick(g, NULL, tried, 2, 1) == host(g, 'B'),
	    "hosts of another group leave out nobody");
	done(m);
}

static void
test_sticky(void)
{
	static const unsigned	 equal[] = { 1, 1, 1, 1, 1 };
	static const unsigned	 weights[] = { 1, 2, 3, 4, 9 };
	unsigned		 hits[5] = { 0 }, hits_w[5] = { 0 };
	struct model		*m;
	struct group		*g = group_of(&m, "random,sticky", "ABCDE");
	struct group		*o = add_group(m, "leastconns,sticky", "DBECA");
	struct group		*w = add_group(m, "weightr,sticky",
				    "1A2B3C4D9E");
	struct group		*w1 = add_group(m, "weightlc,sticky", "ABCDE");
	const struct addr	*a;
	struct host		*h;
	unsigned		 i;
	int			 agree = 1, same = 1;

	for (i = 0; i < 50000; i++) {
		a = client_number(i);
		h = sched_pick(g, a, NULL, 0, rnd());
		agree &= *h->name == *sched_pick(o, a, NULL, 0, rnd())->name;
		same &= *h->name == *sched_pick(w1, a, NULL, 0, rnd())->name;
		hits[h->order]++;
		hits_w[sched_pick(w, a, NULL, 0, rnd())->order]++;
	}
	ok(chi_square(hits, equal, 5) < 30, "sticky: uniform (chi-square %.1f)",
	    chi_square(hits, equal, 5));
	ok(chi_square(hits_w, weights, 5) < 30, "sticky: by weight (%.1f)",
	    chi_square(hits_w, weights, 5));
	ok(agree, "the order in the file, the rule and luck do not matter");
	ok(same, "equal weights are no weights");
	h = sched_pick(g, client("192.0.2.77:1000"), NULL, 0, rnd());
	ok(h == sched_pick(g, client("192.0.2.77:9"), NULL, 0, rnd()) &&
	    h == sched_pick(g, client("[::ffff:192.0.2.77]:2"), NULL, 0, rnd()),
	    "neither do the port and the clothes of the address");
	done(m);
}

/* Two hosts that draw the same lot: the first in the file, wherever they are
 * among those in rotation. */
static void
test_sticky_draw(void)
{
	struct model		*m;
	struct group		*g = group_of(&m, "leastconns,sticky", "ABC");
	const struct addr	*a = client_number(1);

	host(g, 'A')->hash = host(g, 'B')->hash = host(g, 'C')->hash = 4711;
	ok(*sched_pick(g, a, NULL, 0, rnd())->name == 'A', "a draw");
	host_open(host(g, 'A'));
	ok(g->up[0] == host(g, 'B'), "another one is on top");
	ok(*sched_pick(g, a, NULL, 0, rnd())->name == 'A', "the same");
	(void)play(g, "a");
	ok(*sched_pick(g, a, NULL, 0, rnd())->name == 'B', "the next one");
	done(m);
}

/* Who is asked in the middle of a batch knows what has changed so far. */
static void
test_batch(void)
{
	struct pydirector	 d;
	struct model		*m;
	struct group		*g = group_of(&m, "roundrobin", "AB");

	memset(&d, 0, sizeof(d));
	d.batch = 1;
	g->service->director = &d;
	(void)play(g, "a");
	ok(g->stale && g->nup == 2, "nothing is rebuilt in a batch");
	ok(pick(g) == 'B' && pick(g) == 'B' && !g->stale && g->nup == 1,
	    "but for who is asked");
	g->service->director = NULL;
	done(m);
}

/* More hosts than memory can have an address for. */
static void
test_reserve(void)
{
	struct group g;

	memset(&g, 0, sizeof(g));
	g.nhosts = SIZE_MAX / 4 + 1;
	ok(sched_reserve(&g) == -1 && g.up == NULL && g.sums == NULL,
	    "no room for that many hosts");
}

/* Two machines must agree, and so must today's program and next year's. */
static void
test_sticky_fixed(void)
{
	static const char *const clients[] = { "127.0.0.1:1", "10.0.0.1:1",
	    "10.0.0.2:1", "192.0.2.1:1", "192.0.2.2:1", "198.51.100.7:1",
	    "203.0.113.200:1", "[::1]:1", "[2001:db8::1]:1",
	    "[2001:db8::2]:1", "[fe80::1]:1", "8.8.8.8:1" };
	struct model	*m;
	struct group	*g = group_of(&m, "sticky", "ABCDE");
	struct group	*w = add_group(m, "weightlc,sticky", "1A2B3C4D9E");
	char		 got[2][13] = { "", "" };
	size_t		 i;

	for (i = 0; i < 12; i++) {
		got[0][i] = *sched_pick(g, client(clients[i]), NULL, 0,
		    0)->name;
		got[1][i] = *sched_pick(w, client(clients[i]), NULL, 0,
		    0)->name;
	}
	ok(strcmp(got[0], "BEABCABBEDDB") == 0, "sticky: always so: %s",
	    got[0]);
	ok(strcmp(got[1], "BEEBCAEBEDDB") == 0, "by weight: %s", got[1]);
	done(m);
}

static void
sticky_moves(const char *scheduler)
{
	static char	 first[20000];
	struct model	*m;
	struct group	*g = group_of(&m, scheduler, "A2BC4DE");
	unsigned	 i, moved = 0, kept = 0, back = 0;
	struct host	*b = host(g, 'B');

	for (i = 0; i < sizeof(first); i++)
		first[i] = *sched_pick(g, client_number(i), NULL, 0, i)->name;
	play(g, "b");
	for (i = 0; i < sizeof(first); i++)
		if (*sched_pick(g, client_number(i), NULL, 0, i)->name ==
		    first[i])
			kept++;
		else if (first[i] == 'B')
			moved++;
	play(g, "B");
	for (i = 0; i < sizeof(first); i++)
		back += *sched_pick(g, client_number(i), NULL, 0, i)->name ==
		    first[i];
	ok(moved > 2000 && kept + moved == sizeof(first),
	    "%s: a loss moves the host's own clients alone", scheduler);
	ok(back == sizeof(first), "%s: and they return with it", scheduler);
	for (back = i = 0; i < sizeof(first); i++)
		back += (first[i] != 'B' && *sched_pick(g, client_number(i),
		    &b, 1, i)->name != first[i]);
	ok(back == 0, "%s: one tried moves nobody else either", scheduler);
	done(m);
}

static void
test_sticky_unix(void)
{
	struct addr	 none;
	struct model	*m;
	struct group	*g = group_of(&m, "sticky", "ABC");
	char		 got[4];
	int		 i;

	memset(&none, 0, sizeof(none));
	none.u.sa.sa_family = AF_UNSPEC;
	for (i = 0; i < 3; i++)
		got[i] = *sched_pick(g, &none, NULL, 0, 0)->name;
	got[3] = '\0';
	ok(strcmp(got, "ABC") == 0, "sticky: no address: the rule itself");
	done(m);
}

/* A and B hold 10 each and C returns. */
static struct group *
returning(struct model **m, const char *scheduler, const char *hosts)
{
	struct group	*g = group_of(m, scheduler, hosts);
	int		 i;

	play(g, "c");
	for (i = 0; i < 20; i++)
		play(g, ".+");
	play(g, "C");
	return g;
}

static void
test_ease_in(void)
{
	struct model	*m;
	struct group	*g = returning(&m, "leastconns", "ABC");
	struct host	*a, *b, *c = host(g, 'C');
	int		 i;

	ok(host(g, 'A')->open == 10 && host(g, 'B')->open == 10 &&
	    c->open == 0 && c->easing, "ease-in: 10, 10, 0");
	played(g, ".+.+.+.+.+.+.+.+.+.+.+.+", "CACBCACBCACB",
	    "at most every other one");
	while (c->easing && c->open < 100)
		play(g, ".+");
	ok(c->open == 19 && host(g, 'A')->open + host(g, 'B')->open == 38,
	    "until the mean of the others: %u beside %u and %u", c->open,
	    host(g, 'A')->open, host(g, 'B')->open);
	for (i = 0; i < 5; i++)
		host_close(c, 0);
	played(g, ".+.+.+.+.+", "CCCCC", "after that it is one of them");
	done(m);

	g = returning(&m, "leastconns", "ABC");
	g->ease_in = 0;
	played(g, ".+.+.+.+", "CCCC", "easeIn=\"no\"");
	done(m);

	g = returning(&m, "leastconnsrr", "ABC");
	c = host(g, 'C');
	a = host(g, 'A');
	played(g, ".+.+.+.+", "CACB", "leastconnsrr");
	play(g, "..");
	ok(sched_pick(g, NULL, &a, 1, 0) == c, "with one tried");
	b = sched_pick(g, NULL, &a, 1, 0);
	ok(b == host(g, 'B'), "and not twice");
	played(g, "ab..", "CC", "but when there is no other");
	played(g, "A....", "CCCC", "alone it had caught up");
	done(m);
}

static void
test_ease_in_more(void)
{
	struct model	*m;
	struct group	*g = returning(&m, "weightlc", "2A3B5C");
	struct host	*c = host(g, 'C');
	int		 i;

	while (c->easing && c->open < 100)
		play(g, ".+");
	ok(c->open == 19 && host(g, 'A')->open + host(g, 'B')->open == 38,
	    "weightlc: until the mean too: %u", c->open);
	done(m);
	g = group_of(&m, "leastconns", "ABC");
	played(g, "c.+C.+.+.+.+.+.", "ABCABCA",
	    "it takes its turn when it has caught up");
	done(m);
	g = group_of(&m, "leastconns", "AB");
	for (i = 0; i < 3; i++)
		host_open(host(g, 'A'));
	played(g, ".+.+.+.", "BBBA", "not at the start");
	done(m);
	g = group_of(&m, "leastconns", "ABC");
	for (i = 0; i < 9; i++)
		host_open(host(g, 'A'));
	played(g, "bcBC.+.+.+.+.", "BCBCB", "two of them take turns");
	done(m);
}

static void
test_last_resort(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, "random", "ABCDE");
	struct host	*tried[4];
	size_t		 i;
	static const int64_t since[] = { 50, 20, 20, 10, 5 };

	ok(sched_last_resort(g, NULL, 0) == NULL, "last resort: none failed");
	for (i = 0; i < 5; i++)
		host_set_down(g->hosts[i], WHY_REFUSED, since[i]);
	host_set_admin_down(host(g, 'E'), 1, 60);
	tried[0] = sched_last_resort(g, NULL, 0);
	ok(tried[0] == host(g, 'D'), "the one down longest, not admin down");
	for (i = 1; i < 4; i++)
		tried[i] = sched_last_resort(g, tried, i);
	ok(tried[1] == host(g, 'B') && tried[2] == host(g, 'C'),
	    "file order on ties");
	ok(tried[3] == host(g, 'A') && sched_last_resort(g, tried, 4) == NULL,
	    "each once");
	host(g, 'D')->naddrs = 0;
	host_set_draining(host(g, 'B'), 1, 70);
	host(g, 'C')->max_conns = 1;
	host_open(host(g, 'C'));
	ok(sched_last_resort(g, NULL, 0) == host(g, 'A'),
	    "no address, draining, full: not these");
	done(m);
}

static void
test_oracle(const char *scheduler, size_t nhosts)
{
	struct model	*m;
	struct group	*g = group_of(&m, scheduler, "A");
	uint64_t	 stamp = 0;
	size_t		 i, wrong = 0;

	seed += nhosts;
	for (i = 1; i < nhosts; i++)
		need(host_new(g, NULL, "127.0.0.1:1"));
	for (i = 0; i < nhosts; i++) {
		g->hosts[i]->weight = 1 + (unsigned)(rnd() % 4);
		g->hosts[i]->max_conns = (unsigned)(rnd() % 6);
	}
	sched_rebuild(g);
	for (i = 0; i < 30000; i++) {
		random_step(g, &stamp);
		wrong += !plain_agrees(g, rnd() % 4 == 0 ?
		    g->hosts[rnd() % nhosts] : NULL);
	}
	ok(wrong == 0, "%s, %zu hosts: 30,000 steps as a plain search has it "
	    "(%zu wrong)", scheduler, nhosts, wrong);
	done(m);
}

/* Nanoseconds for a pick, an open and a close with n hosts in rotation. */
static double
cost(const char *scheduler, size_t n)
{
	enum { ROUNDS = 100000 };
	struct model	*m;
	struct group	*g = group_of(&m, scheduler, "A");
	struct host	*h, *held[64] = { NULL };
	int64_t		 start, best = INT64_MAX;
	uint64_t	 stamp = 0;
	size_t		 i, round;

	for (i = 1; i < n; i++)
		need(host_new(g, NULL, "127.0.0.1:1"));
	sched_rebuild(g);
	for (round = 0; round < 3; round++) {
		start = clock_us();
		for (i = 0; i < ROUNDS; i++) {
			h = sched_pick(g, NULL, NULL, 0, rnd());
			host_open(h);
			if (held[i % 64] != NULL)
				host_close(held[i % 64], ++stamp);
			held[i % 64] = h;
		}
		start = clock_us() - start;
		best = start < best ? start : best;
	}
	done(m);
	return (double)best * 1000 / ROUNDS;
}

/* The cost of a sticky pick grows with the hosts; it is told, not judged. */
static void
tell_sticky_cost(const char *scheduler)
{
	struct model	*m;
	struct group	*g = group_of(&m, scheduler, "A");
	int64_t		 start;
	unsigned	 i, sum = 0;

	for (i = 1; i < 1000; i++)
		need(host_new(g, NULL, "127.0.0.1:1"));
	sched_rebuild(g);
	start = clock_us();
	for (i = 0; i < 2000; i++)
		sum += sched_pick(g, client_number(i), NULL, 0, 0)->order;
	start = clock_us() - start;
	printf("# %s: 1,000 hosts %.1f us (mean order %u)\n", scheduler,
	    (double)start / 2000, sum / 2000);
	done(m);
}

static void
test_cost(void)
{
	static const char *const all[] = { "random", "roundrobin",
	    "leastconns", "leastconnsrr", "weightr", "weightlc" };
	double	 few, many;
	size_t	 i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		few = cost(all[i], 3);
		many = cost(all[i], 1000);
		printf("# %s: 3 hosts %.0f ns, 1,000 hosts %.0f ns\n", all[i],
		    few, many);
		/* A search through all would be 100 times as dear. */
		ok(many < few * 20 + 200, "%s: 1,000 hosts cost near that of 3",
		    all[i]);
	}
}

int
main(void)
{
	test_names();
	test_random();
	test_roundrobin();
	test_vanish();
	test_least();
	test_weightlc();
	test_weightr();
	test_tried();
	test_tried_others();
	test_sticky();
	test_sticky_draw();
	test_sticky_fixed();
	sticky_moves("roundrobin,sticky");
	sticky_moves("weightr,sticky");
	test_sticky_unix();
	test_ease_in();
	test_ease_in_more();
	test_last_resort();
	test_batch();
	test_reserve();
	test_oracle("leastconns", 3);
	test_oracle("leastconns", 40);
	test_oracle("leastconnsrr", 7);
	test_oracle("leastconnsrr", 40);
	test_oracle("weightlc", 5);
	test_oracle("weightlc", 40);
	test_cost();
	tell_sticky_cost("sticky");
	tell_sticky_cost("weightr,sticky");
	return tap_end();
}
