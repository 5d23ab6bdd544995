/* SPDX-License-Identifier: ISC
 *
 * The table of views, and those that are the configuration as XML. Whoever
 * may not change anything does not see password hashes, nor comments and
 * notes, which might hold some. */

#include "config.h"

#include <string.h>

#include "conf.h"
#include "view.h"

#define TYPE_TEXT	VIEW_TEXT
#define TYPE_XML	"application/xml; charset=utf-8"
#define TYPE_JSON	"application/json; charset=utf-8"
#define TYPE_METRICS	"text/plain; version=0.0.4; charset=utf-8"

#define ERRORS_MAX	(64 * 1024)

/* Puts a text in place of what is there. */
static int
view_failed(struct buf *out, const char *what)
{
	size_t n = strlen(what);

	while (n > 0 && what[n - 1] == '\n')
		n--;
	buf_consume(out, out->len);
	(void)buf_add(out, what, n);
	return -1;
}

/* The type says UTF-8; a file that nobody has changed is in what it says. */
static void
view_utf8(const struct buf *text, struct buf *out)
{
	if (conf_recode(text->data, text->len, out) == -1)
		(void)buf_add(out, text->data, text->len);
}

static int
view_running_xml(const struct pydirector *d, int hashes, struct buf *out)
{
	struct buf text;
	char err[512];
	int result = 0;

	buf_init(&text, 2 * CONF_MAX);
	if (conf_write(d->model, d->config_text.data, d->config_text.len,
	    hashes, &text, err, sizeof(err)) == -1)
		result = view_failed(out, err);
	else
		view_utf8(&text, out);
	buf_done(&text);
	return result;
}

/* The file without its hashes: it has to be read for that. */
static int
view_without_hashes(const char *file, const struct buf *text,
    struct buf *errors, struct buf *out)
{
	struct model *m;
	char err[512];
	int result = 0;

	if (conf_parse(&m, file, text->data, text->len, errors) == -1)
		return view_failed(out, "the file has errors, so it is shown "
		    "only to users who may see the hashes in it");
	if (conf_write(m, text->data, text->len, 0, out, err,
	    sizeof(err)) == -1)
		result = view_failed(out, err);
	model_free(m);
	return result;
}

static int
view_config_xml(const struct pydirector *d, int hashes, struct buf *out)
{
	const char *file = d->config_path;
	struct buf text, errors;
	int result = 0;

	if (file == NULL)
		return view_failed(out, "the configuration is not from a file");
	buf_init(&text, CONF_MAX + 1);
	buf_init(&errors, ERRORS_MAX);
	if (conf_slurp(file, &text, &errors) == -1)
		result = view_failed(out, errors.data == NULL ?
		    "out of memory" : errors.data);
	else if (hashes)
		view_utf8(&text, out);
	else
		result = view_without_hashes(file, &text, &errors, out);
	buf_done(&text);
	buf_done(&errors);
	return result;
}

static const struct view views[] = {
	{ "running.txt",	TYPE_TEXT, NULL, status_running_txt },
	{ "status.txt",		TYPE_TEXT, NULL, status_txt },
	{ "running.json",	TYPE_JSON, NULL, status_json },
	{ "metrics",		TYPE_METRICS, NULL, status_metrics },
	{ "config.obj",		TYPE_TEXT, NULL, status_obj },
	{ "rawConfig.obj",	TYPE_TEXT, NULL, status_obj },
	{ "running.xml",	TYPE_XML, view_running_xml, NULL },
	{ "rawConfig.xml",	TYPE_XML, view_running_xml, NULL },
	{ "config.xml",		TYPE_XML, view_config_xml, NULL },
	{ "stored.xml",		TYPE_XML, view_config_xml, NULL },
	{ "rawStored.xml",	TYPE_XML, view_config_xml, NULL }
};

#define VIEWS (sizeof(views) / sizeof(views[0]))

const struct view *
view_next(const struct view *v)
{
	v = v == NULL ? views : v + 1;
	return v < views + VIEWS ? v : NULL;
}

const struct view *
view_find(const char *name)
{
	const struct view *v = NULL;

	while ((v = view_next(v)) != NULL)
		if (strcmp(v->name, name) == 0)
			break;
	return v;
}

int
view_show(const struct view *v, const struct pydirector *d, enum right right,
    struct buf *out)
{
	if (v->show != NULL)
		return v->show(d, right == RIGHT_WRITE, out);
	v->text(d, out);
	return 0;
}
