#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Requests are spread over three hosts; each relay leaves one line in the log.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B
start_backend C
start_balancer <<END
<pdconfig>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundrobin">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
      <host name="c" ip="$C"/>
    </group>
    <enable group="main"/>
  </service>
</pdconfig>
END
web=$(addr_of web)

is "$(client -n 6 "$web" get | names | tr '\n' ' ')" "A B C A B C " \
    "one request after the other, each host in its turn"
is "$(client "$web" get get get | sort -u | wc -l | tr -d ' ')" 1 \
    "a connection stays with its host"
port=$(client "$web" port get | sed 1q)
wait_for 10 logged ": web 127[.]0[.]0[.]1:$port to b $B: "
like "$(grep "127[.]0[.]0[.]1:$port " "$LOG")" \
    "^[-0-9T:]{19}Z info relay 8: web 127[.]0[.]0[.]1:$port to b $B: \
in [0-9]+ out [0-9]+ [0-9]+[.][0-9]{3} s: client-closed\$" \
    "the line of a relay"
wait_for 10 test "$(relays_ended)" -eq 8
is "$(relays_ended)" 8 "a line for each relay"
is "$(client -c 200 "$web" get close | grep -c '^[ABC] ')" 200 \
    "200 clients at once"
done_testing
