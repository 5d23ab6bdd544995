/* SPDX-License-Identifier: ISC
 *
 * The plots of the web page: connections to each host a second, over the last
 * five minutes. While there is a web admin, all hosts are sampled at one
 * interval; a host that came later begins with nothing. */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "page.h"

#define PLOT_MS		5000	/* between two samples */
#define PLOT_HEIGHT	20	/* units of the drawing */

static void	 plot_expire(struct timer *);

static void
plot_sample(struct host *h)
{
	struct plot *p = &h->plot;
	uint64_t made = h->total - p->total;

	p->total = h->total;
	p->points[p->next] = made < UINT32_MAX ? (uint32_t)made : UINT32_MAX;
	p->next = (unsigned char)((p->next + 1) % PLOT_POINTS);
}

/* Calls fn for every host. */
static void
plot_hosts(struct model *m, void (*fn)(struct host *))
{
	struct service *s;
	struct group *g;
	size_t i, j, k;

	for (i = 0; i < m->nservices; i++) {
		s = m->services[i];
		for (j = 0; j < s->ngroups; j++) {
			g = s->groups[j];
			for (k = 0; k < g->nhosts; k++)
				fn(g->hosts[k]);
		}
	}
}

static void
plot_expire(struct timer *t)
{
	struct pydirector *d = LOOP_OWNER(t, struct pydirector, plot_timer);

	plot_hosts(d->model, plot_sample);
	loop_timer(&d->loop, t, PLOT_MS, plot_expire);
}

static void
plot_forget(struct host *h)
{
	memset(&h->plot, 0, sizeof(h->plot));
	h->plot.total = h->total;
}

void
plot_start(struct pydirector *d)
{
	if (loop_timer_set(&d->plot_timer))
		return;
	plot_hosts(d->model, plot_forget);
	loop_timer(&d->loop, &d->plot_timer, PLOT_MS, plot_expire);
}

void
plot_stop(struct pydirector *d)
{
	loop_timer_del(&d->loop, &d->plot_timer);
}

/* A number of connections between two samples, as so many a second. */
static void
plot_rate(struct buf *b, uint32_t n)
{
	uint64_t tenths = (uint64_t)n * 10000 / PLOT_MS;

	buf_addf(b, "%" PRIu64 ".%d", tenths / 10, (int)(tenths % 10));
}

void
plot_svg(struct buf *b, const struct host *h)
{
	const struct plot *p = &h->plot;
	uint32_t n, most = 0, last;
	int i;

	for (i = 0; i < PLOT_POINTS; i++)
		if (p->points[i] > most)
			most = p->points[i];
	last = p->points[(p->next + PLOT_POINTS - 1) % PLOT_POINTS];
	buf_addf(b, "<svg class=\"plot\" viewBox=\"0 -1 %d %d\" role=\"img\" "
	    "preserveAspectRatio=\"none\" aria-label=\"Connections a second: ",
	    PLOT_POINTS - 1, PLOT_HEIGHT + 2);
	plot_rate(b, last);
	buf_addf(b, " now, at most ");
	plot_rate(b, most);
	buf_addf(b, " in 5 minutes\"><polyline points=\"");
	for (i = 0; most > 0 && i < PLOT_POINTS; i++) {
		n = p->points[(p->next + i) % PLOT_POINTS];
		buf_addf(b, "%d,%d ", i, PLOT_HEIGHT -
		    (int)((uint64_t)n * PLOT_HEIGHT / most));
	}
	if (most == 0)
		buf_addf(b, "0,%d %d,%d", PLOT_HEIGHT, PLOT_POINTS - 1,
		    PLOT_HEIGHT);
	buf_addf(b, "\"/></svg> <span class=\"rate\">");
	plot_rate(b, last);
	buf_addf(b, "/s</span>");
}
