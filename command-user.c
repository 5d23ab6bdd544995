/* SPDX-License-Identifier: ISC
 *
 * Commands on users. A value is checked in full before anything changes; the
 * last user who may change things goes only when the request insists. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"

static enum outcome
user_check(const struct request *rq)
{
	const char *keys = command_arg(rq, "keys");
	enum outcome o = command_check(rq, "name", CONF_USER, "name");

	if (o == OUTCOME_OK)
		o = command_check(rq, "password", CONF_USER, "password");
	if (o == OUTCOME_OK)
		o = command_check(rq, "access", CONF_USER, "access");
	if (o == OUTCOME_OK && keys != NULL && keys[0] != '\0')
		o = command_check(rq, "keys", CONF_USER, "keys");
	return o;
}

/* The user exists, and without it nobody would be left who may do that. */
static enum outcome
user_last_full(const struct request *rq, const struct user *u)
{
	const struct model *m = rq->director->model;
	size_t i;

	if (!u->full || command_force(rq))
		return OUTCOME_OK;
	for (i = 0; i < m->nusers; i++)
		if (m->users[i] != u && m->users[i]->full)
			return OUTCOME_OK;
	return command_say(rq, OUTCOME_CONFLICT, "user '%s' is the last one "
	    "with full access (force=yes insists)", u->name);
}

/* A copy of an argument; NULL also where it is missing, or empty. */
static char *
user_copy(const struct request *rq, const char *name, int *failed)
{
	const char *value = command_arg(rq, name);
	char *copy;

	if (value == NULL || value[0] == '\0')
		return NULL;
	copy = strdup(value);
	if (copy == NULL)
		*failed = 1;
	return copy;
}

enum outcome
user_cmd_add(const struct request *rq)
{
	const char *name = command_arg(rq, "name");
	struct model *m = rq->director->model;
	struct user *u;
	int failed = 0;
	enum outcome o = user_check(rq);

	if (o != OUTCOME_OK)
		return o;
	if (user_find(m, name) != NULL)
		return command_say(rq, OUTCOME_CONFLICT,
		    "user '%s' is already there", name);
	u = user_new(m, name, command_arg(rq, "password"));
	if (u == NULL)
		return command_no_memory(rq);
	u->keys = user_copy(rq, "keys", &failed);
	if (failed) {
		user_remove(m, u);
		return command_no_memory(rq);
	}
	u->full = strcmp(command_arg(rq, "access"), "full") == 0;
	m->has_admin = 1;
	return command_say(rq, o, "user '%s': added", name);
}

/* What is not asked for stays; empty keys: none any more. */
static enum outcome
user_change(const struct request *rq, struct user *u, int full)
{
	int failed = 0;
	char *hash = user_copy(rq, "password", &failed);
	char *keys = user_copy(rq, "keys", &failed);

	if (failed) {
		free(hash);
		free(keys);
		return command_no_memory(rq);
	}
	if (hash != NULL) {
		free(u->password);
		u->password = hash;
	}
	if (command_arg(rq, "keys") != NULL) {
		free(u->keys);
		u->keys = keys;
	}
	u->full = (unsigned char)full;
	return command_say(rq, OUTCOME_OK, "user '%s': changed", u->name);
}

enum outcome
user_cmd_set(const struct request *rq)
{
	const char *name = command_arg(rq, "name");
	const char *access = command_arg(rq, "access");
	struct user *u = user_find(rq->director->model, name);
	int full;
	enum outcome o;

	if (u == NULL)
		return command_say(rq, OUTCOME_BAD, "no user '%s'", name);
	if (command_arg(rq, "password") == NULL && access == NULL &&
	    command_arg(rq, "keys") == NULL)
		return command_say(rq, OUTCOME_BAD,
		    "expected password, access, keys or several of them");
	o = user_check(rq);
	full = access == NULL ? u->full : strcmp(access, "full") == 0;
	if (o == OUTCOME_OK && !full)
		o = user_last_full(rq, u);
	return o == OUTCOME_OK ? user_change(rq, u, full) : o;
}

enum outcome
user_cmd_del(const struct request *rq)
{
	const char *name = command_arg(rq, "name");
	struct model *m = rq->director->model;
	struct user *u = user_find(m, name);
	enum outcome o;

	if (u == NULL)
		return command_say(rq, OUTCOME_BAD, "no user '%s'", name);
	o = user_last_full(rq, u);
	if (o != OUTCOME_OK)
		return o;
	user_remove(m, u);
	return command_say(rq, o, "user '%s': removed", name);
}
