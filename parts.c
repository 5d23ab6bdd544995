/* SPDX-License-Identifier: ISC
 *
 * The parts of a director beside its services, as the model has them. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* What is told first is what fails most easily: nothing else has moved then. */
static const struct {
	enum conf_kind	 kind;
	enum part_kind	 part;
} all[] = {
	{ CONF_CONNLOG, PART_CONNLOG },
	{ CONF_LOGGING, PART_SYSLOG },
	{ CONF_WEB, PART_WEB },
	{ CONF_SSH, PART_SSH },
	{ CONF_CONSOLE, PART_CONSOLE },
	{ CONF_CONTROL, PART_CONTROL }
};

#define ALL (sizeof(all) / sizeof(all[0]))

/* A copy of a text that may be NULL. */
static char *
copy(const char *text, int *failed)
{
	char *p = text == NULL ? NULL : strdup(text);

	if (text != NULL && p == NULL)
		*failed = 1;
	return p;
}

static void
access_copy(struct access_point *to, const struct access_point *from,
    int *failed)
{
	*to = *from;
	to->address = copy(from->address, failed);
	to->certificate = copy(from->certificate, failed);
	to->key = copy(from->key, failed);
	to->host_key = copy(from->host_key, failed);
	to->keys = copy(from->keys, failed);
}

int
parts_copy(struct parts *p, const struct model *m)
{
	int failed = 0;

	access_copy(&p->web, &m->web, &failed);
	access_copy(&p->ssh, &m->ssh, &failed);
	p->log_file = copy(m->log_file, &failed);
	p->log_syslog = copy(m->log_syslog, &failed);
	p->connlog_file = copy(m->connlog_file, &failed);
	p->connlog_syslog = copy(m->connlog_syslog, &failed);
	p->connlog_start = m->connlog_start;
	p->console_socket = copy(m->console_socket, &failed);
	p->control_socket = copy(m->control_socket, &failed);
	p->control_mode = m->control_mode;
	if (failed)
		parts_done(p);
	return failed ? -1 : 0;
}

/* What the model says, without a copy. */
static struct parts
parts_of(const struct model *m)
{
	struct parts p;

	p.web = m->web;
	p.ssh = m->ssh;
	p.log_file = m->log_file;
	p.log_syslog = m->log_syslog;
	p.connlog_file = m->connlog_file;
	p.connlog_syslog = m->connlog_syslog;
	p.connlog_start = m->connlog_start;
	p.console_socket = m->console_socket;
	p.control_socket = m->control_socket;
	p.control_mode = m->control_mode;
	return p;
}

void
parts_swap(struct parts *p, struct model *m)
{
	struct parts old = parts_of(m);

	m->web = p->web;
	m->ssh = p->ssh;
	m->log_file = p->log_file;
	m->log_syslog = p->log_syslog;
	m->connlog_file = p->connlog_file;
	m->connlog_syslog = p->connlog_syslog;
	m->connlog_start = p->connlog_start;
	m->console_socket = p->console_socket;
	m->control_socket = p->control_socket;
	m->control_mode = p->control_mode;
	*p = old;
}

void
parts_done(struct parts *p)
{
	access_done(&p->web);
	access_done(&p->ssh);
	free(p->log_file);
	free(p->log_syslog);
	free(p->connlog_file);
	free(p->connlog_syslog);
	free(p->console_socket);
	free(p->control_socket);
	memset(p, 0, sizeof(*p));
}

int
parts_has(enum conf_kind kind)
{
	size_t i;

	for (i = 0; i < ALL; i++)
		if (all[i].kind == kind)
			return 1;
	return 0;
}

/* Where it listens, or NULL. */
static const char *
access_at(const struct access_point *ap)
{
	return ap->enable ? ap->address : NULL;
}

/* What the model says that a part does, or NULL: nothing. */
static const char *
wanted(const struct model *m, enum part_kind part)
{
	switch (part) {
	case PART_CONNLOG:
		return m->connlog_file != NULL ? m->connlog_file :
		    m->connlog_syslog;
	case PART_SYSLOG:
		return m->log_syslog;
	case PART_WEB:
		return access_at(&m->web);
	case PART_SSH:
		return access_at(&m->ssh);
	case PART_CONSOLE:
		return m->console_socket;
	case PART_CONTROL:
		return m->control_socket;
	}
	return NULL;
}

static int
start(struct pydirector *d, enum part_kind part, char *err, size_t size)
{
	static const char *const names[PARTS] = {
		"connlog", "syslog", "web", "ssh", "console", "control"
	};
	const struct part *p = d->parts[part];
	const char *what;

	if (p != NULL)
		return p->start(d, err, size);
	what = wanted(d->model, part);
	if (what != NULL)
		log_warning(d->log, "%s %s: not started: not built in",
		    names[part], what);
	return 0;
}

int
parts_start(struct pydirector *d, enum conf_kind kind, char *err, size_t size)
{
	size_t i;

	for (i = 0; d->running && i < ALL; i++)
		if (all[i].kind == kind)
			return start(d, all[i].part, err, size);
	return 0;
}

int
parts_begin(struct pydirector *d, char *err, size_t size)
{
	static const enum part_kind order[] = {
		PART_CONTROL, PART_CONSOLE, PART_SSH, PART_WEB
	};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (start(d, order[i], err, size) == -1)
			return -1;
	return 0;
}

int
parts_begin_logs(struct pydirector *d, char *err, size_t size)
{
	if (start(d, PART_SYSLOG, err, size) == -1)
		return -1;
	return start(d, PART_CONNLOG, err, size);
}

void
parts_end(struct pydirector *d, enum part_kind part)
{
	if (d->parts[part] != NULL)
		d->parts[part]->stop(d);
}

static int
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int
same_access(const struct access_point *a, const struct access_point *b)
{
	if (!a->enable && !b->enable)
		return 1;
	return a->enable == b->enable && a->secure == b->secure &&
	    same_text(a->address, b->address) &&
	    same_text(a->certificate, b->certificate) &&
	    same_text(a->key, b->key) &&
	    same_text(a->host_key, b->host_key) &&
	    same_text(a->keys, b->keys);
}

/* 1: both say the same of the part. */
static int
same(enum conf_kind kind, const struct parts *a, const struct parts *b)
{
	if (kind == CONF_WEB)
		return same_access(&a->web, &b->web);
	if (kind == CONF_SSH)
		return same_access(&a->ssh, &b->ssh);
	if (kind == CONF_CONSOLE)
		return same_text(a->console_socket, b->console_socket);
	if (kind == CONF_CONTROL)
		return a->control_mode == b->control_mode &&
		    same_text(a->control_socket, b->control_socket);
	if (kind == CONF_LOGGING)
		return same_text(a->log_syslog, b->log_syslog);
	return a->connlog_start == b->connlog_start &&
	    same_text(a->connlog_file, b->connlog_file) &&
	    same_text(a->connlog_syslog, b->connlog_syslog);
}

int
parts_start_changed(struct pydirector *d, const struct parts *old, char *err,
    size_t size)
{
	struct parts new = parts_of(d->model);
	size_t i;

	for (i = 0; d->running && i < ALL; i++)
		if (!same(all[i].kind, old, &new) &&
		    start(d, all[i].part, err, size) == -1)
			return -1;
	return 0;
}

/* Binds an address that is listened on anew. */
static int
prepare(struct pydirector *d, const char *what, const char *has,
    const char *wanted, char *err, size_t size)
{
	char why[512];

	if (wanted == NULL || (has != NULL && strcmp(has, wanted) == 0))
		return 0;
	if (door_prepare(d, wanted, why, sizeof(why)) == 0)
		return 0;
	(void)snprintf(err, size, "%s %s", what, why);
	return -1;
}

static int
prepare_path(struct pydirector *d, const char *what, const char *has,
    const char *wanted, char *err, size_t size)
{
	char address[2][sizeof("unix:") + NET_PATH_MAX];

	(void)snprintf(address[0], sizeof(address[0]), "unix:%s",
	    has == NULL ? "" : has);
	(void)snprintf(address[1], sizeof(address[1]), "unix:%s",
	    wanted == NULL ? "" : wanted);
	return prepare(d, what, has == NULL ? NULL : address[0],
	    wanted == NULL ? NULL : address[1], err, size);
}

int
parts_prepare(struct pydirector *d, const struct model *to, char *err,
    size_t size)
{
	const struct model *from = d->model;

	if (d->parts[PART_WEB] != NULL && prepare(d, "web",
	    access_at(&from->web), access_at(&to->web), err, size) == -1)
		return -1;
	if (d->parts[PART_SSH] != NULL && prepare(d, "ssh",
	    access_at(&from->ssh), access_at(&to->ssh), err, size) == -1)
		return -1;
	if (d->parts[PART_CONSOLE] != NULL && prepare_path(d, "console",
	    from->console_socket, to->console_socket, err, size) == -1)
		return -1;
	return d->parts[PART_CONTROL] == NULL ? 0 : prepare_path(d, "control",
	    from->control_socket, to->control_socket, err, size);
}
