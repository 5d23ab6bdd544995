/* SPDX-License-Identifier: ISC
 *
 * What the balancer says, on a terminal: names come from the configuration and
 * must not command it. */

#include "config.h"

#include <stdio.h>

#include "ctl.h"

/* Bytes of a character in UTF-8 by its first one; 0: it is none. */
static size_t
print_length(const unsigned char *p, size_t len)
{
	size_t i, n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 :
	    *p >= 0xe0 && *p < 0xf0 ? 3 : *p >= 0xf0 && *p < 0xf5 ? 4 : 0;

	if (n == 0 || n > len)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* 1: a control character, C2 80 to C2 9F among them, that may not be shown. */
static int
print_control(const unsigned char *p, size_t n)
{
	if (n == 1)
		return (*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f;
	return n == 2 && *p == 0xc2 && p[1] < 0xa0;
}

/* What is no UTF-8 could be a control character of something else. */
static void
print_some(FILE *to, const unsigned char *p, size_t len)
{
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = print_length(p, len);
		if (n == 1 && *p == '\r' && len > 1 && p[1] == '\n')
			continue;
		if (n == 0 || print_control(p, n))
			(void)putc('?', to);
		else
			(void)fwrite(p, 1, n, to);
		n = n == 0 ? 1 : n;
	}
}

void
print_text(const struct buf *text, int error)
{
	FILE *to = error ? stderr : stdout;

	if (text->len > 0)
		print_some(to, (const unsigned char *)text->data, text->len);
}

void
print_screen(const struct buf *text, int rows, int columns)
{
	const unsigned char *p = (const unsigned char *)text->data;
	const unsigned char *end = p + text->len;
	size_t n;
	int at;

	if (text->len == 0)
		return;
	while (p < end && rows-- > 0) {
		for (at = 0; p < end && *p != '\n'; p += n) {
			n = print_length(p, (size_t)(end - p));
			n = n == 0 ? 1 : n;
			if (at++ < columns)
				print_some(stdout, p, n);
		}
		/* The last row has no newline: it would scroll. */
		if (p < end && *p++ == '\n' && rows > 0 && p < end)
			(void)putchar('\n');
	}
}
