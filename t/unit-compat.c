/* SPDX-License-Identifier: ISC
 *
 * The stand-ins of compat/, under other names so that those of the system do
 * not answer for them. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#if HAVE_SYS_RANDOM_H
#include <sys/random.h>
#endif

#include "tap.h"

#undef explicit_bzero
#undef getentropy
#define explicit_bzero	our_explicit_bzero
#define getentropy	our_getentropy

/* compat.h declares only what this system lacks. */
void	 explicit_bzero(void *, size_t);
int	 getentropy(void *, size_t);

#include "compat/explicit_bzero.c"
#include "compat/getentropy.c"

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

	test_getentropy();
	explicit_bzero(text, 3);
	ok(memcmp(text, "\0\0\0ret", 7) == 0, "explicit_bzero: that many");
	return tap_end();
}
