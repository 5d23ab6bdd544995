/* SPDX-License-Identifier: ISC
 *
 * Functions that some systems lack, one file each in this directory; configure
 * decides which are built. Also the header that getentropy(3) may be in. */

#ifndef COMPAT_H
#define COMPAT_H

#include <sys/types.h>

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#if HAVE_SYS_RANDOM_H
#include <sys/random.h>
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
