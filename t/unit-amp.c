/* SPDX-License-Identifier: ISC
 *
 * amp.c: boxes whole, split, pipelined and broken; values; integers; what is
 * written, byte for byte as Twisted writes it. */

#include "config.h"

#include <stdlib.h>

#include "amp.h"
#include "t/tap.h"

/* GetClientAddress(host="127.0.0.1", port=51234), tag 1. */
static const char question[] =
	"\0\4_ask\0\1" "1\0\10_command\0\20GetClientAddress"
	"\0\4host\0\11" "127.0.0.1\0\4port\0\5" "51234\0";
/* The NUL that ends the text is the last byte of the box. */
#define QUESTION sizeof(question)

static void
test_whole(void)
{
	size_t seen = 0, n;
	const char *p;

	ok(QUESTION == 0x45, "the question has 69 bytes");
	ok(amp_box(question, QUESTION, &seen) == AMP_WHOLE, "a box");
	ok(seen == QUESTION, "its length");
	p = amp_value(question, seen, "port", &n);
	ok(p != NULL && n == 5 && memcmp(p, "51234", 5) == 0, "port");
	p = amp_value(question, seen, "_ask", &n);
	ok(p != NULL && n == 1 && *p == '1', "_ask");
	ok(amp_value(question, seen, "por", &n) == NULL, "not a part");
	ok(amp_value(question, seen, "ports", &n) == NULL, "not more");
	seen = 0;
	ok(amp_box("\0\0\0\1", 4, &seen) == AMP_WHOLE && seen == 2,
	    "an empty box");
	ok(amp_value("\0\0", 2, "", &n) == NULL, "which has nothing");
	p = amp_value("\0\1a\0\1x\0\1a\0\1y\0\0", 14, "a", &n);
	ok(p != NULL && n == 1 && *p == 'y', "of two the last");
	p = amp_value("\0\1a\0\0\0\0", 7, "a", &n);
	ok(p != NULL && n == 0, "an empty value");
}

/* The box in a place of just n bytes. */
static enum amp_result
box_of(const char *bytes, size_t n, size_t *seen)
{
	char *copy = malloc(n > 0 ? n : 1);
	enum amp_result result;

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, bytes, n);
	result = amp_box(copy, n, seen);
	free(copy);
	return result;
}

static void
test_split(void)
{
	char two[2 * QUESTION];
	size_t i, seen, keep = 0, good = 0, kept = 0;

	for (i = 0; i < QUESTION; i++) {
		seen = 0;
		good += box_of(question, i, &seen) == AMP_MORE && seen <= i;
		kept += box_of(question, i, &keep) == AMP_MORE && keep == seen;
	}
	ok(good == QUESTION, "every part is a part");
	ok(kept == QUESTION, "also when it was seen before");
	ok(box_of(question, QUESTION, &keep) == AMP_WHOLE && keep == QUESTION,
	    "then it is whole");
	memcpy(two, question, QUESTION);
	memcpy(two + QUESTION, question, QUESTION);
	seen = 0;
	ok(box_of(two, sizeof(two), &seen) == AMP_WHOLE && seen == QUESTION,
	    "two: the first one");
}

static void
test_bad(void)
{
	char box[AMP_BOX_MAX + 4];
	size_t seen = 0;
	const size_t value = AMP_BOX_MAX - 2 - 5;

	ok(amp_box("GET / HTTP/1.1\r\n", 16, &seen) == AMP_BAD, "HTTP");
	seen = 0;
	ok(amp_box("\1\0", 2, &seen) == AMP_BAD, "a key of 256 bytes");
	seen = 0;
	ok(amp_box("\0\377", 2, &seen) == AMP_MORE, "of 255");
	memset(box, 'x', sizeof(box));
	memcpy(box, "\0\1k", 3);
	box[3] = (char)(value >> 8);
	box[4] = (char)(value & 0xff);
	memcpy(box + 5 + value, "\0", 2);
	seen = 0;
	ok(amp_box(box, AMP_BOX_MAX, &seen) == AMP_WHOLE &&
	    seen == AMP_BOX_MAX, "the largest box");
	box[3] = (char)((value + 1) >> 8);
	box[4] = (char)((value + 1) & 0xff);
	seen = 0;
	ok(amp_box(box, 5, &seen) == AMP_BAD,
	    "larger: refused when its length is there");
	memcpy(box, "\0\1k\377\377", 5);
	seen = 0;
	ok(amp_box(box, 5, &seen) == AMP_BAD, "a value of 65535 bytes");
	/* Pairs until there is no room for an end. */
	for (seen = 0; seen + 5 <= sizeof(box); seen += 5)
		memcpy(box + seen, "\0\1k\0\0", 5);
	seen = 0;
	ok(amp_box(box, AMP_BOX_MAX, &seen) == AMP_BAD, "many pairs");
}

static long
integer(const char *text)
{
	long n = -12345;

	return amp_integer(text, strlen(text), &n) == 0 ? n : -99;
}

static void
test_integer(void)
{
	static const struct {
		const char	*text;
		long		 n;	/* -99: none */
	} cases[] = {
		{ "51234", 51234 }, { " 51234 ", 51234 }, { "+51234", 51234 },
		{ "0051234", 51234 }, { "51_234", 51234 }, { "-1", -1 },
		{ "-0", 0 }, { "0_0", 0 }, { "\t\n\v\f\r7\r", 7 },
		{ "12345678901234567890", AMP_MUCH },
		{ "-12345678901234567890", -AMP_MUCH },
		{ "0xC822", -99 }, { "", -99 }, { " ", -99 }, { "+", -99 },
		{ "+ 5", -99 }, { "+-5", -99 }, { "5 5", -99 },
		{ "5__5", -99 }, { "_5", -99 }, { "5_", -99 }, { "5.0", -99 },
		{ "\3015", -99 }
	};
	size_t i;
	long n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(integer(cases[i].text) == cases[i].n, "integer `%s': %ld",
		    *cases[i].text < ' ' ? "" : cases[i].text,
		    integer(cases[i].text));
	ok(amp_integer("5\0", 2, &n) == -1, "a NUL is no space");
}

/* What was written is that. */
static void
wrote(struct buf *b, const char *bytes, size_t n, const char *name)
{
	ok(!b->failed && b->len == n && memcmp(b->data, bytes, n) == 0, "%s",
	    name);
	buf_done(b);
}

static void
test_write(void)
{
	static const char answer[] = "\0\7_answer\0\1" "1\0\4host\0\010"
	    "10.1.2.3\0\4port\0\5" "40000\0";
	static const char error[] = "\0\6_error\0\1" "1\0\13_error_code\0\14"
	    "UNKNOWN_PORT\0\22_error_description\0\0\0";
	struct buf b;
	char key[257];

	buf_init(&b, 70000);
	amp_add(&b, "_answer", "1", 1);
	amp_add(&b, "host", "10.1.2.3", 8);
	amp_add(&b, "port", "40000", 5);
	amp_end(&b);
	wrote(&b, answer, sizeof(answer), "an answer");
	amp_add(&b, "_error", "1", 1);
	amp_add(&b, "_error_code", "UNKNOWN_PORT", 12);
	amp_add(&b, "_error_description", "", 0);
	amp_end(&b);
	wrote(&b, error, sizeof(error), "an error");
	memset(key, 'k', 256);
	key[256] = '\0';
	amp_add(&b, key, "", 0);
	ok(b.failed, "a key of 256 bytes cannot be said");
	buf_done(&b);
	amp_add(&b, "", "", 0);
	ok(b.failed, "nor an empty one");
	buf_done(&b);
}

static void
repr(const char *bytes, size_t n, const char *wanted)
{
	struct buf b;

	buf_init(&b, 1000);
	amp_repr(&b, bytes, n);
	is(b.data, wanted, "as Python shows it");
	buf_done(&b);
}

int
main(void)
{
	test_whole();
	test_split();
	test_bad();
	test_integer();
	test_write();
	repr("Foo", 3, "b'Foo'");
	repr("", 0, "b''");
	repr("a'b", 3, "b\"a'b\"");
	repr("a'\"b", 4, "b'a\\'\"b'");
	repr("\"", 1, "b'\"'");
	repr("\\\t\n\r\0\177\377~", 8, "b'\\\\\\t\\n\\r\\x00\\x7f\\xff~'");
	return tap_end();
}
