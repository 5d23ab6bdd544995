/* SPDX-License-Identifier: ISC
 *
 * The file of the configuration while it runs: what is different in it, and
 * taking that over. The whole file is read and checked, and every new address
 * is bound, before anything changes; then the difference is applied by the
 * same commands that an operator has, all in one step of the loop. An address
 * that passes from one to another stays bound meanwhile. Certificates and keys
 * are read again also when nothing is different. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "parts.h"

#define LINES_MAX (64 * 1024 * 1024)

/* The file as it is now. */
struct stored {
	struct buf	 text;
	struct model	*model;
	struct buf	 lines;		/* the calls that make it run */
	int		 n;		/* how many */
};

static void
stored_done(struct stored *s)
{
	buf_done(&s->text);
	buf_done(&s->lines);
	model_free(s->model);
}

/* Adds all errors to the answer, without the newline at the end. */
static void
stored_errors(const struct request *rq, const struct buf *errors)
{
	size_t len = errors->len;

	if (len > 0 && errors->data[len - 1] == '\n')
		len--;
	if (rq->answer->len > 0)
		(void)buf_add(rq->answer, "\n", 1);
	(void)buf_add(rq->answer, len > 0 ? errors->data : "", len);
}

/* Reads the file and compares it to what runs. stored_done also when it
 * fails. */
static enum outcome
stored_read(const struct request *rq, struct stored *s)
{
	struct pydirector *d = rq->director;
	struct buf errors;
	enum outcome o = OUTCOME_OK;

	memset(s, 0, sizeof(*s));
	buf_init(&s->text, CONF_MAX + 1);
	buf_init(&s->lines, LINES_MAX);
	if (d->config_path == NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "the configuration is not from a file");
	buf_init(&errors, 64 * 1024);
	if (conf_slurp(d->config_path, &s->text, &errors) == -1 ||
	    conf_parse(&s->model, d->config_path, s->text.data, s->text.len,
	    &errors) == -1) {
		stored_errors(rq, &errors);
		o = OUTCOME_CONFLICT;
	}
	buf_done(&errors);
	if (o != OUTCOME_OK)
		return o;
	s->n = compareconf(d->model, s->model, &s->lines);
	return s->n == -1 ? command_no_memory(rq) : OUTCOME_OK;
}

/* The next of the lines; its newline becomes a NUL. */
static char *
stored_line(char **next)
{
	char *line = *next, *end;

	if (line == NULL || *line == '\0')
		return NULL;
	end = strchr(line, '\n');
	if (end != NULL)
		*end++ = '\0';
	*next = end;
	return line;
}

/* Doors. */

/* The addresses that a model listens on, by their meaning. */
struct wanted {
	struct index	 at;
	struct hostport	 parts[2];	/* of web and ssh */
	int		 no_memory;
};

static void
wanted_add(struct wanted *w, struct hostport *at)
{
	if (index_add(&w->at, index_address(at), at) == -1)
		w->no_memory = 1;
}

static void
wanted_init(struct wanted *w, const struct model *m)
{
	const struct access_point *parts[2] = { &m->web, &m->ssh };
	const struct service *s;
	const char *why;
	size_t i, j;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < m->nservices; i++) {
		s = m->services[i];
		for (j = 0; j < s->nlisteners; j++)
			wanted_add(w, s->listeners[j]->at);
	}
	for (i = 0; i < 2; i++)
		if (parts[i]->enable && parts[i]->address != NULL &&
		    addr_split(parts[i]->address, &w->parts[i], &why) == 0)
			wanted_add(w, &w->parts[i]);
}

static int
wanted_has(const struct wanted *w, const char *address)
{
	const struct hostport *p;
	struct hostport at;
	const char *why;
	uint64_t hash;
	size_t next = 0;

	if (addr_split(address, &at, &why) == -1)
		return 1;
	hash = index_address(&at);
	while ((p = index_next(&w->at, hash, &next)) != NULL)
		if (address_same(p, &at))
			return 1;
	return 0;
}

/* Tells the doors that will be closed, so that what opens meanwhile can take
 * over addresses that overlap with theirs. */
static int
reload_leave(struct pydirector *d, const struct model *to)
{
	struct wanted w;
	struct door *door;
	int failed;

	wanted_init(&w, to);
	failed = w.no_memory;
	for (door = d->doors; !failed && door != NULL; door = door->next)
		if (!wanted_has(&w, door->address))
			door_leaves(door);
	index_done(&w.at);
	return failed ? -1 : 0;
}

/* The address of a listener that a line makes, or "". */
static void
reload_address(const char *line, char *address, size_t size)
{
	static const char *const calls[] = { "newListen?", "newService?" };
	const char *arg;
	size_t i;

	address[0] = '\0';
	for (i = 0; i < 2; i++)
		if (strncmp(line, calls[i], strlen(calls[i])) == 0)
			break;
	arg = i == 2 ? NULL : strstr(line, "&listen=");
	if (arg == NULL)
		return;
	(void)snprintf(address, size, "%.*s", (int)strcspn(arg + 8, "&\n"),
	    arg + 8);
	(void)command_decode(address);
}

/* Binds what is listened on anew. */
static enum outcome
reload_bind(const struct request *rq, const struct stored *s)
{
	struct pydirector *d = rq->director;
	char address[512], err[768];
	const char *line;
	enum outcome o = OUTCOME_OK;

	if (!d->running)
		return o;
	if (reload_leave(d, s->model) == -1)
		return command_no_memory(rq);
	for (line = s->lines.data; line != NULL && *line != '\0';
	    line = strchr(line, '\n') + 1) {
		reload_address(line, address, sizeof(address));
		if (address[0] != '\0' &&
		    door_prepare(d, address, err, sizeof(err)) == -1)
			o = command_say(rq, OUTCOME_CONFLICT,
			    "%s: listener %s", d->config_path, err);
	}
	if (parts_prepare(d, s->model, err, sizeof(err)) == -1)
		o = command_say(rq, OUTCOME_CONFLICT, "%s: %s",
		    d->config_path, err);
	return o;
}

/* Applying. */

/* What is no service comes first: its files may be bad, and then nothing has
 * changed. */
static enum outcome
reload_parts(const struct request *rq, const struct stored *s)
{
	struct pydirector *d = rq->director;
	struct parts parts;
	char err[512], again[512];
	enum outcome o = OUTCOME_OK;

	if (parts_copy(&parts, s->model) == -1)
		return command_no_memory(rq);
	parts_swap(&parts, d->model);
	if (parts_start_changed(d, &parts, err, sizeof(err)) == -1) {
		o = command_say(rq, OUTCOME_CONFLICT, "%s: %s",
		    d->config_path, err);
		parts_swap(&parts, d->model);
		if (parts_start_changed(d, &parts, again, sizeof(again)) == -1)
			log_err(d->log, "config: %s", again);
	}
	parts_done(&parts);
	return o;
}

/* All lines. The parts run already: whatever becomes of the lines, the model
 * says so in the end. */
static enum outcome
reload_lines(const struct request *rq, struct stored *s)
{
	struct pydirector *d = rq->director;
	char *next = s->lines.data, *line;
	struct parts parts;
	struct buf answer;
	enum outcome o = OUTCOME_OK;

	if (parts_copy(&parts, s->model) == -1)
		return command_no_memory(rq);
	buf_init(&answer, 64 * 1024);
	while (o == OUTCOME_OK && (line = stored_line(&next)) != NULL) {
		buf_consume(&answer, answer.len);
		o = command_line(d, rq->caller, line, &answer);
	}
	parts_swap(&parts, d->model);
	parts_done(&parts);
	if (o != OUTCOME_OK) {
		log_err(d->log, "config: reloaded in part: %s", answer.data);
		o = command_say(rq, OUTCOME_FAILED, "reloaded in part: %s",
		    answer.data);
	}
	buf_done(&answer);
	return o;
}

/* What has no command: it means nothing, but a save should find it so. */
static void
reload_rest(struct pydirector *d, struct stored *s)
{
	struct model *m = d->model;
	struct buf text = d->config_text;

	model_order(m, s->model);
	m->dialect = s->model->dialect;
	m->has_admin = s->model->has_admin;
	d->config_text = s->text;
	s->text = text;
}

static enum outcome
reload_apply(const struct request *rq, struct stored *s)
{
	struct pydirector *d = rq->director;
	enum outcome o = reload_parts(rq, s);

	if (o != OUTCOME_OK)
		return o;
	d->batch = 1;
	o = reload_lines(rq, s);
	if (o == OUTCOME_OK)
		reload_rest(d, s);
	manager_settle(d);
	return o;
}

/* Files that the configuration names may have changed without it: those of
 * the web's certificate are read again. */
static enum outcome
reload_files(const struct request *rq, int n)
{
	struct pydirector *d = rq->director;
	char err[512];

	if (d->running && d->model->web.secure &&
	    parts_start(d, CONF_WEB, err, sizeof(err)) == -1)
		return command_say(rq, OUTCOME_FAILED,
		    "reloaded, %d changes, but: %s", n, err);
	return command_say(rq, OUTCOME_OK, "reloaded, %d changes", n);
}

enum outcome
reload_run(const struct request *rq)
{
	struct pydirector *d = rq->director;
	struct stored s;
	enum outcome o;

	if (d->draining)
		return command_say(rq, OUTCOME_CONFLICT,
		    "the director is stopping");
	o = stored_read(rq, &s);
	if (o == OUTCOME_OK)
		o = reload_bind(rq, &s);
	if (o == OUTCOME_OK)
		o = reload_apply(rq, &s);
	door_forget(d);
	if (o == OUTCOME_OK) {
		log_notice(d->log, "config: reloaded: %d changes", s.n);
		o = reload_files(rq, s.n);
	}
	stored_done(&s);
	return o;
}

enum outcome
reload_compare(const struct request *rq)
{
	struct stored s;
	enum outcome o = stored_read(rq, &s);

	if (o == OUTCOME_OK && s.n == 0)
		o = command_say(rq, o, "no difference");
	else if (o == OUTCOME_OK)
		stored_errors(rq, &s.lines);
	stored_done(&s);
	return o;
}
