/* SPDX-License-Identifier: ISC
 *
 * Functions that some systems lack, one file each in this directory; configure
 * decides which are built. Also the header that getentropy(3) may be in. */

#ifndef COMPAT_H
#define COMPAT_H

#include <sys/types.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#if HAVE_SYS_RANDOM_H
#include <sys/random.h>
#endif

#if !HAVE_STRLCPY
/* Copies text into to, cut to size - 1 bytes; returns the length of text. */
size_t	 strlcpy(char *to, const char *text, size_t size);
#endif
#if !HAVE_REALLOCARRAY
/* realloc(p, n * size), or NULL with ENOMEM when that product overflows. */
void	*reallocarray(void *p, size_t n, size_t size);
#endif
#if !HAVE_EXPLICIT_BZERO
/* Zeroes memory that nobody reads afterwards, and does so. */
void	 explicit_bzero(void *p, size_t size);
#endif
#if !HAVE_GETENTROPY
/* size random bytes, at most 256. 0, or -1 with errno. */
int	 getentropy(void *p, size_t size);
#endif

#endif
