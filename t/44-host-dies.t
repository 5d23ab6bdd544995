#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A host dies with relays open: its clients learn of it, others go on.

. "$(dirname "$0")/lib.sh"

start_backend A hold
start_backend B echo
start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <manager><hostCheck interval="1"/></manager>
</config>
END
s=$(addr_of s)

# Connections 1 and 3 are with a, 2 and 4 with b.
start_client out -c 4 "$s" text:x pause read
wait_for 10 grep -q paused "$TMP/out"
wait_for 10 more_lines 1 '^open' "$A_log"
is "$(events A '^open') $(events B '^open')" "2 2" "two relays each"
stop_backend A KILL
wait_for 10 more_lines 1 ': server-(closed|reset)$' "$LOG"
is "$(count_log ': server-(closed|reset)$')" 2 "the relays of one host end"
is "$(client -n 3 "$s" echo:1000 | sort -u)" "1000 good eof" \
    "new clients are served by the other"
ok "the dead host is down" logged ' host s/g/a: down: refused$'
start_backend A2 -l "$A" echo
ok "started again, it is back" wait_log ' host s/g/a: up$'
kill -KILL "$client_pid"
end_client "$client_pid" 2>/dev/null
done_testing
