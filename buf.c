/* SPDX-License-Identifier: ISC
 *
 * Byte buffers: a bounded text that grows by doubling, and a pool of chunks
 * of one size. A text that has refused an addition refuses all later ones, so
 * that what it holds has no holes. Neither locks anything. */

#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "buf.h"

#define BUF_FIRST 256		/* bytes of the first allocation */

/* What data points to when there was no memory from the start. Its size in
 * the struct is 0, so nobody writes or frees it. */
static char nothing[1];

void
buf_init(struct buf *b, size_t max)
{
	b->data = NULL;
	b->len = 0;
	b->size = 0;
	b->max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2;
	b->failed = 0;
}

void
buf_done(struct buf *b)
{
	if (b->size > 0)
		free(b->data);
	buf_init(b, b->max);
}

static int
buf_refuse(struct buf *b)
{
	if (b->size == 0)
		b->data = nothing;
	b->failed = 1;
	return -1;
}

/* Room for n more bytes and the NUL. */
static int
buf_reserve(struct buf *b, size_t n)
{
	size_t size = b->size > 0 ? b->size : BUF_FIRST;
	char *data;

	if (b->failed || n > b->max - b->len)
		return buf_refuse(b);
	if (b->len + n < b->size)
		return 0;
	while (size <= b->len + n)
		size *= 2;
	data = realloc(b->size > 0 ? b->data : NULL, size);
	if (data == NULL)
		return buf_refuse(b);
	b->data = data;
	b->size = size;
	return 0;
}

int
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (buf_reserve(b, n) == -1)
		return -1;
	if (n > 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return buf_refuse(b);
	if (buf_reserve(b, (size_t)n) == -1)
		return -1;
	va_start(args, format);
	vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
	va_end(args);
	b->len += (size_t)n;
	return 0;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n == 0 || b->size == 0)
		return;
	if (n > b->len)
		n = b->len;
	b->len -= n;
	memmove(b->data, b->data + n, b->len + 1);
}

void
pool_init(struct pool *p, size_t size, size_t keep)
{
	p->free = NULL;
	p->nfree = 0;
	p->out = 0;
	p->keep = keep;
	p->size = size;
}

void
pool_done(struct pool *p)
{
	struct chunk *c;

	while ((c = p->free) != NULL) {
		p->free = c->next;
		free(c);
	}
	p->nfree = 0;
}

struct chunk *
pool_get(struct pool *p)
{
	struct chunk *c = p->free;

	if (c != NULL) {
		p->free = c->next;
		p->nfree--;
	} else if (p->size > SIZE_MAX - sizeof(*c) ||
	    (c = malloc(sizeof(*c) + p->size)) == NULL)
		return NULL;
	p->out++;
	c->next = NULL;
	c->pool = p;
	c->from = 0;
	c->to = 0;
	return c;
}

void
pool_put(struct chunk *c)
{
	struct pool *p;

	if (c == NULL)
		return;
	p = c->pool;
	p->out--;
	if (p->nfree >= p->keep) {
		free(c);
		return;
	}
	c->next = p->free;
	p->free = c;
	p->nfree++;
}
