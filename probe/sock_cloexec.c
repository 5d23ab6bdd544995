/* SPDX-License-Identifier: ISC
 *
 * Probe: socket(2) takes SOCK_CLOEXEC and SOCK_NONBLOCK. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

int
main(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
	    == -1;
}
