/* SPDX-License-Identifier: ISC
 *
 * From the elements of a configuration to a model, and the rules that more
 * than one of them is needed for: what must be there, which group is enabled,
 * which addresses are the same. It knows nothing of XML. An element with an
 * error in it still becomes something, with a stand-in where a name or an
 * address is missing, so that all that follows is checked too; the model is
 * thrown away then. Names are not looked up. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

#define STAND_IN_NAME	 "?"
#define STAND_IN_ADDRESS "127.0.0.1:1"

static struct conf_value *
item_value(struct conf_item *item, const char *name)
{
	size_t i;

	for (i = 0; i < item->n; i++)
		if (strcmp(item->values[i].attr->name, name) == 0)
			return &item->values[i];
	return NULL;
}

/* The text of an attribute; NULL: it is not there, or refused. */
static const char *
item_text(struct conf_item *item, const char *name)
{
	const struct conf_value *v = item_value(item, name);

	return v == NULL || v->bad ? NULL : v->text;
}

static int
item_bool(struct conf_item *item, const char *name)
{
	const char *text = item_text(item, name);

	return text != NULL && conf_bool(text);
}

/* Checks one value, and stores it if there is an object. */
static void
value_set(struct conf *c, const struct conf_item *item, struct conf_value *v,
    void *object)
{
	char why[CONF_WHY], quote[CONF_QUOTE];

	if (conf_attr_set(v->attr, object, v->text, why, sizeof(why)) == 0) {
		if (object == NULL && v->attr->type == CONF_TYPE_BOOL &&
		    !conf_bool_known(v->text))
			conf_hint(c, item->line, "%s: %s '%s' counts as no: "
			    "expected yes or no",
			    conf_element(item->kind)->name, v->attr->name,
			    conf_quote(v->text, quote));
		return;
	}
	v->bad = 1;
	if (why[0] == '\0') {
		c->no_memory = 1;
		return;
	}
	/* What is no hash may be the password itself: it stays here. */
	if (v->attr->type == CONF_TYPE_HASH) {
		conf_error(c, item->line, "%s: %s of length %zu: %s",
		    conf_element(item->kind)->name, v->attr->name,
		    strlen(v->text), why);
		return;
	}
	conf_error(c, item->line, "%s: %s '%s': %s",
	    conf_element(item->kind)->name, v->attr->name,
	    conf_quote(v->text, quote), why);
}

static void
values_check(struct conf *c, struct conf_item *item)
{
	const char *element = conf_element(item->kind)->name;
	const struct conf_attr *a = NULL;
	size_t i;

	for (i = 0; i < item->n; i++)
		if (!item->values[i].attr->late && !item->values[i].bad)
			value_set(c, item, &item->values[i], NULL);
	while ((a = conf_attr_next(item->kind, a)) != NULL)
		if (a->required && item_value(item, a->name) == NULL)
			conf_error(c, item->line,
			    "%s: no %s: expected %s=\"...\" in it%s", element,
			    a->name, a->name, conf_example(a));
}

/* 1: an attribute that says the same and counts more has been met. */
static int
outranked(struct conf *c, const struct conf_attr *a)
{
	if (a->rank == 0)
		return 0;
	if (a->rank < c->rank)
		return 1;
	c->rank = a->rank;
	return 0;
}

static void
values_store(struct conf *c, void *object, struct conf_item *item)
{
	struct conf_value *v;
	size_t i;

	for (i = 0; i < item->n; i++) {
		v = &item->values[i];
		if (!v->bad && !v->attr->late && !outranked(c, v->attr))
			value_set(c, item, v, object);
	}
}

/* Notes an address that addr_split accepts, in one spelling for all that mean
 * the same. Port 0 is another port each time. */
static void
address_seen(struct conf *c, unsigned long scope, long line, const char *what,
    const char *text)
{
	struct hostport at;
	struct addr a;
	char buf[ADDR_TEXT_SIZE], *p;
	const char *why;

	if (addr_path(text) != NULL)
		conf_seen(c, scope, line, "socket %s", addr_path(text));
	if (addr_split(text, &at, &why) == -1 || at.port == 0)
		return;
	if (at.node[0] != '\0' && addr_number(&at, &a) == 0) {
		conf_seen(c, scope, line, "%s address %s", what,
		    addr_text(&a, buf));
		return;
	}
	for (p = at.node; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	conf_seen(c, scope, line, "%s address %s:%u", what,
	    at.node[0] == '\0' ? "*" : at.node, at.port);
}

static struct service *
service_begin(struct conf *c, struct conf_item *item)
{
	const char *name = item_text(item, "name");

	c->service = ++c->scopes;
	c->nlistens = 0;
	c->first_line = 0;
	c->marked_line = 0;
	free(c->enable);
	c->enable = NULL;
	if (name == NULL)
		return service_new(c->model, STAND_IN_NAME);
	conf_seen(c, 0, item->line, "service '%s'", name);
	return service_new(c->model, name);
}

static void *
listen_begin(struct conf *c, struct service *s, struct conf_item *item)
{
	const char *ip = item_text(item, "ip");

	c->nlistens++;
	if (item_bool(item, "acceptProxy") && item_value(item, "from") == NULL)
		conf_error(c, item->line, "listen: acceptProxy without from: "
		    "a header from anybody could not be believed: expected "
		    "from=\"NETWORKS\"");
	if (item_value(item, "acceptProxy") == NULL &&
	    item_value(item, "from") != NULL)
		conf_error(c, item->line, "listen: from without acceptProxy: "
		    "expected acceptProxy=\"yes\", or <allow> in the service "
		    "to say who may come");
	if (ip != NULL)
		address_seen(c, 0, item->line, "listen", ip);
	return listener_new(s, ip == NULL ? STAND_IN_ADDRESS : ip);
}

static void *
rule_begin(struct conf *c, struct service *s, const struct conf_item *item)
{
	struct access_rule *r;

	if (s->nrules == RULES_MAX) {
		conf_error(c, item->line, "service '%s': expected at most %d "
		    "<allow> and <deny>", s->name, RULES_MAX);
		return s->rules[s->nrules - 1];
	}
	r = rule_new(s, s->nrules);
	if (r != NULL)
		r->allow = item->kind == CONF_ALLOW;
	return r;
}

/* The second of two alike could never decide. */
static void
rule_end(struct conf *c, const struct access_rule *r,
    const struct conf_item *item)
{
	const struct model *m = c->model;
	const struct service *s = m->services[m->nservices - 1];
	char quote[CONF_QUOTE];

	if (r->from.text != NULL && rule_find(s, r->allow, &r->from) != r)
		conf_error(c, item->line, "%s: from '%s': there is one above: "
		    "expected only one, remove the other",
		    conf_element(item->kind)->name,
		    conf_quote(r->from.text, quote));
}

/* Something that goes to a file, to syslog or to both. */
static struct model *
log_begin(struct conf *c, struct conf_item *item)
{
	if (item_value(item, "file") == NULL &&
	    item_value(item, "syslog") == NULL)
		conf_error(c, item->line, "%s: neither file nor syslog: "
		    "expected at least one of them",
		    conf_element(item->kind)->name);
	return c->model;
}

/* Two sockets cannot have one path. */
static struct model *
socket_begin(struct conf *c, struct conf_item *item)
{
	const char *path = item_text(item, "socket");

	if (path != NULL)
		conf_seen(c, 0, item->line, "socket %s", path);
	return c->model;
}

static struct group *
group_begin(struct conf *c, struct service *s, struct conf_item *item)
{
	const char *name = item_text(item, "name");
	struct group *g;

	c->group = ++c->scopes;
	if (c->first_line == 0)
		c->first_line = item->line;
	if (name != NULL)
		conf_seen(c, c->service, item->line, "group '%s'", name);
	g = group_new(s, name == NULL ? STAND_IN_NAME : name);
	if (g == NULL || !item_bool(item, "enable"))
		return g;
	if (s->enabled != NULL)
		conf_error(c, item->line, "group '%s': group '%s' of this "
		    "service is enabled in line %ld: expected only one",
		    g->name, s->enabled->name, c->marked_line);
	else {
		s->enabled = g;
		c->marked_line = item->line;
	}
	return g;
}

static void *
enable_begin(struct conf *c, struct service *s, struct conf_item *item)
{
	const char *name = item_text(item, "group");

	if (name == NULL || c->enable != NULL)
		return s;
	c->enable_line = item->line;
	c->enable = strdup(name);
	return c->enable == NULL ? NULL : s;
}

static struct host *
host_begin(struct conf *c, struct group *g, struct conf_item *item)
{
	const char *ip = item_text(item, "ip");
	struct host *h;

	if (ip != NULL)
		address_seen(c, c->group, item->line, "host", ip);
	else
		ip = STAND_IN_ADDRESS;
	h = host_new(g, item_text(item, "name"), ip);
	if (h != NULL)
		conf_seen(c, c->group, item->line, "host '%s'", h->name);
	return h;
}

/* PyDirector's form: <admin listen> is a web admin that always starts. */
static struct model *
admin_begin(struct conf *c, struct conf_item *item)
{
	static const char *const needs[] = { "secure", "certificate", "key" };
	struct model *m = c->model;
	const char *address = item_text(item, "listen");
	size_t i;

	m->has_admin = 1;
	if (item_value(item, "listen") == NULL) {
		for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
			if (i == 0 ? item_bool(item, needs[i]) :
			    item_value(item, needs[i]) != NULL)
				conf_error(c, item->line, "admin: %s without "
				    "listen: expected %s in <web> instead",
				    needs[i], needs[i]);
		return m;
	}
	m->web.present = 1;
	m->web.enable = 1;
	m->web.secure = (unsigned char)item_bool(item, "secure");
	c->admin_line = item->line;
	if (address != NULL)
		address_seen(c, 0, item->line, "listen", address);
	return m;
}

/* <web> beside <admin listen>: it must not be enabled too, and only what the
 * other has no word for counts. */
static void
web_beside_admin(struct conf *c, struct conf_item *item)
{
	size_t i;

	if (item_bool(item, "enable"))
		conf_error(c, item->line, "web: enabled, and <admin> in line "
		    "%ld has a listen of its own: expected only one of them",
		    c->admin_line);
	for (i = 0; i < item->n; i++)
		if (strcmp(item->values[i].attr->name, "refresh") != 0)
			item->values[i].bad = 1;
}

/* <web> and <ssh>. What is not enabled may listen anywhere. */
static struct access_point *
access_begin(struct conf *c, struct access_point *ap, struct conf_item *item)
{
	struct conf_value *v = item_value(item, "listen");

	if (item->kind == CONF_WEB && c->admin_line != 0) {
		web_beside_admin(c, item);
		return ap;
	}
	ap->present = 1;
	if (!item_bool(item, "enable"))
		return ap;
	if (v == NULL) {
		conf_error(c, item->line, "%s: enabled without listen: "
		    "expected listen=\"host:port\"",
		    conf_element(item->kind)->name);
		return ap;
	}
	if (!v->bad)
		value_set(c, item, v, ap);
	if (!v->bad)
		address_seen(c, 0, item->line, "listen", v->text);
	return ap;
}

static struct user *
user_begin(struct conf *c, struct conf_item *item)
{
	const char *name = item_text(item, "name");
	const char *password = item_text(item, "password");

	if (name != NULL)
		conf_seen(c, 0, item->line, "user '%s'", name);
	return user_new(c->model, name == NULL ? STAND_IN_NAME : name,
	    password == NULL ? STAND_IN_NAME : password);
}

static void *
make(struct conf *c, void *parent, struct conf_item *item)
{
	switch (item->kind) {
	case CONF_SERVICE:
		return service_begin(c, item);
	case CONF_LISTEN:
		return listen_begin(c, parent, item);
	case CONF_GROUP:
		return group_begin(c, parent, item);
	case CONF_ENABLE:
		return enable_begin(c, parent, item);
	case CONF_HOST:
		return host_begin(c, parent, item);
	case CONF_ADMIN:
		return admin_begin(c, item);
	case CONF_WEB:
		return access_begin(c, &c->model->web, item);
	case CONF_SSH:
		return access_begin(c, &c->model->ssh, item);
	case CONF_USER:
		return user_begin(c, item);
	case CONF_ALLOW:
	case CONF_DENY:
		return rule_begin(c, parent, item);
	case CONF_CONSOLE:
	case CONF_CONTROL:
		return socket_begin(c, item);
	case CONF_LOGGING:
	case CONF_CONNLOG:
		return log_begin(c, item);
	case CONF_ROOT:
	case CONF_MANAGER:
	case CONF_HOSTCHECK:
	case CONF_CONFIGCHECK:
	case CONF_HEARTBEAT:
	case CONF_CHECKTIME:
		return c->model;
	}
	return NULL;
}

void *
conf_begin(struct conf *c, void *parent, struct conf_item *item)
{
	const struct conf_element *e = conf_element(item->kind);
	void *object;

	if (e->once)
		conf_seen(c, e->parent == CONF_SERVICE ? c->service : 0,
		    item->line, "%s", e->name);
	values_check(c, item);
	object = make(c, parent, item);
	if (object == NULL)
		c->no_memory = 1;
	else
		values_store(c, object, item);
	return object;
}

/* Tells which groups there are, as many as there is room for. */
static void
group_unknown(struct conf *c, const struct service *s)
{
	char list[CONF_WHY] = "", quote[CONF_QUOTE], text[NEAR_TEXT];
	size_t i, len = 0;
	struct near n;

	near_init(&n, c->enable);
	for (i = 0; i < s->ngroups; i++)
		near_try(&n, s->groups[i]->name);
	for (i = 0; i < s->ngroups && len < sizeof(list) - CONF_QUOTE - 8;
	    i++) {
		(void)snprintf(list + len, sizeof(list) - len, "%s'%s'",
		    i == 0 ? "" : i + 1 < s->ngroups ? ", " : " or ",
		    conf_quote(s->groups[i]->name, quote));
		len = strlen(list);
	}
	conf_error(c, c->enable_line, "enable: group '%s': no such group: "
	    "%sexpected a group of service '%s': %s%s",
	    conf_quote(c->enable, quote), near_text(&n, text), s->name, list,
	    i < s->ngroups ? ", ..." : "");
}

/* The group that <enable> names, the one with enable="true", or the first;
 * *line: where that is said. NULL: told that there is none. */
static struct group *
enabled_group(struct conf *c, struct service *s, long *line)
{
	struct group *g;

	if (c->enable == NULL) {
		*line = s->enabled != NULL ? c->marked_line : c->first_line;
		return s->enabled != NULL ? s->enabled : s->groups[0];
	}
	*line = c->enable_line;
	g = group_find(s, c->enable);
	if (g == NULL)
		group_unknown(c, s);
	else if (s->enabled != NULL && s->enabled != g) {
		conf_error(c, *line, "enable: group '%s': group '%s' is "
		    "enabled in line %ld: expected only one", c->enable,
		    s->enabled->name, c->marked_line);
		return NULL;
	}
	return g;
}

static void
service_end(struct conf *c, struct service *s, long line)
{
	struct group *g;
	long at;

	if (c->nlistens == 0)
		conf_error(c, line, "service '%s': no listen: expected at "
		    "least one <listen ip=\"host:port\"/>", s->name);
	if (s->ngroups == 0) {
		conf_error(c, line, "service '%s': no group: expected at "
		    "least one <group name=\"...\" scheduler=\"...\">",
		    s->name);
		return;
	}
	g = enabled_group(c, s, &at);
	if (g == NULL)
		return;
	if (g->nhosts == 0)
		conf_error(c, at, "group '%s': enabled without a host: "
		    "expected at least one <host ip=\"host:port\"/> in it",
		    g->name);
	s->enabled = g;
}

void
conf_end(struct conf *c, const struct conf_item *item, void *object, int whole)
{
	if (item->kind == CONF_GROUP)
		sched_rebuild(object);
	if (conf_row(item->kind) == CONF_ALLOW)
		rule_end(c, object, item);
	if (!whole)
		return;
	if (item->kind == CONF_SERVICE)
		service_end(c, object, item->line);
	if (item->kind == CONF_ROOT && c->model->nservices == 0)
		conf_error(c, item->line, "no service: expected at least one "
		    "<service name=\"...\">");
}
