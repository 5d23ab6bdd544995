/* SPDX-License-Identifier: ISC
 *
 * One line of a console: a command of the table, a view, or a word that the
 * console alone has. A name that is not known is an error: a slip of the
 * fingers must not change what a command does. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "escape.h"
#include "console.h"

#define WAIT_MAX	(INT64_C(31536000) * 1000)	/* ms: a year */

static enum outcome	 run_help(struct line *, const struct word *, int);
static enum outcome	 run_whoami(struct line *, const struct word *, int);
static enum outcome	 run_bare(struct line *, const struct word *, int);

static const struct own owns[] = {
	{ "show", "[service] [-j]", "shows what runs", console_show },
	{ "whoami", "", "shows who you are, and what you may do", run_whoami },
	{ "complete", "line", "shows what the last word may become",
	    run_bare },
	{ "help", "[command]", "shows the commands", run_help }
};

#define OWNS (sizeof(owns) / sizeof(owns[0]))

const struct own *
console_next(const struct own *w)
{
	w = w == NULL ? owns : w + 1;
	return w < owns + OWNS ? w : NULL;
}

static const struct own *
own_find(const char *name)
{
	const struct own *w = NULL;

	while ((w = console_next(w)) != NULL)
		if (strcasecmp(w->name, name) == 0)
			break;
	return w;
}

enum outcome
console_say(struct line *l, enum outcome o, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)buf_addf(l->answer, "%s%s", l->answer->len > 0 ? "\n" : "",
	    text);
	return o;
}

/* Words of the console. */

static enum outcome
run_whoami(struct line *l, const struct word *words, int n)
{
	const struct caller *c = l->caller;

	(void)words;
	if (n > 0)
		return console_say(l, OUTCOME_BAD, "too many words");
	escape_word(l->answer, c->user);
	(void)buf_addf(l->answer, " %s ", c->right == RIGHT_WRITE ? "full" :
	    "readonly");
	escape_word(l->answer, c->peer);
	return OUTCOME_OK;
}

/* `complete` in quotes: what follows has been taken apart already. */
static enum outcome
run_bare(struct line *l, const struct word *words, int n)
{
	(void)words;
	(void)n;
	return console_say(l, OUTCOME_BAD, "expected complete and a line");
}

static void
help_own(struct line *l, const struct own *w)
{
	(void)console_say(l, OUTCOME_OK, "%s%s%s: %s", w->name,
	    *w->args == '\0' ? "" : " ", w->args, w->help);
}

static enum outcome
help_all(struct line *l)
{
	const struct own *w = NULL;
	const struct view *v = NULL;
	struct buf views;

	while ((w = console_next(w)) != NULL)
		help_own(l, w);
	buf_init(&views, 4096);
	while ((v = view_next(v)) != NULL)
		(void)buf_addf(&views, "%s%s", views.len > 0 ? ", " : "",
		    v->name);
	(void)console_say(l, OUTCOME_OK, "%s: the views", views.data);
	buf_done(&views);
	return OUTCOME_OK;
}

static enum outcome
run_help(struct line *l, const struct word *words, int n)
{
	struct arg arg = { "command", NULL };
	const struct own *w;
	size_t at;
	enum outcome o;

	if (n > 1)
		return console_say(l, OUTCOME_BAD, "too many words");
	if (n == 1) {
		at = words_name(&words[0]);
		arg.value = words[0].text + (at == 0 ? 0 : at + 1);
		w = own_find(arg.value);
		if (w != NULL) {
			help_own(l, w);
			return OUTCOME_OK;
		}
		if (view_find(arg.value) != NULL)
			return console_say(l, OUTCOME_OK, "%s: a view",
			    arg.value);
	}
	o = command_run(l->director, l->caller, "help", &arg, (size_t)n,
	    l->answer);
	return n == 1 ? o : help_all(l);
}

/* Commands of the table. */

/* `--wait` or `--wait=SECONDS`: 0 and *ms, or -1. */
static int
run_wait(const char *text, int64_t *ms)
{
	char *end;
	unsigned long seconds;

	*ms = -1;
	if (strcmp(text, "--wait") == 0)
		return 0;
	if (strncmp(text, "--wait=", 7) != 0 || text[7] < '0' || text[7] > '9')
		return -1;
	seconds = strtoul(text + 7, &end, 10);
	if (*end != '\0' || seconds > (unsigned long)(WAIT_MAX / 1000))
		return -1;
	*ms = (int64_t)seconds * 1000;
	return 0;
}

/* Takes the options out of the words; returns how many words are left, or -1
 * and it has been said why. */
static int
run_options(struct line *l, const struct command *c, struct word *words,
    int n, int *wait)
{
	int i, left = 0;

	*wait = 0;
	for (i = 0; i < n; i++) {
		if (words[i].bare < 2 || strncmp(words[i].text, "--", 2) != 0) {
			words[left++] = words[i];
			continue;
		}
		*wait = 1;
		if (strcmp(c->name, "drainHost") == 0 &&
		    run_wait(words[i].text, &l->wait) == 0)
			continue;
		(void)console_say(l, OUTCOME_BAD, "%s: no option '%.80s'",
		    c->name, words[i].text);
		return -1;
	}
	return left;
}

/* The host that a command was about, held for whoever waits. */
static void
run_drained(struct line *l, const struct arg *args, size_t nargs)
{
	struct buf nothing;
	struct request rq = { l->director, l->caller, args, nargs, &nothing };
	struct target t;

	buf_init(&nothing, 4096);
	if (command_host(&rq, &t) == OUTCOME_OK) {
		l->drain = t.host;
		host_ref(t.host);
	}
	buf_done(&nothing);
}

static enum outcome
run_command(struct line *l, const struct command *c, struct word *words,
    int n)
{
	struct arg args[WORDS_MAX];
	struct specs specs;
	size_t nargs;
	int wait;
	enum outcome o;

	n = run_options(l, c, words, n, &wait);
	if (n == -1)
		return OUTCOME_BAD;
	specs_of(c, &specs);
	o = console_args(l, &specs, words, n, 1, args, &nargs);
	if (o != OUTCOME_OK)
		return console_say(l, o, "%s%s%s", c->name,
		    *c->args == '\0' ? "" : " ", c->args);
	o = command_run(l->director, l->caller, c->name, args, nargs,
	    l->answer);
	if (o == OUTCOME_OK && wait)
		run_drained(l, args, nargs);
	return o;
}

static enum outcome
run_view(struct line *l, const struct view *v, int n)
{
	if (n > 0)
		return console_say(l, OUTCOME_BAD, "too many words");
	return view_show(v, l->director, l->caller->right, l->answer) == 0 ?
	    OUTCOME_OK : OUTCOME_FAILED;
}

/* 1: it is `complete LINE`; the line must not be taken apart then. */
static int
run_complete(char **text)
{
	size_t n = strlen("complete");

	*text += strspn(*text, " \t");
	if (strncasecmp(*text, "complete", n) != 0 ||
	    ((*text)[n] != ' ' && (*text)[n] != '\0'))
		return 0;
	*text += n + ((*text)[n] == ' ');
	return 1;
}

enum outcome
console_run(struct line *l, char *text)
{
	struct word words[WORDS_MAX];
	const struct command *c;
	const struct view *v;
	const struct own *w;
	const char *why;
	int n;

	l->drain = NULL;
	l->wait = -1;
	if (run_complete(&text))
		return console_complete(l, text);
	n = words_split(text, words, &why);
	if (n == -1)
		return console_say(l, OUTCOME_BAD, "%s", why);
	if (n == 0)
		return OUTCOME_OK;
	w = own_find(words[0].text);
	if (w != NULL)
		return w->run(l, words + 1, n - 1);
	v = view_find(words[0].text);
	if (v != NULL)
		return run_view(l, v, n - 1);
	c = command_find(words[0].text);
	if (c != NULL)
		return run_command(l, c, words + 1, n - 1);
	return console_say(l, OUTCOME_UNKNOWN, "no command '%.80s'; try help",
	    words[0].text);
}
