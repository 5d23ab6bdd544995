/* SPDX-License-Identifier: ISC
 *
 * Lines of compareconf, one command each, under libFuzzer, on a director that
 * does not run: whatever they are, each has an answer, and the configuration
 * that they leave behind is one that can be saved and read. */

#include "config.h"

#include "director.h"
#include "pydirector.h"
#include "t/fuzz.h"

#define LINES 32

static const char base[] =
    "<config><service name=\"web\"><listen ip=\"127.0.0.1:2001\"/>"
    "<group name=\"main\" scheduler=\"roundr\" enable=\"true\">"
    "<host name=\"a\" ip=\"10.0.0.1:80\"/></group>"
    "<group name=\"two\" scheduler=\"leastc\">"
    "<host name=\"b\" ip=\"10.0.0.2:80\" weight=\"2\"/></group></service>"
    "<admin><web listen=\"127.0.0.1:2009\" enable=\"yes\"/>"
    "<user name=\"bob\" password=\"$6$hash\" access=\"full\"/></admin>"
    "</config>";

static struct model *
fuzz_parse(const char *text, size_t len)
{
	struct model *m = NULL;
	struct buf errors;

	buf_init(&errors, 65536);
	if (conf_parse(&m, "text", text, len, &errors) == -1)
		fprintf(stderr, "%s\n%s\n", text, errors.data);
	buf_done(&errors);
	return m;
}

/* 1: a file can say it. A service that newService made has no group yet. */
static int
fuzz_expressible(const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nservices; i++)
		if (m->services[i]->ngroups == 0 ||
		    m->services[i]->enabled == NULL ||
		    m->services[i]->nlisteners == 0)
			return 0;
	return m->nservices > 0;
}

/* What the commands left behind, saved and read. */
static void
fuzz_left(const struct model *m)
{
	struct model *back;
	struct buf out;
	char err[512];

	if (!fuzz_expressible(m))
		return;
	buf_init(&out, 4 * CONF_MAX);
	fuzz_promise(conf_write(m, base, sizeof(base) - 1, 1, &out, err,
	    sizeof(err)) == 0, "the model can be written");
	back = fuzz_parse(out.data, out.len);
	fuzz_promise(back != NULL, "what was saved can be read");
	out.len = 0;
	if (compareconf(m, back, &out) != 0) {
		fprintf(stderr, "%s\n", out.data);
		fuzz_promise(0, "what was saved is the same");
	}
	model_free(back);
	buf_done(&out);
}

static void
fuzz_line(struct pydirector *d, const char *line, size_t len)
{
	static const struct caller bob = { "bob", "-", RIGHT_WRITE };
	char *text = fuzz_copy(line, len);
	struct buf answer;
	enum outcome o;

	buf_init(&answer, 65536);
	o = command_line(d, &bob, text, &answer);
	fuzz_promise(o >= OUTCOME_OK && o <= OUTCOME_FAILED, "an outcome");
	fuzz_promise(answer.len > 0 || answer.failed, "an answer");
	buf_done(&answer);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pydirector *d;
	const char *p = (const char *)data, *end;
	size_t i, n;

	d = pydirector_new(NULL, NULL, PYDIRECTOR_NOTICE);
	if (d == NULL || (d->model = fuzz_parse(base, sizeof(base) - 1)) ==
	    NULL)
		abort();
	for (i = 0; i < d->model->nservices; i++)
		d->model->services[i]->director = d;
	for (i = 0; size > 0 && i < LINES; i++) {
		end = memchr(p, '\n', size);
		n = end == NULL ? size : (size_t)(end - p);
		fuzz_line(d, p, n);
		n += end != NULL;
		p += n;
		size -= n;
	}
	fuzz_left(d->model);
	pydirector_free(d);
	return 0;
}
