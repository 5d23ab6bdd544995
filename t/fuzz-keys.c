/* SPDX-License-Identifier: ISC
 *
 * Files of authorized keys under libFuzzer: no more keys than there is place
 * for, each of a kind and a size that is taken. */

#include "config.h"

#include "sshd.h"
#include "t/fuzz.h"

#define SOME 4

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), *print;
	ssh_key keys[SOME];
	size_t i, n;

	n = key_list(text, keys, SOME);
	fuzz_promise(n <= SOME, "no more than asked for");
	for (i = 0; i < n; i++) {
		fuzz_promise(ssh_key_is_public(keys[i]), "a public key");
		print = key_fingerprint(keys[i]);
		fuzz_promise(print != NULL, "with a fingerprint");
		ssh_string_free_char(print);
		ssh_key_free(keys[i]);
	}
	free(text);
	return 0;
}
