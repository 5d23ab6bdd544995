/* SPDX-License-Identifier: ISC
 *
 * Every socket system call of the balancer, and what differs between systems
 * about them. Nothing here waits. */

#include "config.h"

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#if HAVE_SIOCOUTQ
#include <linux/sockios.h>
#endif
#if HAVE_FIONWRITE
#include <sys/filio.h>
#endif
#if HAVE_GETPEERUCRED
#include <ucred.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "net.h"

/* Connections that may wait to be accepted; every system cuts it to its own
 * limit. */
#define BACKLOG 4096

/* Questions of a keepalive without an answer before the peer is given up. */
#define KEEPALIVE_TRIES 4

/* A send to a peer that is gone must give EPIPE, not a signal, also in a
 * program that forgot to ignore SIGPIPE. */
#ifdef MSG_NOSIGNAL
#define SEND_FLAGS MSG_NOSIGNAL
#else
#define SEND_FLAGS 0
#endif
#ifdef MSG_MORE
#define SEND_LAST_FLAGS (SEND_FLAGS | MSG_MORE)
#else
#define SEND_LAST_FLAGS SEND_FLAGS
#endif

#if !HAVE_ACCEPT4 || !HAVE_SOCK_CLOEXEC
/* Makes a descriptor non-blocking and close-on-exec; on failure closes it. */
static int
net_prepare(int fd)
{
	int flags, saved;

	flags = fcntl(fd, F_GETFL);
	if (flags != -1 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1 &&
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != -1)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}
#endif

static int
net_socket(int family)
{
#if HAVE_SOCK_CLOEXEC
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
	int fd;

	fd = socket(family, SOCK_STREAM, 0);
	return fd == -1 ? -1 : net_prepare(fd);
#endif
}

static void
net_option(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

void
net_share(int fd, int on)
{
#ifdef SO_REUSEPORT
	net_option(fd, SOL_SOCKET, SO_REUSEPORT, on);
#else
	(void)fd;
	(void)on;
#endif
}

/* Only a neighbour could send packets with the highest time to live. */
void
net_deaf(int fd, int on)
{
	const int least = on ? 255 : 0;

#ifdef IP_MINTTL
	net_option(fd, IPPROTO_IP, IP_MINTTL, least);
#endif
#ifdef IPV6_MINHOPCOUNT
	net_option(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, least);
#endif
	(void)fd;
	(void)least;
}

int
net_listen(const struct addr *a, int shared)
{
	int fd, saved;

	fd = net_socket(a->u.sa.sa_family);
	if (fd == -1)
		return -1;
	net_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (a->u.sa.sa_family == AF_INET6)
		net_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	net_nodelay(fd);
	if (shared)
		net_share(fd, 1);
	if (bind(fd, &a->u.sa, addr_len(a)) == -1 ||
	    listen(fd, BACKLOG) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	if (shared)
		net_share(fd, 0);
	return fd;
}

/* The address of a UNIX socket: 0, or -1 with errno. */
static int
net_unix(struct sockaddr_un *a, const char *path)
{
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(a->sun_path)) {
		errno = n == 0 ? ENOENT : ENAMETOOLONG;
		return -1;
	}
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	memcpy(a->sun_path, path, n + 1);
	return 0;
}

int
net_left_behind(const char *path)
{
	struct sockaddr_un a;
	struct stat st;
	int fd, left;

	/* Whatever else has that name is not ours to replace. */
	if (net_unix(&a, path) == -1 || lstat(path, &st) == -1 ||
	    !S_ISSOCK(st.st_mode) || (fd = net_socket(AF_UNIX)) == -1)
		return 0;
	left = connect(fd, (const struct sockaddr *)(const void *)&a,
	    sizeof(a)) == -1 && errno == ECONNREFUSED;
	close(fd);
	return left;
}

static int
net_bind_path(int fd, const struct sockaddr_un *a)
{
	if (bind(fd, (const struct sockaddr *)(const void *)a,
	    sizeof(*a)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -1;
	if (!net_left_behind(a->sun_path)) {
		errno = EADDRINUSE;
		return -1;
	}
	if (unlink(a->sun_path) == -1)
		return -1;
	return bind(fd, (const struct sockaddr *)(const void *)a, sizeof(*a));
}

int
net_listen_path(const char *path, mode_t mode)
{
	struct sockaddr_un a;
	int bound, fd, saved;

	if (net_unix(&a, path) == -1)
		return -1;
	fd = net_socket(AF_UNIX);
	if (fd == -1)
		return -1;
	/* Nobody can connect before listen(2): the mode is there in time. */
	bound = net_bind_path(fd, &a) == 0;
	if (bound && chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	if (bound)
		(void)unlink(path);
	errno = saved;
	return -1;
}

/* Errors of accept(2) that belong to a connection that is gone already. */
static int
net_gave_up(int error)
{
	switch (error) {
	case ECONNABORTED:
	case EPROTO:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case ETIMEDOUT:
	case EPERM:
#ifdef EHOSTDOWN
	case EHOSTDOWN:
#endif
#ifdef ENONET
	case ENONET:
#endif
		return 1;
	}
	return 0;
}

int
net_accept(int fd, struct addr *peer)
{
	socklen_t len = sizeof(peer->u);
	int conn;

	memset(peer, 0, sizeof(*peer));
	do {
#if HAVE_ACCEPT4
		conn = accept4(fd, &peer->u.sa, &len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
		conn = accept(fd, &peer->u.sa, &len);
#endif
	} while (conn == -1 && errno == EINTR);
	if (conn == -1) {
		if (errno == EWOULDBLOCK || net_gave_up(errno))
			errno = EAGAIN;
		return -1;
	}
	if (peer->u.sa.sa_family != AF_INET && peer->u.sa.sa_family != AF_INET6)
		memset(peer, 0, sizeof(*peer));
#if HAVE_ACCEPT4
	return conn;
#else
	return net_prepare(conn);
#endif
}

/* 0: the last segment of the handshake may wait for the first data, as long as
 * delayed acknowledgements do. Where this fails nothing is lost. */
static void
net_ack(int fd, int now)
{
#if HAVE_TCP_QUICKACK
	net_option(fd, IPPROTO_TCP, TCP_QUICKACK, now);
#else
	(void)fd;
	(void)now;
#endif
}

void
net_ack_now(int fd)
{
	net_ack(fd, 1);
}

/* Starts to connect: fd, or -1 with errno, and fd is closed. */
static int
net_connect_to(int fd, const struct sockaddr *to, socklen_t len)
{
	int saved;

	/* An interrupted connect goes on by itself. */
	if (connect(fd, to, len) == 0 || errno == EINPROGRESS ||
	    errno == EINTR)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
net_connect(const struct addr *a)
{
	int fd;

	fd = net_socket(a->u.sa.sa_family);
	if (fd == -1)
		return -1;
	net_ack(fd, 0);
	return net_connect_to(fd, &a->u.sa, addr_len(a));
}

int
net_connected(int fd, int broken)
{
	socklen_t len = sizeof(int);
	int error = 0;
	char byte;

#if HAVE_CONNECT_ERROR
	if (!broken)
		return 0;
#else
	(void)broken;
#endif
	/* Solaris reports the pending error as the call's own. */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if ((error == ECONNRESET || error == EPIPE) &&
	    recv(fd, &byte, 1, MSG_PEEK) == 1)
		return NET_RESET;
	return error;
}

int
net_has_peer(int fd)
{
	struct addr peer;
	socklen_t len = sizeof(peer.u);

	return getpeername(fd, &peer.u.sa, &len) == 0;
}

void
net_nodelay(int fd)
{
	net_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

void
net_keepalive(int fd, int64_t ms)
{
	int64_t s = (ms + 999) / 1000, every;

	/* Linux takes no more. */
	if (s > 32767)
		s = 32767;
	every = (s + KEEPALIVE_TRIES - 1) / KEEPALIVE_TRIES;
#if defined(TCP_KEEPIDLE)
	net_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)s);
#elif defined(TCP_KEEPALIVE_THRESHOLD)
	net_option(fd, IPPROTO_TCP, TCP_KEEPALIVE_THRESHOLD, (int)s * 1000);
#elif defined(TCP_KEEPALIVE)
	net_option(fd, IPPROTO_TCP, TCP_KEEPALIVE, (int)s);
#endif
#ifdef TCP_KEEPINTVL
	net_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, (int)every);
#endif
#ifdef TCP_KEEPCNT
	net_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TRIES);
#endif
	(void)every;
	net_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

enum io_result
net_read(int fd, void *data, size_t size, size_t *done)
{
	ssize_t n;

	do
		n = recv(fd, data, size, 0);
	while (n == -1 && errno == EINTR);
	if (n > 0) {
		*done = (size_t)n;
		return IO_DONE;
	}
	*done = 0;
	if (n == 0)
		return IO_EOF;
	return errno == EAGAIN || errno == EWOULDBLOCK ? IO_AGAIN : IO_ERROR;
}

static enum io_result
net_send(int fd, const void *data, size_t size, size_t *done, int flags)
{
	ssize_t n;

	do
		n = send(fd, data, size, flags);
	while (n == -1 && errno == EINTR);
	if (n > 0) {
		*done = (size_t)n;
		return IO_DONE;
	}
	*done = 0;
	if (n == 0 || errno == EAGAIN || errno == EWOULDBLOCK)
		return IO_AGAIN;
	/* A shortage of buffers passes, but a kernel's set tells of room only
	 * when there is more of it: when what is under way has arrived. With
	 * nothing under way nobody would wake us. */
	if (errno == ENOBUFS && net_unsent(fd) > 0)
		return IO_AGAIN;
	return IO_ERROR;
}

enum io_result
net_write(int fd, const void *data, size_t size, size_t *done)
{
	return net_send(fd, data, size, done, SEND_FLAGS);
}

enum io_result
net_write_last(int fd, const void *data, size_t size, size_t *done)
{
	return net_send(fd, data, size, done, SEND_LAST_FLAGS);
}

void
net_shutdown(int fd)
{
	(void)shutdown(fd, SHUT_WR);
}

void
net_close(int fd)
{
	/* Never repeated: after EINTR the descriptor may be somebody else's. */
	(void)close(fd);
}

void
net_reset(int fd)
{
	struct linger now = { 1, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	net_close(fd);
}

int
net_gone(int fd)
{
	ssize_t n;
	char byte;

	do
		n = recv(fd, &byte, 1, MSG_PEEK);
	while (n == -1 && errno == EINTR);
	return n == 0 || (n == -1 && errno != EAGAIN && errno != EWOULDBLOCK);
}

int
net_unsent(int fd)
{
#if HAVE_SIOCOUTQ
	int n;

	return ioctl(fd, SIOCOUTQ, &n) == -1 ? -1 : n;
#elif HAVE_FIONWRITE
	int n;

	return ioctl(fd, FIONWRITE, &n) == -1 ? -1 : n;
#else
	(void)fd;
	return -1;
#endif
}

int
net_local(int fd, struct addr *a)
{
	socklen_t len = sizeof(a->u);

	memset(a, 0, sizeof(*a));
	return getsockname(fd, &a->u.sa, &len);
}

int
net_peer(int fd, struct addr *a)
{
	socklen_t len = sizeof(a->u);

	memset(a, 0, sizeof(*a));
	return getpeername(fd, &a->u.sa, &len);
}

int
net_dup(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int
net_peer_user(int fd, uid_t *uid)
{
#if HAVE_SO_PEERCRED
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == -1)
		return -1;
	*uid = who.uid;
	return 0;
#elif HAVE_GETPEEREID
	gid_t gid;

	return getpeereid(fd, uid, &gid);
#elif HAVE_GETPEERUCRED
	ucred_t *who = NULL;

	if (getpeerucred(fd, &who) == -1)
		return -1;
	*uid = ucred_geteuid(who);
	ucred_free(who);
	return 0;
#else
	(void)fd;
	(void)uid;
	errno = ENOSYS;
	return -1;
#endif
}

int
net_connect_path(const char *path)
{
	struct sockaddr_un a;
	int fd;

	if (net_unix(&a, path) == -1)
		return -1;
	fd = net_socket(AF_UNIX);
	if (fd == -1)
		return -1;
	return net_connect_to(fd, (const struct sockaddr *)(const void *)&a,
	    sizeof(a));
}

int
net_notify(const char *path, const char *text)
{
	struct sockaddr_un a;
	size_t n = strlen(path);
	ssize_t sent;
	int fd, saved;

	if (net_unix(&a, path) == -1)
		return -1;
	if (*path == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd == -1)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	/* The length counts in an abstract name. */
	sent = sendto(fd, text, strlen(text), SEND_FLAGS,
	    (const struct sockaddr *)(const void *)&a, *path == '@' ?
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n) :
	    (socklen_t)sizeof(a));
	saved = errno;
	close(fd);
	errno = saved;
	return sent == -1 ? -1 : 0;
}

int
net_is_local(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM || error == EADDRNOTAVAIL;
}

int
net_pair(int fds[2])
{
	int i, saved;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1)
		return -1;
	for (i = 0; i < 2; i++) {
		if (fcntl(fds[i], F_SETFD, FD_CLOEXEC) == -1)
			goto failed;
	}
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) == -1)
		goto failed;
	return 0;
failed:
	saved = errno;
	close(fds[0]);
	close(fds[1]);
	errno = saved;
	return -1;
}
