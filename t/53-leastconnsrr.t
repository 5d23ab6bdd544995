#!/bin/sh
# SPDX-License-Identifier: ISC
#
# leastconnsrr, leastc: fewest open connections, ties to the host whose last
# connection ended longest ago.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B
start_backend C
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="leastc" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
      <host name="c" ip="$C"/>
    </group>
  </service>
</config>
END
web=$(addr_of web)

for i in 1 2 3 4 5 6; do
	client "$web" get | names
	wait_for 10 more_lines $((i - 1)) ' info relay ' "$LOG"
done >"$TMP/got"
is "$(tr '\n' ' ' <"$TMP/got")" "A B C A B C " "one at a time: in turn"

start_client held "$web" get pause
wait_for 10 grep -q paused "$TMP/held"
is "$(names <"$TMP/held" | sed 1q)" A "one stays with a"
for i in 1 2 3 4; do
	client "$web" get | names
	wait_for 10 more_lines $((i + 5)) ' info relay ' "$LOG"
done >"$TMP/got"
is "$(tr '\n' ' ' <"$TMP/got")" "B C B C " "the others take turns"
end_client_now "$client_pid"
done_testing
