/* SPDX-License-Identifier: ISC
 *
 * A loop for programs that have none. */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"

/* The poll array; it grows. */
struct run {
	struct pollfd	*fds;
	int		 n, size;
};

/* Collects, and makes room when there are more: 0, or -1: no memory. */
static int
run_collect(struct pydirector *d, struct run *r)
{
	struct pollfd *fds;
	int size;

	while ((r->n = pydirector_pollfds(d, r->fds, r->size)) > r->size) {
		size = r->n + r->n / 2 + 8;
		fds = realloc(r->fds, (size_t)size * sizeof(*fds));
		if (fds == NULL)
			return api_fail(d, "out of memory");
		r->fds = fds;
		r->size = size;
	}
	return 0;
}

static int
run_round(struct pydirector *d, struct run *r)
{
	if (run_collect(d, r) == -1)
		return -1;
	if (poll(r->fds, (nfds_t)r->n, pydirector_timeout(d)) == -1) {
		if (errno != EINTR)
			return api_fail(d, "poll: %s", strerror(errno));
		r->n = 0;
	}
	pydirector_dispatch(d, r->fds, r->n);
	return 0;
}

int
pydirector_run(struct pydirector *d)
{
	struct run r = { NULL, 0, 0 };
	int result = 0;

	if (api_begin(d) == -1)
		return -1;
	if (!d->running)
		return api_fail(d, "it has not started");
	while (result == 0 && !d->quit && !pydirector_finished(d))
		result = run_round(d, &r);
	d->quit = 0;
	free(r.fds);
	return result;
}
