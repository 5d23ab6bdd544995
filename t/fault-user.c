/* SPDX-License-Identifier: ISC
 *
 * Who the balancer and its children are, for t/faulty: a life with option -u
 * is one as that user, and without any right of root's. */

#include "config.h"

#include <sys/types.h>

#include <grp.h>
#include <poll.h>
#include <pwd.h>

#include "tool.h"
#include "fault-life.h"

#define WHO_TIME	5000	/* ms until children of root's are gone */
#define CHILDREN	64

void
user_init(struct how *how)
{
	const char *group = strchr(how->user, ':');
	const struct passwd *pw;
	const struct group *gr = NULL;

	snprintf(how->name, sizeof(how->name), "%.*s",
	    (int)strcspn(how->user, ":"), how->user);
	pw = getpwnam(how->name);
	if (group != NULL)
		gr = getgrnam(group + 1);
	if (pw == NULL || pw->pw_uid == 0 || (group != NULL && gr == NULL))
		tool_die("%s: no such user or group, or root", how->user);
	how->uid = (unsigned)pw->pw_uid;
	how->gid = (unsigned)(gr != NULL ? gr->gr_gid : pw->pw_gid);
}

void
user_give(const struct life *l, const char *path)
{
	if (l->how->user != NULL &&
	    chown(path, (uid_t)l->how->uid, (gid_t)l->how->gid) == -1)
		tool_die("%s: %s", path, strerror(errno));
}

int
user_children(pid_t of, pid_t pids[64])
{
	char path[64];
	long pid;
	FILE *f;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)of,
	    (long)of);
	f = fopen(path, "r");
	while (f != NULL && n < CHILDREN && fscanf(f, "%ld", &pid) == 1)
		pids[n++] = (pid_t)pid;
	if (f != NULL)
		fclose(f);
	return n;
}

/* 1: a line of /proc/PID/status that names somebody else: four times the id,
 * his groups, no capability. */
static int
bad_line(const struct how *how, const char *line)
{
	unsigned id = strncmp(line, "Uid:", 4) == 0 ? how->uid : how->gid;
	unsigned a, b, c, d;
	gid_t groups[CHILDREN];
	int n = CHILDREN, i, skip;

	if (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Gid:", 4) == 0)
		return sscanf(line + 4, "%u %u %u %u", &a, &b, &c, &d) != 4 ||
		    a != id || b != id || c != id || d != id;
	if (strncmp(line, "CapEff:", 7) == 0 ||
	    strncmp(line, "CapPrm:", 7) == 0)
		return line[7 + strspn(line + 7, "\t 0")] != '\n';
	if (strncmp(line, "NoNewPrivs:", 11) == 0)
		return strchr(line, '1') == NULL;
	if (strncmp(line, "Groups:", 7) != 0)
		return 0;
	if (getgrouplist(how->name, (gid_t)how->gid, groups, &n) == -1)
		return 1;
	for (line += 7; sscanf(line, "%u%n", &a, &skip) == 1; line += skip) {
		for (i = 0; i < n && groups[i] != (gid_t)a; i++)
			continue;
		if (i == n)
			return 1;
	}
	return 0;
}

/* 0: that process is somebody else; what says so is in why. */
static int
is_user(const struct how *how, pid_t pid, char *why, size_t size)
{
	char path[64], line[512];
	FILE *f;
	int good = 1;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	f = fopen(path, "r");
	/* It has ended meanwhile. */
	if (f == NULL)
		return 1;
	while (good && fgets(line, sizeof(line), f) != NULL)
		good = !bad_line(how, line);
	fclose(f);
	if (!good)
		snprintf(why, size, "%ld is not the user: %.*s", (long)pid,
		    (int)strcspn(line, "\n"), line);
	return good;
}

void
user_check(struct life *l)
{
	int64_t until = tool_now() + WHO_TIME * tool_patience();
	char why[TEXT_MAX];
	pid_t pids[CHILDREN];
	int i, n, good;

	if (!is_user(l->how, l->pid, why, sizeof(why))) {
		life_fatal(l, why);
		return;
	}
	do {
		good = 1;
		n = user_children(l->pid, pids);
		for (i = 0; i < n; i++)
			good &= is_user(l->how, pids[i], why, sizeof(why));
	} while (!good && tool_now() < until && poll(NULL, 0, 5) == 0);
	if (!good)
		life_fatal(l, why);
}
