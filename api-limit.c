/* SPDX-License-Identifier: ISC
 *
 * What concerns the whole process, and is done only when it is asked for. */

#include "config.h"

#include <sys/time.h>
#include <sys/resource.h>

#include "api.h"

long
pydirector_raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -1;
	if (limit.rlim_cur != limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		(void)getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur == RLIM_INFINITY ? -1 : (long)limit.rlim_cur;
}
