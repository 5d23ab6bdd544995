/* SPDX-License-Identifier: ISC
 *
 * The file of the configuration while it runs: what is different in it, and
 * taking that over. The whole file is read and checked, and every new address
 * is bound, before anything changes; then the difference is applied by the
 * same commands that an operator has, all in one step of the loop. An address
 * that passes from one service to another stays bound meanwhile. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

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

/* Binds what is listened on anew. */
static enum outcome
reload_bind(const struct request *rq, const struct stored *s)
{
	static const char *const calls[] = { "newListen?", "newService?" };
	struct pydirector *d = rq->director;
	const char *line, *arg;
	char address[512], err[512];
	enum outcome o = OUTCOME_OK;
	size_t i;

	if (!d->running)
		return o;
	for (line = s->lines.data; line != NULL && *line != '\0';
	    line = strchr(line, '\n') + 1) {
		for (i = 0; i < 2; i++)
			if (strncmp(line, calls[i], strlen(calls[i])) == 0)
				break;
		arg = i == 2 ? NULL : strstr(line, "&listen=");
		if (arg == NULL)
			continue;
		(void)snprintf(address, sizeof(address), "%.*s",
		    (int)strcspn(arg + 8, "&\n"), arg + 8);
		(void)command_decode(address);
		if (listen_prepare(d, address, err, sizeof(err)) == -1)
			o = command_say(rq, OUTCOME_CONFLICT, "%s: %s",
			    d->config_path, err);
	}
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
	m->web.present = s->model->web.present;
	m->ssh.present = s->model->ssh.present;
	d->config_text = s->text;
	s->text = text;
}

static enum outcome
reload_apply(const struct request *rq, struct stored *s)
{
	struct pydirector *d = rq->director;
	char *next = s->lines.data, *line;
	struct buf answer;
	enum outcome o = OUTCOME_OK;

	buf_init(&answer, 64 * 1024);
	while (o == OUTCOME_OK && (line = stored_line(&next)) != NULL) {
		buf_done(&answer);
		o = command_line(d, rq->caller, line, &answer);
	}
	if (o != OUTCOME_OK) {
		log_err(d->log, "config: reloaded in part: %s", answer.data);
		o = command_say(rq, OUTCOME_FAILED, "reloaded in part: %s",
		    answer.data);
	}
	buf_done(&answer);
	return o;
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
	listen_forget(d);
	if (o == OUTCOME_OK) {
		reload_rest(d, &s);
		log_notice(d->log, "config: reloaded: %d changes", s.n);
		o = command_say(rq, o, "reloaded, %d changes", s.n);
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
