/* SPDX-License-Identifier: ISC
 *
 * Probe: the bytes in the send queue, asked as the BSDs want it. */

#include "config.h"

#include <sys/types.h>
#include <sys/filio.h>
#include <sys/ioctl.h>

int
main(void)
{
	int n;

	return ioctl(-1, FIONWRITE, &n) != -1;
}
