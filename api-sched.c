/* SPDX-License-Identifier: ISC
 *
 * Schedulers of the program's own. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"

/* The arrays have room for that many hosts. */
struct program_scheduler {
	struct own_scheduler own;
	pydirector_pick_fn *fn;
	void		*arg;
	struct pydirector_host *told;
	const struct pydirector_host **list;
	struct host	**hosts;
	size_t		 room;
};

/* Room for n hosts: 0, or -1: no memory. */
static int
sched_room(struct program_scheduler *p, size_t n)
{
	void *q;

	if (n <= p->room)
		return 0;
	if ((q = realloc(p->told, n * sizeof(*p->told))) == NULL)
		return -1;
	p->told = q;
	if ((q = realloc(p->list, n * sizeof(*p->list))) == NULL)
		return -1;
	p->list = q;
	if ((q = realloc(p->hosts, n * sizeof(*p->hosts))) == NULL)
		return -1;
	p->hosts = q;
	p->room = n;
	return 0;
}

static struct host *
sched_own_pick(struct own_scheduler *own, struct group *g,
    const struct addr *client, uint64_t random)
{
	struct program_scheduler *p = LOOP_OWNER(own, struct program_scheduler,
	    own);
	struct pydirector *d = g->service->director;
	struct pydirector_choice c;
	size_t i, n = 0;

	if (sched_room(p, g->nhosts) == -1)
		return NULL;
	for (i = 0; i < g->nhosts; i++) {
		if (!g->hosts[i]->in_up || g->hosts[i]->skip)
			continue;
		p->hosts[n] = g->hosts[i];
		api_host(d, g->hosts[i], &p->told[n]);
		p->list[n] = &p->told[n];
		n++;
	}
	memset(&c, 0, sizeof(c));
	c.size = sizeof(c);
	c.service = g->service->name;
	c.group = g->name;
	if (client != NULL)
		c.addr = api_addr(client, &c.addrlen);
	c.random = random;
	c.hosts = p->list;
	c.nhosts = n;
	api_call(d);
	i = p->fn(p->arg, &c);
	api_called(d);
	return i < n ? p->hosts[i] : NULL;
}

static void
sched_own_free(struct own_scheduler *own)
{
	struct program_scheduler *p = LOOP_OWNER(own, struct program_scheduler,
	    own);

	free(p->told);
	free(p->list);
	free(p->hosts);
	free(p);
}

int
pydirector_scheduler(struct pydirector *d, const char *service,
    const char *group, pydirector_pick_fn *fn, void *arg)
{
	struct program_scheduler *p = NULL;
	struct service *s;
	struct group *g;

	if (api_begin(d) == -1)
		return -1;
	s = d->model == NULL ? NULL : service_find(d->model, service);
	g = s == NULL ? NULL : group_find(s, group);
	if (g == NULL)
		return api_fail(d, s == NULL ? "no service '%s'" :
		    "no group '%s'", s == NULL ? service : group);
	if (fn != NULL && (p = calloc(1, sizeof(*p))) == NULL)
		return api_fail(d, "out of memory");
	if (g->own != NULL)
		g->own->free(g->own);
	g->own = NULL;
	if (p == NULL)
		return 0;
	p->own.pick = sched_own_pick;
	p->own.free = sched_own_free;
	p->fn = fn;
	p->arg = arg;
	g->own = &p->own;
	return 0;
}
