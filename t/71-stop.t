#!/bin/sh
# SPDX-License-Identifier: ISC
#
# SIGTERM and SIGINT end everything at once, with 0.

. "$(dirname "$0")/lib.sh"

start_backend H hold
for signal in TERM INT; do
	start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
</config>
END
	start_client "$signal" -c 3 "$(addr_of s)" send:10 pause read
	wait_for 10 grep -q paused "$TMP/$signal"
	lines=$(events H '^open')
	kill -$signal "$PYD"
	ok "$signal: it ends" wait_exit 10
	is "$status" 0 "$signal: with 0"
	is "$(count_log ' relay [123]: .*: stop$')" 3 "$signal: relays are told"
	kill -USR1 "$client_pid"
	end_client "$client_pid"
	like "$(sed 1d "$TMP/$signal" | sort -u)" '^0 good (reset|eof)$' \
	    "$signal: clients see the end"
done
done_testing
