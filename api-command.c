/* SPDX-License-Identifier: ISC
 *
 * Commands, run by the program: it may do everything. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "api.h"

#define ANSWER_MAX	(16 * 1024 * 1024)	/* bytes of an answer */
#define ARGS_MAX	64

static const struct caller program = { "-", "program", RIGHT_WRITE };

int
api_command(struct pydirector *d, const char *name, const struct arg *args,
    size_t nargs)
{
	struct buf answer;
	enum outcome o;

	if (api_model(d) == -1)
		return -1;
	buf_init(&answer, ANSWER_MAX);
	o = command_run(d, &program, name, args, nargs, &answer);
	if (o != OUTCOME_OK && answer.len > 0)
		(void)buf_add(&d->error, answer.data, answer.len);
	buf_done(&answer);
	if (o != OUTCOME_OK && d->error.len == 0)
		return api_fail(d, "out of memory");
	return o == OUTCOME_OK ? 0 : -1;
}

/* Hands out what fits of the answer, and frees it. */
static int
command_answer(struct buf *b, enum outcome o, char *answer, size_t size,
    size_t *len)
{
	size_t n = b->len < size ? b->len : size - 1;

	if (size > 0) {
		if (n > 0)
			memcpy(answer, b->data, n);
		answer[n] = '\0';
	}
	if (len != NULL)
		*len = b->len;
	buf_done(b);
	return (int)o;
}

/* It cannot even be tried. */
static int
command_cannot(struct pydirector *d, enum outcome o, char *answer, size_t size,
    size_t *len)
{
	struct buf b;

	buf_init(&b, ANSWER_MAX);
	(void)buf_add(&b, d->error.data, d->error.len);
	return command_answer(&b, o, answer, size, len);
}

int
pydirector_command(struct pydirector *d, const char *command,
    const struct pydirector_arg *given, size_t nargs, char *answer, size_t size,
    size_t *len)
{
	struct arg args[ARGS_MAX];
	struct buf b;
	enum outcome o;
	size_t i;

	if (api_begin(d) == -1 || api_model(d) == -1)
		return command_cannot(d, OUTCOME_CONFLICT, answer, size, len);
	if (nargs > ARGS_MAX) {
		(void)api_fail(d, "too many arguments");
		return command_cannot(d, OUTCOME_BAD, answer, size, len);
	}
	for (i = 0; i < nargs; i++) {
		args[i].name = given[i].name;
		args[i].value = given[i].value;
	}
	buf_init(&b, ANSWER_MAX);
	o = command_run(d, &program, command, args, nargs, &b);
	return command_answer(&b, o, answer, size, len);
}

int
pydirector_command_line(struct pydirector *d, const char *line, char *answer,
    size_t size, size_t *len)
{
	struct buf b;
	enum outcome o;
	char *copy;

	if (api_begin(d) == -1 || api_model(d) == -1)
		return command_cannot(d, OUTCOME_CONFLICT, answer, size, len);
	copy = strdup(line);
	if (copy == NULL) {
		(void)api_fail(d, "out of memory");
		return command_cannot(d, OUTCOME_FAILED, answer, size, len);
	}
	buf_init(&b, ANSWER_MAX);
	o = command_line(d, &program, copy, &b);
	free(copy);
	return command_answer(&b, o, answer, size, len);
}
