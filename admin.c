/* SPDX-License-Identifier: ISC
 *
 * The web admin: which path is which view or command, and who may cause one.
 *
 *	GET of a view      the document
 *	GET of a command   runs it, for scripts; refused when a header tells
 *	                   that another site is behind it
 *	POST of a command  the same, and from a browser only with the token that
 *	                   our forms carry
 *
 * A browser is led back to the page, anything else gets a line of text. Users
 * have been verified when a request comes here. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bound.h"
#include "tls.h"
#include "secure.h"
#include "view.h"
#include "page.h"
#include "web-files.h"

#define POLICY_PAGE \
	"default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self'; connect-src 'self'; form-action 'self'; " \
	"base-uri 'none'; frame-ancestors 'none'"

#define TYPE_TEXT	VIEW_TEXT
#define TYPE_HTML	"text/html; charset=utf-8"

#define ANSWER_MAX	(1024 * 1024)	/* bytes of a command's answer */
#define MESSAGE_MAX	1000		/* bytes of it in an address */

/* A page, or what one loads. */
struct page {
	const char	*path;
	const char	*type;
	void		(*show)(const struct http_request *,
			    struct http_response *);
};

static void
admin_text(struct http_response *a, int status, const char *text)
{
	a->status = status;
	a->type = TYPE_TEXT;
	buf_addf(&a->body, "%s\n", text);
}

/* Pages, and what they load. */

static void
admin_running(const struct http_request *q, struct http_response *a)
{
	page_running(q, &a->body);
}

static void
admin_configs(const struct http_request *q, struct http_response *a)
{
	page_configs(q, &a->body);
}

static void
admin_calls(const struct http_request *q, struct http_response *a)
{
	page_calls(q, &a->body);
}

static void
admin_lines(struct http_response *a, const char *const *lines)
{
	for (; *lines != NULL; lines++)
		buf_add(&a->body, *lines, strlen(*lines));
}

static void
admin_style(const struct http_request *q, struct http_response *a)
{
	(void)q;
	admin_lines(a, web_style_css);
}

static void
admin_script(const struct http_request *q, struct http_response *a)
{
	(void)q;
	admin_lines(a, web_script_js);
}

static void
admin_icon(const struct http_request *q, struct http_response *a)
{
	(void)q;
	admin_lines(a, web_icon_svg);
}

static const struct page pages[] = {
	{ "",			TYPE_HTML, admin_running },
	{ "running",		TYPE_HTML, admin_running },
	{ "all",		TYPE_HTML, admin_running },
	{ "configs",		TYPE_HTML, admin_configs },
	{ "calls",		TYPE_HTML, admin_calls },
	{ "style.css",		"text/css; charset=utf-8", admin_style },
	{ "script.js",		"text/javascript; charset=utf-8",
	    admin_script },
	{ "icon.svg",		"image/svg+xml", admin_icon }
};

/* Only to be looked at: 1, or 0 and the request has been answered. */
static int
admin_looks(const struct http_request *q, struct http_response *a)
{
	if (q->method != HTTP_POST)
		return 1;
	a->allow = "GET, HEAD";
	admin_text(a, 405, "this is no call: GET it");
	return 0;
}

static void
admin_page(const struct http_request *q, struct http_response *a,
    const struct page *p)
{
	if (!admin_looks(q, a))
		return;
	a->type = p->type;
	if (strcmp(p->type, TYPE_HTML) == 0)
		a->policy = POLICY_PAGE;
	p->show(q, a);
}

static void
admin_view(const struct http_request *q, struct http_response *a,
    const struct view *v)
{
	if (!admin_looks(q, a))
		return;
	a->type = v->type;
	if (view_show(v, q->director, q->caller.right, &a->body) == 0)
		return;
	a->status = OUTCOME_FAILED;
	a->type = TYPE_TEXT;
	buf_add(&a->body, "\n", 1);
}

/* Who is behind a request. */

/* An origin, or an address, of the site that was asked: its host and port are
 * those of the request. `null` is nobody's. */
static int
admin_same_site(const struct http_request *q, const char *url)
{
	const char *at = strstr(url, "://");
	size_t n;

	if (at == NULL || q->host == NULL)
		return 0;
	at += 3;
	n = strcspn(at, "/?#");
	return n == strlen(q->host) && strncasecmp(at, q->host, n) == 0;
}

/* 1: a header tells that another site caused the request. */
static int
admin_forged(const struct http_request *q)
{
	if (q->fetch_site != NULL &&
	    strcasecmp(q->fetch_site, "same-origin") != 0 &&
	    strcasecmp(q->fetch_site, "none") != 0)
		return 1;
	if (q->origin != NULL && !admin_same_site(q, q->origin))
		return 1;
	return q->referer != NULL && !admin_same_site(q, q->referer);
}

/* 1: it comes from a browser, which may have been lured. */
static int
admin_browser(const struct http_request *q)
{
	return q->wants_html || q->fetch_site != NULL || q->origin != NULL ||
	    q->referer != NULL;
}

/* 1: something shows that our own pages or the address line caused it. A
 * link of another site can leave Origin and Referer out, and over plain HTTP
 * browsers send no Sec-Fetch-Site. */
static int
admin_proven(const struct http_request *q)
{
	return q->fetch_site != NULL || q->origin != NULL ||
	    q->referer != NULL || auth_token_good(q->director, q->caller.user,
	    http_arg(q, "token"));
}

/* Why a request that changes things is refused, or NULL. */
static const char *
admin_refusal(const struct http_request *q, const struct command *c)
{
	if (admin_forged(q))
		return "NOT OK forged: another site caused this request";
	if (q->method == HTTP_GET && c->changes && q->browser &&
	    !admin_proven(q))
		return "NOT OK forged: from a browser only by the forms of "
		    "the page";
	if (q->method == HTTP_POST && admin_browser(q) &&
	    !auth_token_good(q->director, q->caller.user,
	    http_arg(q, "token")))
		return "NOT OK forged: the token is missing or old; "
		    "load the form again";
	return NULL;
}

/* Calls. */

/* 1: the argument is one that the call can do without: in its arguments
 * `[name]`, or `[name|other]`. */
static int
admin_optional(const struct command *c, const char *name)
{
	const char *p = c->args;
	size_t n, len = strlen(name);

	while (*(p += strspn(p, " ")) != '\0') {
		n = strcspn(p, " ");
		if (*p != '[') {
			p += n;
			continue;
		}
		for (p++; *p != '\0' && *p != ' '; p += n + (p[n] != '\0')) {
			n = strcspn(p, "|] ");
			if (n == len && strncasecmp(p, name, n) == 0)
				return 1;
			if (p[n] == ' ')
				break;
		}
	}
	return 0;
}

/* The arguments of a form without the fields that were left empty; returns
 * their number. */
static size_t
admin_args(const struct http_request *q, const struct command *c,
    struct arg args[HTTP_ARGS_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < q->nargs && n < HTTP_ARGS_MAX; i++) {
		if (q->method == HTTP_POST && q->args[i].value[0] == '\0' &&
		    admin_optional(c, q->args[i].name))
			continue;
		args[n++] = q->args[i];
	}
	return n;
}

/* Leads a browser back to the page, with a message. */
static void
admin_redirect(struct http_response *a, int good, const struct buf *answer)
{
	char text[MESSAGE_MAX];

	snprintf(text, sizeof(text), "%s %s", good ? "OK" : "NOT OK",
	    answer->data);
	a->status = 303;
	a->type = TYPE_TEXT;
	buf_addf(&a->location, "/running?resultMessage=");
	http_encode(&a->location, text);
	buf_addf(&a->body, "%s\n", good ? "OK" : "NOT OK");
}

static void
admin_call(const struct http_request *q, struct http_response *a,
    const struct command *c)
{
	struct arg args[HTTP_ARGS_MAX];
	const char *why = admin_refusal(q, c);
	enum outcome outcome;
	struct buf answer;
	int good;

	if (q->method == HTTP_HEAD) {
		a->allow = "GET, POST";
		admin_text(a, 405, "a call has no head");
		return;
	}
	if (why != NULL) {
		admin_text(a, OUTCOME_FORBIDDEN, why);
		return;
	}
	buf_init(&answer, ANSWER_MAX);
	buf_add(&answer, "", 0);
	outcome = command_run(q->director, &q->caller, c->name, args,
	    admin_args(q, c, args), &answer);
	if (answer.failed) {
		buf_done(&answer);
		admin_text(a, OUTCOME_FAILED, outcome == OUTCOME_OK ?
		    "NOT OK done, but the answer is too long to be told" :
		    "NOT OK the answer is too long to be told");
		return;
	}
	good = outcome == OUTCOME_OK;
	while (answer.len > 0 && answer.data[answer.len - 1] == '\n')
		answer.data[--answer.len] = '\0';
	if (q->wants_html && c->changes)
		admin_redirect(a, good, &answer);
	else {
		a->status = (int)outcome;
		a->type = TYPE_TEXT;
		buf_addf(&a->body, "%s %s\n", good ? "OK" : "NOT OK",
		    answer.data);
	}
	buf_done(&answer);
}

/* The form for a call. */
static void
admin_form(const struct http_request *q, struct http_response *a)
{
	const char *name = http_arg(q, "call");
	const struct command *c = name == NULL ? NULL : command_find(name);

	if (q->method == HTTP_POST) {
		a->allow = "GET, HEAD";
		admin_text(a, 405, "the form is sent to its call");
	} else if (admin_forged(q))
		admin_text(a, OUTCOME_FORBIDDEN,
		    "NOT OK forged: another site led here");
	else if (c == NULL)
		admin_text(a, OUTCOME_UNKNOWN, "NOT OK no such call");
	else if (c->right > q->caller.right)
		admin_text(a, OUTCOME_FORBIDDEN,
		    "NOT OK this needs a user with full access");
	else {
		a->type = TYPE_HTML;
		a->policy = POLICY_PAGE;
		page_form(q, c, &a->body);
	}
}

static void
admin_handle(const struct http_request *q, struct http_response *a)
{
	const char *path = q->path + (q->path[0] == '/');
	const struct command *c;
	const struct view *v;
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i].path, path) == 0) {
			admin_page(q, a, &pages[i]);
			return;
		}
	v = view_find(path);
	if (v != NULL) {
		admin_view(q, a, v);
		return;
	}
	if (strcmp(path, "form") == 0) {
		admin_form(q, a);
		return;
	}
	c = command_find(path);
	if (c != NULL)
		admin_call(q, a, c);
	else
		admin_text(a, OUTCOME_UNKNOWN, "not found");
}

/* Starting and stopping. */

int
admin_start(struct pydirector *d, char *err, size_t size)
{
	const struct access_point *web = &d->model->web;

	struct secure s;

	if (!web->present || !web->enable || web->address == NULL) {
		if (web->present && !d->running)
			log_warning(d->log,
			    "web: not started: enable is not true");
		admin_stop(d);
		return 0;
	}
	if (secure_prepare(d, &s, err, size) == -1) {
		/* An upgrade must not lose what the old process has. */
		if (d->running || bound_is_lent(d, "web"))
			return -1;
		/* Traffic goes on without a page. */
		log_line(d->log, d->tls != NULL && d->tls->built_in() ?
		    LOG_LEVEL_ERR : LOG_LEVEL_WARNING,
		    "web %s: not started: %s", web->address, err);
		return 0;
	}
	if (http_start(d, web->address, admin_handle, err, size) == -1) {
		secure_done(d, &s);
		return -1;
	}
	secure_use(d, &s);
	plot_start(d);
	return 0;
}

void
admin_stop(struct pydirector *d)
{
	plot_stop(d);
	http_stop(d);
}
