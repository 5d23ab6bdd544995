/* SPDX-License-Identifier: ISC
 *
 * The life of a relay: one client and its server.
 *
 *	HEADER    the client's PROXY header is awaited (header.c)
 *	STARVED   accepted, but no descriptor, port or place for it at a host:
 *	          tries again
 *	CONNECT   a connect to a host is under way; the client is not read
 *	          (relay-connect.c)
 *	FLOW      bytes both ways (flow.c)
 *	RESET     one side is gone; what the other got must reach it before the
 *	          reset does (flow.c)
 *	DEAD      ended; freed when the next round starts
 *
 * There is one way out: relay_end. */

#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "clock.h"
#include "admit.h"
#include "relay.h"

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

/* Once. */
static void
relay_tell_start(struct relay *r)
{
	if (r->told)
		return;
	r->told = 1;
	relay_tell(r, RELAY_EVENT_START);
}

/* The end. */

/* One who floods us must not flood the log. */
static enum log_level
relay_log_level(enum relay_end end)
{
	return end == END_DENIED || end == END_LIMITED ?
	    LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

static void
relay_log(const struct relay *r)
{
	enum log_level level = relay_log_level((enum relay_end)r->end);
	const struct host *h = r->host;
	char text[ADDR_TEXT_SIZE];
	int64_t us;

	if (!log_wants(r->director->log, level))
		return;
	us = clock_us() - r->started;
	log_line(r->director->log, level, "relay %" PRIu64 ": %s %s to %s %s"
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
	const struct service *s = r->service;

	if (end != END_NONE)
		r->end = (unsigned char)end;
	relay_log(r);
	relay_tell_start(r);
	if (!r->connected)
		relay_no_address(r);
	relay_tell(r, RELAY_EVENT_END);
	r->state = RELAY_DEAD;
	loop_timer_del(&d->loop, &r->timer);
	relay_close_side(r, &r->client, how);
	relay_close_side(r, &r->server, how);
	relay_leave_host(r);
	relay_forget_tried(r);
	relay_unlink(r);
	loop_bury(&d->loop, &r->task, relay_free);
	listen_given_back(d, s);
}

void
relay_no_memory(struct relay *r)
{
	log_warning(r->director->log, "relay: cut off: out of memory");
	relay_end(r, END_STOP, net_reset);
}

/* Events. */

static int
relay_client_want(struct io *io)
{
	struct relay *r = LOOP_OWNER(io, struct relay, client.io);

	switch ((enum relay_state)r->state) {
	case RELAY_HEADER:
		return POLLIN;
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
		else if (r->state == RELAY_HEADER)
			header_in(r);
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

	switch ((enum relay_state)r->state) {
	case RELAY_CONNECT:
		relay_connect_event(r);
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

int
relay_add_server(struct relay *r, int fd)
{
	return loop_add_many(&r->director->loop, &r->server.io, &server_ops,
	    fd);
}

/* The beginning. */

int
relay_want_more(struct relay *r)
{
	struct relay_more *more;

	if (r->more != NULL)
		return 0;
	more = calloc(1, sizeof(*more));
	if (more == NULL)
		return -1;
	if (net_local(r->client.io.fd, &more->at) == -1)
		more->at.u.sa.sa_family = AF_UNSPEC;
	r->more = more;
	return 0;
}

/* END_NONE: the client may come in. */
static enum relay_end
relay_admit(struct service *s, const struct addr *client, int64_t now)
{
	switch (admit(s, client, now)) {
	case ADMIT_YES:
		break;
	case ADMIT_DENIED:
		return END_DENIED;
	case ADMIT_LIMITED:
		return END_LIMITED;
	}
	return END_NONE;
}

/* The same for who has just connected: the client, or who will say in a
 * header who that is. */
static enum relay_end
relay_admit_peer(const struct listener *l, const struct addr *peer,
    int64_t now)
{
	if (!l->accept_proxy)
		return relay_admit(l->service, peer, now);
	if (networks_have(&l->from, peer))
		return END_NONE;
	l->service->denied++;
	return END_DENIED;
}

/* A relay of a client that has just connected, or NULL: no memory. */
static struct relay *
relay_new(struct pydirector *d, int fd, int more)
{
	struct relay *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->director = d;
	r->client.io.fd = fd;
	r->server.io.fd = -1;
	if ((more && relay_want_more(r) == -1) ||
	    loop_add_many(&d->loop, &r->client.io, &client_ops, fd) == -1) {
		free(r->more);
		free(r);
		return NULL;
	}
	r->client.io.ready = IO_OUT;
	return r;
}

static void
relay_link(struct relay *r, struct service *s)
{
	struct pydirector *d = r->director;

	r->service = s;
	service_ref(s);
	s->open++;
	r->id = ++d->next_id;
	r->next = d->relays;
	if (r->next != NULL)
		r->next->prev = r;
	d->relays = r;
	d->nrelays++;
}

void
relay_known(struct relay *r)
{
	enum relay_end end;

	relay_tell_start(r);
	end = relay_admit(r->service, &r->addr, r->director->loop.now);
	if (end == END_NONE)
		relay_connect(r);
	else
		relay_end(r, end, net_reset);
}

void
relay_start(struct pydirector *d, const struct listener *l, int fd,
    const struct addr *client)
{
	struct service *s = l->service;
	enum relay_end end;
	struct relay *r;

	s->total++;
	end = relay_admit_peer(l, client, d->loop.now);
	if (end != END_NONE && d->watchers == NULL &&
	    !log_wants(d->log, relay_log_level(end))) {
		net_reset(fd);
		return;
	}
	r = relay_new(d, fd, d->watchers != NULL || l->accept_proxy);
	if (r == NULL) {
		log_warning(d->log, "service %s: client lost: out of memory",
		    s->name);
		net_reset(fd);
		return;
	}
	r->addr = *client;
	r->started = clock_us();
	relay_link(r, s);
	if (end != END_NONE) {
		relay_end(r, end, net_reset);
	} else if (l->accept_proxy) {
		header_await(r);
	} else {
		relay_tell_start(r);
		relay_connect(r);
	}
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
