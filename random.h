/* SPDX-License-Identifier: ISC
 *
 * Random numbers for choosing: fast and evenly spread, no secrets. */

#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* A start that nobody can guess. */
uint64_t	 random_seed(void);
/* The next 64 random bits of a sequence, whose state this is. */
uint64_t	 random_next(uint64_t *state);

#endif
