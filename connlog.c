/* SPDX-License-Identifier: ISC
 *
 * The connection log: a line at the end of each relay and, when that is asked
 * for, one at its start. It watches relays (relay.h) and is the only place
 * that writes this format; pydirector.8 promises it. Where the lines go, and
 * that they never hold up the loop, is the sink's business. While there is no
 * connection log, nothing here costs anything. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "sink.h"
#include "relay.h"
#include "given.h"
#include "connlog.h"

/* One of the places that lines go to. */
struct target {
	struct sink	*sink;		/* NULL: none */
	struct sink	*old;		/* retired; its helper may still end */
	uint64_t	 taken;		/* by sinks that are gone */
	uint64_t	 lost;
};

struct connlog {
	struct relay_watcher watcher;
	struct pydirector *director;
	struct target	 targets[CONNLOG_TARGETS];
	unsigned char	 on;		/* it watches */
	unsigned char	 start;		/* a line at the start too */
	struct buf	 line;		/* the one that is made */
	int64_t		 second;	/* since 1970: what stamp says */
	char		 stamp[CLOCK_STAMP_SIZE];
};

/* The line. Each connection makes one: formatting by printf(3) costs more than
 * all the rest of it. */

static void
connlog_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

/* At least that many digits. */
static void
connlog_number(struct buf *b, uint64_t n, int digits)
{
	char text[24];
	size_t at = sizeof(text);

	for (; n > 0 || digits > 0; n /= 10, digits--)
		text[--at] = (char)('0' + n % 10);
	buf_add(b, text + at, sizeof(text) - at);
}

static void
connlog_count(struct buf *b, const char *key, uint64_t n)
{
	connlog_text(b, key);
	connlog_number(b, n, 1);
}

static void
connlog_word(struct buf *b, const char *key, const char *value)
{
	const char *p = value;

	connlog_text(b, key);
	while (*p > ' ' && *p < 0x7f && *p != '%')
		p++;
	if (*p == '\0')
		buf_add(b, value, (size_t)(p - value));
	else
		escape_word(b, value);
}

static void
connlog_addr(struct buf *b, const char *key, const struct addr *a)
{
	const unsigned char *ip;
	char text[ADDR_TEXT_SIZE];
	int i;

	connlog_text(b, key);
	if (a == NULL || a->u.sa.sa_family != AF_INET) {
		connlog_text(b, a == NULL ? "-" : addr_text(a, text));
		return;
	}
	addr_ip(a, &ip);
	for (i = 0; i < 4; i++) {
		connlog_number(b, ip[i], 1);
		buf_add(b, i < 3 ? "." : ":", 1);
	}
	connlog_number(b, addr_port(a), 1);
}

/* Milliseconds with decimals. */
static void
connlog_us(struct buf *b, const char *key, int64_t us)
{
	uint64_t n = us < 0 ? 0 : (uint64_t)us;

	connlog_count(b, key, n / 1000);
	buf_add(b, ".", 1);
	connlog_number(b, n % 1000, 3);
}

static void
connlog_time(struct connlog *c, struct buf *b)
{
	int64_t ms = clock_wall_ms(), second = ms / 1000;

	if (second != c->second) {
		c->second = second;
		clock_stamp_of(second, c->stamp);
	}
	connlog_text(b, "time=");
	/* The stamp without its Z. */
	buf_add(b, c->stamp, sizeof(c->stamp) - 2);
	buf_add(b, ".", 1);
	connlog_number(b, (uint64_t)(ms % 1000), 3);
	buf_add(b, "Z", 1);
}

static void
connlog_begin(struct connlog *c, struct buf *b, const struct relay *r,
    enum relay_event event)
{
	const struct relay_more *more = r->more;

	connlog_time(c, b);
	connlog_text(b, event == RELAY_EVENT_START ? " event=start" :
	    " event=end");
	connlog_count(b, " id=", r->id);
	connlog_word(b, " service=", r->service->name);
	connlog_addr(b, " listener=", more == NULL ? NULL : &more->at);
	connlog_addr(b, " client=", &r->addr);
	connlog_addr(b, " sender=", more == NULL ? NULL : &more->peer);
}

static void
connlog_rest(struct buf *b, const struct relay *r)
{
	const struct relay_more *more = r->more;
	const struct host *h = r->host;

	connlog_word(b, " host=", h == NULL ? "-" : h->name);
	connlog_word(b, " address=", h == NULL ? "-" : h->address);
	connlog_addr(b, " local=", more == NULL ? NULL : &more->local);
	connlog_count(b, " in=", r->bytes_in);
	connlog_count(b, " out=", r->bytes_out);
	if (more == NULL || more->connected == 0)
		connlog_text(b, " connect=-");
	else
		connlog_us(b, " connect=", more->connected - r->started);
	connlog_us(b, " duration=", clock_us() - r->started);
	/* Made when the host was there already it has not counted. */
	if (more == NULL || (r->connected && more->tries == 0))
		connlog_text(b, " tries=-");
	else
		connlog_count(b, " tries=", more->tries);
	connlog_text(b, " end=");
	connlog_text(b, relay_end_word((enum relay_end)r->end));
}

static void
connlog_event(struct relay_watcher *w, struct relay *r,
    enum relay_event event)
{
	struct connlog *c = LOOP_OWNER(w, struct connlog, watcher);
	struct buf *b = &c->line;
	int i;

	if (event == RELAY_EVENT_CONNECTED ||
	    (event == RELAY_EVENT_START && !c->start))
		return;
	b->len = 0;
	b->failed = 0;
	connlog_begin(c, b, r, event);
	if (event == RELAY_EVENT_END)
		connlog_rest(b, r);
	for (i = 0; i < CONNLOG_TARGETS; i++) {
		if (c->targets[i].sink == NULL)
			continue;
		/* A line that has no memory is one that was lost. */
		sink_line(c->targets[i].sink, LOG_LEVEL_INFO, b->data,
		    b->failed ? SINK_LINE_MAX + 1 : b->len);
	}
}

/* The targets. */

static void
connlog_lost(void *arg, uint64_t lines, const char *why)
{
	struct pydirector *d = arg;

	log_warning(d->log, "connlog: lost %" PRIu64 " lines: %s", lines,
	    why);
}

/* The path seen from the directory that we were started in: 0, or -1 with
 * errno. */
static int
connlog_path(const struct pydirector *d, const char *path, struct buf *full)
{
	if (*path != '/' && d->directory != NULL)
		buf_addf(full, "%s", d->directory);
	if (buf_addf(full, "%s", path) == 0)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* What the model wants for a target; NULL: none. */
static const char *
connlog_wanted(const struct pydirector *d, int target)
{
	return target == CONNLOG_FILE ? d->model->connlog_file :
	    d->model->connlog_syslog;
}

static struct sink *
connlog_open(struct pydirector *d, int target, const char *name)
{
	if (target == CONNLOG_FILE)
		return sink_file(&d->loop, name, d->uid, d->gid,
		    connlog_lost, d);
	if (d->helper == NULL) {
		errno = ENOENT;
		return NULL;
	}
	return sink_syslog(&d->loop, d->helper, name, connlog_lost, d);
}

/* The sink that the model wants for a target, in *to: the one there is, a new
 * one, or NULL. 0, or -1 with a text in err. */
static int
connlog_want(struct pydirector *d, int target, struct sink *have,
    struct sink **to, char *err, size_t size)
{
	const char *wanted = connlog_wanted(d, target);
	struct buf path;

	*to = NULL;
	if (wanted == NULL)
		return 0;
	buf_init(&path, 4096);
	if (target == CONNLOG_FILE &&
	    connlog_path(d, wanted, &path) == -1) {
		snprintf(err, size, "connlog: %s: %s", wanted,
		    strerror(errno));
		buf_done(&path);
		return -1;
	}
	if (target == CONNLOG_FILE)
		wanted = path.data;
	if (have != NULL && strcmp(sink_name(have), wanted) == 0)
		*to = have;
	else if ((*to = connlog_open(d, target, wanted)) == NULL)
		snprintf(err, size, "connlog: %s: %s",
		    target == CONNLOG_FILE ? wanted : "syslog",
		    strerror(errno));
	buf_done(&path);
	return *to == NULL ? -1 : 0;
}

/* Puts a sink in the place of the one there is. */
static void
connlog_set(struct target *t, struct sink *sink)
{
	if (t->sink == sink)
		return;
	if (t->sink != NULL) {
		sink_free(t->old);
		sink_retire(t->sink);
		t->taken += sink_taken(t->sink);
		t->lost += sink_lost(t->sink);
		t->old = t->sink;
	}
	t->sink = sink;
}

static void
connlog_switch(struct connlog *c, int on)
{
	if (c->on == on)
		return;
	if (on)
		relay_watch(c->director, &c->watcher);
	else
		relay_unwatch(c->director, &c->watcher);
	c->on = (unsigned char)on;
}

static struct connlog *
connlog_new(struct pydirector *d)
{
	struct connlog *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->director = d;
	c->watcher.event = connlog_event;
	c->second = -1;
	buf_init(&c->line, SINK_LINE_MAX);
	return c;
}

int
connlog_start(struct pydirector *d, char *err, size_t size)
{
	struct sink *sinks[CONNLOG_TARGETS];
	struct connlog *c = d->connlog;
	int i;

	if (c == NULL && connlog_wanted(d, CONNLOG_FILE) == NULL &&
	    connlog_wanted(d, CONNLOG_SYSLOG) == NULL)
		return 0;
	if (c == NULL && (c = d->connlog = connlog_new(d)) == NULL) {
		snprintf(err, size, "connlog: out of memory");
		return -1;
	}
	for (i = 0; i < CONNLOG_TARGETS; i++) {
		if (connlog_want(d, i, c->targets[i].sink, &sinks[i], err,
		    size) == 0)
			continue;
		while (i-- > 0)
			if (sinks[i] != c->targets[i].sink)
				sink_free(sinks[i]);
		return -1;
	}
	for (i = 0; i < CONNLOG_TARGETS; i++)
		connlog_set(&c->targets[i], sinks[i]);
	c->start = d->model->connlog_start;
	connlog_switch(c, c->targets[CONNLOG_FILE].sink != NULL ||
	    c->targets[CONNLOG_SYSLOG].sink != NULL);
	return 0;
}

int
connlog_reopen(struct pydirector *d)
{
	struct connlog *c = d->connlog;

	if (c == NULL || c->targets[CONNLOG_FILE].sink == NULL)
		return 0;
	return sink_reopen(c->targets[CONNLOG_FILE].sink);
}

void
connlog_given(struct pydirector *d)
{
	struct connlog *c = d->connlog;

	if (c != NULL && c->targets[CONNLOG_SYSLOG].sink != NULL)
		sink_restart(c->targets[CONNLOG_SYSLOG].sink);
}

void
connlog_stop(struct pydirector *d)
{
	struct connlog *c = d->connlog;
	int i;

	if (c == NULL)
		return;
	connlog_switch(c, 0);
	d->connlog = NULL;
	for (i = 0; i < CONNLOG_TARGETS; i++) {
		sink_free(c->targets[i].sink);
		sink_free(c->targets[i].old);
	}
	buf_done(&c->line);
	free(c);
}

int
connlog_counts(const struct pydirector *d, int target, uint64_t *taken,
    uint64_t *lost)
{
	const struct target *t;

	if (d->connlog == NULL)
		return -1;
	t = &d->connlog->targets[target];
	*taken = t->taken;
	*lost = t->lost;
	if (t->sink != NULL) {
		*taken += sink_taken(t->sink);
		*lost += sink_lost(t->sink);
	}
	return 0;
}
