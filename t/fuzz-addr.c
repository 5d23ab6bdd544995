/* SPDX-License-Identifier: ISC
 *
 * Addresses under libFuzzer: what addr_split takes is within its bounds, is
 * taken again in the spelling that it means, and a number survives the way
 * through addr_text. No name is looked up. */

#include "config.h"

#include "addr.h"
#include "t/fuzz.h"

/* A number, written out, is the same number. */
static void
fuzz_number(const struct hostport *hp)
{
	char text[ADDR_TEXT_SIZE];
	const unsigned char *bytes;
	struct hostport again;
	struct addr a, b;
	const char *why;
	size_t n;

	if (addr_number(hp, &a) == -1)
		return;
	addr_set_port(&a, hp->port);
	n = addr_ip(&a, &bytes);
	fuzz_promise(n == 4 || n == 16, "a number has an address");
	fuzz_promise(addr_port(&a) == hp->port, "the port stays");
	fuzz_promise(addr_split(addr_text(&a, text), &again, &why) == 0 &&
	    addr_number(&again, &b) == 0, "its text is an address");
	addr_set_port(&b, again.port);
	fuzz_promise(addr_same(&a, &b), "its text is the same address");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), spelled[ADDR_NODE_SIZE + 16];
	struct hostport hp, again;
	const char *why = NULL;

	if (addr_split(text, &hp, &why) == -1)
		fuzz_promise(why != NULL && *why != '\0', "it says why");
	else {
		fuzz_promise(strlen(hp.node) < ADDR_NODE_SIZE &&
		    hp.port <= 65535, "bounds");
		snprintf(spelled, sizeof(spelled),
		    strchr(hp.node, ':') != NULL ? "[%s]:%u" : "%s:%u",
		    hp.node, hp.port);
		fuzz_promise(addr_split(spelled, &again, &why) == 0 &&
		    strcmp(hp.node, again.node) == 0 &&
		    hp.port == again.port, "its other spelling is the same");
		fuzz_number(&hp);
	}
	free(text);
	return 0;
}
