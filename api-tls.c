/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_tls: HTTPS for the web admin. */

#include "config.h"

#include "tls.h"
#include "api.h"

int
pydirector_with_tls(struct pydirector *d)
{
	static const struct tls_ops ops = {
		tls_built_in, tls_server_new, tls_server_free,
		tls_server_made, tls_server_print, tls_server_warning,
		tls_accept, tls_free, tls_handshake, tls_read, tls_write,
		tls_wants, tls_pending, tls_progress, tls_plain, tls_why,
		tls_shutdown
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "tls: it is too late");
	d->tls = &ops;
	return 0;
}
