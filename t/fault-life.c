/* SPDX-License-Identifier: ISC
 *
 * One life of the balancer: it starts in a process of its own with a small
 * configuration, serves requests, obeys commands, and stops. What goes wrong
 * is counted; every wait has a deadline. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

/* Its files. */

static const char *
file_path(const struct life *l, const char *name)
{
	static char path[PATH_SIZE + 300];

	snprintf(path, sizeof(path), "%s/%s", l->dir, name);
	return path;
}

/* The configuration with that many hosts. */
static void
file_config(const struct life *l, int hosts)
{
	FILE *f = fopen(file_path(l, "c.xml"), "w");
	int i;

	if (f == NULL)
		tool_die("%s: %s", l->dir, strerror(errno));
	fprintf(f, "<config>\n  <!-- kept -->\n  <service name=\"web\" "
	    "connectTimeout=\"2\">\n    <listen ip=\"127.0.0.1:0\"/>\n"
	    "    <group name=\"g\" scheduler=\"roundr\" enable=\"true\">\n");
	for (i = 0; i < hosts; i++)
		fprintf(f, "      <host name=\"h%d\" ip=\"%s:%u\"/>\n", i,
		    i == 1 ? "localhost" : "127.0.0.1", l->ports[i]);
	fprintf(f, "    </group>\n  </service>\n  <admin>\n"
	    "    <web listen=\"127.0.0.1:0\" enable=\"true\" "
	    "secure=\"%s\"/>\n"
	    "    <console socket=\"%s/console\"/>\n"
	    "    <user name=\"u\" password=\"%s\" access=\"full\"/>\n"
	    "  </admin>\n  <control socket=\"%s/control\"/>\n"
	    "  <connlog file=\"%s/conn.log\" start=\"yes\"/>\n</config>\n",
	    l->secure ? "yes" : "no", l->dir, l->hash, l->dir, l->dir);
	if (fclose(f) == EOF)
		tool_die("%s: %s", l->dir, strerror(errno));
}

/* The end of a file; returns its length. */
static size_t
file_read(const struct life *l, const char *name, char *text, size_t size)
{
	int fd = open(file_path(l, name), O_RDONLY);
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
 * and dated copies of its configuration. */
static int
file_may_stay(const char *name)
{
	static const char *const names[] = {
		"admin.crt", "admin.key", "c.xml", "conn.log", "err", "log"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
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
		left += !file_may_stay(e->d_name);
		if (remove_all)
			(void)unlink(file_path(l, e->d_name));
	}
	closedir(dir);
	return left;
}

void
life_init(struct life *l, const char *program, const char *dir, int number,
    int poll_only, int secure, struct fault *fault)
{
	const char *hash;

	memset(l, 0, sizeof(*l));
	l->fault = fault;
	l->program = program;
	l->poll_only = poll_only;
	l->secure = secure;
	snprintf(l->dir, sizeof(l->dir), "%.80s/%d", dir, number);
	if (mkdir(l->dir, 0700) == -1 && errno != EEXIST)
		tool_die("%s: %s", l->dir, strerror(errno));
	hash = crypt("p", "$5$rounds=1000$salt");
	if (hash == NULL || hash[0] != '$')
		hash = crypt("p", "ab");
	snprintf(l->hash, sizeof(l->hash), "%s", hash == NULL ? "x" : hash);
	hosts_start(l);
}

void
life_done(struct life *l)
{
	(void)kill(l->backend, SIGKILL);
	(void)waitpid(l->backend, NULL, 0);
	(void)files_left(l, 1);
	(void)rmdir(l->dir);
}

int
life_logged(const struct life *l, const char *text)
{
	char log[ANSWER_MAX];

	(void)file_read(l, "log", log, sizeof(log));
	return strstr(log, text) != NULL;
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

static void
balancer(const struct life *l)
{
	char log[PATH_SIZE + 8], config[PATH_SIZE + 8], name[PATH_SIZE * 3];
	char d[] = "-d", v[] = "-v", o[] = "-o", p[] = "poll", dash_l[] = "-l";
	char *argv[9];
	int argc = 0, fd;

	snprintf(name, sizeof(name), "%s", l->program);
	snprintf(log, sizeof(log), "%s/log", l->dir);
	snprintf(config, sizeof(config), "%s/c.xml", l->dir);
	argv[argc++] = name;
	if (!l->daemon)
		argv[argc++] = d;
	argv[argc++] = v;
	argv[argc++] = dash_l;
	argv[argc++] = log;
	if (l->poll_only) {
		argv[argc++] = o;
		argv[argc++] = p;
	}
	argv[argc++] = config;
	argv[argc] = NULL;
	fd = open(file_path(l, "err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)dup2(fd, STDERR_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	close(fd);
	signal(SIGPIPE, SIG_DFL);
	optind = 1;
	exit(fault_main(l->fault, argc, argv));
}

/* 1: it has ended. */
static int
ended(struct life *l)
{
	if (l->pid != -1 && waitpid(l->pid, &l->status, WNOHANG) == l->pid)
		l->pid = -1;
	return l->pid == -1;
}

/* Waits for its end: 0, or -1: it was killed at last. */
static int
wait_end(struct life *l, int64_t ms)
{
	int64_t until = tool_now() + ms * tool_patience();

	while (!ended(l)) {
		if (tool_now() > until) {
			(void)kill(l->pid, SIGABRT);
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
	while (!l->fault->looping && !ended(l) && tool_now() < until)
		(void)poll(NULL, 0, 1);
	if (!l->fault->looping && l->pid != -1) {
		life_fatal(l, "it hangs at start");
		(void)wait_end(l, 0);
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
live(struct life *l)
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
	client_idle(l);
}

/* How it has ended. */
static void
judge(struct life *l, int started)
{
	char text[TEXT_MAX];

	(void)file_read(l, "err", text, sizeof(text));
	if (strstr(text, "Sanitizer") != NULL ||
	    strstr(text, "runtime error:") != NULL)
		life_fatal(l, "a sanitizer has spoken");
	if (files_left(l, 0) > 0)
		life_fatal(l, "a file is left behind");
	if (WIFSIGNALED(l->status))
		life_fatal(l, "it was ended by a signal");
	else if (started && WEXITSTATUS(l->status) != 0)
		life_fatal(l, "it ends with another status than 0");
	else if (!started && WEXITSTATUS(l->status) != 1)
		life_fatal(l, "it does not start, and its status is not 1");
	else if (!started && text[0] == '\0')
		life_fatal(l, "it does not start, and says nothing");
}

void
life_run(struct life *l)
{
	int started;

	l->requests_lost = l->commands_lost = 0;
	l->why[0] = l->fatal[0] = '\0';
	(void)files_left(l, 1);
	file_config(l, 2);
	started = start(l);
	if (started) {
		live(l);
		if (ended(l))
			life_fatal(l, "it ends by itself");
		else
			(void)kill(l->pid, SIGTERM);
		if (wait_end(l, STOP_TIME) == -1)
			life_fatal(l, "it does not end on SIGTERM");
	}
	judge(l, started);
}
