/* SPDX-License-Identifier: ISC
 *
 * Lines of words, as an operator types them: blanks separate words; within
 * quotes, single or double, blanks are bytes like others; a backslash takes
 * the byte behind it as it is, but for single quotes, in which it is none. */

#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

#include "buf.h"

#define WORDS_MAX 64

struct word {
	char	*text;
	size_t	 bare;		/* bytes at its start that are written as they
				 * are: no quote, no backslash before them */
};

/* Splits a line in place, whose words stay part of it. Returns their number,
 * or -1 and *why, a constant text. */
int	 words_split(char *line, struct word words[WORDS_MAX],
	    const char **why);
/* Where the last word of a line begins, which may be in the middle of a quote;
 * len: the line ends behind a word. */
size_t	 words_last(const char *line, size_t len);
/* The same as words_split for that last word alone, whose quote may be open. */
void	 words_open(char *text, struct word *);
/* Appends a text such that it is one word. name 1: it may begin with a name
 * and `=` that mean what they say; 0: it is a value. */
void	 words_quote(struct buf *, const char *text, int name);
/* Bytes of the name, letters alone, that the word gives a value to, written
 * as they are with the `=` behind; 0: it gives none. */
size_t	 words_name(const struct word *);

#endif
