/* SPDX-License-Identifier: ISC
 *
 * The public API: a director is made, loads a configuration, starts, and is
 * then carried by its owner's poll(2) loop. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random.h"
#include "proxy.h"
#include "director.h"
#include "connlog.h"
#include "given.h"
#include "handover.h"
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
		return NULL;
	loop_init(&d->loop);
	pool_init(&d->pool, CHUNK_SIZE, CHUNKS_KEPT);
	pool_init(&d->bulk, BULK_SIZE, BULKS_KEPT);
	pool_init(&d->small, PROXY_HEADER_MAX + PROXY_MADE_MAX, CHUNKS_KEPT);
	buf_init(&d->config_text, CONF_MAX + 1);
	d->random = random_seed();
	d->log = log_new(log, arg, (enum log_level)level);
	if (helper != NULL && d->log != NULL) {
		d->helper = strdup(helper);
		d->lookup = helper_new(&d->loop, d->log, helper, "lookup");
		d->crypt = helper_new(&d->loop, d->log, helper, "crypt");
	}
	if (d->log == NULL || (helper != NULL && (d->helper == NULL ||
	    d->lookup == NULL || d->crypt == NULL))) {
		pydirector_free(d);
		return NULL;
	}
	return d;
}

int
pydirector_programs(struct pydirector *d, const char *sshd, const char *ctl)
{
	if (sshd == NULL || ctl == NULL)
		return 0;
	d->sshd_program = strdup(sshd);
	d->ctl_program = strdup(ctl);
	return d->sshd_program == NULL || d->ctl_program == NULL ? -1 : 0;
}

int
pydirector_use(struct pydirector *d, const char *word)
{
	return loop_use(&d->loop, word);
}

void
pydirector_stop(struct pydirector *d)
{
	size_t i;

	if (d->model == NULL)
		return;
	if (d->running)
		takeover_stop(d);
	admin_stop(d);
	ssh_stop(d);
	control_stop(d);
	console_stop(d);
	auth_done(d);
	for (i = 0; i < d->model->nservices; i++)
		listen_stop(d, d->model->services[i]);
	relay_stop_all(d, END_STOP);
	handover_stop(d);
	connlog_stop(d);
	loop_timer_del(&d->loop, &d->short_timer);
	manager_stop(d);
	d->running = 0;
	log_tick(d->log, INT64_MAX);
}

void
pydirector_free(struct pydirector *d)
{
	if (d == NULL)
		return;
	pydirector_stop(d);
	takeover_done(d);
	helper_free(d->lookup);
	helper_free(d->crypt);
	syslog_stop(d);
	loop_done(&d->loop);
	model_free(d->model);
	pool_done(&d->pool);
	pool_done(&d->bulk);
	pool_done(&d->small);
	log_free(d->log);
	buf_done(&d->config_text);
	free(d->config_path);
	free(d->syslog_default);
	free(d->helper);
	free(d->sshd_program);
	free(d->ctl_program);
	free(d->directory);
	free(d);
}

/* The path seen from the root directory, for a program that leaves its own;
 * to be freed. NULL with errno. */
static char *
director_absolute(const char *file)
{
	char here[4096], *path;
	size_t n;

	here[0] = '\0';
	if (*file != '/' && getcwd(here, sizeof(here)) == NULL)
		return NULL;
	n = strlen(here) + strlen(file) + 2;
	path = malloc(n);
	if (path != NULL)
		snprintf(path, n, "%s%s%s", here, *file == '/' ? "" : "/",
		    file);
	return path;
}

/* Calls error for each line. */
static void
director_errors(struct buf *errors, pydirector_error_fn *error, void *arg)
{
	char *line, *end;

	for (line = errors->data; line != NULL && *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end != '\0')
			*end++ = '\0';
		error(arg, line);
	}
}

int
pydirector_load(struct pydirector *d, const char *file,
    pydirector_error_fn *error, void *arg)
{
	struct model *m;
	struct buf errors;
	size_t i;
	int result;

	buf_init(&errors, ERRORS_MAX);
	d->directory = director_absolute("");
	d->config_path = director_absolute(file);
	if (d->config_path == NULL)
		(void)buf_addf(&errors, "%s:0: %s\n", file, strerror(errno));
	result = d->config_path == NULL ||
	    conf_slurp(file, &d->config_text, &errors) == -1 ||
	    conf_parse(&m, file, d->config_text.data, d->config_text.len,
	    &errors) == -1 ? -1 : 0;
	if (result == -1)
		director_errors(&errors, error, arg);
	buf_done(&errors);
	if (result == -1)
		return -1;
	for (i = 0; i < m->nservices; i++)
		m->services[i]->director = d;
	d->model = m;
	return 0;
}

const char *
pydirector_log_file(const struct pydirector *d)
{
	return d->model == NULL ? NULL : d->model->log_file;
}

int
pydirector_reopen(struct pydirector *d)
{
	takeover_reopen(d);
	return connlog_reopen(d);
}

/* The log on its way to syslog. */

int
pydirector_syslog(struct pydirector *d, const char *facility, char *err,
    size_t size)
{
	if (facility != NULL && d->syslog_default == NULL &&
	    (d->syslog_default = strdup(facility)) == NULL) {
		snprintf(err, size, "out of memory");
		return -1;
	}
	d->syslog_used = 1;
	return syslog_start(d, err, size);
}

void
pydirector_syslog_line(struct pydirector *d, int level, const char *line)
{
	syslog_line(d, level, line);
}

/* Says of a part of the configuration that it does not run. */
static void
director_warn_off(struct pydirector *d, const char *what,
    const struct access_point *a)
{
	if (!a->present || (a->enable && d->sshd_program != NULL))
		return;
	if (a->enable)
		log_warning(d->log, "%s %s: not started: not built in", what,
		    a->address);
	else
		log_warning(d->log, "%s: not started: enable is not true",
		    what);
}

/* Looks names up, watches the hosts, binds everything. */
static int
director_start(struct pydirector *d, char *err, size_t size)
{
	const struct model *m = d->model;
	size_t i;

	if (connlog_start(d, err, size) == -1)
		return -1;
	manager_resolve_all(d);
	if (manager_start(d) == -1) {
		snprintf(err, size, "out of memory");
		return -1;
	}
	for (i = 0; i < m->nservices; i++) {
		if (listen_start(d, m->services[i], err, size) == -1)
			return -1;
	}
	if (control_start(d, err, size) == -1 ||
	    console_start(d, err, size) == -1)
		return -1;
	if (ssh_start(d, err, size) == -1)
		return -1;
	return admin_start(d, err, size);
}

int
pydirector_start(struct pydirector *d, char *err, size_t size)
{
	d->loop.now = d->loop.clock();
	d->started = d->loop.now;
	if (net_raise_files() == -1)
		log_debug(d->log, "descriptors: no limit");
	director_warn_off(d, "ssh", &d->model->ssh);
	if (director_start(d, err, size) == -1) {
		pydirector_stop(d);
		return -1;
	}
	d->running = 1;
	return 0;
}

int
pydirector_reload(struct pydirector *d, pydirector_error_fn *error, void *arg)
{
	struct caller caller = { "-", "signal", RIGHT_WRITE };
	struct buf answer;
	enum outcome outcome;

	d->loop.now = d->loop.clock();
	buf_init(&answer, ERRORS_MAX);
	outcome = command_run(d, &caller, "reload", NULL, 0, &answer);
	if (outcome != OUTCOME_OK)
		director_errors(&answer, error, arg);
	buf_done(&answer);
	return outcome == OUTCOME_OK ? 0 : -1;
}

void
pydirector_hooks(struct pydirector *d, pydirector_hook_fn *close_log,
    pydirector_hook_fn *stop, pydirector_hook_fn *upgrade, void *arg)
{
	d->close_log = close_log;
	d->shutdown = stop;
	d->upgrade = upgrade;
	d->hook_arg = arg;
}

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
pydirector_drain(struct pydirector *d)
{
	size_t i;

	d->draining = 1;
	for (i = 0; i < d->model->nservices; i++)
		listen_drain(d, d->model->services[i]);
}

size_t
pydirector_relays(const struct pydirector *d)
{
	return d->nrelays;
}

int
pydirector_finished(const struct pydirector *d)
{
	return d->draining && d->nrelays == 0 && d->takeover == NULL;
}

/* Another process in our place. */

size_t
pydirector_sockets(const struct pydirector *d)
{
	return handover_sockets(d);
}

long
pydirector_hand_over(struct pydirector *d, char *const argv[],
    char *const env[], pydirector_upgrade_fn *fn, void *arg, char *err,
    size_t size)
{
	return handover_start(d, argv, env, fn, arg, err, size);
}

int
pydirector_take_over(struct pydirector *d, int fd, int n, char *err,
    size_t size)
{
	return takeover_begin(d, fd, n, err, size);
}

int
pydirector_ready(struct pydirector *d)
{
	d->loop.now = d->loop.clock();
	return d->takeover == NULL ? 0 : takeover_ready(d);
}

void
pydirector_failed(struct pydirector *d, const char *why)
{
	takeover_fail(d, why);
}

/* Another user. */

int
pydirector_give(struct pydirector *d, uid_t uid, gid_t gid, char *err,
    size_t size)
{
	if (door_give(d, uid, gid, err, size) == -1 ||
	    secure_give(d, uid, gid, err, size) == -1 ||
	    ssh_give(d, uid, gid, err, size) == -1)
		return -1;
	return connlog_give(d, uid, gid, err, size);
}

void
pydirector_given(struct pydirector *d)
{
	if (d->config_path != NULL && access(d->config_path, R_OK) == -1)
		log_warning(d->log, "config: %s: cannot be read any more, "
		    "which reload and upgrade have to do: %s", d->config_path,
		    strerror(errno));
	secure_given(d);
	ssh_given(d);
	connlog_given(d);
	syslog_given(d);
}

const char *
pydirector_version(void)
{
	return VERSION;
}
