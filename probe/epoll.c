/* SPDX-License-Identifier: ISC
 *
 * Probe: epoll(7) with RDHUP, edges and close-on-exec. */

#include "config.h"

#include <sys/epoll.h>

int
main(void)
{
	struct epoll_event e = { EPOLLIN | EPOLLRDHUP | EPOLLET, { 0 } };
	int set = epoll_create1(EPOLL_CLOEXEC);

	return set == -1 || epoll_wait(set, &e, 1, 0) != 0;
}
