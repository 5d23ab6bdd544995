/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_console: the command socket. */

#include "config.h"

#include "api.h"

int
pydirector_with_console(struct pydirector *d)
{
	static const struct part part = {
		console_start, console_stop, NULL, NULL, NULL
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "console: it is too late");
	d->parts[PART_CONSOLE] = &part;
	return 0;
}
