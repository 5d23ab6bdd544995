/* SPDX-License-Identifier: ISC
 *
 * Probe: accept4(2). */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <stddef.h>

int
main(void)
{
	int fd;

	fd = accept4(-1, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return fd != -1 || errno != EBADF;
}
