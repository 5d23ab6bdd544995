/* SPDX-License-Identifier: ISC
 *
 * `show`: services, groups and hosts as people read them, in columns. The
 * model is walked twice, first for the widths. A width is counted in
 * characters. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "status.h"
#include "console.h"

#define COLUMNS		10
#define CELL_MAX	320	/* bytes of one, with its NUL */

/* A table that grows line by line: measured, or written. */
struct table {
	struct buf	*out;		/* NULL: measures */
	int		 width[COLUMNS];
};

static const char *const heads[COLUMNS] = {
	"HOST", "ADDRESS", "STATE", "WHY", "SINCE", "OPEN", "TOTAL", "FAILED",
	"IN", "OUT"
};

static int
cell_width(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* One line; numbers, which begin with a column, stand at its right. */
static void
table_row(struct table *t, char cells[COLUMNS][CELL_MAX])
{
	int i, pad;

	if (t->out == NULL) {
		for (i = 0; i < COLUMNS; i++)
			if (cell_width(cells[i]) > t->width[i])
				t->width[i] = cell_width(cells[i]);
		return;
	}
	(void)buf_add(t->out, "\n   ", 4);
	for (i = 0; i < COLUMNS; i++) {
		pad = t->width[i] - cell_width(cells[i]);
		if (i >= 4)
			(void)buf_addf(t->out, " %*s%s", pad, "", cells[i]);
		else
			(void)buf_addf(t->out, " %s%*s", cells[i], pad, "");
	}
}

/* Bytes with three digits or four, and a unit. */
static void
cell_bytes(char *cell, uint64_t n)
{
	static const char units[] = "BKMGTPE";
	unsigned rest = 0;
	int i;

	for (i = 0; n >= 1024 && units[i + 1] != '\0'; i++) {
		rest = (unsigned)(n % 1024);
		n /= 1024;
	}
	if (i > 0 && n < 10)
		(void)snprintf(cell, CELL_MAX, "%u.%u%c", (unsigned)n,
		    rest * 10 / 1024, units[i]);
	else
		(void)snprintf(cell, CELL_MAX, "%u%c", (unsigned)n, units[i]);
}

/* A duration, its two largest units. */
static void
cell_age(char *cell, int64_t ms)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;

	if (s < 60)
		(void)snprintf(cell, CELL_MAX, "%ds", (int)s);
	else if (s < 3600)
		(void)snprintf(cell, CELL_MAX, "%dm%02ds", (int)(s / 60),
		    (int)(s % 60));
	else if (s < 86400)
		(void)snprintf(cell, CELL_MAX, "%dh%02dm", (int)(s / 3600),
		    (int)(s / 60 % 60));
	else
		(void)snprintf(cell, CELL_MAX, "%" PRId64 "d%02dh", s / 86400,
		    (int)(s / 3600 % 24));
}

static void
show_host(struct table *t, const struct pydirector *d, const struct host *h)
{
	char cells[COLUMNS][CELL_MAX];

	(void)snprintf(cells[0], CELL_MAX, "%s", h->name);
	(void)snprintf(cells[1], CELL_MAX, "%s", h->address);
	(void)snprintf(cells[2], CELL_MAX, "%s", status_word(h));
	(void)snprintf(cells[3], CELL_MAX, "%s", why_word(h->down));
	cell_age(cells[4], d->loop.now - status_since(d, h));
	(void)snprintf(cells[5], CELL_MAX, "%u", h->open);
	(void)snprintf(cells[6], CELL_MAX, "%" PRIu64, h->total);
	(void)snprintf(cells[7], CELL_MAX, "%" PRIu64, h->failed);
	cell_bytes(cells[8], h->bytes_in);
	cell_bytes(cells[9], h->bytes_out);
	table_row(t, cells);
}

static void
show_heads(struct table *t)
{
	char cells[COLUMNS][CELL_MAX];
	int i;

	for (i = 0; i < COLUMNS; i++)
		(void)snprintf(cells[i], CELL_MAX, "%s", heads[i]);
	table_row(t, cells);
}

static void
show_group(struct table *t, const struct pydirector *d, const struct group *g)
{
	char name[32];
	size_t i;

	if (t->out != NULL)
		(void)buf_addf(t->out, "\n  group %s  %s, %s", g->name,
		    g->service->enabled == g ? "enabled" : "inactive",
		    sched_name(g, d->model->dialect, name));
	if (g->nhosts > 0)
		show_heads(t);
	for (i = 0; i < g->nhosts; i++)
		show_host(t, d, g->hosts[i]);
}

static void
show_service(struct table *t, const struct pydirector *d,
    const struct service *s)
{
	char at[STATUS_ADDRESS];
	size_t i;

	if (t->out != NULL) {
		(void)buf_addf(t->out, "%sservice %s  open %u, total %" PRIu64
		    ", refused %" PRIu64 ", denied %" PRIu64 ", limited %"
		    PRIu64, t->out->len > 0 ? "\n" : "", s->name, s->open,
		    s->total, s->refused, s->denied, s->limited);
		for (i = 0; i < s->nlisteners; i++)
			(void)buf_addf(t->out, "\n  listen %s",
			    status_listener(s->listeners[i], at));
	}
	for (i = 0; i < s->ngroups; i++)
		show_group(t, d, s->groups[i]);
}

/* only NULL: all services. */
static void
show_services(struct table *t, const struct pydirector *d,
    const struct service *only)
{
	size_t i;

	for (i = 0; i < d->model->nservices; i++)
		if (only == NULL || only == d->model->services[i])
			show_service(t, d, d->model->services[i]);
}

/* The service that a word names, by its name or `service=NAME`. */
static const struct service *
show_find(const struct pydirector *d, const struct word *w)
{
	size_t n = words_name(w);

	return service_find(d->model, w->text +
	    (n == strlen("service") && strncmp(w->text, "service", n) == 0 ?
	    n + 1 : 0));
}

enum outcome
console_show(struct line *l, const struct word *words, int n)
{
	const struct service *s = NULL;
	struct table t = { NULL, { 0 } };

	if (n > 0 && strcmp(words[0].text, "-j") == 0) {
		if (n > 1)
			return console_say(l, OUTCOME_BAD, "too many words");
		status_json(l->director, l->answer);
		return OUTCOME_OK;
	}
	if (n > 1)
		return console_say(l, OUTCOME_BAD, "too many words");
	if (n == 1 && (s = show_find(l->director, &words[0])) == NULL)
		return console_say(l, OUTCOME_BAD, "no service '%.255s'",
		    words[0].text);
	show_services(&t, l->director, s);
	t.out = l->answer;
	show_services(&t, l->director, s);
	if (l->director->model->nservices == 0)
		return console_say(l, OUTCOME_OK, "no services");
	return OUTCOME_OK;
}
