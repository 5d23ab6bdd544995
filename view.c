/* SPDX-License-Identifier: ISC
 *
 * The table of views. Those that are the configuration as XML are there when
 * the program reads files: files.c. */

#include "config.h"

#include <string.h>

#include "view.h"

#define TYPE_TEXT	VIEW_TEXT
#define TYPE_XML	"application/xml; charset=utf-8"
#define TYPE_JSON	"application/json; charset=utf-8"
#define TYPE_METRICS	"text/plain; version=0.0.4; charset=utf-8"

/* As the files have it. */

static int
view_failed(struct buf *out, const char *why)
{
	(void)buf_add(out, why, strlen(why));
	return -1;
}

static int
view_running_xml(const struct pydirector *d, int hashes, struct buf *out)
{
	if (d->files == NULL)
		return view_failed(out, FILES_NONE);
	return d->files->running(d, hashes, out);
}

static int
view_config_xml(const struct pydirector *d, int hashes, struct buf *out)
{
	if (d->files == NULL)
		return view_failed(out, FILES_NONE);
	return d->files->stored(d, hashes, out);
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
