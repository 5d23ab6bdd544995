/* SPDX-License-Identifier: ISC
 *
 * The pages of the web admin, and what they share. */

#ifndef PAGE_H
#define PAGE_H

#include "http.h"

/* Each appends a whole page in HTML. */
/* page-running.c: all that runs. */
void	 page_running(const struct http_request *, struct buf *);
/* page.c: the call with fields for its arguments, filled in from those of the
 * request; sending it off makes it happen. */
void	 page_form(const struct http_request *, const struct command *,
	    struct buf *);
/* All calls. */
void	 page_calls(const struct http_request *, struct buf *);
/* The forms that the configuration can be had in. */
void	 page_configs(const struct http_request *, struct buf *);

/* page.c: a page from its start to <main>, and from </main> to its end.
 * refresh: ms, or 0; without a script only where the reader asked for it. */
void	 page_begin(struct buf *, const char *title, int64_t refresh,
	    int asked);
void	 page_end(struct buf *);

/* plot.c: connections a second, for each host. */
/* Samples all hosts from now on, or stops that. */
void	 plot_start(struct pydirector *);
void	 plot_stop(struct pydirector *);
/* Appends the plot of a host as SVG. */
void	 plot_svg(struct buf *, const struct host *);

#endif
