/* SPDX-License-Identifier: ISC
 *
 * The balancer's peers in a life (fault-life.c): its hosts, a client of them,
 * and who sends commands and looks at pages. What goes wrong is counted; every
 * wait has a deadline. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <poll.h>
#include <signal.h>

#include "tool.h"
#include "fault-life.h"

#define OP_TIME		5000	/* ms for a request or a command */
#define HELPER_TIME	2000	/* for a helper to be started again */
#define CONNS		64

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

void
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

int
client_open(struct life *l)
{
	int fd = call(l, l->fault->ports[0]);

	if (fd == -1)
		lost(l, &l->requests_lost, "connect", strerror(errno));
	return fd;
}

void
client_finish(struct life *l, int fd, size_t size)
{
	char text[4096], head[32];
	int bad = 0;
	size_t at = 0;
	ssize_t n = -1;

	if (fd == -1)
		return;
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
		life_fatal(l, "an answer is cut off and looks whole");
	close(fd);
	if (bad)
		life_fatal(l, "wrong bytes");
}

void
client_request(struct life *l, size_t size)
{
	client_finish(l, client_open(l), size);
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
void
client_command(struct life *l, const char *line, char answer[ANSWER_MAX])
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

void
client_relays(struct life *l, int some)
{
	int64_t until = tool_now() + OP_TIME * tool_patience();
	char answer[ANSWER_MAX], *line, *end;
	int busy;
	unsigned open;

	do {
		client_command(l, "running.txt\n", answer);
		busy = 0;
		for (line = strchr(answer, '\n'); line != NULL; line = end) {
			end = strchr(++line, '\n');
			if (sscanf(line, "host %*s %*s %u", &open) == 1)
				busy |= open > 0;
		}
	} while (busy != some && tool_now() < until && poll(NULL, 0, 1) == 0);
	if (busy != some)
		life_fatal(l, some ? "no host counts a relay" :
		    "a host still counts a relay");
}

/* A program beside the balancer that is not seen there at the start is looked
 * for where it would be installed: it is told, and nobody can log in. */
static int
no_helper(const struct life *l)
{
	return l->kind == FAULT_PATH &&
	    life_logged(l, " err helper crypt: cannot start ");
}

void
client_page(struct life *l, const char *path)
{
	int64_t until = tool_now() + HELPER_TIME * tool_patience();
	char answer[ANSWER_MAX], text[256];
	int fd, i;

	snprintf(text, sizeof(text), "GET /%s HTTP/1.0\r\nAuthorization: "
	    "Basic dTpw\r\n\r\n", path);
	for (i = 0; i < 2;) {
		fd = call(l, l->fault->ports[1]);
		if (l->how->secure && fd != -1)
			fault_tls_ask(fd, text, answer, sizeof(answer));
		else
			ask(fd, text, 0, answer);
		if (fd != -1)
			close(fd);
		if (strncmp(answer, "HTTP/1.", 7) == 0 &&
		    strncmp(answer + 8, " 200 ", 5) == 0)
			return;
		if (no_helper(l))
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
