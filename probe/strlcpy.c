/* SPDX-License-Identifier: ISC
 *
 * Probe: strlcpy(3). */

#include "config.h"

#include <string.h>

int
main(void)
{
	char text[4];

	return strlcpy(text, "abcdef", sizeof(text)) != 6 ||
	    strcmp(text, "abc") != 0;
}
