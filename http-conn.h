/* SPDX-License-Identifier: ISC
 *
 * What http.c (listening) and http-conn.c (a connection) share. */

#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include "http.h"

enum conn_state {
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
	struct web	*web;		/* NULL: not listening */
	struct conn	*conns;
	int		 nconns;
	int64_t		 round;		/* loop.now when spent was 0 */
	int64_t		 spent;		/* us of that round in handlers */
};

/* Takes over the descriptor of a client. */
void	 conn_start(struct http *, int fd, const struct addr *peer);
/* Closes it at once. */
void	 conn_end(struct conn *);

#endif
