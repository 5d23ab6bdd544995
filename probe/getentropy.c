/* SPDX-License-Identifier: ISC
 *
 * Probe: getentropy(3). */

#include "config.h"

#include <sys/types.h>
#include <unistd.h>
#if HAVE_SYS_RANDOM_H
#include <sys/random.h>
#endif

int
main(void)
{
	char bytes[16];

	return getentropy(bytes, sizeof(bytes)) != 0;
}
