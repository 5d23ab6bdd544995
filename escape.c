/* SPDX-License-Identifier: ISC
 *
 * Texts made safe for where they are printed: names and addresses come from
 * the configuration, messages from whoever asks, so nothing is trusted to be
 * harmless. A buffer that is full says so itself. */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "escape.h"

#define REPLACEMENT "\357\277\275"	/* U+FFFD */

/* One character: its number in *point and its length in bytes, or 0: the bytes
 * here are not UTF-8. */
static size_t
escape_char(const char *text, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t i, n;

	if (*p < 0x80) {
		*point = *p;
		return 1;
	}
	n = *p >= 0xf8 ? 0 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 :
	    *p >= 0xc0 ? 2 : 0;
	if (n == 0)
		return 0;
	*point = *p & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (p[i] & 0x3f);
	}
	if (*point < least[n] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return n;
}

/* What programs that read Unicode take for white space, controls too. */
static int
escape_space(uint32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x1680 ||
	    (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	    c == 0x202f || c == 0x205f || c == 0x3000;
}

static void
escape_percent(struct buf *b, const char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_addf(b, "%%%02X", (unsigned)(unsigned char)bytes[i]);
}

void
escape_word(struct buf *b, const char *text)
{
	uint32_t c;
	size_t n;

	for (; *text != '\0'; text += n) {
		n = escape_char(text, &c);
		if (n == 0) {
			n = 1;
			escape_percent(b, text, 1);
		} else if (c == '%' || escape_space(c))
			escape_percent(b, text, n);
		else
			buf_add(b, text, n);
	}
}

static const char *
escape_html_byte(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

/* The escape for a byte of a label's value, or NULL. */
static const char *
escape_label_byte(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	}
	return NULL;
}

/* The same of a JSON string. */
static const char *
escape_json_byte(char c)
{
	if (c == '\r' || c == '\t')
		return c == '\r' ? "\\r" : "\\t";
	return escape_label_byte(c);
}

/* Runs of bytes that need nothing go out at once. control: control characters
 * for which byte() has no escape come out as \uXXXX. */
static void
escape_text(struct buf *b, const char *text, const char *(*byte)(char),
    int control)
{
	const char *run = text, *with;
	uint32_t c;
	size_t n;

	for (; *text != '\0'; text += n) {
		n = escape_char(text, &c);
		with = n == 0 ? REPLACEMENT : n == 1 ? byte(*text) : NULL;
		if (n == 0)
			n = 1;
		else if (with == NULL && (c >= 0x20 || !control))
			continue;
		buf_add(b, run, (size_t)(text - run));
		run = text + n;
		if (with != NULL)
			buf_add(b, with, strlen(with));
		else
			buf_addf(b, "\\u%04x", (unsigned)c);
	}
	buf_add(b, run, (size_t)(text - run));
}

void
escape_html(struct buf *b, const char *text)
{
	escape_text(b, text, escape_html_byte, 0);
}

void
escape_json(struct buf *b, const char *text)
{
	buf_add(b, "\"", 1);
	escape_text(b, text, escape_json_byte, 1);
	buf_add(b, "\"", 1);
}

void
escape_label(struct buf *b, const char *text)
{
	buf_add(b, "\"", 1);
	escape_text(b, text, escape_label_byte, 0);
	buf_add(b, "\"", 1);
}
