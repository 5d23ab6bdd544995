/* SPDX-License-Identifier: ISC
 *
 * What the fuzzers share. Each gets bytes that libFuzzer made up and aborts
 * when a promise is broken; the sanitizers watch the rest. */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Ends the program, and says which promise it was. */
static inline void
fuzz_promise(int kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "fuzz: broken promise: %s\n", what);
	abort();
}

/* The bytes and a NUL, in an allocation of just that size. */
static inline char *
fuzz_copy(const void *data, size_t len)
{
	char *p = malloc(len + 1);

	if (p == NULL)
		abort();
	if (len > 0)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

#endif
