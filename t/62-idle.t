#!/bin/sh
# SPDX-License-Identifier: ISC
#
# idleTimeout ends a relay that moves nothing, half-closed or not.

. "$(dirname "$0")/lib.sh"

start_backend H hold
start_backend E echo
start_balancer <<END
<config>
  <service name="hold" idleTimeout="2">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
  <service name="echo" idleTimeout="1">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
  <service name="never">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
</config>
END
hold=$(addr_of hold)

start_client never "$(addr_of never)" send:1 pause
never=$client_pid
start_client open "$hold" send:10 read
open=$client_pid
is "$(client "$hold" send:10 eof read)" "0 good eof" \
    "a client that has closed its half, the server silent"
end_client "$open"
is "$(cat "$TMP/open")" "0 good eof" "an open one"
wait_for 10 more_lines 1 ': idle$' "$LOG"
is "$(count_log ' relay .*: hold .* 2[.][0-4][0-9]* s: idle$')" 2 \
    "both after two seconds"
# Half a second between messages, three seconds in all.
is "$(client "$(addr_of echo)" pong:1 stall:500 pong:1 stall:500 pong:1 \
    stall:500 pong:1 stall:500 pong:1 | sort -u)" "pong 1 good" \
    "a byte now and then keeps a relay"
is "$(count_log ': never ')" 0 "without the attribute there is no end"
end_client_now "$never"
stop_backend H
done_testing
