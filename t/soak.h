/* SPDX-License-Identifier: ISC
 *
 * What the two ends of the soak share: what a connection starts and ends
 * with, the bytes between, and counting them. The number of a connection
 * decides all its bytes, so that both ends know them and nobody else's fit.
 *
 *	client to server	head (32 bytes), then `up` bytes of pattern
 *	server to client	`down` bytes of pattern, then, where the kind
 *				has one, a tail (24 bytes): what had come
 *
 * Kinds, which the server obeys:
 *
 *	s	sends while it reads, then the tail, and closes
 *	h	waits for the client's end, then sends all, and closes
 *	f	sends, closes its half, reads until the client's end; no tail
 *	r	sends, then resets; no tail
 *	i	reads and sends nothing, for ever; no tail
 *	x	no server is ever reached */

#ifndef SOAK_H
#define SOAK_H

#include "tool.h"

#define SOAK_HEAD	32
#define SOAK_TAIL	24
#define SOAK_KINDS	"shfrix"
#define SOAK_BUFFER	65536

struct soak_plan {
	uint32_t	 n;	/* of the connection, from 1 */
	char		 kind;
	uint64_t	 up;	/* bytes of pattern, behind the head */
	uint64_t	 down;	/* bytes of pattern, before the tail */
};

/* Bytes and their checksum (FNV-1a). */
struct tally {
	uint64_t	 n;
	uint64_t	 hash;
};

static inline void
tally_start(struct tally *t)
{
	t->n = 0;
	t->hash = UINT64_C(0xcbf29ce484222325);
}

static inline void
tally_add(struct tally *t, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t hash = t->hash;
	size_t i;

	for (i = 0; i < n; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	t->hash = hash;
	t->n += n;
}

static inline void
soak_put(unsigned char *p, uint64_t value)
{
	int i;

	for (i = 7; i >= 0; i--, value >>= 8)
		p[i] = (unsigned char)value;
}

static inline uint64_t
soak_get(const unsigned char *p)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | p[i];
	return value;
}

static inline void
soak_head_put(unsigned char p[SOAK_HEAD], const struct soak_plan *plan)
{
	memcpy(p, "soaking ", 8);
	p[7] = (unsigned char)plan->kind;
	soak_put(p + 8, plan->n);
	soak_put(p + 16, plan->up);
	soak_put(p + 24, plan->down);
}

/* 0, or -1: this is no head. */
static inline int
soak_head_get(const unsigned char p[SOAK_HEAD], struct soak_plan *plan)
{
	uint64_t n = soak_get(p + 8);

	if (memcmp(p, "soaking", 7) != 0 || p[7] == '\0' ||
	    strchr(SOAK_KINDS, p[7]) == NULL || n == 0 || n > UINT32_MAX)
		return -1;
	plan->kind = (char)p[7];
	plan->n = (uint32_t)n;
	plan->up = soak_get(p + 16);
	plan->down = soak_get(p + 24);
	return 0;
}

static inline void
soak_tail_put(unsigned char p[SOAK_TAIL], const struct tally *t)
{
	memcpy(p, "received", 8);
	soak_put(p + 8, t->n);
	soak_put(p + 16, t->hash);
}

static inline int
soak_has_tail(const struct soak_plan *plan)
{
	return plan->kind == 's' || plan->kind == 'h';
}

/* Which pattern: 0 from the client, 1 from the server. */
static inline unsigned
soak_seed(const struct soak_plan *plan, unsigned from)
{
	return plan->n * 2 + from;
}

#endif
