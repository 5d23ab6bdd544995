/* SPDX-License-Identifier: ISC
 *
 * The difference of two configurations: all that is no service. What listens
 * moves before addresses change hands, and is turned on when they have; users
 * come last but one, and what is turned off last: whoever makes the calls may
 * be among them, or come by it. What a part says that is off makes no
 * difference, so it is said anew when the part is turned on. Two attributes
 * that only make sense together are set by one call. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "compareconf.h"

static const char *
text(const char *value)
{
	return value == NULL ? "" : value;
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
	int same_keys = strcmp(text(f->keys), text(t->keys)) == 0;

	if (same && same_keys && f->full == t->full)
		return;
	diff_call(d, "setUser", "name", t->name,
	    "password", same ? NULL : t->password,
	    "access", f->full == t->full ? NULL : access,
	    "keys", same_keys ? NULL : text(t->keys),
	    "force", f->full && !t->full ? force : NULL, END);
}

/* Those that have, or get, full access come before those that lose it. */
void
diff_users(struct diff *d)
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
				diff_call(d, "addUser", "name", t->name,
				    "password", t->password, "access",
				    t->full ? "full" : "readonly",
				    "keys", t->keys, END);
		}
	for (i = 0; i < d->from->nusers; i++) {
		f = d->from->users[i];
		if (user_find(d->to, f->name) == NULL)
			diff_call(d, "delUser", "name", f->name, "force",
			    f->full ? force : NULL, END);
	}
}

/* One call for two attributes of an element, if one of them differs; the
 * texts may be NULL. */
static void
pair(struct diff *d, enum conf_kind kind, const char *const names[2],
    const char *const from[2], const char *const to[2])
{
	const char *element = conf_element(kind)->name;
	char attr[2][64];
	int i, n = 0, at[2];

	for (i = 0; i < 2; i++) {
		if (strcmp(text(from[i]), text(to[i])) == 0)
			continue;
		(void)snprintf(attr[n], sizeof(attr[n]), "%s.%s", element,
		    names[i]);
		at[n++] = i;
	}
	if (n == 0)
		return;
	diff_call(d, "set", "attr", attr[0], "value", text(to[at[0]]),
	    "attr2", n == 1 ? NULL : attr[1],
	    "value2", n == 1 ? NULL : text(to[at[1]]), END);
}

/* The web and SSH admin. */

static const struct access_point *
access_of(const struct model *m, int i)
{
	return i == DIFF_WEB ? &m->web : &m->ssh;
}

/* Where it listens, or NULL. */
static const char *
access_at(const struct access_point *ap)
{
	return ap->enable ? ap->address : NULL;
}

static int
same_place(const char *one, const char *other)
{
	struct hostport a, b;
	const char *why;

	if (one == NULL || other == NULL || strcmp(one, other) == 0)
		return one != NULL && other != NULL;
	return addr_split(one, &a, &why) == 0 &&
	    addr_split(other, &b, &why) == 0 && address_same(&a, &b);
}

/* 1: a service of the model has the address. */
static int
service_has(const struct model *m, const char *address)
{
	struct hostport at;
	const char *why;
	size_t i;

	if (addr_split(address, &at, &why) == -1 || at.port == 0)
		return 0;
	for (i = 0; i < m->nservices; i++)
		if (listener_find_exact(m->services[i], &at) != NULL)
			return 1;
	return 0;
}

/* 1: a socket of the model has the path. */
static int
socket_has(const struct model *m, const char *address)
{
	const char *path = addr_path(address);

	return path != NULL && (same_place(path, m->console_socket) ||
	    same_place(path, m->control_socket));
}

static void
access_set(struct diff *d, int i, const char *name, const char *value)
{
	char attr[32];

	(void)snprintf(attr, sizeof(attr), "%s.%s",
	    i == DIFF_WEB ? "web" : "ssh", name);
	diff_call(d, "set", "attr", attr, "value", value, END);
}

/* What will listen elsewhere moves at once, or makes room: who makes the calls
 * may come by it. */
static void
access_move(struct diff *d, int i)
{
	const char *from = access_at(access_of(d->from, i));
	const char *to = access_at(access_of(d->to, i));
	const char *other = d->at[1 - i];

	d->at[i] = from;
	if (from == NULL || same_place(from, to))
		return;
	if (to != NULL && !service_has(d->from, to) &&
	    !socket_has(d->from, to) && !same_place(to, other)) {
		access_set(d, i, "listen", to);
		d->at[i] = to;
	} else if (to != NULL || service_has(d->to, from) ||
	    socket_has(d->to, from) || same_place(from,
	    access_at(access_of(d->to, 1 - i)))) {
		access_set(d, i, "listen", DIFF_STAND_IN);
		d->at[i] = DIFF_STAND_IN;
	}
}

/* Files of keys. */
static void
access_files(struct diff *d, enum conf_kind kind,
    const struct access_point *f, const struct access_point *t)
{
	static const char *const web[2] = { "certificate", "key" };
	static const char *const ssh[2] = { "hostKey", "keys" };
	const char *from[2], *to[2];
	int is_web = kind == CONF_WEB;

	from[0] = is_web ? f->certificate : f->host_key;
	from[1] = is_web ? f->key : f->keys;
	to[0] = is_web ? t->certificate : t->host_key;
	to[1] = is_web ? t->key : t->keys;
	pair(d, kind, is_web ? web : ssh, from, to);
}

static void
access_on(struct diff *d, int i)
{
	const struct access_point *f = access_of(d->from, i);
	const struct access_point *t = access_of(d->to, i);
	enum conf_kind kind = i == DIFF_WEB ? CONF_WEB : CONF_SSH;
	struct access_point same = *f;
	struct place at = { NULL, NULL, NULL };

	same.enable = t->enable;
	if (t->enable)
		access_files(d, kind, f, t);
	same.certificate = t->certificate;
	same.key = t->key;
	same.host_key = t->host_key;
	same.keys = t->keys;
	if (!t->enable)
		same.secure = t->secure;
	else if (!f->enable)
		same.secure = !t->secure;
	diff_attrs(d, kind, &at, &same, t);
	if (!t->enable)
		return;
	if (!same_place(d->at[i], t->address))
		access_set(d, i, "listen", t->address);
	if (!f->enable)
		access_set(d, i, "enable", "yes");
}

/* Sockets and logs. */

/* 1: something else of the model has the path. */
static int
socket_taken(const struct model *m, const char *path, const char *except)
{
	const char *web = access_at(&m->web);

	return (m->console_socket != except &&
	    same_place(path, m->console_socket)) ||
	    (m->control_socket != except &&
	    same_place(path, m->control_socket)) ||
	    (web != NULL && same_place(path, addr_path(web)));
}

/* It goes, or has to make room before it moves. Returns what it has then. */
static const char *
socket_off(struct diff *d, enum conf_kind kind, const char *f, const char *t)
{
	char attr[32];

	if (f == NULL || (t != NULL && (strcmp(f, t) == 0 ||
	    !socket_taken(d->from, t, f))))
		return f;
	(void)snprintf(attr, sizeof(attr), "%s.socket",
	    conf_element(kind)->name);
	diff_call(d, "set", "attr", attr, "value", "", END);
	return NULL;
}

static void
console_on(struct diff *d)
{
	static const char *const names[2] = { "socket", "" };
	const char *from[2] = { d->console, NULL };
	const char *to[2] = { d->to->console_socket, NULL };

	if (to[0] != NULL)
		pair(d, CONF_CONSOLE, names, from, to);
}

/* While there is none it has no mode. */
static void
control_on(struct diff *d)
{
	static const char *const names[2] = { "socket", "mode" };
	const char *from[2] = { d->control, NULL };
	const char *to[2] = { d->to->control_socket, NULL };
	char buf[2][CONF_NUMBER];

	(void)snprintf(buf[0], sizeof(buf[0]), "%04o", d->control == NULL ?
	    CONTROL_MODE : d->from->control_mode);
	(void)snprintf(buf[1], sizeof(buf[1]), "%04o", d->to->control_mode);
	from[1] = buf[0];
	to[1] = buf[1];
	if (to[0] != NULL)
		pair(d, CONF_CONTROL, names, from, to);
}

/* One may have the path that the other wants. */
static void
sockets_on(struct diff *d)
{
	int first = d->control != NULL &&
	    same_place(d->control, d->to->console_socket);

	if (first)
		control_on(d);
	console_on(d);
	if (!first)
		control_on(d);
}

static void
logs(struct diff *d)
{
	static const char *const names[2] = { "file", "syslog" };
	const struct model *f = d->from, *t = d->to;
	const char *from[2] = { f->log_file, f->log_syslog };
	const char *to[2] = { t->log_file, t->log_syslog };

	pair(d, CONF_LOGGING, names, from, to);
	from[0] = f->connlog_file;
	from[1] = f->connlog_syslog;
	to[0] = t->connlog_file;
	to[1] = t->connlog_syslog;
	pair(d, CONF_CONNLOG, names, from, to);
	if ((to[0] != NULL || to[1] != NULL) &&
	    (f->connlog_start && (from[0] != NULL || from[1] != NULL)) !=
	    (t->connlog_start != 0))
		diff_call(d, "set", "attr", "connlog.start", "value",
		    t->connlog_start ? "yes" : "no", END);
}

/* In turn. */

void
diff_admin_off(struct diff *d)
{
	const struct model *f = d->from, *t = d->to;

	d->at[DIFF_SSH] = access_at(&f->ssh);
	access_move(d, DIFF_WEB);
	access_move(d, DIFF_SSH);
	d->console = socket_off(d, CONF_CONSOLE, f->console_socket,
	    t->console_socket);
	d->control = socket_off(d, CONF_CONTROL, f->control_socket,
	    t->control_socket);
}

void
diff_globals(struct diff *d)
{
	static const enum conf_kind kinds[] = {
		CONF_MANAGER, CONF_HOSTCHECK, CONF_CONFIGCHECK, CONF_HEARTBEAT
	};
	struct place at = { NULL, NULL, NULL };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		diff_attrs(d, kinds[i], &at, d->from, d->to);
	logs(d);
}

void
diff_admin_on(struct diff *d)
{
	access_on(d, DIFF_WEB);
	access_on(d, DIFF_SSH);
	sockets_on(d);
}

void
diff_admin_end(struct diff *d)
{
	if (d->from->web.enable && !d->to->web.enable)
		access_set(d, DIFF_WEB, "enable", "no");
	if (d->from->ssh.enable && !d->to->ssh.enable)
		access_set(d, DIFF_SSH, "enable", "no");
}
