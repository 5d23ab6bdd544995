/* SPDX-License-Identifier: ISC
 *
 * Probe: explicit_bzero(3). */

#include "config.h"

#include <string.h>
#include <strings.h>

int
main(void)
{
	char text[4] = "abc";

	explicit_bzero(text, sizeof(text));
	return text[0] != 0;
}
