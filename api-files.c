/* SPDX-License-Identifier: ISC
 *
 * Configurations in XML: reading one into a director, and reading it again. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "files.h"
#include "api.h"

/* The path seen from the root directory, for a program that leaves its own;
 * to be freed. NULL with errno. */
static char *
files_absolute(const char *file)
{
	char here[4096], *path;
	size_t n;

	here[0] = '\0';
	if (*file != '/' && getcwd(here, sizeof(here)) == NULL)
		return NULL;
	n = strlen(here) + strlen(file) + 2;
	path = malloc(n);
	if (path != NULL)
		(void)snprintf(path, n, "%s%s%s", here,
		    *file == '/' ? "" : "/", file);
	return path;
}

/* The error without the newline at its end; returns -1. */
static int
files_failed(struct pydirector *d)
{
	struct buf *e = &d->error;

	while (e->len > 0 && e->data[e->len - 1] == '\n')
		e->data[--e->len] = '\0';
	return -1;
}

/* A configuration can be read into it. */
static int
files_begin(struct pydirector *d)
{
	char *directory;

	if (api_begin(d) == -1)
		return -1;
	if (d->running || (d->model != NULL && d->model->nservices > 0))
		return api_fail(d, "there is a configuration already");
	directory = files_absolute("");
	if (directory == NULL)
		return api_fail(d, "directory: %s", strerror(errno));
	free(d->directory);
	d->directory = directory;
	return 0;
}

/* Something is to be made there: is there a directory for it? */
static void
files_hint_directory(struct pydirector *d, const char *what, const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	char directory[4096];
	struct stat st;
	int n;

	if (slash == NULL || slash == path)
		return;
	n = snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path),
	    path);
	if (n > 0 && (size_t)n < sizeof(directory) &&
	    stat(directory, &st) == -1)
		log_notice(d->log, "%s: directory %s: %s", what, directory,
		    strerror(errno));
}

static void
files_hint_read(struct pydirector *d, const char *what, const char *file)
{
	char *path = file == NULL ? NULL : path_beside(d->config_path, file);

	if (path != NULL && access(path, R_OK) == -1)
		log_notice(d->log, "%s %s: %s", what, path, strerror(errno));
	free(path);
}

/* What is no error, and seldom meant; what stands in the way of a start on
 * this machine, and may not on another. */
static void
files_hint(struct pydirector *d)
{
	const struct model *m = d->model;
	char *line, *end;

	for (line = m->hints; line != NULL && (end = strchr(line, '\n')) !=
	    NULL; line = end + 1)
		log_notice(d->log, "%.*s", (int)(end - line), line);
	files_hint_directory(d, "logging", m->log_file);
	files_hint_directory(d, "connlog", m->connlog_file);
	files_hint_directory(d, "console", m->console_socket);
	files_hint_directory(d, "control", m->control_socket);
	if (m->web.enable && m->web.secure) {
		files_hint_read(d, "web: certificate", m->web.certificate);
		if (m->web.certificate != NULL)
			files_hint_read(d, "web: key", m->web.key);
	}
	if (m->ssh.enable)
		files_hint_directory(d, "ssh: hostKey", m->ssh.host_key);
	if (m->nusers == 0 && m->web.enable)
		log_notice(d->log, "web: there is no user: nobody can log in");
	if (m->nusers == 0 && m->ssh.enable)
		log_notice(d->log, "ssh: there is no user: nobody can log in");
}

static void
files_take(struct pydirector *d, struct model *m)
{
	size_t i;

	for (i = 0; i < m->nservices; i++)
		m->services[i]->director = d;
	model_free(d->model);
	d->model = m;
	d->files = files_ops();
	files_hint(d);
}

int
pydirector_load(struct pydirector *d, const char *file)
{
	struct model *m;
	char *path;

	if (files_begin(d) == -1)
		return -1;
	path = files_absolute(file);
	if (path == NULL)
		return api_fail(d, "%s:0: %s", file, strerror(errno));
	buf_consume(&d->config_text, d->config_text.len);
	if (conf_slurp(file, &d->config_text, &d->error) == -1 ||
	    conf_parse(&m, file, d->config_text.data, d->config_text.len,
	    &d->error) == -1) {
		free(path);
		return files_failed(d);
	}
	free(d->config_path);
	d->config_path = path;
	files_take(d, m);
	return 0;
}

int
pydirector_load_text(struct pydirector *d, const char *name,
    const char *text, size_t len)
{
	struct model *m;

	if (files_begin(d) == -1)
		return -1;
	if (conf_parse(&m, name, text, len, &d->error) == -1)
		return files_failed(d);
	files_take(d, m);
	return 0;
}

int
pydirector_reload(struct pydirector *d)
{
	if (api_begin(d) == -1)
		return -1;
	if (d->files == NULL)
		return api_fail(d, FILES_NONE);
	return api_command(d, "reload", NULL, 0);
}

const char *
pydirector_log_file(const struct pydirector *d)
{
	return d->model == NULL ? NULL : d->model->log_file;
}
