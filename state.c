/* SPDX-License-Identifier: ISC
 *
 * What is known of services, as lines, from one process to the next.
 *
 *	started MS			clock_ms() at the start
 *	relays ID STAMP			of the last relay, and of the last end
 *	service S TOTAL REFUSED DENIED LIMITED
 *	rule S allow|deny NETWORKS HITS
 *	host S G NAME ADDRESS TOTAL FAILED IN OUT	counters, to be added
 *	state S G NAME ADDRESS WHY SINCE ADMIN DRAIN ENDED
 *
 * Counters go over as differences: each count is with one of the two processes
 * at any moment. A host counts as the same when service, group, name and
 * address are; what the other process does not have is passed over. */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "handover.h"

/* Telling. */

static void
state_word(struct buf *b, const char *word)
{
	(void)buf_add(b, " ", 1);
	compareconf_escape(b, word);
}

static void
state_host_name(struct buf *b, const char *what, const struct host *h)
{
	(void)buf_addf(b, "%s", what);
	state_word(b, h->group->service->name);
	state_word(b, h->group->name);
	state_word(b, h->name);
	state_word(b, h->address);
}

static void
state_host(struct host *h, struct buf *b, int all)
{
	if ((h->total | h->failed | h->bytes_in | h->bytes_out) != 0) {
		state_host_name(b, "host", h);
		(void)buf_addf(b, " %" PRIu64 " %" PRIu64 " %" PRIu64
		    " %" PRIu64 "\n", h->total, h->failed, h->bytes_in,
		    h->bytes_out);
		h->total = h->failed = h->bytes_in = h->bytes_out = 0;
		h->plot.total = 0;
	}
	if (!all || (host_why(h) == WHY_NONE && h->since == 0 &&
	    h->ended == 0))
		return;
	state_host_name(b, "state", h);
	(void)buf_addf(b, " %s %" PRId64 " %d %d %" PRIu64 "\n",
	    why_word(h->down), h->since, h->admin_down, h->draining,
	    h->ended);
}

static void
state_rules(struct service *s, struct buf *b)
{
	struct access_rule *r;
	size_t i;

	for (i = 0; i < s->nrules; i++) {
		r = s->rules[i];
		if (r->hits == 0 || r->from.text == NULL)
			continue;
		(void)buf_addf(b, "rule");
		state_word(b, s->name);
		state_word(b, r->allow ? "allow" : "deny");
		state_word(b, r->from.text);
		(void)buf_addf(b, " %" PRIu64 "\n", r->hits);
		r->hits = 0;
	}
}

static void
state_service(struct service *s, struct buf *b)
{
	if ((s->total | s->refused | s->denied | s->limited) == 0)
		return;
	(void)buf_addf(b, "service");
	state_word(b, s->name);
	(void)buf_addf(b, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
	    "\n", s->total, s->refused, s->denied, s->limited);
	s->total = s->refused = s->denied = s->limited = 0;
}

void
state_tell(struct pydirector *d, struct buf *b, int all)
{
	const struct model *m = d->model;
	const struct group *g;
	size_t i, j, k;

	if (all)
		(void)buf_addf(b, "started %" PRId64 "\nrelays %" PRIu64
		    " %" PRIu64 "\n", d->started, d->next_id, d->stamp);
	for (i = 0; i < m->nservices; i++) {
		state_service(m->services[i], b);
		state_rules(m->services[i], b);
		for (j = 0; j < m->services[i]->ngroups; j++) {
			g = m->services[i]->groups[j];
			for (k = 0; k < g->nhosts; k++)
				state_host(g->hosts[k], b, all);
		}
	}
}

/* Learning. */

/* A count; what is none is 0. */
static uint64_t
state_number(const char *word)
{
	return *word == '-' ? 0 : (uint64_t)strtoumax(word, NULL, 10);
}

static int64_t
state_time(const char *word)
{
	return (int64_t)strtoimax(word, NULL, 10);
}

static enum why
state_why(const char *word)
{
	static const enum why reasons[] = { WHY_REFUSED, WHY_TIMEOUT,
	    WHY_UNREACHABLE, WHY_RESET, WHY_FAILED };
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(why_word(reasons[i]), word) == 0)
			return reasons[i];
	/* What has an address by now is not unresolved. */
	return WHY_NONE;
}

static struct host *
state_find_host(const struct pydirector *d, char *const words[])
{
	struct service *s = service_find(d->model, words[1]);
	struct group *g = s == NULL ? NULL : group_find(s, words[2]);
	struct host *h = g == NULL ? NULL : host_find(g, words[3]);

	return h != NULL && strcmp(h->address, words[4]) == 0 ? h : NULL;
}

static void
state_learn_host(const struct pydirector *d, char *const words[])
{
	struct host *h = state_find_host(d, words);

	if (h == NULL)
		return;
	h->total += state_number(words[5]);
	h->failed += state_number(words[6]);
	h->bytes_in += state_number(words[7]);
	h->bytes_out += state_number(words[8]);
	/* They were made elsewhere: no peak in the plot. */
	h->plot.total += state_number(words[5]);
}

static void
state_learn_state(struct pydirector *d, char *const words[])
{
	struct host *h = state_find_host(d, words);
	enum why why = state_why(words[5]);
	int64_t since = state_time(words[6]);

	if (h == NULL)
		return;
	if (why != WHY_NONE && h->down == WHY_NONE)
		host_set_down(h, why, since);
	if (strcmp(words[7], "1") == 0)
		host_set_admin_down(h, 1, since);
	if (strcmp(words[8], "1") == 0)
		host_set_draining(h, 1, since);
	if (h->down != WHY_UNRESOLVED && since <= d->loop.now)
		h->since = since;
	h->ended = state_number(words[9]);
	h->group->stale = 1;
}

static void
state_learn_service(const struct pydirector *d, char *const words[])
{
	struct service *s = service_find(d->model, words[1]);

	if (s == NULL)
		return;
	s->total += state_number(words[2]);
	s->refused += state_number(words[3]);
	s->denied += state_number(words[4]);
	s->limited += state_number(words[5]);
}

static void
state_learn_rule(const struct pydirector *d, char *const words[])
{
	const struct service *s = service_find(d->model, words[1]);
	int allow = strcmp(words[2], "allow") == 0;
	size_t i;

	for (i = 0; s != NULL && i < s->nrules; i++) {
		if (s->rules[i]->allow != allow ||
		    s->rules[i]->from.text == NULL ||
		    strcmp(s->rules[i]->from.text, words[3]) != 0)
			continue;
		s->rules[i]->hits += state_number(words[4]);
		return;
	}
}

int
state_count(struct pydirector *d, int n, char *const words[])
{
	if (n == 6 && strcmp(words[0], "service") == 0)
		state_learn_service(d, words);
	else if (n == 5 && strcmp(words[0], "rule") == 0)
		state_learn_rule(d, words);
	else if (n == 9 && strcmp(words[0], "host") == 0)
		state_learn_host(d, words);
	else
		return 0;
	return 1;
}

void
state_learn(struct pydirector *d, int n, char *const words[])
{
	if (state_count(d, n, words))
		return;
	if (n == 2 && strcmp(words[0], "started") == 0) {
		if (state_time(words[1]) <= d->started)
			d->started = state_time(words[1]);
	} else if (n == 3 && strcmp(words[0], "relays") == 0) {
		d->next_id = state_number(words[1]);
		d->stamp = state_number(words[2]);
	} else if (n == 10 && strcmp(words[0], "state") == 0)
		state_learn_state(d, words);
}
