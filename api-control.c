/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_control: the control socket. */

#include "config.h"

#include "api.h"

int
pydirector_with_control(struct pydirector *d)
{
	static const struct part part = {
		control_start, control_stop, NULL, NULL, NULL
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "control: it is too late");
	d->parts[PART_CONTROL] = &part;
	return 0;
}
