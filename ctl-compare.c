/* SPDX-License-Identifier: ISC
 *
 * compareconf: the calls that turn one configuration into another. It reads
 * two files and talks to nobody. */

#include "config.h"

#include <stdio.h>

#include "director.h"
#include "ctl.h"

#define TEXT_MAX	(256 * 1024 * 1024)

/* 0, or -1: why not has been told. */
static int
configuration(struct model **m, const char *file)
{
	struct buf errors;
	int result;

	buf_init(&errors, 64 * 1024);
	result = conf_read(m, file, &errors);
	if (result == -1)
		fprintf(stderr, "%s", errors.data == NULL ?
		    "pydirectorctl: out of memory\n" : errors.data);
	buf_done(&errors);
	return result;
}

/* Returns the exit status. */
static int
print_difference(const struct model *from, const struct model *to)
{
	struct buf lines;
	int n;

	buf_init(&lines, TEXT_MAX);
	n = compareconf(from, to, &lines);
	if (n == -1)
		fprintf(stderr, "pydirectorctl: out of memory\n");
	else if (n > 0)
		printf("%s", lines.data);
	buf_done(&lines);
	if (fflush(stdout) == EOF) {
		perror("pydirectorctl: standard output");
		return STATUS_TROUBLE;
	}
	return n == -1 ? STATUS_TROUBLE : n > 0;
}

int
compare_files(const char *old, const char *new)
{
	struct model *from = NULL, *to = NULL;
	int bad, status;

	bad = configuration(&from, old) == -1;
	bad |= configuration(&to, new) == -1;
	status = bad ? STATUS_TROUBLE : print_difference(from, to);
	model_free(from);
	model_free(to);
	return status;
}
