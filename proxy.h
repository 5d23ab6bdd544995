/* SPDX-License-Identifier: ISC
 *
 * The PROXY protocol's header, versions 1 and 2 (proxy-protocol.txt of
 * HAProxy, sections 2.1 and 2.2): bytes alone, no sockets. */

#ifndef PROXY_H
#define PROXY_H

#include <stddef.h>

#include "addr.h"

#define PROXY_HEADER_MAX 4096	/* bytes that are read as a header, at most */
#define PROXY_MADE_MAX	 108	/* bytes of one that we make, at most */

enum proxy_result {
	PROXY_WHOLE,	/* *used bytes were the header */
	PROXY_MORE,	/* so far it is good; more bytes are needed */
	PROXY_BAD	/* it is none, or too long */
};

/* Who a connection is from and to. AF_UNSPEC: not told (LOCAL, UNKNOWN, or a
 * family that is not TCP over IP): the connection itself says it. */
struct proxy_ends {
	struct addr	 src, dst;
};

/* Reads a header from the first bytes of a connection. TLVs are skipped, with
 * their lengths checked. */
enum proxy_result proxy_parse(const void *, size_t len, struct proxy_ends *,
		    size_t *used);
/* Writes a header of version 1 or 2; ends NULL: of no client (LOCAL, UNKNOWN).
 * Returns its length. */
size_t	 proxy_make(int version, const struct proxy_ends *,
		    unsigned char out[PROXY_MADE_MAX]);

#endif
