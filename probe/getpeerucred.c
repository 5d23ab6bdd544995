/* SPDX-License-Identifier: ISC
 *
 * Probe: getpeerucred(3C), of Solaris and illumos. */

#include "config.h"

#include <stddef.h>
#include <ucred.h>

int
main(void)
{
	ucred_t *who = NULL;

	return getpeerucred(-1, &who) != -1 && ucred_geteuid(who) != 0;
}
