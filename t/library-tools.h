/* SPDX-License-Identifier: ISC
 *
 * What the tests of the library share: sockets of this program in one loop with
 * a director, callbacks that take notes and try what they may not do. */

#ifndef LIBRARY_TOOLS_H
#define LIBRARY_TOOLS_H

#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pydirector.h"
#include "t/tap.h"

#define SLOTS	64
#define ROUNDS	2000		/* of 10 ms at most: a deadline */
#define LINE	512

/* What the callbacks have heard. */
struct heard {
	struct pydirector *director;
	int		 starts, connects, ends, hosts, lines;
	int		 changed;	/* a callback could change something */
	char		 end[LINE];	/* the last end */
	char		 host[LINE];	/* the last change of a host */
	char		 line[LINE];	/* the last line of the log */
	int64_t		 duration;
	uint64_t	 in, out;
	size_t		 candidates;	/* of the last choice */
	size_t		 answer;	/* to the next one */
};

/* Sockets. */

static inline int
server(unsigned *port)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(fd, 16) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
		printf("Bail out! no socket: %s\n", strerror(errno));
		exit(1);
	}
	*port = ntohs(a.sin_port);
	return fd;
}

/* Connected to a port, or -1. */
static inline int
client(unsigned port)
{
	struct sockaddr_in a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((in_port_t)port);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == -1) {
		close(fd);
		return -1;
	}
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static inline const char *
local(unsigned port)
{
	static char text[4][32];
	static int next;
	char *p = text[next++ & 3];

	snprintf(p, sizeof(text[0]), "127.0.0.1:%u", port);
	return p;
}

/* A turn of the loop. */
static inline void
turn(struct pydirector *d)
{
	struct pollfd fds[SLOTS];
	int n = pydirector_pollfds(d, fds, SLOTS);
	int wait = pydirector_timeout(d);

	if (poll(fds, (nfds_t)n, wait == -1 || wait > 10 ? 10 : wait) == -1)
		n = 0;
	pydirector_dispatch(d, fds, n);
}

/* Turns until the number is there, or for too long: 1 or 0. */
static inline int
until(struct pydirector *d, const int *count, int wanted)
{
	int i;

	for (i = 0; *count < wanted && i < ROUNDS; i++)
		turn(d);
	return *count >= wanted;
}

/* Accepts a connection that has to come, or -1. */
static inline int
taken(struct pydirector *d, int listening)
{
	int i, fd = -1;

	for (i = 0; fd == -1 && i < ROUNDS; i++) {
		turn(d);
		fd = accept(listening, NULL, NULL);
	}
	if (fd != -1)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* Reads until something, or the end, has come. */
static inline ssize_t
got(struct pydirector *d, int fd, char *text, size_t size)
{
	ssize_t n = -1;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		turn(d);
		n = recv(fd, text, size, 0);
		if (n != -1 || (errno != EAGAIN && errno != EWOULDBLOCK))
			break;
	}
	return n;
}

/* Callbacks. */

/* A callback may look, and may not change anything. */
static inline void
try(struct heard *h)
{
	char text[64];

	if (pydirector_port(h->director, "none") != 0 ||
	    pydirector_add_service(h->director, "x", "127.0.0.1:0") == 0 ||
	    pydirector_command(h->director, "help", NULL, 0, text,
	    sizeof(text), NULL) != PYDIRECTOR_CONFLICT ||
	    pydirector_start(h->director) == 0)
		h->changed = 1;
	pydirector_stop(h->director);
	pydirector_free(h->director);
}

static inline void
heard_start(void *arg, const struct pydirector_connection *c)
{
	struct heard *h = arg;

	h->starts += c->id > 0 && c->end == NULL && c->client != NULL;
	try(h);
}

static inline void
heard_connected(void *arg, const struct pydirector_connection *c)
{
	struct heard *h = arg;

	h->connects += c->host != NULL && c->local != NULL && c->connect >= 0;
}

static inline void
heard_end(void *arg, const struct pydirector_connection *c)
{
	struct heard *h = arg;

	h->ends++;
	snprintf(h->end, sizeof(h->end), "%s %s %s", c->service,
	    c->host == NULL ? "-" : c->host, c->end);
	h->in = c->bytes_in;
	h->out = c->bytes_out;
	h->duration = c->duration;
	try(h);
}

static inline void
heard_host(void *arg, const struct pydirector_host *host)
{
	struct heard *h = arg;

	h->hosts++;
	snprintf(h->host, sizeof(h->host), "%s/%s/%s %s %s", host->service,
	    host->group, host->name, host->state, host->why);
	try(h);
}

static inline void
heard_line(void *arg, int level, const char *line)
{
	struct heard *h = arg;

	h->lines += pydirector_level_word(level)[0] != '-';
	snprintf(h->line, sizeof(h->line), "%s", line);
}

static inline size_t
heard_choice(void *arg, const struct pydirector_choice *c)
{
	struct heard *h = arg;

	h->candidates = c->nhosts;
	try(h);
	return h->answer;
}

static const struct pydirector_events events = {
	heard_host, heard_start, heard_connected, heard_end
};

static inline struct pydirector *
make(struct heard *h)
{
	memset(h, 0, sizeof(*h));
	h->director = pydirector_new(heard_line, h, PYDIRECTOR_NOTICE);
	if (h->director == NULL) {
		printf("Bail out! no director\n");
		exit(1);
	}
	return h->director;
}

/* One service `web` with a group `main` and these hosts, which runs. */
static inline struct pydirector *
made(struct heard *h, const unsigned *ports, int n)
{
	struct pydirector *d = make(h);
	int i, bad = 0;

	bad |= pydirector_add_service(d, "web", "127.0.0.1:0");
	bad |= pydirector_add_group(d, "web", "main", NULL);
	for (i = 0; i < n; i++)
		bad |= pydirector_add_host(d, "web", "main", NULL,
		    local(ports[i]), 0);
	bad |= pydirector_watch(d, &events, sizeof(events), h);
	bad |= pydirector_start(d);
	if (bad != 0) {
		printf("Bail out! %s\n", pydirector_error(d));
		exit(1);
	}
	return d;
}

/* The call has failed and says that. */
static inline void
fails(const struct pydirector *d, int result, const char *why)
{
	ok(result == -1 && strstr(pydirector_error(d), why) != NULL,
	    "%s: %s", why, pydirector_error(d));
}

static inline int
one_host(void *arg, const struct pydirector_host *h)
{
	*(struct pydirector_host *)arg = *h;
	return 7;
}

#endif
