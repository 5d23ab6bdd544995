/* SPDX-License-Identifier: ISC
 *
 * In place of tls.c where OpenSSL is not there: nobody gets a server, so nobody
 * has a connection, and everything says so. */

#include "config.h"

#include <poll.h>
#include <stdio.h>

#include "tls.h"

int
tls_built_in(void)
{
	return 0;
}

struct tls_server *
tls_server_new(const char *certificate, const char *key, int make,
    const char *node, char *err, size_t size)
{
	(void)certificate;
	(void)key;
	(void)make;
	(void)node;
	snprintf(err, size, "not built in");
	return NULL;
}

void
tls_server_free(struct tls_server *s)
{
	(void)s;
}

int
tls_server_made(const struct tls_server *s)
{
	(void)s;
	return 0;
}

const char *
tls_server_print(const struct tls_server *s)
{
	(void)s;
	return "-";
}

const char *
tls_server_warning(const struct tls_server *s)
{
	(void)s;
	return NULL;
}

struct tls *
tls_accept(struct tls_server *s, int fd)
{
	(void)s;
	(void)fd;
	return NULL;
}

void
tls_free(struct tls *t)
{
	(void)t;
}

enum io_result
tls_handshake(struct tls *t)
{
	(void)t;
	return IO_ERROR;
}

enum io_result
tls_read(struct tls *t, void *p, size_t n, size_t *done)
{
	(void)t;
	(void)p;
	(void)n;
	*done = 0;
	return IO_ERROR;
}

enum io_result
tls_write(struct tls *t, const void *p, size_t n, size_t *done)
{
	(void)t;
	(void)p;
	(void)n;
	*done = 0;
	return IO_ERROR;
}

int
tls_wants(const struct tls *t)
{
	(void)t;
	return POLLIN;
}

int
tls_pending(const struct tls *t)
{
	(void)t;
	return 0;
}

int
tls_progress(const struct tls *t)
{
	(void)t;
	return 0;
}

int
tls_plain(const struct tls *t)
{
	(void)t;
	return 0;
}

const char *
tls_why(const struct tls *t)
{
	(void)t;
	return "not built in";
}

void
tls_shutdown(struct tls *t)
{
	(void)t;
}

