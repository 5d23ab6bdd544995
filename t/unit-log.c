/* SPDX-License-Identifier: ISC
 *
 * log.c: levels, cleaning, cutting, and the limiting of repeated lines, on a
 * clock of the test's own. */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "t/tap.h"

static int64_t now = 5000;

/* In place of clock.c. */
int64_t
clock_ms(void)
{
	return now;
}

static char last[LOG_LINE_MAX + 1];
static int last_level;
static int lines;

static void
sink(void *arg, int level, const char *line)
{
	(void)arg;
	snprintf(last, sizeof(last), "%s", line);
	last_level = level;
	lines++;
	errno = EPIPE;
}

static void
test_levels(void)
{
	struct log *l = log_new(sink, NULL, LOG_LEVEL_NOTICE);

	lines = 0;
	log_err(l, "a: %s: %d", "b", 1);
	is(last, "a: b: 1", "a line");
	ok(last_level == LOG_LEVEL_ERR && lines == 1, "its level");
	log_notice(l, "n");
	ok(lines == 2 && last_level == LOG_LEVEL_NOTICE, "notice is wanted");
	log_info(l, "i");
	log_debug(l, "d");
	ok(lines == 2, "info and debug are not");
	ok(log_wants(l, LOG_LEVEL_NOTICE) && !log_wants(l, LOG_LEVEL_INFO),
	    "log_wants");
	errno = ENOENT;
	log_err(l, "x");
	ok(errno == ENOENT, "errno is kept");
	log_free(l);

	log_err(NULL, "nothing");
	log_tick(NULL, 0);
	log_free(NULL);
	ok(!log_wants(NULL, LOG_LEVEL_ERR) && log_due(NULL) == -1,
	    "no log: no lines");
	l = log_new(NULL, NULL, LOG_LEVEL_DEBUG);
	log_err(l, "nothing");
	ok(!log_wants(l, LOG_LEVEL_ERR), "no sink: no lines");
	log_free(l);
	is(log_level_word(LOG_LEVEL_ERR), "err", "word");
	is(log_level_word(LOG_LEVEL_WARNING), "warning", "word");
	is(log_level_word(LOG_LEVEL_NOTICE), "notice", "word");
	is(log_level_word(LOG_LEVEL_INFO), "info", "word");
	is(log_level_word(LOG_LEVEL_DEBUG), "debug", "word");
}

static void
test_clean(void)
{
	struct log *l = log_new(sink, NULL, LOG_LEVEL_DEBUG);
	char big[3000];
	int i;

	log_debug(l, "%s", "a\nb\tc\x1b[1md\x7f" "e\x01");
	is(last, "a?b?c?[1md?e?", "control bytes");
	log_debug(l, "%s", "\xc3\xa4\xc2\xa0" "x");
	is(last, "\xc3\xa4\xc2\xa0" "x", "other characters stay");
	log_debug(l, "%s", "\xc2\x9b" "1m\xc2\x80\xc2");
	is(last, "??1m??\xc2", "control characters in UTF-8");

	memset(big, 'a', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	log_debug(l, "%s", big);
	ok(strlen(last) == LOG_LINE_MAX - 1, "cut at LOG_LINE_MAX - 1");
	for (i = 0; i < 3; i++) {
		memset(big, 'a', sizeof(big));
		memcpy(big + LOG_LINE_MAX - 1 - i, "\xe2\x82\xac", 3);
		big[2000] = '\0';
		log_debug(l, "%s", big);
		ok(strlen(last) == (size_t)(LOG_LINE_MAX - 1 - i),
		    "no part of a character at the end (%d bytes)", i);
	}
	log_free(l);
}

static void
test_repeats(void)
{
	struct log *l = log_new(sink, NULL, LOG_LEVEL_DEBUG);
	int i;

	lines = 0;
	now = 5000;
	for (i = 0; i < 100; i++)
		log_warning(l, "w: x: %s", "y");
	ok(lines == 5, "five of a hundred pass (%d)", lines);
	ok(log_due(l) == 15000, "due ten seconds after the first");
	log_warning(l, "w: x: z");
	ok(lines == 6, "another line passes");
	log_notice(l, "w: x: y");
	ok(lines == 7, "the same text of another level passes");
	log_tick(l, 14999);
	ok(lines == 7, "not told before it is due");
	log_tick(l, 15000);
	ok(lines == 8 && last_level == LOG_LEVEL_WARNING, "told when due");
	is(last, "log: left out 95 times: w: x: y", "the count");
	ok(log_due(l) == -1, "nothing left to tell");
	now = 15000;
	log_warning(l, "w: x: y");
	ok(lines == 9, "it passes again");

	for (i = 0; i < 100; i++)
		log_info(l, "i");
	for (i = 0; i < 100; i++)
		log_debug(l, "d");
	ok(lines == 209, "info and debug are not limited");

	for (i = 0; i < 7; i++)
		log_err(l, "e");
	ok(lines == 214 && log_due(l) == 25000, "err is");
	now = 25000;
	log_err(l, "e");
	ok(lines == 216, "the count is told before the line that comes late");
	is(last, "e", "the line itself");
	log_free(l);
}

static void
test_table(void)
{
	struct log *l = log_new(sink, NULL, LOG_LEVEL_DEBUG);
	char big[2000];
	int i;

	lines = 0;
	now = 1000;
	for (i = 0; i < 6; i++)
		log_err(l, "first");
	ok(lines == 5, "one left out");
	for (i = 0; i < 10000; i++) {
		now = 1001 + i / 2000;
		log_err(l, "line %d", i);
	}
	ok(lines == 5 + 1 + 10000, "the oldest makes room and is told (%d)",
	    lines);

	memset(big, 'b', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	lines = 0;
	for (i = 0; i < 6; i++)
		log_err(l, "%s", big);
	log_tick(l, now + 10000);
	ok(lines == 6 && strlen(last) == LOG_LINE_MAX - 1 &&
	    strncmp(last, "log: left out 1 times: bbb", 26) == 0,
	    "the count of a long line is cut, too");

	for (i = 0; i < 8; i++)
		log_err(l, "end");
	log_free(l);
	is(last, "log: left out 3 times: end", "the rest is told at the end");
}

int
main(void)
{
	test_levels();
	test_clean();
	test_repeats();
	test_table();
	return tap_end();
}
