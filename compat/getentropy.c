/* SPDX-License-Identifier: ISC
 *
 * getentropy(3) for systems without it, from /dev/urandom. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compat/compat.h"

int
getentropy(void *p, size_t size)
{
	char *to = p;
	ssize_t n = 0;
	int fd, error;

	if (size > 256) {
		errno = EIO;
		return -1;
	}
	fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	while (size > 0) {
		n = read(fd, to, size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		to += n;
		size -= (size_t)n;
	}
	error = n == 0 ? EIO : errno;
	(void)close(fd);
	if (size == 0)
		return 0;
	errno = error;
	return -1;
}
