/* SPDX-License-Identifier: ISC
 *
 * One life of the balancer: it starts in a process of its own with a small
 * configuration, serves requests, obeys commands or hands over to another
 * (fault-upgrade.c), and stops. What goes wrong is counted; every wait has a
 * deadline. */

#include "config.h"

#include <sys/types.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#if HAVE_PRCTL
#include <sys/prctl.h>
#endif

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "tool.h"
#include "fault-life.h"

#define START_TIME	10000
#define STOP_TIME	5000
#define CHILD_TIME	5000	/* for what is left of its children */
/* The pipe that signal handlers write to stays open to the last. */
#define OWN_FDS		2

/* Its files. */

const char *
life_file(const struct life *l, const char *name)
{
	static char path[PATH_SIZE + 300];

	snprintf(path, sizeof(path), "%s/%s", l->dir, name);
	return path;
}

/* The configuration with that many hosts; with long names, if what is told of
 * them is to be long. */
static void
file_config(const struct life *l, int hosts)
{
	static const char *const names[] = { "h", "a-host-with-a-name-so-long-"
	    "that-the-lines-about-it-need-more-memory-than-the-first-words-of-"
	    "an-upgrade-had-which-are-about-what-is-listening-and-the-lines-of-"
	    "two-such-hosts-are-what-one-process-has-to-tell-the-other-number-"
	};
	FILE *f = fopen(life_file(l, "c.xml"), "w");
	int i;

	if (f == NULL)
		tool_die("%s: %s", l->dir, strerror(errno));
	fprintf(f, "<config>\n  <!-- kept -->\n  <service name=\"web\" "
	    "connectTimeout=\"2\">\n    <listen ip=\"127.0.0.1:0\"/>\n"
	    "    <group name=\"g\" scheduler=\"roundr\" enable=\"true\">\n");
	for (i = 0; i < hosts; i++)
		fprintf(f, "      <host name=\"%s%d\" ip=\"%s:%u\"/>\n",
		    names[l->how->upgrade], i,
		    i == 1 ? "localhost" : "127.0.0.1", l->ports[i]);
	fprintf(f, "    </group>\n  </service>\n  <admin>\n"
	    "    <web listen=\"127.0.0.1:0\" enable=\"true\" "
	    "secure=\"%s\"/>\n"
	    "    <console socket=\"%s/console\"/>\n"
	    "    <user name=\"u\" password=\"%s\" access=\"full\"/>\n"
	    "  </admin>\n  <control socket=\"%s/control\"/>\n"
	    "  <connlog file=\"%s/conn.log\" start=\"yes\"/>\n</config>\n",
	    l->how->secure ? "yes" : "no", l->dir, l->hash, l->dir, l->dir);
	if (fclose(f) == EOF)
		tool_die("%s: %s", l->dir, strerror(errno));
	user_give(l, life_file(l, "c.xml"));
}

/* The end of a file; returns its length. */
static size_t
file_read(const struct life *l, const char *name, char *text, size_t size)
{
	int fd = open(life_file(l, name), O_RDONLY);
	struct stat st;
	ssize_t n;

	text[0] = '\0';
	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && st.st_size > (off_t)size - 1)
		(void)lseek(fd, st.st_size - (off_t)size + 1, SEEK_SET);
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* 1: it may be there when the balancer has ended: what it was told to write,
 * dated copies of its configuration, and a pid file that is empty. */
static int
file_may_stay(const struct life *l, const char *name)
{
	char text[TEXT_MAX];
	static const char *const names[] = {
		"admin.crt", "admin.key", "c.xml", "conn.log", "err", "log"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	if (strcmp(name, "pid") == 0)
		return file_read(l, name, text, sizeof(text)) == 0;
	return strncmp(name, "c.xml-20", 8) == 0 &&
	    name[strspn(name + 6, "0123456789-") + 6] == '\0';
}

/* How many files should not be there; removes all of them, if asked to. */
static int
files_left(const struct life *l, int remove_all)
{
	DIR *dir = opendir(l->dir);
	struct dirent *e;
	int left = 0;

	if (dir == NULL)
		return 0;
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		left += !file_may_stay(l, e->d_name);
		if (remove_all)
			(void)unlink(life_file(l, e->d_name));
	}
	closedir(dir);
	return left;
}

/* Where the processes tell of themselves, outside of that directory. */
static const char *
file_shared(const struct life *l)
{
	static char path[PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s.faults", l->dir);
	return path;
}

static void
life_share(struct life *l)
{
	size_t n = sizeof(*l->fault) * FAULT_PROCESSES;
	int fd = open(file_shared(l), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);

	if (fd == -1 || ftruncate(fd, (off_t)n) == -1)
		tool_die("%s: %s", file_shared(l), strerror(errno));
	l->fault = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (l->fault == MAP_FAILED)
		tool_die("mmap: %s", strerror(errno));
	close(fd);
	user_give(l, file_shared(l));
}

void
life_init(struct life *l, const struct how *how, const char *dir, int number)
{
	const char *hash;

	memset(l, 0, sizeof(*l));
	l->how = how;
	snprintf(l->dir, sizeof(l->dir), "%.80s/%d", dir, number);
	if (mkdir(l->dir, 0700) == -1 && errno != EEXIST)
		tool_die("%s: %s", l->dir, strerror(errno));
	user_give(l, l->dir);
	life_share(l);
	hash = crypt("p", "$5$rounds=1000$salt");
	if (hash == NULL || hash[0] != '$')
		hash = crypt("p", "ab");
	snprintf(l->hash, sizeof(l->hash), "%s", hash == NULL ? "x" : hash);
#if HAVE_PRCTL
	/* Whoever has lost his parent is our child. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		tool_die("prctl: %s", strerror(errno));
#endif
	hosts_start(l);
}

void
life_done(struct life *l)
{
	(void)kill(l->backend, SIGKILL);
	(void)waitpid(l->backend, NULL, 0);
	(void)files_left(l, 1);
	(void)rmdir(l->dir);
	(void)unlink(file_shared(l));
	(void)munmap(l->fault, sizeof(*l->fault) * FAULT_PROCESSES);
}

int
life_logged(const struct life *l, const char *text)
{
	FILE *f = fopen(life_file(l, "log"), "r");
	char line[4096];
	int n = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, text) != NULL;
	if (f != NULL)
		fclose(f);
	return n;
}

void
life_show(const struct life *l)
{
	static const char *const names[] = { "log", "err" };
	char text[4096], *line, *end;
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)file_read(l, names[i], text, sizeof(text));
		for (line = text; *line != '\0'; line = end) {
			end = line + strcspn(line, "\n");
			if (*end != '\0')
				*end++ = '\0';
			printf("#     %s\n", line);
		}
	}
}

/* The process. */

void
life_fatal(struct life *l, const char *what)
{
	if (l->fatal[0] == '\0')
		snprintf(l->fatal, sizeof(l->fatal), "%s", what);
}

/* What is known of the call that was to fail. */
static void
life_note(struct life *l, const struct fault *f)
{
	if (!f->fired)
		return;
	l->fired = 1;
	l->site = f->site;
}

void
life_forget(struct life *l, enum fault_process which)
{
	struct fault *f = &l->fault[which];

	life_note(l, f);
	memset(f, 0, sizeof(*f));
	f->kind = -1;
	f->user = l->how->uid;
}

void
life_arm(struct life *l, enum fault_process which)
{
	struct fault *f = &l->fault[which];

	if (which != l->how->failing)
		return;
	memset(f->counts, 0, sizeof(f->counts));
	f->nth = l->nth;
	f->error = l->error;
	f->kind = l->kind;
}

/* The arguments, with room for all of them. */
static int
arguments(const struct life *l, char *argv[16])
{
	static char texts[4][PATH_SIZE + 300];
	static char d[] = "-d", v[] = "-v", o[] = "-o", p[] = "poll",
	    dash_l[] = "-l", dash_p[] = "-p", u[] = "-u";
	int argc = 0;

	snprintf(texts[0], sizeof(texts[0]), "%s", l->how->program);
	argv[argc++] = texts[0];
	if (!l->daemon && !l->how->upgrade)
		argv[argc++] = d;
	argv[argc++] = v;
	argv[argc++] = dash_l;
	snprintf(texts[1], sizeof(texts[1]), "%s", life_file(l, "log"));
	argv[argc++] = texts[1];
	if (l->how->poll_only) {
		argv[argc++] = o;
		argv[argc++] = p;
	}
	if (l->how->upgrade || l->how->user != NULL) {
		argv[argc++] = dash_p;
		snprintf(texts[2], sizeof(texts[2]), "%s",
		    life_file(l, "pid"));
		argv[argc++] = texts[2];
	}
	if (l->how->user != NULL) {
		argv[argc++] = u;
		argv[argc++] = strdup(l->how->user);
	}
	snprintf(texts[3], sizeof(texts[3]), "%s", life_file(l, "c.xml"));
	argv[argc++] = texts[3];
	argv[argc] = NULL;
	return argc;
}

/* The standard descriptors alone go on to another program. */
static void
balancer(const struct life *l)
{
	char *argv[16];
	int argc = arguments(l, argv), fd;

	for (fd = STDERR_FILENO + 1; fd < 1024; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (setenv(FAULT_VARIABLE, file_shared(l), 1) == -1)
		tool_die("setenv: %s", strerror(errno));
	fd = open(life_file(l, "err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)dup2(fd, STDERR_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	close(fd);
	signal(SIGPIPE, SIG_DFL);
	optind = 1;
	exit(fault_main(l->fault, 0, argc, argv));
}

int
life_ended(struct life *l)
{
	if (l->pid != -1 && waitpid(l->pid, &l->status, WNOHANG) == l->pid)
		l->pid = -1;
	return l->pid == -1;
}

int
life_wait(struct life *l, int64_t ms)
{
	int64_t until = tool_now() + ms * tool_patience();

	while (!life_ended(l)) {
		if (tool_now() > until) {
			(void)kill(l->pid, SIGKILL);
			(void)waitpid(l->pid, &l->status, 0);
			l->pid = -1;
			return -1;
		}
		(void)poll(NULL, 0, 1);
	}
	return 0;
}

/* 1: it serves. 0: it has ended, as it may now. */
static int
start(struct life *l)
{
	int64_t until = tool_now() + START_TIME * tool_patience();

	l->pid = fork();
	if (l->pid == 0)
		balancer(l);
	if (l->pid == -1)
		tool_die("fork: %s", strerror(errno));
	while (!l->fault->looping && tool_now() < until) {
		/* In the background it goes on when that has ended. */
		if (life_ended(l) && !(l->how->upgrade && l->status == 0))
			break;
		(void)poll(NULL, 0, 1);
	}
	if (!l->fault->looping && l->pid != -1) {
		life_fatal(l, "it hangs at start");
		(void)life_wait(l, 0);
	}
	if (l->fault->looping && l->how->upgrade) {
		if (life_wait(l, START_TIME) == -1 || l->status != 0)
			life_fatal(l, "it does not go into the background");
		l->pid = (pid_t)l->fault->pid;
	}
	return l->fault->looping;
}

/* The configuration on disk is one of those that were there. */
static void
whole(struct life *l)
{
	char text[ANSWER_MAX];
	size_t n = file_read(l, "c.xml", text, sizeof(text));

	if (n < 300 || strstr(text, "<!-- kept -->") == NULL ||
	    strcmp(text + n - 10, "</config>\n") != 0)
		life_fatal(l, "the file is not whole");
}

static void
obey(struct life *l)
{
	char line[128], answer[ANSWER_MAX];
	int i;

	for (i = 0; i < 3; i++)
		client_request(l, 1000);
	client_request(l, LARGE);
	/* Without a certificate there are no pages before a reload. */
	if (l->fault->nports > 1 || !life_logged(l, " err web "))
		client_page(l, "running.txt");
	snprintf(line, sizeof(line), "addHost web g h2 127.0.0.1:%u\n",
	    l->ports[2]);
	client_command(l, line, answer);
	client_command(l, "save\n", answer);
	whole(l);
	(void)kill(l->pid, SIGUSR1);
	file_config(l, HOSTS);
	client_command(l, "reload\n", answer);
	(void)kill(l->pid, SIGHUP);
	client_page(l, "running");
	for (i = 0; i < 3; i++)
		client_request(l, 1000);
	client_relays(l, 0);
}

/* Its children end by themselves when it has. */
static void
orphans(struct life *l)
{
	int64_t until = tool_now() + CHILD_TIME * tool_patience();
	pid_t pids[64], left;
	int i, n;

	do {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		n = user_children(getpid(), pids);
		for (i = 0, left = 0; i < n && left == 0; i++)
			if (pids[i] != l->backend)
				left = pids[i];
		if (left != 0 && tool_now() > until) {
			life_fatal(l, "a child is left behind");
			(void)kill(left, SIGKILL);
		}
	} while (left != 0 && poll(NULL, 0, 1) == 0);
}

void
life_left(struct life *l, const struct fault *f)
{
	char text[TEXT_MAX];

	if (f->high)
		life_fatal(l, "it went on with root's rights");
	if (!f->ended || (f->live == 0 && f->fds <= OWN_FDS))
		return;
	snprintf(text, sizeof(text), "left: %ld blocks, one from 0x%lx; "
	    "%d descriptors, one is %d", f->live, f->live_site, f->fds, f->fd);
	life_fatal(l, text);
}

void
life_judge(struct life *l, const struct fault *f, int started)
{
	char text[TEXT_MAX];

	(void)file_read(l, "err", text, sizeof(text));
	if (strstr(text, "Sanitizer") != NULL ||
	    strstr(text, "runtime error:") != NULL)
		life_fatal(l, "a sanitizer has spoken");
	if (WIFSIGNALED(l->status))
		life_fatal(l, "it was ended by a signal");
	else if (started && WEXITSTATUS(l->status) != 0)
		life_fatal(l, "it ends with another status than 0");
	else if (!started && WEXITSTATUS(l->status) != 1)
		life_fatal(l, "it does not start, and its status is not 1");
	else if (!started && text[0] == '\0')
		life_fatal(l, "it does not start, and says nothing");
	life_left(l, f);
}

static void
live(struct life *l)
{
	if (l->how->user != NULL)
		user_check(l);
	if (l->how->upgrade)
		life_upgrade(l);
	else
		obey(l);
	if (l->how->user != NULL && !life_ended(l))
		user_check(l);
	if (life_ended(l))
		life_fatal(l, "it ends by itself");
	else
		(void)kill(l->pid, SIGTERM);
	if (life_wait(l, STOP_TIME) == -1)
		life_fatal(l, "it does not end on SIGTERM");
}

void
life_run(struct life *l, int kind, long nth, int error)
{
	const struct fault *in_charge = l->fault;
	int started;

	l->kind = kind;
	l->nth = nth;
	l->error = error;
	l->requests_lost = l->commands_lost = 0;
	l->why[0] = l->fatal[0] = '\0';
	life_forget(l, FAULT_OLD);
	life_forget(l, FAULT_NEW);
	l->fired = 0;
	l->site = 0;
	if (!l->how->upgrade || l->how->failing == FAULT_NEW)
		life_arm(l, l->how->failing);
	(void)files_left(l, 1);
	file_config(l, 2);
	started = start(l);
	if (started)
		live(l);
	if (l->fault[FAULT_NEW].looping)
		in_charge = &l->fault[FAULT_NEW];
	life_judge(l, in_charge, started);
	if (files_left(l, 0) > 0)
		life_fatal(l, "a file is left behind");
	life_note(l, &l->fault[l->how->failing]);
	orphans(l);
}
