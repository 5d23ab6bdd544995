/* SPDX-License-Identifier: ISC
 *
 * What a director has that reads configurations: the commands for that, and
 * the views that are a configuration as XML. Whoever may not change anything
 * does not see password hashes, nor comments and notes, which might hold
 * some. */

#include "config.h"

#include <string.h>

#include "command.h"
#include "files.h"

#define ERRORS_MAX	(64 * 1024)

/* Puts a text in place of what is there. */
static int
files_failed(struct buf *out, const char *what)
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
files_utf8(const struct buf *text, struct buf *out)
{
	if (conf_recode(text->data, text->len, out) == -1)
		(void)buf_add(out, text->data, text->len);
}

static int
files_running(const struct pydirector *d, int hashes, struct buf *out)
{
	struct buf text;
	char err[512];
	int result = 0;

	buf_init(&text, 2 * CONF_MAX);
	if (conf_rewrite(d->model, d->config_text.data, d->config_text.len,
	    hashes, &text, err, sizeof(err)) == -1)
		result = files_failed(out, err);
	else
		files_utf8(&text, out);
	buf_done(&text);
	return result;
}

/* The file without its hashes: it has to be read for that. */
static int
files_without_hashes(const char *file, const struct buf *text,
    struct buf *errors, struct buf *out)
{
	struct model *m;
	char err[512];
	int result = 0;

	if (conf_parse(&m, file, text->data, text->len, errors) == -1)
		return files_failed(out, "the file has errors, so it is shown "
		    "only to users who may see the hashes in it");
	if (conf_rewrite(m, text->data, text->len, 0, out, err,
	    sizeof(err)) == -1)
		result = files_failed(out, err);
	model_free(m);
	return result;
}

static int
files_stored(const struct pydirector *d, int hashes, struct buf *out)
{
	const char *file = d->config_path;
	struct buf text, errors;
	int result = 0;

	if (file == NULL)
		return files_failed(out,
		    "the configuration is not from a file");
	buf_init(&text, CONF_MAX + 1);
	buf_init(&errors, ERRORS_MAX);
	if (conf_slurp(file, &text, &errors) == -1)
		result = files_failed(out, errors.data == NULL ?
		    "out of memory" : errors.data);
	else if (hashes)
		files_utf8(&text, out);
	else
		result = files_without_hashes(file, &text, &errors, out);
	buf_done(&text);
	buf_done(&errors);
	return result;
}

const struct file_ops *
files_ops(void)
{
	static const struct file_ops ops = {
		reload_run, reload_compare, save_config, files_running,
		files_stored
	};

	return &ops;
}
