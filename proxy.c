/* SPDX-License-Identifier: ISC
 *
 * The PROXY protocol's header: reading and making it. Strict where the
 * specification says must: a byte that cannot belong to a header is refused
 * as soon as it is there. What it may skip is skipped, with lengths checked:
 * the rest of a line of UNKNOWN, the block of LOCAL, TLVs. A checksum among
 * the TLVs is not computed again. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "proxy.h"

/* Version 1: a line. */
#define V1_MAX	107		/* bytes, with CR and LF */

/* Version 2: a block of 16 bytes, then as many as the last two say. */
#define V2_SIGNATURE	"\r\n\r\n\0\r\nQUIT\n"
#define V2_COMMAND	12	/* version and command */
#define V2_FAMILY	13	/* address family and protocol */
#define V2_LENGTH	14
#define V2_HEAD		16
#define V2_LOCAL	0x20
#define V2_PROXY	0x21
#define V2_TCP4		0x11
#define V2_TCP6		0x21
#define V2_TLV_HEAD	3	/* type, and a length of two bytes */

static unsigned
proxy_two(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* 1: what is there, at most n bytes, is how the text starts. */
static int
proxy_starts(const unsigned char *p, size_t len, const char *text, size_t n)
{
	return memcmp(p, text, len < n ? len : n) == 0;
}

/* Version 1. */

/* The next word of a line, of at most size - 1 bytes; what follows must be
 * end. Returns what is behind that, or NULL. */
static const char *
v1_word(const char *p, char end, char *word, size_t size)
{
	size_t n = strcspn(p, " \r");

	if (n == 0 || n >= size || p[n] != end)
		return NULL;
	memcpy(word, p, n);
	word[n] = '\0';
	return p + n + 1;
}

/* A number without heading zeros from 0 to 65535: 0 or -1. */
static int
v1_port(const char *word, unsigned *port)
{
	size_t n = strlen(word);

	if (n > 5 || strspn(word, "0123456789") != n ||
	    (word[0] == '0' && n > 1))
		return -1;
	for (*port = 0; *word != '\0'; word++)
		*port = *port * 10 + (unsigned)(*word - '0');
	return *port <= 65535 ? 0 : -1;
}

/* Not every inet_pton(3) refuses what might be octal. */
static int
v1_octal(const char *word)
{
	for (; word != NULL; word = strchr(word, '.')) {
		word += *word == '.';
		if (word[0] == '0' && word[1] >= '0' && word[1] <= '9')
			return 1;
	}
	return 0;
}

/* An address of that family: 0 or -1. */
static int
v1_address(const char *word, int family, struct addr *a)
{
	memset(a, 0, sizeof(*a));
	a->u.sa.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		return !v1_octal(word) &&
		    inet_pton(AF_INET, word, &a->u.in.sin_addr) == 1 ? 0 : -1;
	return inet_pton(AF_INET6, word, &a->u.in6.sin6_addr) == 1 ? 0 : -1;
}

/* What follows TCP4 or TCP6, up to the CR: 0 or -1. */
static int
v1_ends(const char *p, int family, struct proxy_ends *ends)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	char sport[6], dport[6];
	unsigned from, to;

	if ((p = v1_word(p, ' ', src, sizeof(src))) == NULL ||
	    (p = v1_word(p, ' ', dst, sizeof(dst))) == NULL ||
	    (p = v1_word(p, ' ', sport, sizeof(sport))) == NULL ||
	    (p = v1_word(p, '\r', dport, sizeof(dport))) == NULL ||
	    *p != '\0' ||
	    v1_address(src, family, &ends->src) == -1 ||
	    v1_address(dst, family, &ends->dst) == -1 ||
	    v1_port(sport, &from) == -1 || v1_port(dport, &to) == -1)
		return -1;
	addr_set_port(&ends->src, from);
	addr_set_port(&ends->dst, to);
	return 0;
}

/* A line up to its CR, in which no other CR is: 0 or -1. */
static int
v1_line(const char *line, struct proxy_ends *ends)
{
	if (strncmp(line, "PROXY TCP4 ", 11) == 0)
		return v1_ends(line + 11, AF_INET, ends);
	if (strncmp(line, "PROXY TCP6 ", 11) == 0)
		return v1_ends(line + 11, AF_INET6, ends);
	if (strncmp(line, "PROXY UNKNOWN", 13) == 0 &&
	    (line[13] == ' ' || line[13] == '\r'))
		return 0;
	return -1;
}

static enum proxy_result
v1_parse(const unsigned char *p, size_t len, struct proxy_ends *ends,
    size_t *used)
{
	size_t i, end = len < V1_MAX ? len : V1_MAX;
	char line[V1_MAX + 1];

	if (!proxy_starts(p, len, "PROXY ", 6))
		return PROXY_BAD;
	for (i = 0; i < end && p[i] != '\r'; i++) {
		if (p[i] == '\n')
			return PROXY_BAD;
	}
	/* The LF behind the CR has to fit too. */
	if (i + 1 >= V1_MAX)
		return PROXY_BAD;
	if (i + 1 >= len)
		return PROXY_MORE;
	if (p[i + 1] != '\n')
		return PROXY_BAD;
	memcpy(line, p, i + 1);
	line[i + 1] = '\0';
	if (v1_line(line, ends) == -1)
		return PROXY_BAD;
	*used = i + 2;
	return PROXY_WHOLE;
}

/* Version 2. */

/* The bytes of the two addresses and ports; -1: there is no such family or
 * protocol; 0: UNSPEC, which has none that we know. */
static int
v2_ends_len(unsigned family)
{
	switch (family) {
	case V2_TCP4:
	case 0x12:		/* UDP */
		return 12;
	case V2_TCP6:
	case 0x22:
		return 36;
	case 0x31:		/* UNIX */
	case 0x32:
		return 216;
	}
	return family >> 4 <= 3 && (family & 15) <= 2 ? 0 : -1;
}

/* An address of n bytes and its port. */
static void
v2_address(struct addr *a, const unsigned char *ip, size_t n,
    const unsigned char *port)
{
	memset(a, 0, sizeof(*a));
	if (n == 4) {
		a->u.in.sin_family = AF_INET;
		memcpy(&a->u.in.sin_addr, ip, n);
	} else {
		a->u.in6.sin6_family = AF_INET6;
		memcpy(&a->u.in6.sin6_addr, ip, n);
	}
	addr_set_port(a, proxy_two(port));
}

/* 1: TLVs, to the last byte. */
static int
v2_tlvs(const unsigned char *p, size_t len)
{
	size_t n;

	while (len > 0) {
		if (len < V2_TLV_HEAD)
			return 0;
		n = V2_TLV_HEAD + (size_t)proxy_two(p + 1);
		if (n > len)
			return 0;
		p += n;
		len -= n;
	}
	return 1;
}

/* The whole header of a client: 0 or -1. */
static int
v2_client(const unsigned char *p, size_t len, struct proxy_ends *ends)
{
	const unsigned char *body = p + V2_HEAD;
	size_t ip, room = len - V2_HEAD;
	size_t n = (size_t)v2_ends_len(p[V2_FAMILY]);

	if (n > room || (n > 0 && !v2_tlvs(body + n, room - n)))
		return -1;
	if (p[V2_FAMILY] != V2_TCP4 && p[V2_FAMILY] != V2_TCP6)
		return 0;
	ip = p[V2_FAMILY] == V2_TCP4 ? 4 : 16;
	v2_address(&ends->src, body, ip, body + 2 * ip);
	v2_address(&ends->dst, body + ip, ip, body + 2 * ip + 2);
	return 0;
}

static enum proxy_result
v2_parse(const unsigned char *p, size_t len, struct proxy_ends *ends,
    size_t *used)
{
	size_t whole;

	if (!proxy_starts(p, len, V2_SIGNATURE, V2_COMMAND))
		return PROXY_BAD;
	if (len <= V2_COMMAND)
		return PROXY_MORE;
	if (p[V2_COMMAND] != V2_LOCAL && p[V2_COMMAND] != V2_PROXY)
		return PROXY_BAD;
	if (len < V2_HEAD)
		return PROXY_MORE;
	if (p[V2_COMMAND] == V2_PROXY && v2_ends_len(p[V2_FAMILY]) == -1)
		return PROXY_BAD;
	whole = V2_HEAD + (size_t)proxy_two(p + V2_LENGTH);
	if (whole > PROXY_HEADER_MAX)
		return PROXY_BAD;
	if (len < whole)
		return PROXY_MORE;
	if (p[V2_COMMAND] == V2_PROXY && v2_client(p, whole, ends) == -1)
		return PROXY_BAD;
	*used = whole;
	return PROXY_WHOLE;
}

enum proxy_result
proxy_parse(const void *data, size_t len, struct proxy_ends *ends,
    size_t *used)
{
	const unsigned char *p = data;

	memset(ends, 0, sizeof(*ends));
	ends->src.u.sa.sa_family = AF_UNSPEC;
	ends->dst.u.sa.sa_family = AF_UNSPEC;
	if (len == 0)
		return PROXY_MORE;
	if (p[0] == 'P')
		return v1_parse(p, len, ends, used);
	return v2_parse(p, len, ends, used);
}

/* Making one. */

/* Both addresses in the family that a header can say them in: IPv4, when both
 * are, else IPv6, an IPv4 address in its clothes. Returns the bytes of each, 4
 * or 16; 0: one of them is none. */
static size_t
proxy_ips(const struct proxy_ends *ends, unsigned char ips[2][16])
{
	const unsigned char *ip[2];
	size_t n[2];
	int i;

	n[0] = addr_ip(&ends->src, &ip[0]);
	n[1] = addr_ip(&ends->dst, &ip[1]);
	if (n[0] == 0 || n[1] == 0)
		return 0;
	for (i = 0; i < 2; i++) {
		memset(ips[i], 0, 16);
		if (n[i] == n[1 - i]) {
			memcpy(ips[i], ip[i], n[i]);
			continue;
		}
		if (n[i] == 4)
			ips[i][10] = ips[i][11] = 0xff;
		memcpy(ips[i] + 16 - n[i], ip[i], n[i]);
	}
	return n[0] > n[1] ? n[0] : n[1];
}

static size_t
v1_make(const struct proxy_ends *ends, unsigned char *out)
{
	char line[PROXY_MADE_MAX + 1] = "PROXY UNKNOWN\r\n";
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	unsigned char ips[2][16];
	size_t n;
	int family;

	n = ends == NULL ? 0 : proxy_ips(ends, ips);
	family = n == 4 ? AF_INET : AF_INET6;
	if (n != 0 && inet_ntop(family, ips[0], src, sizeof(src)) != NULL &&
	    inet_ntop(family, ips[1], dst, sizeof(dst)) != NULL)
		snprintf(line, sizeof(line), "PROXY %s %s %s %u %u\r\n",
		    n == 4 ? "TCP4" : "TCP6", src, dst,
		    addr_port(&ends->src), addr_port(&ends->dst));
	n = strlen(line);
	memcpy(out, line, n);
	return n;
}

static void
proxy_put_two(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static size_t
v2_make(const struct proxy_ends *ends, unsigned char *out)
{
	unsigned char ips[2][16], *p = out + V2_HEAD;
	size_t n, len = 0;

	memcpy(out, V2_SIGNATURE, V2_COMMAND);
	out[V2_COMMAND] = ends == NULL ? V2_LOCAL : V2_PROXY;
	out[V2_FAMILY] = 0;
	n = ends == NULL ? 0 : proxy_ips(ends, ips);
	if (n != 0) {
		len = 2 * n + 4;
		out[V2_FAMILY] = n == 4 ? V2_TCP4 : V2_TCP6;
		memcpy(p, ips[0], n);
		memcpy(p + n, ips[1], n);
		proxy_put_two(p + 2 * n, addr_port(&ends->src));
		proxy_put_two(p + 2 * n + 2, addr_port(&ends->dst));
	}
	proxy_put_two(out + V2_LENGTH, (unsigned)len);
	return V2_HEAD + len;
}

size_t
proxy_make(int version, const struct proxy_ends *ends,
    unsigned char out[PROXY_MADE_MAX])
{
	return version == 1 ? v1_make(ends, out) : v2_make(ends, out);
}
