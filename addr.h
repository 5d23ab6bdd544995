/* SPDX-License-Identifier: ISC
 *
 * Addresses: `host:port` as people write it, and as the system wants it. */

#ifndef ADDR_H
#define ADDR_H

#include <sys/socket.h>
#include <netinet/in.h>

#include <stddef.h>

#define ADDR_NODE_SIZE	256	/* a host name or number, and its NUL */
#define ADDR_TEXT_SIZE	64	/* `[v6%zone]:port`, and its NUL */

/* A numeric TCP address. family AF_UNSPEC: none (a client of a UNIX socket). */
struct addr {
	union {
		struct sockaddr		sa;
		struct sockaddr_in	in;
		struct sockaddr_in6	in6;
	} u;
};

/* What `host:port` says. */
struct hostport {
	char		node[ADDR_NODE_SIZE];	/* "" for every address */
	unsigned	port;			/* 0 to 65535 */
};

/* The path in `unix:/path`, or NULL: the text is something else. */
const char *addr_path(const char *text);
/* Splits `host:port`, `[v6]:port`, `*:port` or `:port`. Returns 0, or -1 with
 * *why set to a constant text: what was expected. */
int	 addr_split(const char *text, struct hostport *, const char **why);
/* The number in node, no name looked up: 0 and *a, or -1: not a number.
 * "" is the IPv4 wildcard. */
int	 addr_number(const struct hostport *, struct addr *a);
/* Looks node up; it may block for long. passive: for a listener, where "" is
 * every address of both families. Puts at most max addresses into a[] and
 * returns their number, at least 1, or -1 with *why set to a text that stays
 * valid until the next call. */
int	 addr_lookup(const struct hostport *, int passive, struct addr a[],
	    int max, const char **why);
/* `1.2.3.4:80`, `[2001:db8::1]:80`, `-` for none; returns buf. */
char	*addr_text(const struct addr *, char buf[ADDR_TEXT_SIZE]);
/* The bytes of the IP address without its port, an IPv4 address in IPv6
 * clothes (::ffff:1.2.3.4) undressed; returns how many: 4, 16, 0 for none. */
size_t	 addr_ip(const struct addr *, const unsigned char **bytes);
/* The bytes of it that stand for one customer: all of IPv4, of IPv6 the network
 * of 64 bits. Returns how many: 4, 8, 0 for none. */
size_t	 addr_customer(const struct addr *, const unsigned char **bytes);
unsigned addr_port(const struct addr *);
void	 addr_set_port(struct addr *, unsigned port);
socklen_t addr_len(const struct addr *);
/* 1 when IP address and port are the same. */
int	 addr_same(const struct addr *, const struct addr *);
/* 1 when they are one customer's; those who have none are one too. */
int	 addr_same_customer(const struct addr *, const struct addr *);

#endif
