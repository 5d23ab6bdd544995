/* SPDX-License-Identifier: ISC
 *
 * Another process in the place of this one, which it starts. */

#include "config.h"

#include "handover.h"
#include "api.h"

static void
upgrade_reopen(struct pydirector *d)
{
	handover_reopen(d);
	takeover_reopen(d);
}

static void
upgrade_prepare(struct pydirector *d)
{
	static const struct handover_ops ops = {
		handover_stop, handover_cancel, upgrade_reopen,
		takeover_stop, takeover_done
	};

	d->upgrades = &ops;
}

size_t
pydirector_sockets(const struct pydirector *d)
{
	return handover_sockets(d);
}

long
pydirector_hand_over(struct pydirector *d, char *const argv[],
    char *const env[], pydirector_upgrade_fn *fn, void *arg)
{
	char err[1024];
	long pid;

	if (api_begin(d) == -1)
		return -1;
	upgrade_prepare(d);
	pid = handover_start(d, argv, env, fn, arg, err, sizeof(err));
	return pid == -1 ? api_fail(d, "%s", err) : pid;
}

int
pydirector_take_over(struct pydirector *d, int fd, int n)
{
	char err[1024];

	if (api_begin(d) == -1)
		return -1;
	upgrade_prepare(d);
	if (takeover_begin(d, fd, n, err, sizeof(err)) == 0)
		return 0;
	return api_fail(d, "%s", err);
}

int
pydirector_ready(struct pydirector *d)
{
	if (api_begin(d) == -1)
		return -1;
	if (d->takeover == NULL || takeover_ready(d) == 0)
		return 0;
	return api_fail(d, "the process before this one told nothing");
}

void
pydirector_failed(struct pydirector *d, const char *why)
{
	takeover_fail(d, why);
}
