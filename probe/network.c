/* SPDX-License-Identifier: ISC
 *
 * Probe: sockets and name lookups, and the libraries they are in. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
	struct addrinfo hints, *res;
	int fd;

	memset(&hints, 0, sizeof(hints));
	hints.ai_flags = AI_NUMERICHOST;
	hints.ai_socktype = SOCK_STREAM;
	if (getaddrinfo("127.0.0.1", NULL, &hints, &res) != 0)
		return 1;
	freeaddrinfo(res);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1)
		return 1;
	(void)close(fd);
	return 0;
}
