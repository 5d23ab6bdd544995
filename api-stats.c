/* SPDX-License-Identifier: ISC
 *
 * Statistics: services, listening sockets and hosts in turn. */

#include "config.h"

#include <string.h>

#include "api.h"

/* 1: it is asked for. */
static int
stats_wants(const struct service *s, const char *service)
{
	return service == NULL || strcmp(s->name, service) == 0;
}

static size_t
stats_services(const struct pydirector *d)
{
	return d->model == NULL ? 0 : d->model->nservices;
}

int
pydirector_each_service(const struct pydirector *d,
    int (*fn)(void *arg, const struct pydirector_service *), void *arg)
{
	struct pydirector_service to;
	const struct service *s;
	int result = 0;
	size_t i;

	for (i = 0; result == 0 && i < stats_services(d); i++) {
		s = d->model->services[i];
		memset(&to, 0, sizeof(to));
		to.size = sizeof(to);
		to.name = s->name;
		to.group = s->enabled == NULL ? NULL : s->enabled->name;
		to.open = s->open;
		to.total = s->total;
		to.refused = s->refused;
		to.denied = s->denied;
		to.limited = s->limited;
		result = fn(arg, &to);
	}
	return result;
}

/* The sockets of a listener, or itself when it has none. */
static int
stats_listener(const struct listener *l,
    int (*fn)(void *arg, const struct pydirector_listener *), void *arg)
{
	struct pydirector_listener to;
	char text[ADDR_TEXT_SIZE];
	int i, result;

	memset(&to, 0, sizeof(to));
	to.size = sizeof(to);
	to.service = l->service->name;
	to.address = l->address;
	if (l->door.nsocks == 0)
		return fn(arg, &to);
	for (i = 0, result = 0; result == 0 && i < l->door.nsocks; i++) {
		to.in_use = addr_text(&l->door.socks[i].addr, text);
		to.addr = api_addr(&l->door.socks[i].addr, &to.addrlen);
		result = fn(arg, &to);
	}
	return result;
}

int
pydirector_each_listener(const struct pydirector *d, const char *service,
    int (*fn)(void *arg, const struct pydirector_listener *), void *arg)
{
	const struct service *s;
	int result = 0;
	size_t i, j;

	for (i = 0; result == 0 && i < stats_services(d); i++) {
		s = d->model->services[i];
		if (!stats_wants(s, service))
			continue;
		for (j = 0; result == 0 && j < s->nlisteners; j++)
			result = stats_listener(s->listeners[j], fn, arg);
	}
	return result;
}

static int
stats_hosts(const struct pydirector *d, const struct group *g,
    int (*fn)(void *arg, const struct pydirector_host *), void *arg)
{
	struct pydirector_host to;
	int result = 0;
	size_t i;

	for (i = 0; result == 0 && i < g->nhosts; i++) {
		api_host(d, g->hosts[i], &to);
		result = fn(arg, &to);
	}
	return result;
}

int
pydirector_each_host(const struct pydirector *d, const char *service,
    int (*fn)(void *arg, const struct pydirector_host *), void *arg)
{
	const struct service *s;
	int result = 0;
	size_t i, j;

	for (i = 0; result == 0 && i < stats_services(d); i++) {
		s = d->model->services[i];
		if (!stats_wants(s, service))
			continue;
		for (j = 0; result == 0 && j < s->ngroups; j++)
			result = stats_hosts(d, s->groups[j], fn, arg);
	}
	return result;
}

unsigned
pydirector_port(const struct pydirector *d, const char *service)
{
	const struct service *s;
	const struct addr *a;

	s = d->model == NULL ? NULL : service_find(d->model, service);
	a = s == NULL || s->nlisteners == 0 ? NULL :
	    door_addr(&s->listeners[0]->door);
	return a == NULL ? 0 : addr_port(a);
}
