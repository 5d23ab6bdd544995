#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Whoever reads slowly slows down the other side; the balancer keeps no more
# than a buffer a relay.

. "$(dirname "$0")/lib.sh"

start_backend B source 67108864
start_backend Q deaf
start_balancer <<END
<config>
  <service name="source">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$B"/></group>
  </service>
  <service name="deaf">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$Q"/></group>
  </service>
</config>
END
source=$(addr_of source)

# One relay first: what is needed once is there then.
ok "warm up" client -t 60000 "$source" read
before=$(memory)
start_client clients -c 10 -r 8192 "$source" read:20000 pause
slow_pid=$client_pid
wait_for 30 grep -q paused "$TMP/clients"
is "$(grep -c '^20000 good more$' "$TMP/clients")" 10 "ten slow readers"
start_client deaf -t 2000 "$(addr_of deaf)" send:67108864
deaf_pid=$client_pid
is "$(client -t 60000 "$source" read)" "67108864 good eof" \
    "a quick one beside them gets everything"
test "$before" = unknown || within $(($(memory) - before)) -100000 24000 \
    "kilobytes of memory beyond those at the start"
end_client "$deaf_pid"
like "$(cat "$TMP/deaf")" '^sent [0-9]+ timeout$' \
    "a server that does not read stops its client"
end_client_now "$slow_pid"
stop_backend Q KILL
done_testing
