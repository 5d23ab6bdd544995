#!/bin/sh
# SPDX-License-Identifier: ISC
#
# With heartbeat on, a host that cannot be reached is out before a client
# meets it; an idle one that works stays.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend K blackhole
start_backend B refuse
start_backend O refuse
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="hole" ip="$K"/>
      <host name="b" ip="$B"/>
      <host name="a" ip="$A"/>
    </group>
    <group name="off" scheduler="roundr">
      <host name="o" ip="$O"/>
    </group>
  </service>
  <manager>
    <hostCheck interval="1" timeout="0.5"/>
    <heartbeat interval="0.5" enable="yes"/>
  </manager>
</config>
END
web=$(addr_of web)

ok "the black hole goes down" wait_log ' host web/g/hole: down: timeout$'
ok "the one that refuses, too" wait_log ' host web/g/b: down: refused$'
is "$(client -n 6 "$web" get | names | sort -u)" A "six clients are served"
is "$(count_log ' info relay .* 0[.][0-9]* s: ')" 6 "none has waited"
is "$(count_log ' host web/off/o: ')" 0 "a group that is off has no heartbeat"
is "$(count_log ' host web/g/a: ')" 0 "the one that works stays"
backend_up B
ok "a host comes back" wait_log ' host web/g/b: up$'
backend_down B
ok "and goes, with no client near" wait_for 10 more_lines 1 \
    ' host web/g/b: down: refused$' "$LOG"
done_testing
