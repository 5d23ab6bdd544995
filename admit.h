/* SPDX-License-Identifier: ISC
 *
 * Who may come in: access rules and rates. */

#ifndef ADMIT_H
#define ADMIT_H

#include "director.h"

enum admission {
	ADMIT_YES,
	ADMIT_DENIED,		/* by a rule */
	ADMIT_LIMITED		/* too many of late from this address */
};

/* Asks for one more client, and counts; now in ms. Clients without an address
 * pass. */
enum admission	 admit(struct service *, const struct addr *, int64_t now);

#endif
