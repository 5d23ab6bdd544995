/* SPDX-License-Identifier: ISC
 *
 * Probe: the bytes in the send queue, asked as Linux wants it. */

#include "config.h"

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

int
main(void)
{
	int n;

	return ioctl(-1, SIOCOUTQ, &n) != -1;
}
