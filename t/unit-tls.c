/* SPDX-License-Identifier: ISC
 *
 * tls.c and its helpers: pairs that are made, read and refused, and
 * connections with a client that is OpenSSL's own, honest or not. */

#include "config.h"

#if HAVE_TLS

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls.h"
#include "t/tap.h"

static char dir[] = "/tmp/unit-tls.XXXXXX";
static char err[512];

static const char *
path(const char *name)
{
	static char text[4][256];
	static int n;

	n = (n + 1) % 4;
	snprintf(text[n], sizeof(text[n]), "%s/%s", dir, name);
	return text[n];
}

static struct tls_server *
server(const char *crt, const char *key, int make)
{
	err[0] = '\0';
	return tls_server_new(path(crt), path(key), make, "lb.example.org",
	    err, sizeof(err));
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		abort();
}

static void
slurp(const char *name, char *text, size_t size)
{
	FILE *f = fopen(path(name), "r");
	size_t n;

	if (f == NULL)
		abort();
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void
append(const char *to, const char *from)
{
	char text[4096];
	FILE *in = fopen(path(from), "r"), *out = fopen(path(to), "a");
	size_t n;

	if (in == NULL || out == NULL)
		abort();
	n = fread(text, 1, sizeof(text), in);
	fwrite(text, 1, n, out);
	fclose(in);
	fclose(out);
}

static unsigned
mode(const char *name)
{
	struct stat st;

	return stat(path(name), &st) == -1 ? 0 : (unsigned)st.st_mode & 0777;
}

/* The pair is refused with a text that says so. */
static void
refused(const char *crt, const char *key, int make, const char *why)
{
	struct tls_server *s = server(crt, key, make);

	if (!ok(s == NULL && strstr(err, why) != NULL, "refused: %s", why))
		printf("# %s\n", err);
	tls_server_free(s);
}

/* Pairs. */

static void
test_made(void)
{
	struct tls_server *s = server("a.crt", "a.key", 1), *again;
	X509 *x;
	FILE *f;

	ok(s != NULL && tls_server_made(s), "a pair is made");
	printf("# %s\n", err);
	ok(mode("a.key") == 0600, "the key is nobody else's");
	ok(strlen(tls_server_print(s)) == TLS_PRINT_SIZE - 1,
	    "it has a fingerprint");
	ok(tls_server_warning(s) == NULL, "and nothing to warn of");
	again = server("a.crt", "a.key", 1);
	ok(again != NULL && !tls_server_made(again) &&
	    strcmp(tls_server_print(s), tls_server_print(again)) == 0,
	    "it is kept");
	tls_server_free(again);
	tls_server_free(s);
	f = fopen(path("a.crt"), "r");
	x = f == NULL ? NULL : PEM_read_X509(f, NULL, NULL, NULL);
	ok(x != NULL && X509_check_host(x, "localhost", 0, 0, NULL) == 1 &&
	    X509_check_host(x, "lb.example.org", 0, 0, NULL) == 1 &&
	    X509_check_ip_asc(x, "127.0.0.1", 0) == 1 &&
	    X509_check_ip_asc(x, "::1", 0) == 1, "it is for our names");
	ok(X509_check_host(x, "example.org", 0, 0, NULL) != 1,
	    "and for no other");
	X509_free(x);
	if (f != NULL)
		fclose(f);
}

/* What a configuration could bring into the list of names. */
static void
test_names(void)
{
	static const char *const nodes[] = { "a,DNS:evil.org", "a b", "0.0.0.0",
	    "::", "", "*", "-a", "fe80::1%lo" };
	char crt[8], key[8];
	struct tls_server *s;
	size_t i;
	X509 *x;
	FILE *f;

	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		snprintf(crt, sizeof(crt), "n%d.c", (int)i);
		snprintf(key, sizeof(key), "n%d.k", (int)i);
		s = tls_server_new(path(crt), path(key), 1, nodes[i], err,
		    sizeof(err));
		f = fopen(path(crt), "r");
		x = f == NULL ? NULL : PEM_read_X509(f, NULL, NULL, NULL);
		ok(s != NULL && x != NULL &&
		    X509_check_host(x, "evil.org", 0, 0, NULL) != 1 &&
		    X509_check_ip_asc(x, "0.0.0.0", 0) != 1 &&
		    X509_check_ip_asc(x, "::", 0) != 1,
		    "node '%s' adds nothing", nodes[i]);
		X509_free(x);
		if (f != NULL)
			fclose(f);
		tls_server_free(s);
	}
}

/* As a crash between the two files leaves it, or somebody who brings a key. */
static void
test_alone(void)
{
	struct tls_server *s = server("c.crt", "c.key", 1), *again;
	char before[4096], after[4096];

	slurp("c.key", before, sizeof(before));
	unlink(path("c.crt"));
	put("c.crt.new", "half of it");
	again = server("c.crt", "c.key", 1);
	ok(again != NULL && tls_server_made(again), "a key alone: "
	    "the certificate is made");
	printf("# %s\n", err);
	slurp("c.key", after, sizeof(after));
	is(after, before, "the key is kept");
	ok(again != NULL && strcmp(tls_server_print(s),
	    tls_server_print(again)) != 0, "it is another certificate");
	tls_server_free(again);
	tls_server_free(s);
	s = server("c.crt", "c.key", 1);
	ok(s != NULL && !tls_server_made(s), "and both are kept");
	tls_server_free(s);

	put("d.key", "junk\n");
	refused("d.crt", "d.key", 1, "d.key: no key");
	ok(mode("d.crt") == 0 && mode("d.key") != 0,
	    "nothing is made for what is no key, nor removed");
	if (mkdir(path("ro"), 0700) == -1 || mkdir(path("ro/c.crt.new"),
	    0700) == -1 || link(path("c.key"), path("ro/c.key")) == -1)
		abort();
	refused("ro/c.crt", "ro/c.key", 1, "ro/c.crt: cannot be made");
	ok(mode("ro/c.key") == 0600, "the key stays where the certificate "
	    "cannot be made");
}

static void
test_refused(void)
{
	static const char crypted[] = "-----BEGIN RSA PRIVATE KEY-----\n"
	    "Proc-Type: 4,ENCRYPTED\n"
	    "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	    "-----END RSA PRIVATE KEY-----\n";
	struct tls_server *s;
	FILE *f;

	tls_server_free(server("b.crt", "b.key", 1));
	refused("a.crt", "b.key", 1, "not the key of");
	refused("a.crt", "none.key", 1, "none.key: No such file");
	refused("a.crt", "none.key", 1, "put the key of");
	refused("none.crt", "a.key", 0, "none.crt: No such file");
	refused("none.crt", "none.key", 0, "none.crt: No such file");
	refused("nodir/a.crt", "nodir/a.key", 1, "nodir/a.key: cannot be made");
	put("empty", "");
	put("junk", "junk\n");
	put("crypted", crypted);
	refused("empty", "a.key", 0, "empty: empty");
	refused("junk", "a.key", 0, "junk: no certificate");
	refused("a.crt", "junk", 0, "junk: no key");
	refused("a.crt", "crypted", 0, "it needs a passphrase");
	if (mkfifo(path("fifo"), 0600) == 0)
		refused("a.crt", "fifo", 0, "fifo: not a file");
	refused(".", "a.key", 0, "not a file");
	f = fopen(path("big"), "w");
	if (f == NULL || fseek(f, 2 * 1024 * 1024, SEEK_SET) == -1 ||
	    fputc('x', f) == EOF || fclose(f) == EOF)
		abort();
	refused("big", "a.key", 0, "more than 1 MiB");

	append("chain", "a.crt");
	append("chain", "b.crt");
	s = server("chain", "a.key", 0);
	ok(s != NULL, "a chain");
	tls_server_free(s);
	put("broken", "");
	append("broken", "a.crt");
	f = fopen(path("broken"), "a");
	fputs("-----BEGIN CERTIFICATE-----\nAAAA\n", f);
	fclose(f);
	refused("broken", "a.key", 0, "broken: ");
	append("both", "a.key");
	append("both", "a.crt");
	s = server("both", "both", 0);
	ok(s != NULL, "both in one file");
	tls_server_free(s);
	chmod(path("a.key"), 0644);
	s = server("a.crt", "a.key", 0);
	ok(s != NULL && tls_server_warning(s) != NULL &&
	    strstr(tls_server_warning(s), "others") != NULL,
	    "a key that others may read is told");
	tls_server_free(s);
	chmod(path("a.key"), 0600);
}

/* Connections. */

struct pair {
	struct tls_server *server;
	struct tls	*tls;
	int		 fds[2];
	SSL_CTX		*ctx;
	SSL		*ssl;		/* the client's */
};

static void
pair_open(struct pair *p, int max)
{
	memset(p, 0, sizeof(*p));
	p->server = server("a.crt", "a.key", 0);
	if (p->server == NULL || net_pair(p->fds) == -1)
		abort();
	fcntl(p->fds[1], F_SETFL, O_NONBLOCK);
	p->tls = tls_accept(p->server, p->fds[0]);
	p->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(p->ctx, 0);
	SSL_CTX_set_max_proto_version(p->ctx, max);
	p->ssl = SSL_new(p->ctx);
	SSL_set_fd(p->ssl, p->fds[1]);
	SSL_set_connect_state(p->ssl);
	if (p->tls == NULL)
		abort();
}

static void
pair_close(struct pair *p)
{
	tls_free(p->tls);
	SSL_free(p->ssl);
	SSL_CTX_free(p->ctx);
	tls_server_free(p->server);
	close(p->fds[0]);
	if (p->fds[1] != -1)
		close(p->fds[1]);
}

static enum io_result
pair_shake(struct pair *p)
{
	enum io_result r = IO_AGAIN;
	int i;

	for (i = 0; i < 10 && r == IO_AGAIN; i++) {
		(void)SSL_do_handshake(p->ssl);
		r = tls_handshake(p->tls);
	}
	(void)SSL_do_handshake(p->ssl);
	return r;
}

static void
test_talk(int version, const char *name)
{
	struct pair p;
	char text[100], big[40000];
	size_t done, sent = 0, got = 0;
	enum io_result r;
	int n;

	pair_open(&p, version);
	ok(tls_handshake(p.tls) == IO_AGAIN && tls_wants(p.tls) == POLLIN,
	    "%s: it waits for the client", name);
	ok(pair_shake(&p) == IO_DONE, "%s: a handshake", name);
	ok(SSL_version(p.ssl) == version, "%s: of that version", name);
	ok(tls_read(p.tls, text, sizeof(text), &done) == IO_AGAIN &&
	    done == 0 && tls_wants(p.tls) == POLLIN, "%s: no data yet", name);
	SSL_write(p.ssl, "hello", 5);
	ok(tls_read(p.tls, text, 2, &done) == IO_DONE && done == 2 &&
	    tls_pending(p.tls), "%s: two bytes, and more is here", name);
	ok(tls_read(p.tls, text, sizeof(text), &done) == IO_DONE &&
	    done == 3 && !tls_pending(p.tls), "%s: the rest", name);

	memset(big, 'x', sizeof(big));
	while ((r = tls_write(p.tls, big, sizeof(big), &done)) == IO_DONE)
		sent += done;
	ok(r == IO_AGAIN && tls_wants(p.tls) == POLLOUT && sent > 0,
	    "%s: a client that does not read", name);
	while ((n = SSL_read(p.ssl, big, sizeof(big))) > 0)
		got += (size_t)n;
	memset(big, 'x', sizeof(big));
	ok(tls_write(p.tls, big, sizeof(big), &done) == IO_DONE,
	    "%s: the same bytes again", name);
	sent += done;
	while ((n = SSL_read(p.ssl, big, sizeof(big))) > 0)
		got += (size_t)n;
	ok(got == sent, "%s: all arrive once", name);

	SSL_shutdown(p.ssl);
	ok(tls_read(p.tls, text, sizeof(text), &done) == IO_EOF,
	    "%s: an orderly end", name);
	ok(tls_write(p.tls, "bye", 3, &done) == IO_DONE,
	    "%s: and the other way is open", name);
	tls_shutdown(p.tls);
	ok(SSL_read(p.ssl, text, sizeof(text)) == 3 &&
	    SSL_read(p.ssl, text, sizeof(text)) <= 0 &&
	    SSL_get_shutdown(p.ssl) & SSL_RECEIVED_SHUTDOWN,
	    "%s: until we end it", name);
	pair_close(&p);
}

static void
test_ends(void)
{
	struct pair p;
	char text[100];
	size_t done;

	pair_open(&p, TLS1_3_VERSION);
	ok(pair_shake(&p) == IO_DONE, "a handshake");
	close(p.fds[1]);
	p.fds[1] = -1;
	ok(tls_read(p.tls, text, sizeof(text), &done) == IO_ERROR,
	    "a connection that is cut off has no orderly end");
	is(tls_why(p.tls), "the peer has gone", "why");
	tls_shutdown(p.tls);
	pair_close(&p);

	pair_open(&p, TLS1_1_VERSION);
	ok(pair_shake(&p) == IO_ERROR && !tls_plain(p.tls), "TLS 1.1");
	is(tls_why(p.tls), "unsupported protocol", "why");
	pair_close(&p);

	pair_open(&p, TLS1_3_VERSION);
	SSL_set_alpn_protos(p.ssl, (const unsigned char *)"\3ftp", 4);
	ok(pair_shake(&p) == IO_ERROR, "a client that wants another protocol");
	pair_close(&p);

	pair_open(&p, TLS1_3_VERSION);
	SSL_set1_groups_list(p.ssl, "P-521");
	ok(pair_shake(&p) == IO_ERROR, "a curve that costs much");
	pair_close(&p);
}

static void
test_hostile(void)
{
	static const char http[] = "OPTIONS * HTTP/1.1\r\n\r\n";
	static const char junk[] = "\x16\x03\x01\xff\xff junk junk junk";
	struct pair p;
	char text[100];
	size_t done;
	int i, rounds = 0;

	pair_open(&p, TLS1_3_VERSION);
	done = (size_t)write(p.fds[1], http, sizeof(http) - 1);
	ok(tls_handshake(p.tls) == IO_ERROR && tls_plain(p.tls),
	    "HTTP without TLS");
	ok(read(p.fds[1], text, sizeof(text)) == -1, "nothing was sent");
	pair_close(&p);

	pair_open(&p, TLS1_3_VERSION);
	done = (size_t)write(p.fds[1], junk, sizeof(junk) - 1);
	ok(tls_handshake(p.tls) == IO_ERROR && !tls_plain(p.tls), "junk");
	pair_close(&p);

	/* Records without data: each call looks at some of them only. */
	pair_open(&p, TLS1_3_VERSION);
	ok(pair_shake(&p) == IO_DONE, "a handshake");
	for (i = 0; i < 200; i++) {
		SSL_key_update(p.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		if (SSL_do_handshake(p.ssl) != 1)
			break;
	}
	SSL_write(p.ssl, "end", 3);
	while (rounds < 1000 && tls_read(p.tls, text, sizeof(text), &done) ==
	    IO_AGAIN)
		rounds++;
	ok(i == 200 && done == 3 && rounds > 3 && rounds < 200,
	    "%d updates of the key in %d turns", i, rounds);
	pair_close(&p);
}

static void
test_life(void)
{
	struct pair p;
	struct tls_server *s;

	pair_open(&p, TLS1_3_VERSION);
	s = p.server;
	p.server = NULL;
	tls_server_free(s);
	ok(pair_shake(&p) == IO_DONE, "a connection outlives its server");
	pair_close(&p);
}

int
main(void)
{
	char command[64];

	if (mkdtemp(dir) == NULL)
		abort();
	ok(tls_built_in(), "it is built in");
	test_made();
	test_names();
	test_alone();
	test_refused();
	test_talk(TLS1_3_VERSION, "1.3");
	test_talk(TLS1_2_VERSION, "1.2");
	test_ends();
	test_hostile();
	test_life();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ok(system(command) == 0, "cleaned up");
	return tap_end();
}

#else

#include "tls.h"
#include "t/tap.h"

int
main(void)
{
	char err[64];

	ok(!tls_built_in(), "it is not built in");
	ok(tls_server_new("a", "b", 1, "", err, sizeof(err)) == NULL,
	    "so there is no server");
	is(err, "not built in", "why");
	return tap_end();
}

#endif
