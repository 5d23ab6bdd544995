/* SPDX-License-Identifier: ISC
 *
 * One life of the balancer: it starts in a process of its own with a small
 * configuration, serves requests, obeys commands, and stops. What goes wrong
 * is counted; every wait has a deadline. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "tool.h"
#include "fault-life.h"

#define OP_TIME		5000	/* ms for a request or a command */
#define START_TIME	10000
#define STOP_TIME	5000
#define HELPER_TIME	2000	/* for a helper to be started again */
#define LARGE		300000	/* bytes of a large answer */
#define CONNS		64
#define ANSWER_MAX	65536

/* The hosts: one process with a few ports, which answers a line that is a
 * number with so many bytes, and closes. */

static int
host_listen(unsigned *port)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd, on = 1;

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(fd, 100) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		tool_die("a host: %s", strerror(errno));
	*port = ntohs(a.sin_port);
	return fd;
}

static void
patience(int fd, int64_t ms)
{
	struct timeval tv;

	ms *= tool_patience();
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

/* Returns -1 when it is done with. */
static int
host_answer(int fd)
{
	static char bytes[LARGE];
	char text[64];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
	size_t size, at = 0;

	if (n <= 0)
		return -1;
	text[n] = '\0';
	size = strtoul(text, NULL, 10);
	if (size > sizeof(bytes))
		size = sizeof(bytes);
	pattern_fill(SEED_SERVER, 0, bytes, size);
	while (at < size &&
	    (n = send(fd, bytes + at, size - at, MSG_NOSIGNAL)) > 0)
		at += (size_t)n;
	return -1;
}

static void
host_serve(const int fds[HOSTS])
{
	struct pollfd p[HOSTS + CONNS];
	pid_t parent = getppid();
	int i, n, fd;

	for (i = 0; i < HOSTS; i++) {
		p[i].fd = fds[i];
		p[i].events = POLLIN;
	}
	for (n = HOSTS; getppid() == parent;) {
		if (poll(p, (nfds_t)n, 1000) < 1)
			continue;
		for (i = n - 1; i >= HOSTS; i--) {
			if (p[i].revents == 0 || host_answer(p[i].fd) == 0)
				continue;
			close(p[i].fd);
			p[i] = p[--n];
		}
		for (i = 0; i < HOSTS; i++) {
			if (!(p[i].revents & POLLIN) || n == HOSTS + CONNS ||
			    (fd = accept(p[i].fd, NULL, NULL)) == -1)
				continue;
			patience(fd, OP_TIME);
			p[n].fd = fd;
			p[n].events = POLLIN;
			p[n++].revents = 0;
		}
	}
	_exit(1);
}

static void
hosts_start(struct life *l)
{
	int fds[HOSTS], i;

	/* The second by its name, which is looked up. */
	for (i = 0; i < HOSTS; i++)
		fds[i] = host_listen(&l->ports[i]);
	l->backend = fork();
	if (l->backend == 0)
		host_serve(fds);
	if (l->backend == -1)
		tool_die("fork: %s", strerror(errno));
	for (i = 0; i < HOSTS; i++)
		close(fds[i]);
}

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
	    "    <web listen=\"127.0.0.1:0\" enable=\"true\"/>\n"
	    "    <console socket=\"%s/console\"/>\n"
	    "    <user name=\"u\" password=\"%s\" access=\"full\"/>\n"
	    "  </admin>\n  <control socket=\"%s/control\"/>\n"
	    "  <connlog file=\"%s/conn.log\" start=\"yes\"/>\n</config>\n",
	    l->dir, l->hash, l->dir, l->dir);
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

/* Removes all files; NULL, or not less than keep: how many there were. */
static void
files_remove(const struct life *l)
{
	DIR *dir = opendir(l->dir);
	struct dirent *e;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			(void)unlink(file_path(l, e->d_name));
	closedir(dir);
}

void
life_init(struct life *l, const char *program, const char *dir, int number,
    int poll_only, struct fault *fault)
{
	const char *hash;

	memset(l, 0, sizeof(*l));
	l->fault = fault;
	l->program = program;
	l->poll_only = poll_only;
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
	files_remove(l);
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

static void
fatal(struct life *l, const char *what)
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
		fatal(l, "it hangs at start");
		(void)wait_end(l, 0);
	}
	return l->fault->looping;
}

/* What a client does. */

static void
lost(struct life *l, int *count, const char *what, const char *why)
{
	++*count;
	snprintf(l->why, sizeof(l->why), "%.*s: %.*s",
	    (int)strcspn(what, "\n"), what, (int)strcspn(why, "\r\n"), why);
}

static int
call(const struct life *l, unsigned port)
{
	struct sockaddr_in a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)l;
	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1)
		tool_die("socket: %s", strerror(errno));
	patience(fd, OP_TIME);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
request(struct life *l, size_t size)
{
	char text[4096], head[32];
	int fd = call(l, l->fault->ports[0]), bad = 0;
	size_t at = 0;
	ssize_t n = -1;

	if (fd == -1) {
		lost(l, &l->requests_lost, "connect", strerror(errno));
		return;
	}
	snprintf(head, sizeof(head), "%zu\n", size);
	if (send(fd, head, strlen(head), MSG_NOSIGNAL) > 0 &&
	    shutdown(fd, SHUT_WR) == 0)
		while ((n = recv(fd, text, sizeof(text), 0)) > 0) {
			bad |= pattern_check(SEED_SERVER, at, text,
			    (size_t)n) != -1;
			at += (size_t)n;
		}
	if (n == -1)
		lost(l, &l->requests_lost, "request", strerror(errno));
	else if (at != size)
		fatal(l, "an answer is cut off and looks whole");
	close(fd);
	if (bad)
		fatal(l, "wrong bytes");
}

static int
call_console(const struct life *l)
{
	struct sockaddr_un a;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sun_family = AF_UNIX;
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/console", l->dir);
	patience(fd, OP_TIME);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Sends a text and reads until the end, or until answer has what begins with
 * `CODE LENGTH` whole. */
static void
ask(int fd, const char *text, int framed, char answer[ANSWER_MAX])
{
	size_t n = 0, len;
	ssize_t got;
	char *body;

	answer[0] = '\0';
	if (fd == -1) {
		snprintf(answer, ANSWER_MAX, "connect: %s", strerror(errno));
		return;
	}
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) == -1)
		return;
	while (n < ANSWER_MAX - 1 &&
	    (got = recv(fd, answer + n, ANSWER_MAX - 1 - n, 0)) > 0) {
		n += (size_t)got;
		answer[n] = '\0';
		body = strchr(answer, '\n');
		if (framed && body != NULL &&
		    sscanf(answer, "%*d %zu", &len) == 1 &&
		    strlen(body + 1) >= len)
			return;
	}
}

/* A command, and once more when it fails; then it has to succeed, or to have
 * been done the first time, and the answer was lost. */
static void
command(struct life *l, const char *line, char answer[ANSWER_MAX])
{
	int fd, i;

	for (i = 0; i < 2; i++) {
		fd = call_console(l);
		ask(fd, line, 1, answer);
		if (fd != -1)
			close(fd);
		if (strncmp(answer, "200 ", 4) == 0 ||
		    (i > 0 && strncmp(answer, "409 ", 4) == 0))
			return;
		lost(l, &l->commands_lost, line, answer);
	}
}

/* Every relay has given its host back. */
static void
idle(struct life *l)
{
	int64_t until = tool_now() + OP_TIME * tool_patience();
	char answer[ANSWER_MAX], *line, *end;
	int busy;
	unsigned open;

	do {
		command(l, "running.txt\n", answer);
		busy = 0;
		for (line = strchr(answer, '\n'); line != NULL; line = end) {
			end = strchr(++line, '\n');
			if (sscanf(line, "host %*s %*s %u", &open) == 1)
				busy |= open > 0;
		}
	} while (busy && tool_now() < until && poll(NULL, 0, 1) == 0);
	if (busy)
		fatal(l, "a host still counts a relay");
}

static void
page(struct life *l, const char *path)
{
	int64_t until = tool_now() + HELPER_TIME * tool_patience();
	char answer[ANSWER_MAX], text[256];
	int fd, i;

	snprintf(text, sizeof(text), "GET /%s HTTP/1.0\r\nAuthorization: "
	    "Basic dTpw\r\n\r\n", path);
	for (i = 0; i < 2;) {
		fd = call(l, l->fault->ports[1]);
		ask(fd, text, 0, answer);
		if (fd != -1)
			close(fd);
		if (strncmp(answer, "HTTP/1.", 7) == 0 &&
		    strncmp(answer + 8, " 200 ", 5) == 0)
			return;
		/* A helper is started once a second. */
		if (strncmp(answer + 8, " 503 ", 5) == 0 && tool_now() < until)
			(void)poll(NULL, 0, 50);
		else
			i++;
		if (i > 0)
			lost(l, &l->commands_lost, path, answer);
	}
}

/* The configuration on disk is one of those that were there. */
static void
whole(struct life *l)
{
	char text[ANSWER_MAX];
	size_t n = file_read(l, "c.xml", text, sizeof(text));

	if (n < 300 || strstr(text, "<!-- kept -->") == NULL ||
	    strcmp(text + n - 10, "</config>\n") != 0)
		fatal(l, "the file is not whole");
}

static void
live(struct life *l)
{
	char line[128], answer[ANSWER_MAX];
	int i;

	for (i = 0; i < 3; i++)
		request(l, 1000);
	request(l, LARGE);
	page(l, "running.txt");
	snprintf(line, sizeof(line), "addHost web g h2 127.0.0.1:%u\n",
	    l->ports[2]);
	command(l, line, answer);
	command(l, "save\n", answer);
	whole(l);
	(void)kill(l->pid, SIGUSR1);
	file_config(l, HOSTS);
	command(l, "reload\n", answer);
	(void)kill(l->pid, SIGHUP);
	page(l, "running");
	for (i = 0; i < 3; i++)
		request(l, 1000);
	idle(l);
}

/* How it has ended. */
static void
judge(struct life *l, int started)
{
	char text[TEXT_MAX];

	(void)file_read(l, "err", text, sizeof(text));
	if (strstr(text, "Sanitizer") != NULL ||
	    strstr(text, "runtime error:") != NULL)
		fatal(l, "a sanitizer has spoken");
	if (WIFSIGNALED(l->status))
		fatal(l, "it was ended by a signal");
	else if (started && WEXITSTATUS(l->status) != 0)
		fatal(l, "it ends with another status than 0");
	else if (!started && WEXITSTATUS(l->status) != 1)
		fatal(l, "it does not start, and its status is not 1");
	else if (!started && text[0] == '\0')
		fatal(l, "it does not start, and says nothing");
}

void
life_run(struct life *l)
{
	int started;

	l->requests_lost = l->commands_lost = 0;
	l->why[0] = l->fatal[0] = '\0';
	files_remove(l);
	file_config(l, 2);
	started = start(l);
	if (started) {
		live(l);
		if (ended(l))
			fatal(l, "it ends by itself");
		else
			(void)kill(l->pid, SIGTERM);
		if (wait_end(l, STOP_TIME) == -1)
			fatal(l, "it does not end on SIGTERM");
	}
	judge(l, started);
}
