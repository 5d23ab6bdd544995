/* SPDX-License-Identifier: ISC
 *
 * Signals as something to be read: a handler notes which has come and writes
 * into a pipe, so that one that comes just before a poll(2) is not missed. What
 * ends us gives the terminal back as it was first. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ctl.h"

static int signal_pipe[2] = { -1, -1 };
static volatile sig_atomic_t signal_int, signal_other;
static struct termios signal_before;	/* of the terminal */

static void
signal_in(int number)
{
	int saved = errno;

	if (number == SIGINT)
		signal_int = number;
	else
		signal_other = number;
	/* A full pipe is readable too. */
	(void)!write(signal_pipe[1], "", 1);
	errno = saved;
}

/* The end, as by default, when this is over. A terminal that somebody else has
 * in the foreground is his. */
static void
signal_end(int number)
{
	if (tcgetpgrp(STDIN_FILENO) == getpgrp())
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &signal_before);
	(void)raise(number);
}

/* 0 or -1. */
static int
signal_guard_terminal(void)
{
	static const int numbers[] = { SIGHUP, SIGQUIT, SIGTERM };
	struct sigaction action, old;
	size_t i;

	if (tcgetattr(STDIN_FILENO, &signal_before) == -1)
		return 0;
	memset(&action, 0, sizeof(action));
	action.sa_handler = signal_end;
	action.sa_flags = (int)SA_RESETHAND;
	(void)sigfillset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], NULL, &old) == -1)
			return -1;
		if (old.sa_handler != SIG_IGN &&
		    sigaction(numbers[i], &action, NULL) == -1)
			return -1;
	}
	return 0;
}

int
signal_start(void)
{
	static const int numbers[] = { SIGINT, SIGWINCH, SIGCONT };
	struct sigaction action;
	size_t i;

	if (signal_guard_terminal() == -1)
		return -1;
	if (pipe(signal_pipe) == -1)
		return -1;
	for (i = 0; i < 2; i++)
		if (fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK) == -1 ||
		    fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC) == -1)
			return -1;
	memset(&action, 0, sizeof(action));
	action.sa_handler = signal_in;
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &action, NULL) == -1)
			return -1;
	return signal_pipe[0];
}

int
signal_take(void)
{
	char bytes[64];
	int number;

	while (read(signal_pipe[0], bytes, sizeof(bytes)) > 0)
		continue;
	/* What comes in between is seen the next time. */
	if (signal_int != 0) {
		signal_int = 0;
		return SIGINT;
	}
	number = signal_other;
	signal_other = 0;
	return number;
}
