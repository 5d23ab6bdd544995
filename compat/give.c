/* SPDX-License-Identifier: ISC
 *
 * Giving a file away, and not somebody else's. Who can write a directory can
 * make a name in it that leads elsewhere; that is seen here, for the file
 * itself. The directories above it are not looked at. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "compat/give.h"

int
give_file(int fd, const char *path, uid_t uid, gid_t gid)
{
	struct stat st, name;

	if (fstat(fd, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_uid == uid)
		return 0;
	/* In a directory of his he can link our log to what is root's. */
	if (st.st_nlink > 1) {
		errno = EMLINK;
		return -1;
	}
	if (path != NULL && lstat(path, &name) == -1)
		return -1;
	if (path != NULL && (name.st_dev != st.st_dev ||
	    name.st_ino != st.st_ino) &&
	    (!S_ISLNK(name.st_mode) || name.st_uid != 0)) {
		errno = ELOOP;
		return -1;
	}
	return fchown(fd, uid, gid);
}
