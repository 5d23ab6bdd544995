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

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

/* What keeps a service listening while its addresses change hands. */
#define STAND_IN "127.0.0.1:0"

/* Where an attribute is: in the service, in a group of it, in a host of that,
 * or, without a service, in the element. */
struct place {
	const char	*service, *group, *host;
};

struct diff {
	const struct model *from, *to;
	struct buf	*out;
	int		 n;		/* calls so far */
	int		 no_memory;
};

void
compareconf_escape(struct buf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~:/,*@";
	size_t n;

	for (; *text != '\0'; text += n) {
		n = strspn(text, plain);
		if (n > 0)
			(void)buf_add(out, text, n);
		else {
			(void)buf_addf(out, "%%%02X", (unsigned char)*text);
			n = 1;
		}
	}
}

/* One call: pairs of name and value, then NULL. A value NULL is left out. */
static void
call(struct diff *d, const char *name, ...)
{
	const char *arg, *value;
	char before = '?';
	va_list ap;

	(void)buf_addf(d->out, "%s", name);
	va_start(ap, name);
	while ((arg = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value == NULL)
			continue;
		(void)buf_addf(d->out, "%c%s=", before, arg);
		compareconf_escape(d->out, value);
		before = '&';
	}
	va_end(ap);
	(void)buf_addf(d->out, "\n");
	d->n++;
}

#define END ((const char *)NULL)

/* Attributes. */

static void
seconds_text(int64_t ms, char *buf, size_t size)
{
	if (ms % 1000 == 0)
		(void)snprintf(buf, size, "%" PRId64, ms / 1000);
	else
		(void)snprintf(buf, size, "%" PRId64 ".%03d", ms / 1000,
		    (int)(ms % 1000));
}

/* 1 and the text of the second's value when the two differ in the attribute.
 * Texts and what commands of their own set are left out. */
static int
attr_differs(const struct conf_attr *a, const void *from, const void *to,
    char *buf, size_t size)
{
	const char *f = (const char *)from + a->offset;
	const char *t = (const char *)to + a->offset;

	switch (a->type) {
	case CONF_TYPE_BOOL:
		(void)snprintf(buf, size, "%s", *t != 0 ? "yes" : "no");
		return (*f != 0) != (*t != 0);
	case CONF_TYPE_SECONDS:
		seconds_text(*(const int64_t *)(const void *)t, buf, size);
		return memcmp(f, t, sizeof(int64_t)) != 0;
	case CONF_TYPE_NUMBER:
		(void)snprintf(buf, size, "%u",
		    *(const unsigned *)(const void *)t);
		return memcmp(f, t, sizeof(unsigned)) != 0;
	case CONF_TYPE_NAME:
	case CONF_TYPE_PATH:
	case CONF_TYPE_HASH:
	case CONF_TYPE_ACCESS:
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
	case CONF_TYPE_SCHEDULER:
		return 0;
	}
	return 0;
}

/* Of several attributes that mean one thing the last in rank is set. */
static void
attrs_set(struct diff *d, enum conf_kind kind, const struct place *at,
    const void *from, const void *to)
{
	const struct conf_attr *a = NULL;
	char value[32], name[64];

	while ((a = conf_attr_next(kind, a)) != NULL) {
		if (a->offset == CONF_NOWHERE || a->rank == 1 || a->rank == 2 ||
		    !attr_differs(a, from, to, value, sizeof(value)))
			continue;
		if (at->service != NULL)
			(void)snprintf(name, sizeof(name), "%s", a->name);
		else
			(void)snprintf(name, sizeof(name), "%s.%s",
			    conf_element(kind)->name, a->name);
		call(d, "set", "service", at->service, "group", at->group,
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
		call(d, "newListen", "service", t->name, "listen",
		    t->listeners[i]->address, END);
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
		call(d, "newListen", "service", t->name, "listen", STAND_IN,
		    END);
	for (i = f->nlisteners; i-- > 0; )
		if (!listen_in(f, i, t))
			call(d, "delListen", "service", t->name, "listen",
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
		call(d, "newService", "service", t->name, "listen",
		    t->listeners[i]->address, END);
		return (long)i;
	}
	call(d, "newService", "service", t->name, "listen", STAND_IN, END);
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
			call(d, "newListen", "service", t->name, "listen",
			    t->listeners[i]->address, END);
	if (created == -1)
		call(d, "delListen", "service", t->name, "listen", STAND_IN,
		    END);
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
	for (i = 0; i < to->nservices; i++)
		if (service_find(from, to->services[i]->name) == NULL)
			created[i] = service_create(d, to->services[i]);
	for (i = 0; i < from->nservices; i++)
		if (service_find(to, from->services[i]->name) == NULL)
			call(d, "delService", "service",
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

/* Hosts. */

static int
host_kept(const struct host *h, const struct group *other)
{
	const struct host *same = host_find(other, h->name);

	return same != NULL && address_same(same->to, h->to);
}

static void
host_attrs(struct diff *d, const struct place *group, const struct host *f,
    const struct host *t)
{
	struct place at = *group;
	char weight[16];

	at.host = t->name;
	if (f->weight != t->weight) {
		(void)snprintf(weight, sizeof(weight), "%u", t->weight);
		call(d, "setWeight", "service", at.service, "group", at.group,
		    "name", t->name, "weight", weight, END);
	}
	if (f->max_conns != t->max_conns) {
		(void)snprintf(weight, sizeof(weight), "%u", t->max_conns);
		call(d, "set", "service", at.service, "group", at.group,
		    "host", t->name, "attr", "maxConns", "value", weight, END);
	}
	if (!f->admin_down != !t->admin_down)
		call(d, t->admin_down ? "hostAdminDown" : "hostAdminUp",
		    "service", at.service, "group", at.group, "name", t->name,
		    END);
}

static void
host_add(struct diff *d, const struct place *at, const struct host *t)
{
	struct host fresh = { .weight = t->weight };
	char weight[16];

	(void)snprintf(weight, sizeof(weight), "%u", t->weight);
	call(d, "addHost", "service", at->service, "group", at->group,
	    "name", t->name, "ip", t->address,
	    "weight", t->weight == 1 ? NULL : weight, END);
	host_attrs(d, at, &fresh, t);
}

/* The name that a host of f will have: one whose address is in t under a name
 * that f does not know is renamed, and keeps all it has. */
static const char *
host_renamed(const struct host *h, const struct group *f,
    const struct group *t)
{
	const struct host *other;

	if (host_kept(h, t))
		return h->name;
	other = host_find_address(t, h->address);
	if (other == NULL || host_find(f, other->name) != NULL)
		return h->name;
	return other->name;
}

/* Takes away the hosts of f that are not in t, or have another address there.
 * kept: hosts that stay, and were added; with none, one that has another
 * address goes last, by changing its own. */
static void
hosts_del(struct diff *d, const struct place *at, const struct group *f,
    const struct group *t, const char **names, size_t kept)
{
	const char *last = NULL;
	size_t i;

	for (i = 0; i < f->nhosts && kept == 0 && last == NULL; i++)
		if (host_find(t, names[i]) != NULL)
			last = names[i];
	for (i = 0; i < f->nhosts; i++) {
		if (names[i] == last || (names[i] != f->hosts[i]->name) ||
		    host_kept(f->hosts[i], t))
			continue;
		call(d, "delHost", "service", at->service, "group", at->group,
		    "name", names[i], END);
		names[i] = NULL;
	}
	if (last != NULL)
		call(d, "set", "service", at->service, "group", at->group,
		    "host", last, "attr", "ip", "value",
		    host_find(t, last)->address, END);
}

/* The index of a name in the list, or n. */
static size_t
name_find(const char *const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			break;
	return i;
}

/* The hosts of a group that is in both. A host that is in f neither by name
 * nor by address comes before any other goes. */
static void
hosts(struct diff *d, const struct place *at, const struct group *f,
    const struct group *t)
{
	const char **names = calloc(f->nhosts + 1, sizeof(*names));
	const struct host *h;
	size_t i, at_f, kept = 0;

	if (names == NULL) {
		d->no_memory = 1;
		return;
	}
	for (i = 0; i < f->nhosts; i++) {
		h = f->hosts[i];
		names[i] = host_renamed(h, f, t);
		kept += names[i] != h->name || host_kept(h, t);
		if (names[i] != h->name)
			call(d, "set", "service", at->service, "group",
			    at->group, "host", h->name, "attr", "name",
			    "value", names[i], END);
	}
	for (i = 0; i < t->nhosts; i++) {
		h = t->hosts[i];
		if (host_find(f, h->name) != NULL ||
		    host_find_address(f, h->address) != NULL)
			continue;
		host_add(d, at, h);
		kept++;
	}
	if (t->nhosts == 0 && f->nhosts > 0)
		call(d, "delAllHosts", "service", at->service, "group",
		    at->group, END);
	else
		hosts_del(d, at, f, t, names, kept);
	for (i = 0; i < t->nhosts; i++) {
		h = t->hosts[i];
		at_f = name_find(names, f->nhosts, h->name);
		if (at_f < f->nhosts)
			host_attrs(d, at, f->hosts[at_f], h);
		else if (host_find(f, h->name) != NULL ||
		    host_find_address(f, h->address) != NULL)
			host_add(d, at, h);
	}
	free(names);
}

/* Groups. */

static void
group_both(struct diff *d, const struct place *at, const struct group *f,
    const struct group *t)
{
	char scheduler[32];

	if (f->rule != t->rule || f->sticky != t->sticky)
		call(d, "changeScheduler", "service", at->service, "group",
		    at->group, "scheduler",
		    sched_name(t, d->to->dialect, scheduler), END);
	attrs_set(d, CONF_GROUP, at, f, t);
	hosts(d, at, f, t);
}

static void
group_create(struct diff *d, const struct place *at, const struct group *t)
{
	struct group fresh = { .ease_in = 1 };
	char scheduler[32];
	size_t i;

	call(d, "newGroup", "service", at->service, "group", at->group,
	    "scheduler", sched_name(t, d->to->dialect, scheduler), END);
	attrs_set(d, CONF_GROUP, at, &fresh, t);
	for (i = 0; i < t->nhosts; i++)
		host_add(d, at, t->hosts[i]);
}

/* f NULL: the service has just been made. The group to be enabled comes
 * first: before that another one may not run empty, or go. */
static void
groups(struct diff *d, const struct service *f, const struct service *t)
{
	const char *was = f == NULL || f->enabled == NULL ? "" :
	    f->enabled->name;
	struct place at = { t->name, NULL, NULL };
	struct group *g, *old;
	size_t i, turn;

	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < t->ngroups; i++) {
			g = t->groups[i];
			if ((g == t->enabled) != (turn == 0))
				continue;
			at.group = g->name;
			old = f == NULL ? NULL : group_find(f, g->name);
			if (old == NULL)
				group_create(d, &at, g);
			else
				group_both(d, &at, old, g);
		}
		if (turn == 0 && t->enabled != NULL &&
		    strcmp(was, t->enabled->name) != 0)
			call(d, "enableGroup", "service", t->name, "group",
			    t->enabled->name, END);
	}
	for (i = 0; f != NULL && i < f->ngroups; i++)
		if (group_find(t, f->groups[i]->name) == NULL)
			call(d, "delGroup", "service", t->name, "group",
			    f->groups[i]->name, END);
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
		attrs_set(d, CONF_SERVICE, &at, f == NULL ? &fresh : f, t);
		groups(d, f, t);
	}
}

/* Users. */

static int
has_full(const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nusers; i++)
		if (m->users[i]->full)
			return 1;
	return 0;
}

static void
user_both(struct diff *d, const struct user *f, const struct user *t,
    const char *force)
{
	const char *access = t->full ? "full" : "readonly";

	int same = strcmp(f->password, t->password) == 0;

	if (same && f->full == t->full)
		return;
	call(d, "setUser", "name", t->name,
	    "password", same ? NULL : t->password,
	    "access", f->full == t->full ? NULL : access,
	    "force", f->full && !t->full ? force : NULL, END);
}

/* At the end of all: whoever makes these calls may be among them. Those that
 * have, or get, full access come before those that lose it. */
static void
users(struct diff *d)
{
	const char *force = has_full(d->to) ? NULL : "yes";
	const struct user *f, *t;
	size_t i, turn;

	for (turn = 0; turn < 2; turn++)
		for (i = 0; i < d->to->nusers; i++) {
			t = d->to->users[i];
			if (t->full != (turn == 0))
				continue;
			f = user_find(d->from, t->name);
			if (f != NULL)
				user_both(d, f, t, force);
			else
				call(d, "addUser", "name", t->name,
				    "password", t->password, "access",
				    t->full ? "full" : "readonly", END);
		}
	for (i = 0; i < d->from->nusers; i++) {
		f = d->from->users[i];
		if (user_find(d->to, f->name) == NULL)
			call(d, "delUser", "name", f->name, "force",
			    f->full ? force : NULL, END);
	}
}

/* The web and SSH admin: off before any address changes hands, on at the end.
 */

static int
access_moves(const struct access_point *f, const struct access_point *t)
{
	struct hostport a, b;
	const char *why;

	if (!f->enable || !t->enable || f->address == NULL ||
	    t->address == NULL)
		return f->enable != t->enable;
	return addr_split(f->address, &a, &why) == -1 ||
	    addr_split(t->address, &b, &why) == -1 || !address_same(&a, &b);
}

static void
access_off(struct diff *d, const char *name, const struct access_point *f,
    const struct access_point *t)
{
	char attr[32];

	(void)snprintf(attr, sizeof(attr), "%s.enable", name);
	if (f->enable && access_moves(f, t))
		call(d, "set", "attr", attr, "value", "no", END);
}

static void
access_on(struct diff *d, enum conf_kind kind, const struct access_point *f,
    const struct access_point *t)
{
	struct access_point same = *f;
	struct place at = { NULL, NULL, NULL };
	char attr[32];

	same.enable = t->enable;
	/* What a part says that is off is no difference: equal files can
	 * differ in it, so it is said anew when the part is turned on. */
	if (!t->enable)
		same.secure = t->secure;
	else if (!f->enable)
		same.secure = !t->secure;
	attrs_set(d, kind, &at, &same, t);
	if (!t->enable || !access_moves(f, t))
		return;
	(void)snprintf(attr, sizeof(attr), "%s.listen",
	    conf_element(kind)->name);
	call(d, "set", "attr", attr, "value", t->address, END);
	(void)snprintf(attr, sizeof(attr), "%s.enable",
	    conf_element(kind)->name);
	call(d, "set", "attr", attr, "value", "yes", END);
}

static void
globals(struct diff *d)
{
	static const enum conf_kind kinds[] = {
		CONF_MANAGER, CONF_HOSTCHECK, CONF_CONFIGCHECK, CONF_HEARTBEAT
	};
	struct place at = { NULL, NULL, NULL };
	const char *f = d->from->log_file, *t = d->to->log_file;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		attrs_set(d, kinds[i], &at, d->from, d->to);
	f = f == NULL ? "" : f;
	t = t == NULL ? "" : t;
	if (strcmp(f, t) != 0)
		call(d, "set", "attr", "logging.file", "value", t, END);
}

int
compareconf(const struct model *from, const struct model *to, struct buf *out)
{
	struct diff d = { from, to, out, 0, 0 };

	access_off(&d, "web", &from->web, &to->web);
	access_off(&d, "ssh", &from->ssh, &to->ssh);
	services(&d);
	service_parts(&d);
	globals(&d);
	access_on(&d, CONF_WEB, &from->web, &to->web);
	access_on(&d, CONF_SSH, &from->ssh, &to->ssh);
	users(&d);
	return d.no_memory || out->failed ? -1 : d.n;
}
