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
#include <sys/syscall.h>

#include <linux/capability.h>
#endif
#if HAVE_PROCCTL
#include <sys/procctl.h>
#include <sys/wait.h>
#endif

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "compat/harden.h"

/* A byte is less than any core file has. Linux hands a core to the program of
 * kernel.core_pattern whatever the limit is, but for this one. */
#if HAVE_PRCTL
#define CORE_NONE 1
#else
#define CORE_NONE 0
#endif

void
harden_core(void)
{
	struct rlimit none = { CORE_NONE, CORE_NONE };

	if (setrlimit(RLIMIT_CORE, &none) == 0)
		return;
	/* It was 0 before, and cannot be raised. */
	none.rlim_cur = none.rlim_max = 0;
	(void)setrlimit(RLIMIT_CORE, &none);
}

void
harden_bound(void)
{
#if HAVE_PRCTL
	int i;

	for (i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
#endif
}

#if HAVE_PRCTL
/* Capabilities are those of a process that was not root's, too: given to it by
 * whoever started it, for low ports. Who is not root cannot change the bounding
 * set; without new privileges it gives nothing. */
static void
harden_capabilities(void)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

	memset(&head, 0, sizeof(head));
	memset(none, 0, sizeof(none));
	head.version = _LINUX_CAPABILITY_VERSION_3;
#ifdef PR_CAP_AMBIENT_CLEAR_ALL
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
#endif
	(void)syscall(SYS_capset, &head, none);
}
#endif

void
harden_rights(void)
{
#if HAVE_PRCTL
	harden_capabilities();
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
#if HAVE_PROCCTL
	int off = PROC_TRACE_CTL_DISABLE_EXEC;

	(void)procctl(P_PID, getpid(), PROC_TRACE_CTL, &off);
#endif
}

void
harden_child(void)
{
#if HAVE_PRCTL
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
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
