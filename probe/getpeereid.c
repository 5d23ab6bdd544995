/* SPDX-License-Identifier: ISC
 *
 * Probe: getpeereid(3), of the BSDs. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <unistd.h>

int
main(void)
{
	uid_t uid;
	gid_t gid;

	return getpeereid(-1, &uid, &gid) != -1;
}
