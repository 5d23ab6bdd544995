/* SPDX-License-Identifier: ISC
 *
 * Connecting to a host: its addresses in turn, the one that answered last
 * first. A host counts as unreachable when none of its addresses answers.
 * Waiting for the outcome is the caller's business. */

#include "config.h"

#include <errno.h>

#include "director.h"

int
dial_next(struct dial *d, const struct host *h)
{
	int fd;

	if (d->next == 0) {
		/* Others may find another good one meanwhile. */
		d->first = h->good;
		d->generation = h->generation;
		d->error = EHOSTUNREACH;
	}
	while (d->next < h->naddrs) {
		d->at = (unsigned char)((d->first + d->next) % h->naddrs);
		fd = net_connect(&h->addrs[d->at]);
		if (fd != -1) {
			d->next++;
			return fd;
		}
		/* Out of local ports towards this address says nothing about
		 * the others; out of descriptors does. */
		if (errno != EADDRNOTAVAIL || d->next == 0)
			d->error = errno;
		if (net_is_local(errno) && errno != EADDRNOTAVAIL)
			return -1;
		d->next++;
	}
	return -1;
}

int
dial_proxy(const struct host *h)
{
	enum send_proxy version = h->send_proxy;

	if (version == SEND_PROXY_INHERIT)
		version = h->group == NULL ?
		    SEND_PROXY_NO : h->group->send_proxy;
	switch (version) {
	case SEND_PROXY_INHERIT:
	case SEND_PROXY_NO:
		break;
	case SEND_PROXY_V1:
		return 1;
	case SEND_PROXY_V2:
		return 2;
	}
	return 0;
}

void
dial_good(const struct dial *d, struct host *h)
{
	if (d->generation == h->generation)
		h->good = d->at;
}
