/* SPDX-License-Identifier: ISC
 *
 * Probe: prctl(2) of Linux, without new privileges and core files, and
 * capset(2) without a library. */

#include "config.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <unistd.h>

int
main(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
	    0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
	    { 0, 0, 0 } };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    syscall(SYS_capset, &head, none) == -1;
}
