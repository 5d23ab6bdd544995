/* SPDX-License-Identifier: ISC
 *
 * Probe: a terminal is a stream that wants its modules pushed. */

#include "config.h"

#include <sys/types.h>
#include <stropts.h>

#include <fcntl.h>
#include <stdlib.h>

int
main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1)
		return 1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	return slave == -1 || ioctl(slave, I_PUSH, "ptem") == -1;
}
