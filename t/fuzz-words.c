/* SPDX-License-Identifier: ISC
 *
 * Lines of a console under libFuzzer, on a director that does not run:
 * whatever they are, each has an outcome; words put together are split into
 * the same words again; and each candidate of a completion, put in place of
 * the last word, is a word. */

#include "config.h"

#include "console.h"
#include "pydirector.h"
#include "t/fuzz.h"

#define LINES 32

static const char base[] =
    "<config><service name=\"web\"><listen ip=\"127.0.0.1:2001\"/>"
    "<group name=\"main\" scheduler=\"roundr\" enable=\"true\">"
    "<host name=\"a b\" ip=\"10.0.0.1:80\"/></group>"
    "<group name=\"two\" scheduler=\"leastc\">"
    "<host name=\"b=c\" ip=\"10.0.0.2:80\"/></group></service>"
    "<admin><web listen=\"127.0.0.1:2009\" enable=\"yes\"/>"
    "<user name=\"bob\" password=\"$6$ab$cd\" access=\"full\"/></admin>"
    "</config>";

static struct pydirector *
fuzz_director(void)
{
	struct pydirector *d;
	struct buf errors;
	size_t i;

	d = pydirector_new(NULL, NULL, PYDIRECTOR_NOTICE);
	buf_init(&errors, 65536);
	if (d == NULL || conf_parse(&d->model, "text", base, sizeof(base) - 1,
	    &errors) == -1)
		abort();
	buf_done(&errors);
	for (i = 0; i < d->model->nservices; i++)
		d->model->services[i]->director = d;
	return d;
}

/* The words of a line, quoted, are the same words. */
static void
fuzz_quoted(const char *line, size_t len)
{
	struct word words[WORDS_MAX], again[WORDS_MAX];
	char *text = fuzz_copy(line, len), *copy;
	struct buf b;
	const char *why;
	int i, n = words_split(text, words, &why);

	buf_init(&b, 65536);
	(void)buf_add(&b, "", 0);
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)buf_add(&b, " ", 1);
		words_quote(&b, words[i].text, i % 2);
	}
	copy = fuzz_copy(b.data, b.len);
	fuzz_promise(n == -1 || words_split(copy, again, &why) == n,
	    "as many words");
	for (i = 0; i < n; i++)
		fuzz_promise(strcmp(words[i].text, again[i].text) == 0,
		    "the same words");
	buf_done(&b);
	free(copy);
	free(text);
}

/* Each candidate is one word. */
static void
fuzz_candidates(const struct buf *answer)
{
	struct word words[WORDS_MAX];
	const char *p = answer->data, *why;
	char *text;
	size_t n;

	for (; *p != '\0'; p += n + (p[n] != '\0')) {
		n = strcspn(p, "\n");
		text = fuzz_copy(p, n);
		fuzz_promise(words_split(text, words, &why) == 1,
		    "a candidate is a word");
		free(text);
	}
}

static void
fuzz_line(struct pydirector *d, const char *line, size_t len, int complete)
{
	static const struct caller bob = { "bob", "-", RIGHT_WRITE };
	struct line l = { d, &bob, NULL, NULL, -1 };
	struct buf answer, text;
	enum outcome o;
	char *copy;

	buf_init(&answer, 1 << 20);
	buf_init(&text, 65536);
	(void)buf_add(&answer, "", 0);
	(void)buf_addf(&text, "%s", complete ? "complete " : "");
	(void)buf_add(&text, line, len);
	l.answer = &answer;
	copy = fuzz_copy(text.data, text.len);
	o = console_run(&l, copy);
	fuzz_promise(o >= OUTCOME_OK && o <= OUTCOME_FAILED, "an outcome");
	if (l.drain != NULL)
		host_unref(l.drain);
	if (complete)
		fuzz_candidates(&answer);
	fuzz_promise(words_last(line, len) <= len, "the last word is in it");
	free(copy);
	buf_done(&answer);
	buf_done(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pydirector *d = fuzz_director();
	const char *p = (const char *)data, *end;
	size_t i, n;

	for (i = 0; size > 0 && i < LINES; i++) {
		end = memchr(p, '\n', size);
		n = end == NULL ? size : (size_t)(end - p);
		if (memchr(p, '\0', n) == NULL) {
			fuzz_quoted(p, n);
			fuzz_line(d, p, n, 1);
			fuzz_line(d, p, n, 0);
		}
		n += end != NULL;
		p += n;
		size -= n;
	}
	pydirector_free(d);
	return 0;
}
