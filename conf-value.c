/* SPDX-License-Identifier: ISC
 *
 * What the value of an attribute may be, and storing it. A value is checked in
 * full before anything is stored. Numbers are read by hand: the locale must
 * not decide what a decimal point is. */

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

int
conf_bool_known(const char *text)
{
	static const char *const words[] = {
		"no", "0", "off", "disable", "false", "none", ""
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return 1;
	return conf_bool(text);
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

/* 1: a hash that one of the schemes of crypt(3) could have made: 13 characters
 * of DES, `_` and 19, or `$scheme$...`. A plain password is none, unless it
 * looks just so. */
static int
hash_possible(const char *text)
{
	static const char salt[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(text), n;

	if (text[0] == '_')
		return len == 20 && strspn(text + 1, salt) == 19;
	if (text[0] != '$')
		return len == 13 && strspn(text, salt) == 13;
	n = strcspn(text + 1, "$");
	if (n == 0 || n > 16 || text[1 + n] != '$' || text[2 + n] == '\0')
		return 0;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr("!*:;\\", *text))
			return 0;
	return 1;
}

static int
hash_check(const char *text, char *why, size_t size)
{
	if (strlen(text) <= NAME_MAX_LEN && hash_possible(text))
		return 0;
	(void)snprintf(why, size,
	    "expected a crypt hash, as pydirector -P prints it%s",
	    text[0] == '\0' ? "" : ", not the password itself");
	return -1;
}

static int
socket_check(const char *text, char *why, size_t size)
{
	if (text[0] != '/' || strlen(text) > NET_PATH_MAX) {
		(void)snprintf(why, size, "expected a path of at most %d "
		    "bytes that begins with /", NET_PATH_MAX);
		return -1;
	}
	return text_check(text, PATH_MAX_LEN, why, size);
}

/* The words of syslog.conf(5); the kernel's own is its own. */
static int
facility_check(const char *text, char *why, size_t size)
{
	static const char *const words[] = {
		"auth", "authpriv", "cron", "daemon", "ftp", "lpr", "mail",
		"news", "syslog", "user", "uucp", "local0", "local1", "local2",
		"local3", "local4", "local5", "local6", "local7"
	};
	char mean[NEAR_TEXT];
	struct near n;
	size_t i;

	near_init(&n, text);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0)
			return 0;
		near_try(&n, words[i]);
	}
	(void)snprintf(why, size, "%sexpected a facility of syslog: daemon, "
	    "user, local0 to local7, auth, authpriv, cron, ftp, lpr, mail, "
	    "news, syslog or uucp", near_text(&n, mean));
	return -1;
}

/* Permissions in octal. */
static int
mode_parse(const struct conf_attr *a, const char *text, int64_t *n,
    char *why, size_t size)
{
	size_t len = strlen(text);

	*n = len > 0 && len <= 4 && strspn(text, "01234567") == len ?
	    strtol(text, NULL, 8) : -1;
	if (*n >= a->min && *n <= a->max)
		return 0;
	(void)snprintf(why, size, "expected permissions in octal, such as "
	    "0660, up to 0777");
	return -1;
}

static int
send_proxy_parse(const char *text, int64_t *n, char *why, size_t size)
{
	*n = strcmp(text, "no") == 0 ? SEND_PROXY_NO :
	    strcmp(text, "v1") == 0 ? SEND_PROXY_V1 :
	    strcmp(text, "v2") == 0 ? SEND_PROXY_V2 : -1;
	if (*n != -1)
		return 0;
	(void)snprintf(why, size, "expected v1, v2 or no");
	return -1;
}

/* list NULL: checks alone. */
static int
networks_set(const char *text, struct networks *list, char *why, size_t size)
{
	struct networks trial = { NULL, NULL, 0 };
	const char *error;
	int r;

	if (strlen(text) > PATH_MAX_LEN) {
		(void)snprintf(why, size, "expected at most %d bytes",
		    PATH_MAX_LEN);
		return -1;
	}
	r = networks_parse(list != NULL ? list : &trial, text, &error);
	if (r == -1 && error != NULL)
		(void)snprintf(why, size, "%s", error);
	networks_free(&trial);
	return r;
}

static int
access_parse(const char *text, unsigned char *full, char *why, size_t size)
{
	*full = strcmp(text, "full") == 0;
	if (*full || strcmp(text, "readonly") == 0)
		return 0;
	(void)snprintf(why, size, "expected full or readonly%s",
	    strcasecmp(text, "full") == 0 || strcasecmp(text, "readonly") == 0 ?
	    ", in small letters" : "");
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

/* More to say when something stands behind a number. */
static const char *
unit(const char *text)
{
	size_t len = strlen(text);

	if (text[0] < '0' || text[0] > '9')
		return "";
	return text[len - 1] == ' ' ? ", without a blank" :
	    text[len - 1] > '9' ? ", without a unit" : "";
}

static int
seconds_parse(const struct conf_attr *a, const char *text, int64_t *ms,
    char *why, size_t size)
{
	if (digits_parse(text, 3, ms) == 0 && *ms >= a->min && *ms <= a->max)
		return 0;
	(void)snprintf(why, size, "expected %sseconds from 0.001 to %" PRId64
	    " with at most three decimals%s", a->min == 0 ? "0 or " : "",
	    a->max / 1000, unit(text));
	return -1;
}

static int
number_parse(const struct conf_attr *a, const char *text, int64_t *n,
    char *why, size_t size)
{
	*n = -1;
	if (digits_parse(text, 0, n) == 0 && *n >= a->min && *n <= a->max)
		return 0;
	(void)snprintf(why, size,
	    "expected a whole number from %" PRId64 " to %" PRId64 "%s%s",
	    a->min, a->max, unit(text), a->kind == CONF_HOST && *n == 0 ?
	    "; adminDown=\"yes\" keeps a host out of rotation" : "");
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
		if (strspn(text, "0123456789") == strlen(text))
			(void)snprintf(why, size, "%s, as in %s:%.5s", error,
			    a->type == CONF_TYPE_LOCAL ? "*" : "192.0.2.1",
			    text);
		else
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

static void
scheduler_unknown(const char *text, char *why, size_t size)
{
	static const char *const words[] = {
		"random", "roundrobin", "leastconns", "leastconnsrr",
		"weightr", "weightlc", "sticky"
	};
	char mean[NEAR_TEXT];
	struct near n;
	size_t i;

	near_init(&n, text);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		near_try(&n, words[i]);
	(void)snprintf(why, size, "%sexpected random (rand), roundrobin "
	    "(roundr), leastconns, leastconnsrr (leastc), weightr, weightlc, "
	    "one of them with ,sticky behind it, or sticky",
	    near_text(&n, mean));
}

static int
scheduler_parse(const char *text, struct group *g, char *why, size_t size)
{
	enum rule rule;
	unsigned char sticky;

	if (sched_parse(text, &rule, &sticky) == -1) {
		scheduler_unknown(text, why, size);
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
	case CONF_TYPE_SOCKET:
		return socket_check(text, why, size);
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
	case CONF_TYPE_NETWORKS:
		return networks_set(text, NULL, why, size);
	case CONF_TYPE_FACILITY:
		return facility_check(text, why, size);
	case CONF_TYPE_MODE:
		return mode_parse(a, text, n, why, size);
	case CONF_TYPE_SEND_PROXY:
		return send_proxy_parse(text, n, why, size);
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
	case CONF_TYPE_SOCKET:
	case CONF_TYPE_HASH:
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
	case CONF_TYPE_FACILITY:
		return store_text((char **)(void *)at, text);
	case CONF_TYPE_ACCESS:
	case CONF_TYPE_BOOL:
		*(unsigned char *)at = (unsigned char)n;
		return 0;
	case CONF_TYPE_SECONDS:
		*(int64_t *)(void *)at = n;
		return 0;
	case CONF_TYPE_NUMBER:
	case CONF_TYPE_MODE:
		*(unsigned *)(void *)at = (unsigned)n;
		return 0;
	case CONF_TYPE_SCHEDULER:
		return scheduler_parse(text, object, why, size);
	case CONF_TYPE_NETWORKS:
		return networks_set(text, (struct networks *)(void *)at, why,
		    size);
	case CONF_TYPE_SEND_PROXY:
		*(enum send_proxy *)(void *)at = (enum send_proxy)n;
		return 0;
	}
	return 0;
}

void
conf_attr_clear(const struct conf_attr *a, void *object)
{
	char *at = (char *)object + a->offset;

	if (!a->empty)
		return;
	if (a->type == CONF_TYPE_NETWORKS)
		networks_free((struct networks *)(void *)at);
	else if (a->type == CONF_TYPE_SEND_PROXY)
		*(enum send_proxy *)(void *)at = SEND_PROXY_INHERIT;
	else {
		free(*(char **)(void *)at);
		*(char **)(void *)at = NULL;
	}
}

/* Seconds with the decimals that it takes. */
static const char *
seconds_text(int64_t ms, char buf[CONF_NUMBER])
{
	size_t len;

	(void)snprintf(buf, CONF_NUMBER, "%" PRId64 ".%03d", ms / 1000,
	    (int)(ms % 1000));
	len = strlen(buf);
	while (buf[len - 1] == '0')
		buf[--len] = '\0';
	if (buf[len - 1] == '.')
		buf[len - 1] = '\0';
	return buf;
}

static const char *
send_proxy_text(enum send_proxy how)
{
	switch (how) {
	case SEND_PROXY_INHERIT:
		break;
	case SEND_PROXY_NO:
		return "no";
	case SEND_PROXY_V1:
		return "v1";
	case SEND_PROXY_V2:
		return "v2";
	}
	return NULL;
}

const char *
conf_attr_get(const struct conf_attr *a, const void *object,
    char buf[CONF_NUMBER])
{
	const void *at = (const char *)object + a->offset;

	switch (a->type) {
	case CONF_TYPE_NAME:
	case CONF_TYPE_PATH:
	case CONF_TYPE_SOCKET:
	case CONF_TYPE_HASH:
	case CONF_TYPE_LOCAL:
	case CONF_TYPE_REMOTE:
	case CONF_TYPE_FACILITY:
		return *(char *const *)at;
	case CONF_TYPE_ACCESS:
		return *(const unsigned char *)at ? "full" : "readonly";
	case CONF_TYPE_BOOL:
		return *(const unsigned char *)at ? "yes" : "no";
	case CONF_TYPE_SECONDS:
		return seconds_text(*(const int64_t *)at, buf);
	case CONF_TYPE_NUMBER:
		(void)snprintf(buf, CONF_NUMBER, "%u", *(const unsigned *)at);
		return buf;
	case CONF_TYPE_MODE:
		(void)snprintf(buf, CONF_NUMBER, "%04o",
		    *(const unsigned *)at);
		return buf;
	case CONF_TYPE_NETWORKS:
		return ((const struct networks *)at)->text;
	case CONF_TYPE_SEND_PROXY:
		return send_proxy_text(*(const enum send_proxy *)at);
	case CONF_TYPE_SCHEDULER:
		break;
	}
	return NULL;
}

const char *
conf_example(const struct conf_attr *a)
{
	switch (a->type) {
	case CONF_TYPE_HASH:
		return ", as pydirector -P prints it";
	case CONF_TYPE_ACCESS:
		return ", full or readonly";
	case CONF_TYPE_SECONDS:
		return ", such as 30";
	case CONF_TYPE_LOCAL:
		return ", such as *:80";
	case CONF_TYPE_REMOTE:
		return ", such as 192.0.2.1:80";
	case CONF_TYPE_SCHEDULER:
		return ", such as leastconns";
	case CONF_TYPE_NETWORKS:
		return ", such as 10.0.0.0/8";
	case CONF_TYPE_SOCKET:
		return ", such as /var/run/NAME.sock";
	case CONF_TYPE_NAME:
	case CONF_TYPE_PATH:
	case CONF_TYPE_BOOL:
	case CONF_TYPE_NUMBER:
	case CONF_TYPE_FACILITY:
	case CONF_TYPE_MODE:
	case CONF_TYPE_SEND_PROXY:
		break;
	}
	return "";
}
