/* SPDX-License-Identifier: ISC
 *
 * The server of the bench, in one light process that waits in epoll:
 *
 *	bench-backend
 *
 * It prints `listening PORT`: that port of every loopback address, so that
 * one process can be a thousand hosts. It answers GET of
 *
 *	/		128 bytes
 *	/close		the same, then closes
 *	/bytes/N	N bytes
 *	/count		`REQUESTS CONNECTIONS`: answered so far (these ones not
 *			counted), open now (this one not counted)
 *
 * A request has to come whole, alone and at once, as it does from flood;
 * other connections are closed. */

#include "config.h"

#if HAVE_EPOLL
#include <sys/epoll.h>
#endif
#if HAVE_EPOLL
#include <sys/epoll.h>
#endif
#include <sys/socket.h>
#include <netinet/in.h>

#include <signal.h>

#include "tool.h"

#if HAVE_EPOLL && defined(SO_BINDTODEVICE)

#define BODY	128	/* bytes of a short answer */
#define BATCH	64	/* connections accepted, events taken at once */
#define ROUNDS	4	/* sends for one event */

struct conn {
	int		 fd;
	int		 in_set;
	uint64_t	 left;	/* bytes of a long answer to send */
};

static char bytes[256 * 1024];
static uint64_t requests, open_now;
static int set, lfd;

static int
conn_set(struct conn *c, unsigned events)
{
	struct epoll_event e;
	int how = c->in_set ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	c->in_set = 1;
	e.events = events;
	e.data.ptr = c;
	return epoll_ctl(set, how, c->fd, &e);
}

static void
conn_close(struct conn *c)
{
	close(c->fd);
	free(c);
	open_now--;
}

/* Sends an answer with n more bytes to come; 0, or -1. */
static int
conn_answer(struct conn *c, const char *body, size_t len, uint64_t more)
{
	char text[256 + BODY];
	int n;

	n = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/plain\r\nContent-Length: %ju\r\n\r\n",
	    (uintmax_t)(len + more));
	memcpy(text + n, body, len);
	len += (size_t)n;
	return send(c->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

/* One request; 0, or -1 when the connection is to be closed. */
static int
conn_request(struct conn *c, const char *req)
{
	char count[64];
	unsigned long long n;

	if (strstr(req, "\r\n\r\n") == NULL)
		return -1;
	if (strncmp(req, "GET /count ", 11) == 0) {
		snprintf(count, sizeof(count), "%ju %ju\n",
		    (uintmax_t)requests, (uintmax_t)open_now - 1);
		(void)conn_answer(c, count, strlen(count), 0);
		return -1;
	}
	requests++;
	if (strncmp(req, "GET / ", 6) == 0)
		return conn_answer(c, bytes, BODY, 0);
	if (sscanf(req, "GET /bytes/%llu ", &n) == 1) {
		c->left = n;
		if (conn_answer(c, bytes, 0, n) == -1)
			return -1;
		return conn_set(c, EPOLLOUT);
	}
	if (strncmp(req, "GET /close ", 11) == 0)
		(void)conn_answer(c, bytes, BODY, 0);
	return -1;
}

/* 0, or -1 when the connection is to be closed; 1: nothing was there. */
static int
conn_read(struct conn *c)
{
	char req[512];
	ssize_t n;

	n = recv(c->fd, req, sizeof(req) - 1, 0);
	if (n == -1 && tool_again(errno))
		return 1;
	if (n <= 0)
		return -1;
	req[n] = '\0';
	return conn_request(c, req);
}

static int
conn_write(struct conn *c)
{
	size_t size;
	ssize_t n;
	int i;

	for (i = 0; i < ROUNDS && c->left > 0; i++) {
		size = c->left < sizeof(bytes) ? c->left : sizeof(bytes);
		n = send(c->fd, bytes, size, MSG_NOSIGNAL);
		if (n == -1)
			return tool_again(errno) ? 0 : -1;
		c->left -= (uint64_t)n;
	}
	return c->left > 0 ? 0 : conn_set(c, EPOLLIN);
}

/* Mostly the request is there already: then a connection that is closed after
 * the answer is never put into the set. */
static void
accept_all(void)
{
	struct conn *c;
	int fd, i, r;

	for (i = 0; i < BATCH; i++) {
		fd = accept4(lfd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1)
			return;
		if ((c = calloc(1, sizeof(*c))) == NULL)
			tool_die("no memory");
		c->fd = fd;
		open_now++;
		r = conn_read(c);
		if (r != -1 && !c->in_set)
			r = conn_set(c, EPOLLIN);
		if (r == -1)
			conn_close(c);
	}
}

/* Every loopback address, and no other. */
static void
start_listening(void)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_ANY);
	lfd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (lfd == -1)
		tool_die("socket: %s", strerror(errno));
	if (setsockopt(lfd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == -1)
		tool_die("lo: %s", strerror(errno));
	if (bind(lfd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(lfd, 4096) == -1 ||
	    getsockname(lfd, (struct sockaddr *)&sin, &len) == -1)
		tool_die("listen: %s", strerror(errno));
	printf("listening %u\n", (unsigned)ntohs(sin.sin_port));
	fflush(stdout);
}

int
main(void)
{
	struct epoll_event e[BATCH];
	struct conn *c;
	int i, n, r;

	memset(bytes, 'x', sizeof(bytes));
	start_listening();
	set = epoll_create1(EPOLL_CLOEXEC);
	e[0].events = EPOLLIN;
	e[0].data.ptr = NULL;
	if (set == -1 || epoll_ctl(set, EPOLL_CTL_ADD, lfd, &e[0]) == -1)
		tool_die("epoll: %s", strerror(errno));
	for (;;) {
		n = epoll_wait(set, e, BATCH, -1);
		for (i = 0; i < n; i++) {
			if ((c = e[i].data.ptr) == NULL) {
				accept_all();
				continue;
			}
			r = (e[i].events & EPOLLOUT) != 0 ?
			    conn_write(c) : conn_read(c);
			if (r == -1)
				conn_close(c);
		}
	}
}

#else

int
main(void)
{
	tool_die("this program needs epoll and a loopback to bind to");
	return 2;
}

#endif
