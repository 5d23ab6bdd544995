/* SPDX-License-Identifier: ISC
 *
 * TLS for what we serve: the files behind this (tls.c, tls-cert.c,
 * tls-make.c) alone see OpenSSL. Built without it, tls_server_new always
 * fails, with that as its reason. */

#ifndef TLS_H
#define TLS_H

#include <stddef.h>

#include "net.h"

#define TLS_PRINT_SIZE	96	/* `AB:CD:...` of SHA-256, and its NUL */

struct tls_server;	/* a certificate and the settings */
struct tls;		/* one connection */

/* 1: built with OpenSSL. */
int	 tls_built_in(void);
/* Reads certificate chain and key (PEM). Where make is set and the certificate
 * is not there, a self-signed one is made and kept, with a P-256 key (mode
 * 0600) unless there is a key: for localhost, the loopback addresses, this
 * machine's name and node (a name, a number, or "": more is not known). NULL
 * with a text in err. */
struct tls_server *tls_server_new(const char *certificate, const char *key,
		    int make, const char *node, char *err, size_t size);
/* Connections that it has accepted keep what they need. */
void	 tls_server_free(struct tls_server *);
/* 1: tls_server_new has made the certificate. */
int	 tls_server_made(const struct tls_server *);
/* The certificate's SHA-256 fingerprint. */
const char *tls_server_print(const struct tls_server *);
/* What somebody should look at (`certificate: expired`), or NULL. */
const char *tls_server_warning(const struct tls_server *);

/* A connection over an accepted descriptor, which stays the caller's. NULL: no
 * memory. */
struct tls *tls_accept(struct tls_server *, int fd);
void	 tls_free(struct tls *);
/* Goes on with the handshake, which comes before all else. IO_DONE: it is
 * over. */
enum io_result tls_handshake(struct tls *);
/* As net_read and net_write. IO_AGAIN: tls_wants says what to wait for; a
 * write is then made again with the same bytes, or more. IO_EOF only after an
 * orderly end. Each call takes a bounded number of bytes from the socket. */
enum io_result tls_read(struct tls *, void *, size_t, size_t *done);
enum io_result tls_write(struct tls *, const void *, size_t, size_t *done);
/* The poll(2) event that the last call which came back with IO_AGAIN waits
 * for. */
int	 tls_wants(const struct tls *);
/* 1: bytes can be read without waiting for the descriptor. */
int	 tls_pending(const struct tls *);
/* How far a handshake is: 0: nothing has come, 1: something has, 2: it was
 * answered. */
int	 tls_progress(const struct tls *);
/* 1: the peer does not speak TLS but something with letters, HTTP most
 * likely. The handshake has failed, and nothing has been sent. */
int	 tls_plain(const struct tls *);
/* Why the last call failed; never NULL. */
const char *tls_why(const struct tls *);
/* Tells the peer that no more is coming: tried once, not waited for. */
void	 tls_shutdown(struct tls *);

/* All of these, for who links them only when they are wanted. */
struct tls_ops {
	int		(*built_in)(void);
	struct tls_server *(*server_new)(const char *certificate,
			    const char *key, int make, const char *node,
			    char *err, size_t size);
	void		(*server_free)(struct tls_server *);
	int		(*server_made)(const struct tls_server *);
	const char	*(*server_print)(const struct tls_server *);
	const char	*(*server_warning)(const struct tls_server *);
	struct tls	*(*accept)(struct tls_server *, int fd);
	void		(*free)(struct tls *);
	enum io_result	(*handshake)(struct tls *);
	enum io_result	(*read)(struct tls *, void *, size_t, size_t *done);
	enum io_result	(*write)(struct tls *, const void *, size_t,
			    size_t *done);
	int		(*wants)(const struct tls *);
	int		(*pending)(const struct tls *);
	int		(*progress)(const struct tls *);
	int		(*plain)(const struct tls *);
	const char	*(*why)(const struct tls *);
	void		(*shutdown)(struct tls *);
};

#endif
