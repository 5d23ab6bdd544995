/* SPDX-License-Identifier: ISC
 *
 * TLS for what we serve: the only file that sees OpenSSL is behind this. Built
 * without it, tls_server_new always fails, with that as its reason. */

#ifndef TLS_H
#define TLS_H

#include <stddef.h>

#include "net.h"

struct tls_server;	/* a certificate and the settings */
struct tls;		/* one connection */

/* 1: built with OpenSSL. */
int	 tls_built_in(void);
/* Reads certificate chain and key (PEM). Where neither file is there and make
 * is set, a P-256 key (mode 0600) and a self-signed certificate are made and
 * kept: for localhost, the loopback addresses, this machine's name and node (a
 * name, a number, or "": more is not known). NULL with a text in err. */
struct tls_server *tls_server_new(const char *certificate, const char *key,
		    int make, const char *node, char *err, size_t size);
/* Connections that it has accepted keep what they need. */
void	 tls_server_free(struct tls_server *);

/* A connection over an accepted descriptor, which stays the caller's. NULL: no
 * memory. The first read or write does the handshake on the way. */
struct tls *tls_accept(struct tls_server *, int fd);
void	 tls_free(struct tls *);
/* As net_read and net_write. IO_AGAIN: tls_wants says what to wait for. IO_EOF
 * only after an orderly end. */
enum io_result tls_read(struct tls *, void *, size_t, size_t *done);
enum io_result tls_write(struct tls *, const void *, size_t, size_t *done);
/* The poll(2) event that the last call which came back with IO_AGAIN waits
 * for. */
int	 tls_wants(const struct tls *);
/* 1: bytes can be read without waiting for the descriptor. */
int	 tls_pending(const struct tls *);
/* 1: the handshake is done. */
int	 tls_ready(const struct tls *);
/* Why the last call failed: a short-lived text; plain HTTP on a TLS port is
 * `http request`. */
const char *tls_why(const struct tls *);
/* Tells the peer that no more is coming: tried once, not waited for. */
void	 tls_shutdown(struct tls *);

#endif
