#!/bin/sh
# SPDX-License-Identifier: ISC
#
# One of two hosts is a black hole: of clients one after another, one pays.

. "$(dirname "$0")/lib.sh"

start_backend K blackhole
start_backend A
start_balancer <<END
<config>
  <service name="web" connectTimeout="0.7">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="hole" ip="$K"/>
      <host name="a" ip="$A"/>
    </group>
  </service>
  <manager><hostCheck interval="1" timeout="0.3"/></manager>
</config>
END
web=$(addr_of web)

for i in 1 2 3 4 5 6; do
	client "$web" get
	wait_for 10 more_lines $((i - 1)) ' info relay ' "$LOG"
done >"$TMP/got"
is "$(grep -c '^A ' "$TMP/got")" 6 "six clients are served"
is "$(count_log ' info relay .* 0[.][7-9][0-9]* s: ')" 1 \
    "one has waited for the connect timeout"
ok "down: timeout" logged ' host web/g/hole: down: timeout$'
backend_up K
ok "it comes back" wait_log ' host web/g/hole: up$' 20
like "$(client -n 2 "$web" get | names | sort | tr '\n' ' ')" 'A K' \
    "and is used again"
done_testing
