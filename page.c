/* SPDX-License-Identifier: ISC
 *
 * The frame of every page of the web admin, and the plain ones: the form for
 * a call, the list of calls, the forms of the configuration. Everything that
 * is not ours is escaped. No style and no script stands in a page: the policy
 * that goes with it forbids them. */

#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "escape.h"
#include "page.h"

void
page_begin(struct buf *b, const char *title, int64_t refresh, int asked)
{
	buf_addf(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n<title>");
	escape_html(b, title);
	buf_addf(b, "</title>\n"
	    "<link rel=\"stylesheet\" href=\"style.css\">\n"
	    "<link rel=\"icon\" href=\"icon.svg\">\n");
	if (refresh != 0 && asked)
		buf_addf(b, "<noscript><meta http-equiv=\"refresh\" "
		    "content=\"%" PRId64 "\"></noscript>\n",
		    (refresh + 999) / 1000);
	buf_addf(b, "<script src=\"script.js\" defer></script>\n</head>\n"
	    "<body data-refresh=\"%" PRId64 "\">\n"
	    "<a class=\"skip\" href=\"#main\">To the content</a>\n"
	    "<header>\n<p class=\"name\"><a href=\"running\">pydirector</a>"
	    "</p>\n<nav aria-label=\"Pages\">"
	    "<a href=\"running\">Running</a> <a href=\"configs\">"
	    "Configuration</a> <a href=\"calls\">Calls</a></nav>\n"
	    "</header>\n<main id=\"main\">\n", refresh);
}

void
page_end(struct buf *b)
{
	buf_addf(b, "</main>\n</body>\n</html>\n");
}

/* The form of a call. */

/* Values that an argument is chosen from; NULL ends them. */
static const char *const *
form_choices(const char *name)
{
	static const char *const schedulers[] = {
		"random", "roundrobin", "leastconns", "leastconnsrr",
		"weightr", "weightlc", "sticky", NULL
	};
	static const char *const access[] = { "readonly", "full", NULL };

	if (strcasecmp(name, "scheduler") == 0)
		return schedulers;
	return strcasecmp(name, "access") == 0 ? access : NULL;
}

/* One field; needed: the call does not go without it. */
static void
form_field(struct buf *b, const char *name, int needed, const char *value)
{
	const char *const *choices = form_choices(name);

	buf_addf(b, "<p><label for=\"%s\">%s%s</label>\n<input id=\"%s\" "
	    "name=\"%s\" autocomplete=\"off\" spellcheck=\"false\"%s%s%s "
	    "value=\"", name, name, needed ? "" : " (optional)", name, name,
	    needed ? " required" : "",
	    choices == NULL ? "" : " list=\"choices-",
	    choices == NULL ? "" : strcasecmp(name, "access") == 0 ?
	    "access\"" : "scheduler\"");
	escape_html(b, value == NULL ? "" : value);
	buf_addf(b, "\"></p>\n");
	if (choices == NULL)
		return;
	buf_addf(b, "<datalist id=\"choices-%s\">",
	    strcasecmp(name, "access") == 0 ? "access" : "scheduler");
	for (; *choices != NULL; choices++)
		buf_addf(b, "<option value=\"%s\">", *choices);
	buf_addf(b, "</datalist>\n");
}

/* The field for one word of a command's arguments: `name`, `[name]`, or several
 * with bars between, of which the one that the request has is shown, else the
 * first. */
static void
form_word(const struct http_request *q, const char *word, size_t n,
    struct buf *b)
{
	char name[64], first[64] = "";
	int needed = *word != '[';
	const char *end = word + n - !needed, *p = word + !needed;

	for (; p < end; p += n + 1) {
		n = strcspn(p, "|] ");
		if (n == 0 || n >= sizeof(name))
			return;
		memcpy(name, p, n);
		name[n] = '\0';
		if (first[0] == '\0')
			memcpy(first, name, n + 1);
		if (http_arg(q, name) != NULL) {
			form_field(b, name, needed, http_arg(q, name));
			return;
		}
	}
	form_field(b, first, needed, NULL);
}

/* All fields of `service group name|ip [weight]`. */
static void
form_fields(const struct http_request *q, const char *args, struct buf *b)
{
	size_t n;

	for (args += strspn(args, " "); *args != '\0';
	    args += strspn(args, " ")) {
		n = strcspn(args, " ");
		form_word(q, args, n, b);
		args += n;
	}
}

void
page_form(const struct http_request *q, const struct command *c,
    struct buf *b)
{
	char token[AUTH_TOKEN_SIZE];

	if (auth_token(q->director, q->caller.user, token) == -1) {
		b->failed = 1;
		return;
	}
	page_begin(b, c->name, 0, 0);
	buf_addf(b, "<h1>%s</h1>\n<p>", c->name);
	escape_html(b, c->help);
	buf_addf(b, "</p>\n<form method=\"post\" action=\"%s\">\n"
	    "<input type=\"hidden\" name=\"token\" value=\"%s\">\n",
	    c->name, token);
	form_fields(q, c->args, b);
	buf_addf(b, "<p><button>Confirm</button> "
	    "<a class=\"cancel\" href=\"running\">Cancel</a></p>\n</form>\n");
	page_end(b);
}

void
page_calls(const struct http_request *q, struct buf *b)
{
	const struct command *c;

	page_begin(b, "Calls", 0, 0);
	buf_addf(b, "<h1>Calls</h1>\n<dl>\n");
	for (c = command_next(NULL); c != NULL; c = command_next(c)) {
		if (c->right <= q->caller.right)
			buf_addf(b, "<dt><a href=\"form?call=%s\">%s</a> "
			    "<code>", c->name, c->name);
		else
			buf_addf(b, "<dt>%s <code>", c->name);
		escape_html(b, c->args);
		buf_addf(b, "</code></dt>\n<dd>");
		escape_html(b, c->help);
		buf_addf(b, "</dd>\n");
	}
	buf_addf(b, "</dl>\n");
	page_end(b);
}

void
page_configs(const struct http_request *q, struct buf *b)
{
	static const char *const views[][2] = {
		{ "running.xml", "the running configuration" },
		{ "config.xml", "the configuration as it is on disk" },
		{ "config.obj", "the running configuration, indented text" },
		{ "running.txt", "what runs, for programs" },
		{ "status.txt", "each listener and its hosts" },
		{ "running.json", "what runs, with all counters" },
		{ "metrics", "the counters, for Prometheus" }
	};
	size_t i;

	page_begin(b, "Configuration", 0, 0);
	buf_addf(b, "<h1>Configuration</h1>\n<ul>\n");
	for (i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		buf_addf(b, "<li><a href=\"%s\">%s</a>: %s</li>\n",
		    views[i][0], views[i][0], views[i][1]);
	buf_addf(b, "</ul>\n");
	if (q->caller.right == RIGHT_WRITE)
		buf_addf(b, "<p class=\"actions\">"
		    "<a href=\"form?call=save\">Save</a> "
		    "<a href=\"form?call=reload\">Reload</a></p>\n");
	page_end(b);
}
