/* SPDX-License-Identifier: ISC
 *
 * AMP boxes, taken apart and made: bytes alone. It promises that no length in
 * a box leads outside of it and that a box which would be too large is refused
 * as soon as a length says so. It knows nothing of commands. */

#include "config.h"

#include <string.h>

#include "amp.h"

#define KEY_MAX		255
#define VALUE_MAX	65535

/* A length in two bytes. */
static size_t
amp_length(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

enum amp_result
amp_box(const void *data, size_t len, size_t *seen)
{
	const unsigned char *p = data;
	const size_t most = AMP_BOX_MAX - 2;	/* the end needs two */
	size_t n, value;

	for (;;) {
		if (len - *seen < 2)
			return AMP_MORE;
		n = amp_length(p + *seen);
		if (n == 0) {
			*seen += 2;
			return AMP_WHOLE;
		}
		value = *seen + 2 + n;
		if (n > KEY_MAX || value + 2 > most)
			return AMP_BAD;
		if (len < value + 2)
			return AMP_MORE;
		n = amp_length(p + value);
		if (n > most - value - 2)
			return AMP_BAD;
		if (len < value + 2 + n)
			return AMP_MORE;
		*seen = value + 2 + n;
	}
}

const char *
amp_value(const void *box, size_t len, const char *key, size_t *size)
{
	const unsigned char *p = box;
	const char *found = NULL;
	const size_t wanted = strlen(key);
	size_t at = 0, n, value;

	while (at + 4 <= len && (n = amp_length(p + at)) != 0) {
		value = at + 2 + n;
		if (n == wanted && memcmp(p + at + 2, key, n) == 0) {
			found = (const char *)p + value + 2;
			*size = amp_length(p + value);
		}
		at = value + 2 + amp_length(p + value);
	}
	return found;
}

static int
amp_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
amp_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
amp_integer(const char *p, size_t n, long *number)
{
	const char *end = p + n;
	long v = 0;
	int minus;

	while (p < end && amp_space(*p))
		p++;
	while (p < end && amp_space(end[-1]))
		end--;
	minus = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	if (p == end || !amp_digit(*p))
		return -1;
	for (; p < end; p++) {
		if (*p == '_' && p + 1 < end && amp_digit(p[1]))
			p++;
		if (!amp_digit(*p))
			return -1;
		v = v * 10 + (*p - '0');
		if (v > AMP_MUCH)
			v = AMP_MUCH;
	}
	*number = minus ? -v : v;
	return 0;
}

static void
amp_add_text(struct buf *out, const char *text, size_t n)
{
	char length[2];

	length[0] = (char)(n >> 8 & 0xff);
	length[1] = (char)(n & 0xff);
	(void)buf_add(out, length, 2);
	(void)buf_add(out, text, n);
}

void
amp_add(struct buf *out, const char *key, const char *value, size_t n)
{
	const size_t nkey = strlen(key);

	if (nkey == 0 || nkey > KEY_MAX || n > VALUE_MAX) {
		out->failed = 1;
		return;
	}
	amp_add_text(out, key, nkey);
	amp_add_text(out, value, n);
}

void
amp_end(struct buf *out)
{
	(void)buf_add(out, "\0", 2);
}

/* One byte as Python shows it between quotes, in at most 4; how many. */
static size_t
amp_show(unsigned char c, unsigned char quote, char text[4])
{
	static const char hex[] = "0123456789abcdef";
	static const char odd[] = "\t\n\r", letters[] = "tnr";
	const char *which = c == '\0' ? NULL : strchr(odd, c);

	if (c >= ' ' && c <= '~' && c != quote && c != '\\') {
		text[0] = (char)c;
		return 1;
	}
	text[0] = '\\';
	if (c == quote || c == '\\') {
		text[1] = (char)c;
		return 2;
	}
	if (which != NULL) {
		text[1] = letters[which - odd];
		return 2;
	}
	text[1] = 'x';
	text[2] = hex[c >> 4];
	text[3] = hex[c & 15];
	return 4;
}

void
amp_repr(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n;
	char quote = '\'', text[4];

	if (n > 0 && memchr(p, '\'', n) != NULL && memchr(p, '"', n) == NULL)
		quote = '"';
	(void)buf_add(out, "b", 1);
	(void)buf_add(out, &quote, 1);
	for (; p < end; p++)
		(void)buf_add(out, text, amp_show((unsigned char)*p,
		    (unsigned char)quote, text));
	(void)buf_add(out, &quote, 1);
}
