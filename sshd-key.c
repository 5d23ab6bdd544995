/* SPDX-License-Identifier: ISC
 *
 * Keys for pydirector-sshd: the host's, made on first use, and those that
 * users may log in with. A host key that others could have read is no secret
 * and is refused. libssh would write it with the mode that the umask leaves:
 * so it is written here, whole or not at all. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compat/compat.h"
#include "sshd.h"

#define FILE_MAX	(16 * 1024)	/* bytes of a host key's file */
#define RSA_BITS	2048		/* at least */

static ssh_key
key_trouble(const char *path, const char *why)
{
	fprintf(stderr, "host key %s: %s\n", path, why);
	return NULL;
}

/* The host key. */

/* NULL: it may be read. */
static const char *
key_file_bad(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a file";
	/* Root's may be that of the user whom we become, from the last start:
	 * it is looked at again as him. */
	if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0)
		return "owned by somebody else";
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return "open to others: expected mode 0600";
	return NULL;
}

/* The text of the file, from text's start; 0, or -1 with *why. */
static int
key_slurp(int fd, char text[FILE_MAX], const char **why)
{
	size_t n = 0;
	ssize_t got;

	*why = key_file_bad(fd);
	while (*why == NULL) {
		got = read(fd, text + n, FILE_MAX - 1 - n);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			*why = strerror(errno);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	text[n] = '\0';
	return *why == NULL ? 0 : -1;
}

static ssh_key
key_load(const char *path, int fd)
{
	char text[FILE_MAX];
	const char *why;
	ssh_key key = NULL;
	int result = key_slurp(fd, text, &why);

	if (result == 0 && ssh_pki_import_privkey_base64(text, NULL, NULL,
	    NULL, &key) != SSH_OK) {
		why = "not a private key without a passphrase";
		key = NULL;
	}
	explicit_bzero(text, sizeof(text));
	if (key != NULL && ssh_key_type(key) != SSH_KEYTYPE_ED25519) {
		ssh_key_free(key);
		key = NULL;
		why = "not an ed25519 key";
	}
	return key == NULL ? key_trouble(path, why) : key;
}

static int
key_write(int fd, const char *text)
{
	size_t n = strlen(text);
	ssize_t put;

	while (n > 0) {
		put = write(fd, text, n);
		if (put == -1 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		text += put;
		n -= (size_t)put;
	}
	return fsync(fd);
}

/* The file appears whole, and never in the place of another: 0, also when
 * somebody else has made one meanwhile; -1 with errno. */
static int
key_place(const char *path, const char *text)
{
	char *new;
	size_t n = strlen(path) + 32;
	int fd, result = -1, saved;

	new = malloc(n);
	if (new == NULL)
		return -1;
	snprintf(new, n, "%s.new.%ld", path, (long)getpid());
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
	if (fd != -1) {
		if (fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
		    key_write(fd, text) == 0 &&
		    (link(new, path) == 0 || errno == EEXIST))
			result = 0;
		saved = errno;
		close(fd);
		unlink(new);
		errno = saved;
	}
	free(new);
	return result;
}

/* 0, or -1: why is told. */
static int
key_make(const char *path)
{
	ssh_key key = NULL;
	char *text = NULL;
	const char *why = NULL;

	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK ||
	    ssh_pki_export_privkey_base64(key, NULL, NULL, NULL, &text) !=
	    SSH_OK)
		why = "libssh cannot make one";
	else if (key_place(path, text) == -1)
		why = strerror(errno);
	if (text != NULL) {
		explicit_bzero(text, strlen(text));
		ssh_string_free_char(text);
	}
	ssh_key_free(key);
	if (why == NULL)
		return 0;
	key_trouble(path, why);
	return -1;
}

ssh_key
key_host(const char *path)
{
	ssh_key key;
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (fd == -1 && errno == ENOENT) {
		if (key_make(path) == -1)
			return NULL;
		fd = open(path, O_RDONLY | O_NONBLOCK);
	}
	if (fd == -1)
		return key_trouble(path, strerror(errno));
	key = key_load(path, fd);
	close(fd);
	return key;
}

char *
key_fingerprint(ssh_key key)
{
	unsigned char *hash = NULL;
	size_t len;
	char *text;

	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash,
	    &len) != 0)
		return NULL;
	text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
	ssh_clean_pubkey_hash(&hash);
	return text;
}

/* Users' keys. */

static int
key_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Byte i of what the text is in base64; 0 behind its end. */
static unsigned
key_byte(const char *text, size_t len, size_t i)
{
	size_t at = i / 3 * 4, k = i % 3;
	int a, b;

	if (at + k + 1 >= len)
		return 0;
	a = key_digit(text[at + k]);
	b = key_digit(text[at + k + 1]);
	if (a == -1 || b == -1)
		return 0;
	return ((unsigned)a << (2 + 2 * k) | (unsigned)b >> (4 - 2 * k)) & 255;
}

static size_t
key_long(const char *text, size_t len, size_t i)
{
	return (size_t)key_byte(text, len, i) << 24 |
	    (size_t)key_byte(text, len, i + 1) << 16 |
	    (size_t)key_byte(text, len, i + 2) << 8 |
	    key_byte(text, len, i + 3);
}

/* Bits of the modulus of an RSA key in base64: behind its type and its
 * exponent. */
static size_t
key_rsa_bits(const char *text)
{
	size_t len = strlen(text), at = 0, n;
	int i;

	for (i = 0; i < 2; i++) {
		n = key_long(text, len, at);
		if (n > len)
			return 0;
		at += 4 + n;
	}
	n = key_long(text, len, at);
	if (n > len || n < 2)
		return 0;
	at += 4;
	/* A number with its highest bit set has a zero before it. */
	while (n > 0 && key_byte(text, len, at) == 0) {
		at++;
		n--;
	}
	return n * 8;
}

/* A key from its two words; NULL: none that we take. */
static ssh_key
key_import(const char *type, const char *text)
{
	static const char *const types[] = { "ssh-ed25519",
	    "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
	    "ecdsa-sha2-nistp521", "ssh-rsa" };
	ssh_key key = NULL;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			break;
	if (i == sizeof(types) / sizeof(types[0]) || (strcmp(type,
	    "ssh-rsa") == 0 && key_rsa_bits(text) < RSA_BITS))
		return NULL;
	if (ssh_pki_import_pubkey_base64(text, ssh_key_type_from_name(type),
	    &key) != SSH_OK)
		return NULL;
	return key;
}

/* Takes the next word off the line, NUL behind it; "": there is none. */
static char *
key_word(char **line)
{
	char *word = *line + strspn(*line, " \t");
	char *end = word + strcspn(word, " \t\r");

	*line = end;
	if (*end != '\0')
		*(*line)++ = '\0';
	return word;
}

static ssh_key
key_line(char *line)
{
	char *type = key_word(&line);

	if (*type == '\0' || *type == '#')
		return NULL;
	/* Options hold back what is not there anyway, or ask for what nobody
	 * would enforce here. */
	if (strcasecmp(type, "restrict") == 0)
		type = key_word(&line);
	return key_import(type, key_word(&line));
}

size_t
key_list(char *text, ssh_key *keys, size_t max)
{
	char *end;
	size_t n = 0;

	for (; *text != '\0' && n < max; text = end) {
		end = text + strcspn(text, "\n");
		if (*end != '\0')
			*end++ = '\0';
		keys[n] = key_line(text);
		n += keys[n] != NULL;
	}
	return n;
}
