/* SPDX-License-Identifier: ISC
 *
 * Upgrades: how the program was started, and starting it so again. The new
 * process gets the same arguments, the same environment, and
 * PYDIRECTOR_UPGRADE: the number of sockets, a blank, and the directory that
 * relative paths start at, which a daemon has left. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "upgrade.h"

#define VARIABLE "PYDIRECTOR_UPGRADE"

extern char **environ;

/* Reads the variable. */
static void
upgrade_read(struct upgrade *u, const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != ' ' || n < 0 ||
	    n > INT_MAX / 2)
		return;
	u->sockets = (int)n;
	u->directory = strdup(end + 1);
	/* Who is another user by now may not go there. Then a relative path is
	 * not found, and the start fails. */
	if (u->directory != NULL && chdir(u->directory) == -1)
		errno = 0;
}

int
upgrade_init(struct upgrade *u, char *argv[])
{
	const char *text = getenv(VARIABLE);

	memset(u, 0, sizeof(*u));
	u->argv = argv;
	u->sockets = -1;
	if (text != NULL)
		upgrade_read(u, text);
	(void)unsetenv(VARIABLE);
	if (u->directory == NULL &&
	    (u->directory = daemon_absolute(".")) == NULL)
		return -1;
	u->program = daemon_self(argv[0]);
	return 0;
}

void
upgrade_done(struct upgrade *u)
{
	free(u->program);
	free(u->directory);
	u->program = u->directory = NULL;
}

static size_t
upgrade_count(char *const list[])
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

/* The arguments with the path in front: to be freed, or NULL. */
static char **
upgrade_argv(const struct upgrade *u)
{
	size_t n = upgrade_count(u->argv);
	char **argv = calloc(n + 1, sizeof(*argv));

	if (argv == NULL)
		return NULL;
	memcpy(argv, u->argv, n * sizeof(*argv));
	argv[0] = u->program;
	return argv;
}

/* The environment with what it did not have: to be freed, or NULL. */
static char **
upgrade_env(const struct notify *notify, char *variable)
{
	size_t n = upgrade_count(environ);
	char **env = calloc(n + 1 + NOTIFY_ENV + 1, sizeof(*env));
	int i;

	if (env == NULL)
		return NULL;
	memcpy(env, environ, n * sizeof(*env));
	env[n++] = variable;
	for (i = 0; i < NOTIFY_ENV; i++)
		if (notify->env[i] != NULL)
			env[n++] = notify->env[i];
	return env;
}

long
upgrade_start(struct upgrade *u, const struct notify *notify,
    struct pydirector *d, pydirector_upgrade_fn *fn, void *arg)
{
	size_t n = sizeof(VARIABLE) + 32 + strlen(u->directory);
	char *variable = malloc(n), **argv = NULL, **env = NULL;
	long pid = -1;

	u->why = "out of memory";
	if (u->program == NULL)
		u->why = "the path of the program is not known";
	else if (variable != NULL) {
		snprintf(variable, n, VARIABLE "=%lu %s",
		    (unsigned long)pydirector_sockets(d), u->directory);
		argv = upgrade_argv(u);
		env = upgrade_env(notify, variable);
	}
	if (argv != NULL && env != NULL) {
		u->why = NULL;
		pid = pydirector_hand_over(d, argv, env, fn, arg);
	}
	free(argv);
	free(env);
	free(variable);
	return pid;
}
