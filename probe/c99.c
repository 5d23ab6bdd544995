/* SPDX-License-Identifier: ISC
 *
 * Probe: a compiler for C99 and a libc of POSIX.1-2008. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tail {
	int	n;
	char	data[];
};

int
main(void)
{
	struct pollfd p = { .fd = -1, .events = POLLIN };
	posix_spawn_file_actions_t actions;
	char text[32];

	for (int i = 0; i < 1; i++)
		(void)snprintf(text, sizeof(text), "%lld", (long long)i);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return 1;
	(void)posix_spawn_file_actions_destroy(&actions);
	return poll(&p, 1, 0) != 0 || text[0] != '0' || O_CLOEXEC == 0 ||
	    sizeof(struct tail) < sizeof(int) || strnlen("ab", 1) != 1;
}
