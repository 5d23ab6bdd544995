/* SPDX-License-Identifier: ISC
 *
 * An index of relays by our own address towards the server. Adding, deleting
 * and finding cost the same whatever the number of relays; the table doubles
 * and halves with them, and where there is no memory for that it stays as it
 * is. Clients choose neither address nor port, but servers that ask do: the
 * hash has a secret key. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "origin.h"

#define SIZE_MIN 64	/* buckets */

int
origin_init(struct origins *o)
{
	uint64_t seed[2];

	memset(o, 0, sizeof(*o));
	o->buckets = calloc(SIZE_MIN, sizeof(struct relay *));
	if (o->buckets == NULL)
		return -1;
	o->size = SIZE_MIN;
	seed[0] = random_seed();
	seed[1] = random_seed();
	memcpy(o->key, seed, sizeof(o->key));
	return 0;
}

void
origin_done(struct origins *o)
{
	free(o->buckets);
	memset(o, 0, sizeof(*o));
}

static struct relay **
origin_bucket(const struct origins *o, const struct addr *a)
{
	unsigned char hash[SIPHASH_SIZE], text[16 + 2];
	const unsigned char *ip;
	size_t at, n = addr_ip(a, &ip);

	if (n > 0)
		memcpy(text, ip, n);
	text[n] = (unsigned char)(addr_port(a) >> 8 & 0xff);
	text[n + 1] = (unsigned char)(addr_port(a) & 0xff);
	siphash(o->key, text, n + 2, hash);
	memcpy(&at, hash, sizeof(at));
	return &o->buckets[at & (o->size - 1)];
}

static void
origin_push(struct origins *o, struct relay *r)
{
	struct relay **bucket = origin_bucket(o, &r->more->local);

	r->more->same = *bucket;
	*bucket = r;
}

static void
origin_resize(struct origins *o, size_t size)
{
	struct relay **old = o->buckets, **buckets, *r, *next;
	size_t i, n = o->size;

	buckets = calloc(size, sizeof(struct relay *));
	if (buckets == NULL)
		return;
	o->buckets = buckets;
	o->size = size;
	for (i = 0; i < n; i++)
		for (r = old[i]; r != NULL; r = next) {
			next = r->more->same;
			origin_push(o, r);
		}
	free(old);
}


void
origin_del(struct origins *o, struct relay *r)
{
	struct relay **link = origin_bucket(o, &r->more->local);

	while (*link != NULL && *link != r)
		link = &(*link)->more->same;
	if (*link == NULL)
		return;
	*link = r->more->same;
	r->more->same = NULL;
	o->n--;
	if (o->size > SIZE_MIN && o->n < o->size / 8)
		origin_resize(o, o->size / 2);
}

static int
origin_same_ip(const struct addr *a, const struct addr *b)
{
	const unsigned char *ip, *other;
	size_t n = addr_ip(a, &ip);

	return n > 0 && n == addr_ip(b, &other) && memcmp(ip, other, n) == 0;
}

static int
origin_same(const struct addr *a, const struct addr *b)
{
	return addr_port(a) == addr_port(b) && origin_same_ip(a, b);
}

int
origin_add(struct origins *o, struct relay *r)
{
	const struct addr *local = &r->more->local;
	const struct relay *other;

	if (local->u.sa.sa_family == AF_UNSPEC)
		return 0;
	if (o->n >= o->size)
		origin_resize(o, o->size * 2);
	other = *origin_bucket(o, local);
	while (other != NULL && !origin_same(&other->more->local, local))
		other = other->more->same;
	origin_push(o, r);
	o->n++;
	return other != NULL;
}

/* 1: the relay's server is where the question says. */
static int
origin_leads_to(const struct relay *r, const struct origin_question *q)
{
	struct addr to;

	/* Its client may still be told the end of what the server has said. */
	if (r->server.io.fd == -1)
		return 0;
	if (!q->to_host && !q->to_port)
		return 1;
	return net_peer(r->server.io.fd, &to) == 0 &&
	    (!q->to_host || origin_same_ip(&to, &q->to)) &&
	    (!q->to_port || addr_port(&to) == addr_port(&q->to));
}

const struct relay *
origin_find(const struct origins *o, const struct origin_question *q)
{
	const struct relay *r, *found = NULL;

	for (r = *origin_bucket(o, &q->from); r != NULL; r = r->more->same) {
		if (!origin_same(&r->more->local, &q->from) ||
		    !origin_leads_to(r, q))
			continue;
		if (found != NULL)
			return NULL;
		found = r;
	}
	return found;
}
