/* SPDX-License-Identifier: ISC
 *
 * Probe: crypt(3) has a header of its own. */

#include "config.h"

#include <crypt.h>

int
main(void)
{
	return 0;
}
