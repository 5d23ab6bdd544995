/* SPDX-License-Identifier: ISC
 *
 * Building a configuration call by call. Each of these is a command, so that
 * it means the same before the start and while the director runs. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "api.h"

#define ARGS_MAX	6
#define NUMBER_SIZE	32

/* Arguments; those that are NULL are left out. */
struct build {
	struct arg	 args[ARGS_MAX];
	size_t		 n;
};

static void
build_arg(struct build *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	b->args[b->n].name = name;
	b->args[b->n++].value = value;
}

static int
build_run(struct pydirector *d, const char *command, const struct build *b)
{
	return api_command(d, command, b->args, b->n);
}

/* A command that names a service and one thing of it. */
static int
build_in(struct pydirector *d, const char *command, const char *service,
    const char *name, const char *value)
{
	struct build b = { .n = 0 };

	if (api_begin(d) == -1)
		return -1;
	build_arg(&b, "service", service);
	build_arg(&b, name, value);
	return build_run(d, command, &b);
}

int
pydirector_add_service(struct pydirector *d, const char *service,
    const char *listen)
{
	return build_in(d, "newService", service, "listen", listen);
}

int
pydirector_add_listen(struct pydirector *d, const char *service,
    const char *listen)
{
	return build_in(d, "newListen", service, "listen", listen);
}

int
pydirector_add_group(struct pydirector *d, const char *service,
    const char *group, const char *scheduler)
{
	struct build b = { .n = 0 };

	if (api_begin(d) == -1)
		return -1;
	build_arg(&b, "service", service);
	build_arg(&b, "group", group);
	build_arg(&b, "scheduler", scheduler == NULL ? "leastc" : scheduler);
	return build_run(d, "newGroup", &b);
}

int
pydirector_enable(struct pydirector *d, const char *service,
    const char *group)
{
	return build_in(d, "enableGroup", service, "group", group);
}

/* The first name of its kind that no host of the group has. */
static void
build_name(const struct group *g, char name[NUMBER_SIZE])
{
	size_t n = g->nhosts;

	do
		(void)snprintf(name, NUMBER_SIZE, "host.%zu", n++);
	while (host_find(g, name) != NULL);
}

/* A group that is there, or NULL; the command tells which name is wrong. */
static const struct group *
build_group(const struct pydirector *d, const char *service, const char *group)
{
	const struct service *s = d->model == NULL || service == NULL ? NULL :
	    service_find(d->model, service);

	return s == NULL || group == NULL ? NULL : group_find(s, group);
}

int
api_add_host(struct pydirector *d, const char *service, const char *group,
    const char *host, const char *address, unsigned weight)
{
	const struct group *g = build_group(d, service, group);
	struct build b = { .n = 0 };
	char name[NUMBER_SIZE] = "host.0", number[NUMBER_SIZE];

	if (g != NULL && host == NULL)
		build_name(g, name);
	(void)snprintf(number, sizeof(number), "%u", weight);
	build_arg(&b, "service", service);
	build_arg(&b, "group", group);
	build_arg(&b, "name", host == NULL ? name : host);
	build_arg(&b, "ip", address);
	build_arg(&b, "weight", weight == 0 ? NULL : number);
	return build_run(d, "addHost", &b);
}

int
pydirector_add_host(struct pydirector *d, const char *service,
    const char *group, const char *host, const char *address, unsigned weight)
{
	const struct group *g;

	if (api_begin(d) == -1 ||
	    api_add_host(d, service, group, host, address, weight) == -1)
		return -1;
	g = build_group(d, service, group);
	if (g == NULL || g->service->enabled != NULL)
		return 0;
	return pydirector_enable(d, service, group);
}

int
pydirector_set(struct pydirector *d, const char *service, const char *group,
    const char *host, const char *attr, const char *value)
{
	struct build b = { .n = 0 };

	if (api_begin(d) == -1)
		return -1;
	build_arg(&b, "service", service);
	build_arg(&b, "group", group);
	build_arg(&b, "host", host);
	build_arg(&b, "attr", attr);
	build_arg(&b, "value", value);
	return build_run(d, "set", &b);
}

/* Moves it, which needs memory that is there already. */
static int
build_move(struct pydirector *d, struct listener *l, char *text,
    struct hostport *at)
{
	char err[1024];

	if (d->running && door_move(&l->door, text, 0, err, sizeof(err)) == -1)
		return api_fail(d, "%s", err);
	free(l->address);
	l->address = text;
	free(l->at);
	l->at = at;
	return 0;
}

int
pydirector_switch_port(struct pydirector *d, const char *service,
    const char *from, const char *to)
{
	struct listener *l;
	struct hostport *at;
	struct service *s;
	const char *why;
	char *text;

	if (api_begin(d) == -1)
		return -1;
	s = d->model == NULL ? NULL : service_find(d->model, service);
	if (s == NULL)
		return api_fail(d, "no service '%s'", service);
	l = listener_find(s, from);
	if (l == NULL)
		return api_fail(d, "service '%s' does not listen on '%s'",
		    service, from);
	if (d->draining)
		return api_fail(d, "the director is stopping");
	if (d->handover != NULL)
		return api_fail(d, "an upgrade is under way");
	text = strdup(to);
	at = malloc(sizeof(*at));
	if (text == NULL || at == NULL)
		(void)api_fail(d, "out of memory");
	else if (addr_split(to, at, &why) == -1)
		(void)api_fail(d, "listen '%s': %s", to, why);
	else if (build_move(d, l, text, at) == 0)
		return 0;
	free(text);
	free(at);
	return -1;
}
