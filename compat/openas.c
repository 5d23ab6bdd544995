/* SPDX-License-Identifier: ISC
 *
 * Opening a file with another user's rights: what he may choose, and root
 * opens, must not be more than what he could open himself. The effective ids
 * are his for that one call; the real and saved ones stay root's. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compat/openas.h"

/* We are root again: 0, or -1 with errno. */
static int
openas_back(gid_t gid)
{
	if ((geteuid() != 0 && seteuid(0) == -1) || setegid(gid) == -1)
		return -1;
	if (geteuid() == 0 && getegid() == gid)
		return 0;
	errno = EPERM;
	return -1;
}

int
open_as(uid_t uid, gid_t gid, const char *path, int flags, mode_t mode)
{
	gid_t own = getegid();
	int fd = -1, error;

	if (uid == 0 || geteuid() != 0)
		return open(path, flags, mode);
	if (setegid(gid) == -1)
		return -1;
	if (seteuid(uid) == 0)
		fd = open(path, flags, mode);
	error = errno;
	if (openas_back(own) == -1) {
		error = errno;
		if (fd != -1)
			close(fd);
		fd = -1;
	}
	errno = error;
	return fd;
}
