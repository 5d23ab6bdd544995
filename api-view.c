/* SPDX-License-Identifier: ISC
 *
 * Views, handed to the program. */

#include "config.h"

#include <string.h>

#include "view.h"
#include "api.h"

#define VIEW_MAX	(64 * 1024 * 1024)	/* bytes */

/* Appends it: an outcome. */
static enum outcome
view_append(struct pydirector *d, const char *name, struct buf *b)
{
	const struct view *v = view_find(name);

	if (api_begin(d) == -1 || api_model(d) == -1) {
		(void)buf_add(b, d->error.data, d->error.len);
		return OUTCOME_CONFLICT;
	}
	if (v == NULL) {
		(void)buf_addf(b, "no view '%.200s'", name);
		return OUTCOME_UNKNOWN;
	}
	return view_show(v, d, RIGHT_WRITE, b) == -1 || b->failed ?
	    OUTCOME_FAILED : OUTCOME_OK;
}

int
pydirector_view(struct pydirector *d, const char *view, char *text,
    size_t size, size_t *len)
{
	struct buf b;
	enum outcome o;
	size_t n;

	buf_init(&b, VIEW_MAX);
	o = view_append(d, view, &b);
	n = b.len < size ? b.len : size - 1;
	if (size > 0) {
		if (n > 0)
			memcpy(text, b.data, n);
		text[n] = '\0';
	}
	if (len != NULL)
		*len = b.len;
	buf_done(&b);
	return (int)o;
}
