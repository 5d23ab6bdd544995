/* SPDX-License-Identifier: ISC
 *
 * Configurations under libFuzzer: what is refused has an error with a line;
 * what is accepted, saved over its own text and over none, reads back as an
 * equal one. */

#include "config.h"

#include "director.h"
#include "t/fuzz.h"

/* Written over the old text and read again, it is the same. */
static void
fuzz_saved(const struct model *m, const char *old, size_t len)
{
	struct buf out, errors, lines;
	struct model *back = NULL;
	char err[512];

	buf_init(&out, 4 * CONF_MAX);
	buf_init(&errors, 65536);
	buf_init(&lines, 4 * CONF_MAX);
	if (conf_write(m, old, len, 1, &out, err, sizeof(err)) == -1) {
		fprintf(stderr, "%s\n", err);
		fuzz_promise(0, "a model can be written");
	}
	if (conf_parse(&back, "saved", out.data, out.len, &errors) == -1) {
		fprintf(stderr, "%s\n%s\n", out.data, errors.data);
		fuzz_promise(0, "what was saved can be read");
	}
	if (compareconf(m, back, &lines) != 0) {
		fprintf(stderr, "%s\n%s\n", out.data, lines.data);
		fuzz_promise(0, "what was saved is the same");
	}
	model_free(back);
	buf_done(&out);
	buf_done(&errors);
	buf_done(&lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size == 0 ? 1 : size);
	struct model *m = NULL;
	struct buf errors;

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	buf_init(&errors, 65536);
	if (conf_parse(&m, "file", text, size, &errors) == -1)
		fuzz_promise(errors.len > 6 &&
		    strncmp(errors.data, "file:", 5) == 0, "it says why");
	else {
		fuzz_promise(errors.len == 0, "no error when it is good");
		fuzz_saved(m, text, size);
		fuzz_saved(m, NULL, 0);
		model_free(m);
	}
	buf_done(&errors);
	free(text);
	return 0;
}
