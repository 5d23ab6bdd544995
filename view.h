/* SPDX-License-Identifier: ISC
 *
 * The views: documents about what runs and what the file says, by name. Web
 * and console show the same ones. */

#ifndef VIEW_H
#define VIEW_H

#include "director.h"

struct view {
	const char	*name;		/* `running.txt` */
	const char	*type;		/* of its content */
	/* Appends the document: 0, or -1 and why not in its place, without a
	 * newline at the end. hashes 1: with those of the passwords. */
	int		(*show)(const struct pydirector *, int hashes,
			    struct buf *);
	/* The same, for what has no hashes and always succeeds; show is NULL
	 * then. */
	void		(*text)(const struct pydirector *, struct buf *);
};

#define VIEW_TEXT	"text/plain; charset=utf-8"

/* The views in turn: from NULL to NULL. */
const struct view *view_next(const struct view *);
const struct view *view_find(const char *name);
/* Appends the view for somebody with that right: 0, or -1 as show. */
int		 view_show(const struct view *, const struct pydirector *,
		    enum right, struct buf *);

#endif
