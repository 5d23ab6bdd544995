/* SPDX-License-Identifier: ISC
 *
 * An index: a table with open addressing, at most three quarters full. What
 * is deleted leaves a mark until the table is made anew. The keys are an
 * operator's own: the hash needs no secret. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "index.h"

#define LEAST 8		/* slots */

struct index_slot {
	uint64_t	 hash;
	void		*thing;		/* NULL: free; the table: deleted */
};

/* Spreads a hash over the slots. */
static size_t
first_slot(const struct index *x, uint64_t hash)
{
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash >> 32) & (x->size - 1);
}

static void
put(struct index *x, uint64_t hash, void *thing)
{
	size_t i = first_slot(x, hash);

	while (x->slots[i].thing != NULL)
		i = (i + 1) & (x->size - 1);
	x->slots[i].hash = hash;
	x->slots[i].thing = thing;
	x->used++;
}

/* A table with room for one more, and twice as many. */
static int
grow(struct index *x)
{
	struct index old = *x;
	size_t i, size = LEAST;

	while (size < (x->n + 1) * 2)
		size *= 2;
	x->slots = calloc(size, sizeof(*x->slots));
	if (x->slots == NULL) {
		*x = old;
		return -1;
	}
	x->size = size;
	x->used = 0;
	for (i = 0; i < old.size; i++)
		if (old.slots[i].thing != NULL &&
		    old.slots[i].thing != old.slots)
			put(x, old.slots[i].hash, old.slots[i].thing);
	free(old.slots);
	return 0;
}

void
index_done(struct index *x)
{
	free(x->slots);
	memset(x, 0, sizeof(*x));
}

int
index_add(struct index *x, uint64_t hash, void *thing)
{
	if (x->used + 1 > x->size / 4 * 3 && grow(x) == -1)
		return -1;
	put(x, hash, thing);
	x->n++;
	return 0;
}

void
index_del(struct index *x, uint64_t hash, const void *thing)
{
	size_t i;

	if (x->size == 0)
		return;
	for (i = first_slot(x, hash); x->slots[i].thing != NULL;
	    i = (i + 1) & (x->size - 1)) {
		if (x->slots[i].thing != thing || x->slots[i].hash != hash)
			continue;
		x->slots[i].thing = x->slots;
		x->n--;
		return;
	}
}

void *
index_next(const struct index *x, uint64_t hash, size_t *at)
{
	const struct index_slot *s;

	if (x->size == 0)
		return NULL;
	for (;;) {
		s = &x->slots[(first_slot(x, hash) + *at) & (x->size - 1)];
		if (s->thing == NULL)
			return NULL;
		++*at;
		if (s->hash == hash && s->thing != x->slots)
			return s->thing;
	}
}

/* FNV-1a. */
static uint64_t
mix(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len-- > 0)
		hash = (hash ^ *p++) * UINT64_C(0x100000001b3);
	return hash;
}

#define START UINT64_C(0xcbf29ce484222325)

uint64_t
index_text(const char *text)
{
	return mix(START, text, strlen(text));
}

uint64_t
index_address(const struct hostport *at)
{
	uint64_t hash = mix(START, &at->port, sizeof(at->port));
	const unsigned char *ip;
	const char *p;
	struct addr a;
	size_t n;
	char c;

	if (at->node[0] != '\0' && addr_number(at, &a) == 0) {
		n = addr_ip(&a, &ip);
		return mix(hash, ip, n);
	}
	for (p = at->node; *p != '\0'; p++) {
		c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		hash = mix(hash, &c, 1);
	}
	return hash;
}
