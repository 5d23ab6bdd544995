/* SPDX-License-Identifier: ISC
 *
 * The program's own log lines on their way to syslog(3), by a helper process:
 * syslog(3) itself may wait. They go to the helper at once, not at the end of
 * the round: the last lines before a failure are the ones that count. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sink.h"
#include "connlog.h"
#include "given.h"

static void
syslog_lost(void *arg, uint64_t lines, const char *why)
{
	struct pydirector *d = arg;

	log_warning(d->log, "syslog: lost %" PRIu64 " lines: %s", lines, why);
}

int
syslog_start(struct pydirector *d, char *err, size_t size)
{
	const char *facility = d->model->log_syslog;
	struct sink *sink = NULL, *old = d->syslog;

	if (facility == NULL)
		facility = d->syslog_default;
	if (facility != NULL && old != NULL &&
	    strcmp(facility, sink_name(old)) == 0)
		return 0;
	if (facility != NULL) {
		errno = ENOENT;
		if (d->helper != NULL)
			sink = sink_syslog(&d->loop, d->helper, facility,
			    syslog_lost, d);
		if (sink == NULL) {
			snprintf(err, size, "syslog: cannot start %s: %s",
			    d->helper == NULL ? "a helper" : d->helper,
			    strerror(errno));
			return -1;
		}
	}
	d->syslog = sink;
	if (old == NULL)
		return 0;
	sink_free(d->syslog_old);
	d->syslog_old = old;
	sink_retire(old);
	return 0;
}

void
syslog_stop(struct pydirector *d)
{
	struct sink *sink = d->syslog;

	/* Nothing that is said on the way out comes back here. */
	d->syslog = NULL;
	sink_free(sink);
	sink_free(d->syslog_old);
	d->syslog_old = NULL;
}

void
syslog_given(struct pydirector *d)
{
	if (d->syslog != NULL)
		sink_restart(d->syslog);
}

void
syslog_line(struct pydirector *d, int level, const char *line)
{
	if (d->syslog == NULL)
		return;
	sink_line(d->syslog, level, line, strlen(line));
	sink_flush(d->syslog);
}
