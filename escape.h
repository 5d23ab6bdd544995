/* SPDX-License-Identifier: ISC
 *
 * Texts made safe for where they are printed. Each appends to a buffer; bytes
 * that are not UTF-8 come out as U+FFFD where the format wants UTF-8. */

#ifndef ESCAPE_H
#define ESCAPE_H

#include "buf.h"

/* One word of a line: % and white space, as %XX. */
void	 escape_word(struct buf *, const char *);
/* In HTML text, and in attributes within double quotes. */
void	 escape_html(struct buf *, const char *);
/* A JSON string with its quotes. */
void	 escape_json(struct buf *, const char *);
/* The value of a Prometheus label with its quotes. */
void	 escape_label(struct buf *, const char *);

#endif
