/* SPDX-License-Identifier: ISC
 *
 * What the files that see OpenSSL share. Only they include it. */

#ifndef TLS_IMPL_H
#define TLS_IMPL_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tls.h"

struct tls_server {
	unsigned	 refs;		/* the owner's, and the connections' */
	unsigned char	 made;
	SSL_CTX		*ctx;
	BIO_METHOD	*bio;		/* net.c for OpenSSL */
	const char	*warning;	/* NULL: none */
	char		 print[TLS_PRINT_SIZE];
};

/* tls-cert.c: reads the pair into s. 0, or -1 with a text in err. */
int	 tls_cert_load(struct tls_server *s, const char *certificate,
	    const char *key, char *err, size_t size);
/* The reason of OpenSSL's last failure. */
const char *tls_cert_why(void);

/* The private key in a file; NULL with a text in err. */
EVP_PKEY *tls_cert_key(const char *path, char *err, size_t size);

/* tls-make.c: makes a pair, or the certificate alone for a key that is there.
 * 0, or -1 with a text in err. */
int	 tls_make(const char *certificate, const char *key, int there,
	    const char *node, char *err, size_t size);

#endif
