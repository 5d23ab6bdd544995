/* SPDX-License-Identifier: ISC
 *
 * The public API, its core: a director is made, started, and carried by its
 * owner's poll(2) loop. What else pydirector.h promises is in api-*.c. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "proxy.h"
#include "handover.h"
#include "parts.h"
#include "api.h"

/* What one read takes at most, as a rule and in bulk transfers, whose speed it
 * decides; and how many chunks are kept when nobody needs them. An idle relay
 * has none. */
#define CHUNK_SIZE (64 * 1024)
#define CHUNKS_KEPT 16
#define BULK_SIZE (1024 * 1024)
#define BULKS_KEPT 2
/* Text of all errors of one call. */
#define ERRORS_MAX (64 * 1024)

/* What all calls have in common. */

int
api_begin(struct pydirector *d)
{
	if (d->calling > 0)
		return api_fail(d, "not from a callback");
	buf_consume(&d->error, d->error.len);
	d->error.failed = 0;
	d->loop.now = d->loop.clock();
	return 0;
}

int
api_fail(struct pydirector *d, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (d->error.len > 0)
		(void)buf_add(&d->error, "\n", 1);
	(void)buf_add(&d->error, text, strlen(text));
	return -1;
}

int
api_model(struct pydirector *d)
{
	if (d->model == NULL)
		d->model = model_new();
	return d->model == NULL ? api_fail(d, "out of memory") : 0;
}

void
api_call(struct pydirector *d)
{
	d->calling++;
}

void
api_called(struct pydirector *d)
{
	d->calling--;
}

const char *
pydirector_error(const struct pydirector *d)
{
	if (d->error.len > 0)
		return d->error.data;
	return d->error.failed ? "out of memory" : "";
}

/* Life. */

/* The program's log may not change anything, either. */
static void
director_log(void *arg, int level, const char *line)
{
	struct pydirector *d = arg;

	api_call(d);
	d->log_fn(d->log_arg, level, line);
	api_called(d);
}

struct pydirector *
pydirector_new(pydirector_log_fn *log, void *arg, enum pydirector_level level)
{
	struct pydirector *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	loop_init(&d->loop);
	pool_init(&d->pool, CHUNK_SIZE, CHUNKS_KEPT);
	pool_init(&d->bulk, BULK_SIZE, BULKS_KEPT);
	pool_init(&d->small, PROXY_HEADER_MAX + PROXY_MADE_MAX, CHUNKS_KEPT);
	buf_init(&d->config_text, CONF_MAX + 1);
	buf_init(&d->error, ERRORS_MAX);
	d->random = random_seed();
	d->log_fn = log;
	d->log_arg = arg;
	d->log = log_new(log == NULL ? NULL : director_log, d,
	    (enum log_level)level);
	if (d->log == NULL) {
		pydirector_free(d);
		return NULL;
	}
	return d;
}

int
pydirector_use(struct pydirector *d, const char *word)
{
	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "it has started");
	if (loop_use(&d->loop, word) == 0)
		return 0;
	return api_fail(d, "%s: does not work here",
	    word == NULL ? "the kernel's set" : word);
}

int
pydirector_resolve(struct pydirector *d)
{
	if (api_begin(d) == -1)
		return -1;
	if (d->model == NULL || manager_resolve_all(d) == 0)
		return 0;
	return api_fail(d, "not all names have an address");
}

void
pydirector_stop(struct pydirector *d)
{
	size_t i;

	if (d->model == NULL || d->calling > 0)
		return;
	if (d->upgrades != NULL)
		d->upgrades->cancel(d);
	if (d->running && d->upgrades != NULL)
		d->upgrades->takeover_stop(d);
	parts_end(d, PART_WEB);
	parts_end(d, PART_SSH);
	parts_end(d, PART_CONTROL);
	parts_end(d, PART_CONSOLE);
	if (d->auth != NULL)
		d->auth_done(d);
	for (i = 0; i < d->model->nservices; i++)
		listen_stop(d, d->model->services[i]);
	relay_stop_all(d, END_STOP);
	if (d->upgrades != NULL)
		d->upgrades->stop(d);
	parts_end(d, PART_CONNLOG);
	loop_timer_del(&d->loop, &d->short_timer);
	manager_stop(d);
	d->short_of = 0;
	d->running = 0;
	log_tick(d->log, INT64_MAX);
}

void
pydirector_free(struct pydirector *d)
{
	if (d == NULL || d->calling > 0)
		return;
	pydirector_stop(d);
	if (d->upgrades != NULL)
		d->upgrades->takeover_done(d);
	if (d->helpers != NULL) {
		d->helpers->free(d->lookup);
		d->helpers->free(d->crypt);
	}
	parts_end(d, PART_SYSLOG);
	loop_done(&d->loop);
	model_free(d->model);
	pool_done(&d->pool);
	pool_done(&d->bulk);
	pool_done(&d->small);
	log_free(d->log);
	buf_done(&d->config_text);
	buf_done(&d->error);
	free(d->events);
	free(d->config_path);
	free(d->syslog_default);
	free(d->helper);
	free(d->sshd_program);
	free(d->ctl_program);
	free(d->directory);
	free(d);
}

/* Watches the hosts, binds everything. */
static int
director_start(struct pydirector *d, char *err, size_t size)
{
	const struct model *m = d->model;
	size_t i;

	if (parts_begin_logs(d, err, size) == -1)
		return -1;
	if (manager_start(d) == -1) {
		(void)snprintf(err, size, "out of memory");
		return -1;
	}
	for (i = 0; i < m->nservices; i++) {
		if (listen_start(d, m->services[i], err, size) == -1)
			return -1;
	}
	return parts_begin(d, err, size);
}

int
pydirector_start(struct pydirector *d)
{
	char err[1024];

	if (api_begin(d) == -1 || api_model(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "it has started");
	d->started = d->loop.now;
	d->draining = 0;
	d->quit = 0;
	if (director_start(d, err, sizeof(err)) == -1) {
		pydirector_stop(d);
		return api_fail(d, "%s", err);
	}
	d->running = 1;
	return 0;
}

void
pydirector_drain(struct pydirector *d)
{
	size_t i;

	if (d->upgrades != NULL)
		d->upgrades->cancel(d);
	d->draining = 1;
	for (i = 0; d->model != NULL && i < d->model->nservices; i++)
		listen_drain(d, d->model->services[i]);
}

int
pydirector_reopen(struct pydirector *d)
{
	const struct part *p = d->parts[PART_CONNLOG];

	if (d->upgrades != NULL)
		d->upgrades->reopen(d);
	return p == NULL ? 0 : p->reopen(d);
}

void
pydirector_hooks(struct pydirector *d, const struct pydirector_hooks *hooks,
    size_t size, void *arg)
{
	struct pydirector_hooks h;

	memset(&h, 0, sizeof(h));
	memcpy(&h, hooks, size < sizeof(h) ? size : sizeof(h));
	d->close_log = h.close_log;
	d->shutdown = h.stop;
	d->upgrade = h.upgrade;
	d->inherit = h.inherit;
	d->hook_arg = arg;
}

/* The loop. */

int
pydirector_pollfds(struct pydirector *d, struct pollfd *fds, int max)
{
	return loop_pollfds(&d->loop, fds, max);
}

int
pydirector_timeout(const struct pydirector *d)
{
	int64_t wait, due = log_due(d->log);
	int timeout = loop_timeout(&d->loop);

	if (due == -1)
		return timeout;
	wait = due - d->loop.clock();
	if (wait < 0)
		wait = 0;
	return timeout == -1 || wait < timeout ? (int)wait : timeout;
}

void
pydirector_dispatch(struct pydirector *d, const struct pollfd *fds, int n)
{
	loop_dispatch(&d->loop, fds, n);
	log_tick(d->log, d->loop.now);
}

void
pydirector_quit(struct pydirector *d)
{
	d->quit = 1;
}

int
pydirector_finished(const struct pydirector *d)
{
	return d->draining && d->nrelays == 0 && d->takeover == NULL;
}

size_t
pydirector_relays(const struct pydirector *d)
{
	return d->nrelays;
}

/* The library. */

int
pydirector_api_version(void)
{
	return PYDIRECTOR_API_VERSION;
}

const char *
pydirector_version(void)
{
	return VERSION;
}

const char *
pydirector_level_word(int level)
{
	if (level < PYDIRECTOR_ERR || level > PYDIRECTOR_DEBUG)
		return "-";
	return log_level_word((enum log_level)level);
}
