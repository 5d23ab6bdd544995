/* SPDX-License-Identifier: ISC
 *
 * Commands on attributes: `set`, by the tables of the configuration. A value
 * is checked in full before anything changes, and what it starts or moves has
 * started or moved before it counts: what is refused has changed nothing. Of
 * listeners and of what is no service two attributes can be set in one step,
 * for those that only make sense together. The log file counts from the next
 * start on. */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "parts.h"

/* What `set` is about. */
struct setting {
	const struct request *rq;
	struct target	 at;		/* service NULL: an element's */
	struct listener	*listener;	/* NULL: not of one */
	enum conf_kind	 kind;
	const struct conf_attr *attr, *attr2;	/* attr2 NULL: only one */
	const char	*value, *value2;
};

/* The attribute of that name, in any case. */
static const struct conf_attr *
set_find_attr(enum conf_kind kind, const char *name)
{
	const struct conf_attr *a = NULL;

	while ((a = conf_attr_next(kind, a)) != NULL)
		if (strcasecmp(a->name, name) == 0)
			break;
	return a;
}

/* `ELEMENT.ATTRIBUTE`: the element, and the attribute's name, or NULL. */
static const char *
set_find_element(const char *name, enum conf_kind *kind)
{
	static const enum conf_kind kinds[] = {
		CONF_WEB, CONF_SSH, CONF_CONSOLE, CONF_MANAGER, CONF_HOSTCHECK,
		CONF_CONFIGCHECK, CONF_HEARTBEAT, CONF_CONTROL, CONF_LOGGING,
		CONF_CONNLOG, CONF_CHECKTIME
	};
	const char *element;
	size_t i, n;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		element = conf_element(kinds[i])->name;
		n = strlen(element);
		if (strncasecmp(name, element, n) != 0 || name[n] != '.')
			continue;
		*kind = kinds[i];
		return name + n + 1;
	}
	return NULL;
}

/* The listener that the request names; position counts those with the same
 * address, from 0. */
static enum outcome
set_listener(struct setting *s)
{
	const struct request *rq = s->rq;
	const char *address = command_arg(rq, "listen");
	const char *position = command_arg(rq, "position");
	struct hostport at;
	const char *why;
	size_t i, before;
	enum outcome o = command_number(rq, "position", &before);

	if (o == OUTCOME_OK)
		o = command_service(rq, &s->at);
	if (o != OUTCOME_OK)
		return o;
	if (addr_split(address, &at, &why) == -1)
		return command_say(rq, OUTCOME_BAD, "listen '%s': %s", address,
		    why);
	for (i = 0; i < s->at.service->nlisteners; i++)
		if (address_same(s->at.service->listeners[i]->at, &at) &&
		    (position == NULL || before-- == 0))
			break;
	if (i < s->at.service->nlisteners)
		s->listener = s->at.service->listeners[i];
	else if (position == NULL)
		s->listener = listener_find(s->at.service, address);
	if (s->listener == NULL)
		return command_say(rq, OUTCOME_BAD,
		    "service '%s' does not listen on '%s'",
		    s->at.service->name, address);
	return OUTCOME_OK;
}

/* Finds out of what it is an attribute. */
static enum outcome
set_resolve_object(struct setting *s)
{
	const struct request *rq = s->rq;

	if (command_arg(rq, "host") != NULL ||
	    command_arg(rq, "name") != NULL) {
		s->kind = CONF_HOST;
		return command_host(rq, &s->at);
	}
	if (command_arg(rq, "group") != NULL) {
		s->kind = CONF_GROUP;
		return command_group(rq, &s->at);
	}
	if (command_arg(rq, "listen") != NULL) {
		s->kind = CONF_LISTEN;
		return set_listener(s);
	}
	s->kind = command_arg(rq, "service") == NULL ? CONF_ROOT :
	    CONF_SERVICE;
	return s->kind == CONF_ROOT ? OUTCOME_OK : command_service(rq, &s->at);
}

/* An attribute by its name in an argument. */
static enum outcome
set_resolve_attr(struct setting *s, const char *arg,
    const struct conf_attr **attr)
{
	const struct request *rq = s->rq;
	const char *name = command_arg(rq, arg);
	enum conf_kind kind = s->kind;
	char list[CONF_WHY], quote[CONF_QUOTE];

	if (s->at.service == NULL)
		name = set_find_element(name, &kind);
	if (name == NULL)
		return command_say(rq, OUTCOME_BAD, "%s '%s': expected an "
		    "element and its attribute, such as hostCheck.interval",
		    arg, conf_quote(command_arg(rq, arg), quote));
	if (s->kind != CONF_ROOT && kind != s->kind)
		return command_say(rq, OUTCOME_BAD, "%s '%s': expected an "
		    "attribute of %s too", arg, conf_quote(command_arg(rq,
		    arg), quote), conf_element(s->kind)->name);
	s->kind = kind;
	*attr = set_find_attr(kind, name);
	if (*attr == NULL)
		return command_say(rq, OUTCOME_BAD, "%s '%s': expected %s",
		    arg, conf_quote(name, quote), conf_attrs(kind, list,
		    sizeof(list)));
	return OUTCOME_OK;
}

/* Finds out what is to be set. */
static enum outcome
set_resolve(struct setting *s)
{
	const struct request *rq = s->rq;
	enum outcome o = set_resolve_object(s);

	s->value = command_arg(rq, "value");
	s->value2 = command_arg(rq, "value2");
	if (o == OUTCOME_OK)
		o = set_resolve_attr(s, "attr", &s->attr);
	if (o != OUTCOME_OK || command_arg(rq, "attr2") == NULL)
		return o;
	if (s->value2 == NULL)
		return command_say(rq, OUTCOME_BAD, "missing: value2");
	if (s->listener == NULL && !parts_has(s->kind))
		return command_say(rq, OUTCOME_BAD, "attr2: expected one "
		    "attribute at a time of %s", conf_element(s->kind)->name);
	return set_resolve_attr(s, "attr2", &s->attr2);
}

/* Stores one value in the object; NULL: checks it alone. */
static enum outcome
set_store_one(const struct setting *s, const struct conf_attr *a,
    const char *value, void *object)
{
	char why[CONF_WHY], quote[CONF_QUOTE];

	if (value[0] == '\0' && a->empty) {
		if (object != NULL)
			conf_attr_clear(a, object);
		return OUTCOME_OK;
	}
	if (conf_attr_set(a, object, value, why, sizeof(why)) == 0)
		return OUTCOME_OK;
	if (why[0] == '\0')
		return command_no_memory(s->rq);
	return command_say(s->rq, OUTCOME_BAD, "%s '%s': %s", a->name,
	    conf_quote(value, quote), why);
}

/* Both, if there are two. */
static enum outcome
set_store(const struct setting *s, void *object)
{
	enum outcome o = set_store_one(s, s->attr, s->value, object);

	if (o == OUTCOME_OK && s->attr2 != NULL)
		o = set_store_one(s, s->attr2, s->value2, object);
	return o;
}

static enum outcome
set_text(const struct setting *s, char **to)
{
	char *text = strdup(s->value);

	if (text == NULL)
		return command_no_memory(s->rq);
	free(*to);
	*to = text;
	return OUTCOME_OK;
}

/* Another name for a service, group or host. */
static enum outcome
set_name(const struct setting *s)
{
	const struct target *t = &s->at;
	struct host *h = t->host;
	const void *other;
	char **name;
	enum outcome o = set_store(s, NULL);

	if (o != OUTCOME_OK)
		return o;
	if (h != NULL) {
		other = host_find(t->group, s->value);
		name = &h->name;
	} else if (t->group != NULL) {
		other = group_find(t->service, s->value);
		name = &t->group->name;
	} else {
		other = service_find(s->rq->director->model, s->value);
		name = &t->service->name;
	}
	if (strcmp(*name, s->value) != 0 && other != NULL)
		return command_say(s->rq, OUTCOME_CONFLICT,
		    "'%s' is already there", s->value);
	if (h == NULL)
		return set_text(s, name);
	return host_rename(h, s->value) == 0 ? o : command_no_memory(s->rq);
}

/* Another address: another host takes the place. */
static enum outcome
set_address(const struct setting *s)
{
	struct pydirector *d = s->rq->director;
	struct host *old = s->at.host, *h;
	enum outcome o = set_store(s, NULL);

	if (o == OUTCOME_OK)
		o = command_reachable(s->rq, s->value);
	if (o != OUTCOME_OK)
		return o;
	h = host_find_address(s->at.group, s->value);
	if (h == old)
		return set_text(s, &old->address);
	if (h != NULL)
		return command_say(s->rq, OUTCOME_CONFLICT,
		    "host '%s' has the address %s already", h->name, s->value);
	host_ref(old);
	h = host_replace(old, s->value);
	if (h != NULL) {
		manager_del(d, old);
		if (d->running && manager_add(d, h) == -1)
			h = NULL;
	}
	host_unref(old);
	return h == NULL ? command_no_memory(s->rq) : OUTCOME_OK;
}

static enum outcome
set_host(const struct setting *s)
{
	struct pydirector *d = s->rq->director;
	struct group *g = s->at.group;
	enum outcome o;

	if (strcmp(s->attr->name, "name") == 0)
		return set_name(s);
	if (strcmp(s->attr->name, "ip") == 0)
		return set_address(s);
	if (strcmp(s->attr->name, "adminDown") == 0) {
		host_set_admin_down(s->at.host, conf_bool(s->value),
		    d->loop.now);
		o = OUTCOME_OK;
	} else
		o = set_store(s, s->at.host);
	sched_rebuild(g);
	manager_adjust_group(d, g);
	return o;
}

static enum outcome
set_group(const struct setting *s)
{
	enum outcome o;

	if (strcmp(s->attr->name, "name") == 0)
		return set_name(s);
	if (s->attr->offset == CONF_NOWHERE)
		return command_say(s->rq, OUTCOME_BAD,
		    "%s: expected the call enableGroup", s->attr->name);
	o = set_store(s, s->at.group);
	sched_rebuild(s->at.group);
	return o;
}

/* Whom a listener believes. */
static enum outcome
set_listen(const struct setting *s)
{
	struct listener *l = s->listener, trial;
	enum outcome o;

	if (s->attr->offset == CONF_NOWHERE ||
	    (s->attr2 != NULL && s->attr2->offset == CONF_NOWHERE))
		return command_say(s->rq, OUTCOME_BAD,
		    "ip: expected the calls newListen and delListen");
	memset(&trial, 0, sizeof(trial));
	trial.accept_proxy = l->accept_proxy;
	if (l->from.text != NULL) {
		o = command_networks(s->rq, "from", l->from.text, &trial.from);
		if (o != OUTCOME_OK)
			return o;
	}
	o = set_store(s, &trial);
	if (o == OUTCOME_OK && trial.accept_proxy && trial.from.n == 0)
		o = command_say(s->rq, OUTCOME_CONFLICT, "acceptProxy: a "
		    "header from anybody could not be believed: set from "
		    "too");
	if (o != OUTCOME_OK) {
		networks_free(&trial.from);
		return o;
	}
	networks_free(&l->from);
	l->from = trial.from;
	l->accept_proxy = trial.accept_proxy;
	return o;
}

/* What a socket or log that is not there would be like is not kept. */
static enum outcome
set_check_absent(const struct setting *s)
{
	struct model *m = s->rq->director->model;
	int control = m->control_socket != NULL;
	int connlog = m->connlog_file != NULL || m->connlog_syslog != NULL;

	if (!control && s->kind == CONF_CONTROL &&
	    m->control_mode != CONTROL_MODE &&
	    s->attr->type == CONF_TYPE_MODE)
		return command_say(s->rq, OUTCOME_CONFLICT,
		    "control: set control.socket first");
	if (!connlog && s->kind == CONF_CONNLOG && m->connlog_start &&
	    s->attr->type == CONF_TYPE_BOOL)
		return command_say(s->rq, OUTCOME_CONFLICT,
		    "connlog: set connlog.file or connlog.syslog first");
	if (!control)
		m->control_mode = CONTROL_MODE;
	if (!connlog)
		m->connlog_start = 0;
	return OUTCOME_OK;
}

/* What listens has an address, which nothing else has. */
static enum outcome
set_check_part(const struct setting *s)
{
	const struct request *rq = s->rq;
	const struct model *m = rq->director->model;
	const struct access_point *ap = s->kind == CONF_WEB ? &m->web :
	    &m->ssh;
	const char *element = conf_element(s->kind)->name;

	if (s->kind == CONF_CONSOLE && m->console_socket != NULL)
		return command_path_free(rq, m->console_socket,
		    m->console_socket);
	if (s->kind == CONF_CONTROL && m->control_socket != NULL)
		return command_path_free(rq, m->control_socket,
		    m->control_socket);
	if ((s->kind != CONF_WEB && s->kind != CONF_SSH) || !ap->enable)
		return OUTCOME_OK;
	if (ap->address == NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "%s: set %s.listen first", element, element);
	return command_address_free(rq, ap->address, ap);
}

/* Stored, checked beside all others, and started; else all is as it was. */
static enum outcome
set_part(const struct setting *s)
{
	struct pydirector *d = s->rq->director;
	struct model *m = d->model;
	void *object = s->kind == CONF_WEB ? (void *)&m->web :
	    s->kind == CONF_SSH ? (void *)&m->ssh : (void *)m;
	struct parts old;
	char err[512];
	enum outcome o;

	if (parts_copy(&old, m) == -1)
		return command_no_memory(s->rq);
	if (s->kind == CONF_WEB || s->kind == CONF_SSH)
		(s->kind == CONF_WEB ? &m->web : &m->ssh)->present = 1;
	o = set_store(s, object);
	if (o == OUTCOME_OK)
		o = set_check_absent(s);
	if (o == OUTCOME_OK)
		o = set_check_part(s);
	if (o == OUTCOME_OK && !d->batch &&
	    parts_start(d, s->kind, err, sizeof(err)) == -1)
		o = command_say(s->rq, OUTCOME_FAILED, "%s", err);
	if (o != OUTCOME_OK)
		parts_swap(&old, m);
	else if (s->kind == CONF_WEB || s->kind == CONF_SSH)
		m->has_admin = 1;
	parts_done(&old);
	return o;
}

/* 1: it counts from the next start on. */
static int
set_later(const struct pydirector *d, const struct conf_attr *a)
{
	return d->running && a != NULL && a->kind == CONF_LOGGING &&
	    a->type == CONF_TYPE_PATH;
}

enum outcome
set_attr(const struct request *rq)
{
	struct pydirector *d = rq->director;
	struct setting s = { .rq = rq };
	enum outcome o = set_resolve(&s);

	if (o != OUTCOME_OK)
		return o;
	if (s.kind == CONF_HOST)
		o = set_host(&s);
	else if (s.kind == CONF_GROUP)
		o = set_group(&s);
	else if (s.kind == CONF_SERVICE)
		o = strcmp(s.attr->name, "name") == 0 ? set_name(&s) :
		    set_store(&s, s.at.service);
	else if (s.kind == CONF_LISTEN)
		o = set_listen(&s);
	else if (parts_has(s.kind))
		o = set_part(&s);
	else {
		o = set_store(&s, d->model);
		manager_adjust_all(d);
	}
	if (o != OUTCOME_OK)
		return o;
	return command_say(rq, o, "%s%s%s: set%s", s.attr->name,
	    s.attr2 == NULL ? "" : " and ",
	    s.attr2 == NULL ? "" : s.attr2->name,
	    set_later(d, s.attr) || set_later(d, s.attr2) ?
	    ", from the next start on" : "");
}

enum outcome
set_weight(const struct request *rq)
{
	struct setting s = { .rq = rq, .kind = CONF_HOST };
	enum outcome o = command_host(rq, &s.at);

	if (o != OUTCOME_OK)
		return o;
	s.attr = conf_attr_find(CONF_HOST, "weight");
	s.value = command_arg(rq, "weight");
	o = set_host(&s);
	if (o != OUTCOME_OK)
		return o;
	return command_say(rq, o, "host '%s': weight %u", s.at.host->name,
	    s.at.host->weight);
}

enum outcome
set_scheduler(const struct request *rq)
{
	struct setting s = { .rq = rq, .kind = CONF_GROUP };
	char name[32];
	enum outcome o = command_group(rq, &s.at);

	if (o != OUTCOME_OK)
		return o;
	s.attr = conf_attr_find(CONF_GROUP, "scheduler");
	s.value = command_arg(rq, "scheduler");
	o = set_group(&s);
	if (o != OUTCOME_OK)
		return o;
	return command_say(rq, o, "group '%s': scheduler %s", s.at.group->name,
	    sched_name(s.at.group, rq->director->model->dialect, name));
}
