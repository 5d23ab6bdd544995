/* SPDX-License-Identifier: ISC
 *
 * Giving a file away, and not somebody else's. Who can write a directory can
 * make a name in it that leads elsewhere; that is seen here, for the file
 * itself, or for the directories that its name leads through. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/give.h"

/* The directory that the path is in, as it really is: to be freed, or NULL. */
static char *
give_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *copy, *real;

	if (slash == NULL)
		return realpath(".", NULL);
	copy = strdup(path);
	if (copy == NULL)
		return NULL;
	copy[slash == path ? 1 : slash - path] = '\0';
	real = realpath(copy, NULL);
	free(copy);
	return real;
}

/* In a sticky directory others cannot change what is root's. */
static int
give_root_alone(const char *directory)
{
	struct stat st;

	return lstat(directory, &st) == 0 && st.st_uid == 0 &&
	    ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
	    (st.st_mode & S_ISVTX) != 0);
}

int
give_is_safe(const char *path)
{
	char *directory = give_directory(path), *end;
	int safe = directory != NULL && give_root_alone("/");

	while (safe && *directory != '\0') {
		safe = give_root_alone(directory);
		end = strrchr(directory, '/');
		*end = '\0';
	}
	free(directory);
	return safe;
}

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
