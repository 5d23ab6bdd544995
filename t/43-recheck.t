#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A host that is down comes back when several connects in a row succeed.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B refuse
start_backend N refuse
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
      <host name="n" ip="$N"/>
    </group>
  </service>
  <manager><hostCheck interval="1" tries="5" timeout="0.4"/></manager>
</config>
END
web=$(addr_of web)

is "$(client -n 3 "$web" get | names | tr '\n' ' ')" "A A A " \
    "two of three are down"
# One lets only the first connect through, and so fails each check.
stop_backend N
start_backend N2 -l "$N" narrow
backend_up B
ok "a host that answers comes back" wait_log ' host web/g/b: up$'
is "$(events B '^open')" 5 "after five connects"
is "$(client -n 4 "$web" get | names | sort | tr '\n' ' ')" "A A B B " \
    "and serves"
start=$(clock)
wait_for 3 false
is "$(count_log ' host web/g/n: up$')" 0 \
    "one that answers only at first stays down"
test $(($(clock) - start)) -ge 2000 || diag "too short a wait"
done_testing
