/* SPDX-License-Identifier: ISC
 *
 * addr.c: what is accepted as host:port and what is refused, numbers, texts,
 * comparison, and looking up what needs no name server. */

#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <stdint.h>
#include <stdlib.h>

#include "addr.h"
#include "t/tap.h"

static void
splits(const char *text, const char *node, unsigned port)
{
	struct hostport hp;
	const char *why = "";
	int result = addr_split(text, &hp, &why);

	ok(result == 0 && strcmp(hp.node, node) == 0 && hp.port == port,
	    "%s: accepted %s", text, why);
}

static void
refuses(const char *text, const char *part)
{
	struct hostport hp;
	const char *why = NULL;
	int result = addr_split(text, &hp, &why);

	ok(result == -1 && why != NULL && strstr(why, part) != NULL,
	    "%s: refused: %s", text, why == NULL ? "(no text)" : why);
}

static void
test_split(void)
{
	char name[300];

	splits("localhost:80", "localhost", 80);
	splits("127.0.0.1:0", "127.0.0.1", 0);
	splits("a-b_c.example.org.:65535", "a-b_c.example.org.", 65535);
	splits("*:7001", "", 7001);
	splits(":7001", "", 7001);
	splits("x:00080", "x", 80);
	splits("[::1]:80", "::1", 80);
	splits("[::]:80", "::", 80);
	splits("[fe80::1%lo]:80", "fe80::1%lo", 80);
	splits("[::ffff:1.2.3.4]:1", "::ffff:1.2.3.4", 1);

	refuses("", "the port is missing");
	refuses("localhost", "the port is missing");
	refuses("2222", "there is no colon");
	refuses("http://localhost:80", "without a scheme");
	refuses("localhost:", "port number expected");
	refuses("localhost:http", "not a number");
	refuses("localhost:-1", "not a number");
	refuses("localhost:+1", "not a number");
	refuses("localhost: 1", "not a number");
	refuses("localhost:1 ", "not a number");
	refuses("localhost:65536", "0 to 65535");
	refuses("localhost:000080", "0 to 65535");
	refuses("localhost:4294967376", "0 to 65535");
	refuses("::1:80", "in brackets");
	refuses("2001:db8::1", "in brackets");
	refuses("a:b:80", "in brackets");
	refuses("[::1", "a ] expected");
	refuses("[::1]", "behind the ]");
	refuses("[::1]80", "behind the ]");
	refuses("[::1]:", "port number expected");
	refuses("[]:80", "in the brackets");
	refuses("[*]:80", "in the brackets");
	refuses("[1.2.3.4]:80", "in the brackets");
	refuses("[::1]x]:80", "behind the ]");
	refuses("[fe80::1%]:80", "behind the %");
	refuses("[fe80::1%a b]:80", "behind the %");
	refuses("[fe80::1%interface-of-a-long-name]:80", "behind the %");
	refuses("a b:80", "letters, digits");
	refuses(" localhost:80", "letters, digits");
	refuses("http//x:80", "letters, digits");
	refuses("**:80", "letters, digits");
	refuses("a\n:80", "letters, digits");
	refuses("a]:80", "letters, digits");
	refuses("10.0.0.256:80", "four numbers");
	refuses("10.0.1:80", "four numbers");
	refuses("2130706433:80", "four numbers");
	memset(name, 'a', sizeof(name));
	memcpy(name + 256, ":80", 4);
	refuses(name, "too long");
	memcpy(name + 255, ":80", 4);
	name[255] = '\0';
	strcat(name, ":80");
	ok(addr_split(name, &(struct hostport){ "", 0 }, &(const char *){ "" })
	    == 0, "a name of 255 bytes: accepted");
	memset(name, '1', sizeof(name));
	memcpy(name, "[::1%", 5);
	memcpy(name + 280, "]:80", 5);
	refuses(name, "too long");
}

/* host:port to a number and back. */
static void
number(const char *text, const char *expected)
{
	struct hostport hp;
	struct addr a;
	char buf[ADDR_TEXT_SIZE];
	const char *why;

	if (addr_split(text, &hp, &why) == -1 || addr_number(&hp, &a) == -1)
		ok(0, "%s: a number", text);
	else
		is(addr_text(&a, buf), expected, text);
}

static void
test_number(void)
{
	struct hostport hp;
	struct addr a, b;
	char buf[ADDR_TEXT_SIZE];
	const char *why;

	number("127.0.0.1:80", "127.0.0.1:80");
	number("*:0", "0.0.0.0:0");
	number("[2001:DB8:0:0::1]:65535", "[2001:db8::1]:65535");
	number("[::1]:1", "[::1]:1");
	number("[fe80::1%7]:1", "[fe80::1%7]:1");
	number("[1111:2222:3333:4444:5555:6666:7777:8888%999999999]:65535",
	    "[1111:2222:3333:4444:5555:6666:7777:8888%999999999]:65535");
	addr_split("localhost:80", &hp, &why);
	ok(addr_number(&hp, &a) == -1, "a name is not a number");
	addr_split("[fe80::1%no-such-if]:80", &hp, &why);
	ok(addr_number(&hp, &a) == -1, "nor is an interface that is not there");
	addr_split("[fe80::1%lo]:80", &hp, &why);
	if (addr_number(&hp, &a) == 0)
		ok(a.u.in6.sin6_scope_id > 0, "an interface by name");
	else
		ok(1, "an interface by name # SKIP there is no lo");

	memset(&a, 0, sizeof(a));
	ok(a.u.sa.sa_family == AF_UNSPEC, "AF_UNSPEC is 0");
	is(addr_text(&a, buf), "-", "no address");
	ok(addr_len(&a) == 0 && addr_port(&a) == 0, "its length and port");
	addr_set_port(&a, 80);
	ok(addr_port(&a) == 0, "and it gets none");
	memset(&b, 0, sizeof(b));
	ok(addr_same(&a, &b), "none and none are the same");
	addr_split("1.2.3.4:80", &hp, &why);
	addr_number(&hp, &b);
	ok(!addr_same(&a, &b), "none and one are not");
	ok(addr_len(&b) == sizeof(struct sockaddr_in), "length IPv4");
}

static void
make(struct addr *a, const char *text)
{
	struct hostport hp;
	const char *why;

	memset(a, 0, sizeof(*a));
	if (addr_split(text, &hp, &why) == 0)
		addr_number(&hp, a);
}

static void
test_same(void)
{
	struct addr a, b;
	const unsigned char *ip;

	make(&a, "1.2.3.4:80");
	make(&b, "[::ffff:1.2.3.4]:80");
	ok(addr_same(&a, &b), "IPv4 in IPv6 clothes is the same");
	ok(addr_ip(&b, &ip) == 4 && memcmp(ip, "\1\2\3\4", 4) == 0,
	    "it is undressed");
	ok(addr_len(&b) == sizeof(struct sockaddr_in6), "length IPv6");
	make(&b, "1.2.3.4:81");
	ok(!addr_same(&a, &b), "another port");
	addr_set_port(&b, 80);
	ok(addr_same(&a, &b) && addr_port(&b) == 80, "the port is set");
	make(&b, "1.2.3.5:80");
	ok(!addr_same(&a, &b), "another address");
	make(&a, "[fe80::1%1]:80");
	make(&b, "[fe80::1%2]:80");
	ok(!addr_same(&a, &b), "another zone");
	make(&b, "[fe80::1%1]:80");
	ok(addr_same(&a, &b), "the same zone");
	ok(addr_ip(&a, &ip) == 16 && ip[0] == 0xfe && ip[15] == 1,
	    "16 bytes of IPv6");
	a.u.sa.sa_family = AF_UNSPEC;
	ok(addr_ip(&a, &ip) == 0, "none of nothing");
}

static void
test_customer(void)
{
	const unsigned char *ip;
	struct addr a, b;

	make(&a, "192.0.2.1:80");
	make(&b, "192.0.2.1:81");
	ok(addr_customer(&a, &ip) == 4 && ip[3] == 1 &&
	    addr_same_customer(&a, &b), "a customer of IPv4: the address");
	make(&b, "[::ffff:192.0.2.1]:82");
	ok(addr_same_customer(&a, &b), "also in IPv6 clothes");
	make(&b, "192.0.2.2:80");
	ok(!addr_same_customer(&a, &b), "his neighbour is another");
	make(&a, "[2001:db8:0:1::1]:80");
	make(&b, "[2001:db8:0:1:ffff::2]:80");
	ok(addr_customer(&a, &ip) == 8 && ip[7] == 1 &&
	    addr_same_customer(&a, &b), "of IPv6: the network");
	make(&b, "[2001:db8:0:2::1]:80");
	ok(!addr_same_customer(&a, &b), "the next network is another");
	b.u.sa.sa_family = AF_UNSPEC;
	ok(!addr_same_customer(&a, &b) && !addr_same_customer(&b, &a),
	    "one without an address is another");
	a.u.sa.sa_family = AF_UNSPEC;
	ok(addr_customer(&a, &ip) == 0 && addr_same_customer(&a, &b),
	    "two without one are the same");
}

static void
test_lookup(void)
{
	struct hostport hp;
	struct addr a[8];
	char buf[ADDR_TEXT_SIZE];
	const char *why = NULL;
	int i, n, good = 1;

	addr_split("*:80", &hp, &why);
	n = addr_lookup(&hp, 1, a, 8, &why);
	ok(n == 2, "*: two addresses");
	is(addr_text(&a[0], buf), "0.0.0.0:80", "all of IPv4");
	is(addr_text(&a[1], buf), "[::]:80", "all of IPv6");
	ok(addr_lookup(&hp, 1, a, 1, &why) == 1, "at most max of them");
	n = addr_lookup(&hp, 0, a, 8, &why);
	ok(n == 2, "* to connect to");
	is(addr_text(&a[0], buf), "127.0.0.1:80", "our own");
	addr_split("[::1]:81", &hp, &why);
	ok(addr_lookup(&hp, 0, a, 8, &why) == 1, "a number");
	is(addr_text(&a[0], buf), "[::1]:81", "is itself");

	addr_split("localhost:82", &hp, &why);
	n = addr_lookup(&hp, 0, a, 8, &why);
	ok(n >= 1 && n <= 8, "localhost: %d", n);
	for (i = 0; i < n; i++)
		good = good && addr_port(&a[i]) == 82 &&
		    (i == 0 || !addr_same(&a[i], &a[i - 1]));
	ok(good, "with the port, none twice");
	addr_split("localhost:82", &hp, &why);
	ok(addr_lookup(&hp, 1, a, 1, &why) == 1, "localhost, at most one");

	/* Refused by the resolver itself, without asking anybody. */
	memset(hp.node, 'a', sizeof(hp.node));
	hp.node[255] = '\0';
	why = NULL;
	ok(addr_lookup(&hp, 0, a, 8, &why) == -1 && why != NULL &&
	    *why != '\0', "no such name: %s", why == NULL ? "" : why);
}

int
main(void)
{
	test_split();
	test_number();
	test_same();
	test_customer();
	test_lookup();
	return tap_end();
}
