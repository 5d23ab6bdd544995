/* SPDX-License-Identifier: ISC
 *
 * A client of the pages by HTTPS, for t/faulty, and the memory that OpenSSL
 * takes. Built without it, neither works. */

#include "config.h"

#include <stddef.h>
#if HAVE_TLS
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#endif

#include "tool.h"
#include "fault-life.h"

void
fault_tls_memory(void *(*take)(size_t, const char *, int),
    void *(*again)(void *, size_t, const char *, int),
    void (*give)(void *, const char *, int))
{
#if HAVE_TLS
	if (CRYPTO_set_mem_functions(take, again, give) == 1)
		return;
#else
	(void)take;
	(void)again;
	(void)give;
#endif
	tool_die("OpenSSL does not let us make its memory fail");
}

void
fault_tls_ask(int fd, const char *text, char *answer, size_t size)
{
	size_t n = 0;
#if HAVE_TLS
	/* One for all: a worker asks a thousand times. */
	static SSL_CTX *ctx;
	SSL *ssl;
	int got;

	if (ctx == NULL)
		ctx = SSL_CTX_new(TLS_client_method());
	ssl = ctx == NULL ? NULL : SSL_new(ctx);
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		tool_die("OpenSSL: no client");
	if (SSL_connect(ssl) == 1 &&
	    SSL_write(ssl, text, (int)strlen(text)) > 0)
		while (n < size - 1 && (got = SSL_read(ssl, answer + n,
		    (int)(size - 1 - n))) > 0)
			n += (size_t)got;
	SSL_free(ssl);
#else
	(void)fd;
	(void)text;
	(void)size;
#endif
	answer[n] = '\0';
}
