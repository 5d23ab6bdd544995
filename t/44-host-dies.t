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

start_client one "$s" text:x finish
one=$client_pid
wait_for 10 grep -q '^open 1 ' "$A_log"
start_client two "$s" pong:1 pause pong:1
two=$client_pid
wait_for 10 grep -q paused "$TMP/two"
is "$(events A '^open') $(events B '^open')" "1 1" "one relay each"
stop_backend A KILL
end_client "$one"
like "$(cat "$TMP/one")" '^0 good (eof|reset)$' "the client of one is told"
ok "its relay ends" wait_log ' s 127.* to a .*: server-(closed|reset)$'
is "$(client -n 3 "$s" echo:1000 | sort -u)" "1000 good eof" \
    "new clients are served by the other"
ok "the dead host is down" logged ' host s/g/a: down: refused$'
start_backend A2 -l "$A" echo
ok "started again, it is back" wait_log ' host s/g/a: up$'
kill -USR1 "$two"
end_client "$two"
is "$(tail -n 1 "$TMP/two")" "pong 1 good" "the relay of the other went on"
done_testing
