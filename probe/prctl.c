/* SPDX-License-Identifier: ISC
 *
 * Probe: prctl(2) of Linux, without new privileges and core files. */

#include "config.h"

#include <sys/prctl.h>

int
main(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1;
}
