/* SPDX-License-Identifier: ISC
 *
 * SipHash-2-4 with 128 bits (Aumasson, Bernstein: SipHash, a fast short-input
 * PRF, 2012, and the wider output that its authors added). It is for telling
 * texts apart under a secret key of this process, not for storing. */

#include "config.h"

#include <stdint.h>

#include "siphash.h"

#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))

static uint64_t
word_get(const unsigned char *p)
{
	uint64_t x = 0;
	int i;

	for (i = 7; i >= 0; i--)
		x = x << 8 | p[i];
	return x;
}

static void
word_put(unsigned char *p, uint64_t x)
{
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (unsigned char)(x >> 8 * i & 0xff);
}

static void
rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = ROTATE(v[1], 13) ^ v[0];
		v[3] = ROTATE(v[3], 16) ^ v[2];
		v[0] = ROTATE(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = ROTATE(v[1], 17) ^ v[2];
		v[3] = ROTATE(v[3], 21) ^ v[0];
		v[2] = ROTATE(v[2], 32);
	}
}

static uint64_t
finish(const uint64_t v[4])
{
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void
word_mix(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

void
siphash(const unsigned char key[SIPHASH_KEY], const void *data, size_t len,
    unsigned char hash[SIPHASH_SIZE])
{
	const unsigned char *p = data;
	const uint64_t k0 = word_get(key), k1 = word_get(key + 8);
	uint64_t v[4], last = (uint64_t)(len & 0xff) << 56;
	size_t i;

	v[0] = k0 ^ UINT64_C(0x736f6d6570736575);
	v[1] = k1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee;
	v[2] = k0 ^ UINT64_C(0x6c7967656e657261);
	v[3] = k1 ^ UINT64_C(0x7465646279746573);
	for (; len >= 8; len -= 8, p += 8)
		word_mix(v, word_get(p));
	for (i = 0; i < len; i++)
		last |= (uint64_t)p[i] << 8 * i;
	word_mix(v, last);
	v[2] ^= 0xee;
	rounds(v, 4);
	word_put(hash, finish(v));
	v[1] ^= 0xdd;
	rounds(v, 4);
	word_put(hash + 8, finish(v));
}

int
siphash_same(const unsigned char a[SIPHASH_SIZE],
    const unsigned char b[SIPHASH_SIZE])
{
	unsigned char differ = 0;
	int i;

	for (i = 0; i < SIPHASH_SIZE; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}
