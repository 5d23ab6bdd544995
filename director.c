/* SPDX-License-Identifier: ISC
 *
 * The public API: a director is made, loads a configuration, starts, and is
 * then carried by its owner's poll(2) loop. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "director.h"
#include "pydirector.h"

/* What one read takes at most, as a rule and in bulk transfers, whose speed it
 * decides; and how many chunks are kept when nobody needs them. An idle relay
 * has none. */
#define CHUNK_SIZE (64 * 1024)
#define CHUNKS_KEPT 16
#define BULK_SIZE (1024 * 1024)
#define BULKS_KEPT 2
/* Text of all errors in one configuration. */
#define ERRORS_MAX (64 * 1024)

struct pydirector *
pydirector_new(pydirector_log_fn *log, void *arg, enum pydirector_level level,
    const char *helper)
{
	struct pydirector *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return (NULL);
	loop_init(&d->loop);
	pool_init(&d->pool, CHUNK_SIZE, CHUNKS_KEPT);
	pool_init(&d->bulk, BULK_SIZE, BULKS_KEPT);
	d->random = random_seed();
	d->log = log_new(log, arg, (enum log_level)level);
	if (helper != NULL && d->log != NULL)
		d->lookup = helper_new(&d->loop, d->log, helper, "lookup");
	if (d->log == NULL || (helper != NULL && d->lookup == NULL)) {
		pydirector_free(d);
		return (NULL);
	}
	return (d);
}

int
pydirector_use(struct pydirector *d, const char *word)
{
	return (loop_use(&d->loop, word));
}

/* Ends all that runs; the model stays. */
static void
director_stop(struct pydirector *d)
{
	size_t i;

	if (d->model == NULL)
		return;
	for (i = 0; i < d->model->nservices; i++)
		listen_stop(d, d->model->services[i]);
	relay_stop_all(d, END_STOP);
	loop_timer_del(&d->loop, &d->short_timer);
	manager_stop(d);
}

void
pydirector_free(struct pydirector *d)
{
	if (d == NULL)
		return;
	director_stop(d);
	helper_free(d->lookup);
	loop_done(&d->loop);
	model_free(d->model);
	pool_done(&d->pool);
	pool_done(&d->bulk);
	log_free(d->log);
	free(d);
}

int
pydirector_load(struct pydirector *d, const char *file,
    pydirector_error_fn *error, void *arg)
{
	struct model *m;
	struct buf errors;
	char *line, *end;
	size_t i;

	buf_init(&errors, ERRORS_MAX);
	if (conf_read(&m, file, &errors) == -1) {
		for (line = errors.data; line != NULL && *line != '\0';
		    line = end) {
			end = line + strcspn(line, "\n");
			if (*end != '\0')
				*end++ = '\0';
			error(arg, line);
		}
		buf_done(&errors);
		return (-1);
	}
	buf_done(&errors);
	for (i = 0; i < m->nservices; i++)
		m->services[i]->director = d;
	d->model = m;
	return (0);
}

const char *
pydirector_log_file(const struct pydirector *d)
{
	return (d->model == NULL ? NULL : d->model->log_file);
}

/* Says of a part of the configuration that it does not run. */
static void
director_warn_off(struct pydirector *d, const char *what,
    const struct access_point *a)
{
	if (!a->present)
		return;
	if (a->enable)
		log_warning(d->log, "%s %s: not started: not built in", what,
		    a->address);
	else
		log_warning(d->log, "%s: not started: enable is not true",
		    what);
}

int
pydirector_start(struct pydirector *d, char *err, size_t size)
{
	const struct model *m = d->model;
	size_t i;

	d->loop.now = d->loop.clock();
	if (net_raise_files() == -1)
		log_debug(d->log, "descriptors: no limit");
	director_warn_off(d, "web", &m->web);
	director_warn_off(d, "ssh", &m->ssh);
	manager_resolve_all(d);
	if (manager_start(d) == -1) {
		snprintf(err, size, "out of memory");
		director_stop(d);
		return (-1);
	}
	for (i = 0; i < m->nservices; i++) {
		if (listen_start(d, m->services[i], err, size) == 0)
			continue;
		director_stop(d);
		return (-1);
	}
	return (0);
}

int
pydirector_pollfds(struct pydirector *d, struct pollfd *fds, int max)
{
	return (loop_pollfds(&d->loop, fds, max));
}

int
pydirector_timeout(const struct pydirector *d)
{
	int64_t wait, due = log_due(d->log);
	int timeout = loop_timeout(&d->loop);

	if (due == -1)
		return (timeout);
	wait = due - d->loop.clock();
	if (wait < 0)
		wait = 0;
	return (timeout == -1 || wait < timeout ? (int)wait : timeout);
}

void
pydirector_dispatch(struct pydirector *d, const struct pollfd *fds, int n)
{
	loop_dispatch(&d->loop, fds, n);
	log_tick(d->log, d->loop.now);
}

void
pydirector_drain(struct pydirector *d)
{
	size_t i;

	d->draining = 1;
	for (i = 0; i < d->model->nservices; i++)
		listen_stop(d, d->model->services[i]);
}

size_t
pydirector_relays(const struct pydirector *d)
{
	return (d->nrelays);
}

const char *
pydirector_version(void)
{
	return (VERSION);
}
