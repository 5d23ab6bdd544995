/* SPDX-License-Identifier: ISC
 *
 * strlcpy(3) for systems without it. */

#include "config.h"

#include <string.h>

#include "compat/compat.h"

size_t
strlcpy(char *to, const char *text, size_t size)
{
	size_t len = strlen(text), n;

	if (size == 0)
		return len;
	n = len < size ? len : size - 1;
	memcpy(to, text, n);
	to[n] = '\0';
	return len;
}
