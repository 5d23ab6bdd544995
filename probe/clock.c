/* SPDX-License-Identifier: ISC
 *
 * Probe: clock_gettime(2) with a monotonic clock, and its library. */

#include "config.h"

#include <time.h>

int
main(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_MONOTONIC, &t) != 0;
}
