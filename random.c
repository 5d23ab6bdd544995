/* SPDX-License-Identifier: ISC
 *
 * Random numbers for choosing: splitmix64 (Steele, Lea, Flood: Fast Splittable
 * Pseudorandom Number Generators, OOPSLA 2014). */

#include "config.h"

#include <unistd.h>

#include "compat/compat.h"
#include "clock.h"
#include "random.h"

uint64_t
random_seed(void)
{
	uint64_t seed;

	if (getentropy(&seed, sizeof(seed)) == -1)
		seed = (uint64_t)clock_us() ^ (uint64_t)getpid() << 32;
	return seed;
}

uint64_t
random_next(uint64_t *state)
{
	uint64_t z;

	z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}
