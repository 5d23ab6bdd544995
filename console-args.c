/* SPDX-License-Identifier: ISC
 *
 * From words to the arguments of a command. `name=value` says which; a word
 * without a name is for the next argument of the command's line in the table
 * that has no value yet. Arguments that may be left out get such a word only
 * when there are more of them than the others need; the first come first. */

#include "config.h"

#include <string.h>
#include <strings.h>

#include "console.h"

/* One argument, `name`, `name|other` or either in brackets. Returns what
 * follows it. */
static const char *
spec_parse(const char *p, struct spec *s)
{
	size_t n;

	memset(s, 0, sizeof(*s));
	s->optional = *p == '[';
	for (p += s->optional; *p != '\0' && *p != ' '; p += n) {
		n = strcspn(p, "|] ");
		if (s->nnames < CONSOLE_NAMES && n > 0 && n < CONSOLE_NAME) {
			memcpy(s->names[s->nnames], p, n);
			s->names[s->nnames++][n] = '\0';
		}
		n += p[n] == '|' || p[n] == ']';
	}
	return p;
}

void
specs_of(const struct command *c, struct specs *all)
{
	const char *p = c->args;

	all->n = 0;
	while (*(p += strspn(p, " ")) != '\0' && all->n < CONSOLE_SPECS)
		p = spec_parse(p, &all->list[all->n++]);
}

/* The name of an argument that these bytes are, or NULL. */
static const char *
spec_name(const struct spec *s, const char *name, size_t len)
{
	int i;

	for (i = 0; i < s->nnames; i++)
		if (strlen(s->names[i]) == len &&
		    strncasecmp(s->names[i], name, len) == 0)
			return s->names[i];
	return NULL;
}

struct spec *
specs_find(struct specs *all, const char *name, size_t len)
{
	int i;

	for (i = 0; i < all->n; i++)
		if (spec_name(&all->list[i], name, len) != NULL)
			return &all->list[i];
	return NULL;
}

/* A word with a name. */
static enum outcome
args_named(struct line *l, struct specs *all, const struct word *w,
    struct arg *args, size_t *nargs)
{
	size_t i, len = words_name(w);
	struct spec *s = specs_find(all, w->text, len);
	const char *name = s == NULL ? NULL : spec_name(s, w->text, len);

	if (name == NULL)
		return console_say(l, OUTCOME_BAD, "no argument '%.*s'",
		    len > CONSOLE_NAME ? CONSOLE_NAME : (int)len, w->text);
	for (i = 0; i < *nargs; i++)
		if (strcmp(args[i].name, name) == 0)
			return console_say(l, OUTCOME_BAD, "%s: given twice",
			    name);
	s->given = 1;
	args[*nargs].name = name;
	args[(*nargs)++].value = w->text + len + 1;
	return OUTCOME_OK;
}

/* How many words without a name there are beyond those that arguments need
 * which cannot be left out. */
static int
args_spare(const struct specs *all, int words)
{
	int i;

	for (i = 0; i < all->n; i++)
		words -= !all->list[i].given && !all->list[i].optional;
	return words;
}

/* The next argument for a word without a name, or NULL. */
static struct spec *
args_next(struct specs *all, int *spare)
{
	struct spec *s;
	int i;

	for (i = 0; i < all->n; i++) {
		s = &all->list[i];
		if (s->given || (s->optional && *spare <= 0))
			continue;
		*spare -= s->optional;
		return s;
	}
	return NULL;
}

enum outcome
console_args(struct line *l, struct specs *all, const struct word *words,
    int n, int whole, struct arg args[WORDS_MAX], size_t *nargs)
{
	enum outcome o;
	struct spec *s;
	int i, spare = 0;

	*nargs = 0;
	for (i = 0; i < n; i++) {
		if (words_name(&words[i]) == 0) {
			spare++;
			continue;
		}
		o = args_named(l, all, &words[i], args, nargs);
		if (o != OUTCOME_OK)
			return o;
	}
	spare = whole ? args_spare(all, spare) : WORDS_MAX;
	for (i = 0; i < n; i++) {
		if (words_name(&words[i]) != 0)
			continue;
		s = args_next(all, &spare);
		if (s == NULL)
			return console_say(l, OUTCOME_BAD, "too many words");
		s->given = 1;
		args[*nargs].name = s->names[0];
		/* `force` alone is as good as `force=yes`. */
		args[(*nargs)++].value =
		    strcmp(s->names[0], "force") == 0 &&
		    strcasecmp(words[i].text, "force") == 0 ? "yes" :
		    words[i].text;
	}
	return OUTCOME_OK;
}
