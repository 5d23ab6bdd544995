/* SPDX-License-Identifier: ISC
 *
 * Probe: reallocarray(3). */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>

int
main(void)
{
	volatile size_t many = SIZE_MAX / 2;
	void *p;

	p = reallocarray(NULL, 4, 4);
	if (p == NULL || reallocarray(p, many, 4) != NULL)
		return 1;
	free(p);
	return 0;
}
