/* SPDX-License-Identifier: ISC
 *
 * Lines of words: taken apart, and put together. Bytes alone: what the words
 * mean is not known here. */

#include "config.h"

#include <string.h>

#include "words.h"

static int
word_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int
word_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes one word off the text, unquoted in place. Returns the byte behind it;
 * *open is the quote that is not closed, or 0. */
static char *
word_take(char *p, struct word *w, char *open)
{
	char *to = p, quote = '\0';
	int bare = 1;

	w->text = p;
	w->bare = 0;
	for (; *p != '\0' && (quote != '\0' || !word_blank(*p)); p++) {
		if (*p == quote || (quote == '\0' &&
		    (*p == '\'' || *p == '"'))) {
			quote = quote == '\0' ? *p : '\0';
			bare = 0;
			continue;
		}
		if (*p == '\\' && quote != '\'') {
			bare = 0;
			if (*++p == '\0') {
				quote = '\\';
				break;
			}
		}
		*to++ = *p;
		w->bare += (size_t)bare;
	}
	*open = quote;
	/* The end of the line, or the blank behind the word. */
	if (*p != '\0')
		p++;
	*to = '\0';
	return p;
}

int
words_split(char *line, struct word words[WORDS_MAX], const char **why)
{
	char open, *p = line;
	int n = 0;

	for (;;) {
		while (word_blank(*p))
			p++;
		if (*p == '\0')
			return n;
		if (n == WORDS_MAX) {
			*why = "too many words";
			return -1;
		}
		p = word_take(p, &words[n++], &open);
		if (open != '\0') {
			*why = open == '\\' ? "a backslash at the end" :
			    "a quote is not closed";
			return -1;
		}
	}
}

size_t
words_last(const char *line, size_t len)
{
	size_t i, at = len;
	char quote = '\0';

	for (i = 0; i < len; i++) {
		if (quote == '\0' && word_blank(line[i])) {
			at = len;
			continue;
		}
		if (at == len)
			at = i;
		if (line[i] == quote)
			quote = '\0';
		else if (quote == '\0' && (line[i] == '\'' || line[i] == '"'))
			quote = line[i];
		else if (line[i] == '\\' && quote != '\'')
			i++;
	}
	return at;
}

void
words_open(char *text, struct word *w)
{
	char open;

	(void)word_take(text, w, &open);
}

void
words_quote(struct buf *b, const char *text, int name)
{
	size_t n;

	if (*text == '\0') {
		(void)buf_add(b, "''", 2);
		return;
	}
	for (; *text != '\0'; text += n) {
		n = strcspn(text, " \t'\"\\=");
		(void)buf_add(b, text, n);
		if (text[n] == '=' && name) {
			(void)buf_add(b, "=", 1);
			name = 0;
			n++;
		} else if (text[n] != '\0') {
			(void)buf_addf(b, "\\%c", text[n]);
			n++;
		}
	}
}

size_t
words_name(const struct word *w)
{
	size_t n = 0;

	while (word_letter(w->text[n]))
		n++;
	return n < w->bare && w->text[n] == '=' ? n : 0;
}
