/* SPDX-License-Identifier: ISC
 *
 * The tables of elements and attributes of a configuration. Reading a file,
 * saving one, comparing two and setting a single attribute all go by these
 * tables. What a value may be is told in conf-value.c. */

#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"

#define YEAR		(INT64_C(31536000) * 1000)	/* ms */
#define KEEPALIVE_MAX	(32767 * 1000)	/* ms; what Linux takes at most */
#define WEIGHT_MAX	1000000
#define CONNS_MAX	1000000000
#define TRIES_MAX	100
#define RATE_MAX	1000000
#define MODE_MAX	0777

static const struct conf_element elements[] = {
	[CONF_ROOT]	   = { "config",	CONF_ROOT,	1 },
	[CONF_SERVICE]	   = { "service",	CONF_ROOT,	0 },
	[CONF_LISTEN]	   = { "listen",	CONF_SERVICE,	0 },
	[CONF_ALLOW]	   = { "allow",		CONF_SERVICE,	0 },
	[CONF_DENY]	   = { "deny",		CONF_SERVICE,	0 },
	[CONF_GROUP]	   = { "group",		CONF_SERVICE,	0 },
	[CONF_ENABLE]	   = { "enable",	CONF_SERVICE,	1 },
	[CONF_HOST]	   = { "host",		CONF_GROUP,	0 },
	[CONF_ADMIN]	   = { "admin",		CONF_ROOT,	1 },
	[CONF_WEB]	   = { "web",		CONF_ADMIN,	1 },
	[CONF_SSH]	   = { "ssh",		CONF_ADMIN,	1 },
	[CONF_CONSOLE]	   = { "console",	CONF_ADMIN,	1 },
	[CONF_USER]	   = { "user",		CONF_ADMIN,	0 },
	[CONF_MANAGER]	   = { "manager",	CONF_ROOT,	1 },
	[CONF_HOSTCHECK]   = { "hostCheck",	CONF_MANAGER,	1 },
	[CONF_CONFIGCHECK] = { "configCheck",	CONF_MANAGER,	1 },
	[CONF_HEARTBEAT]   = { "heartbeat",	CONF_MANAGER,	1 },
	[CONF_CONTROL]	   = { "control",	CONF_ROOT,	1 },
	[CONF_LOGGING]	   = { "logging",	CONF_ROOT,	1 },
	[CONF_CONNLOG]	   = { "connlog",	CONF_ROOT,	1 },
	[CONF_CHECKTIME]   = { "checktime",	CONF_ROOT,	1 }
};

#define IN(s, member)	offsetof(struct s, member)
#define NO		CONF_NOWHERE
#define T(type)		CONF_TYPE_ ## type

/* element, name, type, required, late, rank, offset, min, max, empty */
static const struct conf_attr attrs[] = {
	{ CONF_SERVICE, "name", T(NAME), 1, 0, 0, NO, 0, 0, 0 },
	{ CONF_SERVICE, "connectTimeout", T(SECONDS), 0, 0, 0,
	    IN(service, connect_timeout), 1, YEAR, 0 },
	{ CONF_SERVICE, "idleTimeout", T(SECONDS), 0, 0, 0,
	    IN(service, idle_timeout), 0, YEAR, 0 },
	{ CONF_SERVICE, "maxConns", T(NUMBER), 0, 0, 0,
	    IN(service, max_conns), 0, CONNS_MAX, 0 },
	{ CONF_SERVICE, "rate", T(NUMBER), 0, 0, 0,
	    IN(service, rate), 0, RATE_MAX, 0 },
	{ CONF_SERVICE, "keepalive", T(SECONDS), 0, 0, 0,
	    IN(service, keepalive), 0, KEEPALIVE_MAX, 0 },

	{ CONF_LISTEN, "ip", T(LOCAL), 1, 0, 0, NO, 0, 0, 0 },
	{ CONF_LISTEN, "acceptProxy", T(BOOL), 0, 0, 0,
	    IN(listener, accept_proxy), 0, 0, 0 },
	{ CONF_LISTEN, "from", T(NETWORKS), 0, 0, 0,
	    IN(listener, from), 0, 0, 1 },

	{ CONF_ALLOW, "from", T(NETWORKS), 1, 0, 0,
	    IN(access_rule, from), 0, 0, 0 },
	{ CONF_DENY, "from", T(NETWORKS), 1, 0, 0,
	    IN(access_rule, from), 0, 0, 0 },

	{ CONF_GROUP, "name", T(NAME), 1, 0, 0, NO, 0, 0, 0 },
	{ CONF_GROUP, "scheduler", T(SCHEDULER), 1, 0, 0, 0, 0, 0, 0 },
	{ CONF_GROUP, "enable", T(BOOL), 0, 0, 0, NO, 0, 0, 0 },
	{ CONF_GROUP, "easeIn", T(BOOL), 0, 0, 0, IN(group, ease_in), 0, 0, 0 },
	{ CONF_GROUP, "sendProxy", T(SEND_PROXY), 0, 0, 0,
	    IN(group, send_proxy), 0, 0, 0 },

	{ CONF_ENABLE, "group", T(NAME), 1, 0, 0, NO, 0, 0, 0 },

	{ CONF_HOST, "name", T(NAME), 0, 0, 0, NO, 0, 0, 0 },
	{ CONF_HOST, "ip", T(REMOTE), 1, 0, 0, NO, 0, 0, 0 },
	{ CONF_HOST, "weight", T(NUMBER), 0, 0, 0,
	    IN(host, weight), 1, WEIGHT_MAX, 0 },
	{ CONF_HOST, "maxConns", T(NUMBER), 0, 0, 0,
	    IN(host, max_conns), 0, CONNS_MAX, 0 },
	{ CONF_HOST, "adminDown", T(BOOL), 0, 0, 0,
	    IN(host, admin_down), 0, 0, 0 },
	{ CONF_HOST, "sendProxy", T(SEND_PROXY), 0, 0, 0,
	    IN(host, send_proxy), 0, 0, 1 },

	{ CONF_ADMIN, "listen", T(LOCAL), 0, 0, 0,
	    IN(model, web.address), 0, 0, 0 },
	{ CONF_ADMIN, "secure", T(BOOL), 0, 0, 0, NO, 0, 0, 0 },
	{ CONF_ADMIN, "certificate", T(PATH), 0, 0, 0,
	    IN(model, web.certificate), 0, 0, 1 },
	{ CONF_ADMIN, "key", T(PATH), 0, 0, 0, IN(model, web.key), 0, 0, 1 },

	{ CONF_WEB, "listen", T(LOCAL), 0, 1, 0,
	    IN(access_point, address), 0, 0, 0 },
	{ CONF_WEB, "enable", T(BOOL), 0, 0, 0,
	    IN(access_point, enable), 0, 0, 0 },
	{ CONF_WEB, "secure", T(BOOL), 0, 0, 0,
	    IN(access_point, secure), 0, 0, 0 },
	{ CONF_WEB, "refresh", T(SECONDS), 0, 0, 0,
	    IN(access_point, refresh), 0, YEAR, 0 },
	{ CONF_WEB, "certificate", T(PATH), 0, 0, 0,
	    IN(access_point, certificate), 0, 0, 1 },
	{ CONF_WEB, "key", T(PATH), 0, 0, 0, IN(access_point, key), 0, 0, 1 },

	{ CONF_SSH, "listen", T(LOCAL), 0, 1, 0,
	    IN(access_point, address), 0, 0, 0 },
	{ CONF_SSH, "enable", T(BOOL), 0, 0, 0,
	    IN(access_point, enable), 0, 0, 0 },
	{ CONF_SSH, "hostKey", T(PATH), 0, 0, 0,
	    IN(access_point, host_key), 0, 0, 1 },
	{ CONF_SSH, "keys", T(PATH), 0, 0, 0, IN(access_point, keys), 0, 0, 1 },

	{ CONF_CONSOLE, "socket", T(SOCKET), 1, 0, 0,
	    IN(model, console_socket), 0, 0, 1 },

	{ CONF_USER, "name", T(NAME), 1, 0, 0, NO, 0, 0, 0 },
	{ CONF_USER, "password", T(HASH), 1, 0, 0, NO, 0, 0, 0 },
	{ CONF_USER, "access", T(ACCESS), 1, 0, 0, IN(user, full), 0, 0, 0 },
	{ CONF_USER, "keys", T(PATH), 0, 0, 0, IN(user, keys), 0, 0, 1 },

	{ CONF_MANAGER, "hostCheckInterval", T(SECONDS), 0, 0, 2,
	    IN(model, host_check_interval), 1, YEAR, 0 },
	{ CONF_MANAGER, "resolveInterval", T(SECONDS), 0, 0, 0,
	    IN(model, resolve_interval), 1, YEAR, 0 },

	{ CONF_HOSTCHECK, "interval", T(SECONDS), 0, 0, 3,
	    IN(model, host_check_interval), 1, YEAR, 0 },
	{ CONF_HOSTCHECK, "enable", T(BOOL), 0, 0, 0,
	    IN(model, host_check), 0, 0, 0 },
	{ CONF_HOSTCHECK, "tries", T(NUMBER), 0, 0, 0,
	    IN(model, check_tries), 1, TRIES_MAX, 0 },
	{ CONF_HOSTCHECK, "timeout", T(SECONDS), 0, 0, 0,
	    IN(model, check_timeout), 1, YEAR, 0 },

	{ CONF_CONFIGCHECK, "interval", T(SECONDS), 0, 0, 0,
	    IN(model, config_check_interval), 1, YEAR, 0 },
	{ CONF_CONFIGCHECK, "enable", T(BOOL), 0, 0, 0,
	    IN(model, config_check), 0, 0, 0 },

	{ CONF_HEARTBEAT, "interval", T(SECONDS), 0, 0, 0,
	    IN(model, heartbeat_interval), 1, YEAR, 0 },
	{ CONF_HEARTBEAT, "enable", T(BOOL), 0, 0, 0,
	    IN(model, heartbeat), 0, 0, 0 },

	{ CONF_CONTROL, "socket", T(SOCKET), 1, 0, 0,
	    IN(model, control_socket), 0, 0, 1 },
	{ CONF_CONTROL, "mode", T(MODE), 0, 0, 0,
	    IN(model, control_mode), 0, MODE_MAX, 0 },

	{ CONF_LOGGING, "file", T(PATH), 0, 0, 0,
	    IN(model, log_file), 0, 0, 1 },
	{ CONF_LOGGING, "syslog", T(FACILITY), 0, 0, 0,
	    IN(model, log_syslog), 0, 0, 1 },

	{ CONF_CONNLOG, "file", T(PATH), 0, 0, 0,
	    IN(model, connlog_file), 0, 0, 1 },
	{ CONF_CONNLOG, "syslog", T(FACILITY), 0, 0, 0,
	    IN(model, connlog_syslog), 0, 0, 1 },
	{ CONF_CONNLOG, "start", T(BOOL), 0, 0, 0,
	    IN(model, connlog_start), 0, 0, 0 },

	{ CONF_CHECKTIME, "time", T(SECONDS), 1, 0, 1,
	    IN(model, host_check_interval), 1, YEAR, 0 }
};

#undef IN
#undef NO
#undef T

#define ATTRS (sizeof(attrs) / sizeof(attrs[0]))

const struct conf_element *
conf_element(enum conf_kind kind)
{
	return &elements[kind];
}

int
conf_element_find(const char *name, enum conf_kind *kind)
{
	int i;

	for (i = (int)CONF_ROOT + 1; i < CONF_KINDS; i++) {
		if (strcmp(elements[i].name, name) == 0) {
			*kind = (enum conf_kind)i;
			return 0;
		}
	}
	return -1;
}

const struct conf_attr *
conf_attr_find(enum conf_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < ATTRS; i++)
		if (attrs[i].kind == kind && strcmp(attrs[i].name, name) == 0)
			return &attrs[i];
	return NULL;
}

const struct conf_attr *
conf_attr_next(enum conf_kind kind, const struct conf_attr *last)
{
	const struct conf_attr *a = last == NULL ? attrs : last + 1;

	for (; a < attrs + ATTRS; a++)
		if (a->kind == kind)
			return a;
	return NULL;
}

enum conf_kind
conf_row(enum conf_kind kind)
{
	return kind == CONF_DENY ? CONF_ALLOW : kind;
}

/* Adds a name to a list that has n already; more: others follow. */
static void
list_add(char *buf, size_t size, int n, int more, const char *name)
{
	size_t len = strlen(buf);

	(void)snprintf(buf + len, size - len, "%s%s",
	    n == 0 ? "" : more ? ", " : " or ", name);
}

char *
conf_children(enum conf_kind kind, char *buf, size_t size)
{
	int i, n = 0;

	buf[0] = '\0';
	for (i = (int)CONF_ROOT + 1; i < CONF_KINDS; i++)
		if (elements[i].parent == kind)
			list_add(buf, size, n++, 1, elements[i].name);
	list_add(buf, size, n, 0, "note");
	return buf;
}

char *
conf_attrs(enum conf_kind kind, char *buf, size_t size)
{
	const struct conf_attr *a, *next;
	int n = 0;

	(void)snprintf(buf, size, "%s",
	    conf_attr_next(kind, NULL) == NULL ? "none" : "");
	for (a = conf_attr_next(kind, NULL); a != NULL; a = next) {
		next = conf_attr_next(kind, a);
		list_add(buf, size, n++, next != NULL, a->name);
	}
	return buf;
}
