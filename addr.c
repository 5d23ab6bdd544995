/* SPDX-License-Identifier: ISC
 *
 * Addresses: splitting `host:port` strictly, turning numbers and names into
 * what the system wants, and writing it out again. Names are looked up by
 * addr_lookup alone, which may block: the program calls it at its start, the
 * helper at any time. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"

#define DIGITS	"0123456789"
#define LETTERS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A number of 1 to 5 digits up to 65535, and nothing behind it. */
static int
addr_parse_port(const char *s, unsigned *port, const char **why)
{
	size_t n = strlen(s);
	unsigned v = 0;

	if (n == 0) {
		*why = "a port number expected behind the colon";
		return -1;
	}
	if (strspn(s, DIGITS) != n) {
		*why = "the port is not a number";
		return -1;
	}
	if (n > 5) {
		*why = "the port is not a number from 0 to 65535";
		return -1;
	}
	while (*s != '\0')
		v = v * 10 + (unsigned)(*s++ - '0');
	if (v > 65535) {
		*why = "the port is not a number from 0 to 65535";
		return -1;
	}
	*port = v;
	return 0;
}

/* The number of a zone: its digits, or the interface of that name. 0: there
 * is none. */
static unsigned
addr_zone(const char *s)
{
	size_t n = strlen(s);

	if (n > 0 && n < 10 && strspn(s, DIGITS) == n)
		return (unsigned)strtoul(s, NULL, 10);
	return if_nametoindex(s);
}

/* An IPv6 number, perhaps with a %zone behind it, which *zone then points
 * to, else NULL. */
static int
addr_parse_v6(const char *s, struct in6_addr *in6, const char **zone)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = strcspn(s, "%");

	*zone = s[n] == '%' ? s + n + 1 : NULL;
	if (n >= sizeof(text))
		return -1;
	memcpy(text, s, n);
	text[n] = '\0';
	return inet_pton(AF_INET6, text, in6) == 1 ? 0 : -1;
}

/* What stood between the brackets. */
static int
addr_check_v6(const char *node, const char **why)
{
	struct in6_addr in6;
	const char *zone;

	if (addr_parse_v6(node, &in6, &zone) == -1) {
		*why = "an IPv6 address such as 2001:db8::1 expected in the "
		    "brackets";
		return -1;
	}
	if (zone != NULL && (*zone == '\0' || strlen(zone) >= IF_NAMESIZE ||
	    strspn(zone, LETTERS DIGITS "-_.:") != strlen(zone))) {
		*why = "an interface such as eth0 expected behind the %";
		return -1;
	}
	return 0;
}

/* What stood before the colon, neither empty nor `*`. */
static int
addr_check_name(const char *node, const char **why)
{
	struct in_addr in;
	size_t n = strlen(node);

	if (strspn(node, LETTERS DIGITS "-_.") != n) {
		*why = "a host name has letters, digits, dots and hyphens only";
		return -1;
	}
	if (strspn(node, DIGITS ".") == n &&
	    inet_pton(AF_INET, node, &in) != 1) {
		*why = "an IPv4 address is four numbers from 0 to 255 with "
		    "dots between";
		return -1;
	}
	return 0;
}

static int
addr_copy_node(struct hostport *hp, const char *s, size_t n, const char **why)
{
	if (n >= sizeof(hp->node)) {
		*why = "the host name is too long";
		return -1;
	}
	memcpy(hp->node, s, n);
	hp->node[n] = '\0';
	return 0;
}

static int
addr_split_v6(const char *text, struct hostport *hp, const char **why)
{
	const char *end = strchr(text, ']');

	if (end == NULL) {
		*why = "a ] expected behind the IPv6 address";
		return -1;
	}
	if (end[1] != ':') {
		*why = "a colon and a port expected behind the ]";
		return -1;
	}
	if (addr_copy_node(hp, text + 1, (size_t)(end - text) - 1, why) == -1 ||
	    addr_check_v6(hp->node, why) == -1)
		return -1;
	return addr_parse_port(end + 2, &hp->port, why);
}

const char *
addr_path(const char *text)
{
	return strncmp(text, "unix:/", 6) == 0 ? text + 5 : NULL;
}

int
addr_split(const char *text, struct hostport *hp, const char **why)
{
	const char *colon = strchr(text, ':');

	if (*text == '[')
		return addr_split_v6(text, hp, why);
	if (colon == NULL) {
		*why = *text != '\0' && strspn(text, DIGITS) == strlen(text) ?
		    "host:port expected, there is no colon" :
		    "host:port expected, the port is missing";
		return -1;
	}
	if (strstr(text, "://") != NULL) {
		*why = "host:port expected, without a scheme such as http://";
		return -1;
	}
	if (strchr(colon + 1, ':') != NULL) {
		*why = "an IPv6 address is written in brackets, "
		    "[2001:db8::1]:80";
		return -1;
	}
	if (addr_copy_node(hp, text, (size_t)(colon - text), why) == -1)
		return -1;
	if (strcmp(hp->node, "*") == 0)
		hp->node[0] = '\0';
	if (hp->node[0] != '\0' && addr_check_name(hp->node, why) == -1)
		return -1;
	return addr_parse_port(colon + 1, &hp->port, why);
}

static void
addr_set_v4(struct addr *a, const struct in_addr *in, unsigned port)
{
	memset(a, 0, sizeof(*a));
	a->u.in.sin_family = AF_INET;
	a->u.in.sin_addr = *in;
	addr_set_port(a, port);
}

static void
addr_set_v6(struct addr *a, const struct in6_addr *in6, unsigned zone,
    unsigned port)
{
	memset(a, 0, sizeof(*a));
	a->u.in6.sin6_family = AF_INET6;
	a->u.in6.sin6_addr = *in6;
	a->u.in6.sin6_scope_id = zone;
	addr_set_port(a, port);
}

int
addr_number(const struct hostport *hp, struct addr *a)
{
	struct in_addr in;
	struct in6_addr in6;
	const char *zone;
	unsigned n = 0;

	in.s_addr = htonl(INADDR_ANY);
	if (hp->node[0] == '\0' || inet_pton(AF_INET, hp->node, &in) == 1) {
		addr_set_v4(a, &in, hp->port);
		return 0;
	}
	if (addr_parse_v6(hp->node, &in6, &zone) == -1)
		return -1;
	if (zone != NULL && (n = addr_zone(zone)) == 0)
		return -1;
	addr_set_v6(a, &in6, n, hp->port);
	return 0;
}

/* No name: every address of both families, or, to connect to, our own. */
static int
addr_both(const struct hostport *hp, int passive, struct addr a[], int max)
{
	struct in_addr in;

	in.s_addr = htonl(passive ? INADDR_ANY : INADDR_LOOPBACK);
	addr_set_v4(&a[0], &in, hp->port);
	if (max == 1)
		return 1;
	addr_set_v6(&a[1], passive ? &in6addr_any : &in6addr_loopback, 0,
	    hp->port);
	return 2;
}

/* One more result of getaddrinfo, unless it is there already. Returns how
 * many there are now. */
static int
addr_take(const struct addrinfo *ai, unsigned port, struct addr a[], int n)
{
	int i;

	memset(&a[n], 0, sizeof(a[n]));
	if ((ai->ai_family != AF_INET && ai->ai_family != AF_INET6) ||
	    ai->ai_addrlen > sizeof(a[n]))
		return n;
	memcpy(&a[n], ai->ai_addr, ai->ai_addrlen);
	addr_set_port(&a[n], port);
	for (i = 0; i < n; i++)
		if (addr_same(&a[i], &a[n]))
			return n;
	return n + 1;
}

int
addr_lookup(const struct hostport *hp, int passive, struct addr a[], int max,
    const char **why)
{
	struct addrinfo hints, *list, *ai;
	int error, n = 0;

	if (hp->node[0] == '\0')
		return addr_both(hp, passive, a, max);
	if (addr_number(hp, &a[0]) == 0)
		return 1;
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = passive ? AI_PASSIVE : 0;
	error = getaddrinfo(hp->node, NULL, &hints, &list);
	if (error != 0) {
		*why = error == EAI_SYSTEM ? strerror(errno) :
		    gai_strerror(error);
		return -1;
	}
	for (ai = list; ai != NULL && n < max; ai = ai->ai_next)
		n = addr_take(ai, hp->port, a, n);
	freeaddrinfo(list);
	if (n == 0) {
		*why = "the name has no IP address";
		return -1;
	}
	return n;
}

char *
addr_text(const struct addr *a, char buf[ADDR_TEXT_SIZE])
{
	char text[INET6_ADDRSTRLEN];
	const struct sockaddr_in6 *in6 = &a->u.in6;

	if (a->u.sa.sa_family == AF_INET &&
	    inet_ntop(AF_INET, &a->u.in.sin_addr, text, sizeof(text)) != NULL)
		snprintf(buf, ADDR_TEXT_SIZE, "%s:%u", text, addr_port(a));
	else if (a->u.sa.sa_family != AF_INET6 ||
	    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)) == NULL)
		snprintf(buf, ADDR_TEXT_SIZE, "-");
	else if (in6->sin6_scope_id == 0)
		snprintf(buf, ADDR_TEXT_SIZE, "[%s]:%u", text, addr_port(a));
	else
		/* The zone's number: asking for its name is a system call. */
		snprintf(buf, ADDR_TEXT_SIZE, "[%.39s%%%u]:%u", text,
		    (unsigned)in6->sin6_scope_id, addr_port(a));
	return buf;
}

size_t
addr_ip(const struct addr *a, const unsigned char **bytes)
{
	const unsigned char *ip;

	switch (a->u.sa.sa_family) {
	case AF_INET:
		*bytes = (const unsigned char *)&a->u.in.sin_addr;
		return 4;
	case AF_INET6:
		ip = a->u.in6.sin6_addr.s6_addr;
		if (IN6_IS_ADDR_V4MAPPED(&a->u.in6.sin6_addr)) {
			*bytes = ip + 12;
			return 4;
		}
		*bytes = ip;
		return 16;
	}
	*bytes = NULL;
	return 0;
}

size_t
addr_customer(const struct addr *a, const unsigned char **bytes)
{
	size_t n = addr_ip(a, bytes);

	return n == 16 ? 8 : n;
}

unsigned
addr_port(const struct addr *a)
{
	if (a->u.sa.sa_family == AF_INET)
		return ntohs(a->u.in.sin_port);
	if (a->u.sa.sa_family == AF_INET6)
		return ntohs(a->u.in6.sin6_port);
	return 0;
}

void
addr_set_port(struct addr *a, unsigned port)
{
	if (a->u.sa.sa_family == AF_INET)
		a->u.in.sin_port = htons((uint16_t)port);
	else if (a->u.sa.sa_family == AF_INET6)
		a->u.in6.sin6_port = htons((uint16_t)port);
}

socklen_t
addr_len(const struct addr *a)
{
	if (a->u.sa.sa_family == AF_INET)
		return sizeof(a->u.in);
	if (a->u.sa.sa_family == AF_INET6)
		return sizeof(a->u.in6);
	return 0;
}

static unsigned
addr_scope(const struct addr *a)
{
	if (a->u.sa.sa_family != AF_INET6)
		return 0;
	return (unsigned)a->u.in6.sin6_scope_id;
}

int
addr_same(const struct addr *a, const struct addr *b)
{
	const unsigned char *ip, *other;
	size_t n = addr_ip(a, &ip);

	if (n != addr_ip(b, &other) || addr_port(a) != addr_port(b) ||
	    addr_scope(a) != addr_scope(b))
		return 0;
	return n == 0 || memcmp(ip, other, n) == 0;
}

int
addr_same_customer(const struct addr *a, const struct addr *b)
{
	const unsigned char *ip, *other;
	size_t n = addr_customer(a, &ip);

	return n == addr_customer(b, &other) &&
	    (n == 0 || memcmp(ip, other, n) == 0);
}
