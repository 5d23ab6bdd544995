/* SPDX-License-Identifier: ISC
 *
 * How what is done with a whole configuration grows with the number of hosts
 * in a group: ten times as many may take thirty times as long at most, where
 * a search for each would take a hundred times. The control is the same with
 * few hosts, on the same machine at the same time. Prints TAP. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "director.h"
#include "pydirector.h"
#include "t/tap.h"

#define FEW	1000
#define MANY	10000
#define MOST	30		/* times */

static const struct caller admin = { "bob", "test", RIGHT_WRITE };

/* What is different from the first configuration. */
enum what {
	SAME,
	ONE,			/* the weight of one host */
	ALL,			/* of all */
	ADDRESSES,		/* each host has another address */
	NAMES,			/* another name */
	BOTH,			/* both: they are all others */
	ORDER			/* the last is the first */
};

static void
text_of(struct buf *b, int n, enum what what)
{
	int i, at;

	(void)buf_addf(b, "<config>\n<service name=\"s\">\n"
	    "<listen ip=\"127.0.0.1:0\"/>\n"
	    "<group name=\"g\" scheduler=\"leastc\">\n");
	for (i = 0; i < n; i++) {
		at = what == ORDER ? n - 1 - i : i;
		(void)buf_addf(b, "<host name=\"%s%d\" "
		    "ip=\"127.%d.%d.%d:1\"%s/>\n",
		    what == NAMES || what == BOTH ? "n" : "h", at,
		    what == ADDRESSES || what == BOTH ? 1 : 0, at / 250,
		    at % 250, what == ALL || (what == ONE && i == n / 2) ?
		    " weight=\"3\"" : "");
	}
	(void)buf_addf(b, "</group>\n</service>\n</config>\n");
}

static char file[] = "/tmp/unit-many.XXXXXX";

static void
file_write(int n, enum what what)
{
	FILE *f = fopen(file, "w");
	struct buf b;

	buf_init(&b, CONF_MAX);
	text_of(&b, n, what);
	if (f == NULL || b.failed || fwrite(b.data, 1, b.len, f) != b.len ||
	    fclose(f) != 0) {
		printf("Bail out! no file\n");
		exit(1);
	}
	buf_done(&b);
}

static struct pydirector *
director_of(int n)
{
	struct pydirector *d;

	file_write(n, SAME);
	d = pydirector_new(NULL, NULL, PYDIRECTOR_ERR);
	if (d == NULL || pydirector_load(d, file) == -1 ||
	    pydirector_start(d) == -1) {
		printf("Bail out! no director: %s\n", d == NULL ? "" :
		    pydirector_error(d));
		exit(1);
	}
	return d;
}

/* Milliseconds of the processor for a call; its answer has to say that. */
static double
call(struct pydirector *d, const char *name, const char *wanted)
{
	clock_t before = clock();
	struct buf answer;
	enum outcome o;
	double ms;

	buf_init(&answer, 1 << 26);
	o = command_run(d, &admin, name, NULL, 0, &answer);
	ms = (double)(clock() - before) * 1000 / CLOCKS_PER_SEC;
	if (o != OUTCOME_OK || strstr(answer.data, wanted) == NULL)
		ok(0, "%s: %.200s", name, answer.data);
	buf_done(&answer);
	return ms;
}

/* The least time of several reloads to that and back. */
static double
reload(struct pydirector *d, int n, enum what what, int times)
{
	double ms, least = 1e9;

	while (times-- > 0) {
		file_write(n, what);
		ms = call(d, "reload", "reloaded, ");
		least = ms < least ? ms : least;
		(void)call(d, "compare", "no difference");
		file_write(n, SAME);
		ms = call(d, "reload", "reloaded, ");
		if (what != ONE && what != ORDER)
			least = ms < least ? ms : least;
	}
	return least;
}

/* Written over the text of the first one. */
static double
save(int n, enum what what)
{
	struct buf old, text, out;
	struct model *m;
	char err[512] = "";
	clock_t before;
	double ms;

	buf_init(&old, CONF_MAX);
	buf_init(&text, CONF_MAX);
	buf_init(&out, 2 * CONF_MAX);
	text_of(&old, n, SAME);
	text_of(&text, n, what);
	if (conf_parse(&m, "text", text.data, text.len, &out) == -1) {
		printf("Bail out! %s\n", out.data);
		exit(1);
	}
	before = clock();
	if (conf_write(m, old.data, old.len, 1, &out, err, sizeof(err)) == -1)
		ok(0, "conf_write: %s", err);
	ms = (double)(clock() - before) * 1000 / CLOCKS_PER_SEC;
	model_free(m);
	buf_done(&old);
	buf_done(&text);
	buf_done(&out);
	return ms;
}

static double
save_least(int n, enum what what, int times)
{
	double ms, least = 1e9;

	while (times-- > 0) {
		ms = save(n, what);
		least = ms < least ? ms : least;
	}
	return least;
}

static void
grows(const char *name, double few, double many)
{
	ok(many < few * MOST, "%s: %d hosts %.2f ms, %d hosts %.1f ms", name,
	    FEW, few, MANY, many);
}

int
main(void)
{
	static const struct {
		const char	*name;
		enum what	 what;
	} cases[] = {
		{ "one host", ONE }, { "all weights", ALL },
		{ "all addresses", ADDRESSES }, { "all names", NAMES },
		{ "all hosts", BOTH }, { "their order", ORDER }
	};
	struct pydirector *few, *many;
	size_t i;
	int fd = mkstemp(file);

	if (fd == -1) {
		printf("Bail out! no file\n");
		return 1;
	}
	close(fd);
	few = director_of(FEW);
	many = director_of(MANY);
	/* Both read the same file. */
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		grows(cases[i].name, reload(few, FEW, cases[i].what, 5),
		    reload(many, MANY, cases[i].what, 2));
		grows("saved", save_least(FEW, cases[i].what, 5),
		    save_least(MANY, cases[i].what, 2));
	}
	pydirector_free(few);
	pydirector_free(many);
	unlink(file);
	return tap_end();
}
