/* SPDX-License-Identifier: ISC
 *
 * Probe: who is at the other end of a UNIX socket, asked as Linux wants it. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

int
main(void)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(-1, SOL_SOCKET, SO_PEERCRED, &who, &len) != -1 &&
	    who.uid != 0;
}
