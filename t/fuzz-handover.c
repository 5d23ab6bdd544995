/* SPDX-License-Identifier: ISC
 *
 * What an old process tells a new one, under libFuzzer, on directors that do
 * not run: its sockets are taken or refused; whatever the lines are, they are
 * passed over or learned, and what was learned reads the same in a third
 * process. */

#include "config.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bound.h"
#include "handover.h"
#include "pydirector.h"
#include "t/fuzz.h"

#define PLACE	40		/* where descriptors are handed down */
#define SOCKETS	2
#define ENOUGH	32768		/* bytes that a socket takes at once */

static const char base[] =
    "<config><service name=\"web\"><listen ip=\"127.0.0.1:2001\"/>"
    "<allow from=\"10.0.0.0/8\"/><deny from=\"all\"/>"
    "<group name=\"main\" scheduler=\"roundr\" enable=\"true\">"
    "<host name=\"a b\" ip=\"10.0.0.1:80\"/>"
    "<host name=\"c\" ip=\"10.0.0.2:80\"/></group>"
    "</service></config>";

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

/* All lines of it; what is no whole line stays. */
static void
fuzz_learn(struct pydirector *d, const char *bytes, size_t n)
{
	char *words[HANDOVER_WORDS], *line;
	struct buf in;
	size_t used = 0;
	int nwords;

	buf_init(&in, HANDOVER_LINE);
	(void)buf_add(&in, bytes, n);
	while ((line = handover_line(&in, &used)) != NULL) {
		fuzz_promise(used <= in.len, "the line is within its bytes");
		nwords = handover_words(line, words);
		fuzz_promise(nwords >= -1 && nwords <= HANDOVER_WORDS,
		    "the number of words");
		if (nwords > 0)
			state_learn(d, nwords, words);
	}
	manager_settle(d);
	buf_done(&in);
}

/* As what an old process says first, of two sockets: they belong to doors that
 * are known, or it is refused. */
static void
fuzz_begin(struct pydirector *d, const char *bytes, size_t n)
{
	char err[256] = "";
	const struct bound *b;
	int pair[2], i, held = 0;

	if (n > ENOUGH || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return;
	for (i = 0; i <= SOCKETS; i++)
		if (dup2(pair[1], PLACE + i) == -1)
			abort();
	close(pair[1]);
	if (write(pair[0], bytes, n) != (ssize_t)n)
		abort();
	close(pair[0]);
	if (takeover_begin(d, PLACE, SOCKETS, err, sizeof(err)) == 0) {
		for (b = d->bound; b != NULL; b = b->next)
			held += b->n;
		fuzz_promise(held == SOCKETS, "all sockets are held");
	} else
		fuzz_promise(err[0] != '\0', "why not");
	while (d->bound != NULL)
		door_forget(d);
	takeover_done(d);
	for (i = 0; i <= SOCKETS; i++)
		(void)close(PLACE + i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pydirector *d = fuzz_director(), *next = fuzz_director();
	struct buf told, again;
	char *first;

	buf_init(&told, HANDOVER_LINE);
	buf_init(&again, HANDOVER_LINE);
	fuzz_begin(d, (const char *)data, size);
	fuzz_learn(d, (const char *)data, size);
	state_tell(d, &told, 1);
	first = fuzz_copy(told.data, told.len);
	fuzz_learn(next, told.data, told.len);
	state_tell(next, &again, 1);
	/* Since when they run is the only thing that may be told better. */
	fuzz_promise(strcmp(strchr(first, '\n'), strchr(again.data, '\n')) ==
	    0, "what is told is learned");
	free(first);
	buf_done(&told);
	buf_done(&again);
	pydirector_free(next);
	pydirector_free(d);
	return 0;
}
