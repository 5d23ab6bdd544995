/* SPDX-License-Identifier: ISC
 *
 * Option -P: reads a password, twice and unseen on a terminal, and prints a
 * crypt(3) hash of it. */

#include "config.h"

#include <sys/types.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "compat/compat.h"
#include "password.h"

#define PASSWORD_MAX	128	/* bytes */

/* The terminal as it was, for the handler that restores it. */
static struct termios	terminal;

static void
terminal_restore(int sig)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* One line from standard input. Returns its length, or -1: the text of why
 * was written. */
static int
password_line(char password[PASSWORD_MAX + 1])
{
	int c, n = 0;

	while ((c = getchar()) != EOF && c != '\n') {
		if (n == PASSWORD_MAX) {
			fprintf(stderr, "pydirector: a password has at most "
			    "%d bytes\n", PASSWORD_MAX);
			return -1;
		}
		if (c == '\0') {
			fprintf(stderr, "pydirector: a password has no NUL "
			    "byte\n");
			return -1;
		}
		password[n++] = (char)c;
	}
	password[n] = '\0';
	if (n == 0) {
		fprintf(stderr, "pydirector: a password cannot be empty\n");
		return -1;
	}
	return n;
}

/* The terminal shows nothing from now on. */
static int
terminal_silence(void)
{
	struct termios silent;

	if (tcgetattr(STDIN_FILENO, &terminal) == -1)
		return -1;
	silent = terminal;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	signal(SIGINT, terminal_restore);
	signal(SIGTERM, terminal_restore);
	signal(SIGQUIT, terminal_restore);
	signal(SIGHUP, terminal_restore);
	/* A stopped program would leave the terminal silent. */
	signal(SIGTSTP, SIG_IGN);
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

static int
password_ask(const char *prompt, char password[PASSWORD_MAX + 1])
{
	int n;

	fprintf(stderr, "%s", prompt);
	n = password_line(password);
	fprintf(stderr, "\n");
	return n;
}

/* The same line twice. */
static int
password_ask_twice(char password[PASSWORD_MAX + 1])
{
	char again[PASSWORD_MAX + 1];
	int result = -1;

	if (password_ask("Password: ", password) == -1 ||
	    password_ask("Again: ", again) == -1)
		return -1;
	if (strcmp(password, again) == 0)
		result = 0;
	else
		fprintf(stderr, "pydirector: the two differ\n");
	explicit_bzero(again, sizeof(again));
	return result;
}

static int
password_get(char password[PASSWORD_MAX + 1])
{
	int result;

	if (!isatty(STDIN_FILENO))
		return password_line(password) == -1 ? -1 : 0;
	if (terminal_silence() == -1) {
		perror("pydirector: terminal");
		return -1;
	}
	result = password_ask_twice(password);
	/* What was typed too much is not for the shell. */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
	return result;
}

/* crypt(3) with that prefix and n characters of salt; NULL where the system
 * does not know the method (some then answer with an older one). */
static const char *
password_crypt(const char *password, const char *prefix, size_t n)
{
	static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz";
	unsigned char random[32];
	char setting[64];
	const char *hash;
	size_t i, at = strlen(prefix);

	if (getentropy(random, n) == -1)
		return NULL;
	memcpy(setting, prefix, at);
	for (i = 0; i < n; i++)
		setting[at++] = letters[random[i] & 63];
	/* bcrypt uses two bits of the last of its 22 letters. */
	if (n == 22)
		setting[at - 1] = ".Oeu"[random[n - 1] & 3];
	else
		setting[at++] = '$';
	setting[at] = '\0';
	hash = crypt(password, setting);
	if (hash == NULL || strncmp(hash, setting, at) != 0 ||
	    strlen(hash) <= at)
		return NULL;
	return hash;
}

int
password_print(void)
{
	char password[PASSWORD_MAX + 1];
	const char *hash = NULL;

	if (password_get(password) == 0) {
		hash = password_crypt(password, "$6$", 16);
		/* bcrypt would cut it without a word. */
		if (hash == NULL && strlen(password) <= 72)
			hash = password_crypt(password, "$2b$10$", 22);
		if (hash == NULL)
			fprintf(stderr, "pydirector: crypt(3) cannot hash "
			    "this password\n");
	}
	explicit_bzero(password, sizeof(password));
	if (hash == NULL)
		return 1;
	if (printf("%s\n", hash) < 0 || fflush(stdout) == EOF) {
		perror("pydirector: standard output");
		return 1;
	}
	return 0;
}
