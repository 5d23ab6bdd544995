/* SPDX-License-Identifier: ISC
 *
 * Option -u: going on as another user, without a way back. Who is not root can
 * only stay who he is, which is right for a process that takes the place of one
 * that has dropped its privileges. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/harden.h"
#include "privilege.h"

/* A number of a user or group: 0, or -1: it is none. */
static int
privilege_number(const char *text, unsigned long *n)
{
	size_t len = strlen(text);

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len)
		return -1;
	*n = strtoul(text, NULL, 10);
	return 0;
}

static int
privilege_user(struct privilege *p, const char *text)
{
	const struct passwd *pw = getpwnam(text);
	unsigned long n;

	p->user = text;
	if (pw != NULL) {
		p->uid = pw->pw_uid;
		p->gid = pw->pw_gid;
		return 0;
	}
	if (privilege_number(text, &n) == -1)
		return -1;
	p->uid = (uid_t)n;
	pw = getpwuid(p->uid);
	p->gid = pw == NULL ? (gid_t)n : pw->pw_gid;
	p->one_group = 1;
	return 0;
}

static int
privilege_group(struct privilege *p, const char *text)
{
	const struct group *gr = getgrnam(text);
	unsigned long n;

	p->one_group = 1;
	if (gr != NULL) {
		p->gid = gr->gr_gid;
		return 0;
	}
	if (privilege_number(text, &n) == -1)
		return -1;
	p->gid = (gid_t)n;
	return 0;
}

int
privilege_find(struct privilege *p, char *text, char *err, size_t size)
{
	char *group = strchr(text, ':');

	if (group != NULL)
		*group++ = '\0';
	if (privilege_user(p, text) == -1) {
		snprintf(err, size, "user %s: there is none", text);
		return -1;
	}
	if (group != NULL && *group == '\0') {
		snprintf(err, size, "user %s: expected a group behind the "
		    "colon", text);
		return -1;
	}
	if (group != NULL && privilege_group(p, group) == -1) {
		snprintf(err, size, "group %s: there is none", group);
		return -1;
	}
	if (p->uid == 0) {
		snprintf(err, size, "user %s: expected one with fewer rights",
		    text);
		return -1;
	}
	if (geteuid() == 0 || (geteuid() == p->uid && getuid() == p->uid &&
	    (group == NULL || getegid() == p->gid)))
		return 0;
	snprintf(err, size, "user %s: only root can become another user",
	    text);
	return -1;
}

int
privilege_high(const struct privilege *p)
{
	return p->user != NULL && geteuid() == 0;
}

int
privilege_groups(const struct privilege *p, char *err, size_t size)
{
	if (!privilege_high(p) || (p->one_group ? setgroups(1, &p->gid) :
	    initgroups(p->user, p->gid)) == 0)
		return 0;
	snprintf(err, size, "user %s: groups not changed: %s", p->user,
	    strerror(errno));
	return -1;
}

/* Tries to get everything back: 1: that is possible. high: we were root, and
 * have the group of p. */
static int
privilege_back(const struct privilege *p, int high)
{
	if (getuid() != p->uid || geteuid() != p->uid)
		return 1;
	if (setuid(0) != -1 || seteuid(0) != -1)
		return 1;
	if (!high)
		return 0;
	if (getgid() != p->gid || getegid() != p->gid)
		return 1;
	return p->gid != 0 && (setgid(0) != -1 || setegid(0) != -1);
}

int
privilege_drop(const struct privilege *p, char *err, size_t size)
{
	const char *what = NULL;
	int high = geteuid() == 0;

	if (privilege_groups(p, err, size) == -1)
		return -1;
	if (high) {
		harden_bound();
		if (setgid(p->gid) == -1)
			what = "group";
		else if (setuid(p->uid) == -1)
			what = "user";
		if (what != NULL) {
			snprintf(err, size, "user %s: %s not changed: %s",
			    p->user, what, strerror(errno));
			return -1;
		}
	}
	/* Also when we seem to be him: a file was opened as he, and the way
	 * back to root has failed. */
	if (privilege_back(p, high)) {
		snprintf(err, size, "user %s: root's rights could be had "
		    "again", p->user);
		return -1;
	}
	harden_rights();
	return 0;
}
