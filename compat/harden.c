/* SPDX-License-Identifier: ISC
 *
 * Doing with less: prctl(2) of Linux, procctl(2) of FreeBSD, pledge(2) and
 * unveil(2) of OpenBSD. The last three were written from their manuals and
 * never tried: so what is not allowed there fails, with ENOSYS, and does not
 * kill. */

#include "config.h"

#include <sys/types.h>
#include <sys/resource.h>
#if HAVE_PRCTL
#include <sys/prctl.h>
#endif
#if HAVE_PROCCTL
#include <sys/procctl.h>
#include <sys/wait.h>
#endif

#include <stddef.h>
#include <unistd.h>

#include "compat/harden.h"

void
harden_core(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
}

void
harden_rights(void)
{
#if HAVE_PRCTL
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
#if HAVE_PROCCTL
	int off = PROC_TRACE_CTL_DISABLE;

	(void)procctl(P_PID, getpid(), PROC_TRACE_CTL, &off);
#endif
}

int
harden_confine(const char *const *programs)
{
#if HAVE_PLEDGE
	if (unveil("/", "rwc") == -1)
		return -1;
	for (; *programs != NULL; programs++)
		(void)unveil(*programs, "rx");
	if (unveil(NULL, NULL) == -1)
		return -1;
	return pledge("stdio rpath wpath cpath fattr chown flock unix inet "
	    "getpw proc exec error", NULL);
#else
	(void)programs;
	return 0;
#endif
}
