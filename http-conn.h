/* SPDX-License-Identifier: ISC
 *
 * What http.c (listening) and http-conn.c (a connection) share. */

#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include "http.h"

struct tls;		/* tls.h */
struct tls_server;

enum conn_state {
	STATE_SHAKE,
	STATE_READ,
	STATE_AUTH,
	STATE_WRITE,
	STATE_LINGER,
	STATE_DEAD
};

struct conn {
	struct io	 io;
	struct conn	*next, **link;	/* of all */
	struct http	*http;
	struct tls	*tls;		/* NULL: plain */
	const struct tls_ops *tls_ops;	/* not NULL where tls is not */
	int		 wants;		/* the poll(2) event that TLS waits
					 * for; 0: the state decides */
	struct timer	 timer;		/* the end of what it waits for */
	struct task	 task;		/* goes on, or is freed */
	struct addr	 peer;
	char		 peer_text[ADDR_TEXT_SIZE];
	enum conn_state	 state;
	unsigned char	 known;		/* it has had a right answer */
	unsigned char	 gone;		/* it sends no more */
	unsigned char	 last;		/* no request after this one */
	unsigned char	 continued;	/* 100 Continue was sent */
	int64_t		 since;		/* born, or last answered */

	char		*in;		/* bytes read; NULL: none */
	size_t		 len;
	size_t		 seen;		/* looked at for the end of the head */
	size_t		 head;		/* length of the head; 0: not whole */
	struct http_message message;	/* once head is not 0 */
	struct auth_request *auth;
	char		*user;		/* in the bytes read */
	enum right	 right;		/* of that user */

	struct buf	 out[2];	/* head and body of the answer */
	size_t		 sent;		/* of both together */
};

struct http {
	struct pydirector *director;
	http_handler_fn	*handler;
	struct door	 door;
	struct tls_server *tls;		/* for new connections; NULL: plain */
	struct conn	*conns;
	int		 nconns;
	struct conn	*asking;	/* its handler runs now, or NULL */
	struct timer	 shakes;	/* one of the handshakes has had its
					 * chance */
	int64_t		 round;		/* loop.now when spent was 0 */
	int64_t		 spent;		/* us of that round in handlers and
					 * TLS */
};

/* http-answer.c: appends the head of an answer whose body is in r to the
 * connection's output. */
void	 answer_head(struct conn *, const struct http_response *r);

/* http-io.c: reading and writing. */
/* Makes the new connection plain or TLS as h has it: 0, or -1: no memory. */
int	 conn_secure(struct conn *, struct http *h, int fd);
/* 1: a client that is accepted now finds a place. When that changes with time
 * a round of the loop comes. */
int	 conn_room(struct http *h);
/* Goes on with the handshake; the log tells why it failed. */
enum io_result conn_handshake(struct conn *);
/* As net_read and net_write. */
enum io_result conn_in(struct conn *, void *, size_t, size_t *done);
enum io_result conn_out(struct conn *, const void *, size_t, size_t *done);
/* 1: something to read is here already, and poll(2) will not tell. */
int	 conn_pending(const struct conn *);
/* The us that requests and TLS have taken in this round. */
int64_t	 conns_spent(struct http *);

/* http-conn.c. Takes over the descriptor of a client. */
void	 conn_start(struct http *, int fd, const struct addr *peer);
/* Closes it at once. */
void	 conn_end(struct conn *);

#endif
