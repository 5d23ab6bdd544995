/* SPDX-License-Identifier: ISC
 *
 * A PROXY header as a text, for a server that shows what it got: written from
 * the specification and apart from proxy.c, so that one checks the other. */

#ifndef PROXY_TEXT_H
#define PROXY_TEXT_H

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

#define PROXY_TEXT_MAX 600

/* How many bytes a header has that starts so, as far as that is known: more
 * than n: that many are needed. -1: it is none. */
static inline int
proxy_text_len(const unsigned char *p, int n)
{
	static const unsigned char signature[] = {
		13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10
	};

	if (n > 0 && p[0] == 'P')
		return p[n - 1] == '\n' ? n : n < 107 ? n + 1 : -1;
	if (memcmp(p, signature, n < 12 ? (size_t)n : 12) != 0)
		return -1;
	if (n < 16)
		return 16;
	return 16 + p[14] * 256 + p[15];
}

/* `v1 TCP4 SRC DST SPORT DPORT`, `v2 TCP6 ...`, `v2 LOCAL`, ... */
static inline const char *
proxy_text(const unsigned char *p, int n, char out[PROXY_TEXT_MAX])
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int v6 = p[13] == 0x21, len = v6 ? 16 : 4;
	const unsigned char *ports = p + 16 + 2 * len;

	if (p[0] == 'P')
		snprintf(out, PROXY_TEXT_MAX, "v1 %.*s",
		    (int)strcspn((const char *)p, "\r\n") - 6, p + 6);
	else if (p[12] == 0x20)
		snprintf(out, PROXY_TEXT_MAX, "v2 LOCAL %d", n - 16);
	else if (p[12] != 0x21 || (p[13] != 0x11 && !v6) ||
	    n != 16 + 2 * len + 4)
		snprintf(out, PROXY_TEXT_MAX, "v2 %02x %02x %d", p[12], p[13],
		    n - 16);
	else
		snprintf(out, PROXY_TEXT_MAX, "v2 %s %s %s %d %d",
		    v6 ? "TCP6" : "TCP4",
		    inet_ntop(v6 ? AF_INET6 : AF_INET, p + 16, src,
		    sizeof(src)), inet_ntop(v6 ? AF_INET6 : AF_INET,
		    p + 16 + len, dst, sizeof(dst)),
		    ports[0] * 256 + ports[1], ports[2] * 256 + ports[3]);
	return out;
}

#endif
