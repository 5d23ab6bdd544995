/* SPDX-License-Identifier: ISC
 *
 * Paths that a configuration names: where they start. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "path.h"

char *
path_beside(const char *of, const char *file)
{
	const char *slash = *file == '/' || of == NULL ? NULL :
	    strrchr(of, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash + 1 - of);
	char *path = malloc(n + strlen(file) + 1);

	if (path == NULL)
		return NULL;
	if (n > 0)
		memcpy(path, of, n);
	memcpy(path + n, file, strlen(file) + 1);
	return path;
}
