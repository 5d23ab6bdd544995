/* SPDX-License-Identifier: ISC
 *
 * Probe: getentropy(3) may be in this header. */

#include "config.h"

#include <sys/types.h>
#include <sys/random.h>

int
main(void)
{
	return 0;
}
