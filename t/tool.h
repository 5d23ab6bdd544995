/* SPDX-License-Identifier: ISC
 *
 * What the test programs share: byte patterns that both ends can compute,
 * clock, addresses. The tools use nothing of the balancer, so that a fault
 * in it cannot hide itself. */

#ifndef TOOL_H
#define TOOL_H

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Two patterns, so that bytes sent back by mistake are noticed. */
#define SEED_CLIENT	1
#define SEED_SERVER	2

static inline void
tool_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static inline int64_t
tool_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Slow builds get more time: a factor from the environment, 1 to 1000. */
static inline int64_t
tool_patience(void)
{
	const char *s;
	long n;

	s = getenv("PYDIRECTOR_PATIENCE");
	n = s == NULL ? 1 : strtol(s, NULL, 10);
	return n < 1 ? 1 : n > 1000 ? 1000 : n;
}

static inline uint64_t
tool_number(const char *s)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end != '\0' || errno != 0)
		tool_die("not a number: %s", s);
	return n;
}

/* Eight bytes of a pattern (splitmix64). */
static inline uint64_t
pattern_word(unsigned seed, uint64_t i)
{
	uint64_t z;

	z = i * UINT64_C(0x9e3779b97f4a7c15) + seed;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline void
pattern_fill(unsigned seed, uint64_t at, char *p, size_t n)
{
	uint64_t w = 0;
	size_t i;

	for (i = 0; i < n; i++, at++) {
		if (i == 0 || at % 8 == 0)
			w = pattern_word(seed, at / 8);
		p[i] = (char)(w >> (at % 8 * 8));
	}
}

/* The place in the pattern of the first byte that is wrong, or -1. */
static inline int64_t
pattern_check(unsigned seed, uint64_t at, const char *p, size_t n)
{
	uint64_t w = 0;
	size_t i;

	for (i = 0; i < n; i++, at++) {
		if (i == 0 || at % 8 == 0)
			w = pattern_word(seed, at / 8);
		if (p[i] != (char)(w >> (at % 8 * 8)))
			return (int64_t)at;
	}
	return -1;
}

/* Splits ADDR:PORT, [ADDR]:PORT or NAME:PORT and looks it up. */
static inline struct addrinfo *
tool_address(const char *text, int flags)
{
	struct addrinfo hints, *ai;
	char node[256];
	const char *colon, *start;
	size_t len;
	int e;

	if ((colon = strrchr(text, ':')) == NULL)
		tool_die("%s: ADDRESS:PORT expected", text);
	start = text;
	len = (size_t)(colon - text);
	if (*start == '[' && len > 2) {
		start++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(node))
		tool_die("%s: ADDRESS:PORT expected", text);
	memcpy(node, start, len);
	node[len] = '\0';
	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = flags;
	if ((e = getaddrinfo(node, colon + 1, &hints, &ai)) != 0)
		tool_die("%s: %s", text, gai_strerror(e));
	return ai;
}

static inline const char *
tool_text(const struct sockaddr *sa, socklen_t len, char *buf, size_t size)
{
	char host[128], port[16];

	if (getnameinfo(sa, len, host, sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return "?";
	snprintf(buf, size, sa->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
	    host, port);
	return buf;
}

static inline int
tool_again(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static inline void
tool_nonblock(int fd)
{
	int on = 1;

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		tool_die("fcntl: %s", strerror(errno));
	/* Fails on what is not TCP, and on a connection that is gone. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Closes with a reset; what was not sent is thrown away. */
static inline void
tool_reset(int fd)
{
	struct linger l;

	l.l_onoff = 1;
	l.l_linger = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(fd);
}

#endif
