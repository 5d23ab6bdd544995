/* SPDX-License-Identifier: ISC
 *
 * Acting with another user's rights: what he may choose, and root opens or
 * makes, must not be more than what he could do himself. The effective ids are
 * his meanwhile; the real and saved ones stay root's. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compat/openas.h"

int
as_begin(struct as *as, uid_t uid, gid_t gid)
{
	int error;

	as->changed = uid != 0 && geteuid() == 0;
	as->gid = getegid();
	if (!as->changed)
		return 0;
	if (setegid(gid) == -1) {
		as->changed = 0;
		return -1;
	}
	if (seteuid(uid) == 0)
		return 0;
	error = errno;
	(void)as_end(as);
	errno = error;
	return -1;
}

int
as_end(struct as *as)
{
	if (!as->changed)
		return 0;
	as->changed = 0;
	if ((geteuid() != 0 && seteuid(0) == -1) || setegid(as->gid) == -1)
		return -1;
	if (geteuid() == 0 && getegid() == as->gid)
		return 0;
	errno = EPERM;
	return -1;
}

int
as_stay(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (getuid() == uid && getgid() == gid)
		return 0;
	return setregid(gid, gid) == -1 || setreuid(uid, uid) == -1 ? -1 : 0;
}

int
open_as(uid_t uid, gid_t gid, const char *path, int flags, mode_t mode)
{
	struct as as;
	int fd, error;

	if (as_begin(&as, uid, gid) == -1)
		return -1;
	fd = open(path, flags, mode);
	error = errno;
	if (as_end(&as) == -1) {
		error = errno;
		if (fd != -1)
			close(fd);
		fd = -1;
	}
	errno = error;
	return fd;
}
