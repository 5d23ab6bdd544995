/* SPDX-License-Identifier: ISC
 *
 * What is wrong with a configuration: the list of its errors, and the list of
 * what may be there only once. Both are sorted at the end, so that the errors
 * come out in the order of their lines and ten thousand names cost no more
 * than a sort. Both are bounded: the errors by CONF_ERRORS, the rest are
 * counted; the others by the size of the file. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

#define TEXT_MAX 768	/* bytes of an error's text */

const char *
conf_name(const struct conf *c, enum conf_kind kind)
{
	if (kind == CONF_ROOT && c->model->dialect == DIALECT_PDCONFIG)
		return "pdconfig";
	return conf_element(kind)->name;
}

/* Keeps an error. Control bytes of the file must not reach a terminal. */
static void
error_add(struct conf *c, long line, const char *text)
{
	struct conf_error *e;
	unsigned char *p;

	if (c->nerrors == CONF_ERRORS) {
		c->more++;
		return;
	}
	e = &c->errors[c->nerrors];
	e->text = strdup(text);
	if (e->text == NULL) {
		c->no_memory = 1;
		return;
	}
	for (p = (unsigned char *)e->text; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
	e->line = line;
	e->order = c->nerrors++;
}

void
conf_error(struct conf *c, long line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (c->broken != 0 && line >= c->broken)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_add(c, line, text);
}

void
conf_error_xml(struct conf *c, long line, const char *text, const char *hint)
{
	char both[TEXT_MAX];

	if (c->broken == 0 || line < c->broken)
		c->broken = line;
	(void)snprintf(both, sizeof(both), "%s: %s", text, hint);
	error_add(c, line, both);
}

void
conf_hint(struct conf *c, long line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)buf_addf(&c->hints, "line %ld: %s\n", line, text);
}

void
conf_seen(struct conf *c, unsigned long scope, long line, const char *fmt, ...)
{
	struct conf_seen *seen;
	char what[TEXT_MAX];
	size_t size;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (c->nseen == c->seen_size) {
		size = c->seen_size == 0 ? 64 : c->seen_size * 2;
		seen = realloc(c->seen, size * sizeof(*seen));
		if (seen == NULL) {
			c->no_memory = 1;
			return;
		}
		c->seen = seen;
		c->seen_size = size;
	}
	seen = &c->seen[c->nseen];
	seen->what = strdup(what);
	if (seen->what == NULL) {
		c->no_memory = 1;
		return;
	}
	seen->scope = scope;
	seen->line = line;
	seen->order = c->nseen++;
}

static int
seen_compare(const void *va, const void *vb)
{
	const struct conf_seen *a = va, *b = vb;
	int order;

	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	order = strcmp(a->what, b->what);
	if (order != 0)
		return order;
	return a->order < b->order ? -1 : 1;
}

void
conf_seen_check(struct conf *c)
{
	const struct conf_seen *first, *s;
	size_t i;

	if (c->nseen == 0)
		return;
	qsort(c->seen, c->nseen, sizeof(*c->seen), seen_compare);
	first = c->seen;
	for (i = 1; i < c->nseen; i++) {
		s = &c->seen[i];
		if (s->scope == first->scope &&
		    strcmp(s->what, first->what) == 0)
			conf_error(c, s->line, "%s: there is one in line %ld: "
			    "expected only one, change or remove the other",
			    s->what, first->line);
		else
			first = s;
	}
}

char *
conf_quote(const char *text, char buf[CONF_QUOTE])
{
	size_t len = strlen(text);

	if (len < CONF_QUOTE) {
		memcpy(buf, text, len + 1);
		return buf;
	}
	len = CONF_QUOTE - sizeof("...");
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;	/* not in the middle of a character */
	memcpy(buf, text, len);
	memcpy(buf + len, "...", sizeof("..."));
	return buf;
}

static int
error_compare(const void *va, const void *vb)
{
	const struct conf_error *a = va, *b = vb;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

size_t
conf_errors(struct conf *c, struct buf *out)
{
	long line = 0;
	size_t i;

	if (c->nerrors > 0)
		qsort(c->errors, c->nerrors, sizeof(c->errors[0]),
		    error_compare);
	for (i = 0; i < c->nerrors; i++) {
		line = c->errors[i].line;
		(void)buf_addf(out, "%s:%ld: %s\n", c->file, line,
		    c->errors[i].text);
	}
	if (c->more > 0)
		(void)buf_addf(out, "%s:%ld: %zu more errors not shown\n",
		    c->file, line, c->more);
	if (c->no_memory)
		(void)buf_addf(out, "%s:0: out of memory\n", c->file);
	return c->nerrors + c->no_memory;
}

void
conf_done(struct conf *c)
{
	size_t i;

	for (i = 0; i < c->nerrors; i++)
		free(c->errors[i].text);
	for (i = 0; i < c->nseen; i++)
		free(c->seen[i].what);
	free(c->seen);
	free(c->enable);
	buf_done(&c->hints);
}
