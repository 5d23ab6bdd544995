/* SPDX-License-Identifier: ISC
 *
 * admit.c: access rules and their order, rates under a clock of our own,
 * bounded memory. */

#include "config.h"

#include <stdlib.h>

#include "admit.h"
#include "t/tap.h"

#define RULES 4

static struct addr
address(const char *node)
{
	struct hostport at;
	struct addr a;

	memset(&a, 0, sizeof(a));
	at.port = 80;
	(void)snprintf(at.node, sizeof(at.node), "%s", node);
	if (strcmp(node, "-") != 0 && addr_number(&at, &a) == -1)
		abort();
	return a;
}

static enum admission
ask(struct service *s, const char *node, int64_t now)
{
	struct addr a = address(node);

	return admit(s, &a, now);
}

/* How many of n clients get in. */
static int
burst(struct service *s, const char *node, int64_t now, int n)
{
	int in = 0;

	while (n-- > 0)
		in += ask(s, node, now) == ADMIT_YES;
	return in;
}

/* A service with rules: `+NETWORKS` allows, `-NETWORKS` denies. */
struct ruled {
	struct service	 s;
	struct access_rule rules[RULES];
	struct access_rule *list[RULES];
};

static void
ruled_init(struct ruled *x, const char *const *rules)
{
	const char *why;
	size_t i;

	memset(x, 0, sizeof(*x));
	x->s.rules = x->list;
	for (i = 0; i < RULES && rules[i] != NULL; i++) {
		x->list[i] = &x->rules[i];
		x->rules[i].allow = rules[i][0] == '+';
		if (networks_parse(&x->rules[i].from, rules[i] + 1,
		    &why) == -1)
			abort();
		x->s.nrules++;
	}
}

static void
ruled_done(struct ruled *x)
{
	size_t i;

	for (i = 0; i < x->s.nrules; i++)
		networks_free(&x->rules[i].from);
	free(x->s.rates);
}

/* The rules let in and keep out; lists of words. */
static void
lets(const char *name, const char *const *rules, const char *in,
    const char *out)
{
	struct ruled x;
	const char *s, *lists[2];
	char word[64];
	int side, n, wrong = 0, denied = 0;

	ruled_init(&x, rules);
	lists[0] = in;
	lists[1] = out;
	for (side = 0; side < 2; side++) {
		for (s = lists[side]; sscanf(s, "%63s%n", word, &n) == 1;
		    s += n) {
			denied += side;
			if (ask(&x.s, word, 0) == (side == 0 ? ADMIT_YES :
			    ADMIT_DENIED))
				continue;
			printf("# %s is %s\n", word,
			    side == 0 ? "denied" : "let in");
			wrong++;
		}
	}
	ok(wrong == 0, "%s", name);
	ok(x.s.denied == (uint64_t)denied && x.s.limited == 0,
	    "%s: denied %d", name, denied);
	ok(x.s.rates == NULL, "%s: nothing allocated", name);
	ruled_done(&x);
}

static void
test_rules(void)
{
	static const char *const none[] = { NULL };
	static const char *const allow[] = { "+10.0.0.0/8", NULL };
	static const char *const deny[] = { "-10.0.0.0/8", NULL };
	static const char *const first[] = {
		"-10.1.0.0/16", "+10.0.0.0/8 2001:db8::/32", NULL
	};
	static const char *const last[] = {
		"+10.1.0.0/16", "-10.0.0.0/8", NULL
	};
	static const char *const all[] = { "-10.1.2.3", "+all", NULL };
	struct ruled x;

	lets("no rules", none, "10.1.2.3 ::1 -", "");
	lets("one allows", allow, "10.1.2.3 ::ffff:10.1.2.3 -",
	    "11.0.0.1 ::1 ::ffff:11.0.0.1");
	lets("one denies", deny, "11.0.0.1 ::1 -",
	    "10.1.2.3 ::ffff:10.1.2.3");
	lets("the first match counts", first, "10.2.0.1 2001:db8::1 -",
	    "10.1.2.3 11.0.0.1 2001:db9::1");
	lets("the opposite of the last", last, "10.1.2.3 11.0.0.1 ::1 -",
	    "10.2.0.1");
	lets("all", all, "10.1.2.4 ::1", "10.1.2.3");

	ruled_init(&x, last);
	(void)ask(&x.s, "10.1.0.1", 0);
	(void)ask(&x.s, "10.1.0.2", 0);
	(void)ask(&x.s, "10.2.0.1", 0);
	(void)ask(&x.s, "11.0.0.1", 0);
	ok(x.rules[0].hits == 2 && x.rules[1].hits == 1, "hits are counted");
	ruled_done(&x);
}

static void
test_rate(void)
{
	struct service s;

	memset(&s, 0, sizeof(s));
	s.rate = 5;
	ok(burst(&s, "192.0.2.1", 1000, 20) == 5, "a second's worth at once");
	ok(s.limited == 15 && s.denied == 0, "the others are counted");
	ok(burst(&s, "::ffff:192.0.2.1", 1000, 1) == 0,
	    "the same address in other clothes");
	ok(burst(&s, "192.0.2.2", 1000, 20) == 5, "another one has its own");
	ok(burst(&s, "-", 1000, 20) == 20, "one without an address passes");
	ok(burst(&s, "192.0.2.1", 1199, 1) == 0 &&
	    burst(&s, "192.0.2.1", 1200, 5) == 1, "one more after 200 ms");
	ok(burst(&s, "192.0.2.1", 1800, 20) == 3, "three more after 600 ms");
	ok(burst(&s, "192.0.2.1", 60000, 20) == 5, "never more than five");
	ok(burst(&s, "2001:db8::1", 60000, 3) == 3 &&
	    burst(&s, "2001:db8::ffff:1", 60000, 20) == 2 &&
	    burst(&s, "2001:db8:0:1::1", 60000, 20) == 5,
	    "IPv6: by networks of 64 bits");
	ok(burst(&s, "192.0.2.7", 60000, 1) == 1, "one of five");
	s.rate = 2;
	ok(burst(&s, "192.0.2.7", 60000, 20) == 2 &&
	    burst(&s, "192.0.2.9", 60000, 20) == 2 &&
	    burst(&s, "192.0.2.1", 61000, 20) == 2, "a lower rate at once");
	s.rate = 8;
	ok(burst(&s, "192.0.2.9", 60500, 20) == 4, "and a higher one");
	s.rate = 0;
	ok(burst(&s, "192.0.2.1", 61000, 1000) == 1000 && s.rates == NULL,
	    "no rate, no memory");
}

/* Over a long time the rate is kept, however the clients come. */
static void
test_long(void)
{
	struct service s;
	int64_t now;
	int in = 0;

	memset(&s, 0, sizeof(s));
	s.rate = 7;
	for (now = 0; now < 100000; now += 3)
		in += burst(&s, "192.0.2.1", now, 1);
	ok(in >= 700 && in <= 707, "7 a second for 100 s: %d", in);
	s.rate = 4000000000u;
	ok(burst(&s, "192.0.2.1", now, 1000) == 1000, "the highest rate");
	free(s.rates);
}

/* Very many addresses: nobody is limited too early, the memory is bounded by
 * its making; one who comes again and again stays limited. */
static void
test_many(void)
{
	struct service s;
	char node[32];
	unsigned i;
	int early = 0, in = 0;

	memset(&s, 0, sizeof(s));
	s.rate = 1;
	for (i = 0; i < 200000; i++) {
		(void)snprintf(node, sizeof(node), "10.%u.%u.%u",
		    i >> 16, i >> 8 & 0xff, i & 0xff);
		early += ask(&s, node, 5000) != ADMIT_YES;
	}
	ok(early == 0, "200,000 addresses, each for the first time");
	/* So few that eight of them hardly share a row with that one. */
	for (i = 0; i < 800; i++) {
		(void)snprintf(node, sizeof(node), "11.%u.%u.%u",
		    i >> 16, i >> 8 & 0xff, i & 0xff);
		(void)ask(&s, node, 6000);
		in += ask(&s, node, 6000) == ADMIT_YES;
		in += ask(&s, "192.0.2.1", 6000) == ADMIT_YES;
	}
	ok(in == 1, "of 800 none gets in twice: %d", in - 1);
	free(s.rates);
}

int
main(void)
{
	test_rules();
	test_rate();
	test_long();
	test_many();
	return tap_end();
}
