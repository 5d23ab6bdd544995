/* SPDX-License-Identifier: ISC
 *
 * The parser of AMP boxes under libFuzzer. The bytes come twice: at once, and
 * in pieces that the first byte chooses; the same boxes must be found. Each
 * look is at an allocation of its own size. */

#include "config.h"

#include "amp.h"
#include "t/fuzz.h"

static const char *const keys[] = {
	"_ask", "_command", "_answer", "_error", "host", "port", "k"
};

/* A place for the result, so that no call is left out. */
static volatile size_t fuzz_sum;

static void
fuzz_values(const char *box, size_t len)
{
	const char *value;
	struct buf b;
	size_t i, n;
	long number;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		value = amp_value(box, len, keys[i], &n);
		if (value == NULL)
			continue;
		fuzz_promise(value >= box && n <= len &&
		    value + n <= box + len, "a value inside of its box");
		if (amp_integer(value, n, &number) == 0)
			fuzz_promise(number <= AMP_MUCH && number >= -AMP_MUCH,
			    "a bounded number");
		buf_init(&b, 4 * n + 3);
		amp_repr(&b, value, n);
		fuzz_promise(!b.failed, "a bounded text");
		fuzz_sum += b.len;
		buf_done(&b);
	}
}

/* What the bytes are: the length of the box at their front; 0: none yet; -1:
 * they are bad. step bytes more are looked at each time. */
static long
fuzz_box(const char *bytes, size_t len, size_t step)
{
	enum amp_result result = AMP_MORE;
	size_t n = 0, seen = 0, before;
	char *copy;

	while (result == AMP_MORE && n < len) {
		n = len - n < step ? len : n + step;
		before = seen;
		copy = fuzz_copy(bytes, n);
		copy = realloc(copy, n);	/* no NUL behind it */
		if (copy == NULL)
			abort();
		result = amp_box(copy, n, &seen);
		fuzz_promise(seen >= before && seen <= n, "a length");
		fuzz_promise(result != AMP_MORE || n < AMP_BOX_MAX,
		    "an answer for a whole buffer");
		if (result == AMP_WHOLE)
			fuzz_values(copy, seen);
		free(copy);
	}
	fuzz_promise(result != AMP_WHOLE || seen <= AMP_BOX_MAX,
	    "a bounded box");
	return result == AMP_BAD ? -1 : result == AMP_MORE ? 0 : (long)seen;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	size_t step;
	long box;

	if (size < 2)
		return 0;
	step = (size_t)data[0] + 1;
	for (p++, size--; size > 0; p += box, size -= (size_t)box) {
		box = fuzz_box(p, size, size);
		fuzz_promise(fuzz_box(p, size, step) == box,
		    "the same box, split or not");
		if (box <= 0)
			break;
	}
	return 0;
}
