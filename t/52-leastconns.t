#!/bin/sh
# SPDX-License-Identifier: ISC
#
# leastconns: fewest open connections, ties in file order.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B
start_backend C
start_balancer <<END
<pdconfig>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="leastconns">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
      <host name="c" ip="$C"/>
    </group>
    <enable group="g"/>
  </service>
</pdconfig>
END
web=$(addr_of web)

# Each waits for the line of the one before: the count is given back then.
for i in 1 2 3 4; do
	client "$web" get | names
	wait_for 10 more_lines $((i - 1)) ' info relay ' "$LOG"
done >"$TMP/got"
is "$(tr '\n' ' ' <"$TMP/got")" "A A A A " "idle: always the first"
is "$(client -c 7 "$web" get | names | tr '\n' ' ')" "A B C A B C A " \
    "open connections push on"
wait_for 10 more_lines 10 ' info relay ' "$LOG"

start_client held -c 4 "$web" get pause
wait_for 10 grep -q paused "$TMP/held"
is "$(client "$web" get | names)" B "a has two, b and c one: b"
wait_for 10 more_lines 11 ' info relay ' "$LOG"
is "$(client -c 5 "$web" get | names | tr '\n' ' ')" "B C A B C " \
    "then level again"
end_client_now "$client_pid"
wait_for 10 more_lines 20 ' info relay ' "$LOG"
is "$(client "$web" get | names)" A "ended connections do not count"
done_testing
