/* SPDX-License-Identifier: ISC
 *
 * Probe: pledge(2) and unveil(2) of OpenBSD. */

#include "config.h"

#include <unistd.h>

int
main(void)
{
	return unveil("/", "r") == -1 || unveil(NULL, NULL) == -1 ||
	    pledge("stdio", NULL) == -1;
}
