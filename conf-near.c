/* SPDX-License-Identifier: ISC
 *
 * The known word that a mistyped one is nearest to: a slip of the finger, or
 * the word that other programs have for the thing. Suggests, and decides
 * nothing. Long words are left alone: they are no slips, and cost too much. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf.h"

#define LONGEST 40	/* bytes of a word that is compared */

/* What the things are called elsewhere. */
static const struct {
	const char	*typed, *word;
} others[] = {
	{ "addr", "ip" }, { "address", "ip" }, { "port", "ip" },
	{ "listener", "listen" }, { "bind", "listen" },
	{ "frontend", "service" }, { "backend", "group" }, { "pool", "group" },
	{ "server", "host" }, { "upstream", "group" },
	{ "algorithm", "scheduler" }, { "balance", "scheduler" },
	{ "least_conn", "leastconns" }, { "rr", "roundrobin" },
	{ "source", "sticky" }, { "hash", "password" },
	{ "passwd", "password" }, { "role", "access" }, { "path", "socket" },
	{ "maxconn", "maxConns" }, { "proxy", "sendProxy" },
	{ "log", "logging" }
};

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters are to be put in, taken out, changed or swapped with the
 * next one; small and capital ones count as the same. */
static size_t
distance(const char *a, const char *b)
{
	size_t d[3][LONGEST + 1], la = strlen(a), lb = strlen(b), i, j;
	size_t *old = d[0], *last = d[1], *row = d[2], *spare;

	for (j = 0; j <= lb; j++)
		last[j] = j;
	for (i = 1; i <= la; i++) {
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1,
			    last[j - 1] +
			    (lower(a[i - 1]) != lower(b[j - 1])));
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], old[j - 2] + 1);
		}
		spare = old;
		old = last;
		last = row;
		row = spare;
	}
	return last[lb];
}

static int
same_elsewhere(const char *typed, const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(others[i].typed, typed) == 0 &&
		    strcmp(others[i].word, word) == 0)
			return 1;
	return 0;
}

void
near_init(struct near *n, const char *typed)
{
	n->typed = typed;
	n->word = NULL;
	n->far = strlen(typed) > LONGEST ? 0 : strlen(typed) / 3 + 1;
}

/* A word counts when at most a third of its letters are wrong. */
void
near_try(struct near *n, const char *word)
{
	size_t far;

	if (n->far == 0 || strlen(word) > LONGEST)
		return;
	far = same_elsewhere(n->typed, word) ? 0 : distance(n->typed, word);
	if (far >= n->far)
		return;
	n->word = word;
	n->far = far;
}

const char *
near_text(const struct near *n, char buf[NEAR_TEXT])
{
	buf[0] = '\0';
	if (n->word != NULL)
		(void)snprintf(buf, NEAR_TEXT, "did you mean %s? ", n->word);
	return buf;
}
