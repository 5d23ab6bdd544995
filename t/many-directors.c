/* SPDX-License-Identifier: ISC
 *
 * Makes, starts, uses and frees directors, many times, in many ways, and two at
 * a time:
 *
 *	many-directors TIMES
 *
 * Prints how many descriptors are open before and after; exit status 0 when
 * every call did what it should. */

#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pydirector.h"

static const char config[] =
    "<pdconfig><service name=\"w\"><listen ip=\"127.0.0.1:0\"/>"
    "<group name=\"g\" scheduler=\"leastconns\">"
    "<host name=\"a\" ip=\"127.0.0.1:1\"/></group>"
    "<enable group=\"g\"/></service>"
    "<admin><web listen=\"127.0.0.1:0\" enable=\"yes\"/>"
    "<user name=\"u\" password=\"$6$a$b\" access=\"full\"/></admin>"
    "</pdconfig>";

static int
descriptors(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
die(const struct pydirector *d, const char *what)
{
	printf("%s: %s\n", what, d == NULL ? "" : pydirector_error(d));
	exit(1);
}

static size_t
pick(void *arg, const struct pydirector_choice *c)
{
	(void)arg;
	return c->nhosts - 1;
}

static void
event(void *arg, const struct pydirector_connection *c)
{
	*(uint64_t *)arg += c->id;
}

/* Call by call, or by a text; with what there is. */
static struct pydirector *
made(int i, uint64_t *sum)
{
	static const struct pydirector_events events = {
		NULL, event, event, event
	};
	static const struct pydirector_mapper rows[] = {
		{ NULL, "127.0.0.1:0", NULL, NULL, NULL, "127.0.0.1:1", 0, 0 }
	};
	struct pydirector *d = pydirector_new(NULL, NULL, PYDIRECTOR_ERR);
	int bad;

	if (d == NULL)
		die(d, "new");
	bad = i % 2 == 0 ? pydirector_map(d, rows, 1, sizeof(rows[0])) :
	    pydirector_with_web(d) | pydirector_with_helper(d, "/nowhere") |
	    pydirector_load_text(d, "text", config, sizeof(config) - 1);
	if (i % 3 == 0)
		bad |= pydirector_watch(d, &events, sizeof(events), sum);
	if (i % 4 == 0)
		bad |= pydirector_scheduler(d, "127.0.0.1:0", "default", pick,
		    NULL);
	if (i % 5 == 0)
		(void)pydirector_use(d, NULL);
	if (bad != 0)
		die(d, "build");
	return d;
}

static void
turn(struct pydirector *d)
{
	struct pollfd fds[32];
	int n = pydirector_pollfds(d, fds, 32);

	if (n > 32 || poll(fds, (nfds_t)n, 0) == -1)
		n = 0;
	pydirector_dispatch(d, fds, n);
}

/* A client that is left in the middle. */
static void
used(struct pydirector *d, int i)
{
	struct sockaddr_in a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((in_port_t)pydirector_port(d,
	    i % 2 == 0 ? "127.0.0.1:0" : "w"));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == -1)
		die(NULL, "connect");
	for (i %= 4; i > 0; i--)
		turn(d);
	close(fd);
	turn(d);
}

static void
life(int i)
{
	uint64_t sum = 0;
	struct pydirector *d = made(i, &sum), *other = made(i + 1, &sum);

	if (i % 7 != 0 && (pydirector_start(d) == -1 ||
	    pydirector_start(other) == -1))
		die(d, "start");
	if (i % 7 != 0) {
		used(d, i);
		used(other, i + 1);
	}
	if (i % 7 == 1) {
		pydirector_stop(d);
		if (pydirector_start(d) == -1)
			die(d, "start again");
		used(d, i);
	}
	if (i % 7 == 2)
		pydirector_drain(other);
	pydirector_free(d);
	if (i % 7 != 0)
		turn(other);
	pydirector_free(other);
}

int
main(int argc, char *argv[])
{
	int i, n = argc > 1 ? atoi(argv[1]) : 1, before;

	(void)signal(SIGPIPE, SIG_IGN);
	life(1);
	before = descriptors();
	for (i = 0; i < n; i += 2)
		life(i / 2);
	printf("%d before, %d after\n", before, descriptors());
	return 0;
}
