/* SPDX-License-Identifier: ISC
 *
 * The one table of commands, and the way to them: whoever asks (web, console,
 * reload, the program) comes through here. Right and arguments are checked
 * before a command runs, by its line in the table; each change is logged with
 * its arguments, the user and the peer. A password hash is not. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"

#define LINE_ARGS	16	/* arguments of a line, at most */
#define WORD_MAX	32	/* bytes of a word of the table */
#define ARG_LOGGED	128	/* bytes of an argument in the log */
#define ARGS_LOGGED	600	/* and of all */

static enum outcome	 command_compare(const struct request *);
static enum outcome	 command_reload(const struct request *);
static enum outcome	 command_save(const struct request *);
static enum outcome	 command_close_log(const struct request *);
static enum outcome	 command_shutdown(const struct request *);
static enum outcome	 command_upgrade(const struct request *);
static enum outcome	 command_help(const struct request *);

#define HOST "service group name|host|ip"
#define SET "[service] [group] [host|name] [listen] [position] attr value " \
	"[attr2] [value2]"
#define R RIGHT_READ
#define W RIGHT_WRITE

static const struct command commands[] = {
	{ "addHost", "service group name ip [weight]", W,
	    "adds a host to a group", edit_add_host, 1 },
	{ "delHost", HOST, W,
	    "takes a host out of a group", edit_del_host, 1 },
	{ "delAllHosts", "service group", W,
	    "takes all hosts out of a group", edit_del_all_hosts, 1 },
	{ "hostAdminDown", HOST, W,
	    "takes a host out of rotation", host_cmd_admin_down, 1 },
	{ "hostAdminUp", HOST, W,
	    "puts a host back into rotation", host_cmd_admin_up, 1 },
	{ "drainHost", HOST, W,
	    "sends a host no new connections", host_cmd_drain, 1 },
	{ "closeConns", HOST, W,
	    "closes all connections of a host", host_cmd_close, 1 },
	{ "retryHost", HOST, W,
	    "checks a host now", host_cmd_retry, 1 },
	{ "setWeight", HOST " weight", W,
	    "sets the weight of a host", set_weight, 1 },
	{ "newGroup", "service group scheduler", W,
	    "creates a group", edit_new_group, 1 },
	{ "delGroup", "service group", W,
	    "removes a group that is not enabled", edit_del_group, 1 },
	{ "enableGroup", "service group", W,
	    "sends new connections to a group", edit_enable_group, 1 },
	{ "changeScheduler", "service group scheduler", W,
	    "sets the scheduler of a group", set_scheduler, 1 },
	{ "newService", "service listen [acceptProxy] [from]", W,
	    "creates a service", edit_new_service, 1 },
	{ "delService", "service", W,
	    "removes a service", edit_del_service, 1 },
	{ "newListen", "service listen [acceptProxy] [from]", W,
	    "listens on another address", edit_new_listen, 1 },
	{ "delListen", "service listen", W,
	    "closes a listener", edit_del_listen, 1 },
	{ "newRule", "service access from [position]", W,
	    "allows or denies networks", edit_new_rule, 1 },
	{ "delRule", "service access from", W,
	    "removes a rule", edit_del_rule, 1 },
	{ "set", SET, W,
	    "sets an attribute of the configuration", set_attr, 1 },
	{ "addUser", "name password access [keys]", W,
	    "adds a user", user_cmd_add, 1 },
	{ "setUser", "name [password] [access] [keys] [force]", W,
	    "changes a user", user_cmd_set, 1 },
	{ "delUser", "name [force]", W,
	    "removes a user", user_cmd_del, 1 },
	{ "compare", "", W,
	    "shows what reload would do", command_compare, 0 },
	{ "reload", "", W,
	    "reads the configuration again", command_reload, 1 },
	{ "save", "[force]", W,
	    "writes the configuration", command_save, 1 },
	{ "saveConfig", "[force]", W,
	    "the same as save", command_save, 1 },
	{ "closeLog", "", W,
	    "opens the log file anew", command_close_log, 1 },
	{ "shutdown", "", W,
	    "lets connections end, then stops", command_shutdown, 1 },
	{ "upgrade", "", W,
	    "puts the program's file in our place", command_upgrade, 1 },
	{ "help", "[command]", R,
	    "shows the commands", command_help, 0 }
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *
command_next(const struct command *c)
{
	c = c == NULL ? commands : c + 1;
	return c < commands + COMMANDS ? c : NULL;
}

const struct command *
command_find(const char *name)
{
	const struct command *c = NULL;

	while ((c = command_next(c)) != NULL)
		if (strcasecmp(c->name, name) == 0)
			break;
	return c;
}

/* Answers. */

enum outcome
command_say(const struct request *rq, enum outcome o, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (rq->answer->len > 0)
		(void)buf_add(rq->answer, "\n", 1);
	(void)buf_add(rq->answer, text, strlen(text));
	return o;
}

enum outcome
command_no_memory(const struct request *rq)
{
	return command_say(rq, OUTCOME_FAILED, "out of memory");
}

/* Arguments. */

const char *
command_arg(const struct request *rq, const char *name)
{
	size_t i;

	for (i = 0; i < rq->nargs; i++)
		if (strcasecmp(rq->args[i].name, name) == 0)
			return rq->args[i].value;
	return NULL;
}

int
command_force(const struct request *rq)
{
	const char *text = command_arg(rq, "force");

	return text != NULL && conf_bool(text);
}

enum outcome
command_service(const struct request *rq, struct target *t)
{
	const char *name = command_arg(rq, "service");

	memset(t, 0, sizeof(*t));
	t->service = name == NULL ? NULL :
	    service_find(rq->director->model, name);
	if (t->service != NULL)
		return OUTCOME_OK;
	if (name == NULL)
		return command_say(rq, OUTCOME_BAD, "missing: service");
	return command_say(rq, OUTCOME_BAD, "no service '%s'", name);
}

enum outcome
command_group(const struct request *rq, struct target *t)
{
	const char *name = command_arg(rq, "group");
	enum outcome o = command_service(rq, t);

	if (t->service == NULL)
		return o;
	if (name == NULL)
		return command_say(rq, OUTCOME_BAD, "missing: group");
	t->group = group_find(t->service, name);
	if (t->group == NULL)
		return command_say(rq, OUTCOME_BAD, "service '%s': no group "
		    "'%s'", t->service->name, name);
	return OUTCOME_OK;
}

/* By name; an address beside it has to be that host's. */
enum outcome
command_host(const struct request *rq, struct target *t)
{
	const char *name = command_arg(rq, "name");
	const char *ip = command_arg(rq, "ip");
	enum outcome o = command_group(rq, t);

	if (o != OUTCOME_OK)
		return o;
	if (name == NULL)
		name = command_arg(rq, "host");
	if (name == NULL && ip == NULL)
		return command_say(rq, OUTCOME_BAD, "missing: name");
	t->host = name != NULL ? host_find(t->group, name) :
	    host_find_address(t->group, ip);
	if (t->host == NULL)
		return command_say(rq, OUTCOME_BAD, "group '%s': no host '%s'",
		    t->group->name, name != NULL ? name : ip);
	if (ip != NULL && t->host != host_find_address(t->group, ip))
		return command_say(rq, OUTCOME_BAD, "group '%s': host '%s' "
		    "has not the address '%s'", t->group->name, t->host->name,
		    ip);
	return OUTCOME_OK;
}

enum outcome
command_check(const struct request *rq, const char *name, enum conf_kind kind,
    const char *attr)
{
	const char *value = command_arg(rq, name);
	char why[CONF_WHY], quote[CONF_QUOTE];

	if (value == NULL || conf_attr_set(conf_attr_find(kind, attr), NULL,
	    value, why, sizeof(why)) == 0)
		return OUTCOME_OK;
	if (strcmp(name, "password") == 0)
		return command_say(rq, OUTCOME_BAD, "password: %s", why);
	return command_say(rq, OUTCOME_BAD, "%s '%s': %s", name,
	    conf_quote(value, quote), why);
}

enum outcome
command_reachable(const struct request *rq, const char *address)
{
	const struct pydirector *d = rq->director;
	struct hostport to;
	struct addr a;
	const char *why;

	if (addr_split(address, &to, &why) == -1)
		return command_say(rq, OUTCOME_BAD, "ip '%s': %s", address,
		    why);
	if (d->running && d->lookup == NULL && addr_number(&to, &a) == -1)
		return command_say(rq, OUTCOME_BAD, "ip '%s': no name can be "
		    "looked up: expected a number", address);
	return OUTCOME_OK;
}

enum outcome
command_number(const struct request *rq, const char *name, size_t *n)
{
	const char *text = command_arg(rq, name);
	size_t len = text == NULL ? 0 : strlen(text);
	char quote[CONF_QUOTE];

	*n = 0;
	if (text == NULL)
		return OUTCOME_OK;
	if (len == 0 || len > 9 || strspn(text, "0123456789") != len)
		return command_say(rq, OUTCOME_BAD, "%s '%s': expected a "
		    "number from 0", name, conf_quote(text, quote));
	*n = (size_t)strtoul(text, NULL, 10);
	return OUTCOME_OK;
}

enum outcome
command_networks(const struct request *rq, const char *name, const char *text,
    struct networks *list)
{
	char quote[CONF_QUOTE];
	const char *why;

	if (networks_parse(list, text, &why) == 0)
		return OUTCOME_OK;
	if (why == NULL)
		return command_no_memory(rq);
	return command_say(rq, OUTCOME_BAD, "%s '%s': %s", name,
	    conf_quote(text, quote), why);
}

enum outcome
command_path_free(const struct request *rq, const char *path,
    const char *except)
{
	const struct model *m = rq->director->model;
	const struct {
		const char	*who, *path;
	} has[] = {
		{ "console", m->console_socket },
		{ "control", m->control_socket },
		{ "web", m->web.enable ? m->web.address : NULL }
	};
	const char *p;
	size_t i;

	for (i = 0; i < sizeof(has) / sizeof(has[0]); i++) {
		p = has[i].path;
		if (p == NULL || p == except)
			continue;
		if (*p != '/')
			p = addr_path(p);
		if (p != NULL && strcmp(p, path) == 0)
			return command_say(rq, OUTCOME_CONFLICT,
			    "%s listens on %s already", has[i].who, path);
	}
	return OUTCOME_OK;
}

/* 1: it is enabled, is not the one asked for, and has the address. */
static int
command_access_has(const struct access_point *ap,
    const struct access_point *except, const struct hostport *at)
{
	struct hostport has;
	const char *why;

	return ap != except && ap->enable && ap->address != NULL &&
	    addr_split(ap->address, &has, &why) == 0 &&
	    address_same(&has, at);
}

enum outcome
command_address_free(const struct request *rq, const char *address,
    const struct access_point *except)
{
	const struct model *m = rq->director->model;
	struct hostport at;
	const char *why;
	size_t i;

	if (addr_path(address) != NULL)
		return command_path_free(rq, addr_path(address), except == NULL
		    ? NULL : except->address);
	if (addr_split(address, &at, &why) == -1)
		return command_say(rq, OUTCOME_BAD, "listen '%s': %s", address,
		    why);
	if (at.port == 0)
		return OUTCOME_OK;
	for (i = 0; i < m->nservices; i++)
		if (listener_find_exact(m->services[i], &at) != NULL)
			return command_say(rq, OUTCOME_CONFLICT,
			    "service '%s' listens on %s already",
			    m->services[i]->name, address);
	if (command_access_has(&m->web, except, &at) ||
	    command_access_has(&m->ssh, except, &at))
		return command_say(rq, OUTCOME_CONFLICT,
		    "the admin listens on %s already", address);
	return OUTCOME_OK;
}

/* Bytes of the UTF-8 character that p begins with, or 0: it is none, or one
 * that XML does not allow. */
static size_t
command_char(const unsigned char *p)
{
	unsigned long c;
	size_t i, n;

	if (*p < 0x80)
		return *p >= 0x20 && *p != 0x7f;
	n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	c = *p & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < 0xa0 || (n == 3 && c < 0x800) || (n == 4 && c < 0x10000))
		return 0;
	if ((c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff ||
	    c > 0x10ffff)
		return 0;
	return n;
}

static int
command_text_good(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	for (; *p != '\0'; p += n)
		if ((n = command_char(p)) == 0)
			return 0;
	return 1;
}

/* The next argument of a line of the table: its first name in word, whether
 * any of its names is given. Returns what follows, or NULL at the end. */
static const char *
command_next_arg(const struct request *rq, const char *args,
    char word[WORD_MAX], const char **value, int *optional)
{
	const char *found;
	char name[WORD_MAX] = "";
	size_t n;

	args += strspn(args, " ");
	if (*args == '\0')
		return NULL;
	*optional = *args == '[';
	*value = NULL;
	word[0] = '\0';
	for (args += *optional; *args != '\0' && *args != ' '; args += n) {
		n = strcspn(args, "|] ");
		memcpy(name, args, n < WORD_MAX ? n : WORD_MAX - 1);
		name[n < WORD_MAX ? n : WORD_MAX - 1] = '\0';
		found = command_arg(rq, name);
		if (word[0] == '\0' || (*value == NULL && found != NULL))
			memcpy(word, name, WORD_MAX);
		if (*value == NULL)
			*value = found;
		n += args[n] == '|' || args[n] == ']';
	}
	return args;
}

/* All that is required is there, and all that is known is a text. */
static enum outcome
command_check_args(const struct request *rq, const struct command *c)
{
	const char *args = c->args, *value;
	char word[WORD_MAX];
	int optional;
	size_t i;

	while ((args = command_next_arg(rq, args, word, &value, &optional)) !=
	    NULL)
		if (value == NULL && !optional)
			return command_say(rq, OUTCOME_BAD,
			    "missing: %s (%s %s)", word, c->name, c->args);
	for (i = 0; i < rq->nargs; i++)
		if (!command_text_good(rq->args[i].value))
			return command_say(rq, OUTCOME_BAD, "expected UTF-8 "
			    "without control characters");
	return OUTCOME_OK;
}

/* Running. */

/* The log has the arguments that the command knows, a hash apart. */
static void
command_log(const struct request *rq, const struct command *c)
{
	const char *args = c->args, *value;
	char word[WORD_MAX], text[ARG_LOGGED];
	struct buf line;
	size_t len;
	int optional;

	buf_init(&line, ARGS_LOGGED);
	(void)buf_add(&line, c->name, strlen(c->name));
	while ((args = command_next_arg(rq, args, word, &value, &optional)) !=
	    NULL) {
		if (value == NULL || strcmp(word, "password") == 0)
			continue;
		len = strlen(value);
		len = len < sizeof(text) ? len : sizeof(text) - 1;
		memcpy(text, value, len);
		text[len] = '\0';
		(void)buf_add(&line, " ", 1);
		(void)buf_add(&line, word, strlen(word));
		(void)buf_add(&line, "=", 1);
		compareconf_escape(&line, text);
	}
	log_notice(rq->director->log, "command: %s: by %.255s from %.127s",
	    line.data, rq->caller->user, rq->caller->peer);
	buf_done(&line);
}

enum outcome
command_run(struct pydirector *d, const struct caller *caller,
    const char *name, const struct arg *args, size_t nargs,
    struct buf *answer)
{
	struct request rq = { d, caller, args, nargs, answer };
	const struct command *c = command_find(name);
	char quote[CONF_QUOTE];
	enum outcome o;

	if (c == NULL)
		return command_say(&rq, OUTCOME_UNKNOWN, "no command '%s'",
		    conf_quote(name, quote));
	if (caller->right < c->right)
		return command_say(&rq, OUTCOME_FORBIDDEN,
		    "%s: only for users with %s access", c->name,
		    c->right == RIGHT_WRITE ? "full" : "readonly or full");
	o = command_check_args(&rq, c);
	if (o != OUTCOME_OK)
		return o;
	/* The other process would not hear of it. */
	if (d->handover != NULL && c->changes)
		return command_say(&rq, OUTCOME_CONFLICT, d->draining ?
		    "another process has taken over: connect again" :
		    "an upgrade is under way");
	o = c->run(&rq);
	if (o == OUTCOME_OK && c->changes)
		command_log(&rq, c);
	return o;
}

static int
command_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
command_decode(char *text)
{
	char *to = text;
	int high, low;

	for (; *text != '\0'; text++) {
		if (*text != '%') {
			*to++ = *text == '+' ? ' ' : *text;
			continue;
		}
		high = command_hex(text[1]);
		low = high == -1 ? -1 : command_hex(text[2]);
		if (low == -1 || high + low == 0)
			return -1;
		*to++ = (char)(high * 16 + low);
		text += 2;
	}
	*to = '\0';
	return 0;
}

/* Cuts an argument off the text: its name and value, decoded. Returns what
 * follows, NULL at the end; *name NULL: not that form. */
static char *
command_cut(char *text, char **name, char **value)
{
	char *end = text + strcspn(text, "&");
	int more = *end == '&';

	*end = '\0';
	*name = text;
	*value = strchr(text, '=');
	if (*value != NULL)
		*(*value)++ = '\0';
	if (*value == NULL || command_decode(*name) == -1 ||
	    command_decode(*value) == -1)
		*name = NULL;
	return more ? end + 1 : NULL;
}

enum outcome
command_line(struct pydirector *d, const struct caller *caller, char *line,
    struct buf *answer)
{
	struct request rq = { d, caller, NULL, 0, answer };
	struct arg args[LINE_ARGS];
	char *next = strchr(line, '?'), *name, *value;
	size_t n = 0;

	if (next != NULL)
		*next++ = '\0';
	while (next != NULL && *next != '\0') {
		if (n == LINE_ARGS)
			return command_say(&rq, OUTCOME_BAD,
			    "too many arguments");
		next = command_cut(next, &name, &value);
		if (name == NULL)
			return command_say(&rq, OUTCOME_BAD,
			    "expected call?arg=value&arg=value");
		args[n].name = name;
		args[n++].value = value;
	}
	return command_run(d, caller, line, args, n, answer);
}

/* Commands of its own. */

static enum outcome
command_compare(const struct request *rq)
{
	const struct file_ops *files = rq->director->files;

	if (files == NULL)
		return command_say(rq, OUTCOME_CONFLICT, FILES_NONE);
	return files->compare(rq);
}

static enum outcome
command_reload(const struct request *rq)
{
	const struct file_ops *files = rq->director->files;

	if (files == NULL)
		return command_say(rq, OUTCOME_CONFLICT, FILES_NONE);
	return files->reload(rq);
}

static enum outcome
command_save(const struct request *rq)
{
	const struct file_ops *files = rq->director->files;

	if (files == NULL)
		return command_say(rq, OUTCOME_CONFLICT, FILES_NONE);
	return files->save(rq->director, command_force(rq), rq->answer);
}

static enum outcome
command_close_log(const struct request *rq)
{
	struct pydirector *d = rq->director;

	if (d->close_log == NULL)
		return command_say(rq, OUTCOME_CONFLICT, "there is no log file "
		    "to open");
	if (d->close_log(d->hook_arg) == -1)
		return command_say(rq, OUTCOME_FAILED, "the log file cannot be "
		    "opened: the old one stays in use");
	return command_say(rq, OUTCOME_OK, "the log file was opened anew");
}

static enum outcome
command_shutdown(const struct request *rq)
{
	struct pydirector *d = rq->director;
	size_t i;

	d->draining = 1;
	for (i = 0; i < d->model->nservices; i++)
		listen_drain(d, d->model->services[i]);
	if (d->shutdown != NULL && d->shutdown(d->hook_arg) == -1)
		return command_say(rq, OUTCOME_FAILED, "not stopped");
	return command_say(rq, OUTCOME_OK, "stopping, %zu connections left",
	    d->nrelays);
}

static enum outcome
command_upgrade(const struct request *rq)
{
	struct pydirector *d = rq->director;

	if (d->upgrade == NULL)
		return command_say(rq, OUTCOME_CONFLICT, "this program cannot "
		    "be upgraded while it runs");
	if (d->upgrade(d->hook_arg) == -1)
		return command_say(rq, OUTCOME_FAILED, "not started: the log "
		    "tells why");
	return command_say(rq, OUTCOME_OK, "started: the log tells what "
	    "becomes of it");
}

static enum outcome
command_help(const struct request *rq)
{
	const char *name = command_arg(rq, "command");
	const struct command *c = NULL;

	if (name != NULL) {
		c = command_find(name);
		if (c == NULL)
			return command_say(rq, OUTCOME_BAD, "no command '%s'",
			    name);
		return command_say(rq, OUTCOME_OK, "%s%s%s: %s", c->name,
		    *c->args == '\0' ? "" : " ", c->args, c->help);
	}
	while ((c = command_next(c)) != NULL)
		(void)command_say(rq, OUTCOME_OK, "%s%s%s: %s", c->name,
		    *c->args == '\0' ? "" : " ", c->args, c->help);
	return OUTCOME_OK;
}
