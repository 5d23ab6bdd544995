/* SPDX-License-Identifier: ISC
 *
 * Probe: libedit. */

#include "config.h"

#include <stdio.h>
#include <histedit.h>

int
main(void)
{
	EditLine *el = el_init("probe", stdin, stdout, stderr);

	if (el != NULL)
		el_end(el);
	return el == NULL;
}
