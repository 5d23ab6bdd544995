/* SPDX-License-Identifier: ISC
 *
 * Whose connection it is: from our own address towards a server, which the
 * server sees as its peer, to the relay. */

#ifndef ORIGIN_H
#define ORIGIN_H

#include "relay.h"
#include "siphash.h"

struct origins {
	struct relay	**buckets;	/* chained by more->same */
	size_t		 size;		/* buckets; a power of two */
	size_t		 n;		/* relays in it */
	unsigned char	 key[SIPHASH_KEY];
};

/* What is asked: relays whose connection to a server is from there; and, where
 * it says so, whose server is there. */
struct origin_question {
	struct addr	 from;
	struct addr	 to;
	unsigned char	 to_host;	/* the IP address of `to` counts */
	unsigned char	 to_port;	/* its port does */
};

/* 0, or -1: no memory. */
int	 origin_init(struct origins *);
void	 origin_done(struct origins *);
/* The relay has its `more`, with an address of its own (else it is left out),
 * and is not there yet. 1: another one with the same is there. */
int	 origin_add(struct origins *, struct relay *);
/* Also when it is not there. */
void	 origin_del(struct origins *, struct relay *);
/* NULL: there is none; or there are several, since towards two servers the
 * system may use one port at a time, and the question does not tell them
 * apart. Zones (fe80::1%eth0) do not count. */
const struct relay *origin_find(const struct origins *,
	    const struct origin_question *);

#endif
