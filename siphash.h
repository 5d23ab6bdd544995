/* SPDX-License-Identifier: ISC
 *
 * A keyed hash: who does not know the key can neither foretell a value nor
 * find two texts with the same one. */

#ifndef SIPHASH_H
#define SIPHASH_H

#include <stddef.h>

#define SIPHASH_KEY	16	/* bytes */
#define SIPHASH_SIZE	16

/* SipHash-2-4 with 128 bits. */
void	 siphash(const unsigned char key[SIPHASH_KEY], const void *, size_t,
	    unsigned char hash[SIPHASH_SIZE]);
/* 1: the same; how long it takes tells nothing about where they differ. */
int	 siphash_same(const unsigned char a[SIPHASH_SIZE],
	    const unsigned char b[SIPHASH_SIZE]);

#endif
