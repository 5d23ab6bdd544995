/* SPDX-License-Identifier: ISC
 *
 * Probe: the TCP_QUICKACK option. */

#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

int
main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), off = 0;

	return setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off,
	    sizeof(off)) == -1;
}
