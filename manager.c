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
 *	configCheck  saves what has been changed, at its interval
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
#define SAVE_ANSWER (64 * 1024)	/* bytes of text from a save */
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
		return 0;
	for (i = 0; i < g->nhosts; i++) {
		if (host_why(g->hosts[i]) == WHY_NONE)
			return 0;
	}
	return 1;
}

static int
manager_beats(const struct pydirector *d, const struct host *h)
{
	return d->model->heartbeat &&
	    h->group->service->enabled == h->group && !h->admin_down;
}

/* Milliseconds from one probe to the next in the host's present state, or
 * -1: there is none. all_down: manager_all_down() of its group. */
static int64_t
manager_wait(const struct pydirector *d, const struct host *h, int all_down)
{
	if (h->down == WHY_NONE)
		return manager_beats(d, h) ?
		    d->model->heartbeat_interval : -1;
	if (!d->model->host_check || h->naddrs == 0)
		return -1;
	return all_down ? ALL_DOWN_CHECK : h->watch->delay;
}

/* Sets the time of the next probe from the state of the host. */
static void
manager_schedule(struct pydirector *d, struct host *h, int all_down)
{
	struct watch *w = h->watch;
	int64_t wait;

	if (check_running(&w->check))
		return;
	loop_timer_del(&d->loop, &w->timer);
	wait = manager_wait(d, h, all_down);
	if (wait != -1)
		loop_timer(&d->loop, &w->timer, wait, manager_expire);
}

/* The same after a change of settings: a time that is near enough stays, and
 * new heartbeats are spread over their interval. */
static void
manager_adjust(struct pydirector *d, struct host *h, int all_down)
{
	struct watch *w = h->watch;
	int64_t wait;

	if (w == NULL || check_running(&w->check))
		return;
	wait = manager_wait(d, h, all_down);
	if (wait == -1) {
		loop_timer_del(&d->loop, &w->timer);
		return;
	}
	if (loop_timer_set(&w->timer) && w->timer.at - d->loop.now <= wait)
		return;
	if (h->down == WHY_NONE)
		wait = (int64_t)(random_next(&d->random) % (uint64_t)wait);
	loop_timer(&d->loop, &w->timer, wait, manager_expire);
}

int64_t
manager_next_try(const struct pydirector *d, const struct host *h)
{
	int64_t wait;

	if (h->watch == NULL || h->down == WHY_NONE)
		return -1;
	if (check_running(&h->watch->check))
		return 0;
	if (!loop_timer_set(&h->watch->timer))
		return -1;
	wait = h->watch->timer.at - d->loop.now;
	return wait < 0 ? 0 : wait;
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
	check_stop(&h->watch->check);
	host_set_down(h, why, d->loop.now);
	log_notice(d->log, HOST_FMT ": down: %s", HOST_ARG(h), why_word(why));
	h->watch->delay = FIRST_CHECK;
	if (!manager_all_down(g)) {
		manager_schedule(d, h, 0);
		return;
	}
	log_warning(d->log, "group %s/%s: no host is up", g->service->name,
	    g->name);
	for (i = 0; i < g->nhosts; i++)
		manager_schedule(d, g->hosts[i], 1);
}

void
manager_reached(struct pydirector *d, struct host *h)
{
	if (h->group == NULL || h->watch == NULL || h->down == WHY_NONE)
		return;
	host_set_down(h, WHY_NONE, d->loop.now);
	log_notice(d->log, HOST_FMT ": up", HOST_ARG(h));
	check_stop(&h->watch->check);
	manager_schedule(d, h, 0);
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
		host_set_down(h, why, d->loop.now);
		w->delay = w->delay * 2;
		if (w->delay > d->model->host_check_interval)
			w->delay = d->model->host_check_interval;
	}
	manager_schedule(d, h, manager_all_down(h->group));
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

/* The place of an address in a list, or -1. */
static int
manager_addr_at(const struct addr *list, int n, const struct addr *a)
{
	int i;

	for (i = 0; i < n; i++)
		if (addr_same(&list[i], a))
			return i;
	return -1;
}

/* 1 when the host had other addresses before. In another order they are the
 * same: name servers turn them round. */
static int
manager_take_addrs(struct host *h, const struct addr *addrs, int n)
{
	int i, good = 0, same = h->naddrs == n;

	for (i = 0; same && i < n; i++)
		same = manager_addr_at(h->addrs, h->naddrs, &addrs[i]) != -1;
	if (same)
		return 0;
	if (h->naddrs > 0)
		good = manager_addr_at(addrs, n, &h->addrs[h->good]);
	for (i = 0; i < n; i++)
		h->addrs[i] = addrs[i];
	h->naddrs = (unsigned char)n;
	h->good = good == -1 ? 0 : (unsigned char)good;
	h->generation++;
	return 1;
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
		if (h->down != WHY_NONE && !check_running(&w->check))
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

	w->lookup = d->helpers->lookup(d->lookup, h->to, manager_found, h);
	if (w->lookup == NULL)
		manager_name_schedule(d, h);
}

/* Another host with the same name, one that has addresses if there is. */
static const struct host *
manager_same_name(const struct pydirector *d, const struct host *h)
{
	const struct host *other, *found = NULL;
	uint64_t key = index_text(h->to->node);
	size_t at = 0;

	while ((other = index_next(&d->nodes, key, &at)) != NULL) {
		if (other == h || strcmp(other->to->node, h->to->node) != 0)
			continue;
		if (other->naddrs > 0)
			return other;
		found = other;
	}
	return found;
}

/* The addresses of a host with the same name, with the own port. */
static void
manager_take_twin(struct host *h, const struct host *twin)
{
	struct addr addrs[HELPER_ADDRS];
	int i;

	for (i = 0; i < twin->naddrs; i++) {
		addrs[i] = twin->addrs[i];
		addr_set_port(&addrs[i], h->to->port);
	}
	(void)manager_take_addrs(h, addrs, twin->naddrs);
}

static int
manager_resolve(struct pydirector *d, struct host *h)
{
	const struct host *twin = manager_same_name(d, h);
	struct addr addrs[HELPER_ADDRS];
	const char *why = "not found";
	int n = 0;

	if (twin != NULL)
		manager_take_twin(h, twin);
	else if ((n = addr_lookup(h->to, 0, addrs, HELPER_ADDRS, &why)) > 0)
		(void)manager_take_addrs(h, addrs, n);
	if (h->naddrs > 0) {
		if (h->down == WHY_UNRESOLVED && h->watch != NULL)
			manager_retry(d, h);
		else if (h->down == WHY_UNRESOLVED)
			host_set_down(h, WHY_NONE, d->loop.now);
		return 0;
	}
	host_set_down(h, WHY_UNRESOLVED, d->loop.now);
	log_warning(d->log, HOST_FMT ": down: unresolved: %s: %s",
	    HOST_ARG(h), h->to->node, why);
	return -1;
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
					return -1;
		}
	return 0;
}

static int
manager_resolve_one(struct pydirector *d, struct host *h)
{
	if (!h->named)
		return 0;
	/* One host for each name; without memory it is looked up again. */
	if (manager_same_name(d, h) == NULL)
		(void)index_add(&d->nodes, index_text(h->to->node), h);
	if (manager_resolve(d, h) == -1)
		d->unresolved = 1;
	return 0;
}

int
manager_resolve_all(struct pydirector *d)
{
	struct index nodes = d->nodes;

	/* What was found earlier does not count. */
	memset(&d->nodes, 0, sizeof(d->nodes));
	d->unresolved = 0;
	(void)manager_each(d, manager_resolve_one);
	index_done(&d->nodes);
	d->nodes = nodes;
	return d->unresolved ? -1 : 0;
}

static void
manager_adjust_name(struct pydirector *d, struct host *h)
{
	struct watch *w = h->watch;
	int64_t wait = d->model->resolve_interval;

	if (w != NULL && loop_timer_set(&w->name_timer) &&
	    w->name_timer.at - d->loop.now > wait)
		loop_timer(&d->loop, &w->name_timer, wait,
		    manager_name_expire);
}

static int
manager_watch(struct pydirector *d, struct host *h)
{
	struct watch *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL || (h->named && index_add(&d->nodes,
	    index_text(h->to->node), h) == -1)) {
		free(w);
		return -1;
	}
	check_init(&w->check, d, h);
	w->delay = FIRST_CHECK;
	w->name_delay = FIRST_LOOKUP;
	h->watch = w;
	if (h->naddrs == 0 && h->down == WHY_NONE)
		host_set_down(h, WHY_UNRESOLVED, d->loop.now);
	manager_adjust(d, h, h->naddrs > 0 && h->down != WHY_NONE &&
	    manager_all_down(h->group));
	manager_name_schedule(d, h);
	return 0;
}

int
manager_add(struct pydirector *d, struct host *h)
{
	const struct host *twin = NULL;

	if (h->named)
		twin = manager_same_name(d, h);
	if (twin != NULL && twin->naddrs > 0)
		manager_take_twin(h, twin);
	if (h->naddrs == 0)
		host_set_down(h, WHY_UNRESOLVED, d->loop.now);
	if (manager_watch(d, h) == -1)
		return -1;
	if (h->naddrs == 0)
		manager_retry(d, h);
	return 0;
}

static int
manager_unwatch(struct pydirector *d, struct host *h)
{
	manager_del(d, h);
	return 0;
}

void
manager_del(struct pydirector *d, struct host *h)
{
	struct watch *w = h->watch;

	if (w == NULL)
		return;
	check_stop(&w->check);
	loop_timer_del(&d->loop, &w->timer);
	loop_timer_del(&d->loop, &w->name_timer);
	if (w->lookup != NULL)
		d->helpers->cancel(w->lookup);
	if (h->named)
		index_del(&d->nodes, index_text(h->to->node), h);
	h->watch = NULL;
	free(w);
}

void
manager_retry(struct pydirector *d, struct host *h)
{
	struct watch *w = h->watch;

	if (w == NULL)
		return;
	w->delay = FIRST_CHECK;
	if (h->naddrs > 0) {
		if (!check_running(&w->check))
			loop_timer(&d->loop, &w->timer, 0, manager_expire);
	} else if (d->lookup != NULL && w->lookup == NULL) {
		w->name_delay = FIRST_LOOKUP;
		loop_timer(&d->loop, &w->name_timer, 0, manager_name_expire);
	}
}

void
manager_adjust_group(struct pydirector *d, struct group *g)
{
	int all_down;
	size_t i;

	if (d->batch) {
		g->stale = 1;
		return;
	}
	all_down = manager_all_down(g);
	for (i = 0; i < g->nhosts; i++)
		manager_adjust(d, g->hosts[i], all_down);
}

/* configCheck. */

static void	 manager_save_expire(struct timer *);

static void
manager_save_schedule(struct pydirector *d)
{
	int64_t wait = d->model->config_check_interval;

	if (!d->model->config_check || d->config_path == NULL ||
	    d->files == NULL)
		loop_timer_del(&d->loop, &d->save_timer);
	else if (!loop_timer_set(&d->save_timer) ||
	    d->save_timer.at - d->loop.now > wait)
		loop_timer(&d->loop, &d->save_timer, wait,
		    manager_save_expire);
}

/* A reason not to save is told once. */
static void
manager_save_expire(struct timer *t)
{
	struct pydirector *d = LOOP_OWNER(t, struct pydirector, save_timer);
	struct buf answer;
	int saved;

	buf_init(&answer, SAVE_ANSWER);
	saved = d->files->save(d, 0, &answer) == OUTCOME_OK;
	if (!saved && !d->save_told && answer.len > 0)
		log_warning(d->log, "configCheck: %.*s",
		    (int)strcspn(answer.data, "\n"), answer.data);
	d->save_told = !saved;
	buf_done(&answer);
	manager_save_schedule(d);
}

void
manager_adjust_all(struct pydirector *d)
{
	struct service *s;
	struct group *g;
	size_t i, j, k;

	if (d->batch) {
		d->batch = 2;
		return;
	}
	manager_save_schedule(d);
	for (i = 0; i < d->model->nservices; i++) {
		s = d->model->services[i];
		for (j = 0; j < s->ngroups; j++) {
			g = s->groups[j];
			manager_adjust_group(d, g);
			for (k = 0; k < g->nhosts; k++)
				manager_adjust_name(d, g->hosts[k]);
		}
	}
}

int
manager_start(struct pydirector *d)
{
	manager_save_schedule(d);
	return manager_each(d, manager_watch);
}

void
manager_stop(struct pydirector *d)
{
	loop_timer_del(&d->loop, &d->save_timer);
	(void)manager_each(d, manager_unwatch);
	index_done(&d->nodes);
}

void
manager_settle(struct pydirector *d)
{
	struct model *m = d->model;
	struct group *g;
	int all = d->batch == 2;
	size_t i, j;

	d->batch = 0;
	for (i = 0; i < m->nservices; i++)
		for (j = 0; j < m->services[i]->ngroups; j++) {
			g = m->services[i]->groups[j];
			if (!g->stale)
				continue;
			sched_rebuild(g);
			if (!all)
				manager_adjust_group(d, g);
		}
	if (all)
		manager_adjust_all(d);
}
