/* SPDX-License-Identifier: ISC
 *
 * Lists of networks under libFuzzer: one that is taken is within its limits,
 * has the addresses that it names, and means the same when it is read again;
 * one that is not has a reason, and leaves nothing behind. */

#include "config.h"

#include <arpa/inet.h>

#include "network.h"
#include "t/fuzz.h"

/* A network has its own first address, and a neighbour only where its prefix
 * is not that long. */
static void
fuzz_has(const struct networks *all, const struct network *one)
{
	struct networks alone = { all->text, NULL, 1 };
	struct network copy = *one;
	struct addr a;

	memset(&a, 0, sizeof(a));
	alone.list = &copy;
	if (one->len == 4) {
		a.u.in.sin_family = AF_INET;
		memcpy(&a.u.in.sin_addr, one->ip, 4);
	} else if (one->len == 16) {
		a.u.in6.sin6_family = AF_INET6;
		memcpy(&a.u.in6.sin6_addr, one->ip, 16);
		/* That is an IPv4 address in other clothes. */
		if (IN6_IS_ADDR_V4MAPPED(&a.u.in6.sin6_addr))
			return;
	} else {
		return;
	}
	fuzz_promise(networks_have(all, &a), "the list has it");
	fuzz_promise(networks_have(&alone, &a), "it has itself");
	if (one->bits == 0)
		return;
	if (one->len == 4)
		a.u.in.sin_addr.s_addr ^= htonl(UINT32_C(0x80000000));
	else
		a.u.in6.sin6_addr.s6_addr[0] ^= 0x80;
	fuzz_promise(!networks_have(&alone, &a), "and not its opposite");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct networks list = { NULL, NULL, 0 }, again = { NULL, NULL, 0 };
	char *text = fuzz_copy(data, size);
	const char *why = "unset";
	size_t i;

	if (networks_parse(&list, text, &why) == -1) {
		fuzz_promise(why != NULL && strcmp(why, "unset") != 0,
		    "a reason");
		fuzz_promise(list.text == NULL && list.list == NULL,
		    "nothing is left behind");
		free(text);
		return 0;
	}
	fuzz_promise(list.n >= 1 && list.n <= NETWORKS_MAX, "the limit");
	fuzz_promise(networks_parse(&again, list.text, &why) == 0 &&
	    again.n == list.n, "it reads again");
	for (i = 0; i < list.n; i++) {
		fuzz_promise(list.list[i].bits <= list.list[i].len * 8,
		    "the prefix");
		fuzz_promise(memcmp(&list.list[i], &again.list[i],
		    sizeof(list.list[i])) == 0, "and means the same");
		fuzz_has(&list, &list.list[i]);
	}
	networks_free(&again);
	networks_free(&list);
	free(text);
	return 0;
}
