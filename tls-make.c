/* SPDX-License-Identifier: ISC
 *
 * A key and a self-signed certificate, made on first use: P-256, for ten
 * years, for the names by which this machine is reached. The key is written
 * first, with mode 0600, the certificate last; each file is there whole or
 * not at all. For a key that is there already (we were stopped between the two,
 * or somebody has brought one) the certificate alone is made. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tls-impl.h"

#define DAYS		3652		/* ten years */
#define NAME_MAX_LEN	253		/* bytes of a host name */
#define NAMES_SIZE	1024		/* of all names together */
#define TEMP_SIZE	4352

/* Names. */

/* A host name whose characters mean nothing to those who read lists of names:
 * OpenSSL would take a comma for the end of one. */
static int
make_is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");

	return n > 0 && n <= NAME_MAX_LEN && s[n] == '\0' && s[0] != '-' &&
	    s[0] != '.';
}

/* Adds a name or a number to the list; what is neither, or stands for every
 * address, or is there already, is left out. */
static void
make_add(char *names, size_t size, const char *node)
{
	unsigned char ip[16], zero[16] = { 0 };
	char entry[NAME_MAX_LEN + 8], *at;
	size_t len = strlen(names), n;
	int v4 = inet_pton(AF_INET, node, ip) == 1;

	if (v4 || inet_pton(AF_INET6, node, ip) == 1) {
		if (memcmp(ip, zero, v4 ? 4 : 16) == 0)
			return;
		snprintf(entry, sizeof(entry), ",IP:%s", node);
	} else if (make_is_name(node))
		snprintf(entry, sizeof(entry), ",DNS:%s", node);
	else
		return;
	n = strlen(entry);
	at = strstr(names, entry);
	if ((at != NULL && (at[n] == ',' || at[n] == '\0')) ||
	    len + n >= size)
		return;
	memcpy(names + len, entry, n + 1);
}

static void
make_names(char names[NAMES_SIZE], const char *node)
{
	char own[NAME_MAX_LEN + 1];

	names[0] = '\0';
	make_add(names, NAMES_SIZE, "localhost");
	make_add(names, NAMES_SIZE, "127.0.0.1");
	make_add(names, NAMES_SIZE, "::1");
	if (gethostname(own, sizeof(own)) == 0) {
		own[sizeof(own) - 1] = '\0';
		make_add(names, NAMES_SIZE, own);
	}
	make_add(names, NAMES_SIZE, node);
}

/* Key and certificate. */

/* The older calls: OpenSSL 1.1 and LibreSSL have them too. */
static EVP_PKEY *
make_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx,
	    NID_X9_62_prime256v1) != 1 ||
	    EVP_PKEY_CTX_set_ec_param_enc(ctx, OPENSSL_EC_NAMED_CURVE) != 1 ||
	    EVP_PKEY_keygen(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* OpenSSL reads the value and does not change it. */
static int
make_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	char copy[NAMES_SIZE];
	int good;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	snprintf(copy, sizeof(copy), "%s", value);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, copy);
	good = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return good ? 0 : -1;
}

/* 127 random bits. */
static int
make_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	int good = n != NULL &&
	    BN_rand(n, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;

	BN_free(n);
	return good ? 0 : -1;
}

/* Who, for how long, for what. A day back: other clocks may be behind. */
static int
make_fields(X509 *x, EVP_PKEY *key, const char *names)
{
	static const unsigned char cn[] = "pydirector";
	X509_NAME *name = X509_get_subject_name(x);

	if (X509_set_version(x, 2) != 1 || make_serial(x) == -1 ||
	    X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, NULL) == NULL ||
	    X509_time_adj_ex(X509_getm_notAfter(x), DAYS, 0, NULL) == NULL ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, cn, -1, -1,
	    0) != 1 || X509_set_issuer_name(x, name) != 1 ||
	    X509_set_pubkey(x, key) != 1)
		return -1;
	if (make_extension(x, NID_basic_constraints,
	    "critical,CA:FALSE") == -1 ||
	    make_extension(x, NID_key_usage,
	    "critical,digitalSignature") == -1 ||
	    make_extension(x, NID_ext_key_usage, "serverAuth") == -1 ||
	    make_extension(x, NID_subject_key_identifier, "hash") == -1 ||
	    make_extension(x, NID_subject_alt_name, names) == -1)
		return -1;
	return X509_sign(x, key, EVP_sha256()) > 0 ? 0 : -1;
}

static X509 *
make_certificate(EVP_PKEY *key, const char *node)
{
	char names[NAMES_SIZE];
	X509 *x = X509_new();

	make_names(names, node);
	if (x == NULL || make_fields(x, key, names + 1) == -1) {
		X509_free(x);
		return NULL;
	}
	return x;
}

/* Files. */

/* Writes one of the two; 0, or -1 with errno. */
static int
make_write(int fd, EVP_PKEY *key, X509 *x)
{
	FILE *f = fdopen(fd, "w");
	int good;

	if (f == NULL) {
		close(fd);
		return -1;
	}
	errno = 0;
	good = x != NULL ? PEM_write_X509(f, x) == 1 :
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;
	good = good && fflush(f) == 0 && fsync(fd) == 0;
	if (fclose(f) != 0 || !good) {
		if (errno == 0)
			errno = EIO;
		return -1;
	}
	return 0;
}

/* Writes it beside its place and puts it there. x NULL: the key. */
static int
make_file(const char *path, EVP_PKEY *key, X509 *x, char *err, size_t size)
{
	char temp[TEMP_SIZE];
	mode_t mode = x != NULL ? 0644 : 0600;
	int fd, n = snprintf(temp, sizeof(temp), "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof(temp)) {
		snprintf(err, size, "%s: %s", path, strerror(ENAMETOOLONG));
		return -1;
	}
	(void)unlink(temp);	/* of one that was killed */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd == -1 || make_write(fd, key, x) == -1 ||
	    rename(temp, path) == -1) {
		snprintf(err, size, "%s: cannot be made: %s", path,
		    strerror(errno));
		if (fd != -1)
			(void)unlink(temp);
		return -1;
	}
	return 0;
}

/* Both of a pair that is whole. */
static int
make_files(const char *certificate, const char *key, EVP_PKEY *k, X509 *x,
    int there, char *err, size_t size)
{
	if (!there && make_file(key, k, NULL, err, size) == -1)
		return -1;
	if (make_file(certificate, k, x, err, size) == 0)
		return 0;
	if (!there)
		(void)unlink(key);
	return -1;
}

int
tls_make(const char *certificate, const char *key, int there, const char *node,
    char *err, size_t size)
{
	EVP_PKEY *k = there ? tls_cert_key(key, err, size) : make_key();
	X509 *x = k == NULL ? NULL : make_certificate(k, node);
	int result = -1;

	if (x != NULL)
		result = make_files(certificate, key, k, x, there, err, size);
	else if (k != NULL || !there)
		snprintf(err, size, "%s: cannot be made: %s", certificate,
		    tls_cert_why());
	X509_free(x);
	EVP_PKEY_free(k);
	return result;
}
