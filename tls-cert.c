/* SPDX-License-Identifier: ISC
 *
 * A certificate chain and its key, read from files in PEM. It promises that
 * both belong together when it succeeds, that no file is waited for, that
 * nobody is asked for a passphrase, and that no copy of the key stays behind
 * but OpenSSL's own. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/compat.h"
#include "tls-impl.h"

#define FILE_MAX (1024 * 1024)	/* bytes of one of the files */

/* A file in memory. */
struct pem {
	const char	*path;
	char		*text;
	size_t		 len;
	mode_t		 mode;
	BIO		*bio;		/* reads the text */
};

const char *
tls_cert_why(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	return why != NULL ? why : "it failed for no known reason";
}

static void
pem_done(struct pem *f)
{
	(void)BIO_free(f->bio);
	if (f->text != NULL)
		explicit_bzero(f->text, f->len);
	free(f->text);
}

/* Reads the rest of what fstat(2) has promised. NULL, or what went wrong. */
static const char *
pem_fill(struct pem *f, int fd, size_t size)
{
	ssize_t n;

	f->text = malloc(size + 1);
	if (f->text == NULL)
		return "out of memory";
	while (f->len < size) {
		n = read(fd, f->text + f->len, size - f->len);
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return strerror(errno);
		f->len += (size_t)n;
	}
	f->bio = BIO_new_mem_buf(f->text, (int)f->len);
	return f->bio == NULL ? "out of memory" : NULL;
}

/* pem_done also when it fails. */
static int
pem_read(struct pem *f, const char *path, char *err, size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *why = NULL;
	struct stat st;

	memset(f, 0, sizeof(*f));
	f->path = path;
	if (fd == -1 || fstat(fd, &st) == -1)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "not a file";
	else if (st.st_size <= 0 || st.st_size > FILE_MAX)
		why = st.st_size <= 0 ? "empty" : "more than 1 MiB";
	else {
		f->mode = st.st_mode;
		why = pem_fill(f, fd, (size_t)st.st_size);
	}
	if (why != NULL)
		snprintf(err, size, "%s: %s", path, why);
	if (fd != -1)
		close(fd);
	return why == NULL ? 0 : -1;
}

/* Nobody is there to type it; *arg tells that it was wanted. */
static int
cert_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(int *)arg = 1;
	return -1;
}

static EVP_PKEY *
cert_key(struct pem *f, char *err, size_t size)
{
	int asked = 0;
	EVP_PKEY *key;

	key = PEM_read_bio_PrivateKey(f->bio, NULL, cert_passphrase, &asked);
	if (key == NULL)
		snprintf(err, size, "%s: no key: %s", f->path,
		    asked ? "it needs a passphrase" : tls_cert_why());
	return key;
}

static int
cert_refused(const struct pem *f, char *err, size_t size)
{
	snprintf(err, size, "%s: %s", f->path, tls_cert_why());
	return -1;
}

/* The certificates behind the first: who has signed it. */
static int
cert_chain(SSL_CTX *ctx, struct pem *f, char *err, size_t size)
{
	unsigned long e;
	X509 *x;

	while ((x = PEM_read_bio_X509(f->bio, NULL, NULL, NULL)) != NULL)
		if (SSL_CTX_add0_chain_cert(ctx, x) != 1) {
			X509_free(x);
			return cert_refused(f, err, size);
		}
	e = ERR_peek_last_error();
	if (ERR_GET_LIB(e) != ERR_LIB_PEM ||
	    ERR_GET_REASON(e) != PEM_R_NO_START_LINE)
		return cert_refused(f, err, size);
	ERR_clear_error();
	return 0;
}

static int
cert_print(struct tls_server *s, const X509 *x)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n, i;

	if (X509_digest(x, EVP_sha256(), hash, &n) != 1 ||
	    3 * (size_t)n > sizeof(s->print))
		return -1;
	for (i = 0; i < n; i++)
		snprintf(s->print + 3 * i, 4, "%02X%s", (unsigned)hash[i],
		    i + 1 < n ? ":" : "");
	return 0;
}

/* Both at once: neither is looked at alone. */
static int
cert_use(struct tls_server *s, struct pem *c, struct pem *k, X509 *x,
    EVP_PKEY *key, char *err, size_t size)
{
	if (X509_check_private_key(x, key) != 1) {
		snprintf(err, size, "%s: not the key of %s", k->path, c->path);
		return -1;
	}
	if (SSL_CTX_use_certificate(s->ctx, x) != 1)
		return cert_refused(c, err, size);
	if (cert_chain(s->ctx, c, err, size) == -1)
		return -1;
	if (SSL_CTX_use_PrivateKey(s->ctx, key) != 1)
		return cert_refused(k, err, size);
	if (cert_print(s, x) == -1)
		return cert_refused(c, err, size);
	if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
		s->warning = "certificate: it has expired";
	else if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
		s->warning = "certificate: it is not valid yet";
	else if (k->mode & (S_IROTH | S_IWOTH))
		s->warning = "key: others may read it";
	return 0;
}

static int
cert_pair(struct tls_server *s, struct pem *c, struct pem *k, char *err,
    size_t size)
{
	X509 *x = PEM_read_bio_X509_AUX(c->bio, NULL, NULL, NULL);
	EVP_PKEY *key;
	int result = -1;

	if (x == NULL) {
		snprintf(err, size, "%s: no certificate: %s", c->path,
		    tls_cert_why());
		return -1;
	}
	key = cert_key(k, err, size);
	if (key != NULL)
		result = cert_use(s, c, k, x, key, err, size);
	EVP_PKEY_free(key);
	X509_free(x);
	return result;
}

EVP_PKEY *
tls_cert_key(const char *path, char *err, size_t size)
{
	EVP_PKEY *key = NULL;
	struct pem k;

	if (pem_read(&k, path, err, size) == 0)
		key = cert_key(&k, err, size);
	pem_done(&k);
	ERR_clear_error();
	return key;
}

int
tls_cert_load(struct tls_server *s, const char *certificate, const char *key,
    char *err, size_t size)
{
	struct pem c, k;
	int result;

	memset(&k, 0, sizeof(k));
	result = pem_read(&c, certificate, err, size);
	if (result == 0)
		result = pem_read(&k, key, err, size);
	if (result == 0)
		result = cert_pair(s, &c, &k, err, size);
	pem_done(&c);
	pem_done(&k);
	ERR_clear_error();
	return result;
}
