/* SPDX-License-Identifier: ISC
 *
 * Log lines: formatting, levels, limiting of repeated lines. A line that
 * repeats another word for word is handed on LOG_BURST times in LOG_WINDOW
 * milliseconds; how often it was left out after that is told when the window
 * ends, as `log: left out N times: LINE`. Only err, warning and notice are
 * limited: info is the record of relays, and who asks for debug wants all.
 * The table of lines is bounded; the oldest makes room. What is still to be
 * told is told by log_free. errno is kept. */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#define LOG_BURST	5	/* equal lines that pass in a window */
#define LOG_WINDOW	10000	/* ms */
#define LOG_LINES	64	/* different lines remembered */

/* A line of the last LOG_WINDOW milliseconds. */
struct log_seen {
	char		*text;		/* NULL: free */
	uint32_t	 hash;
	enum log_level	 level;
	int64_t		 until;		/* end of its window */
	unsigned	 passed;	/* handed on */
	unsigned long	 left_out;
};

struct log {
	void		(*sink)(void *, int, const char *);
	void		*arg;
	enum log_level	 level;		/* the least grave one wanted */
	struct log_seen	 seen[LOG_LINES];
};

struct log *
log_new(void (*sink)(void *, int, const char *), void *arg,
    enum log_level level)
{
	struct log *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->sink = sink;
	l->arg = arg;
	l->level = level;
	return l;
}

void
log_free(struct log *l)
{
	if (l == NULL)
		return;
	log_tick(l, INT64_MAX);
	free(l);
}

int
log_wants(const struct log *l, enum log_level level)
{
	return l != NULL && l->sink != NULL && level <= l->level;
}

const char *
log_level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERR:
		return "err";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_NOTICE:
		return "notice";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "-";
}

/* Replaces what could forge a line or command a terminal: control bytes, and
 * the control characters of Unicode, C2 80 to C2 9F in UTF-8. */
static void
log_clean(char *line)
{
	unsigned char *s = (unsigned char *)line;

	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s == 0x7f)
			*s = '?';
		else if (*s == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f) {
			*s++ = '?';
			*s = '?';
		}
	}
}

/* The line was cut: leaves no part of a UTF-8 character at its end. */
static void
log_trim(char *line)
{
	size_t n = strlen(line), i = n;

	while (i > 0 && n - i < 4 &&
	    ((unsigned char)line[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && ((unsigned char)line[i - 1] & 0xc0) == 0xc0)
		line[i - 1] = '\0';
}

static uint32_t
log_hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* Tells how often the line was left out, and forgets it. */
static void
log_forget(struct log *l, struct log_seen *seen)
{
	char line[LOG_LINE_MAX];

	if (seen->left_out > 0) {
		if (snprintf(line, sizeof(line), "log: left out %lu times: %s",
		    seen->left_out, seen->text) >= (int)sizeof(line))
			log_trim(line);
		l->sink(l->arg, seen->level, line);
	}
	free(seen->text);
	seen->text = NULL;
	seen->left_out = 0;
}

/* The place of the line in the table, or a free place, or NULL and *oldest,
 * the one to be given up. */
static struct log_seen *
log_find(struct log *l, enum log_level level, const char *line, uint32_t hash,
    struct log_seen **oldest)
{
	struct log_seen *seen, *room = NULL;

	*oldest = &l->seen[0];
	for (seen = l->seen; seen < l->seen + LOG_LINES; seen++) {
		if (seen->text == NULL) {
			room = seen;
			continue;
		}
		if (seen->hash == hash && seen->level == level &&
		    strcmp(seen->text, line) == 0)
			return seen;
		if (seen->until < (*oldest)->until)
			*oldest = seen;
	}
	return room;
}

/* 1: the line may pass. */
static int
log_pass(struct log *l, enum log_level level, const char *line)
{
	struct log_seen *seen, *oldest;
	uint32_t hash = log_hash(line);
	int64_t now = clock_ms();

	log_tick(l, now);
	seen = log_find(l, level, line, hash, &oldest);
	if (seen == NULL) {
		log_forget(l, oldest);
		seen = oldest;
	}
	if (seen->text == NULL) {
		if ((seen->text = strdup(line)) == NULL)
			return 1;
		seen->hash = hash;
		seen->level = level;
		seen->until = now + LOG_WINDOW;
		seen->passed = 0;
	}
	if (seen->passed < LOG_BURST) {
		seen->passed++;
		return 1;
	}
	seen->left_out++;
	return 0;
}

void
log_line(struct log *l, enum log_level level, const char *format, ...)
{
	char line[LOG_LINE_MAX];
	va_list args;
	int n, error = errno;

	if (!log_wants(l, level))
		return;
	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0)
		snprintf(line, sizeof(line), "log: a line cannot be formatted");
	if (n >= (int)sizeof(line))
		log_trim(line);
	log_clean(line);
	if (level > LOG_LEVEL_NOTICE || log_pass(l, level, line))
		l->sink(l->arg, level, line);
	errno = error;
}

int64_t
log_due(const struct log *l)
{
	const struct log_seen *seen;
	int64_t due = -1;

	if (l == NULL)
		return -1;
	for (seen = l->seen; seen < l->seen + LOG_LINES; seen++)
		if (seen->left_out > 0 && (due == -1 || seen->until < due))
			due = seen->until;
	return due;
}

void
log_tick(struct log *l, int64_t now)
{
	struct log_seen *seen;

	if (l == NULL)
		return;
	for (seen = l->seen; seen < l->seen + LOG_LINES; seen++)
		if (seen->text != NULL && seen->until <= now)
			log_forget(l, seen);
}
