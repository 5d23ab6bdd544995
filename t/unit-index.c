/* SPDX-License-Identifier: ISC
 *
 * Tests of the index: beside a plain list, through many additions and
 * deletions, also where all hashes are one; and the hashes of addresses.
 * Prints TAP. */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "index.h"
#include "t/tap.h"

#define THINGS	2000
#define STEPS	20000

static int things[THINGS];
static unsigned char there[THINGS];

/* How often the index has a thing. */
static int
count(const struct index *x, uint64_t hash, const void *thing)
{
	const void *p;
	size_t at = 0;
	int n = 0;

	while ((p = index_next(x, hash, &at)) != NULL)
		n += p == thing;
	return n;
}

/* hashes: how many different ones there are. */
static void
test_many(unsigned hashes, int steps)
{
	struct index x = { NULL, 0, 0, 0 };
	uint64_t state = 1;
	size_t n = 0;
	int i, step, bad = 0;

	memset(there, 0, sizeof(there));
	for (step = 0; step < steps; step++) {
		state = state * UINT64_C(6364136223846793005) + 1442695041;
		i = (int)((state >> 33) % THINGS);
		if (there[i])
			index_del(&x, (uint64_t)i % hashes, &things[i]);
		else if (index_add(&x, (uint64_t)i % hashes, &things[i]) == -1)
			bad++;
		there[i] = !there[i];
		n += there[i] ? 1 : (size_t)-1;
		bad += count(&x, (uint64_t)i % hashes, &things[i]) !=
		    there[i];
	}
	for (i = 0; i < THINGS; i++)
		bad += count(&x, (uint64_t)i % hashes, &things[i]) !=
		    there[i];
	ok(bad == 0, "%d changes with %u hashes", steps, hashes);
	ok(x.n == n, "the number of things");
	ok(x.size <= 8 * THINGS, "its size does not grow for ever: %zu",
	    x.size);
	index_del(&x, 1, &there);
	ok(x.n == n, "deleting what is not there changes nothing");
	index_done(&x);
	ok(index_next(&x, 0, &n) == NULL, "empty");
}

static uint64_t
hash_of(const char *text)
{
	struct hostport at;
	const char *why;

	if (addr_split(text, &at, &why) == -1) {
		printf("Bail out! %s: %s\n", text, why);
		exit(1);
	}
	return index_address(&at);
}

static void
test_addresses(void)
{
	static const struct {
		const char	*a, *b;
		int		 same;
	} pairs[] = {
		{ "10.0.0.1:80", "10.0.0.1:080", 1 },
		{ "10.0.0.1:80", "10.0.0.1:81", 0 },
		{ "10.0.0.1:80", "10.0.0.2:80", 0 },
		{ "Example.org:1", "eXAMPLE.ORG:1", 1 },
		{ "[::1]:80", "[0:0::1]:80", 1 },
		{ "[::ffff:10.0.0.1]:80", "10.0.0.1:80", 1 },
		{ "[2001:DB8::a]:1", "[2001:db8:0::A]:1", 1 },
		{ "*:80", ":80", 1 },
		{ "*:80", "0.0.0.0:80", 0 }
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		ok((hash_of(pairs[i].a) == hash_of(pairs[i].b)) ==
		    pairs[i].same, "%s %s %s", pairs[i].a,
		    pairs[i].same ? "is" : "is not", pairs[i].b);
	ok(index_text("a") != index_text("b") &&
	    index_text("ab") == index_text("ab"), "texts");
}

int
main(void)
{
	test_many(1u << 30, STEPS);
	test_many(50, STEPS);
	test_many(1, 2000);
	test_addresses();
	return tap_end();
}
