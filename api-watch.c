/* SPDX-License-Identifier: ISC
 *
 * Events: what a program wants to be told of hosts and connections. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "relay.h"
#include "api.h"

struct events {
	struct relay_watcher watcher;
	struct pydirector_events fn;
	void		*arg;
};

/* The text of an address in buf, or NULL: there is none. */
static const char *
watch_text(const struct addr *a, char buf[ADDR_TEXT_SIZE])
{
	return a->u.sa.sa_family == AF_UNSPEC ? NULL : addr_text(a, buf);
}

/* What a relay is now; the texts lie in client and local. */
static void
watch_connection(const struct relay *r, char client[ADDR_TEXT_SIZE],
    char local[ADDR_TEXT_SIZE], struct pydirector_connection *to)
{
	const struct relay_more *more = r->more;
	const struct host *h = r->host;

	memset(to, 0, sizeof(*to));
	to->size = sizeof(*to);
	to->id = r->id;
	to->service = r->service->name;
	to->client = addr_text(&r->addr, client);
	to->addr = api_addr(&r->addr, &to->addrlen);
	to->host = h == NULL ? NULL : h->name;
	to->address = h == NULL ? NULL : h->address;
	to->group = h == NULL || h->group == NULL ? NULL : h->group->name;
	to->connect = -1;
	to->bytes_in = r->bytes_in;
	to->bytes_out = r->bytes_out;
	if (more == NULL)
		return;
	to->local = watch_text(&more->local, local);
	to->tries = more->tries;
	if (more->connected != 0)
		to->connect = more->connected - r->started;
}

static void
watch_event(struct relay_watcher *w, struct relay *r, enum relay_event event)
{
	struct events *e = LOOP_OWNER(w, struct events, watcher);
	char client[ADDR_TEXT_SIZE], local[ADDR_TEXT_SIZE];
	void (*fn)(void *, const struct pydirector_connection *) = NULL;
	struct pydirector_connection c;

	switch (event) {
	case RELAY_EVENT_START:
		fn = e->fn.start;
		break;
	case RELAY_EVENT_CONNECTED:
		fn = e->fn.connected;
		break;
	case RELAY_EVENT_END:
		fn = e->fn.end;
		break;
	}
	if (fn == NULL)
		return;
	watch_connection(r, client, local, &c);
	if (event == RELAY_EVENT_END) {
		c.end = relay_end_word((enum relay_end)r->end);
		c.duration = clock_us() - r->started;
	}
	api_call(r->director);
	fn(e->arg, &c);
	api_called(r->director);
}

static void
watch_host(struct pydirector *d, const struct host *h)
{
	struct pydirector_host to;

	if (d->events->fn.host == NULL)
		return;
	api_host(d, h, &to);
	api_call(d);
	d->events->fn.host(d->events->arg, &to);
	api_called(d);
}

int
pydirector_watch(struct pydirector *d, const struct pydirector_events *events,
    size_t size, void *arg)
{
	struct events *e = NULL;

	if (api_begin(d) == -1)
		return -1;
	if (events != NULL && (e = calloc(1, sizeof(*e))) == NULL)
		return api_fail(d, "out of memory");
	if (d->events != NULL) {
		relay_unwatch(d, &d->events->watcher);
		free(d->events);
	}
	d->events = NULL;
	d->host_changed = NULL;
	if (e == NULL)
		return 0;
	memcpy(&e->fn, events, size < sizeof(e->fn) ? size : sizeof(e->fn));
	e->arg = arg;
	e->watcher.event = watch_event;
	d->events = e;
	d->host_changed = watch_host;
	if (e->fn.start != NULL || e->fn.connected != NULL ||
	    e->fn.end != NULL)
		relay_watch(d, &e->watcher);
	return 0;
}
