/* SPDX-License-Identifier: ISC
 *
 * Commands on attributes: `set` by the tables of the configuration, and
 * users. A value is checked in full before anything changes. What the web and
 * SSH admin listen on, and the log file, count from the next start on. */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"

/* What `set` is about. */
struct setting {
	const struct request *rq;
	struct target	 at;		/* service NULL: an element's */
	enum conf_kind	 kind;
	const struct conf_attr *attr;
	const char	*value;
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
		CONF_WEB, CONF_SSH, CONF_MANAGER, CONF_HOSTCHECK,
		CONF_CONFIGCHECK, CONF_HEARTBEAT, CONF_LOGGING, CONF_CHECKTIME
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

/* Finds out what is to be set. */
static enum outcome
set_resolve(struct setting *s)
{
	const struct request *rq = s->rq;
	const char *name = command_arg(rq, "attr");
	char list[CONF_WHY];
	enum outcome o = OUTCOME_OK;

	memset(&s->at, 0, sizeof(s->at));
	s->value = command_arg(rq, "value");
	if (command_arg(rq, "host") != NULL ||
	    command_arg(rq, "name") != NULL) {
		s->kind = CONF_HOST;
		o = command_host(rq, &s->at);
	} else if (command_arg(rq, "group") != NULL) {
		s->kind = CONF_GROUP;
		o = command_group(rq, &s->at);
	} else if (command_arg(rq, "service") != NULL) {
		s->kind = CONF_SERVICE;
		o = command_service(rq, &s->at);
	} else
		name = set_find_element(name, &s->kind);
	if (o != OUTCOME_OK)
		return o;
	if (name == NULL)
		return command_say(rq, OUTCOME_BAD, "attr '%s': expected an "
		    "element and its attribute, such as hostCheck.interval",
		    command_arg(rq, "attr"));
	s->attr = set_find_attr(s->kind, name);
	if (s->attr == NULL)
		return command_say(rq, OUTCOME_BAD, "attr '%s': expected %s",
		    name, conf_attrs(s->kind, list, sizeof(list)));
	return OUTCOME_OK;
}

/* Stores the value in the object; NULL: checks it alone. */
static enum outcome
set_store(const struct setting *s, void *object)
{
	char why[CONF_WHY], quote[CONF_QUOTE];

	if (conf_attr_set(s->attr, object, s->value, why, sizeof(why)) == 0)
		return OUTCOME_OK;
	if (why[0] == '\0')
		return command_no_memory(s->rq);
	return command_say(s->rq, OUTCOME_BAD, "%s '%s': %s", s->attr->name,
	    conf_quote(s->value, quote), why);
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
	o = set_text(s, name);
	if (o == OUTCOME_OK && h != NULL) {
		h->hash = 0;
		sched_rebuild(t->group);
	}
	return o;
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

/* The web or SSH admin. It gets an address before it is enabled. */
static enum outcome
set_access(const struct setting *s)
{
	const struct request *rq = s->rq;
	struct model *m = rq->director->model;
	struct access_point *ap = s->kind == CONF_WEB ? &m->web : &m->ssh;
	const char *element = conf_element(s->kind)->name;
	const char *address = NULL;
	enum outcome o = set_store(s, NULL);

	if (o != OUTCOME_OK)
		return o;
	if (s->attr->type == CONF_TYPE_LOCAL && ap->enable)
		address = s->value;
	if (strcmp(s->attr->name, "enable") == 0 && conf_bool(s->value)) {
		address = ap->address;
		if (address == NULL)
			return command_say(rq, OUTCOME_CONFLICT,
			    "%s: set %s.listen first", element, element);
	}
	if (address != NULL)
		o = command_address_free(rq, address, ap);
	if (o == OUTCOME_OK)
		o = set_store(s, ap);
	if (o != OUTCOME_OK)
		return o;
	ap->present = 1;
	m->has_admin = 1;
	return o;
}

/* An empty value: no file any more. */
static enum outcome
set_log(const struct setting *s)
{
	struct model *m = s->rq->director->model;

	if (s->value[0] != '\0')
		return set_store(s, m);
	free(m->log_file);
	m->log_file = NULL;
	return OUTCOME_OK;
}

enum outcome
set_attr(const struct request *rq)
{
	struct pydirector *d = rq->director;
	struct setting s = { .rq = rq };
	int later;
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
	else if (s.kind == CONF_WEB || s.kind == CONF_SSH)
		o = set_access(&s);
	else if (s.kind == CONF_LOGGING)
		o = set_log(&s);
	else {
		o = set_store(&s, d->model);
		manager_adjust_all(d);
	}
	if (o != OUTCOME_OK)
		return o;
	later = d->running && (s.kind == CONF_SSH || s.kind == CONF_LOGGING ||
	    (s.kind == CONF_WEB && strcmp(s.attr->name, "refresh") != 0));
	return command_say(rq, o, "%s: set%s", s.attr->name,
	    later ? ", from the next start on" : "");
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

/* Users. */

static enum outcome
set_check_user(const struct request *rq)
{
	enum outcome o = command_check(rq, "name", CONF_USER, "name");

	if (o == OUTCOME_OK)
		o = command_check(rq, "password", CONF_USER, "password");
	if (o == OUTCOME_OK)
		o = command_check(rq, "access", CONF_USER, "access");
	return o;
}

/* The user exists, and without it nobody would be left who may do that. */
static enum outcome
set_last_full(const struct request *rq, const struct user *u)
{
	const struct model *m = rq->director->model;
	size_t i;

	if (!u->full || command_force(rq))
		return OUTCOME_OK;
	for (i = 0; i < m->nusers; i++)
		if (m->users[i] != u && m->users[i]->full)
			return OUTCOME_OK;
	return command_say(rq, OUTCOME_CONFLICT, "user '%s' is the last one "
	    "with full access (force=yes insists)", u->name);
}

enum outcome
set_add_user(const struct request *rq)
{
	const char *name = command_arg(rq, "name");
	struct model *m = rq->director->model;
	struct user *u;
	enum outcome o = set_check_user(rq);

	if (o != OUTCOME_OK)
		return o;
	if (user_find(m, name) != NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "user '%s' is already there", name);
	u = user_new(m, name, command_arg(rq, "password"));
	if (u == NULL)
		return command_no_memory(rq);
	u->full = strcmp(command_arg(rq, "access"), "full") == 0;
	m->has_admin = 1;
	return command_say(rq, o, "user '%s': added", name);
}

enum outcome
set_user(const struct request *rq)
{
	const char *name = command_arg(rq, "name");
	const char *password = command_arg(rq, "password");
	const char *access = command_arg(rq, "access");
	struct user *u = user_find(rq->director->model, name);
	char *hash;
	int full;
	enum outcome o;

	if (u == NULL)
		return command_say(rq, OUTCOME_BAD, "no user '%s'", name);
	if (password == NULL && access == NULL)
		return command_say(rq, OUTCOME_BAD,
		    "expected password, access or both");
	o = set_check_user(rq);
	full = access == NULL ? u->full : strcmp(access, "full") == 0;
	if (o == OUTCOME_OK && !full)
		o = set_last_full(rq, u);
	if (o != OUTCOME_OK)
		return o;
	hash = password == NULL ? NULL : strdup(password);
	if (password != NULL && hash == NULL)
		return command_no_memory(rq);
	if (hash != NULL) {
		free(u->password);
		u->password = hash;
	}
	u->full = (unsigned char)full;
	return command_say(rq, o, "user '%s': changed", name);
}

enum outcome
set_del_user(const struct request *rq)
{
	const char *name = command_arg(rq, "name");
	struct model *m = rq->director->model;
	struct user *u = user_find(m, name);
	enum outcome o;

	if (u == NULL)
		return command_say(rq, OUTCOME_BAD, "no user '%s'", name);
	o = set_last_full(rq, u);
	if (o != OUTCOME_OK)
		return o;
	user_remove(m, u);
	return command_say(rq, o, "user '%s': removed", name);
}
