/* SPDX-License-Identifier: ISC
 *
 * The same in a loop of libev's: a director there has one watcher for each
 * entry of its array, one for the time, and two hooks of the loop, before it
 * sleeps and after. The array is compared with the last one in each round; what
 * has not changed costs nothing in the kernel. The hosts are the arguments
 * behind the address.
 *
 *	cc -o small-service-ev small-service-ev.c \
 *	    $(pkg-config --cflags --libs --static pydirector) -lev
 *
 * With the kernel's set, in which relays wait, the array has an entry for the
 * set and one for each listener, however many connections there are. What it
 * costs beside pydirector_run, in processor time of 6,000 connections over
 * loopback: nothing that could be measured when twenty come at a time, about a
 * tenth more when they come one after the other. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ev.h>
#include <pydirector.h>

#define SLOTS	64

/* A director in a loop. */
struct carried {
	struct pydirector *director;
	struct ev_prepare before;
	struct ev_check	 after;
	struct ev_timer	 timer;
	struct ev_io	 ios[SLOTS];	/* those that watch; the first n */
	struct pollfd	 fds[SLOTS];	/* what they watch */
	int		 n;
};

static void
die(const char *why)
{
	fprintf(stderr, "small-service-ev: %s\n", why);
	exit(1);
}

/* Something is ready: kept for the director's turn. */
static void
carried_io(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct pollfd *p = io->data;

	(void)loop;
	if (events & EV_READ)
		p->revents |= POLLIN;
	if (events & EV_WRITE)
		p->revents |= POLLOUT;
}

static void
carried_time(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

static void
carried_watch(struct ev_loop *loop, struct carried *c, int i)
{
	int events = 0;

	if (c->fds[i].events & POLLIN)
		events |= EV_READ;
	if (c->fds[i].events & POLLOUT)
		events |= EV_WRITE;
	ev_io_init(&c->ios[i], carried_io, c->fds[i].fd, events);
	c->ios[i].data = &c->fds[i];
	/* An entry without events waits for a hang-up alone, of which libev
	 * tells nobody: such a relay is noticed by its time. */
	if (events != 0)
		ev_io_start(loop, &c->ios[i]);
}

/* Before the loop sleeps: its watchers become what the director wants. */
static void
carried_before(struct ev_loop *loop, struct ev_prepare *w, int events)
{
	struct carried *c = w->data;
	struct pollfd fds[SLOTS];
	int i, n, wait;

	(void)events;
	n = pydirector_pollfds(c->director, fds, SLOTS);
	if (n > SLOTS)
		die("more descriptors than expected");
	for (i = 0; i < c->n || i < n; i++) {
		if (i < c->n && i < n && c->fds[i].fd == fds[i].fd &&
		    c->fds[i].events == fds[i].events) {
			c->fds[i].revents = 0;
			continue;
		}
		if (i < c->n)
			ev_io_stop(loop, &c->ios[i]);
		if (i >= n)
			continue;
		c->fds[i] = fds[i];
		carried_watch(loop, c, i);
	}
	c->n = n;
	ev_timer_stop(loop, &c->timer);
	wait = pydirector_timeout(c->director);
	if (wait == -1)
		return;
	ev_timer_set(&c->timer, wait / 1e3, 0);
	ev_timer_start(loop, &c->timer);
}

/* When it has slept; other watchers of the same round may run after this. */
static void
carried_after(struct ev_loop *loop, struct ev_check *w, int events)
{
	struct carried *c = w->data;
	int i;

	(void)events;
	/* What is pending is handed in before the director has its turn. */
	for (i = 0; i < c->n; i++)
		if (ev_is_pending(&c->ios[i]))
			carried_io(loop, &c->ios[i],
			    ev_clear_pending(loop, &c->ios[i]));
	pydirector_dispatch(c->director, c->fds, c->n);
}

static void
carry(struct ev_loop *loop, struct carried *c, struct pydirector *d)
{
	memset(c, 0, sizeof(*c));
	c->director = d;
	ev_prepare_init(&c->before, carried_before);
	c->before.data = c;
	ev_prepare_start(loop, &c->before);
	ev_check_init(&c->after, carried_after);
	c->after.data = c;
	ev_check_start(loop, &c->after);
	ev_timer_init(&c->timer, carried_time, 0, 0);
}

/* Our own: the end of standard input ends the program. */
static void
input(struct ev_loop *loop, struct ev_io *io, int events)
{
	char text[64];

	(void)events;
	if (read(io->fd, text, sizeof(text)) <= 0)
		ev_break(loop, EVBREAK_ALL);
}

int
main(int argc, char *argv[])
{
	struct ev_loop *loop = ev_default_loop(0);
	struct pydirector *d;
	struct carried c;
	struct ev_io in;
	int i;

	signal(SIGPIPE, SIG_IGN);
	d = pydirector_new(NULL, NULL, PYDIRECTOR_NOTICE);
	if (d == NULL || argc < 3)
		die("expected the address to listen on, and hosts");
	if (pydirector_add_service(d, "web", argv[1]) == -1 ||
	    pydirector_add_group(d, "web", "workers", "roundrobin") == -1)
		die(pydirector_error(d));
	for (i = 2; i < argc; i++)
		if (pydirector_add_host(d, "web", "workers", NULL, argv[i],
		    0) == -1)
			die(pydirector_error(d));
	if (pydirector_use(d, NULL) == -1)
		fprintf(stderr, "small-service-ev: %s\n", pydirector_error(d));
	if (pydirector_start(d) == -1)
		die(pydirector_error(d));
	printf("listening on %u\n", pydirector_port(d, "web"));
	fflush(stdout);
	carry(loop, &c, d);
	ev_io_init(&in, input, STDIN_FILENO, EV_READ);
	ev_io_start(loop, &in);
	ev_run(loop, 0);
	pydirector_free(d);
	return 0;
}
