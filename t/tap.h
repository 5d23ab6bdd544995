/* SPDX-License-Identifier: ISC
 *
 * TAP for unit tests in C: ok() for each thing that must hold, is() for
 * texts, tap_end() as the value of main. */

#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_tests, tap_failures;

/* One result; returns what it was given. */
static inline int
ok(int good, const char *name, ...)
{
	va_list args;

	if (!good)
		tap_failures++;
	printf("%sok %d - ", good ? "" : "not ", ++tap_tests);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return good;
}

static inline int
is(const char *got, const char *expected, const char *name)
{
	int good = got != NULL && strcmp(got, expected) == 0;

	ok(good, "%s", name);
	if (!good)
		printf("# got:      %s\n# expected: %s\n",
		    got == NULL ? "(null)" : got, expected);
	return good;
}

static inline int
tap_end(void)
{
	printf("1..%d\n", tap_tests);
	return tap_failures > 0;
}

#endif
