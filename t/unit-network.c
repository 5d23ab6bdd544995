/* SPDX-License-Identifier: ISC
 *
 * network.c: what is accepted as a list of networks and what is refused, and
 * which addresses are in it. */

#include "config.h"

#include <stdlib.h>

#include "network.h"
#include "t/tap.h"

static struct addr
address(const char *node)
{
	struct hostport at;
	struct addr a;

	memset(&a, 0, sizeof(a));
	at.port = 80;
	(void)snprintf(at.node, sizeof(at.node), "%s", node);
	if (strcmp(node, "-") != 0 && addr_number(&at, &a) == -1)
		abort();
	return a;
}

/* The list accepts all of the first addresses and none of the others; each
 * is a list of words. */
static void
has(const char *text, const char *in, const char *out)
{
	struct networks list = { NULL, NULL, 0 };
	const char *why = NULL, *lists[2], *s;
	struct addr a;
	char word[64];
	int side, n;

	if (!ok(networks_parse(&list, text, &why) == 0, "'%s': accepted%s%s",
	    text, why == NULL ? "" : ": ", why == NULL ? "" : why))
		return;
	is(list.text, text, "its text is kept");
	lists[0] = in;
	lists[1] = out;
	for (side = 0; side < 2; side++) {
		for (s = lists[side]; sscanf(s, "%63s%n", word, &n) == 1;
		    s += n) {
			a = address(word);
			ok(networks_have(&list, &a) == (side == 0),
			    "'%s': %s is %s", text, word,
			    side == 0 ? "in" : "out");
		}
	}
	networks_free(&list);
	ok(list.text == NULL && list.list == NULL && list.n == 0,
	    "'%s': freed", text);
}

static void
refuses(const char *text, const char *part)
{
	struct networks list = { NULL, NULL, 0 };
	const char *why = NULL;
	struct addr inside = address("192.0.2.1");
	int result;

	(void)networks_parse(&list, "192.0.2.1", &why);
	why = NULL;
	result = networks_parse(&list, text, &why);
	ok(result == -1 && why != NULL && strstr(why, part) != NULL,
	    "'%.40s': refused: %s", text, why == NULL ? "(no text)" : why);
	ok(list.n == 1 && strcmp(list.text, "192.0.2.1") == 0 &&
	    networks_have(&list, &inside), "and what was there stays");
	networks_free(&list);
}

static void
test_have(void)
{
	has("10.0.0.0/8", "10.0.0.0 10.255.255.255 ::ffff:10.1.2.3",
	    "9.255.255.255 11.0.0.0 ::1 ::10.1.2.3 -");
	has("10.1.2.3/8", "10.0.0.0 10.9.9.9", "11.1.2.3");
	has("192.0.2.1", "192.0.2.1", "192.0.2.0 192.0.2.2");
	has("192.0.2.128/25", "192.0.2.128 192.0.2.255",
	    "192.0.2.127 192.0.3.128");
	has("192.0.2.1/32", "192.0.2.1", "192.0.2.0");
	has("192.0.2.0/31", "192.0.2.0 192.0.2.1", "192.0.2.2");
	has("0.0.0.0/0", "1.2.3.4 255.255.255.255 ::ffff:1.2.3.4", ":: ::1 -");
	has("::/0", ":: ::1 2001:db8::1", "1.2.3.4 ::ffff:1.2.3.4 -");
	has("2001:db8::/32", "2001:db8:: 2001:db8:ffff::1",
	    "2001:db9:: 2001:db7::1 32.1.13.184");
	has("2001:db8::1", "2001:db8::1", "2001:db8:: 2001:db8::2");
	has("2001:db8:8000::/33", "2001:db8:8000::1 2001:db8:ffff::",
	    "2001:db8:7fff:: 2001:db8::");
	has("::ffff:10.0.0.0/104", "10.1.2.3 ::ffff:10.1.2.3", "11.0.0.0 ::1");
	has("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2");
	has("all", "1.2.3.4 ::1 ::ffff:1.2.3.4 255.255.255.255", "-");
	has(" 10.0.0.0/8,192.0.2.1\t, 2001:db8::/32, ",
	    "10.1.1.1 192.0.2.1 2001:db8::1", "192.0.2.2 2001:db9::1");
}

static void
test_refuse(void)
{
	refuses("", "expected a network");
	refuses(" , ", "expected a network");
	refuses("localhost", "expected a network");
	refuses("*", "expected a network");
	refuses("10.0.0", "expected a network");
	refuses("10.0.0.256", "expected a network");
	refuses("10.0.0.0/", "expected 0 to 32");
	refuses("10.0.0.0/33", "expected 0 to 32");
	refuses("10.0.0.0/-1", "expected 0 to 32");
	refuses("10.0.0.0/+8", "expected 0 to 32");
	refuses("10.0.0.0/8x", "expected 0 to 32");
	refuses("10.0.0.0/0008", "expected 0 to 32");
	refuses("10.0.0.0/255.0.0.0", "expected 0 to 32");
	refuses("2001:db8::/129", "expected 0 to 128");
	refuses("2001:db8::/4294967296", "expected 0 to 128");
	refuses("/8", "expected a network");
	refuses("/", "expected a network");
	refuses("all/0", "expected a network");
	refuses("ALL", "expected a network");
	refuses("fe80::1%lo", "expected a network");
	refuses("[::1]", "expected a network");
	refuses("10.0.0.1:80", "expected a network");
	refuses("10.0.0.0/8 nonsense", "expected a network");
	refuses("10.0.0.0/8;11.0.0.0/8", "expected 0 to 32");
	refuses("0000000000000000000000000000000000000000000000000000000000"
	    "00000000000000000000000000000000", "expected a network");
}

/* A list of n networks: what comes of it. */
static int
many(size_t n, struct networks *list)
{
	char *text = malloc(n * 16), *s = text;
	const char *why = NULL;
	size_t i;
	int result;

	if (text == NULL)
		abort();
	for (i = 0; i < n; i++)
		s += sprintf(s, "10.0.%u.%u ", (unsigned)(i / 256),
		    (unsigned)(i % 256));
	result = networks_parse(list, text, &why);
	if (result == -1)
		printf("# %s\n", why == NULL ? "(no text)" : why);
	free(text);
	return result;
}

static void
test_many(void)
{
	struct networks list = { NULL, NULL, 0 };
	struct addr last = address("10.0.0.255");

	ok(many(NETWORKS_MAX, &list) == 0 && list.n == NETWORKS_MAX,
	    "the longest list");
	ok(networks_have(&list, &last), "its last network counts");
	ok(many(NETWORKS_MAX + 1, &list) == -1 && list.n == NETWORKS_MAX,
	    "one more is too many");
	networks_free(&list);
	ok(!networks_have(&list, &last), "no list has no address");
}

int
main(void)
{
	test_have();
	test_refuse();
	test_many();
	return tap_end();
}
