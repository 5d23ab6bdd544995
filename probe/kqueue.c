/* SPDX-License-Identifier: ISC
 *
 * Probe: kqueue(2). */

#include "config.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <stddef.h>

int
main(void)
{
	struct timespec now = { 0, 0 };
	struct kevent e;
	int set = kqueue();

	return set == -1 || kevent(set, NULL, 0, &e, 1, &now) != 0;
}
