/* SPDX-License-Identifier: ISC
 *
 * Finding a server for a relay: the scheduler's hosts in turn, each once, until
 * one answers. A host that does not is reported to the manager; a shortage of
 * our own is nobody's fault, and the relay waits. */

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

static void	 relay_connect_expire(struct timer *);
static void	 relay_connected(struct relay *);

void
relay_leave_host(struct relay *r)
{
	if (r->host == NULL)
		return;
	host_close(r->host, r->connected ? ++r->director->stamp : 0);
	r->host = NULL;
}

void
relay_forget_tried(struct relay *r)
{
	while (r->ntried > 0)
		host_unref(r->tried[--r->ntried]);
	free(r->tried);
	r->tried = NULL;
}

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

/* 1: r is to be heard before other, when a place at s has become free. */
static int
relay_before(const struct relay *r, const struct relay *other,
    const struct service *s)
{
	if ((r->service == s) != (other->service == s))
		return r->service == s;
	return r->id < other->id;
}

void
relay_wake(struct pydirector *d, const struct service *s)
{
	struct relay *r, *first = NULL;
	struct task *t;

	for (t = d->starved; t != NULL; t = t->next) {
		r = LOOP_OWNER(t, struct relay, task);
		if (first == NULL || relay_before(r, first, s))
			first = r;
	}
	if (first == NULL)
		return;
	loop_task_del(&first->task);
	loop_later(&d->loop, &first->task, relay_starved_task);
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
		relay_lose(r, END_CONNECT_FAILED,
		    "no descriptor, port or place at a host");
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

	fd = relay_dial_next(r);
	error = r->dial.error;
	if (fd != -1) {
		if (relay_add_server(r, fd) == 0) {
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

void
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
		/* Now: taken out of its group it would forget. */
		r->send_proxy = (unsigned char)dial_proxy(h);
		if (r->more != NULL)
			r->more->tries++;
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
	relay_no_address(r);
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
	if (r->service->keepalive > 0) {
		net_keepalive(r->client.io.fd, r->service->keepalive);
		net_keepalive(r->server.io.fd, r->service->keepalive);
	}
	if (r->more != NULL)
		r->more->connected = clock_us();
	relay_tell(r, RELAY_EVENT_CONNECTED);
	flow_start(r);
}

void
relay_connect_event(struct relay *r)
{
	int error;

	if (!(r->server.io.ready & IO_OUT))
		return;
	error = net_connected(r->server.io.fd, r->server.io.ready & IO_BROKEN);
	if (error == NET_RESET)
		r->server.broken = 1;
	if (error == 0 || error == NET_RESET)
		relay_connected(r);
	else
		relay_connect_failed(r, error);
}
