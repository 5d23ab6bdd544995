/* SPDX-License-Identifier: ISC
 *
 * Terminals for pydirector-sshd: a pair of master and slave by POSIX, with
 * what System V wants pushed onto it. The slave is opened before there is a
 * process on it, so that the master is never seen as closed too early. */

#include "config.h"

#include <sys/types.h>
#include <sys/ioctl.h>
#if HAVE_PTEM
#include <stropts.h>
#endif

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "sshd.h"

#define SIDE_MAX 2000		/* columns or rows, at most */

static unsigned short
pty_side(int n, unsigned short other)
{
	return n < 1 ? other : n > SIDE_MAX ? SIDE_MAX : (unsigned short)n;
}

void
pty_size(int master, int cols, int rows)
{
	struct winsize w;

	memset(&w, 0, sizeof(w));
	w.ws_col = pty_side(cols, 80);
	w.ws_row = pty_side(rows, 24);
	(void)ioctl(master, TIOCSWINSZ, &w);
}

/* What a terminal line is on System V: modules of a stream. */
static int
pty_modules(int slave)
{
#if HAVE_PTEM
	if (ioctl(slave, I_PUSH, "ptem") == -1 ||
	    ioctl(slave, I_PUSH, "ldterm") == -1)
		return -1;
	(void)ioctl(slave, I_PUSH, "ttcompat");
#else
	(void)slave;
#endif
	return 0;
}

/* Characters are UTF-8: erasing takes a whole one. */
static void
pty_utf8(int slave)
{
#ifdef IUTF8
	struct termios t;

	if (tcgetattr(slave, &t) == -1)
		return;
	t.c_iflag |= IUTF8;
	(void)tcsetattr(slave, TCSANOW, &t);
#else
	(void)slave;
#endif
}

int
pty_open(int *master, int *slave, int cols, int rows)
{
	const char *name;
	int flags;

	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master == -1)
		return -1;
	if (grantpt(*master) == 0 && unlockpt(*master) == 0 &&
	    (name = ptsname(*master)) != NULL)
		*slave = open(name, O_RDWR | O_NOCTTY);
	flags = fcntl(*master, F_GETFL);
	if (*slave == -1 || pty_modules(*slave) == -1 || flags == -1 ||
	    fcntl(*master, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(*master, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(*slave, F_SETFD, FD_CLOEXEC) == -1) {
		if (*slave != -1)
			close(*slave);
		close(*master);
		return -1;
	}
	pty_utf8(*slave);
	pty_size(*master, cols, rows);
	return 0;
}

int
pty_control(int slave)
{
	if (setsid() == -1)
		return -1;
#ifdef TIOCSCTTY
	return ioctl(slave, TIOCSCTTY, 0);
#else
	/* Opening it without O_NOCTTY is what takes it there. */
	{
		/* cppcheck-suppress ttynameCalled ; there is one thread */
		const char *name = ttyname(slave);
		int fd = name == NULL ? -1 : open(name, O_RDWR);

		if (fd == -1)
			return -1;
		close(fd);
		return 0;
	}
#endif
}

int
pty_term_good(const char *term)
{
	size_t n = strlen(term);

	return n > 0 && n <= SSHD_TERM && strspn(term, "ABCDEFGHIJKLMNOPQRSTUV"
	    "WXYZabcdefghijklmnopqrstuvwxyz0123456789._+-") == n &&
	    term[0] != '.';
}
