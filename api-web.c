/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_web: the web admin, plain. */

#include "config.h"

#include "given.h"
#include "api.h"

int
pydirector_with_web(struct pydirector *d)
{
	static const struct part part = {
		admin_start, admin_stop, NULL, secure_given, NULL
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "web: it is too late");
	d->parts[PART_WEB] = &part;
	return 0;
}
