/* SPDX-License-Identifier: ISC
 *
 * explicit_bzero(3) for systems without it. */

#include "config.h"

#include <string.h>

#include "compat/compat.h"

void
explicit_bzero(void *p, size_t size)
{
	/* A call through a volatile pointer cannot be left out. */
	void *(*volatile set)(void *, int, size_t) = memset;

	(void)set(p, 0, size);
}
