/* SPDX-License-Identifier: ISC
 *
 * Probe: network namespaces and TUN devices, which take root and so are not
 * asked for here. */

#include "config.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#include <sched.h>

int
main(void)
{
	struct ifreq ifr;

	ifr.ifr_flags = IFF_TUN | IFF_NO_PI;
	return setns(-1, CLONE_NEWNET) == 0 || ioctl(-1, TUNSETIFF, &ifr) == 0;
}
