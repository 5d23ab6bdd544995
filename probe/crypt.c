/* SPDX-License-Identifier: ISC
 *
 * Probe: crypt(3), and the library it is in. */

#include "config.h"

#include <unistd.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

int
main(void)
{
	static const char bcrypt[] = "$2b$04$abcdefghijklmnopqrstuu";
	const char *hash;

	hash = crypt("secret", "$6$saltsalt$");
	if (hash == NULL || hash[0] != '$')
		hash = crypt("secret", bcrypt);
	return hash == NULL || hash[0] != '$';
}
