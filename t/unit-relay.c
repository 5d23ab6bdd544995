/* SPDX-License-Identifier: ISC
 *
 * The words for the ends of a relay: one for each, and no two alike. Prints
 * TAP. */

#include "config.h"

#include "relay.h"
#include "t/tap.h"

int
main(void)
{
	enum relay_end end, other;

	is(relay_end_word(END_NONE), "-", "there is no end yet");
	is(relay_end_word(END_CLIENT_CLOSED), "client-closed", "the first");
	is(relay_end_word(END_STOP), "stop", "the last");
	for (end = END_CLIENT_CLOSED; end <= END_STOP; end++) {
		for (other = END_NONE; other < end; other++)
			if (strcmp(relay_end_word(end),
			    relay_end_word(other)) == 0)
				break;
		ok(other == end, "%s is no other's", relay_end_word(end));
	}
	return tap_end();
}
