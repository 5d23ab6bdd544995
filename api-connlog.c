/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_connlog: the connection log. */

#include "config.h"

#include "connlog.h"
#include "given.h"
#include "api.h"

int
pydirector_with_connlog(struct pydirector *d)
{
	static const struct part part = {
		connlog_start, connlog_stop, connlog_reopen,
		connlog_given, connlog_counts
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "connlog: it is too late");
	d->parts[PART_CONNLOG] = &part;
	return 0;
}
