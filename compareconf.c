/* SPDX-License-Identifier: ISC
 *
 * The difference of two configurations, as the calls that turn the first into
 * the second. Each call is legal where it stands: a group in use never runs
 * empty, a service never loses its last listener, an address is free before
 * another takes it, the last full user goes last. Things are the same when
 * they have the same name (listeners: the same address); a host that has
 * another address is another host. The order of things, and what a part that
 * is not enabled says, make no difference. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compareconf.h"

/* 1: it stands for itself in an address. */
static int
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '-' && c <= ':') || c == '_' || c == '~' || c == ',' ||
	    c == '*' || c == '@';
}

void
compareconf_escape(struct buf *out, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n) {
		for (n = 0; plain(text[n]); n++)
			continue;
		if (n > 0)
			(void)buf_add(out, text, n);
		else {
			(void)buf_addf(out, "%%%02X", (unsigned char)*text);
			n = 1;
		}
	}
}

static void
add(struct diff *d, const char *text)
{
	(void)buf_add(d->out, text, strlen(text));
}

void
diff_call(struct diff *d, const char *name, ...)
{
	const char *arg, *value;
	char before = '?';
	va_list ap;

	add(d, name);
	va_start(ap, name);
	while ((arg = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value == NULL)
			continue;
		(void)buf_add(d->out, &before, 1);
		add(d, arg);
		add(d, "=");
		compareconf_escape(d->out, value);
		before = '&';
	}
	va_end(ap);
	add(d, "\n");
	d->n++;
}

/* Attributes. */

/* 1 and the text of the second's value when the two differ in the attribute;
 * "": it has none any more. What commands of their own set is left out. */
static int
attr_differs(const struct conf_attr *a, const void *from, const void *to,
    char buf[CONF_NUMBER], const char **value)
{
	char other[CONF_NUMBER];
	const char *f;

	switch (a->type) {
	case CONF_TYPE_NAME:
	case CONF_TYPE_HASH:
	case CONF_TYPE_ACCESS:
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
	case CONF_TYPE_SCHEDULER:
	case CONF_TYPE_NETWORKS:
		return 0;
	case CONF_TYPE_PATH:
	case CONF_TYPE_SOCKET:
	case CONF_TYPE_FACILITY:
	case CONF_TYPE_BOOL:
	case CONF_TYPE_SECONDS:
	case CONF_TYPE_NUMBER:
	case CONF_TYPE_MODE:
	case CONF_TYPE_SEND_PROXY:
		break;
	}
	f = conf_attr_get(a, from, other);
	*value = conf_attr_get(a, to, buf);
	if (*value == NULL)
		*value = "";
	return strcmp(f == NULL ? "" : f, *value) != 0;
}

void
diff_attrs(struct diff *d, enum conf_kind kind, const struct place *at,
    const void *from, const void *to)
{
	const struct conf_attr *a = NULL;
	char buf[CONF_NUMBER], name[64];
	const char *value;

	while ((a = conf_attr_next(kind, a)) != NULL) {
		if (a->offset == CONF_NOWHERE || a->rank == 1 || a->rank == 2 ||
		    !attr_differs(a, from, to, buf, &value))
			continue;
		if (at->service != NULL)
			(void)snprintf(name, sizeof(name), "%s", a->name);
		else
			(void)snprintf(name, sizeof(name), "%s.%s",
			    conf_element(kind)->name, a->name);
		diff_call(d, "set", "service", at->service, "group", at->group,
		    "host", at->host, "attr", name, "value", value, END);
	}
}

/* Listeners. */

static size_t
listen_count(const struct service *s, size_t n, const struct hostport *at)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += address_same(s->listeners[i]->at, at) != 0;
	return count;
}

/* The i-th listener of s is one of other's too. Of several with port 0 as
 * many as the other has. */
static int
listen_in(const struct service *s, size_t i, const struct service *other)
{
	const struct hostport *at = s->listeners[i]->at;

	return listen_count(s, i, at) <
	    listen_count(other, other->nlisteners, at);
}

/* Nobody in the first configuration has the address. */
static int
listen_free(const struct diff *d, const struct hostport *at)
{
	size_t i;

	if (at->port == 0)
		return 1;
	for (i = 0; i < d->from->nservices; i++)
		if (listener_find_exact(d->from->services[i], at) != NULL)
			return 0;
	return 1;
}

/* newListen or newService, with one listener. */
static void
listen_call(struct diff *d, const char *name, const struct service *t,
    const struct listener *l)
{
	diff_call(d, name, "service", t->name, "listen", l->address,
	    "acceptProxy", l->accept_proxy ? "yes" : NULL,
	    "from", l->from.text, END);
}

/* The listener with that address and so many of them before it. */
static const struct listener *
listen_find(const struct service *s, const struct hostport *at, size_t before)
{
	size_t i;

	for (i = 0; i < s->nlisteners; i++)
		if (address_same(s->listeners[i]->at, at) && before-- == 0)
			return s->listeners[i];
	return NULL;
}

/* What listeners that are in both say. */
static void
listen_both(struct diff *d, const struct service *f, const struct service *t)
{
	const struct listener *lf, *lt;
	const char *accept, *from;
	char position[CONF_NUMBER];
	size_t i, n;

	for (i = 0; i < t->nlisteners; i++) {
		lt = t->listeners[i];
		n = listen_count(t, i, lt->at);
		lf = listen_find(f, lt->at, n);
		if (lf == NULL)
			continue;
		accept = lf->accept_proxy == lt->accept_proxy ? NULL :
		    lt->accept_proxy ? "yes" : "no";
		from = networks_same(&lf->from, &lt->from) ? NULL :
		    lt->from.text == NULL ? "" : lt->from.text;
		if (accept == NULL && from == NULL)
			continue;
		(void)snprintf(position, sizeof(position), "%zu", n);
		diff_call(d, "set", "service", t->name, "listen", lf->address,
		    "position", n == 0 ? NULL : position,
		    "attr", accept == NULL ? "from" : "acceptProxy",
		    "value", accept == NULL ? from : accept,
		    "attr2", accept == NULL || from == NULL ? NULL : "from",
		    "value2", accept == NULL ? NULL : from, END);
	}
}

/* New listeners of a service that is in both, of free addresses or of the
 * others; returns how many. */
static size_t
listen_add(struct diff *d, const struct service *f, const struct service *t,
    int is_free)
{
	size_t i, n = 0;

	for (i = 0; i < t->nlisteners; i++) {
		if (listen_in(t, i, f) ||
		    listen_free(d, t->listeners[i]->at) != is_free)
			continue;
		listen_call(d, "newListen", t, t->listeners[i]);
		n++;
	}
	return n;
}

/* Takes away what a service that is in both does not have any more. Returns 1
 * when that took a stand-in. */
static int
listen_del(struct diff *d, const struct service *f, const struct service *t)
{
	size_t i, left = listen_add(d, f, t, 1);
	int stand_in;

	for (i = 0; i < f->nlisteners; i++)
		left += (size_t)listen_in(f, i, t);
	stand_in = left == 0 && f->nlisteners > 0;
	if (stand_in)
		diff_call(d, "newListen", "service", t->name, "listen",
		    DIFF_STAND_IN, END);
	for (i = f->nlisteners; i-- > 0; )
		if (!listen_in(f, i, t))
			diff_call(d, "delListen", "service", t->name, "listen",
			    f->listeners[i]->address, END);
	return stand_in;
}

/* Creates a service with one listener; the others follow. Returns that one's
 * place, or -1: it is a stand-in. */
static long
service_create(struct diff *d, const struct service *t)
{
	size_t i;

	for (i = 0; i < t->nlisteners; i++) {
		if (!listen_free(d, t->listeners[i]->at))
			continue;
		listen_call(d, "newService", t, t->listeners[i]);
		return (long)i;
	}
	diff_call(d, "newService", "service", t->name, "listen",
	    DIFF_STAND_IN, END);
	return -1;
}

/* What was not free before; then the stand-in goes. */
static void
listen_finish(struct diff *d, const struct service *f,
    const struct service *t, long created)
{
	size_t i;

	if (f != NULL)
		(void)listen_add(d, f, t, 0);
	for (i = 0; f == NULL && i < t->nlisteners; i++)
		if ((long)i != created)
			listen_call(d, "newListen", t, t->listeners[i]);
	if (created == -1)
		diff_call(d, "delListen", "service", t->name, "listen",
		    DIFF_STAND_IN, END);
}

/* Services come, go and change addresses. */
static void
services(struct diff *d)
{
	const struct model *from = d->from, *to = d->to;
	const struct service *f;
	long *created;		/* -1: has a stand-in */
	size_t i;

	created = calloc(to->nservices + 1, sizeof(*created));
	if (created == NULL) {
		d->no_memory = 1;
		return;
	}
	for (i = 0; i < to->nservices; i++) {
		f = service_find(from, to->services[i]->name);
		if (f != NULL)
			listen_both(d, f, to->services[i]);
	}
	for (i = 0; i < to->nservices; i++)
		if (service_find(from, to->services[i]->name) == NULL)
			created[i] = service_create(d, to->services[i]);
	for (i = 0; i < from->nservices; i++)
		if (service_find(to, from->services[i]->name) == NULL)
			diff_call(d, "delService", "service",
			    from->services[i]->name, END);
	for (i = 0; i < to->nservices; i++) {
		f = service_find(from, to->services[i]->name);
		if (f != NULL && listen_del(d, f, to->services[i]))
			created[i] = -1;
	}
	for (i = 0; i < to->nservices; i++)
		listen_finish(d, service_find(from, to->services[i]->name),
		    to->services[i], created[i]);
	free(created);
}

/* Access rules: here the order counts. */

/* Where each rule of t is in f, or f->nrules: not there. */
static void
rules_match(const struct service *f, const struct service *t, size_t *at)
{
	const struct access_rule *r;
	size_t i;

	for (i = 0; i < t->nrules; i++) {
		r = rule_find(f, t->rules[i]->allow, &t->rules[i]->from);
		for (at[i] = 0; at[i] < f->nrules; at[i]++)
			if (f->rules[at[i]] == r)
				break;
	}
}

/* Of those that are there the longest row that is in order stays; the others
 * are not there from now on. row[i]: the longest that begins with i. */
static void
rules_keep(size_t n, size_t none, size_t *at, size_t *row)
{
	size_t i, j, most = 0, least = 0;

	for (i = n; i-- > 0; ) {
		row[i] = at[i] < none;
		for (j = i + 1; row[i] > 0 && j < n; j++)
			if (at[j] < none && at[j] > at[i] &&
			    row[j] >= row[i])
				row[i] = row[j] + 1;
		most = row[i] > most ? row[i] : most;
	}
	for (i = 0; i < n; i++) {
		if (at[i] < none && row[i] == most && at[i] >= least) {
			least = at[i] + 1;
			most--;
		} else
			at[i] = none;
	}
}

/* f: no rules when the service has just been made. */
static void
rules(struct diff *d, const struct service *f, const struct service *t)
{
	size_t *at = calloc(t->nrules + 1, sizeof(*at));
	size_t *row = calloc(t->nrules + 1, sizeof(*row));
	const struct access_rule *r;
	char position[CONF_NUMBER];
	size_t i, j, behind;

	if (at == NULL || row == NULL)
		d->no_memory = 1;
	else {
		rules_match(f, t, at);
		rules_keep(t->nrules, f->nrules, at, row);
	}
	for (i = 0; !d->no_memory && i < f->nrules; i++) {
		for (j = 0; j < t->nrules && at[j] != i; j++)
			continue;
		r = f->rules[i];
		if (j == t->nrules)
			diff_call(d, "delRule", "service", t->name, "access",
			    r->allow ? "allow" : "deny", "from", r->from.text,
			    END);
	}
	for (behind = t->nrules; !d->no_memory && behind > 0; behind--)
		if (at[behind - 1] < f->nrules)
			break;
	for (i = 0; !d->no_memory && i < t->nrules; i++) {
		r = t->rules[i];
		if (at[i] < f->nrules)
			continue;
		(void)snprintf(position, sizeof(position), "%zu", i);
		diff_call(d, "newRule", "service", t->name, "access",
		    r->allow ? "allow" : "deny", "from", r->from.text,
		    "position", i < behind ? position : NULL, END);
	}
	free(at);
	free(row);
}

static void
service_parts(struct diff *d)
{
	static const struct service fresh = { .connect_timeout = 5000 };
	struct place at = { NULL, NULL, NULL };
	const struct service *f, *t;
	size_t i;

	for (i = 0; i < d->to->nservices; i++) {
		t = d->to->services[i];
		f = service_find(d->from, t->name);
		at.service = t->name;
		diff_attrs(d, CONF_SERVICE, &at, f == NULL ? &fresh : f, t);
		rules(d, f == NULL ? &fresh : f, t);
		diff_groups(d, f, t);
	}
}

int
compareconf(const struct model *from, const struct model *to, struct buf *out)
{
	struct diff d = { .from = from, .to = to, .out = out };

	diff_admin_off(&d);
	services(&d);
	service_parts(&d);
	diff_globals(&d);
	diff_admin_on(&d);
	diff_users(&d);
	diff_admin_end(&d);
	return d.no_memory || out->failed ? -1 : d.n;
}
