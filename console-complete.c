/* SPDX-License-Identifier: ISC
 *
 * Completion: what the last word of a line may become. The words before it
 * decide: the command, and the arguments that have their values. At most
 * CANDIDATES are told. A guess is all it is: no line is refused here. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf.h"
#include "console.h"

#define CANDIDATES	1000

/* A completion under way. */
struct guess {
	struct line	*line;
	const struct command *command;	/* NULL: not one of the table */
	const struct arg *args;		/* so far */
	size_t		 nargs;
	const char	*name;		/* put before each: `service`, or "" */
	const char	*text;		/* what a candidate begins with */
	size_t		 len;		/* of that */
	int		 n;		/* told so far */
};

static void
guess_write(struct guess *q, const char *text, const char *tail)
{
	struct buf *b = q->line->answer;

	if (q->n == CANDIDATES)
		return;
	if (q->n++ > 0)
		(void)buf_add(b, "\n", 1);
	if (q->name[0] != '\0')
		(void)buf_addf(b, "%s=", q->name);
	words_quote(b, text, 0);
	(void)buf_add(b, tail, strlen(tail));
}

/* A name from the model. */
static void
guess_value(struct guess *q, const char *text)
{
	if (strncmp(text, q->text, q->len) == 0)
		guess_write(q, text, "");
}

/* A word of ours, in any case. */
static void
guess_word(struct guess *q, const char *text, const char *tail)
{
	if (strncasecmp(text, q->text, q->len) == 0)
		guess_write(q, text, tail);
}

static void
guess_words(struct guess *q, const char *const *words)
{
	for (; *words != NULL; words++)
		guess_word(q, *words, "");
}

/* What can be a command. */
static void
guess_commands(struct guess *q)
{
	enum right right = q->line->caller->right;
	const struct command *c = NULL;
	const struct own *w = NULL;
	const struct view *v = NULL;

	while ((c = command_next(c)) != NULL)
		if (c->right <= right && strcmp(c->name, "help") != 0)
			guess_word(q, c->name, "");
	while ((w = console_next(w)) != NULL)
		guess_word(q, w->name, "");
	while ((v = view_next(v)) != NULL)
		guess_word(q, v->name, "");
}

/* The value of an argument so far, or NULL. */
static const char *
guess_arg(const struct guess *q, const char *name)
{
	size_t i;

	for (i = 0; i < q->nargs; i++)
		if (strcmp(q->args[i].name, name) == 0)
			return q->args[i].value;
	return NULL;
}

static const struct service *
guess_service(const struct guess *q)
{
	const char *name = guess_arg(q, "service");

	return name == NULL ? NULL :
	    service_find(q->line->director->model, name);
}

static const struct group *
guess_group(const struct guess *q)
{
	const struct service *s = guess_service(q);
	const char *name = guess_arg(q, "group");

	return s == NULL || name == NULL ? NULL : group_find(s, name);
}

static void
guess_services(struct guess *q)
{
	const struct model *m = q->line->director->model;
	size_t i;

	for (i = 0; i < m->nservices; i++)
		guess_value(q, m->services[i]->name);
}

static void
guess_groups(struct guess *q)
{
	const struct service *s = guess_service(q);
	size_t i;

	for (i = 0; s != NULL && i < s->ngroups; i++)
		guess_value(q, s->groups[i]->name);
}

static void
guess_listeners(struct guess *q)
{
	const struct service *s = guess_service(q);
	size_t i;

	for (i = 0; s != NULL && i < s->nlisteners; i++)
		guess_value(q, s->listeners[i]->address);
}

/* Hosts by name, or by address. */
static void
guess_hosts(struct guess *q, int address)
{
	const struct group *g = guess_group(q);
	size_t i;

	for (i = 0; g != NULL && i < g->nhosts; i++)
		guess_value(q, address ? g->hosts[i]->address :
		    g->hosts[i]->name);
}

static void
guess_users(struct guess *q)
{
	const struct model *m = q->line->director->model;
	size_t i;

	for (i = 0; i < m->nusers; i++)
		guess_value(q, m->users[i]->name);
}

static void
guess_schedulers(struct guess *q)
{
	static const char *const pdconfig[] = {
		"random", "roundrobin", "leastconns", "leastconnsrr",
		"weightr", "weightlc", "sticky", NULL
	};
	static const char *const config[] = {
		"rand", "roundr", "leastc", "weightr", "weightlc", "sticky",
		NULL
	};

	guess_words(q, q->line->director->model->dialect == DIALECT_PDCONFIG ?
	    pdconfig : config);
}

static void
guess_booleans(struct guess *q)
{
	static const char *const words[] = { "yes", "no", NULL };

	guess_words(q, words);
}

static void
guess_rights(struct guess *q)
{
	static const char *const words[] = { "readonly", "full", NULL };

	guess_words(q, words);
}

static void
guess_rules(struct guess *q)
{
	static const char *const words[] = { "allow", "deny", NULL };

	guess_words(q, words);
}

/* Attributes for `set`. */

/* The element that the arguments so far lead to; CONF_ROOT: any of those that
 * are there once. */
static enum conf_kind
guess_kind(const struct guess *q)
{
	if (guess_arg(q, "host") != NULL || guess_arg(q, "name") != NULL)
		return CONF_HOST;
	if (guess_arg(q, "group") != NULL)
		return CONF_GROUP;
	if (guess_arg(q, "listen") != NULL)
		return CONF_LISTEN;
	return guess_arg(q, "service") != NULL ? CONF_SERVICE : CONF_ROOT;
}

static void
guess_attributes(struct guess *q)
{
	enum conf_kind kind = guess_kind(q);
	const struct conf_attr *a = NULL;
	char name[CONF_WHY];
	int i;

	if (kind != CONF_ROOT) {
		while ((a = conf_attr_next(kind, a)) != NULL)
			guess_word(q, a->name, "");
		return;
	}
	for (i = 0; i < CONF_KINDS; i++) {
		kind = (enum conf_kind)i;
		if (kind == CONF_ROOT || kind == CONF_ADMIN ||
		    !conf_element(kind)->once ||
		    conf_element(kind)->parent == CONF_SERVICE)
			continue;
		while ((a = conf_attr_next(kind, a)) != NULL) {
			(void)snprintf(name, sizeof(name), "%s.%s",
			    conf_element(kind)->name, a->name);
			guess_word(q, name, "");
		}
	}
}

/* The attribute that `set` is about, or NULL. */
static const struct conf_attr *
guess_attribute(const struct guess *q)
{
	const char *text = guess_arg(q, "attr"), *dot;
	enum conf_kind kind = guess_kind(q);
	char element[CONSOLE_NAME];

	if (text == NULL)
		return NULL;
	dot = strchr(text, '.');
	if (kind == CONF_ROOT && dot != NULL) {
		(void)snprintf(element, sizeof(element), "%.*s",
		    (int)(dot - text > 100 ? 100 : dot - text), text);
		if (conf_element_find(element, &kind) == -1)
			return NULL;
		text = dot + 1;
	}
	return conf_attr_find(kind, text);
}

static void
guess_attr_value(struct guess *q)
{
	const struct conf_attr *a = guess_attribute(q);

	if (a == NULL)
		return;
	if (a->type == CONF_TYPE_BOOL)
		guess_booleans(q);
	else if (a->type == CONF_TYPE_SCHEDULER)
		guess_schedulers(q);
	else if (a->type == CONF_TYPE_ACCESS)
		guess_rights(q);
}

/* 1: the command makes what the argument names: it is not there yet. */
static int
guess_new(const struct guess *q, const char *name)
{
	const char *c = q->command->name;

	if (strncmp(c, "new", 3) == 0)
		return strcasecmp(c + 3, name) == 0;
	return strncmp(c, "add", 3) == 0 && strcmp(name, "name") == 0;
}

/* Values for an argument. */
static void
guess_for(struct guess *q, const char *name)
{
	int user = strstr(q->command->name, "User") != NULL;

	if (guess_new(q, name))
		return;
	if (strcmp(name, "service") == 0)
		guess_services(q);
	else if (strcmp(name, "group") == 0)
		guess_groups(q);
	else if (strcmp(name, "name") == 0 && user)
		guess_users(q);
	else if (strcmp(name, "name") == 0 || strcmp(name, "host") == 0)
		guess_hosts(q, 0);
	else if (strcmp(name, "ip") == 0 &&
	    strcmp(q->command->name, "addHost") != 0)
		guess_hosts(q, 1);
	else if (strcmp(name, "listen") == 0)
		guess_listeners(q);
	else if (strcmp(name, "scheduler") == 0)
		guess_schedulers(q);
	else if (strcmp(name, "access") == 0 && user)
		guess_rights(q);
	else if (strcmp(name, "access") == 0)
		guess_rules(q);
	else if (strcmp(name, "force") == 0)
		guess_booleans(q);
	else if (strcmp(name, "attr") == 0)
		guess_attributes(q);
	else if (strcmp(name, "value") == 0)
		guess_attr_value(q);
}

/* The last word is for an argument without its name: values for the next one,
 * and for those behind it when that can be left out; then the names of all
 * that have no value yet. */
static void
guess_next(struct guess *q, struct specs *specs)
{
	const struct spec *s;
	int i, j, over = 0;

	for (i = 0; i < specs->n && !over; i++) {
		s = &specs->list[i];
		if (s->given)
			continue;
		guess_for(q, s->names[0]);
		over = !s->optional;
	}
	for (i = 0; i < specs->n; i++) {
		s = &specs->list[i];
		for (j = 0; j < s->nnames && !s->given; j++)
			guess_word(q, s->names[j], "=");
	}
	if (strcmp(q->command->name, "drainHost") == 0)
		guess_word(q, "--wait", "");
}

/* A value for an argument that the word names. */
static void
guess_named(struct guess *q, struct specs *specs, const struct word *w)
{
	size_t n = words_name(w);
	const struct spec *s = specs_find(specs, w->text, n);
	int i;

	if (s == NULL)
		return;
	for (i = 0; i < s->nnames; i++)
		if (strncasecmp(s->names[i], w->text, n) == 0 &&
		    strlen(s->names[i]) == n)
			break;
	q->name = s->names[i];
	q->text = w->text + n + 1;
	q->len = strlen(q->text);
	guess_for(q, q->name);
}

/* words: of the line, the last one, which is completed, apart. */
static void
guess_command(struct guess *q, const struct word *words, int n,
    const struct word *last)
{
	struct arg args[WORDS_MAX];
	struct buf nothing;
	struct line quiet = *q->line;
	struct specs specs;

	/* Whatever is wrong so far: it is told when the line is run. */
	buf_init(&nothing, 4096);
	quiet.answer = &nothing;
	specs_of(q->command, &specs);
	(void)console_args(&quiet, &specs, words + 1, n - 1, 0, args,
	    &q->nargs);
	buf_done(&nothing);
	q->args = args;
	if (words_name(last) > 0)
		guess_named(q, &specs, last);
	else
		guess_next(q, &specs);
	q->args = NULL;
}

enum outcome
console_complete(struct line *l, char *text)
{
	struct guess q = { l, NULL, NULL, 0, "", NULL, 0, 0 };
	struct word words[WORDS_MAX], last;
	size_t len = strlen(text), at = words_last(text, len);
	const char *why;
	int n;

	/* What lies before it is closed off; there is a blank between. */
	words_open(text + at, &last);
	if (at > 0)
		text[at - 1] = '\0';
	n = at == 0 ? 0 : words_split(text, words, &why);
	q.text = last.text;
	q.len = strlen(last.text);
	if (n == -1)
		return OUTCOME_OK;
	if (n == 0) {
		guess_commands(&q);
		return OUTCOME_OK;
	}
	q.command = command_find(words[0].text);
	if (strcasecmp(words[0].text, "show") == 0 && n == 1) {
		guess_services(&q);
		guess_word(&q, "-j", "");
	} else if (strcasecmp(words[0].text, "help") == 0 && n == 1)
		guess_commands(&q);
	else if (q.command != NULL)
		guess_command(&q, words, n, &last);
	return OUTCOME_OK;
}
