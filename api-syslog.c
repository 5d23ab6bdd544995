/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_syslog: lines of the program's, by syslog(3). */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "connlog.h"
#include "given.h"
#include "api.h"

int
pydirector_with_syslog(struct pydirector *d, const char *facility)
{
	static const struct part part = {
		syslog_start, syslog_stop, NULL, syslog_given, NULL
	};
	char err[512];

	if (api_begin(d) == -1)
		return -1;
	if (d->running || d->parts[PART_SYSLOG] != NULL)
		return api_fail(d, "syslog: it is too late");
	if (facility != NULL &&
	    (d->syslog_default = strdup(facility)) == NULL)
		return api_fail(d, "out of memory");
	d->parts[PART_SYSLOG] = &part;
	if (d->model == NULL || syslog_start(d, err, sizeof(err)) == 0)
		return 0;
	d->parts[PART_SYSLOG] = NULL;
	free(d->syslog_default);
	d->syslog_default = NULL;
	return api_fail(d, "%s", err);
}

void
pydirector_syslog_line(struct pydirector *d, int level, const char *line)
{
	syslog_line(d, level, line);
}
