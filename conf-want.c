/* SPDX-License-Identifier: ISC
 *
 * What the text of a configuration should say for a model: which elements,
 * and which attributes with which value. What can be said in several ways
 * (the enabled group, the web admin, the interval of hostCheck) is said in
 * the file's own way, and in the dialect's where the file has none. An element
 * that must be there once is added when one of its attributes has to say
 * something; it is taken out only where its being there says something. */

#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf-want.h"

#define RANK_CHECKTIME	1	/* conf_attr.rank, of hostCheck's interval */
#define RANK_HOSTCHECK	3

/* What goes without saying. */
static const struct service service_default = { .connect_timeout = 5000 };
static const struct listener listener_default;
static const struct group group_default = {
	.ease_in = 1, .send_proxy = SEND_PROXY_NO
};
static const struct host host_default = { .weight = 1 };
static const struct user user_default;
static const struct access_point access_default = { .refresh = 30000 };

void
want_error(struct want *w, const char *fmt, ...)
{
	va_list ap;

	if (w->failed)
		return;
	w->failed = 1;
	va_start(ap, fmt);
	(void)vsnprintf(w->err, w->size, fmt, ap);
	va_end(ap);
}

void
want_illegal(struct want *w, const char *name)
{
	want_error(w, "%s: expected UTF-8 without control characters", name);
}

/* The first element of that kind below n, or NULL. */
static const struct text_node *
find(const struct text_node *n, enum conf_kind kind)
{
	const struct text_node *child, *found;

	for (child = n->first; child != NULL; child = child->next) {
		if (child->kind == kind)
			return child;
		found = find(child, kind);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* 1: a group says by itself that it is enabled; below the root or service. */
static int
marked(const struct want *w, const struct text_node *n)
{
	const struct text_node *child;
	const struct text_attr *a;
	char *value;
	int is;

	for (child = n->first; child != NULL; child = child->next) {
		if (child->kind == CONF_SERVICE && marked(w, child))
			return 1;
		a = child->kind == CONF_GROUP ?
		    text_attr(&w->text, child, "enable") : NULL;
		value = a == NULL ? NULL : text_value(&w->text, a);
		is = value != NULL && conf_bool(value);
		free(value);
		if (is)
			return 1;
	}
	return 0;
}

/* The highest rank among the attributes below n. */
static unsigned char
highest_rank(const struct want *w, const struct text_node *n)
{
	const struct conf_attr *a = NULL;
	const struct text_node *child;
	unsigned char rank = 0, below;

	while ((a = conf_attr_next(n->kind, a)) != NULL)
		if (a->rank > rank && text_attr(&w->text, n, a->name) != NULL)
			rank = a->rank;
	for (child = n->first; child != NULL; child = child->next) {
		below = highest_rank(w, child);
		rank = below > rank ? below : rank;
	}
	return rank;
}

/* 1: the web admin is to be said by <admin listen>. */
static int
web_in_admin(const struct want *w)
{
	const struct text_node *admin = find(w->text.root, CONF_ADMIN);

	if (!w->model->web.enable)
		return 0;
	if (admin != NULL && text_attr(&w->text, admin, "listen") != NULL)
		return 1;
	if (admin != NULL && find(admin, CONF_WEB) != NULL)
		return 0;
	return w->dialect == DIALECT_PDCONFIG;
}

/* The blanks of one level, from the first element in the root. */
static void
unit_init(struct want *w)
{
	struct buf b;

	(void)snprintf(w->unit, sizeof(w->unit), "    ");
	buf_init(&b, sizeof(w->unit) - 1);
	if (w->text.root->first != NULL)
		text_indent(&w->text, w->text.root->first, &b);
	if (!b.failed && b.len > strlen(w->eol))
		(void)snprintf(w->unit, sizeof(w->unit), "%s",
		    b.data + strlen(w->eol));
	buf_done(&b);
}

int
want_init(struct want *w, const char *old, size_t len)
{
	const struct text_node *root;

	w->defaults = model_new();
	if (text_read(&w->text, old, len) == -1 || w->defaults == NULL) {
		want_error(w, "the old text cannot be followed");
		return -1;
	}
	root = w->text.root;
	w->eol = memchr(old, '\r', len) != NULL ? "\r\n" : "\n";
	w->dialect = root->name_end - root->start == strlen("<pdconfig") ?
	    DIALECT_PDCONFIG : DIALECT_CONFIG;
	w->style = w->dialect == DIALECT_PDCONFIG ? WANT_STYLE_ELEMENT :
	    WANT_STYLE_ATTR;
	if (find(root, CONF_ENABLE) != NULL)
		w->style = WANT_STYLE_ELEMENT;
	else if (marked(w, root))
		w->style = WANT_STYLE_ATTR;
	w->rank = highest_rank(w, root);
	if (w->rank == 0)
		w->rank = w->dialect == DIALECT_PDCONFIG ? RANK_CHECKTIME :
		    RANK_HOSTCHECK;
	w->web_in_admin = (unsigned char)web_in_admin(w);
	unit_init(w);
	return 0;
}

void
want_done(struct want *w)
{
	text_done(&w->text);
	model_free(w->defaults);
	w->defaults = NULL;
}

void
want_enter(struct want *w, const struct text_node *n, enum conf_kind kind,
    const void *object)
{
	const struct service *s = object;

	if (kind != CONF_SERVICE)
		return;
	w->service_style = w->style;
	if (n == NULL)
		return;
	if (find(n, CONF_ENABLE) != NULL)
		w->service_style = WANT_STYLE_ELEMENT;
	else if (marked(w, n))
		w->service_style = WANT_STYLE_ATTR;
	else if (s->ngroups > 0 && s->enabled == s->groups[0])
		w->service_style = WANT_STYLE_NONE;
}

/* 1: an attribute of the element has to say something. */
static int
says(struct want *w, enum conf_kind kind, const void *object)
{
	const struct conf_attr *a = NULL;
	const char *value;

	while ((a = conf_attr_next(kind, a)) != NULL)
		if (want_attr(w, NULL, a, object, &value) == WANT_SAY)
			return 1;
	return 0;
}

static int
needs_admin(const struct model *m)
{
	return m->has_admin || m->web.present || m->ssh.present ||
	    m->nusers > 0 || m->console_socket != NULL;
}

static int
needs_web(struct want *w, const struct model *m, int present)
{
	if (!w->web_in_admin)
		return m->web.present;
	return present || m->web.refresh != w->defaults->web.refresh;
}

size_t
want_count(struct want *w, enum conf_kind kind, const void *parent,
    int present)
{
	const struct model *m = w->model;

	switch (kind) {
	case CONF_ROOT:
		return 1;
	case CONF_SERVICE:
		return m->nservices;
	case CONF_LISTEN:
		return ((const struct service *)parent)->nlisteners;
	case CONF_ALLOW:
	case CONF_DENY:
		return ((const struct service *)parent)->nrules;
	case CONF_GROUP:
		return ((const struct service *)parent)->ngroups;
	case CONF_ENABLE:
		return w->service_style == WANT_STYLE_ELEMENT &&
		    ((const struct service *)parent)->enabled != NULL;
	case CONF_HOST:
		return ((const struct group *)parent)->nhosts;
	case CONF_ADMIN:
		return (size_t)needs_admin(m);
	case CONF_WEB:
		return (size_t)needs_web(w, m, present);
	case CONF_SSH:
		return m->ssh.present;
	case CONF_CONSOLE:
		return m->console_socket != NULL;
	case CONF_USER:
		return m->nusers;
	case CONF_MANAGER:
		return present || says(w, CONF_MANAGER, m) ||
		    says(w, CONF_HOSTCHECK, m) ||
		    says(w, CONF_CONFIGCHECK, m) || says(w, CONF_HEARTBEAT, m);
	case CONF_HOSTCHECK:
	case CONF_CONFIGCHECK:
	case CONF_HEARTBEAT:
	case CONF_CHECKTIME:
		return present || says(w, kind, m);
	case CONF_CONTROL:
		return m->control_socket != NULL;
	case CONF_LOGGING:
		return m->log_file != NULL || m->log_syslog != NULL;
	case CONF_CONNLOG:
		return m->connlog_file != NULL || m->connlog_syslog != NULL;
	}
	return 0;
}

const void *
want_object(const struct want *w, enum conf_kind kind, const void *parent,
    size_t i)
{
	switch (kind) {
	case CONF_SERVICE:
		return w->model->services[i];
	case CONF_LISTEN:
		return ((const struct service *)parent)->listeners[i];
	case CONF_ALLOW:
	case CONF_DENY:
		return ((const struct service *)parent)->rules[i];
	case CONF_GROUP:
		return ((const struct service *)parent)->groups[i];
	case CONF_ENABLE:
		return parent;
	case CONF_HOST:
		return ((const struct group *)parent)->hosts[i];
	case CONF_WEB:
		return &w->model->web;
	case CONF_SSH:
		return &w->model->ssh;
	case CONF_USER:
		return w->model->users[i];
	case CONF_ROOT:
	case CONF_ADMIN:
	case CONF_MANAGER:
	case CONF_HOSTCHECK:
	case CONF_CONFIGCHECK:
	case CONF_HEARTBEAT:
	case CONF_CONSOLE:
	case CONF_CONTROL:
	case CONF_LOGGING:
	case CONF_CONNLOG:
	case CONF_CHECKTIME:
		return w->model;
	}
	return w->model;
}

enum conf_kind
want_kind(enum conf_kind row, const void *object)
{
	if (row != CONF_ALLOW)
		return row;
	return ((const struct access_rule *)object)->allow ? CONF_ALLOW :
	    CONF_DENY;
}

const char *
want_key(enum conf_kind kind, const void *object)
{
	if (kind == CONF_SERVICE)
		return ((const struct service *)object)->name;
	if (kind == CONF_LISTEN)
		return ((const struct listener *)object)->address;
	if (conf_row(kind) == CONF_ALLOW)
		return ((const struct access_rule *)object)->from.text;
	if (kind == CONF_GROUP)
		return ((const struct group *)object)->name;
	if (kind == CONF_HOST)
		return ((const struct host *)object)->name;
	if (kind == CONF_USER)
		return ((const struct user *)object)->name;
	return "";
}

const char *
want_key_name(enum conf_kind kind)
{
	if (kind == CONF_LISTEN)
		return "ip";
	if (conf_row(kind) == CONF_ALLOW)
		return "from";
	return kind == CONF_SERVICE || kind == CONF_GROUP ||
	    kind == CONF_HOST || kind == CONF_USER ? "name" : NULL;
}

/* enable and secure are words of txLoadBalancer's dialect, so they are said
 * like there in it. */
static const char *
bool_text(const struct want *w, const struct conf_attr *a, int on)
{
	if (w->dialect == DIALECT_PDCONFIG ||
	    (strcmp(a->name, "enable") != 0 &&
	    strcmp(a->name, "secure") != 0))
		return on ? "yes" : "no";
	return on ? "true" : "false";
}

/* The value that the object stores for an attribute; NULL: it has none. */
static const char *
stored(struct want *w, const struct conf_attr *a, const void *object)
{
	const void *at = (const char *)object + a->offset;

	if (a->type == CONF_TYPE_BOOL)
		return bool_text(w, a, *(const unsigned char *)at);
	if (a->type == CONF_TYPE_SCHEDULER)
		return sched_name(object, w->dialect, w->value);
	return conf_attr_get(a, object, w->value);
}

static const void *
default_object(const struct want *w, enum conf_kind kind)
{
	if (kind == CONF_SERVICE)
		return &service_default;
	if (kind == CONF_LISTEN)
		return &listener_default;
	if (kind == CONF_USER)
		return &user_default;
	if (kind == CONF_GROUP)
		return &group_default;
	if (kind == CONF_HOST)
		return &host_default;
	if (kind == CONF_WEB || kind == CONF_SSH)
		return &access_default;
	return w->defaults;
}

/* An attribute that says what is stored, unless that goes without saying. */
static enum want_answer
plain(struct want *w, const struct conf_attr *a, const void *object,
    const char **value)
{
	char usual[sizeof(w->value)] = "";
	const char *text;

	if (!a->required) {
		text = stored(w, a, default_object(w, a->kind));
		(void)snprintf(usual, sizeof(usual), "%s",
		    text == NULL ? "" : text);
	}
	*value = stored(w, a, object);
	if (*value == NULL)
		return a->empty ? WANT_GONE : WANT_LEAVE;
	return strcmp(*value, usual) == 0 ? WANT_DEFAULT : WANT_SAY;
}

/* enable of a group: said by the enabled one where that is the style, and
 * taken back from any other. */
static enum want_answer
group_enable(const struct want *w, const struct group *g, const char **value)
{
	if (g->service->enabled != g) {
		*value = "false";
		return WANT_DEFAULT;
	}
	*value = "true";
	return w->service_style == WANT_STYLE_ATTR ? WANT_SAY : WANT_LEAVE;
}

/* The name of a host goes without saying where its place gives it that. */
static enum want_answer
host_name(const struct host *h, const struct text_node *n, const char **value)
{
	char usual[32];

	(void)snprintf(usual, sizeof(usual), "host.%u", h->order);
	*value = h->name;
	return n != NULL && strcmp(usual, h->name) == 0 ? WANT_DEFAULT :
	    WANT_SAY;
}

/* acceptProxy is said wherever from is there. */
static enum want_answer
listen_proxy(const struct want *w, const struct conf_attr *a,
    const struct listener *l, const char **value)
{
	*value = bool_text(w, a, l->accept_proxy);
	return l->accept_proxy || l->from.text != NULL ? WANT_SAY :
	    WANT_DEFAULT;
}

/* What <admin> has of the web. */
static enum want_answer
admin_attr(struct want *w, const struct conf_attr *a, const char **value)
{
	if (!w->web_in_admin)
		return WANT_GONE;
	if (a->offset != CONF_NOWHERE)
		return plain(w, a, w->model, value);
	*value = bool_text(w, a, w->model->web.secure);
	return w->model->web.secure ? WANT_SAY : WANT_DEFAULT;
}

enum want_answer
want_attr(struct want *w, const struct text_node *n,
    const struct conf_attr *a, const void *object, const char **value)
{
	const struct service *s = object;
	const struct user *u = object;

	if (a->rank != 0 && a->rank != w->rank)
		return WANT_LEAVE;
	if (a->kind == CONF_GROUP && strcmp(a->name, "enable") == 0)
		return group_enable(w, object, value);
	if (a->kind == CONF_HOST && strcmp(a->name, "name") == 0)
		return host_name(object, n, value);
	if (a->kind == CONF_LISTEN && a->type == CONF_TYPE_BOOL)
		return listen_proxy(w, a, object, value);
	if (a->kind == CONF_ADMIN)
		return admin_attr(w, a, value);
	if (a->kind == CONF_WEB && w->web_in_admin &&
	    strcmp(a->name, "refresh") != 0)
		return WANT_LEAVE;
	if (a->offset != CONF_NOWHERE) {
		if (a->kind == CONF_CHECKTIME && w->model->host_check_interval
		    == w->defaults->host_check_interval) {
			*value = stored(w, a, object);
			return WANT_DEFAULT;
		}
		return plain(w, a, object, value);
	}
	if (a->kind == CONF_USER && a->type == CONF_TYPE_HASH)
		*value = w->hashes ? u->password : "";
	else if (a->kind == CONF_ENABLE)
		*value = s->enabled->name;
	else if (a->kind == CONF_HOST)
		*value = ((const struct host *)object)->address;
	else
		*value = want_key(a->kind, object);
	return WANT_SAY;
}

/* The number that a text is in an attribute of that type. */
static int64_t
number(const struct conf_attr *a, const char *text)
{
	union {
		struct service	s;
		struct host	h;
		struct model	m;
	} object;
	const char *at = (const char *)&object + a->offset;
	char why[CONF_WHY];

	memset(&object, 0, sizeof(object));
	if (conf_attr_set(a, &object, text, why, sizeof(why)) == -1)
		return -1;
	if (a->type != CONF_TYPE_SECONDS)
		return *(const unsigned *)(const void *)at;
	return *(const int64_t *)(const void *)at;
}

static int
same_networks(const char *one, const char *other)
{
	struct networks a = { NULL, NULL, 0 }, b = { NULL, NULL, 0 };
	const char *why;
	int same = networks_parse(&a, one, &why) == 0 &&
	    networks_parse(&b, other, &why) == 0 && networks_same(&a, &b);

	networks_free(&a);
	networks_free(&b);
	return same;
}

int
want_same(const struct conf_attr *a, const char *one, const char *other)
{
	unsigned char sticky, other_sticky;
	enum rule rule, other_rule;

	switch (a->type) {
	case CONF_TYPE_BOOL:
		return conf_bool(one) == conf_bool(other);
	case CONF_TYPE_SECONDS:
	case CONF_TYPE_NUMBER:
	case CONF_TYPE_MODE:
		return number(a, one) == number(a, other);
	case CONF_TYPE_NETWORKS:
		return same_networks(one, other);
	case CONF_TYPE_SCHEDULER:
		return sched_parse(one, &rule, &sticky) == 0 &&
		    sched_parse(other, &other_rule, &other_sticky) == 0 &&
		    rule == other_rule && sticky == other_sticky;
	case CONF_TYPE_NAME:
	case CONF_TYPE_PATH:
	case CONF_TYPE_HASH:
	case CONF_TYPE_ACCESS:
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
	case CONF_TYPE_SOCKET:
	case CONF_TYPE_FACILITY:
	case CONF_TYPE_SEND_PROXY:
		break;
	}
	return strcmp(one, other) == 0;
}
