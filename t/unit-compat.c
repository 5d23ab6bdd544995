/* SPDX-License-Identifier: ISC
 *
 * The stand-ins of compat/, under other names so that those of the system do
 * not answer for them. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#if HAVE_SYS_RANDOM_H
#include <sys/random.h>
#endif

#include "tap.h"

#undef strlcpy
#undef reallocarray
#undef explicit_bzero
#undef getentropy
#define strlcpy		our_strlcpy
#define reallocarray	our_reallocarray
#define explicit_bzero	our_explicit_bzero
#define getentropy	our_getentropy

/* compat.h declares only what this system lacks. */
size_t	 strlcpy(char *, const char *, size_t);
void	*reallocarray(void *, size_t, size_t);
void	 explicit_bzero(void *, size_t);
int	 getentropy(void *, size_t);

#include "compat/strlcpy.c"
#include "compat/reallocarray.c"
#include "compat/explicit_bzero.c"
#include "compat/getentropy.c"

static void
test_strlcpy(void)
{
	char to[4] = "zzz";

	ok(strlcpy(to, "ab", sizeof(to)) == 2 && strcmp(to, "ab") == 0,
	    "strlcpy: it fits");
	ok(strlcpy(to, "abc", sizeof(to)) == 3 && strcmp(to, "abc") == 0,
	    "strlcpy: it just fits");
	ok(strlcpy(to, "abcdef", sizeof(to)) == 6 && strcmp(to, "abc") == 0,
	    "strlcpy: it is cut");
	ok(strlcpy(to, "x", 0) == 1 && strcmp(to, "abc") == 0,
	    "strlcpy: no room, nothing written");
}

static void
test_reallocarray(void)
{
	volatile size_t many = SIZE_MAX / 4;
	char *p;

	p = reallocarray(NULL, 3, 5);
	ok(p != NULL, "reallocarray: memory");
	if (p == NULL)
		return;
	memset(p, 'x', 15);
	errno = 0;
	ok(reallocarray(p, many, 5) == NULL && errno == ENOMEM,
	    "reallocarray: a product that overflows");
	ok(p[14] == 'x', "reallocarray: and the memory stays");
	free(p);
}

static void
test_getentropy(void)
{
	char a[256], b[256];

	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	ok(getentropy(a, sizeof(a)) == 0 && getentropy(b, sizeof(b)) == 0,
	    "getentropy: 256 bytes");
	ok(memcmp(a, b, 128) != 0 && memcmp(a + 128, b + 128, 128) != 0,
	    "getentropy: others each time, up to the end");
	errno = 0;
	ok(getentropy(a, 257) == -1 && errno == EIO,
	    "getentropy: no more than 256 bytes");
}

int
main(void)
{
	char text[] = "secret";

	test_strlcpy();
	test_reallocarray();
	test_getentropy();
	explicit_bzero(text, 3);
	ok(memcmp(text, "\0\0\0ret", 7) == 0, "explicit_bzero: that many");
	return tap_end();
}
