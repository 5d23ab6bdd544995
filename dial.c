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

	if (h->naddrs == 0)
		d->error = EHOSTUNREACH;
	while (d->next < h->naddrs) {
		d->at = (unsigned char)((h->good + d->next) % h->naddrs);
		fd = net_connect(&h->addrs[d->at]);
		if (fd != -1) {
			d->next++;
			return (fd);
		}
		d->error = errno;
		/* Out of local ports towards this address says nothing about
		 * the next one; out of descriptors does. */
		if (net_is_local(errno) && errno != EADDRNOTAVAIL)
			return (-1);
		d->next++;
	}
	return (-1);
}

void
dial_good(const struct dial *d, struct host *h)
{
	if (d->at < h->naddrs)
		h->good = d->at;
}
