/* SPDX-License-Identifier: ISC
 *
 * Probe: procctl(2) of FreeBSD, without core files. */

#include "config.h"

#include <sys/types.h>
#include <sys/procctl.h>
#include <sys/wait.h>

#include <unistd.h>

int
main(void)
{
	int off = PROC_TRACE_CTL_DISABLE;

	return procctl(P_PID, getpid(), PROC_TRACE_CTL, &off) == -1;
}
