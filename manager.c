/* SPDX-License-Identifier: ISC
 *
 * The manager: hosts going down and coming back, and the timed tasks.
 *
 *	hostCheck    probes a host that is down: after 1 s, then after twice
 *	             the time, up to the interval; it comes back when a whole
 *	             probe succeeds
 *	all down     while a group has no host left: every second, and one
 *	             connect is enough
 *	heartbeat    one connect to each host of the enabled groups, spread over
 *	             the interval
 *	names        looked up again every resolveInterval; the last good
 *	             addresses stay when that fails
 *
 * There is one timer a host for probes, and one for its name. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "director.h"

#define FIRST_CHECK 1000	/* ms from a failure to the first probe */
#define ALL_DOWN_CHECK 1000	/* ms between probes while all are down */
#define LOCAL_RETRY 1000	/* ms, when a probe met a shortage of ours */
#define FIRST_LOOKUP 1000	/* ms; doubles up to resolveInterval */

struct watch {
	struct check	 check;
	struct timer	 timer;		/* the next probe */
	int64_t		 delay;		/* ms to it, while the host is down */
	struct timer	 name_timer;	/* the next lookup */
	int64_t		 name_delay;	/* ms to it, while unresolved */
	struct helper_request *lookup;	/* under way */
};

static void	 manager_expire(struct timer *);

/* `service/group/host`, for log lines. */
#define HOST_FMT "host %s/%s/%s"
#define HOST_ARG(h) \
	(h)->group->service->name, (h)->group->name, (h)->name

/* No host of the group is left that the operator did not take out. */
static int
manager_all_down(const struct group *g)
{
	size_t i;

	if (g->nup > 0)
		return (0);
	for (i = 0; i < g->nhosts; i++) {
		if (g->hosts[i]->down == WHY_NONE && !g->hosts[i]->admin_down)
			return (0);
	}
	return (1);
}

static int
manager_beats(const struct pydirector *d, const struct host *h)
{
	return (d->model->heartbeat &&
	    h->group->service->enabled == h->group && !h->admin_down);
}

/* Sets the time of the next probe from the state of the host. */
static void
manager_schedule(struct pydirector *d, struct host *h)
{
	struct watch *w = h->watch;
	int64_t wait = -1;

	if (check_running(&w->check))
		return;
	loop_timer_del(&d->loop, &w->timer);
	if (h->down != WHY_NONE) {
		if (d->model->host_check && h->naddrs > 0)
			wait = manager_all_down(h->group) ?
			    ALL_DOWN_CHECK : w->delay;
	} else if (manager_beats(d, h))
		wait = d->model->heartbeat_interval;
	if (wait != -1)
		loop_timer(&d->loop, &w->timer, wait, manager_expire);
}

int64_t
manager_next_try(const struct pydirector *d, const struct host *h)
{
	int64_t wait;

	if (h->watch == NULL || h->down == WHY_NONE)
		return (-1);
	if (check_running(&h->watch->check))
		return (0);
	if (!loop_timer_set(&h->watch->timer))
		return (-1);
	wait = h->watch->timer.at - d->loop.now;
	return (wait < 0 ? 0 : wait);
}

/* Going down, coming back. */

void
manager_failed(struct pydirector *d, struct host *h, enum why why)
{
	struct group *g = h->group;
	size_t i;

	h->failed++;
	if (g == NULL || h->watch == NULL || h->down != WHY_NONE)
		return;
	host_set_down(h, why, d->loop.now);
	log_notice(d->log, HOST_FMT ": down: %s", HOST_ARG(h), why_word(why));
	h->watch->delay = FIRST_CHECK;
	if (!manager_all_down(g)) {
		manager_schedule(d, h);
		return;
	}
	log_warning(d->log, "group %s/%s: no host is up", g->service->name,
	    g->name);
	for (i = 0; i < g->nhosts; i++)
		manager_schedule(d, g->hosts[i]);
}

void
manager_reached(struct pydirector *d, struct host *h)
{
	if (h->group == NULL || h->watch == NULL || h->down == WHY_NONE)
		return;
	host_set_down(h, WHY_NONE, d->loop.now);
	log_notice(d->log, HOST_FMT ": up", HOST_ARG(h));
	check_stop(&h->watch->check);
	manager_schedule(d, h);
}

/* Probes. */

static void
manager_checked(struct check *c, enum why why, int local)
{
	struct pydirector *d = c->director;
	struct host *h = c->host;
	struct watch *w = h->watch;

	if (local) {
		loop_timer(&d->loop, &w->timer, LOCAL_RETRY, manager_expire);
		return;
	}
	if (why == WHY_NONE) {
		manager_reached(d, h);
	} else if (h->down == WHY_NONE) {
		manager_failed(d, h, why);
		return;
	} else {
		log_debug(d->log, HOST_FMT ": still down: %s", HOST_ARG(h),
		    why_word(why));
		w->delay = w->delay * 2;
		if (w->delay > d->model->host_check_interval)
			w->delay = d->model->host_check_interval;
	}
	manager_schedule(d, h);
}

static void
manager_expire(struct timer *t)
{
	struct watch *w = LOOP_OWNER(t, struct watch, timer);
	struct host *h = w->check.host;
	const struct model *m = w->check.director->model;
	unsigned tries = m->check_tries;

	if (h->down == WHY_NONE || manager_all_down(h->group))
		tries = 1;
	check_start(&w->check, tries, m->check_timeout, manager_checked);
}

/* Names. */

static void	 manager_name_expire(struct timer *);

static void
manager_name_schedule(struct pydirector *d, struct host *h)
{
	struct watch *w = h->watch;
	int64_t wait = d->model->resolve_interval;

	if (!h->named || d->lookup == NULL)
		return;
	if (h->naddrs == 0) {
		if (w->name_delay < wait)
			wait = w->name_delay;
		w->name_delay *= 2;
		if (w->name_delay > d->model->resolve_interval)
			w->name_delay = d->model->resolve_interval;
	}
	loop_timer(&d->loop, &w->name_timer, wait, manager_name_expire);
}

/* 1 when the host had other addresses before. */
static int
manager_take_addrs(struct host *h, const struct addr *addrs, int n)
{
	int i, same = h->naddrs == n;

	for (i = 0; same && i < n; i++)
		same = addr_same(&h->addrs[i], &addrs[i]);
	if (same)
		return (0);
	for (i = 0; i < n; i++)
		h->addrs[i] = addrs[i];
	h->naddrs = (unsigned char)n;
	h->good = 0;
	return (1);
}

static void
manager_found(void *arg, const struct addr *addrs, int n, const char *why)
{
	struct host *h = arg;
	struct watch *w = h->watch;
	struct pydirector *d = w->check.director;
	char text[ADDR_TEXT_SIZE];

	w->lookup = NULL;
	if (n == 0) {
		log_debug(d->log, HOST_FMT ": not resolved: %s", HOST_ARG(h),
		    why);
	} else if (manager_take_addrs(h, addrs, n)) {
		w->name_delay = FIRST_LOOKUP;
		log_notice(d->log, HOST_FMT ": resolved: %s", HOST_ARG(h),
		    addr_text(&addrs[0], text));
		if (h->down == WHY_UNRESOLVED && !check_running(&w->check))
			loop_timer(&d->loop, &w->timer, 0, manager_expire);
	}
	manager_name_schedule(d, h);
}

static void
manager_name_expire(struct timer *t)
{
	struct watch *w = LOOP_OWNER(t, struct watch, name_timer);
	struct host *h = w->check.host;
	struct pydirector *d = w->check.director;

	w->lookup = helper_lookup(d->lookup, h->to, manager_found, h);
	if (w->lookup == NULL)
		manager_name_schedule(d, h);
}

/* What another host found out about the same name in this pass. */
static const struct host *
manager_same_name(const struct model *m, const struct host *h)
{
	size_t i, j, k;
	const struct group *g;

	for (i = 0; i < m->nservices; i++)
		for (j = 0; j < m->services[i]->ngroups; j++) {
			g = m->services[i]->groups[j];
			for (k = 0; k < g->nhosts; k++) {
				if (g->hosts[k] == h)
					return (NULL);
				if (strcmp(g->hosts[k]->to->node,
				    h->to->node) == 0)
					return (g->hosts[k]);
			}
		}
	return (NULL);
}

static void
manager_resolve(struct pydirector *d, struct host *h)
{
	const struct host *twin = manager_same_name(d->model, h);
	struct addr addrs[HELPER_ADDRS];
	const char *why = "not found";
	int i, n;

	if (twin != NULL) {
		n = twin->naddrs;
		for (i = 0; i < n; i++) {
			addrs[i] = twin->addrs[i];
			addr_set_port(&addrs[i], h->to->port);
		}
	} else
		n = addr_lookup(h->to, 0, addrs, HELPER_ADDRS, &why);
	if (n > 0) {
		(void)manager_take_addrs(h, addrs, n);
		return;
	}
	host_set_down(h, WHY_UNRESOLVED, d->loop.now);
	log_warning(d->log, HOST_FMT ": down: unresolved: %s: %s",
	    HOST_ARG(h), h->to->node, why);
}

/* All hosts. */

static int
manager_each(struct pydirector *d,
    int (*fn)(struct pydirector *, struct host *))
{
	const struct model *m = d->model;
	const struct group *g;
	size_t i, j, k;

	for (i = 0; i < m->nservices; i++)
		for (j = 0; j < m->services[i]->ngroups; j++) {
			g = m->services[i]->groups[j];
			for (k = 0; k < g->nhosts; k++)
				if (fn(d, g->hosts[k]) == -1)
					return (-1);
		}
	return (0);
}

static int
manager_resolve_one(struct pydirector *d, struct host *h)
{
	if (h->named)
		manager_resolve(d, h);
	return (0);
}

void
manager_resolve_all(struct pydirector *d)
{
	(void)manager_each(d, manager_resolve_one);
}

static int
manager_watch(struct pydirector *d, struct host *h)
{
	struct watch *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return (-1);
	check_init(&w->check, d, h);
	w->delay = FIRST_CHECK;
	w->name_delay = FIRST_LOOKUP;
	h->watch = w;
	manager_schedule(d, h);
	manager_name_schedule(d, h);
	/* The first beats are spread over the interval. */
	if (h->down == WHY_NONE && loop_timer_set(&w->timer))
		loop_timer(&d->loop, &w->timer,
		    (int64_t)(random_next(&d->random) %
		    (uint64_t)d->model->heartbeat_interval), manager_expire);
	return (0);
}

static int
manager_unwatch(struct pydirector *d, struct host *h)
{
	struct watch *w = h->watch;

	if (w == NULL)
		return (0);
	check_stop(&w->check);
	loop_timer_del(&d->loop, &w->timer);
	loop_timer_del(&d->loop, &w->name_timer);
	if (w->lookup != NULL)
		helper_cancel(w->lookup);
	h->watch = NULL;
	free(w);
	return (0);
}

int
manager_start(struct pydirector *d)
{
	return (manager_each(d, manager_watch));
}

void
manager_stop(struct pydirector *d)
{
	(void)manager_each(d, manager_unwatch);
}
