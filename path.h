/* SPDX-License-Identifier: ISC
 *
 * Paths that a configuration names. */

#ifndef PATH_H
#define PATH_H

/* The path of a file that lies beside another one, or starts at the root; to be
 * freed. of NULL: the file as it is. NULL: no memory. */
char	*path_beside(const char *of, const char *file);

#endif
