/* SPDX-License-Identifier: ISC
 *
 * Hosts and addresses as a program is told of them. */

#include "config.h"

#include <string.h>

#include "api.h"

static const char *
host_state(const struct host *h)
{
	if (h->down != WHY_NONE)
		return "down";
	if (h->admin_down)
		return "admin-down";
	return h->draining ? "draining" : "up";
}

void
api_host(const struct pydirector *d, const struct host *h,
    struct pydirector_host *to)
{
	const struct group *g = h->group;
	int64_t since = h->since != 0 ? h->since : d->started;

	memset(to, 0, sizeof(*to));
	to->size = sizeof(*to);
	to->service = g->service->name;
	to->group = g->name;
	to->name = h->name;
	to->address = h->address;
	to->state = host_state(h);
	to->why = why_word(host_why(h));
	to->enabled = g->service->enabled == g;
	to->weight = h->weight;
	to->open = h->open;
	to->total = h->total;
	to->failed = h->failed;
	to->bytes_in = h->bytes_in;
	to->bytes_out = h->bytes_out;
	to->since = since == 0 || d->loop.now < since ? 0 :
	    d->loop.now - since;
	to->next_try = manager_next_try(d, h);
}

const struct sockaddr *
api_addr(const struct addr *a, socklen_t *len)
{
	*len = 0;
	if (a->u.sa.sa_family == AF_UNSPEC)
		return NULL;
	*len = addr_len(a);
	return &a->u.sa;
}
