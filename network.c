/* SPDX-License-Identifier: ISC
 *
 * Networks as people write them, and whether an address is in one. A list is
 * read whole or not at all; no name is looked up. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "network.h"

#define SEPARATORS	" \t\r\n,"
/* `2001:db8::ffff:255.255.255.255/128`, and its NUL, with room. */
#define WORD_SIZE	64

static const char network_expected[] =
    "expected a network such as 10.0.0.0/8, 192.0.2.1, 2001:db8::/32 or all";

/* The number behind the slash: 0 to max. */
static int
network_bits(const char *s, unsigned max, unsigned char *bits)
{
	size_t n = strlen(s);
	unsigned v = 0;

	if (n == 0 || n > 3 || strspn(s, "0123456789") != n)
		return -1;
	while (*s != '\0')
		v = v * 10 + (unsigned)(*s++ - '0');
	if (v > max)
		return -1;
	*bits = (unsigned char)v;
	return 0;
}

/* Sets the bits behind the prefix to 0. */
static void
network_mask(struct network *w)
{
	unsigned i, rest = w->bits % 8;

	for (i = w->bits / 8; i < sizeof(w->ip); i++) {
		w->ip[i] &= (unsigned char)(0xff00 >> rest);
		rest = 0;
	}
}

/* An IPv4 network in IPv6 clothes (::ffff:10.0.0.0/104) is one of IPv4, as
 * its clients are. ip, n: its address, undressed. */
static void
network_set(struct network *w, const struct addr *a, const unsigned char *ip,
    size_t n)
{
	if (n == 4 && a->u.sa.sa_family == AF_INET6) {
		if (w->bits >= 96) {
			w->bits = (unsigned char)(w->bits - 96);
		} else {
			ip -= 12;
			n = 16;
		}
	}
	memcpy(w->ip, ip, n);
	w->len = (unsigned char)n;
	network_mask(w);
}

/* One of the list: 0, or -1. word is cut at its slash. */
static int
network_parse(struct network *w, char *word, const char **why)
{
	struct hostport at;
	struct addr a;
	const unsigned char *ip;
	char *slash = strchr(word, '/');
	size_t n;

	memset(w, 0, sizeof(*w));
	if (strcmp(word, "all") == 0)
		return 0;
	*why = network_expected;
	if (slash != NULL)
		*slash++ = '\0';
	if (*word == '\0' || strchr(word, '%') != NULL)
		return -1;
	at.port = 0;
	memcpy(at.node, word, strlen(word) + 1);
	if (addr_number(&at, &a) == -1)
		return -1;
	n = a.u.sa.sa_family == AF_INET ? 4 : 16;
	w->bits = (unsigned char)(n * 8);
	if (slash != NULL && network_bits(slash, w->bits, &w->bits) == -1) {
		*why = n == 4 ? "expected 0 to 32 behind the / of an IPv4 "
		    "network" : "expected 0 to 128 behind the / of an IPv6 "
		    "network";
		return -1;
	}
	n = addr_ip(&a, &ip);
	network_set(w, &a, ip, n);
	return 0;
}

/* Reads every word of the text. The list has room for NETWORKS_MAX. */
static int
networks_read(struct network *list, size_t *n, const char *text,
    const char **why)
{
	char word[WORD_SIZE];
	size_t len;

	*n = 0;
	for (;;) {
		text += strspn(text, SEPARATORS);
		len = strcspn(text, SEPARATORS);
		if (len == 0)
			break;
		*why = network_expected;
		if (len >= sizeof(word))
			return -1;
		if (*n == NETWORKS_MAX) {
			*why = "expected at most 256 networks";
			return -1;
		}
		memcpy(word, text, len);
		word[len] = '\0';
		if (network_parse(&list[*n], word, why) == -1)
			return -1;
		++*n;
		text += len;
	}
	*why = network_expected;
	return *n > 0 ? 0 : -1;
}

int
networks_parse(struct networks *list, const char *text, const char **why)
{
	struct network found[NETWORKS_MAX];
	struct networks made;

	if (networks_read(found, &made.n, text, why) == -1)
		return -1;
	*why = NULL;
	made.text = strdup(text);
	made.list = malloc(made.n * sizeof(*made.list));
	if (made.text == NULL || made.list == NULL) {
		networks_free(&made);
		return -1;
	}
	memcpy(made.list, found, made.n * sizeof(*made.list));
	networks_free(list);
	*list = made;
	return 0;
}

void
networks_free(struct networks *list)
{
	free(list->text);
	free(list->list);
	memset(list, 0, sizeof(*list));
}

static int
network_has(const struct network *w, const unsigned char *ip, size_t n)
{
	unsigned whole = w->bits / 8, rest = w->bits % 8;

	if (w->len == 0)
		return 1;
	if (w->len != n || memcmp(w->ip, ip, whole) != 0)
		return 0;
	return rest == 0 ||
	    ((w->ip[whole] ^ ip[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

int
networks_have(const struct networks *list, const struct addr *a)
{
	const unsigned char *ip;
	size_t n = addr_ip(a, &ip), i;

	if (n == 0)
		return 0;
	for (i = 0; i < list->n; i++)
		if (network_has(&list->list[i], ip, n))
			return 1;
	return 0;
}
