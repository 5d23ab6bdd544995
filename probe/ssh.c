/* SPDX-License-Identifier: ISC
 *
 * Probe: libssh with a server, from 0.10. */

#include "config.h"

#include <libssh/libssh.h>
#include <libssh/server.h>

#include <stddef.h>

int
main(void)
{
	ssh_bind b = ssh_bind_new();
	int off = 0;

	if (b == NULL || ssh_bind_options_set(b,
	    SSH_BIND_OPTIONS_PROCESS_CONFIG, &off) != SSH_OK)
		return 1;
	ssh_bind_free(b);
	return 0;
}
