/* SPDX-License-Identifier: ISC
 *
 * A scheduler of the program's own: the host that has been sent the fewest
 * bytes gets the next client. Arguments: the address to listen on, and hosts.
 *
 *	cc -o own-scheduler own-scheduler.c \
 *	    $(pkg-config --cflags --libs --static pydirector)
 */

#include <signal.h>
#include <stdio.h>

#include <pydirector.h>

static size_t
pick(void *arg, const struct pydirector_choice *c)
{
	size_t i, best = 0;

	(void)arg;
	for (i = 1; i < c->nhosts; i++)
		if (c->hosts[i]->bytes_in < c->hosts[best]->bytes_in)
			best = i;
	return best;
}

static void
line(void *arg, int level, const char *text)
{
	(void)arg;
	printf("%s %s\n", pydirector_level_word(level), text);
	fflush(stdout);
}

/* Builds and runs: 0, or -1. */
static int
balance(struct pydirector *d, int argc, char *argv[])
{
	int i;

	if (pydirector_add_service(d, "web", argv[1]) == -1 ||
	    pydirector_add_group(d, "web", "main", NULL) == -1)
		return -1;
	for (i = 2; i < argc; i++)
		if (pydirector_add_host(d, "web", "main", NULL, argv[i],
		    0) == -1)
			return -1;
	if (pydirector_scheduler(d, "web", "main", pick, NULL) == -1 ||
	    pydirector_start(d) == -1)
		return -1;
	return pydirector_run(d);
}

int
main(int argc, char *argv[])
{
	struct pydirector *d;
	int result;

	if (argc < 3) {
		fprintf(stderr, "usage: own-scheduler address host ...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	d = pydirector_new(line, NULL, PYDIRECTOR_NOTICE);
	if (d == NULL)
		return 1;
	result = balance(d, argc, argv);
	if (result == -1)
		fprintf(stderr, "own-scheduler: %s\n", pydirector_error(d));
	pydirector_free(d);
	return result == -1;
}
