/* SPDX-License-Identifier: ISC
 *
 * What the text of a configuration should say for a model. Only conf-save.c
 * and conf-want.c include it. */

#ifndef CONF_WANT_H
#define CONF_WANT_H

#include "conf-text.h"

#define WANT_INDENT 256		/* bytes before an element, and its NUL */

/* Of an attribute. */
enum want_answer {
	WANT_LEAVE,		/* as it is, there or not */
	WANT_GONE,		/* it is not to be there */
	WANT_DEFAULT,		/* what goes without saying; right if there */
	WANT_SAY		/* to be there */
};

/* How a service says which group is enabled. */
enum want_style {
	WANT_STYLE_NONE,	/* the first one: nothing is said */
	WANT_STYLE_ELEMENT,	/* <enable group=""/> */
	WANT_STYLE_ATTR		/* enable="true" */
};

struct want {
	const struct model *model;
	int		 hashes;	/* 0: no password is written */
	struct text	 text;		/* the old one */
	struct text_edits *edits;
	unsigned char	 added;		/* something new in this element */
	unsigned char	 no_memory;
	unsigned char	 failed;	/* err says why */
	char		*err;
	size_t		 size;

	/* What the file is like. */
	enum dialect	 dialect;
	enum want_style	 style;		/* of services that say nothing */
	unsigned char	 web_in_admin;	/* <admin listen> */
	unsigned char	 rank;		/* of the hostCheck interval's place */
	const char	*eol;
	char		 unit[WANT_INDENT]; /* blanks for one level more */

	struct model	*defaults;
	enum want_style	 service_style;	/* of the one that is walked */
	char		 value[64];	/* the last, where it is a number */
};

/* Reads the old text. 0, or -1 with a text in err. */
int	 want_init(struct want *, const char *old, size_t len);
void	 want_done(struct want *);
void	 want_error(struct want *, const char *, ...) LOG_PRINTF(2, 3);
/* An attribute's value is nothing that XML can hold. */
void	 want_illegal(struct want *, const char *name);

/* An element, old or new (n NULL), is walked now. */
void	 want_enter(struct want *, const struct text_node *n, enum conf_kind,
	    const void *object);
/* How many elements of a kind there should be; present: there are some. */
size_t	 want_count(struct want *, enum conf_kind, const void *parent,
	    int present);
/* The object of one of them. */
const void *want_object(const struct want *, enum conf_kind,
	    const void *parent, size_t);
/* The kind of an element in a row of conf_row(). */
enum conf_kind want_kind(enum conf_kind row, const void *object);
/* What tells the elements of a kind apart: the object's, and its attribute.
 * "" and NULL: there is only one. */
const char *want_key(enum conf_kind, const void *object);
const char *want_key_name(enum conf_kind);
/* What an attribute should say; the value stays until the next call. n NULL:
 * the element is new. */
enum want_answer want_attr(struct want *, const struct text_node *n,
	    const struct conf_attr *, const void *object, const char **value);
/* 1: two values mean the same. */
int	 want_same(const struct conf_attr *, const char *, const char *);

#endif
