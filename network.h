/* SPDX-License-Identifier: ISC
 *
 * Networks: `address/prefix`, and lists of them. */

#ifndef NETWORK_H
#define NETWORK_H

#include "addr.h"

struct network {
	unsigned char	 ip[16];	/* bits behind the prefix are 0 */
	unsigned char	 len;		/* bytes of the address: 4 or 16; 0: it
					 * has every address (`all`) */
	unsigned char	 bits;		/* of the prefix */
};

/* A list, as it was written and as it is meant. */
struct networks {
	char		*text;		/* NULL: none */
	struct network	*list;
	size_t		 n;
};

#define NETWORKS_MAX	256		/* in a list */

/* Reads `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1` (a whole address) or `all`,
 * several with white space or commas between. 0, or -1 and nothing changed:
 * *why is a constant text, what was expected; NULL: no memory. What was there
 * before is freed. */
int	 networks_parse(struct networks *, const char *text, const char **why);
void	 networks_free(struct networks *);
/* 1: one of them has the address; an IPv4 address in IPv6 clothes counts as
 * IPv4. An address of no family is in none. */
int	 networks_have(const struct networks *, const struct addr *);

#endif
