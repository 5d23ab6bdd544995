/* SPDX-License-Identifier: ISC
 *
 * Commands by which services, listeners, groups and hosts come and go while
 * connections pass through. A new listener is bound at once, one that goes
 * frees its port at once; relays of what goes come to their own end. Whatever
 * is refused has changed nothing. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"

/* What the director runs for hosts is ended before they go. */

static void
edit_drop_host(struct pydirector *d, struct host *h)
{
	manager_del(d, h);
	host_remove(h);
}

static void
edit_drop_hosts(struct pydirector *d, struct group *g)
{
	while (g->nhosts > 0)
		edit_drop_host(d, g->hosts[g->nhosts - 1]);
}

/* Services. */

void
edit_drop_service(struct pydirector *d, struct service *s)
{
	size_t i;

	listen_drain(d, s);
	for (i = 0; i < s->ngroups; i++)
		edit_drop_hosts(d, s->groups[i]);
	service_remove(d->model, s);
}

/* Makes and binds a listener; the arguments have been checked. */
static enum outcome
edit_listen(const struct request *rq, struct service *s, const char *address)
{
	const char *from = command_arg(rq, "from");
	const char *accept = command_arg(rq, "acceptProxy");
	struct pydirector *d = rq->director;
	struct listener *l = listener_new(s, address);
	char err[512];
	enum outcome o = OUTCOME_OK;

	if (l == NULL)
		return command_no_memory(rq);
	if (from != NULL)
		o = command_networks(rq, "from", from, &l->from);
	if (o != OUTCOME_OK) {
		listener_remove(l);
		return o;
	}
	l->accept_proxy = accept != NULL && conf_bool(accept);
	if (d->running && listen_open(d, l, err, sizeof(err)) == -1) {
		listener_remove(l);
		return command_say(rq, OUTCOME_FAILED, "%s", err);
	}
	return OUTCOME_OK;
}

/* A new listener can be had. */
static enum outcome
edit_check_listen(const struct request *rq)
{
	const char *accept = command_arg(rq, "acceptProxy");
	enum outcome o = command_check(rq, "listen", CONF_LISTEN, "ip");

	if (o == OUTCOME_OK)
		o = command_check(rq, "from", CONF_LISTEN, "from");
	if (o == OUTCOME_OK && accept != NULL && conf_bool(accept) &&
	    command_arg(rq, "from") == NULL)
		return command_say(rq, OUTCOME_BAD, "acceptProxy: a header "
		    "from anybody could not be believed: expected from too");
	if (o == OUTCOME_OK)
		o = command_address_free(rq, command_arg(rq, "listen"), NULL);
	if (o == OUTCOME_OK && rq->director->draining)
		return command_say(rq, OUTCOME_CONFLICT,
		    "the director is stopping");
	return o;
}

enum outcome
edit_new_service(const struct request *rq)
{
	const char *name = command_arg(rq, "service");
	struct pydirector *d = rq->director;
	struct service *s;
	enum outcome o = command_check(rq, "service", CONF_SERVICE, "name");

	if (o != OUTCOME_OK)
		return o;
	if (service_find(d->model, name) != NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "service '%s' is already there", name);
	o = edit_check_listen(rq);
	if (o != OUTCOME_OK)
		return o;
	s = service_new(d->model, name);
	if (s == NULL)
		return command_no_memory(rq);
	s->director = d;
	o = edit_listen(rq, s, command_arg(rq, "listen"));
	if (o != OUTCOME_OK) {
		service_remove(d->model, s);
		return o;
	}
	return command_say(rq, o, "service '%s': created; it has no group yet",
	    name);
}

enum outcome
edit_del_service(const struct request *rq)
{
	struct pydirector *d = rq->director;
	struct target t;
	unsigned open;
	enum outcome o = command_service(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	if (d->model->nservices == 1)
		return command_say(rq, OUTCOME_CONFLICT,
		    "service '%s' is the last one", t.service->name);
	open = t.service->open;
	edit_drop_service(d, t.service);
	return command_say(rq, o, "service '%s': removed, %u connections left",
	    command_arg(rq, "service"), open);
}

/* Listeners. */

enum outcome
edit_new_listen(const struct request *rq)
{
	char text[ADDR_TEXT_SIZE];
	struct listener *l;
	struct target t;
	enum outcome o = command_service(rq, &t);

	if (o == OUTCOME_OK)
		o = edit_check_listen(rq);
	if (o == OUTCOME_OK)
		o = edit_listen(rq, t.service, command_arg(rq, "listen"));
	if (o != OUTCOME_OK)
		return o;
	l = t.service->listeners[t.service->nlisteners - 1];
	return command_say(rq, o, "service '%s': listening on %s",
	    t.service->name, l->door.nsocks == 0 ? l->address :
	    addr_text(&l->door.socks[0].addr, text));
}

enum outcome
edit_del_listen(const struct request *rq)
{
	const char *address = command_arg(rq, "listen");
	struct listener *l;
	struct target t;
	enum outcome o = command_service(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	l = listener_find(t.service, address);
	if (l == NULL)
		return command_say(rq, OUTCOME_BAD,
		    "service '%s' does not listen on '%s'", t.service->name,
		    address);
	if (t.service->nlisteners == 1)
		return command_say(rq, OUTCOME_CONFLICT,
		    "service '%s': '%s' is the last listener", t.service->name,
		    address);
	listen_retire(rq->director, l);
	listener_remove(l);
	return command_say(rq, o, "service '%s': %s closed", t.service->name,
	    address);
}

/* Rules. */

/* The service, right and networks that the request names; the networks are to
 * be freed. */
static enum outcome
edit_rule(const struct request *rq, struct target *t, int *allow,
    struct networks *from)
{
	const char *access = command_arg(rq, "access");
	char quote[CONF_QUOTE];
	enum outcome o = command_service(rq, t);

	memset(from, 0, sizeof(*from));
	if (o != OUTCOME_OK)
		return o;
	*allow = strcmp(access, "allow") == 0;
	if (!*allow && strcmp(access, "deny") != 0)
		return command_say(rq, OUTCOME_BAD, "access '%s': expected "
		    "allow or deny", conf_quote(access, quote));
	o = command_check(rq, "from", CONF_ALLOW, "from");
	if (o == OUTCOME_OK)
		o = command_networks(rq, "from", command_arg(rq, "from"),
		    from);
	return o;
}

enum outcome
edit_new_rule(const struct request *rq)
{
	const char *access = command_arg(rq, "access");
	struct access_rule *r;
	struct networks from;
	struct target t;
	size_t at;
	int allow;
	enum outcome o = command_number(rq, "position", &at);

	if (o == OUTCOME_OK)
		o = edit_rule(rq, &t, &allow, &from);
	if (o != OUTCOME_OK)
		return o;
	if (command_arg(rq, "position") == NULL)
		at = t.service->nrules;
	if (at > t.service->nrules)
		o = command_say(rq, OUTCOME_BAD, "position: the service has "
		    "%zu rules", t.service->nrules);
	else if (t.service->nrules == RULES_MAX)
		o = command_say(rq, OUTCOME_CONFLICT, "service '%s' has %d "
		    "rules already, the most that are possible",
		    t.service->name, RULES_MAX);
	else if (rule_find(t.service, allow, &from) != NULL)
		o = command_say(rq, OUTCOME_CONFLICT, "service '%s' has that "
		    "rule already", t.service->name);
	else if ((r = rule_new(t.service, at)) == NULL)
		o = command_no_memory(rq);
	else {
		r->allow = (unsigned char)allow;
		r->from = from;
		return command_say(rq, o, "service '%s': %s %s is rule %zu",
		    t.service->name, access, from.text, at);
	}
	networks_free(&from);
	return o;
}

enum outcome
edit_del_rule(const struct request *rq)
{
	struct access_rule *r;
	struct networks from;
	struct target t;
	int allow;
	enum outcome o = edit_rule(rq, &t, &allow, &from);

	if (o != OUTCOME_OK)
		return o;
	r = rule_find(t.service, allow, &from);
	networks_free(&from);
	if (r == NULL)
		return command_say(rq, OUTCOME_BAD, "service '%s' has no such "
		    "rule", t.service->name);
	rule_remove(t.service, r);
	return command_say(rq, o, "service '%s': rule removed, %zu left",
	    t.service->name, t.service->nrules);
}

/* Groups. */

enum outcome
edit_new_group(const struct request *rq)
{
	const struct conf_attr *a = conf_attr_find(CONF_GROUP, "scheduler");
	const char *name = command_arg(rq, "group");
	char why[CONF_WHY];
	struct target t;
	struct group *g;
	enum outcome o = command_service(rq, &t);

	if (o == OUTCOME_OK)
		o = command_check(rq, "group", CONF_GROUP, "name");
	if (o == OUTCOME_OK)
		o = command_check(rq, "scheduler", CONF_GROUP, "scheduler");
	if (o != OUTCOME_OK)
		return o;
	if (group_find(t.service, name) != NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "service '%s': group '%s' is already there",
		    t.service->name, name);
	g = group_new(t.service, name);
	if (g == NULL)
		return command_no_memory(rq);
	(void)conf_attr_set(a, g, command_arg(rq, "scheduler"), why,
	    sizeof(why));
	return command_say(rq, o, "group '%s': created, without a host", name);
}

enum outcome
edit_del_group(const struct request *rq)
{
	struct target t;
	enum outcome o = command_group(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	if (t.service->enabled == t.group)
		return command_say(rq, OUTCOME_CONFLICT,
		    "group '%s' is enabled: enable another one first",
		    t.group->name);
	edit_drop_hosts(rq->director, t.group);
	group_remove(t.group);
	return command_say(rq, o, "group '%s': removed",
	    command_arg(rq, "group"));
}

enum outcome
edit_enable_group(const struct request *rq)
{
	struct target t;
	struct group *old;
	enum outcome o = command_group(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	if (t.group->nhosts == 0)
		return command_say(rq, OUTCOME_CONFLICT,
		    "group '%s' has no host", t.group->name);
	old = t.service->enabled;
	t.service->enabled = t.group;
	if (old != NULL)
		manager_adjust_group(rq->director, old);
	manager_adjust_group(rq->director, t.group);
	return command_say(rq, o, "service '%s': group '%s' is enabled",
	    t.service->name, t.group->name);
}

/* Hosts. */

static enum outcome
edit_check_host(const struct request *rq, const struct group *g)
{
	const char *name = command_arg(rq, "name");
	const char *address = command_arg(rq, "ip");
	const struct host *h;
	enum outcome o = command_check(rq, "name", CONF_HOST, "name");

	if (o == OUTCOME_OK)
		o = command_check(rq, "ip", CONF_HOST, "ip");
	if (o == OUTCOME_OK)
		o = command_reachable(rq, address);
	if (o == OUTCOME_OK)
		o = command_check(rq, "weight", CONF_HOST, "weight");
	if (o != OUTCOME_OK)
		return o;
	if (host_find(g, name) != NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "group '%s': host '%s' is already there", g->name, name);
	h = host_find_address(g, address);
	if (h != NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "group '%s': host '%s' has the address %s already",
		    g->name, h->name, address);
	return OUTCOME_OK;
}

enum outcome
edit_add_host(const struct request *rq)
{
	const struct conf_attr *a = conf_attr_find(CONF_HOST, "weight");
	const char *weight = command_arg(rq, "weight");
	struct pydirector *d = rq->director;
	char why[CONF_WHY];
	struct target t;
	struct host *h;
	enum outcome o = command_group(rq, &t);

	if (o == OUTCOME_OK)
		o = edit_check_host(rq, t.group);
	if (o != OUTCOME_OK)
		return o;
	h = host_new(t.group, command_arg(rq, "name"), command_arg(rq, "ip"));
	if (h == NULL)
		return command_no_memory(rq);
	if (weight != NULL)
		(void)conf_attr_set(a, h, weight, why, sizeof(why));
	sched_rebuild(t.group);
	if (d->running && manager_add(d, h) == -1) {
		host_remove(h);
		return command_no_memory(rq);
	}
	return command_say(rq, o, "host '%s': added%s", h->name,
	    h->down == WHY_UNRESOLVED ? ", its name is being looked up" : "");
}

enum outcome
edit_del_host(const struct request *rq)
{
	const struct host *h;
	struct target t;
	enum outcome o = command_host(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	h = t.host;
	if (t.group == t.service->enabled && t.group->nhosts == 1)
		return command_say(rq, OUTCOME_CONFLICT,
		    "host '%s' is the last one of the enabled group", h->name);
	o = command_say(rq, o, "host '%s': removed, %u connections left",
	    h->name, h->open);
	edit_drop_host(rq->director, t.host);
	manager_adjust_group(rq->director, t.group);
	return o;
}

enum outcome
edit_del_all_hosts(const struct request *rq)
{
	struct target t;
	size_t n;
	enum outcome o = command_group(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	if (t.group == t.service->enabled)
		return command_say(rq, OUTCOME_CONFLICT,
		    "group '%s' is enabled: enable another one first",
		    t.group->name);
	n = t.group->nhosts;
	edit_drop_hosts(rq->director, t.group);
	return command_say(rq, o, "group '%s': %zu hosts removed",
	    t.group->name, n);
}
