/* SPDX-License-Identifier: ISC
 *
 * The difference of two configurations: groups and their hosts. A group in use
 * never runs empty. A host that has another address is another host; one that
 * has another name alone is renamed, and keeps all it has. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compareconf.h"

/* Hosts. */

/* What becomes of the hosts of a group that is in both. */
struct pairing {
	const struct group *f, *t;
	const struct host **of;		/* for each host of t the one of f that
					 * becomes it; NULL: it is new */
	unsigned char	*stays;		/* each host of f becomes one of t */
};

/* The host of t that one of f becomes: the one with its name and address, or
 * with its address under a name that f does not know: it is renamed then, and
 * keeps all it has. NULL: none. */
static const struct host *
host_becomes(const struct host *h, const struct group *f,
    const struct group *t)
{
	const struct host *other = host_find(t, h->name);

	if (other != NULL && address_same(other->to, h->to))
		return other;
	other = host_find_hostport(t, h->to);
	if (other == NULL || host_find(f, other->name) != NULL)
		return NULL;
	return other;
}

static void
host_attrs(struct diff *d, const struct place *group, const struct host *f,
    const struct host *t)
{
	struct place at = *group;
	struct host same;
	char weight[16];

	at.host = t->name;
	if (f->weight != t->weight) {
		(void)snprintf(weight, sizeof(weight), "%u", t->weight);
		diff_call(d, "setWeight", "service", at.service, "group",
		    at.group, "name", t->name, "weight", weight, END);
	}
	same = *f;
	same.weight = t->weight;
	same.admin_down = t->admin_down;
	diff_attrs(d, CONF_HOST, &at, &same, t);
	if (!f->admin_down != !t->admin_down)
		diff_call(d, t->admin_down ? "hostAdminDown" : "hostAdminUp",
		    "service", at.service, "group", at.group, "name", t->name,
		    END);
}

static void
host_add(struct diff *d, const struct place *at, const struct host *t)
{
	struct host fresh = { .weight = t->weight };
	char weight[16];

	(void)snprintf(weight, sizeof(weight), "%u", t->weight);
	diff_call(d, "addHost", "service", at->service, "group", at->group,
	    "name", t->name, "ip", t->address,
	    "weight", t->weight == 1 ? NULL : weight, END);
	host_attrs(d, at, &fresh, t);
}

/* It is in f neither by name nor by address. */
static int
host_fresh(const struct host *h, const struct group *f)
{
	return host_find(f, h->name) == NULL &&
	    host_find_hostport(f, h->to) == NULL;
}

/* Pairs the hosts, and renames those that have another name. Returns how many
 * stay. */
static size_t
hosts_pair(struct diff *d, const struct place *at, struct pairing *p)
{
	const struct host *h, *other;
	size_t i, n = 0;

	for (i = 0; i < p->f->nhosts; i++) {
		h = p->f->hosts[i];
		other = host_becomes(h, p->f, p->t);
		if (other == NULL)
			continue;
		p->of[other->order] = h;
		p->stays[i] = 1;
		n++;
		if (strcmp(h->name, other->name) != 0)
			diff_call(d, "set", "service", at->service, "group",
			    at->group, "host", h->name, "attr", "name",
			    "value", other->name, END);
	}
	return n;
}

/* None stays: the first whose name does is last, and gets another address. */
static const struct host *
hosts_last(struct pairing *p)
{
	const struct host *other;
	size_t i;

	for (i = 0; i < p->f->nhosts; i++) {
		other = host_find(p->t, p->f->hosts[i]->name);
		if (other == NULL)
			continue;
		p->of[other->order] = p->f->hosts[i];
		p->stays[i] = 1;
		return other;
	}
	return NULL;
}

/* Takes away what does not stay, the last first: that is the cheapest. */
static void
hosts_del(struct diff *d, const struct place *at, const struct pairing *p)
{
	size_t i;

	for (i = p->f->nhosts; i-- > 0; )
		if (!p->stays[i])
			diff_call(d, "delHost", "service", at->service,
			    "group", at->group, "name", p->f->hosts[i]->name,
			    END);
}

/* A host that is in f neither by name nor by address comes before any other
 * goes. */
static void
hosts_both(struct diff *d, const struct place *at, struct pairing *p)
{
	const struct host *h, *last = NULL;
	size_t i, kept = hosts_pair(d, at, p);

	for (i = 0; i < p->t->nhosts; i++) {
		h = p->t->hosts[i];
		if (!host_fresh(h, p->f))
			continue;
		host_add(d, at, h);
		kept++;
	}
	if (kept == 0)
		last = hosts_last(p);
	if (p->t->nhosts == 0 && p->f->nhosts > 0)
		diff_call(d, "delAllHosts", "service", at->service, "group",
		    at->group, END);
	else
		hosts_del(d, at, p);
	if (last != NULL)
		diff_call(d, "set", "service", at->service, "group", at->group,
		    "host", last->name, "attr", "ip", "value", last->address,
		    END);
	for (i = 0; i < p->t->nhosts; i++) {
		h = p->t->hosts[i];
		if (p->of[i] != NULL)
			host_attrs(d, at, p->of[i], h);
		else if (!host_fresh(h, p->f))
			host_add(d, at, h);
	}
}

/* The hosts of a group that is in both. */
static void
hosts(struct diff *d, const struct place *at, const struct group *f,
    const struct group *t)
{
	struct pairing p;

	p.f = f;
	p.t = t;
	p.of = calloc(t->nhosts + 1, sizeof(*p.of));
	p.stays = calloc(f->nhosts + 1, 1);
	if (p.of == NULL || p.stays == NULL)
		d->no_memory = 1;
	else
		hosts_both(d, at, &p);
	free(p.of);
	free(p.stays);
}

/* Groups. */

static void
group_both(struct diff *d, const struct place *at, const struct group *f,
    const struct group *t)
{
	char scheduler[32];

	if (f->rule != t->rule || f->sticky != t->sticky)
		diff_call(d, "changeScheduler", "service", at->service, "group",
		    at->group, "scheduler",
		    sched_name(t, d->to->dialect, scheduler), END);
	diff_attrs(d, CONF_GROUP, at, f, t);
	hosts(d, at, f, t);
}

static void
group_create(struct diff *d, const struct place *at, const struct group *t)
{
	struct group fresh = {
		.ease_in = 1, .send_proxy = SEND_PROXY_NO
	};
	char scheduler[32];
	size_t i;

	diff_call(d, "newGroup", "service", at->service, "group", at->group,
	    "scheduler", sched_name(t, d->to->dialect, scheduler), END);
	diff_attrs(d, CONF_GROUP, at, &fresh, t);
	for (i = 0; i < t->nhosts; i++)
		host_add(d, at, t->hosts[i]);
}

/* The group to be enabled comes first: before that another one may not run
 * empty, or go. */
void
diff_groups(struct diff *d, const struct service *f, const struct service *t)
{
	const char *was = f == NULL || f->enabled == NULL ? "" :
	    f->enabled->name;
	struct place at = { t->name, NULL, NULL };
	struct group *g, *old;
	size_t i, turn;

	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < t->ngroups; i++) {
			g = t->groups[i];
			if ((g == t->enabled) != (turn == 0))
				continue;
			at.group = g->name;
			old = f == NULL ? NULL : group_find(f, g->name);
			if (old == NULL)
				group_create(d, &at, g);
			else
				group_both(d, &at, old, g);
		}
		if (turn == 0 && t->enabled != NULL &&
		    strcmp(was, t->enabled->name) != 0)
			diff_call(d, "enableGroup", "service", t->name, "group",
			    t->enabled->name, END);
	}
	for (i = 0; f != NULL && i < f->ngroups; i++)
		if (group_find(t, f->groups[i]->name) == NULL)
			diff_call(d, "delGroup", "service", t->name, "group",
			    f->groups[i]->name, END);
}
