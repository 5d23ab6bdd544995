/* SPDX-License-Identifier: ISC
 *
 * buf.c: growth, bounds, refusals, taking away at the front; the pool. */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "log.h"
#include "buf.h"
#include "t/tap.h"

/* Sanitizers: a request for too much memory fails as malloc does. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
test_growth(void)
{
	struct buf b;
	char expected[3001];
	int i, good = 1;

	buf_init(&b, 3000);
	for (i = 0; i < 3000; i++) {
		expected[i] = (char)('a' + i % 26);
		good = good && buf_add(&b, expected + i, 1) == 0 &&
		    b.len == (size_t)i + 1 && b.size > b.len &&
		    b.data[b.len] == '\0';
	}
	expected[3000] = '\0';
	ok(good, "3000 bytes one by one, a NUL behind each");
	is(b.data, expected, "the bytes are those added");
	ok(b.size > b.len && b.size <= 8192, "room: %lu",
	    (unsigned long)b.size);
	ok(!b.failed, "not failed");
	ok(buf_add(&b, "x", 1) == -1 && b.failed, "one above max refused");
	ok(b.len == 3000 && memcmp(b.data, expected, 3001) == 0,
	    "the refusal changed nothing");
	buf_consume(&b, 100);
	ok(buf_add(&b, "x", 1) == -1, "refused from then on");
	buf_done(&b);
	ok(b.data == NULL && b.len == 0 && b.size == 0, "done: empty");
	ok(buf_add(&b, "x", 1) == 0, "and usable again");
	buf_done(&b);
}

static void
test_format(void)
{
	struct buf b;

	buf_init(&b, 300);
	ok(buf_addf(&b, "%s=%d;", "a", 1) == 0, "addf");
	ok(buf_addf(&b, "%0270d", 7) == 0, "addf that has to grow");
	ok(b.len == 274 && strlen(b.data) == 274, "length");
	ok(strncmp(b.data, "a=1;000", 7) == 0 && b.data[273] == '7', "text");
	ok(buf_addf(&b, "%026d", 7) == 0 && b.len == 300, "up to max");
	ok(buf_addf(&b, "%d", 7) == -1 && b.len == 300 && b.failed,
	    "not above");
	buf_done(&b);
}

static void
test_edges(void)
{
	struct buf b;

	buf_init(&b, 10);
	ok(b.data == NULL, "nothing allocated at first");
	ok(buf_add(&b, NULL, 0) == 0 && b.data != NULL && b.data[0] == '\0',
	    "nothing added: an empty text");
	buf_add(&b, "abcdef", 6);
	buf_consume(&b, 2);
	is(b.data, "cdef", "two taken away at the front");
	buf_add(&b, "ghijkl", 6);
	is(b.data, "cdefghijkl", "their room is free again");
	buf_consume(&b, 0);
	ok(b.len == 10, "none taken away");
	buf_consume(&b, 11);
	ok(b.len == 0 && b.data[0] == '\0', "more than there are: all");
	buf_done(&b);

	buf_init(&b, 0);
	ok(buf_add(&b, "a", 1) == -1 && b.data != NULL && b.data[0] == '\0',
	    "max 0: refused, and still an empty text");
	buf_consume(&b, 1);
	buf_done(&b);
}

static void
test_memory(void)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	ok(buf_add(&b, "abc", 3) == 0, "max SIZE_MAX");
	ok(buf_add(&b, "abc", SIZE_MAX) == -1 && b.failed, "SIZE_MAX bytes");
	is(b.data, "abc", "the rest stays");
	buf_done(&b);

	buf_init(&b, SIZE_MAX);
	ok(buf_add(&b, "abc", SIZE_MAX / 4) == -1 && b.failed,
	    "no memory: refused");
	ok(b.data != NULL && b.len == 0, "still an empty text");
	buf_done(&b);
}

static void
test_pool(void)
{
	struct pool p;
	struct chunk *c[4];
	int i;

	pool_init(&p, 1000, 2);
	for (i = 0; i < 4; i++) {
		c[i] = pool_get(&p);
		ok(c[i] != NULL && c[i]->from == 0 && c[i]->to == 0,
		    "chunk %d is empty", i);
		memset(c[i]->data, 'x', 1000);
		c[i]->from = 1;
		c[i]->to = 1000;
	}
	for (i = 0; i < 4; i++)
		pool_put(c[i]);
	pool_put(NULL);
	ok(p.nfree == 2, "two are kept");
	ok(pool_get(&p) == c[1] && c[1]->from == 0 && c[1]->to == 0,
	    "the last one kept comes first, empty");
	ok(p.nfree == 1, "one is left");
	pool_put(c[1]);
	pool_done(&p);
	ok(p.nfree == 0 && p.free == NULL, "done: none");

	pool_init(&p, SIZE_MAX, 2);
	ok(pool_get(&p) == NULL, "size overflows: NULL");
	pool_init(&p, SIZE_MAX / 4, 2);
	ok(pool_get(&p) == NULL, "no memory: NULL");
	pool_done(&p);
}

int
main(void)
{
	test_growth();
	test_format();
	test_edges();
	test_memory();
	test_pool();
	return tap_end();
}
