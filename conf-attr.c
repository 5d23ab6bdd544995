/* SPDX-License-Identifier: ISC
 *
 * The tables of elements and attributes of a configuration, and what a value
 * may be. Reading a file, saving one and setting a single attribute all go by
 * these tables. A value is checked in full before anything is stored. Numbers
 * are read by hand: the locale must not decide what a decimal point is. */

#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf.h"

#define NAME_MAX_LEN	255
#define PATH_MAX_LEN	4095
#define YEAR		(INT64_C(31536000) * 1000)	/* ms */
#define WEIGHT_MAX	1000000
#define CONNS_MAX	1000000000
#define TRIES_MAX	100

static const struct conf_element elements[] = {
	[CONF_ROOT]	   = { "config",	CONF_ROOT,	1 },
	[CONF_SERVICE]	   = { "service",	CONF_ROOT,	0 },
	[CONF_LISTEN]	   = { "listen",	CONF_SERVICE,	0 },
	[CONF_GROUP]	   = { "group",		CONF_SERVICE,	0 },
	[CONF_ENABLE]	   = { "enable",	CONF_SERVICE,	1 },
	[CONF_HOST]	   = { "host",		CONF_GROUP,	0 },
	[CONF_ADMIN]	   = { "admin",		CONF_ROOT,	1 },
	[CONF_WEB]	   = { "web",		CONF_ADMIN,	1 },
	[CONF_SSH]	   = { "ssh",		CONF_ADMIN,	1 },
	[CONF_USER]	   = { "user",		CONF_ADMIN,	0 },
	[CONF_MANAGER]	   = { "manager",	CONF_ROOT,	1 },
	[CONF_HOSTCHECK]   = { "hostCheck",	CONF_MANAGER,	1 },
	[CONF_CONFIGCHECK] = { "configCheck",	CONF_MANAGER,	1 },
	[CONF_HEARTBEAT]   = { "heartbeat",	CONF_MANAGER,	1 },
	[CONF_LOGGING]	   = { "logging",	CONF_ROOT,	1 },
	[CONF_CHECKTIME]   = { "checktime",	CONF_ROOT,	1 }
};

#define IN(s, member)	offsetof(struct s, member)
#define NO		CONF_NOWHERE
#define T(type)		CONF_TYPE_ ## type

/* element, name, type, required, late, rank, offset, min, max */
static const struct conf_attr attrs[] = {
	{ CONF_SERVICE, "name", T(NAME), 1, 0, 0, NO, 0, 0 },
	{ CONF_SERVICE, "connectTimeout", T(SECONDS), 0, 0, 0,
	    IN(service, connect_timeout), 1, YEAR },
	{ CONF_SERVICE, "idleTimeout", T(SECONDS), 0, 0, 0,
	    IN(service, idle_timeout), 0, YEAR },
	{ CONF_SERVICE, "maxConns", T(NUMBER), 0, 0, 0,
	    IN(service, max_conns), 0, CONNS_MAX },

	{ CONF_LISTEN, "ip", T(LOCAL), 1, 0, 0, NO, 0, 0 },

	{ CONF_GROUP, "name", T(NAME), 1, 0, 0, NO, 0, 0 },
	{ CONF_GROUP, "scheduler", T(SCHEDULER), 1, 0, 0, 0, 0, 0 },
	{ CONF_GROUP, "enable", T(BOOL), 0, 0, 0, NO, 0, 0 },
	{ CONF_GROUP, "easeIn", T(BOOL), 0, 0, 0, IN(group, ease_in), 0, 0 },

	{ CONF_ENABLE, "group", T(NAME), 1, 0, 0, NO, 0, 0 },

	{ CONF_HOST, "name", T(NAME), 0, 0, 0, NO, 0, 0 },
	{ CONF_HOST, "ip", T(REMOTE), 1, 0, 0, NO, 0, 0 },
	{ CONF_HOST, "weight", T(NUMBER), 0, 0, 0,
	    IN(host, weight), 1, WEIGHT_MAX },
	{ CONF_HOST, "maxConns", T(NUMBER), 0, 0, 0,
	    IN(host, max_conns), 0, CONNS_MAX },
	{ CONF_HOST, "adminDown", T(BOOL), 0, 0, 0,
	    IN(host, admin_down), 0, 0 },

	{ CONF_ADMIN, "listen", T(LOCAL), 0, 0, 0,
	    IN(model, web.address), 0, 0 },
	{ CONF_ADMIN, "secure", T(BOOL), 0, 0, 0, NO, 0, 0 },

	{ CONF_WEB, "listen", T(LOCAL), 0, 1, 0,
	    IN(access_point, address), 0, 0 },
	{ CONF_WEB, "enable", T(BOOL), 0, 0, 0,
	    IN(access_point, enable), 0, 0 },
	{ CONF_WEB, "secure", T(BOOL), 0, 0, 0,
	    IN(access_point, secure), 0, 0 },
	{ CONF_WEB, "refresh", T(SECONDS), 0, 0, 0,
	    IN(access_point, refresh), 0, YEAR },

	{ CONF_SSH, "listen", T(LOCAL), 0, 1, 0,
	    IN(access_point, address), 0, 0 },
	{ CONF_SSH, "enable", T(BOOL), 0, 0, 0,
	    IN(access_point, enable), 0, 0 },

	{ CONF_USER, "name", T(NAME), 1, 0, 0, NO, 0, 0 },
	{ CONF_USER, "password", T(HASH), 1, 0, 0, NO, 0, 0 },
	{ CONF_USER, "access", T(ACCESS), 1, 0, 0, IN(user, full), 0, 0 },

	{ CONF_MANAGER, "hostCheckInterval", T(SECONDS), 0, 0, 2,
	    IN(model, host_check_interval), 1, YEAR },
	{ CONF_MANAGER, "resolveInterval", T(SECONDS), 0, 0, 0,
	    IN(model, resolve_interval), 1, YEAR },

	{ CONF_HOSTCHECK, "interval", T(SECONDS), 0, 0, 3,
	    IN(model, host_check_interval), 1, YEAR },
	{ CONF_HOSTCHECK, "enable", T(BOOL), 0, 0, 0,
	    IN(model, host_check), 0, 0 },
	{ CONF_HOSTCHECK, "tries", T(NUMBER), 0, 0, 0,
	    IN(model, check_tries), 1, TRIES_MAX },
	{ CONF_HOSTCHECK, "timeout", T(SECONDS), 0, 0, 0,
	    IN(model, check_timeout), 1, YEAR },

	{ CONF_CONFIGCHECK, "interval", T(SECONDS), 0, 0, 0,
	    IN(model, config_check_interval), 1, YEAR },
	{ CONF_CONFIGCHECK, "enable", T(BOOL), 0, 0, 0,
	    IN(model, config_check), 0, 0 },

	{ CONF_HEARTBEAT, "interval", T(SECONDS), 0, 0, 0,
	    IN(model, heartbeat_interval), 1, YEAR },
	{ CONF_HEARTBEAT, "enable", T(BOOL), 0, 0, 0,
	    IN(model, heartbeat), 0, 0 },

	{ CONF_LOGGING, "file", T(PATH), 1, 0, 0, IN(model, log_file), 0, 0 },

	{ CONF_CHECKTIME, "time", T(SECONDS), 1, 0, 1,
	    IN(model, host_check_interval), 1, YEAR }
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

int
conf_bool(const char *text)
{
	static const char *const words[] = {
		"yes", "1", "on", "enable", "true"
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return 1;
	return 0;
}

/* The length of the character that begins there: shortest form, no surrogate,
 * nothing that XML does not know; 0: it is none. */
static size_t
utf8_len(const unsigned char *p)
{
	size_t n = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 :
	    *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0, i;

	if (n == 1 && *p < 0x20)
		return *p == '\t' || *p == '\n' || *p == '\r';
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f) ||
	    (*p == 0xef && p[1] == 0xbf && p[2] > 0xbd))
		return 0;
	return n;
}

int
conf_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	for (; *p != '\0'; p += n)
		if ((n = utf8_len(p)) == 0)
			return 0;
	return 1;
}

/* A text of 1 to max bytes in UTF-8 without control characters, those of
 * Latin 1 (U+0080 to U+009F) among them. */
static int
text_check(const char *text, size_t max, char *why, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = strlen(text);

	if (len == 0 || len > max) {
		(void)snprintf(why, size, "expected 1 to %zu bytes", max);
		return -1;
	}
	if (!conf_utf8(text)) {
		(void)snprintf(why, size, "expected UTF-8 without control "
		    "characters");
		return -1;
	}
	for (; *p != '\0'; p++) {
		if (*p >= 0x20 && *p != 0x7f &&
		    (*p != 0xc2 || p[1] < 0x80 || p[1] > 0x9f))
			continue;
		(void)snprintf(why, size,
		    "expected a text without control characters");
		return -1;
	}
	return 0;
}

static int
hash_check(const char *text, char *why, size_t size)
{
	if (text[0] == '\0' || text[0] == '*') {
		(void)snprintf(why, size,
		    "expected a crypt hash, as pydirector -P prints it");
		return -1;
	}
	return text_check(text, NAME_MAX_LEN, why, size);
}

static int
access_parse(const char *text, unsigned char *full, char *why, size_t size)
{
	*full = strcmp(text, "full") == 0;
	if (*full || strcmp(text, "readonly") == 0)
		return 0;
	(void)snprintf(why, size, "expected full or readonly");
	return -1;
}

/* Digits with at most places decimals (zeros may follow), as a whole number of
 * the last place. Returns 0, or -1: not that, or too large for anything. */
static int
digits_parse(const char *p, int places, int64_t *value)
{
	int64_t n = 0;
	int digits = 0, decimals = -1;

	for (; *p != '\0'; p++) {
		if (*p == '.' && decimals == -1 && places > 0) {
			decimals = 0;
			continue;
		}
		if (*p < '0' || *p > '9')
			return -1;
		digits++;
		if (decimals == places && *p == '0')
			continue;
		if (decimals == places || n > YEAR)
			return -1;
		n = n * 10 + (*p - '0');
		if (decimals != -1)
			decimals++;
	}
	if (digits == 0)
		return -1;
	for (decimals = decimals == -1 ? 0 : decimals; decimals < places;
	    decimals++)
		n *= 10;
	*value = n;
	return 0;
}

static int
seconds_parse(const struct conf_attr *a, const char *text, int64_t *ms,
    char *why, size_t size)
{
	if (digits_parse(text, 3, ms) == 0 && *ms >= a->min && *ms <= a->max)
		return 0;
	(void)snprintf(why, size, "expected %sseconds from 0.001 to %" PRId64
	    " with at most three decimals", a->min == 0 ? "0 or " : "",
	    a->max / 1000);
	return -1;
}

static int
number_parse(const struct conf_attr *a, const char *text, int64_t *n,
    char *why, size_t size)
{
	if (digits_parse(text, 0, n) == 0 && *n >= a->min && *n <= a->max)
		return 0;
	(void)snprintf(why, size,
	    "expected a whole number from %" PRId64 " to %" PRId64, a->min,
	    a->max);
	return -1;
}

static int
address_check(const struct conf_attr *a, const char *text, char *why,
    size_t size)
{
	struct hostport at;
	const char *error;

	if (text_check(text, PATH_MAX_LEN, why, size) == -1)
		return -1;
	if ((a->kind == CONF_ADMIN || a->kind == CONF_WEB) &&
	    addr_path(text) != NULL) {
		if (strlen(addr_path(text)) <= NET_PATH_MAX)
			return 0;
		(void)snprintf(why, size, "expected a path of at most %d "
		    "bytes behind unix:", NET_PATH_MAX);
		return -1;
	}
	if (addr_split(text, &at, &error) == -1) {
		(void)snprintf(why, size, "%s", error);
		return -1;
	}
	if (a->type == CONF_TYPE_LOCAL)
		return 0;
	if (at.node[0] == '\0') {
		(void)snprintf(why, size,
		    "expected a host before the colon, not every address");
		return -1;
	}
	if (at.port == 0) {
		(void)snprintf(why, size, "expected a port from 1 to 65535");
		return -1;
	}
	return 0;
}

static int
scheduler_parse(const char *text, struct group *g, char *why, size_t size)
{
	enum rule rule;
	unsigned char sticky;

	if (sched_parse(text, &rule, &sticky) == -1) {
		(void)snprintf(why, size, "expected random (rand), roundrobin "
		    "(roundr), leastconns, leastconnsrr (leastc), weightr, "
		    "weightlc, one of them with ,sticky behind it, or sticky");
		return -1;
	}
	if (g != NULL) {
		g->rule = rule;
		g->sticky = sticky;
	}
	return 0;
}

static int
store_text(char **to, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return -1;
	free(*to);
	*to = copy;
	return 0;
}

/* Checks the text; numbers come back in *n. */
static int
value_parse(const struct conf_attr *a, const char *text, int64_t *n,
    char *why, size_t size)
{
	unsigned char full;

	switch (a->type) {
	case CONF_TYPE_NAME:
		return text_check(text, NAME_MAX_LEN, why, size);
	case CONF_TYPE_PATH:
		return text_check(text, PATH_MAX_LEN, why, size);
	case CONF_TYPE_HASH:
		return hash_check(text, why, size);
	case CONF_TYPE_ACCESS:
		if (access_parse(text, &full, why, size) == -1)
			return -1;
		*n = full;
		return 0;
	case CONF_TYPE_BOOL:
		*n = conf_bool(text);
		return 0;
	case CONF_TYPE_SECONDS:
		return seconds_parse(a, text, n, why, size);
	case CONF_TYPE_NUMBER:
		return number_parse(a, text, n, why, size);
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
		return address_check(a, text, why, size);
	case CONF_TYPE_SCHEDULER:
		return scheduler_parse(text, NULL, why, size);
	}
	return 0;
}

int
conf_attr_set(const struct conf_attr *a, void *object, const char *text,
    char *why, size_t size)
{
	char *at;
	int64_t n = 0;

	why[0] = '\0';
	if (value_parse(a, text, &n, why, size) == -1)
		return -1;
	if (object == NULL || a->offset == CONF_NOWHERE)
		return 0;
	at = (char *)object + a->offset;
	switch (a->type) {
	case CONF_TYPE_NAME:
	case CONF_TYPE_PATH:
	case CONF_TYPE_HASH:
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
		return store_text((char **)(void *)at, text);
	case CONF_TYPE_ACCESS:
	case CONF_TYPE_BOOL:
		*(unsigned char *)at = (unsigned char)n;
		return 0;
	case CONF_TYPE_SECONDS:
		*(int64_t *)(void *)at = n;
		return 0;
	case CONF_TYPE_NUMBER:
		*(unsigned *)(void *)at = (unsigned)n;
		return 0;
	case CONF_TYPE_SCHEDULER:
		return scheduler_parse(text, object, why, size);
	}
	return 0;
}
