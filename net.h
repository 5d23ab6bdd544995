/* SPDX-License-Identifier: ISC
 *
 * Every socket system call, and what differs between systems about them.
 * All sockets made here are non-blocking and close-on-exec. Calls that are
 * interrupted by a signal are made again. */

#ifndef NET_H
#define NET_H

#include <sys/types.h>

#include <stdint.h>

#include "addr.h"

/* What became of a read or a write; shared by sockets and TLS. */
enum io_result {
	IO_DONE,	/* at least one byte moved */
	IO_AGAIN,	/* nothing now; wait for the descriptor */
	IO_EOF,		/* read only: the peer has closed its half */
	IO_ERROR	/* errno says why */
};

/* Listens on a, for IPv6 on IPv6 alone. shared: it may overlap with others
 * that net_share was called for. Returns the descriptor, or -1 with errno.
 * Sockets accepted from it have TCP_NODELAY where it is inherited. */
int	 net_listen(const struct addr *a, int shared);
/* While on, another socket may listen on an address that overlaps with this
 * one's, `*:80` and `127.0.0.1:80`, or is the same. Where this does nothing
 * the system allows the former anyway. */
void	 net_share(int fd, int on);
/* A socket that listens hears of no new clients, whose systems will ask again
 * after a second, or does again. Where this does nothing they are refused when
 * it is closed. off also for a client that came in since. */
void	 net_deaf(int fd, int on);
/* 1: a UNIX socket that nobody listens on any more has that name, and we may
 * connect to it. */
int	 net_left_behind(const char *path);
/* Listens on a UNIX socket with that mode. A socket that nobody listens on any
 * more is replaced. Returns the descriptor, or -1 with errno. */
int	 net_listen_path(const char *path, mode_t mode);
#define NET_PATH_MAX 100	/* bytes of a path, on every system */
/* Accepts one connection: the descriptor and *peer, or -1 with errno; EAGAIN:
 * there is none now (also for one that its client has given up). The peer of a
 * UNIX socket has no address (AF_UNSPEC). */
int	 net_accept(int fd, struct addr *peer);
/* Starts to connect. Returns the descriptor (writable when it is known how it
 * went: net_connected), or -1 with errno. The peer may hear that it is
 * connected with the first data only; net_ack_now tells it at once. */
int	 net_connect(const struct addr *a);
void	 net_ack_now(int fd);
/* How a connect that was under way ended: 0, or an errno, or NET_RESET: the
 * peer has answered, sent something that is there to be read, and reset the
 * connection. broken: poll(2) or the set has told of an error or a hang-up. */
int	 net_connected(int fd, int broken);
#define NET_RESET (-1)
/* 1: it is connected, whatever poll(2) has told so far. */
int	 net_has_peer(int fd);
/* Small writes are sent at once from now on. */
void	 net_nodelay(int fd);
/* After ms of silence (rounded up to seconds) TCP asks whether the peer is
 * there, and gives it up, as an error of the socket, when it has not answered
 * for about that long again. Where times cannot be set they are the
 * system's. */
void	 net_keepalive(int fd, int64_t ms);

enum io_result	 net_read(int fd, void *, size_t, size_t *done);
enum io_result	 net_write(int fd, const void *, size_t, size_t *done);
/* The same for the last bytes, when net_shutdown or net_close follows at once:
 * they may wait for it and go out with the FIN. */
enum io_result	 net_write_last(int fd, const void *, size_t, size_t *done);
/* Closes the half that we write: the peer reads EOF behind the last byte. */
void	 net_shutdown(int fd);
void	 net_close(int fd);
/* Closes so that the peer sees a reset. Bytes not yet sent are thrown away. */
void	 net_reset(int fd);
/* 1: the peer has closed or broken it, and nothing is left to be read. */
int	 net_gone(int fd);
/* Bytes that the peer has not acknowledged yet; -1: cannot be asked here. */
int	 net_unsent(int fd);
/* The socket's own address, and its peer's. 0 or -1. */
int	 net_local(int fd, struct addr *);
int	 net_peer(int fd, struct addr *);

/* Another descriptor for the same socket, close-on-exec too, or -1 with
 * errno. */
int	 net_dup(int fd);

/* The user of the process at the other end of a UNIX socket, when it
 * connected. 0, or -1 with errno; ENOSYS: cannot be asked here. */
int	 net_peer_user(int fd, uid_t *);
/* Connects to a UNIX socket. Returns the descriptor, or -1 with errno; EAGAIN:
 * it has too many clients that wait. */
int	 net_connect_path(const char *path);

/* Sends one datagram to a UNIX socket, if it can go at once; `@` at the start
 * of the path stands for a NUL: an abstract name. 0, or -1 with errno. */
int	 net_notify(const char *path, const char *text);

/* 1 when an errno tells of a shortage of our own (descriptors, memory,
 * local ports) and nothing about the peer. */
int	 net_is_local(int error);
/* A connected pair for talking to a child: 0 or -1 with errno. Both ends
 * are close-on-exec, the first is non-blocking. */
int	 net_pair(int fds[2]);

#endif
