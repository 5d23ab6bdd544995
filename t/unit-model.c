/* SPDX-License-Identifier: ISC
 *
 * Tests of the model: makers and their defaults, finders, references, the
 * states of a host and its counters. Prints TAP. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"
#include "t/tap.h"

static void *
need(void *p)
{
	if (p == NULL) {
		printf("Bail out! no memory\n");
		exit(1);
	}
	return p;
}

/* A model with one service and one group of n hosts 127.0.0.1:1000 + i. */
static struct group *
group_of(struct model **m, enum rule rule, int n)
{
	char		 address[32];
	struct service	*s;
	struct group	*g;
	int		 i;

	*m = need(model_new());
	s = need(service_new(*m, "s"));
	g = need(group_new(s, "g"));
	g->rule = rule;
	for (i = 0; i < n; i++) {
		snprintf(address, sizeof(address), "127.0.0.1:%d", 1000 + i);
		need(host_new(g, NULL, address));
	}
	sched_rebuild(g);
	return g;
}

static void
test_defaults(void)
{
	struct model	*m = need(model_new());
	struct service	*s = need(service_new(m, "s"));
	struct group	*g = need(group_new(s, "g"));
	struct listener	*l = need(listener_new(s, "127.0.0.1:0"));
	struct host	*h = need(host_new(g, "h", "127.0.0.1:80"));
	struct user	*u = need(user_new(m, "bob", "$6$x"));

	ok(m->host_check == 1 && m->host_check_interval == 120000 &&
	    m->check_tries == 4 && m->check_timeout == 5000,
	    "hostCheck: on, 120 s, 4 tries of 5 s");
	ok(m->config_check == 0 && m->config_check_interval == 30000 &&
	    m->heartbeat == 0 && m->heartbeat_interval == 60000 &&
	    m->resolve_interval == 60000, "configCheck and heartbeat: off");
	ok(!m->web.present && m->web.address == NULL &&
	    m->web.refresh == 30000 && m->log_file == NULL, "no admin, no log");
	ok(s->connect_timeout == 5000 && s->idle_timeout == 0 &&
	    s->max_conns == 0 && s->enabled == NULL && s->director == NULL,
	    "service: 5 s to connect, no idle time, no group enabled");
	ok(g->service == s && g->ease_in == 1 && !g->sticky && g->nhosts == 1,
	    "group: eases in, not sticky");
	ok(l->service == s && l->door.nsocks == 0 && l->at->port == 0,
	    "listener: no sockets yet");
	ok(h->group == g && h->refs == 1 && h->weight == 1 &&
	    h->max_conns == 0 && h->ended == 0 && h->down == WHY_NONE,
	    "host: weight 1, no limit, up");
	ok(m->users[0] == u && m->nusers == 1 &&
	    strcmp(u->password, "$6$x") == 0 && !u->full, "user: readonly");
	model_free(m);
	model_free(NULL);
}

static void
test_names(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, RULE_RANDOM, 2);
	struct host	*h, *v6, *named;

	ok(strcmp(g->hosts[0]->name, "host.0") == 0 &&
	    strcmp(g->hosts[1]->name, "host.1") == 0, "host.0, host.1");
	h = need(host_new(g, "own", "10.0.0.1:80"));
	need(host_new(g, "", "10.0.0.2:80"));
	ok(strcmp(g->hosts[3]->name, "host.3") == 0,
	    "N counts the named hosts too");
	ok(host_find(g, "own") == h && host_find(g, "host.1") == g->hosts[1] &&
	    host_find(g, "host") == NULL && host_find(g, "OWN") == NULL,
	    "host_find: the exact name");
	ok(group_find(g->service, "g") == g &&
	    group_find(g->service, "x") == NULL, "group_find");
	ok(service_find(m, "s") == g->service &&
	    service_find(m, "") == NULL, "service_find");
	ok(h->naddrs == 1 && !h->named && addr_port(&h->addrs[0]) == 80 &&
	    strcmp(h->address, "10.0.0.1:80") == 0, "a number is an address");
	v6 = need(host_new(g, "v6", "[::1]:81"));
	named = need(host_new(g, "n", "www.example.com:82"));
	ok(v6->naddrs == 1 && !v6->named && addr_port(&v6->addrs[0]) == 81,
	    "so is an IPv6 number");
	ok(named->naddrs == 0 && named->named && named->to->port == 82 &&
	    strcmp(named->to->node, "www.example.com") == 0,
	    "a name is to be looked up");
	ok(host_new(g, "bad", "no port") == NULL && g->nhosts == 6 &&
	    listener_new(g->service, "no port") == NULL &&
	    g->service->nlisteners == 0, "a bad address adds nothing");
	model_free(m);
}

static void
test_many(void)
{
	char		 name[32];
	struct model	*m;
	struct group	*g = group_of(&m, RULE_LEASTCONNS, 1000);
	struct service	*s;
	int		 i, good = 1;

	for (i = 0; i < 1000; i++)
		good &= g->hosts[i]->order == (unsigned)i &&
		    g->hosts[i]->in_up && addr_port(&g->hosts[i]->addrs[0]) ==
		    1000 + (unsigned)i;
	ok(good && g->nup == 1000, "1,000 hosts in file order");
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		s = need(service_new(m, name));
		need(group_new(s, "a"));
		need(group_new(s, "b"));
		need(group_new(s, "c"));
		need(listener_new(s, "*:1"));
		need(listener_new(s, "*:2"));
		need(user_new(m, name, "x"));
	}
	ok(m->nservices == 101 && m->nusers == 100, "100 services and users");
	s = service_find(m, "s77");
	ok(s != NULL && s == m->services[78] && s->ngroups == 3 &&
	    s->nlisteners == 2 && group_find(s, "c") == s->groups[2],
	    "each with its groups and listeners");
	model_free(m);
}

static void
test_references(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, RULE_LEASTCONNS, 2);
	struct host	*h = g->hosts[0], *other = g->hosts[1];

	host_open(h);
	ok(h->refs == 2, "an open relay is a reference");
	host_ref(other);
	model_free(m);
	ok(h->refs == 1 && h->group == NULL && h->open == 1,
	    "a host outlives its group while it is held");
	ok(!host_usable(h), "it gets no new relays");
	host_ref(h);
	host_open(h);
	host_close(h, 7);
	host_set_down(h, WHY_RESET, 1);
	host_set_down(h, WHY_NONE, 2);
	ok(h->open == 1 && h->ended == 7 && h->since == 2,
	    "it can be counted and marked");
	host_close(h, 8);
	ok(h->refs == 1 && h->open == 0, "the last relay gives it back");
	host_unref(h);
	host_unref(other);
	host_unref(NULL);
}

static void
test_counts(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, RULE_LEASTCONNS, 2);
	struct host	*h = g->hosts[0];

	host_close(h, 1);
	ok(h->open == 0 && h->refs == 1, "open does not go below zero");
	host_open(h);
	host_open(h);
	host_set_down(h, WHY_REFUSED, 1);
	host_close(h, 5);
	host_set_down(h, WHY_NONE, 2);
	ok(h->open == 1 && h->ended == 5, "counts survive down and up");
	host_close(h, 0);
	ok(h->open == 0 && h->ended == 5, "stamp 0 is no end");
	h->max_conns = 2;
	host_open(h);
	ok(host_usable(h) && h->in_up && g->nup == 2,
	    "below the limit: usable");
	host_open(h);
	ok(!host_usable(h) && !h->in_up && g->nup == 1, "at the limit: not");
	host_open(h);
	host_close(h, 6);
	ok(!host_usable(h) && g->nup == 1, "above and back to it: not");
	host_close(h, 7);
	ok(host_usable(h) && h->in_up && g->nup == 2, "below again: usable");
	ok(!h->easing && h->since == 2, "and that is no return");
	host_close(h, 8);
	model_free(m);
}

static void
test_states(void)
{
	struct model	*m;
	struct group	*g = group_of(&m, RULE_LEASTCONNS, 3);
	struct host	*h = g->hosts[0];

	ok(host_usable(h) && host_why(h) == WHY_NONE && g->nup == 3, "up");
	host_set_down(h, WHY_NONE, 5);
	ok(h->since == 0 && !h->easing, "up to up is no change");
	host_set_down(h, WHY_REFUSED, 10);
	ok(!host_usable(h) && host_why(h) == WHY_REFUSED && h->since == 10 &&
	    g->nup == 2 && !h->in_up, "down leaves the rotation");
	host_set_down(h, WHY_TIMEOUT, 20);
	ok(host_why(h) == WHY_TIMEOUT && h->since == 10,
	    "another reason: down since the first");
	host_set_admin_down(h, 1, 30);
	ok(host_why(h) == WHY_TIMEOUT && h->since == 10 && h->admin_down,
	    "the failure is told before admin down");
	host_set_down(h, WHY_NONE, 40);
	ok(host_why(h) == WHY_ADMIN_DOWN && h->since == 40 && g->nup == 2 &&
	    !h->easing, "up again, but admin down");
	host_set_draining(h, 1, 50);
	ok(host_why(h) == WHY_ADMIN_DOWN && h->since == 40,
	    "admin down is told before draining");
	host_set_admin_down(h, 0, 60);
	ok(host_why(h) == WHY_DRAINING && h->since == 60 && g->nup == 2,
	    "draining is left");
	host_set_draining(h, 7, 70);
	ok(h->draining == 1 && h->since == 60, "draining twice is once");
	host_set_draining(h, 0, 80);
	ok(host_usable(h) && h->since == 80 && g->nup == 3 && h->in_up,
	    "back in rotation");
	model_free(m);
}

static void
test_easing(void)
{
	static const enum rule rules[] = { RULE_RANDOM, RULE_ROUNDROBIN,
	    RULE_LEASTCONNS, RULE_LEASTCONNSRR, RULE_WEIGHTR, RULE_WEIGHTLC };
	static const char *const names[] = { "random", "roundrobin",
	    "leastconns", "leastconnsrr", "weightr", "weightlc" };
	struct model	*m;
	struct group	*g;
	struct host	*h;
	int		 i, least;

	for (i = 0; i < 6; i++) {
		g = group_of(&m, rules[i], 2);
		h = g->hosts[0];
		least = i == 2 || i == 3 || i == 5;
		host_set_down(h, WHY_REFUSED, 1);
		host_set_down(h, WHY_NONE, 2);
		ok(h->easing == least && !g->hosts[1]->easing, "%s: %s",
		    names[i], least ? "eased in" : "not eased in");
		model_free(m);
	}
	g = group_of(&m, RULE_LEASTCONNS, 2);
	h = g->hosts[0];
	host_set_admin_down(h, 1, 1);
	ok(!h->easing, "no easing while admin down");
	host_set_admin_down(h, 0, 2);
	ok(h->easing, "a return from admin down is eased in");
	host_set_down(h, WHY_RESET, 3);
	ok(!h->easing, "down ends it");
	g->ease_in = 0;
	host_set_down(h, WHY_NONE, 4);
	ok(!h->easing, "easeIn=\"no\"");
	model_free(m);
}

static void
test_words(void)
{
	static const struct {
		enum why	 why;
		const char	*word;
	} words[] = {
		{ WHY_NONE, "-" }, { WHY_REFUSED, "refused" },
		{ WHY_TIMEOUT, "timeout" }, { WHY_UNREACHABLE, "unreachable" },
		{ WHY_RESET, "reset" }, { WHY_UNRESOLVED, "unresolved" },
		{ WHY_FAILED, "failed" }, { WHY_ADMIN_DOWN, "admin-down" },
		{ WHY_DRAINING, "draining" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ok(strcmp(why_word(words[i].why), words[i].word) == 0,
		    "why_word: %s", words[i].word);
	ok(why_errno(0) == WHY_NONE, "why_errno: 0");
	ok(why_errno(ECONNREFUSED) == WHY_REFUSED, "why_errno: refused");
	ok(why_errno(ETIMEDOUT) == WHY_TIMEOUT, "why_errno: timeout");
	ok(why_errno(EHOSTUNREACH) == WHY_UNREACHABLE &&
	    why_errno(ENETUNREACH) == WHY_UNREACHABLE,
	    "why_errno: unreachable");
	ok(why_errno(ECONNRESET) == WHY_RESET, "why_errno: reset");
	ok(why_errno(EACCES) == WHY_FAILED, "why_errno: failed");
}

/* Finding by name and address stays right through every change. */
static void
test_finding(void)
{
	struct model	*m, *like;
	struct group	*g = group_of(&m, RULE_ROUNDROBIN, 9), *other;
	struct host	*h = g->hosts[4], *old;
	size_t		 i, bad = 0;

	ok(host_rename(h, "x") == 0 && host_find(g, "x") == h &&
	    host_find(g, "host.4") == NULL, "renamed");
	ok(host_rename(h, "x") == 0 && host_find(g, "x") == h,
	    "to the same name");
	ok(host_find_address(g, "[::ffff:127.0.0.1]:1004") == h,
	    "an address, spelled differently");
	old = g->hosts[2];
	h = host_replace(old, "127.0.0.1:99");
	ok(h != NULL && g->hosts[2] == h && host_find(g, "host.2") == h &&
	    host_find_address(g, "127.0.0.1:99") == h &&
	    host_find_address(g, "127.0.0.1:1002") == NULL, "replaced");
	host_remove(g->hosts[0]);
	host_remove(g->hosts[7]);
	ok(g->nhosts == 7 && host_find(g, "host.0") == NULL &&
	    host_find(g, "host.8") == NULL &&
	    host_find_address(g, "127.0.0.1:1008") == NULL, "removed");
	other = group_of(&like, RULE_ROUNDROBIN, 0);
	for (i = 10; i-- > 0; ) {
		char name[32];

		snprintf(name, sizeof(name), "host.%zu", i);
		need(host_new(other, name, "127.0.0.1:1"));
	}
	model_order(m, like);
	for (i = 0; i < g->nhosts; i++)
		bad += host_find(g, g->hosts[i]->name) != g->hosts[i] ||
		    g->hosts[i]->order != i || g->hosts[i]->skip;
	ok(bad == 0 && strcmp(g->hosts[0]->name, "host.7") == 0 &&
	    strcmp(g->hosts[5]->name, "host.1") == 0 &&
	    strcmp(g->hosts[6]->name, "x") == 0, "in another order");
	model_free(m);
	model_free(like);
}

/* In a batch the rotation waits, the rest does not. */
static void
test_batch(void)
{
	struct pydirector *d = need(calloc(1, sizeof(*d)));
	struct model	*m;
	struct group	*g = group_of(&m, RULE_LEASTCONNS, 5);
	struct addr	 none;
	struct host	*h;

	memset(&none, 0, sizeof(none));
	g->service->director = d;
	d->batch = 1;
	host_remove(g->hosts[3]);
	host_remove(g->hosts[1]);
	host_remove(g->hosts[2]);
	h = need(host_new(g, "n", "127.0.0.1:1"));
	host_set_admin_down(g->hosts[0], 1, 1);
	ok(g->stale && g->nhosts == 3 && g->nup == 5, "changed, not rebuilt");
	host_open(g->hosts[1]);
	host_close(g->hosts[1], 1);
	ok(sched_pick(g, &none, NULL, 0, 0) != NULL && !g->stale &&
	    g->nup == 2, "who has to choose rebuilds");
	host_remove(g->hosts[0]);
	d->batch = 0;
	sched_rebuild(g);
	ok(!g->stale && g->nup == 2 && g->hosts[1] == h, "at its end");
	model_free(m);
	free(d);
}

static void
test_rules(void)
{
	struct model	*m = need(model_new());
	struct service	*s = need(service_new(m, "s"));
	struct networks	 from = { NULL, NULL, 0 };
	struct access_rule *a, *b, *c;
	const char	*why;

	a = need(rule_new(s, 7));
	b = need(rule_new(s, 0));
	c = need(rule_new(s, 1));
	ok(s->nrules == 3 && s->rules[0] == b && s->rules[1] == c &&
	    s->rules[2] == a, "rules have places");
	c->allow = 1;
	ok(networks_parse(&c->from, "10.0.0.0/8", &why) == 0 &&
	    networks_parse(&from, "10.1.2.3/8", &why) == 0, "networks");
	ok(rule_find(s, 1, &from) == c && rule_find(s, 0, &from) == NULL,
	    "found by right and meaning");
	rule_remove(s, c);
	ok(s->nrules == 2 && rule_find(s, 1, &from) == NULL, "removed");
	networks_free(&from);
	model_free(m);
}

int
main(void)
{
	test_defaults();
	test_names();
	test_many();
	test_references();
	test_counts();
	test_states();
	test_easing();
	test_words();
	test_finding();
	test_batch();
	test_rules();
	return tap_end();
}
