/* SPDX-License-Identifier: ISC
 *
 * For the tests of auth.c and http.c: a director with users and no services,
 * a clock that can be set forward, and a helper that is this program itself.
 * To it `=x` is the hash of the password x; `hang` keeps it for ever, `die`
 * ends it, and it takes a while for each. */

#ifndef WEB_TOOLS_H
#define WEB_TOOLS_H

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "http.h"

static struct pydirector d;
static int64_t skew;			/* ms that the clock is ahead */
static int web_wait = 5;		/* ms that a round may take */
static char web_warning[LOG_LINE_MAX];	/* the last one */
static int web_warnings;
static char web_log[LOG_LINE_MAX];	/* the last notice or debug line */

static int64_t
web_clock(void)
{
	return clock_ms() + skew;
}

static void
web_sink(void *arg, int level, const char *line)
{
	(void)arg;
	snprintf(web_log, sizeof(web_log), "%s", line);
	if (level > LOG_LEVEL_WARNING)
		return;
	web_warnings++;
	snprintf(web_warning, sizeof(web_warning), "%s", line);
}

static void
web_read(void *p, size_t n)
{
	ssize_t got;

	for (; n > 0; n -= (size_t)got, p = (char *)p + got)
		if ((got = read(0, p, n)) <= 0)
			_exit(0);
}

/* When we were started as a helper, be one. */
static inline void
web_helper(void)
{
	struct helper_head head;
	struct stat st;
	char text[HELPER_PAYLOAD + 1];
	size_t n;

	if (fstat(0, &st) == -1 || !S_ISSOCK(st.st_mode))
		return;
	for (;;) {
		web_read(&head, sizeof(head));
		if (head.len > HELPER_PAYLOAD)
			_exit(1);
		web_read(text, head.len);
		text[head.len] = '\0';
		n = strlen(text) + 1;
		if (n > 1 && strcmp(text + n, "hang") == 0)
			pause();
		if (n > 1 && strcmp(text + n, "die") == 0)
			_exit(1);
		usleep(1000);
		text[0] = text[0] == '=' && strcmp(text + 1, text + n) == 0;
		head.len = 1;
		if (write(0, &head, sizeof(head)) != (ssize_t)sizeof(head) ||
		    write(0, text, 1) != 1)
			_exit(0);
	}
}

static inline struct user *
web_user(const char *name, const char *password, int full)
{
	char hash[64];
	struct user *u;

	snprintf(hash, sizeof(hash), "=%s", password);
	u = user_new(d.model, name, hash);
	if (u == NULL)
		abort();
	u->full = (unsigned char)full;
	return u;
}

/* program: argv[0]. */
static inline void
web_init(const char *program)
{
	memset(&d, 0, sizeof(d));
	loop_init(&d.loop);
	d.loop.clock = web_clock;
	d.loop.now = web_clock();
	d.log = log_new(web_sink, NULL, LOG_LEVEL_DEBUG);
	d.model = model_new();
	if (d.log == NULL || d.model == NULL)
		abort();
	d.crypt = helper_new(&d.loop, d.log, program, "crypt");
	if (d.crypt == NULL)
		abort();
	web_warnings = 0;
	web_warning[0] = '\0';
}

/* Everything ends; returns 1 when nothing is left in the loop. */
static inline int
web_done(void)
{
	int clean;

	auth_done(&d);
	helper_free(d.crypt);
	clean = d.loop.nios == 0 && d.loop.timers == NULL &&
	    d.loop.tasks == NULL;
	loop_done(&d.loop);
	model_free(d.model);
	log_free(d.log);
	return clean;
}

/* One round of the loop, of at most web_wait ms. */
static inline void
web_turn(void)
{
	struct pollfd fds[512];
	int n = loop_pollfds(&d.loop, fds, 512);
	int wait = loop_timeout(&d.loop);

	if (wait == -1 || wait > web_wait)
		wait = web_wait;
	poll(fds, (nfds_t)n, wait);
	loop_dispatch(&d.loop, fds, n);
}

#endif
