/* SPDX-License-Identifier: ISC
 *
 * Probe: OpenSSL from 1.1.1, or LibreSSL with as much. */

#include "config.h"

#include <openssl/ssl.h>

int
main(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL || !SSL_CTX_set_num_tickets(ctx, 0) ||
	    !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION))
		return 1;
	SSL_CTX_free(ctx);
	return 0;
}
