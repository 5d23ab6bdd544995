/* SPDX-License-Identifier: ISC
 *
 * An index: things by the hash of a key. It knows neither keys nor things:
 * several things may have one hash, and who looks one up compares. */

#ifndef INDEX_H
#define INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/* All bytes 0: empty. */
struct index {
	struct index_slot *slots;
	size_t		 size;		/* a power of two, or 0 */
	size_t		 used;		/* slots that are not free, those of
					 * deleted things among them */
	size_t		 n;		/* things */
};

void	 index_done(struct index *);
/* 0, or -1: no memory, and nothing has changed. */
int	 index_add(struct index *, uint64_t hash, void *thing);
/* Also when it is not there. */
void	 index_del(struct index *, uint64_t hash, const void *thing);
/* The things of a hash in turn: *at is 0 at first. NULL: no more. */
void	*index_next(const struct index *, uint64_t hash, size_t *at);

uint64_t index_text(const char *);
/* The same for all spellings of an address that mean the same. */
uint64_t index_address(const struct hostport *);

#endif
