/* SPDX-License-Identifier: ISC
 *
 * AMP, the Asynchronous Messaging Protocol of Twisted: boxes of keys and
 * values. Bytes alone, no sockets.
 *
 * A box is a row of pairs, each of them a key and a value with its length
 * before it in two bytes, the higher first. A key has 1 to 255 bytes; a length
 * of 0 where a key would begin ends the box. */

#ifndef AMP_H
#define AMP_H

#include <stddef.h>

#include "buf.h"

#define AMP_BOX_MAX	4096	/* bytes of a box that we read, its end
				 * included */

enum amp_result {
	AMP_WHOLE,	/* a box is there */
	AMP_MORE,	/* so far it is good; more bytes are needed */
	AMP_BAD		/* it is none, or it is too large */
};

/* Looks for a box at the start of some bytes. *seen is 0 for a new box and is
 * left alone while more bytes are added; AMP_WHOLE: it is the box's length.
 * Of AMP_BOX_MAX bytes it never says AMP_MORE. */
enum amp_result amp_box(const void *, size_t len, size_t *seen);
/* The value of a key in a whole box of that length, not terminated, and its
 * length; of several the last one. NULL: the box has no such key. */
const char *amp_value(const void *box, size_t len, const char *key,
	    size_t *size);
/* Reads an integer as Python's int() does: white space around it, a sign,
 * single underscores between digits. 0 and *number, at most AMP_MUCH away from
 * 0; or -1: it is none. */
int	 amp_integer(const char *, size_t, long *number);
#define AMP_MUCH 1000000

/* Appends a pair; what AMP cannot say makes the buffer fail. */
void	 amp_add(struct buf *, const char *key, const char *value, size_t);
void	 amp_end(struct buf *);
/* Appends bytes as Python shows them: b'Foo'. */
void	 amp_repr(struct buf *, const char *, size_t);

#endif
