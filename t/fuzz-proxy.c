/* SPDX-License-Identifier: ISC
 *
 * PROXY headers under libFuzzer: a whole one is within its bytes and the
 * limit, no part of it was taken for whole or bad, and what it says survives
 * being made in both versions. */

#include "config.h"

#include "proxy.h"
#include "t/fuzz.h"

/* What it said reads back from a header of ours. */
static void
fuzz_made(int version, const struct proxy_ends *ends)
{
	unsigned char bytes[PROXY_MADE_MAX];
	struct proxy_ends again;
	size_t n, used;

	n = proxy_make(version, ends, bytes);
	fuzz_promise(n <= sizeof(bytes), "it fits");
	fuzz_promise(proxy_parse(bytes, n, &again, &used) == PROXY_WHOLE &&
	    used == n, "what is made can be read");
	fuzz_promise(addr_same(&ends->src, &again.src) &&
	    addr_same(&ends->dst, &again.dst), "it says the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_copy(data, size);
	enum proxy_result result;
	struct proxy_ends ends, part;
	size_t used = 0, n, unused;

	result = proxy_parse(bytes, size, &ends, &used);
	if (result == PROXY_WHOLE) {
		fuzz_promise(used > 0 && used <= size &&
		    used <= PROXY_HEADER_MAX, "within its bytes");
		for (n = 0; n < used; n++)
			fuzz_promise(proxy_parse(bytes, n, &part, &unused) ==
			    PROXY_MORE, "a part wants more");
		fuzz_made(1, &ends);
		fuzz_made(2, &ends);
	}
	fuzz_promise(result != PROXY_MORE || size < PROXY_HEADER_MAX,
	    "more is wanted below the limit only");
	free(bytes);
	return 0;
}
