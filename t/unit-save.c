/* SPDX-License-Identifier: ISC
 *
 * save.c: what is in the directory afterwards, with owners and modes; every
 * refusal; every system call failing in turn, and a kill before and after each
 * of them: the file is the old one or the new one, whole. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "director.h"
#include "t/tap.h"

/* The calls that can go wrong are counted; one of them does. */
static int calls;		/* so far */
static int fail_at;		/* the one that fails; 0: none */
static int kill_at;		/* where a kill comes; 0: nowhere */
static int half;		/* the kill comes in the middle of a write */
static const char *no_link;	/* links fail with ENOTSUP */

static int
fault(int error)
{
	calls++;
	if (calls == kill_at && !half)
		(void)raise(SIGKILL);
	if (calls != fail_at)
		return 0;
	errno = error;
	return -1;
}

static ssize_t
fault_write(int fd, const void *data, size_t len)
{
	ssize_t n;

	if (fault(ENOSPC) == -1)
		return -1;
	/* Never all at once. */
	n = write(fd, data, len > 100 ? 100 : len);
	if (calls == kill_at)
		(void)raise(SIGKILL);
	return n;
}

static int
fault_link(const char *old, const char *new)
{
	if (no_link != NULL) {
		errno = ENOTSUP;
		return -1;
	}
	return fault(EIO) == -1 ? -1 : link(old, new);
}

#define mkstemp(name)	(fault(ENOSPC) == -1 ? -1 : mkstemp(name))
#define write		fault_write
#define fchmod(fd, m)	(fault(EPERM) == -1 ? -1 : fchmod(fd, m))
#define fsync(fd)	(fault(EIO) == -1 ? -1 : fsync(fd))
#define link		fault_link
#define rename(a, b)	(fault(EIO) == -1 ? -1 : rename(a, b))
#define realpath(p, r)	(fault(EIO) == -1 ? NULL : realpath(p, r))
#include "save.c"
#undef mkstemp
#undef write
#undef fchmod
#undef fsync
#undef link
#undef rename
#undef realpath

static const char sample[] = "<config>\n  <!-- mine -->\n  <service "
    "name='s'>\n    <listen ip='*:80'/>\n    <group name='g' scheduler="
    "'rand'>\n      <host name='a' ip='10.0.0.1:1'/>\n    </group>\n"
    "  </service>\n</config>\n";
static const char changed[] = "<config>\n  <!-- mine -->\n  <service "
    "name='s'>\n    <listen ip='*:80'/>\n    <group name='g' scheduler="
    "'rand'>\n      <host name='a' ip='10.0.0.1:1' weight=\"7\"/>\n"
    "    </group>\n  </service>\n</config>\n";

static char dir[64], file[96];

static int warnings;
static int64_t test_now;

static void
log_in(void *arg, int level, const char *line)
{
	(void)arg;
	(void)line;
	warnings += level <= LOG_LEVEL_WARNING;
}

static int64_t
test_clock(void)
{
	return test_now;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		abort();
}

/* The text of a file, to be freed; "" for none. */
static char *
get(const char *name)
{
	char *text = calloc(1, 10000);
	FILE *f = fopen(name, "r");

	if (text == NULL)
		abort();
	if (f != NULL) {
		(void)fread(text, 1, 9999, f);
		(void)fclose(f);
	}
	return text;
}

static int
holds(const char *name, const char *text)
{
	char *is_ = get(name);
	int same = strcmp(is_, text) == 0;

	free(is_);
	return same;
}

/* Counts the entries of the directory, the file apart; the last of them that
 * begins with prefix goes into name. */
static int
others(const char *prefix, char name[200])
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	if (d == NULL)
		abort();
	name[0] = '\0';
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "c.xml") == 0)
			continue;
		n++;
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0)
			(void)snprintf(name, 200, "%s/%.100s", dir, e->d_name);
	}
	(void)closedir(d);
	return n;
}

static void
clean_up(void)
{
	char name[200];

	while (others("", name) > 0 && unlink(name) == 0)
		continue;
	(void)unlink(file);
}

/* A director that runs the sample, read from the file. */
static struct pydirector *
director(void)
{
	static const struct file_ops saves = { .save = save_config };
	struct pydirector *d = calloc(1, sizeof(*d));
	struct buf errors;

	if (d == NULL)
		abort();
	calls = fail_at = kill_at = half = 0;
	no_link = NULL;
	clean_up();
	put(file, sample);
	buf_init(&errors, 10000);
	buf_init(&d->config_text, CONF_MAX + 1);
	loop_init(&d->loop);
	d->loop.clock = test_clock;
	d->loop.now = test_now;
	d->log = log_new(log_in, NULL, LOG_LEVEL_WARNING);
	d->files = &saves;
	d->config_path = strdup(file);
	if (d->log == NULL || d->config_path == NULL ||
	    conf_slurp(file, &d->config_text, &errors) == -1 ||
	    conf_parse(&d->model, file, d->config_text.data,
	    d->config_text.len, &errors) == -1)
		abort();
	buf_done(&errors);
	return d;
}

static void
director_done(struct pydirector *d)
{
	loop_done(&d->loop);
	model_free(d->model);
	buf_done(&d->config_text);
	log_free(d->log);
	free(d->config_path);
	free(d);
}

static void
change(struct pydirector *d)
{
	d->model->services[0]->groups[0]->hosts[0]->weight = 7;
}

/* Saves; the answer stays until the next call. */
static const char *
save(struct pydirector *d, int force, enum outcome expected, const char *name)
{
	static char text[2000];
	enum outcome outcome;
	struct buf answer;

	buf_init(&answer, sizeof(text) - 1);
	outcome = save_config(d, force, &answer);
	ok(outcome == expected, "%s: %d", name, (int)outcome);
	(void)snprintf(text, sizeof(text), "%s",
	    answer.data == NULL ? "" : answer.data);
	buf_done(&answer);
	ok(text[0] != '\0' && text[strlen(text) - 1] == '\n', "%s: says why",
	    name);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void
test_save(void)
{
	struct pydirector *d = director();
	char name[200], expected[500];
	const char *text;
	struct stat st;

	text = save(d, 0, OUTCOME_OK, "no change");
	(void)snprintf(expected, sizeof(expected),
	    "nothing to save: %s says what runs", file);
	is(text, expected, "so it says");
	ok(others("", name) == 0 && holds(file, sample), "nothing is written");
	if (chmod(file, 0640) == -1)
		abort();
	change(d);
	text = save(d, 0, OUTCOME_OK, "a change");
	ok(others("c.xml-", name) == 1 && holds(name, sample), "one backup");
	(void)snprintf(expected, sizeof(expected),
	    "saved to %s; the old one is %s", file, name);
	is(text, expected, "its name is told");
	ok(strlen(name) == strlen(file) + 15 &&
	    strspn(name + strlen(file) + 1, "0123456789") == 14,
	    "FILE-YYYYmmddHHMMSS");
	ok(holds(file, changed), "the file is the new one");
	ok(stat(file, &st) == 0 && (st.st_mode & 07777) == 0640, "its mode");
	ok(stat(name, &st) == 0 && (st.st_mode & 07777) == 0640,
	    "and that of the backup");
	ok(strcmp(d->config_text.data, changed) == 0, "it is known");
	(void)save(d, 0, OUTCOME_OK, "once more");
	ok(others("", name) == 1, "without another backup");
	director_done(d);
}

/* Three in one second, or in as many as it takes. */
static void
test_backups(void)
{
	struct pydirector *d = director();
	char name[200];
	unsigned i;

	no_link = NULL;
	for (i = 2; i <= 6; i++) {
		d->model->services[0]->groups[0]->hosts[0]->weight = i;
		(void)save(d, 0, OUTCOME_OK, "again");
		no_link = no_link == NULL ? "no" : NULL;
	}
	ok(others("c.xml-", name) == 5, "each has a backup of its own");
	director_done(d);
}

static void
test_conflict(void)
{
	struct pydirector *d = director();
	char name[200];

	put(file, "<config><!-- yours -->\n</config>");
	change(d);
	ok(strstr(save(d, 0, OUTCOME_CONFLICT, "somebody else"),
	    "force=yes") != NULL, "tells the way out");
	ok(others("", name) == 0 &&
	    holds(file, "<config><!-- yours -->\n</config>"), "left alone");
	(void)save(d, 1, OUTCOME_OK, "forced");
	ok(holds(file, changed), "written, from the text that was read");
	ok(others("c.xml-", name) == 1 &&
	    holds(name, "<config><!-- yours -->\n</config>"), "with a backup");
	put(file, "<config><!-- yours --><service name='x'><listen ip='*:1'/>"
	    "<group name='g' scheduler='rand'><host ip='a:1'/></group>"
	    "</service></config>\n");
	(void)save(d, 1, OUTCOME_OK, "forced again");
	ok(strstr(d->config_text.data, "yours") != NULL &&
	    strstr(d->config_text.data, "weight=\"7\"") != NULL,
	    "the other's comments stay");
	(void)unlink(file);
	(void)save(d, 0, OUTCOME_CONFLICT, "removed");
	(void)save(d, 1, OUTCOME_OK, "removed and forced");
	ok(strstr(d->config_text.data, "weight=\"7\"") != NULL &&
	    holds(file, d->config_text.data), "it is there again");
	director_done(d);
}

static void
test_refused(void)
{
	struct pydirector *d = director();
	char name[200], *path = d->config_path;
	struct group *g;

	change(d);
	d->model->services[0]->enabled = NULL;
	ok(strstr(save(d, 1, OUTCOME_CONFLICT, "not complete"),
	    "service s: no group is enabled") != NULL, "which service");
	d->model->services[0]->enabled = d->model->services[0]->groups[0];
	d->config_path = NULL;
	(void)save(d, 1, OUTCOME_CONFLICT, "not from a file");
	d->config_path = path;
	g = group_new(d->model->services[0], "g");
	ok(g != NULL && strstr(save(d, 0, OUTCOME_FAILED, "a name twice"),
	    "what runs cannot be written") != NULL, "it would not read back");
	ok(others("", name) == 0 && holds(file, sample), "nothing is written");
	director_done(d);
	d = director();
	(void)unlink(file);
	if (mkdir(file, 0700) == -1)
		abort();
	(void)save(d, 1, OUTCOME_FAILED, "a directory");
	(void)rmdir(file);
	director_done(d);
}

/* The link stays, and the file is where it was. */
static void
test_symlink(void)
{
	struct pydirector *d = director();
	char name[200], link_name[128];
	struct stat st;

	(void)snprintf(link_name, sizeof(link_name), "%s/link", dir);
	if (symlink("c.xml", link_name) == -1)
		abort();
	free(d->config_path);
	d->config_path = strdup(link_name);
	change(d);
	(void)save(d, 0, OUTCOME_OK, "a link");
	ok(lstat(link_name, &st) == 0 && S_ISLNK(st.st_mode), "is still one");
	ok(holds(file, changed), "to the new file");
	ok(others("c.xml-", name) == 2 && holds(name, sample),
	    "the backup is beside that");
	director_done(d);
}

/* root saves a file of somebody else's; somebody else saves one of root's. */
static void
test_owner(void)
{
	struct pydirector *d = director();
	struct stat st;
	int status = 0;
	pid_t pid;

	change(d);
	if (geteuid() != 0) {
		ok(1, "owner # SKIP not root");
		director_done(d);
		return;
	}
	if (chown(file, 4711, 4712) == -1 || chmod(file, 0604) == -1)
		abort();
	(void)save(d, 0, OUTCOME_OK, "somebody's file");
	ok(stat(file, &st) == 0 && st.st_uid == 4711 && st.st_gid == 4712 &&
	    (st.st_mode & 07777) == 0604, "stays theirs");
	director_done(d);
	d = director();
	change(d);
	if (chmod(file, 0664) == -1 || chmod(dir, 0777) == -1)
		abort();
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct buf answer;

		buf_init(&answer, 1000);
		if (setgid(4712) == -1 || setuid(4711) == -1)
			_exit(2);
		status = save_config(d, 0, &answer) != OUTCOME_OK ||
		    strstr(answer.data, "owner could not be kept") == NULL;
		_exit(status);
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "root's file, saved by another");
	ok(stat(file, &st) == 0 && st.st_uid == 4711 && st.st_gid == 4712 &&
	    (st.st_mode & 07777) == 0604, "is nobody else's to change");
	director_done(d);
}

static void
after(struct pydirector *d, int64_t ms)
{
	test_now += ms;
	loop_dispatch(&d->loop, NULL, 0);
}

/* configCheck saves by itself, and tells once that it cannot. */
static void
test_interval(void)
{
	struct pydirector *d = director();
	char name[200];

	d->model->config_check_interval = 1000;
	ok(manager_start(d) == 0, "the manager");
	change(d);
	after(d, 100000);
	ok(holds(file, sample), "configCheck is off");
	d->model->config_check = 1;
	manager_adjust_all(d);
	after(d, 1000);
	ok(holds(file, sample), "it is on: not before its interval");
	after(d, 1);
	ok(strstr(d->config_text.data, "weight=\"7\"") != NULL &&
	    holds(file, d->config_text.data), "then it saves");
	after(d, 1001);
	after(d, 1001);
	ok(others("c.xml-", name) == 1, "once");
	put(file, "yours");
	warnings = 0;
	after(d, 1001);
	after(d, 1001);
	ok(holds(file, "yours") && warnings == 1,
	    "somebody else's change stays, told once");
	put(file, d->config_text.data);
	d->model->services[0]->groups[0]->hosts[0]->weight = 8;
	after(d, 1001);
	ok(strstr(d->config_text.data, "weight=\"8\"") != NULL &&
	    holds(file, d->config_text.data), "it goes on");
	d->model->services[0]->groups[0]->hosts[0]->weight = 9;
	d->model->config_check = 0;
	manager_adjust_all(d);
	after(d, 1001);
	ok(strstr(d->config_text.data, "weight=\"8\"") != NULL,
	    "until it is off");
	manager_stop(d);
	director_done(d);
}

/* Each call fails once: the file is the old one, and nothing is left over, or
 * the save did without. */
static void
test_faults(int with_copy)
{
	struct pydirector *d;
	struct buf answer;
	enum outcome outcome;
	char name[200];
	int i, left, bad = 0, failures = 0;

	for (i = 1; i < 100; i++) {
		d = director();
		change(d);
		no_link = with_copy ? "no" : NULL;
		fail_at = i;
		buf_init(&answer, 1000);
		outcome = save_config(d, 0, &answer);
		fail_at = 0;
		left = others("c.xml-", name);
		if (outcome == OUTCOME_OK)
			bad += !holds(file, changed) || left != 1 ||
			    !holds(name, sample) ||
			    strcmp(d->config_text.data, changed) != 0;
		else
			bad += !holds(file, sample) || left != 0 ||
			    strstr(answer.data, "not saved") == NULL ||
			    strcmp(d->config_text.data, sample) != 0;
		failures += outcome != OUTCOME_OK;
		if (bad > 0)
			printf("# call %d: %s", i, answer.data);
		buf_done(&answer);
		director_done(d);
		if (bad > 0 || calls < i)
			break;
	}
	ok(bad == 0 && i > 8 && failures >= 7,
	    "%d calls fail in turn, %d saves with them", i - 1, failures);
}

/* A kill at each call. */
static void
test_kills(int with_copy, int in_write)
{
	struct pydirector *d = NULL;
	struct buf answer;
	char name[200];
	int i, status, bad = 0, old = 0, new = 0;
	pid_t pid;

	for (i = 1; i < 100 && bad == 0; i++) {
		d = director();
		change(d);
		no_link = with_copy ? "no" : NULL;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			kill_at = i;
			half = in_write;
			buf_init(&answer, 1000);
			(void)save_config(d, 0, &answer);
			_exit(0);
		}
		bad += waitpid(pid, &status, 0) != pid;
		if (holds(file, sample))
			old++;
		else if (holds(file, changed))
			new++;
		else
			bad++;
		/* A dated backup is never half of one. */
		(void)others("c.xml-", name);
		bad += name[0] != '\0' && !holds(name, sample);
		director_done(d);
		if (WIFEXITED(status) && !in_write)
			break;
	}
	ok(bad == 0 && (in_write ? i == 100 : old >= 8) && new >= 1,
	    "killed at %d calls: %d old, %d new", i - 1, old, new);
}

int
main(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/unit-save.XXXXXX");
	if (mkdtemp(dir) == NULL) {
		printf("Bail out! no directory\n");
		return 1;
	}
	(void)snprintf(file, sizeof(file), "%s/c.xml", dir);
	test_save();
	test_backups();
	test_conflict();
	test_refused();
	test_symlink();
	test_owner();
	test_interval();
	test_faults(0);
	test_faults(1);
	test_kills(0, 0);
	test_kills(1, 0);
	test_kills(0, 1);
	test_kills(1, 1);
	clean_up();
	(void)rmdir(dir);
	return tap_end();
}
