/* SPDX-License-Identifier: ISC
 *
 * The page `running`: services, listeners, groups and hosts, in file order,
 * and for a user who may write the actions. An action leads to a form that
 * asks again. Whole without a script; web/script.js only puts newer text in
 * place. At most HOSTS_MAX hosts are shown, so that nobody's look at the page
 * holds up traffic; those that are not up come first then. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "status.h"
#include "page.h"

#define HOSTS_MAX 500
#define MESSAGE_MAX 1000	/* bytes of a message */

/* One page in the making. */
struct view {
	const struct pydirector *d;
	struct buf	*b;
	int		 writes;	/* the user may */
	size_t		 hosts;		/* that may still be shown */
	size_t		 up, down, admin_down, draining;
};

/* What an action is about; NULL: nothing of that kind. */
struct about {
	const char	*service;
	const char	*group;
	const char	*key;		/* of the last argument */
	const char	*value;
};

/* Pieces. */

static void
view_argument(struct buf *b, const char *key, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(b, "&amp;%s=", key);
	http_encode(b, value);
}

/* A link to the form of a call. what: said in full to those who do not see
 * where the link stands; NULL: the text says enough. */
static void
view_action(struct view *v, const char *call, const char *text,
    const struct about *a, const char *what)
{
	if (!v->writes)
		return;
	buf_addf(v->b, "<a href=\"form?call=%s", call);
	view_argument(v->b, "service", a->service);
	view_argument(v->b, "group", a->group);
	if (a->key != NULL)
		view_argument(v->b, a->key, a->value);
	buf_addf(v->b, "\"");
	if (what != NULL) {
		buf_addf(v->b, " aria-label=\"%s ", text);
		escape_html(v->b, what);
		buf_addf(v->b, "\"");
	}
	buf_addf(v->b, ">%s</a> ", text);
}

/* `5 s`, `3 min`, `2 h`, `9 days`. */
static void
view_span(struct buf *b, int64_t ms)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;

	if (s < 120)
		buf_addf(b, "%" PRId64 " s", s);
	else if (s < 120 * 60)
		buf_addf(b, "%" PRId64 " min", s / 60);
	else if (s < 48 * 3600)
		buf_addf(b, "%" PRId64 " h", s / 3600);
	else
		buf_addf(b, "%" PRId64 " days", s / 86400);
}

static void
view_time(struct buf *b, int64_t ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_stamp_at(ms, stamp);
	buf_addf(b, "<time datetime=\"%s\">%.10s %.8sZ</time>", stamp, stamp,
	    stamp + 11);
}

/* Bytes for people, the exact number beside it. */
static void
view_bytes(struct buf *b, uint64_t n)
{
	static const char *const units[] = {
		"B", "kB", "MB", "GB", "TB", "PB", "EB"
	};
	uint64_t tenths = n * 10;
	size_t u = 0;

	if (n > UINT64_MAX / 10)
		tenths = UINT64_MAX;
	while (tenths >= 10000 && u + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1000;
		u++;
	}
	buf_addf(b, "<data value=\"%" PRIu64 "\">", n);
	if (u == 0)
		buf_addf(b, "%" PRIu64 " B</data>", n);
	else
		buf_addf(b, "%" PRIu64 ".%d %s</data>", tenths / 10,
		    (int)(tenths % 10), units[u]);
}

/* Hosts. */

static void
view_host_actions(struct view *v, const struct host *h)
{
	const struct about a = {
		h->group->service->name, h->group->name, "name", h->name
	};

	if (h->down != WHY_NONE)
		view_action(v, "retryHost", "Check", &a, h->name);
	if (h->admin_down || h->draining)
		view_action(v, "hostAdminUp", "Put back", &a, h->name);
	if (!h->admin_down)
		view_action(v, "hostAdminDown", "Take out", &a, h->name);
	if (!h->admin_down && !h->draining)
		view_action(v, "drainHost", "Drain", &a, h->name);
	view_action(v, "setWeight", "Weight", &a, h->name);
	if (h->open > 0)
		view_action(v, "closeConns", "Close", &a, h->name);
	view_action(v, "delHost", "Remove", &a, h->name);
}

static void
view_host_numbers(struct buf *b, const struct host *h)
{
	buf_addf(b, "<td class=\"n\">%u</td><td class=\"n\">%" PRIu64
	    "</td><td class=\"n\">%" PRIu64 "</td><td class=\"n\">", h->open,
	    h->total, h->failed);
	view_bytes(b, h->bytes_in);
	buf_addf(b, "</td><td class=\"n\">");
	view_bytes(b, h->bytes_out);
	buf_addf(b, "</td><td class=\"n\">%u</td><td>", h->weight);
	plot_svg(b, h);
	buf_addf(b, "</td>");
}

static void
view_host(struct view *v, const struct host *h)
{
	int64_t next = status_next_try(v->d, h);
	enum why why = host_why(h);
	struct buf *b = v->b;

	buf_addf(b, "<tr class=\"%s\" data-key=\"", status_word(h));
	escape_html(b, h->name);
	buf_addf(b, "\"><th scope=\"row\">");
	escape_html(b, h->name);
	buf_addf(b, " <code>");
	escape_html(b, h->address);
	buf_addf(b, "</code></th><td class=\"state\">%s</td><td>%s</td><td>",
	    status_word(h), why == WHY_NONE ? "" : why_word(why));
	view_time(b, status_since(v->d, h));
	buf_addf(b, "</td><td>");
	if (next != STATUS_NEVER) {
		buf_addf(b, "in ");
		view_span(b, next - v->d->loop.now);
	}
	buf_addf(b, "</td>");
	view_host_numbers(b, h);
	if (v->writes) {
		buf_addf(b, "<td class=\"actions\">");
		view_host_actions(v, h);
		buf_addf(b, "</td>");
	}
	buf_addf(b, "</tr>\n");
}

/* Those that are up, or those that are not, as far as there is room. */
static size_t
view_some(struct view *v, const struct group *g, int up, int both)
{
	size_t i, n = 0;

	for (i = 0; i < g->nhosts && v->hosts > 0; i++) {
		if (!both && (host_why(g->hosts[i]) == WHY_NONE) != up)
			continue;
		view_host(v, g->hosts[i]);
		v->hosts--;
		n++;
	}
	return n;
}

static void
view_hosts(struct view *v, const struct group *g)
{
	struct buf *b = v->b;
	size_t n;

	buf_addf(b, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Hosts of ");
	escape_html(b, g->name);
	buf_addf(b, "\"><table>\n<thead><tr><th scope=\"col\">Host</th>"
	    "<th scope=\"col\">State</th><th scope=\"col\">Why</th>"
	    "<th scope=\"col\">Since</th><th scope=\"col\">Next try</th>"
	    "<th scope=\"col\">Open</th><th scope=\"col\">Total</th>"
	    "<th scope=\"col\">Failed</th><th scope=\"col\">In</th>"
	    "<th scope=\"col\">Out</th><th scope=\"col\">Weight</th>"
	    "<th scope=\"col\">Connections</th>%s</tr></thead>\n<tbody>\n",
	    v->writes ? "<th scope=\"col\">Actions</th>" : "");
	if (g->nhosts <= v->hosts)
		n = view_some(v, g, 0, 1);
	else {
		n = view_some(v, g, 0, 0);
		n += view_some(v, g, 1, 0);
	}
	buf_addf(b, "</tbody></table></div>\n");
	if (n < g->nhosts)
		buf_addf(b, "<p class=\"bad\">%zu more hosts are in <a "
		    "href=\"running.json\">running.json</a>.</p>\n",
		    g->nhosts - n);
}

/* Groups. */

static int
view_any_up(const struct group *g)
{
	size_t i;

	for (i = 0; i < g->nhosts; i++)
		if (host_why(g->hosts[i]) == WHY_NONE)
			return 1;
	return 0;
}

static void
view_group_actions(struct view *v, const struct group *g, const char *name)
{
	struct about a = { g->service->name, g->name, NULL, NULL };

	if (!v->writes)
		return;
	buf_addf(v->b, "<p class=\"actions\">");
	if (g->service->enabled != g && g->nhosts > 0)
		view_action(v, "enableGroup", "Enable", &a, g->name);
	view_action(v, "addHost", "Add host", &a, g->name);
	a.key = "scheduler";
	a.value = name;
	view_action(v, "changeScheduler", "Scheduler", &a, g->name);
	a.key = NULL;
	if (g->service->enabled != g && g->nhosts > 0)
		view_action(v, "delAllHosts", "Remove all hosts", &a, g->name);
	if (g->service->enabled != g)
		view_action(v, "delGroup", "Remove group", &a, g->name);
	buf_addf(v->b, "</p>\n");
}

static void
view_group(struct view *v, const struct group *g)
{
	int enabled = g->service->enabled == g;
	struct buf *b = v->b;
	char name[32];

	sched_name(g, v->d->model->dialect, name);
	buf_addf(b, "<section class=\"group\" data-key=\"");
	escape_html(b, g->name);
	buf_addf(b, "\">\n<h3>");
	escape_html(b, g->name);
	buf_addf(b, " <span class=\"%s\">%s</span></h3>\n"
	    "<p>Scheduler: %s</p>\n", enabled ? "enabled" : "inactive",
	    enabled ? "enabled" : "inactive", name);
	if (enabled && !view_any_up(g))
		buf_addf(b, "<p class=\"bad\">No host is up.</p>\n");
	if (g->nhosts > 0)
		view_hosts(v, g);
	else
		buf_addf(b, "<p>No hosts.</p>\n");
	view_group_actions(v, g, name);
	buf_addf(b, "</section>\n");
}

/* Services. */

static void
view_listener(struct view *v, const struct listener *l)
{
	struct about a = { l->service->name, NULL, "listen", l->address };
	char at[STATUS_ADDRESS];
	struct buf *b = v->b;

	status_listener(l, at);
	buf_addf(b, "<li data-key=\"");
	escape_html(b, l->address);
	buf_addf(b, "\">%s <code>", l->door.nsocks > 0 ? "listens on" :
	    "<span class=\"bad\">does not listen on</span>");
	escape_html(b, at);
	buf_addf(b, "</code> ");
	if (l->service->nlisteners > 1)
		view_action(v, "delListen", "Remove", &a, at);
	buf_addf(b, "</li>\n");
}

static void
view_service(struct view *v, const struct service *s)
{
	const struct about a = { s->name, NULL, NULL, NULL };
	struct buf *b = v->b;
	size_t i;

	buf_addf(b, "<section class=\"service\" data-key=\"");
	escape_html(b, s->name);
	buf_addf(b, "\">\n<h2>");
	escape_html(b, s->name);
	buf_addf(b, "</h2>\n<ul class=\"listeners\">\n");
	for (i = 0; i < s->nlisteners; i++)
		view_listener(v, s->listeners[i]);
	buf_addf(b, "</ul>\n<p>%u open, %" PRIu64 " accepted, %" PRIu64
	    " refused", s->open, s->total, s->refused);
	if (s->nrules > 0 || s->denied > 0)
		buf_addf(b, ", %" PRIu64 " denied", s->denied);
	if (s->rate > 0 || s->limited > 0)
		buf_addf(b, ", %" PRIu64 " limited", s->limited);
	buf_addf(b, "</p>\n");
	if (s->enabled == NULL)
		buf_addf(b, "<p class=\"bad\">No group is enabled: clients "
		    "are refused.</p>\n");
	for (i = 0; i < s->ngroups; i++)
		view_group(v, s->groups[i]);
	if (v->writes) {
		buf_addf(b, "<p class=\"actions\">");
		view_action(v, "newListen", "Add listener", &a, s->name);
		view_action(v, "newGroup", "Add group", &a, s->name);
		view_action(v, "delService", "Remove service", &a, s->name);
		buf_addf(b, "</p>\n");
	}
	buf_addf(b, "</section>\n");
}

/* The page. */

static void
view_count(struct view *v)
{
	const struct model *m = v->d->model;
	const struct group *g;
	const struct host *h;
	size_t i, j, k;

	for (i = 0; i < m->nservices; i++)
		for (j = 0; j < m->services[i]->ngroups; j++) {
			g = m->services[i]->groups[j];
			for (k = 0; k < g->nhosts; k++) {
				h = g->hosts[k];
				v->down += h->down != WHY_NONE;
				v->admin_down += host_why(h) == WHY_ADMIN_DOWN;
				v->draining += host_why(h) == WHY_DRAINING;
				v->up += host_why(h) == WHY_NONE;
			}
		}
}

/* What came of an action. */
static void
view_message(struct view *v, const char *message)
{
	char text[MESSAGE_MAX];

	if (message == NULL || *message == '\0')
		return;
	snprintf(text, sizeof(text), "%s", message);
	buf_addf(v->b, "<p class=\"message %s\" role=\"alert\">",
	    strncmp(text, "NOT OK", 6) == 0 ? "bad" : "good");
	escape_html(v->b, text);
	buf_addf(v->b, "</p>\n");
}

static void
view_top(struct view *v, int asked)
{
	static const struct about nothing = { NULL, NULL, NULL, NULL };
	struct buf *b = v->b;

	buf_addf(b, "<p id=\"summary\" role=\"status\">Hosts: %zu up, "
	    "%zu down, %zu admin down, %zu draining</p>\n", v->up, v->down,
	    v->admin_down, v->draining);
	buf_addf(b, "<p id=\"as-of\">%zu connections open. As of ",
	    v->d->nrelays);
	view_time(b, v->d->loop.now);
	buf_addf(b, ", running since ");
	view_time(b, v->d->started);
	buf_addf(b, ".</p>\n<p class=\"actions\" id=\"top\">"
	    "<a href=\"running\">Refresh</a> <noscript>"
	    "<a href=\"running%s\">%s</a></noscript> ",
	    asked ? "" : "?refresh=yes", asked ? "Stop refreshing" :
	    "Refresh by itself");
	view_action(v, "save", "Save", &nothing, NULL);
	view_action(v, "reload", "Reload", &nothing, NULL);
	view_action(v, "newService", "Add service", &nothing, NULL);
	buf_addf(b, "</p>\n");
}

void
page_running(const struct http_request *q, struct buf *b)
{
	const struct model *m = q->director->model;
	const char *refresh = http_arg(q, "refresh");
	int asked = refresh != NULL && strcmp(refresh, "yes") == 0;
	struct view v = { q->director, b, 0, HOSTS_MAX, 0, 0, 0, 0 };
	char title[64] = "pydirector";
	size_t i;

	v.writes = q->caller.right == RIGHT_WRITE;
	view_count(&v);
	if (v.down > 0)
		snprintf(title, sizeof(title), "%zu down - pydirector",
		    v.down);
	page_begin(b, title, m->web.refresh, asked);
	buf_addf(b, "<h1>Running</h1>\n");
	view_message(&v, http_arg(q, "resultMessage"));
	buf_addf(b, "<div id=\"live\">\n");
	view_top(&v, asked);
	for (i = 0; i < m->nservices; i++)
		view_service(&v, m->services[i]);
	buf_addf(b, "</div>\n");
	page_end(b);
}
