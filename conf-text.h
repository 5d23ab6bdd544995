/* SPDX-License-Identifier: ISC
 *
 * The text of a configuration: where its elements and attributes stand, and
 * changes to it. Only what saves one includes it. */

#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include "conf.h"

/* An attribute: `space name = "value"`; places are offsets in the text. */
struct text_attr {
	unsigned	 space;		/* the white space before it */
	unsigned	 name, name_end;
	unsigned	 value, value_end;	/* between the quotes */
};

/* An element of the table. Notes and what is in them are none. */
struct text_node {
	enum conf_kind	 kind;
	struct text_node *parent;	/* NULL: the root */
	struct text_node *first, *last;	/* in it */
	struct text_node *next;		/* behind it in the parent */
	unsigned	 start, end;	/* with its end tag */
	unsigned	 name_end;	/* behind the name in the start tag */
	unsigned	 inside;	/* behind the start tag */
	unsigned	 inside_end;	/* before the end tag; of an empty
					 * element tag: both are end */
	unsigned char	 empty;		/* it is an empty element tag */
	size_t		 nattrs;
	struct text_attr attrs[CONF_VALUES];
};

struct text {
	const char	*data;		/* not its own */
	unsigned	 len;
	struct text_node *root;
	int		 failed;	/* no memory, or not such a text */
};

/* Changes, in any order: what stands from, to gives way to bytes. */
struct text_edit {
	unsigned	 from, to;
	size_t		 order;		/* of addition */
	char		*bytes;
	size_t		 len;
};

struct text_edits {
	struct text_edit *all;
	size_t		 n, size;
	int		 failed;	/* no memory */
};

/* Finds the elements in a text that conf_parse accepts, in UTF-8. The data
 * has to stay. Returns 0, or -1. */
int	 text_read(struct text *, const char *data, size_t len);
void	 text_done(struct text *);
const struct text_attr *text_attr(const struct text *,
	    const struct text_node *, const char *name);
/* The value without references, to be freed, or NULL: no memory. */
char	*text_value(const struct text *, const struct text_attr *);
/* Appends a value as it stands between two of those quotes. 0, or -1: not a
 * text that XML can hold. */
int	 text_escape(struct buf *, const char *value, char quote);

/* Appends a whole text with every password emptied, those in comments and
 * notes too. */
void	 text_hide(const char *data, size_t len, struct buf *);

/* Layout. */
/* The line break and the blanks before an element that begins a line, or ""
 * for one that does not; appended. */
void	 text_indent(const struct text *, const struct text_node *,
	    struct buf *);
/* The same for what stands in the element first, known or not. */
void	 text_indent_inside(const struct text *, const struct text_node *,
	    struct buf *);
/* The place behind the blanks and comments that follow at in its line, if
 * the line ends there; else at. */
unsigned text_line_end(const struct text *, unsigned at);
/* What to take out with an element so that no empty line is left. */
void	 text_cut(const struct text *, const struct text_node *,
	    unsigned *from, unsigned *to);

/* Edits. */
void	 text_edit(struct text_edits *, unsigned from, unsigned to,
	    const char *bytes, size_t len);
/* Appends what stands from, to with all edits done, which are of no more use
 * then. */
void	 text_apply(const struct text *, struct text_edits *, unsigned from,
	    unsigned to, struct buf *);
void	 text_edits_done(struct text_edits *);

#endif
