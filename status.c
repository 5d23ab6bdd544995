/* SPDX-License-Identifier: ISC
 *
 * What runs, as text: running.txt and status.txt, whose form is fixed,
 * running.json and config.obj. All read the model and change nothing; a
 * buffer that is full says so itself. No view shows a password hash. */

#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "conf.h"
#include "status.h"

const char *
status_word(const struct host *h)
{
	if (h->down != WHY_NONE)
		return "down";
	if (h->admin_down)
		return "admin-down";
	return h->draining ? "draining" : "up";
}

int64_t
status_since(const struct pydirector *d, const struct host *h)
{
	return h->since != 0 ? h->since : d->started;
}

int64_t
status_next_try(const struct pydirector *d, const struct host *h)
{
	int64_t wait = manager_next_try(d, h);

	return wait == -1 ? STATUS_NEVER : d->loop.now + wait;
}

char *
status_listener(const struct listener *l, char buf[STATUS_ADDRESS])
{
	const char *colon = strrchr(l->address, ':');

	if (colon == NULL || l->at->port != 0 || l->door.nsocks == 0)
		snprintf(buf, STATUS_ADDRESS, "%s", l->address);
	else
		snprintf(buf, STATUS_ADDRESS, "%.*s:%u",
		    (int)(colon - l->address), l->address,
		    addr_port(&l->door.socks[0].addr));
	return buf;
}

/* Text for programs. */

/* `KIND NAME ADDRESS`, each a single word. */
static void
txt_host(struct buf *b, const char *kind, const struct host *h)
{
	buf_addf(b, "%s ", kind);
	escape_word(b, h->name);
	buf_add(b, " ", 1);
	escape_word(b, h->address);
}

static void
txt_group(struct buf *b, const struct group *g)
{
	const struct host *h;
	size_t i;

	buf_add(b, "group ", 6);
	escape_word(b, g->name);
	buf_addf(b, " %s\n",
	    g->service->enabled == g ? "enabled" : "inactive");
	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (host_why(h) != WHY_NONE)
			continue;
		txt_host(b, "host", h);
		buf_addf(b, " %u -\n", h->open);
	}
	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (host_why(h) == WHY_NONE)
			continue;
		txt_host(b, "disabled", h);
		buf_addf(b, " %s -\n", why_word(host_why(h)));
	}
}

void
status_running_txt(const struct pydirector *d, struct buf *b)
{
	const struct service *s;
	char at[STATUS_ADDRESS];
	size_t i, j;

	for (i = 0; i < d->model->nservices; i++) {
		s = d->model->services[i];
		for (j = 0; j < s->nlisteners; j++) {
			buf_add(b, "service ", 8);
			escape_word(b, s->name);
			buf_add(b, " ", 1);
			escape_word(b, status_listener(s->listeners[j], at));
			buf_add(b, " ", 1);
			escape_word(b, s->enabled == NULL ? "-" :
			    s->enabled->name);
			buf_add(b, "\n", 1);
		}
		for (j = 0; j < s->ngroups; j++)
			txt_group(b, s->groups[j]);
	}
}

/* The hosts of a group: those in rotation, then the others. */
static void
txt_status_hosts(struct buf *b, const struct group *g)
{
	const struct host *h;
	size_t i;

	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (host_why(h) != WHY_NONE)
			continue;
		buf_add(b, "host: ", 6);
		escape_word(b, h->address);
		buf_addf(b, " %u\n", h->open);
	}
	for (i = 0; i < g->nhosts; i++) {
		h = g->hosts[i];
		if (host_why(h) == WHY_NONE)
			continue;
		buf_add(b, "disabled: ", 10);
		escape_word(b, h->address);
		buf_addf(b, " %s\n", why_word(host_why(h)));
	}
}

void
status_txt(const struct pydirector *d, struct buf *b)
{
	const struct service *s;
	char name[32], at[STATUS_ADDRESS];
	size_t i, j;

	for (i = 0; i < d->model->nservices; i++) {
		s = d->model->services[i];
		for (j = 0; j < s->nlisteners; j++) {
			buf_add(b, "service: ", 9);
			escape_word(b, s->name);
			buf_add(b, "\nlisten: ", 9);
			escape_word(b, status_listener(s->listeners[j], at));
			buf_addf(b, " %s\n", s->enabled == NULL ? "-" :
			    sched_name(s->enabled, d->model->dialect, name));
			if (s->enabled != NULL)
				txt_status_hosts(b, s->enabled);
		}
	}
}

/* JSON. */

/* `"key": ` with the comma before it where it is not the first. */
static void
json_key(struct buf *b, const char *key, int first)
{
	buf_addf(b, "%s\"%s\": ", first ? "" : ", ", key);
}

static void
json_text(struct buf *b, const char *key, const char *value)
{
	json_key(b, key, 0);
	if (value == NULL)
		buf_add(b, "null", 4);
	else
		escape_json(b, value);
}

static void
json_time(struct buf *b, const char *key, int64_t ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	json_text(b, key, ms == STATUS_NEVER ? NULL :
	    clock_stamp_at(ms, stamp));
}

static void
json_number(struct buf *b, const char *key, uint64_t value)
{
	json_key(b, key, 0);
	buf_addf(b, "%" PRIu64, value);
}

static void
json_host(struct buf *b, const struct pydirector *d, const struct host *h)
{
	enum why why = host_why(h);

	buf_add(b, "{", 1);
	json_key(b, "name", 1);
	escape_json(b, h->name);
	json_text(b, "address", h->address);
	json_text(b, "state", status_word(h));
	json_text(b, "why", why == WHY_NONE ? NULL : why_word(why));
	json_time(b, "since", status_since(d, h));
	json_time(b, "nextTry", status_next_try(d, h));
	json_number(b, "weight", h->weight);
	json_number(b, "maxConns", h->max_conns);
	json_number(b, "open", h->open);
	json_number(b, "total", h->total);
	json_number(b, "failed", h->failed);
	json_number(b, "bytesIn", h->bytes_in);
	json_number(b, "bytesOut", h->bytes_out);
	buf_add(b, "}", 1);
}

static void
json_group(struct buf *b, const struct pydirector *d, const struct group *g)
{
	char name[32];
	size_t i;

	buf_add(b, "{", 1);
	json_key(b, "name", 1);
	escape_json(b, g->name);
	json_text(b, "scheduler", sched_name(g, d->model->dialect, name));
	json_key(b, "enabled", 0);
	buf_addf(b, "%s", g->service->enabled == g ? "true" : "false");
	json_key(b, "hosts", 0);
	buf_add(b, "[", 1);
	for (i = 0; i < g->nhosts; i++) {
		buf_addf(b, "%s\n   ", i == 0 ? "" : ",");
		json_host(b, d, g->hosts[i]);
	}
	buf_add(b, "]}", 2);
}

static void
json_rule(struct buf *b, const struct access_rule *rule, int first)
{
	buf_addf(b, "%s{", first ? "" : ", ");
	json_key(b, "access", 1);
	escape_json(b, rule->allow ? "allow" : "deny");
	json_text(b, "from", rule->from.text);
	json_number(b, "hits", rule->hits);
	buf_add(b, "}", 1);
}

static void
json_service(struct buf *b, const struct pydirector *d,
    const struct service *s)
{
	char at[STATUS_ADDRESS];
	size_t i;

	buf_add(b, "{", 1);
	json_key(b, "name", 1);
	escape_json(b, s->name);
	json_key(b, "listeners", 0);
	buf_add(b, "[", 1);
	for (i = 0; i < s->nlisteners; i++) {
		buf_addf(b, "%s", i == 0 ? "" : ", ");
		escape_json(b, status_listener(s->listeners[i], at));
	}
	buf_add(b, "]", 1);
	json_text(b, "enabled", s->enabled == NULL ? NULL : s->enabled->name);
	json_number(b, "open", s->open);
	json_number(b, "total", s->total);
	json_number(b, "refused", s->refused);
	json_number(b, "denied", s->denied);
	json_number(b, "limited", s->limited);
	json_key(b, "rules", 0);
	buf_add(b, "[", 1);
	for (i = 0; i < s->nrules; i++)
		json_rule(b, s->rules[i], i == 0);
	buf_add(b, "]", 1);
	json_key(b, "groups", 0);
	buf_add(b, "[", 1);
	for (i = 0; i < s->ngroups; i++) {
		buf_addf(b, "%s\n  ", i == 0 ? "" : ",");
		json_group(b, d, s->groups[i]);
	}
	buf_add(b, "]}", 2);
}

void
status_json(const struct pydirector *d, struct buf *b)
{
	size_t i;

	buf_add(b, "{", 1);
	json_key(b, "version", 1);
	escape_json(b, VERSION);
	json_time(b, "started", d->started);
	json_time(b, "now", d->loop.now);
	json_number(b, "open", d->nrelays);
	json_key(b, "services", 0);
	buf_add(b, "[", 1);
	for (i = 0; i < d->model->nservices; i++) {
		buf_addf(b, "%s\n ", i == 0 ? "" : ",");
		json_service(b, d, d->model->services[i]);
	}
	buf_add(b, "]}\n", 3);
}

/* The configuration as indented text. */

static void
obj_line(struct buf *b, int depth, const char *key, const char *value)
{
	buf_addf(b, "%*s%s ", depth * 4, "", key);
	escape_word(b, value);
	buf_add(b, "\n", 1);
}

/* One value of an object, as a file would spell it. */
static void
obj_value(struct buf *b, const struct conf_attr *a, const void *object)
{
	char number[CONF_NUMBER];
	const char *text = conf_attr_get(a, object, number);

	if (a->type == CONF_TYPE_BOOL)
		text = strcmp(text, "yes") == 0 ? "true" : "false";
	escape_word(b, text == NULL ? "-" : text);
}

/* All values of an object that the tables know the place of, in their order.
 * Hashes and schedulers are not among them. */
static void
obj_values(struct buf *b, int depth, enum conf_kind kind, const void *object)
{
	const struct conf_attr *a;

	for (a = conf_attr_next(kind, NULL); a != NULL;
	    a = conf_attr_next(kind, a)) {
		if (a->offset == CONF_NOWHERE || a->type == CONF_TYPE_HASH ||
		    a->type == CONF_TYPE_SCHEDULER)
			continue;
		buf_addf(b, "%*s%s ", depth * 4, "", a->name);
		obj_value(b, a, object);
		buf_add(b, "\n", 1);
	}
}

static void
obj_group(struct buf *b, const struct pydirector *d, const struct group *g)
{
	char name[32];
	size_t i;

	obj_line(b, 1, "group", g->name);
	obj_line(b, 2, "enabled", g->service->enabled == g ? "true" : "false");
	obj_line(b, 2, "scheduler", sched_name(g, d->model->dialect, name));
	obj_values(b, 2, CONF_GROUP, g);
	for (i = 0; i < g->nhosts; i++) {
		obj_line(b, 2, "host", g->hosts[i]->name);
		obj_line(b, 3, "ip", g->hosts[i]->address);
		obj_values(b, 3, CONF_HOST, g->hosts[i]);
	}
}

static void
obj_service(struct buf *b, const struct pydirector *d,
    const struct service *s)
{
	size_t i;

	obj_line(b, 0, "service", s->name);
	obj_values(b, 1, CONF_SERVICE, s);
	for (i = 0; i < s->nlisteners; i++) {
		obj_line(b, 1, "listen", s->listeners[i]->address);
		obj_values(b, 2, CONF_LISTEN, s->listeners[i]);
	}
	for (i = 0; i < s->nrules; i++)
		obj_line(b, 1, s->rules[i]->allow ? "allow" : "deny",
		    s->rules[i]->from.text);
	for (i = 0; i < s->ngroups; i++)
		obj_group(b, d, s->groups[i]);
}

static void
obj_admin(struct buf *b, const struct model *m)
{
	size_t i;

	buf_addf(b, "admin\n");
	if (m->web.present) {
		buf_addf(b, "    web\n");
		obj_values(b, 2, CONF_WEB, &m->web);
	}
	if (m->ssh.present) {
		buf_addf(b, "    ssh\n");
		obj_values(b, 2, CONF_SSH, &m->ssh);
	}
	for (i = 0; i < m->nusers; i++) {
		obj_line(b, 1, "user", m->users[i]->name);
		obj_values(b, 2, CONF_USER, m->users[i]);
	}
}

static int
obj_present(const struct model *m, enum conf_kind kind)
{
	if (kind == CONF_CONSOLE)
		return m->console_socket != NULL;
	if (kind == CONF_CONTROL)
		return m->control_socket != NULL;
	if (kind == CONF_LOGGING)
		return m->log_file != NULL || m->log_syslog != NULL;
	return m->connlog_file != NULL || m->connlog_syslog != NULL;
}

void
status_obj(const struct pydirector *d, struct buf *b)
{
	static const enum conf_kind parts[] = {
		CONF_HOSTCHECK, CONF_CONFIGCHECK, CONF_HEARTBEAT
	};
	static const enum conf_kind others[] = {
		CONF_CONTROL, CONF_LOGGING, CONF_CONNLOG, CONF_CONSOLE
	};
	const struct model *m = d->model;
	size_t i;

	for (i = 0; i < m->nservices; i++)
		obj_service(b, d, m->services[i]);
	if (m->has_admin)
		obj_admin(b, m);
	buf_addf(b, "manager\n    resolveInterval ");
	obj_value(b, conf_attr_find(CONF_MANAGER, "resolveInterval"), m);
	buf_add(b, "\n", 1);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_addf(b, "    %s\n", conf_element(parts[i])->name);
		obj_values(b, 2, parts[i], m);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (obj_present(m, others[i])) {
			buf_addf(b, "%s\n", conf_element(others[i])->name);
			obj_values(b, 1, others[i], m);
		}
}
