/* SPDX-License-Identifier: ISC
 *
 * TLS connections that were accepted: 1.2 and 1.3, through net.c, never
 * waiting. It promises that a call moves a bounded number of bytes and makes
 * at most one handshake's computation, whatever the peer sends. No session is
 * resumed, nothing is renegotiated, no client is asked for a certificate. */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tls-impl.h"

/* Of one call: what it takes from the socket. Records of nothing and updates
 * of keys cost time and give no data; the longest record has 16 KiB and some
 * bytes, and each record is two reads. */
#define READ_BYTES	(20 * 1024)
#define READ_CALLS	64

struct tls {
	struct tls_server *server;
	SSL		*ssl;
	int		 fd;
	size_t		 bytes;		/* that this call may yet read */
	int		 calls;
	short		 wants;
	unsigned char	 begun;		/* the peer has sent something */
	unsigned char	 plain;		/* which was no TLS */
	unsigned char	 answered;	/* something was sent */
	unsigned char	 ready;		/* the handshake is done */
	unsigned char	 failed;	/* nothing more can be sent */
	const char	*why;
};

/* OpenSSL's way to the socket. */

static int
bio_read(BIO *b, char *p, int size)
{
	struct tls *t = BIO_get_data(b);
	size_t done, n = (size_t)size;

	BIO_clear_retry_flags(b);
	if (size <= 0)
		return 0;
	if (t->plain || n == 0)
		return -1;
	if (t->bytes == 0 || t->calls == 0) {
		BIO_set_retry_read(b);	/* poll(2) tells at once */
		return -1;
	}
	t->calls--;
	switch (net_read(t->fd, p, n < t->bytes ? n : t->bytes, &done)) {
	case IO_DONE:
		break;
	case IO_AGAIN:
		BIO_set_retry_read(b);
		return -1;
	case IO_EOF:
		t->why = "the peer has gone";
		return 0;
	case IO_ERROR:
		t->why = "the connection is broken";
		return -1;
	}
	t->bytes -= done;
	/* A handshake begins with a byte that is no letter. */
	t->plain = !t->begun && *p >= 'A' && *p <= 'Z';
	t->begun = 1;
	return t->plain ? -1 : (int)done;
}

static int
bio_write(BIO *b, const char *p, int size)
{
	struct tls *t = BIO_get_data(b);
	size_t done;

	BIO_clear_retry_flags(b);
	if (size <= 0)
		return 0;
	switch (net_write(t->fd, p, (size_t)size, &done)) {
	case IO_DONE:
		t->answered = 1;
		return (int)done;
	case IO_AGAIN:
		BIO_set_retry_write(b);
		return -1;
	case IO_EOF:
	case IO_ERROR:
		break;
	}
	t->why = "the connection is broken";
	return -1;
}

static long
bio_ctrl(BIO *b, int command, long number, void *p)
{
	(void)b;
	(void)number;
	(void)p;
	return command == BIO_CTRL_FLUSH;
}

static int
bio_create(BIO *b)
{
	BIO_set_init(b, 1);
	return 1;
}

/* Servers. */

int
tls_built_in(void)
{
	return 1;
}

/* We speak HTTP/1.1 and nothing else: a client that asks for another protocol
 * was not meant for us. */
static int
server_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *arg)
{
	static const unsigned char ours[] = "\010http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, outlen, ours, sizeof(ours) - 1,
	    in, inlen) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* 0 or -1. */
static int
server_settings(SSL_CTX *ctx)
{
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION |
	    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
#ifdef SSL_OP_NO_RENEGOTIATION
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
#endif
#ifdef SSL_OP_NO_CLIENT_RENEGOTIATION
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_CLIENT_RENEGOTIATION);
#endif
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(ctx, server_alpn, NULL);
	/* Curves on which the work of a handshake is small. */
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
	    SSL_CTX_set1_groups_list(ctx, "X25519:P-256") != 1)
		return -1;
	return 0;
}

static int
server_init(struct tls_server *s)
{
	s->ctx = SSL_CTX_new(TLS_server_method());
	s->bio = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "net");
	if (s->ctx == NULL || s->bio == NULL ||
	    BIO_meth_set_read(s->bio, bio_read) != 1 ||
	    BIO_meth_set_write(s->bio, bio_write) != 1 ||
	    BIO_meth_set_ctrl(s->bio, bio_ctrl) != 1 ||
	    BIO_meth_set_create(s->bio, bio_create) != 1)
		return -1;
	return server_settings(s->ctx);
}

/* 1: nothing has that name. A file that cannot be looked at is there. */
static int
server_lacks(const char *path)
{
	struct stat st;

	return stat(path, &st) == -1 && errno == ENOENT;
}

/* 1, with a text in err: a certificate that should be ours has no key, and
 * nobody can make that. */
static int
server_alone(const char *certificate, const char *key, char *err, size_t size)
{
	if (!server_lacks(key))
		return 0;
	snprintf(err, size, "%s: %s: put the key of %s there, or remove that: "
	    "then both are made", key, strerror(ENOENT), certificate);
	return 1;
}

struct tls_server *
tls_server_new(const char *certificate, const char *key, int make,
    const char *node, char *err, size_t size)
{
	struct tls_server *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		snprintf(err, size, "out of memory");
		return NULL;
	}
	s->refs = 1;
	ERR_clear_error();
	if (server_init(s) == -1) {
		snprintf(err, size, "TLS: %s", tls_cert_why());
		tls_server_free(s);
		return NULL;
	}
	s->made = make && server_lacks(certificate);
	if ((s->made && tls_make(certificate, key, !server_lacks(key), node,
	    err, size) == -1) || (make && !s->made &&
	    server_alone(certificate, key, err, size)) ||
	    tls_cert_load(s, certificate, key, err, size) == -1) {
		tls_server_free(s);
		return NULL;
	}
	return s;
}

void
tls_server_free(struct tls_server *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	SSL_CTX_free(s->ctx);
	BIO_meth_free(s->bio);
	free(s);
}

int
tls_server_made(const struct tls_server *s)
{
	return s->made;
}

const char *
tls_server_print(const struct tls_server *s)
{
	return s->print;
}

const char *
tls_server_warning(const struct tls_server *s)
{
	return s->warning;
}

/* Connections. */

struct tls *
tls_accept(struct tls_server *s, int fd)
{
	struct tls *t = calloc(1, sizeof(*t));
	BIO *b;

	if (t == NULL)
		return NULL;
	ERR_clear_error();
	t->server = s;
	s->refs++;
	t->fd = fd;
	t->wants = POLLIN;
	t->why = "no failure";
	t->ssl = SSL_new(s->ctx);
	b = t->ssl == NULL ? NULL : BIO_new(s->bio);
	if (b == NULL) {
		tls_free(t);
		return NULL;
	}
	BIO_set_data(b, t);
	SSL_set_bio(t->ssl, b, b);
	SSL_set_accept_state(t->ssl);
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	tls_server_free(t->server);
	free(t);
}

static void
tls_begin(struct tls *t)
{
	t->bytes = READ_BYTES;
	t->calls = READ_CALLS;
	t->why = NULL;
	ERR_clear_error();
	errno = 0;
}

/* What a call of OpenSSL came to that did not succeed. */
static enum io_result
tls_result(struct tls *t, int result)
{
	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		t->wants = POLLIN;
		return IO_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		t->wants = POLLOUT;
		return IO_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return IO_EOF;
	default:
		break;
	}
	t->failed = 1;
	if (t->plain)
		t->why = "it does not speak TLS";
	if (t->why == NULL)
		t->why = tls_cert_why();
	ERR_clear_error();
	return IO_ERROR;
}

enum io_result
tls_handshake(struct tls *t)
{
	enum io_result io;
	int result;

	tls_begin(t);
	result = SSL_do_handshake(t->ssl);
	if (result == 1) {
		t->ready = 1;
		return IO_DONE;
	}
	io = tls_result(t, result);
	if (io == IO_EOF) {
		t->failed = 1;
		t->why = "the peer has ended it";
		io = IO_ERROR;
	}
	return io;
}

static int
tls_int(size_t n)
{
	return n > 1 << 20 ? 1 << 20 : (int)n;
}

enum io_result
tls_read(struct tls *t, void *p, size_t n, size_t *done)
{
	int result;

	tls_begin(t);
	*done = 0;
	result = SSL_read(t->ssl, p, tls_int(n));
	if (result <= 0)
		return tls_result(t, result);
	*done = (size_t)result;
	return IO_DONE;
}

enum io_result
tls_write(struct tls *t, const void *p, size_t n, size_t *done)
{
	int result;
	enum io_result io;

	tls_begin(t);
	*done = 0;
	result = SSL_write(t->ssl, p, tls_int(n));
	if (result > 0) {
		*done = (size_t)result;
		return IO_DONE;
	}
	io = tls_result(t, result);
	return io == IO_EOF ? IO_ERROR : io;
}

int
tls_wants(const struct tls *t)
{
	return t->wants;
}

int
tls_pending(const struct tls *t)
{
	return SSL_pending(t->ssl) > 0;
}

int
tls_progress(const struct tls *t)
{
	return t->begun + t->answered;
}

int
tls_plain(const struct tls *t)
{
	return t->plain;
}

const char *
tls_why(const struct tls *t)
{
	return t->why == NULL ? "no failure" : t->why;
}

void
tls_shutdown(struct tls *t)
{
	if (!t->ready || t->failed)
		return;
	tls_begin(t);
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
	t->failed = 1;
}
