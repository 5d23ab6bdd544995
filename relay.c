/* SPDX-License-Identifier: ISC
 *
 * The life of a relay: one client and its server.
 *
 *	HEADER    the client's PROXY header is awaited
 *	STARVED   accepted, but no descriptor, port or place for it at a host:
 *	          tries again
 *	CONNECT   a connect to a host is under way; the client is not read
 *	FLOW      bytes both ways (flow.c)
 *	RESET     one side is gone; what the other got must reach it before the
 *	          reset does (flow.c)
 *	DEAD      ended; freed when the next round starts
 *
 * There is one way out: relay_end. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "clock.h"
#include "random.h"
#include "relay.h"

/* A starved relay tries again so often, and so long; ms. */
#define STARVED_RETRY 250
#define STARVED_MAX 60000

static void	 relay_connect(struct relay *);
static void	 relay_connect_expire(struct timer *);
static void	 relay_connected(struct relay *);
static int	 relay_client_want(struct io *);
static void	 relay_client_event(struct io *);
static int	 relay_server_want(struct io *);
static void	 relay_server_event(struct io *);

static const struct io_ops client_ops = {
	relay_client_want, relay_client_event
};
static const struct io_ops server_ops = {
	relay_server_want, relay_server_event
};

const char *
relay_end_word(enum relay_end end)
{
	switch (end) {
	case END_NONE:
		break;
	case END_CLIENT_CLOSED:
		return "client-closed";
	case END_SERVER_CLOSED:
		return "server-closed";
	case END_CLIENT_RESET:
		return "client-reset";
	case END_SERVER_RESET:
		return "server-reset";
	case END_IDLE:
		return "idle";
	case END_CONNECT_FAILED:
		return "connect-failed";
	case END_NO_HOST:
		return "no-host";
	case END_REFUSED:
		return "refused";
	case END_DENIED:
		return "denied";
	case END_LIMITED:
		return "limited";
	case END_BAD_HEADER:
		return "bad-header";
	case END_ADMIN:
		return "admin";
	case END_STOP:
		return "stop";
	}
	return "-";
}

/* Who wants to be told. */

void
relay_watch(struct pydirector *d, struct relay_watcher *w)
{
	w->next = d->watchers;
	d->watchers = w;
}

void
relay_unwatch(struct pydirector *d, struct relay_watcher *w)
{
	struct relay_watcher **link = &d->watchers;

	while (*link != NULL && *link != w)
		link = &(*link)->next;
	if (*link != NULL)
		*link = w->next;
}

static void
relay_tell(struct relay *r, enum relay_event event)
{
	struct relay_watcher *w, *next;

	for (w = r->director->watchers; w != NULL; w = next) {
		next = w->next;
		w->event(w, r, event);
	}
}

/* The end. */

static void
relay_log(const struct relay *r)
{
	const struct host *h = r->host;
	char text[ADDR_TEXT_SIZE];
	int64_t us;

	if (!log_wants(r->director->log, LOG_LEVEL_INFO))
		return;
	us = clock_us() - r->started;
	log_info(r->director->log, "relay %" PRIu64 ": %s %s to %s %s"
	    ": in %" PRIu64 " out %" PRIu64 " %" PRId64 ".%03d s: %s",
	    r->id, r->service->name, addr_text(&r->addr, text),
	    h == NULL ? "-" : h->name, h == NULL ? "-" : h->address,
	    r->bytes_in, r->bytes_out, us / 1000000,
	    (int)(us % 1000000 / 1000),
	    relay_end_word((enum relay_end)r->end));
}

static void
relay_free(struct task *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, task);

	free(r->more);
	free(r);
}

void
relay_close_side(struct relay *r, struct side *side, void (*how)(int))
{
	struct pydirector *d = r->director;
	int fd = side->io.fd;

	if (side->rest != NULL) {
		pool_put(side->rest);
		side->rest = NULL;
	}
	if (fd == -1)
		return;
	loop_del(&d->loop, &side->io);
	how(fd);
}

static void
relay_leave_host(struct relay *r)
{
	if (r->host == NULL)
		return;
	host_close(r->host, r->connected ? ++r->director->stamp : 0);
	r->host = NULL;
}

static void
relay_forget_tried(struct relay *r)
{
	while (r->ntried > 0)
		host_unref(r->tried[--r->ntried]);
	free(r->tried);
	r->tried = NULL;
}

static void
relay_unlink(struct relay *r)
{
	struct pydirector *d = r->director;

	if (r->prev != NULL)
		r->prev->next = r->next;
	else
		d->relays = r->next;
	if (r->next != NULL)
		r->next->prev = r->prev;
	d->nrelays--;
	r->service->open--;
	service_unref(r->service);
	r->service = NULL;
}

void
relay_end(struct relay *r, enum relay_end end, void (*how)(int))
{
	struct pydirector *d = r->director;

	if (end != END_NONE)
		r->end = (unsigned char)end;
	relay_log(r);
	relay_tell(r, RELAY_EVENT_END);
	r->state = RELAY_DEAD;
	loop_timer_del(&d->loop, &r->timer);
	relay_close_side(r, &r->client, how);
	relay_close_side(r, &r->server, how);
	relay_leave_host(r);
	relay_forget_tried(r);
	relay_unlink(r);
	loop_bury(&d->loop, &r->task, relay_free);
	listen_given_back(d);
}

/* Finding a server. */

static void
relay_starved_expire(struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, timer);

	loop_task_del(&r->task);
	relay_connect(r);
}

static void
relay_starved_task(struct task *t)
{
	relay_connect(LOOP_OWNER(t, struct relay, task));
}

/* The client gets no server. */
static void
relay_lose(struct relay *r, enum relay_end end, const char *why)
{
	r->service->refused++;
	log_warning(r->director->log, "service %s: client lost: %s",
	    r->service->name, why);
	relay_end(r, end, net_reset);
}

static void
relay_starve(struct relay *r)
{
	struct pydirector *d = r->director;

	if (clock_us() - r->started > (int64_t)STARVED_MAX * 1000) {
		relay_lose(r, END_CONNECT_FAILED, "no descriptor or port");
		return;
	}
	r->state = RELAY_STARVED;
	r->local = 0;
	relay_forget_tried(r);
	loop_park(&d->starved, &r->task, relay_starved_task);
	loop_timer(&d->loop, &r->timer, STARVED_RETRY, relay_starved_expire);
}

/* Leaves the host and remembers not to come back: 0, or -1: no memory. */
static int
relay_give_up_host(struct relay *r)
{
	struct host **tried;

	if (r->ntried % 8 == 0) {
		tried = realloc(r->tried, (r->ntried + 8) * sizeof(*tried));
		if (tried == NULL)
			return -1;
		r->tried = tried;
	}
	host_ref(r->host);
	r->tried[r->ntried++] = r->host;
	relay_leave_host(r);
	return 0;
}

/* Starts to connect to the host's next address. Returns 1 when that is under
 * way or the relay has ended or starves, 0 when another host is to be tried. */
static int
relay_dial(struct relay *r)
{
	struct pydirector *d = r->director;
	int fd, error;

	fd = dial_next(&r->dial, r->host);
	error = r->dial.error;
	if (fd != -1) {
		if (loop_add_many(&d->loop, &r->server.io, &server_ops,
		    fd) == 0) {
			loop_timer(&d->loop, &r->timer,
			    r->service->connect_timeout, relay_connect_expire);
			return 1;
		}
		net_close(fd);
		relay_end(r, END_CONNECT_FAILED, net_reset);
		return 1;
	}
	if (net_is_local(error) && error != EADDRNOTAVAIL) {
		relay_leave_host(r);
		listen_shortage(d, error);
		relay_starve(r);
		return 1;
	}
	if (error == EADDRNOTAVAIL)
		r->local = 1;
	else
		manager_failed(d, r->host, why_errno(error));
	if (relay_give_up_host(r) == -1) {
		relay_end(r, END_CONNECT_FAILED, net_reset);
		return 1;
	}
	return 0;
}

static struct host *
relay_choose(struct relay *r)
{
	struct group *g = r->service->enabled;
	struct host *h;

	h = sched_pick(g, &r->addr, r->tried, r->ntried,
	    random_next(&r->director->random));
	if (h == NULL && !listen_crowded(r->service))
		h = sched_last_resort(g, r->tried, r->ntried);
	return h;
}

/* Tries hosts until a connect is under way, or there is none left. */
static void
relay_connect(struct relay *r)
{
	struct host *h;

	loop_timer_del(&r->director->loop, &r->timer);
	r->state = RELAY_CONNECT;
	do {
		if (r->service->enabled == NULL) {
			relay_lose(r, END_REFUSED, "no group is enabled");
			return;
		}
		h = relay_choose(r);
		if (h == NULL)
			break;
		r->host = h;
		host_open(h);
		r->dial.next = 0;
	} while (relay_dial(r) == 0);
	if (h != NULL)
		return;
	if (r->local || listen_crowded(r->service))
		relay_starve(r);
	else if (r->ntried == 0)
		relay_lose(r, END_NO_HOST, "no host to try");
	else
		relay_lose(r, END_CONNECT_FAILED, "no host could be reached");
}

/* The connect under way has failed: the host's next address, or the next
 * host. */
static void
relay_connect_failed(struct relay *r, int error)
{
	relay_close_side(r, &r->server, net_close);
	r->dial.error = error;
	if (relay_dial(r) == 0)
		relay_connect(r);
}

static void
relay_connect_expire(struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, timer);

	/* When we were held up, its event may still wait to be seen. */
	if (net_has_peer(r->server.io.fd))
		relay_connected(r);
	else
		relay_connect_failed(r, ETIMEDOUT);
}

static void
relay_connected(struct relay *r)
{
	struct pydirector *d = r->director;

	loop_timer_del(&d->loop, &r->timer);
	relay_forget_tried(r);
	dial_good(&r->dial, r->host);
	manager_reached(d, r->host);
	r->connected = 1;
	r->host->total++;
	log_debug(d->log, "relay %" PRIu64 ": connected to %s %s", r->id,
	    r->host->name, r->host->address);
	if (r->more != NULL) {
		r->more->connected = clock_us();
		if (net_local(r->server.io.fd, &r->more->local) == -1)
			r->more->local.u.sa.sa_family = AF_UNSPEC;
	}
	relay_tell(r, RELAY_EVENT_CONNECTED);
	flow_start(r);
}

/* Events. */

static int
relay_client_want(struct io *io)
{
	struct relay *r = LOOP_OWNER(io, struct relay, client.io);

	switch ((enum relay_state)r->state) {
	case RELAY_HEADER:
	case RELAY_STARVED:
	case RELAY_CONNECT:
		/* Errors alone: it is not read before a server is there. */
		return 0;
	case RELAY_FLOW:
		return flow_want(r, &r->client);
	case RELAY_RESET:
	case RELAY_DEAD:
		break;
	}
	return -1;
}

static void
relay_client_event(struct io *io)
{
	struct relay *r = LOOP_OWNER(io, struct relay, client.io);

	switch ((enum relay_state)r->state) {
	case RELAY_HEADER:
	case RELAY_STARVED:
	case RELAY_CONNECT:
		if (io->ready & IO_BROKEN)
			relay_end(r, END_CLIENT_RESET, net_reset);
		return;
	case RELAY_FLOW:
		flow_event(r, &r->client);
		return;
	case RELAY_RESET:
	case RELAY_DEAD:
		return;
	}
}

static int
relay_server_want(struct io *io)
{
	struct relay *r = LOOP_OWNER(io, struct relay, server.io);

	switch ((enum relay_state)r->state) {
	case RELAY_CONNECT:
		return POLLOUT;
	case RELAY_FLOW:
		return flow_want(r, &r->server);
	case RELAY_HEADER:
	case RELAY_STARVED:
	case RELAY_RESET:
	case RELAY_DEAD:
		break;
	}
	return -1;
}

static void
relay_server_event(struct io *io)
{
	struct relay *r = LOOP_OWNER(io, struct relay, server.io);
	int error;

	switch ((enum relay_state)r->state) {
	case RELAY_CONNECT:
		if (!(io->ready & IO_OUT))
			return;
		error = net_connected(io->fd, io->ready & IO_BROKEN);
		if (error == NET_RESET)
			r->server.broken = 1;
		if (error == 0 || error == NET_RESET)
			relay_connected(r);
		else
			relay_connect_failed(r, error);
		return;
	case RELAY_FLOW:
		flow_event(r, &r->server);
		return;
	case RELAY_HEADER:
	case RELAY_STARVED:
	case RELAY_RESET:
	case RELAY_DEAD:
		return;
	}
}

/* The beginning. */

static struct relay_more *
relay_more(int client)
{
	struct relay_more *more = calloc(1, sizeof(*more));

	if (more != NULL && net_local(client, &more->at) == -1)
		more->at.u.sa.sa_family = AF_UNSPEC;
	return more;
}

void
relay_start(struct pydirector *d, struct service *s, int fd,
    const struct addr *client)
{
	struct relay *r;

	r = calloc(1, sizeof(*r));
	if (r != NULL && d->watchers != NULL)
		r->more = relay_more(fd);
	if (r == NULL || (d->watchers != NULL && r->more == NULL) ||
	    loop_add_many(&d->loop, &r->client.io, &client_ops, fd) == -1) {
		log_warning(d->log, "service %s: client lost: out of memory",
		    s->name);
		if (r != NULL)
			free(r->more);
		free(r);
		net_reset(fd);
		return;
	}
	r->client.io.ready = IO_OUT;
	r->server.io.fd = -1;
	r->director = d;
	r->service = s;
	service_ref(s);
	r->addr = *client;
	r->id = ++d->next_id;
	r->started = clock_us();
	r->next = d->relays;
	if (r->next != NULL)
		r->next->prev = r;
	d->relays = r;
	d->nrelays++;
	s->open++;
	s->total++;
	relay_tell(r, RELAY_EVENT_START);
	relay_connect(r);
}

size_t
relay_stop_host(struct pydirector *d, const struct host *h)
{
	struct relay *r, *next;
	size_t n = 0;

	for (r = d->relays; r != NULL; r = next) {
		next = r->next;
		if (r->host != h)
			continue;
		relay_end(r, END_ADMIN, net_reset);
		n++;
	}
	return n;
}

void
relay_stop_all(struct pydirector *d, enum relay_end end)
{
	while (d->relays != NULL)
		relay_end(d->relays, end, net_reset);
}
