/* SPDX-License-Identifier: ISC
 *
 * proxy.c: the examples of the specification, every cut of a good header, odd
 * and hostile ones, and that what is made reads back. */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "proxy.h"
#include "t/tap.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V2(text) SIGNATURE text, sizeof(SIGNATURE text) - 1

static const char *const words[] = { "whole", "more", "bad" };

/* What a header says: `SOURCE DESTINATION USED`, or `more`, `bad`. The bytes
 * are where a byte too far is found by a sanitizer. */
static const char *
read_as(const char *bytes, size_t len)
{
	static char said[2 * ADDR_TEXT_SIZE + 32];
	char src[ADDR_TEXT_SIZE], dst[ADDR_TEXT_SIZE];
	char *copy = malloc(len == 0 ? 1 : len);
	enum proxy_result result;
	struct proxy_ends ends;
	size_t used = 0;

	if (copy == NULL)
		return "no memory";
	memcpy(copy, bytes, len);
	result = proxy_parse(copy, len, &ends, &used);
	free(copy);
	if (result != PROXY_WHOLE)
		return words[result];
	snprintf(said, sizeof(said), "%s %s %zu", addr_text(&ends.src, src),
	    addr_text(&ends.dst, dst), used);
	return said;
}

static void
line(const char *text, const char *expected)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "\r\n"), text);
	is(read_as(text, strlen(text)), expected, name);
}

static void
test_lines(void)
{
	line("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"
	    "GET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n",
	    "192.168.0.1:56324 192.168.0.11:443 47");
	line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
	    "255.255.255.255:65535 255.255.255.255:65535 56");
	line("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 "
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 104");
	line("PROXY TCP6 2001:DB8::1 ::1 0 1\r\nx",
	    "[2001:db8::1]:0 [::1]:1 32");
	line("PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 9 9\r\n",
	    "[::ffff:192.0.2.1]:9 [2001:db8::1]:9 45");
	line("PROXY UNKNOWN\r\n", "- - 15");
	line("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
	    "- - 107");
	line("PROXY UNKNOWN whatever, \x01 \xff\r\nmore", "- - 29");
}

static void
test_bad_lines(void)
{
	static const char *const bad[] = {
		"GET / HTTP/1.1\r\n", "PROXY\r\n", "PROXY \r\n", "proxy ",
		"PROXX", "PROXYTCP4 1.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY  TCP4 1.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY TCP4  1.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 2 \r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 2 3\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1\r\n", "PROXY TCP4\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 2\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 2\rX",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 65536\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 99999\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 1 100000\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 01 2\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 -1 2\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 +1 2\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.5 0x1 2\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.256 1 2\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.05 1 2\r\n",
		"PROXY TCP4 01.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY TCP4 1.2.3 1.2.3.5 1 2\r\n",
		"PROXY TCP4 1.2.3.4.5 1.2.3.5 1 2\r\n",
		"PROXY TCP4 0x1020304 1.2.3.5 1 2\r\n",
		"PROXY TCP4 localhost 1.2.3.5 1 2\r\n",
		"PROXY TCP4 ::1 ::1 1 2\r\n",
		"PROXY TCP4 1.2.3.4 ::1 1 2\r\n",
		"PROXY TCP6 1.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY TCP6 ::1%lo ::1 1 2\r\n",
		"PROXY TCP6 [::1] ::1 1 2\r\n",
		"PROXY TCP6 1::2::3 ::1 1 2\r\n",
		"PROXY TCP6 12345::1 ::1 1 2\r\n",
		"PROXY UDP4 1.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY tcp4 1.2.3.4 1.2.3.5 1 2\r\n",
		"PROXY UNKNOWNS\r\n", "PROXY UNKNOWN\n", "PROXY UNKN\r\n",
		"PROXY TCP4 1.2.3.4\t1.2.3.5 1 2\r\n"
	};
	char name[64], text[200];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(name, sizeof(name), "refused: %.*s",
		    (int)strcspn(bad[i], "\r\n"), bad[i]);
		is(read_as(bad[i], strlen(bad[i])), "bad", name);
	}
	is(read_as("PROXY TCP4 1.2.3.4\0 1.2.3.5 1 2\r\n", 33), "bad",
	    "a NUL in a line");
	memset(text, 'x', sizeof(text));
	memcpy(text, "PROXY UNKNOWN ", 14);
	is(read_as(text, 105), "more", "105 bytes and no end");
	is(read_as(text, 106), "bad", "106 bytes: no end can fit");
	text[105] = '\r';
	is(read_as(text, 106), "more", "a CR that a LF can follow");
	text[106] = '\n';
	is(read_as(text, 107), "- - 107", "107 bytes");
	text[105] = 'x';
	text[106] = '\r';
	text[107] = '\n';
	is(read_as(text, 108), "bad", "108 bytes");
}

static void
test_blocks(void)
{
	is(read_as(V2("\x21\x11\0\x0c\x7f\0\0\1\xc0\0\2\1\x12\x34\0\x50GET")),
	    "127.0.0.1:4660 192.0.2.1:80 28", "TCP over IPv4");
	is(read_as(V2("\x21\x21\0\x24" "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
	    "\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4" "\xff\xff\0\0")),
	    "[2001:db8::1]:65535 [::ffff:1.2.3.4]:0 52", "TCP over IPv6");
	is(read_as(V2("\x20\0\0\0rest")), "- - 16", "LOCAL");
	is(read_as(V2("\x20\xff\0\5.....x")), "- - 21",
	    "LOCAL with a block, ignored whatever it is");
	is(read_as(V2("\x21\0\0\0x")), "- - 16", "UNSPEC");
	is(read_as(V2("\x21\0\0\2..x")), "- - 18", "UNSPEC with bytes");
	is(read_as(V2("\x21\x10\0\2..x")), "- - 18", "IPv4, UNSPEC");
	is(read_as(V2("\x21\1\0\2..x")), "- - 18", "UNSPEC, stream");
	is(read_as(V2("\x21\x12\0\x0c............")), "- - 28", "UDP");
	is(read_as(V2("\x21\x12\0\x0b...........")), "bad", "UDP, too short");
	is(read_as(V2("\x21\x31\0\2..")), "bad", "UNIX, too short");
	is(read_as(V2("\x21\x11\0\x0b...........")), "bad",
	    "IPv4, too short");
	is(read_as(V2("\x21\x21\0\x23" "............"
	    "......................." )), "bad", "IPv6, too short");
	is(read_as(V2("\x21\x41")), "more", "no such family, half");
	is(read_as(V2("\x21\x41\0\0")), "bad", "no such family");
	is(read_as(V2("\x21\x13\0\x0c")), "bad", "no such protocol");
	is(read_as(V2("\x22")), "bad", "no such command");
	is(read_as(V2("\x11")), "bad", "no such version");
	is(read_as(V2("\x01\x11\0\x0c............")), "bad", "version 0");
	is(read_as("\r\n\r\n\0\r\nQUIT\r\x21", 13), "bad", "signature");
	is(read_as("\r\n\r\n\0\r\nQUIX", 11), "bad", "part of it");
}

/* An IPv4 block with those TLVs behind its addresses. */
static const char *
with_tlvs(const char *tlvs, size_t len)
{
	static char block[5000];

	memset(block, 0, sizeof(block));
	memcpy(block, SIGNATURE "\x21\x11", 14);
	block[14] = (char)((12 + len) >> 8);
	block[15] = (char)((12 + len) & 255);
	if (tlvs != NULL)
		memcpy(block + 28, tlvs, len);
	return read_as(block, 28 + len);
}

static void
test_tlvs(void)
{
	is(with_tlvs("\4\0\0", 3), "0.0.0.0:0 0.0.0.0:0 31", "an empty TLV");
	is(with_tlvs("\1\0\2h2\5\0\1x", 9), "0.0.0.0:0 0.0.0.0:0 37",
	    "two TLVs");
	is(with_tlvs("\4", 1), "bad", "a TLV of one byte");
	is(with_tlvs("\4\0", 2), "bad", "a TLV of two bytes");
	is(with_tlvs("\4\0\1", 3), "bad", "a TLV that lacks a byte");
	is(with_tlvs("\4\0\1x\4\xff\xff", 7), "bad", "one that lacks many");
	is(with_tlvs("\4\0\1x\4", 5), "bad", "a byte behind the last");
	/* Zeros: TLVs of type 0 without a value. */
	is(with_tlvs(NULL, PROXY_HEADER_MAX - 28), "0.0.0.0:0 0.0.0.0:0 "
	    "4096", "as many as there is room for");
	is(with_tlvs(NULL, PROXY_HEADER_MAX - 28 + 3), "bad", "too many");
}

/* Every cut of a good header wants more; what follows is not looked at. */
static void
test_cuts(void)
{
	static const char *const names[] = { "version 1", "version 2" };
	unsigned char bytes[PROXY_MADE_MAX];
	struct proxy_ends ends, got;
	size_t n, i, used;
	int v, good;

	memset(&ends, 0, sizeof(ends));
	ends.src.u.sa.sa_family = ends.dst.u.sa.sa_family = AF_INET6;
	memset(&ends.src.u.in6.sin6_addr, 0xee, 16);
	for (v = 1; v <= 2; v++) {
		n = proxy_make(v, &ends, bytes);
		good = 1;
		for (i = 0; i < n; i++)
			good &= proxy_parse(bytes, i, &got, &used) ==
			    PROXY_MORE;
		ok(good, "%s: all cuts want more", names[v - 1]);
		ok(proxy_parse(bytes, n, &got, &used) == PROXY_WHOLE &&
		    used == n && addr_same(&got.src, &ends.src),
		    "%s: the whole", names[v - 1]);
	}
}

static void
set(struct addr *a, const char *text)
{
	struct hostport hp;
	const char *why;

	memset(a, 0, sizeof(*a));
	if (*text == '\0')
		return;
	if (addr_split(text, &hp, &why) == -1 || addr_number(&hp, a) == -1)
		ok(0, "%s is an address", text);
}

static void
makes(const char *src, const char *dst, const char *text)
{
	unsigned char bytes[PROXY_MADE_MAX];
	char one[200], two[200], v1[PROXY_MADE_MAX + 1];
	struct proxy_ends ends;
	size_t n;

	set(&ends.src, src);
	set(&ends.dst, dst);
	n = proxy_make(1, &ends, bytes);
	memcpy(v1, bytes, n);
	v1[n] = '\0';
	is(v1, text, "version 1");
	snprintf(one, sizeof(one), "%s", read_as(v1, n));
	n = proxy_make(2, &ends, bytes);
	snprintf(two, sizeof(two), "%s", read_as((const char *)bytes, n));
	*strrchr(one, ' ') = *strrchr(two, ' ') = '\0';
	is(two, one, "version 2 says the same");
}

static void
test_making(void)
{
	unsigned char bytes[PROXY_MADE_MAX];

	makes("192.0.2.1:1", "10.0.0.1:65535",
	    "PROXY TCP4 192.0.2.1 10.0.0.1 1 65535\r\n");
	makes("[2001:db8::1]:1", "[fe80::1%1]:2",
	    "PROXY TCP6 2001:db8::1 fe80::1 1 2\r\n");
	makes("[::ffff:192.0.2.1]:1", "10.0.0.1:2",
	    "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n");
	makes("[::ffff:192.0.2.1]:1", "[::ffff:10.0.0.1]:2",
	    "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n");
	makes("192.0.2.1:1", "[2001:db8::1]:2",
	    "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 1 2\r\n");
	makes("[2001:db8::1]:1", "10.0.0.1:2",
	    "PROXY TCP6 2001:db8::1 ::ffff:10.0.0.1 1 2\r\n");
	makes("", "10.0.0.1:2", "PROXY UNKNOWN\r\n");
	makes("10.0.0.1:2", "", "PROXY UNKNOWN\r\n");
	ok(proxy_make(1, NULL, bytes) == 15 &&
	    memcmp(bytes, "PROXY UNKNOWN\r\n", 15) == 0,
	    "version 1 of no client");
	ok(proxy_make(2, NULL, bytes) == 16 &&
	    memcmp(bytes, SIGNATURE "\x20\0\0\0", 16) == 0,
	    "version 2 of no client");
}

int
main(void)
{
	test_lines();
	test_bad_lines();
	test_blocks();
	test_tlvs();
	test_cuts();
	test_making();
	return tap_end();
}
