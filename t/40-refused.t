#!/bin/sh
# SPDX-License-Identifier: ISC
#
# One of three hosts refuses: no client notices, and it is asked only once.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B refuse
start_backend C
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
      <host name="c" ip="$C"/>
    </group>
  </service>
  <manager><hostCheck enable="no"/></manager>
</config>
END
web=$(addr_of web)

is "$(client -n 20 "$web" get | names | sort | uniq -c | tr -s ' \n' ' ')" \
    " 10 A 10 C " "20 clients are served"
is "$(count_log ' notice host web/g/b: down: refused$')" 1 "it goes down once"
is "$(client -c 30 "$web" get close | grep -c '^[AC] ')" 30 "30 at once"
backend_up B
is "$(client -n 4 "$web" get | names | grep -c B)" 0 \
    "without hostCheck it stays out"
done_testing
