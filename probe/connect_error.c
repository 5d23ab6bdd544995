/* SPDX-License-Identifier: ISC
 *
 * Probe: poll(2) tells of a connect that has failed by POLLERR or POLLHUP, so
 * that one without them has succeeded. Asks a port of our own that nobody
 * listens on. */

#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <fcntl.h>
#include <poll.h>
#include <string.h>

int
main(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	struct pollfd p;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)(void *)&a, len) == -1 ||
	    getsockname(fd, (struct sockaddr *)(void *)&a, &len) == -1)
		return 1;
	p.fd = socket(AF_INET, SOCK_STREAM, 0);
	p.events = POLLOUT;
	if (p.fd == -1 || fcntl(p.fd, F_SETFL, O_NONBLOCK) == -1 ||
	    connect(p.fd, (struct sockaddr *)(void *)&a, len) != -1)
		return 1;
	return poll(&p, 1, 1000) != 1 || !(p.revents & (POLLERR | POLLHUP));
}
