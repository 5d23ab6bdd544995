#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Senders that are far ahead, because the balancer stood still, get their turns
# and no more: all their bytes arrive, though no event tells of them any more,
# and others are served meanwhile.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend S sink
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="sink">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$S"/></group>
  </service>
</config>
END
web=$(addr_of web)
sink=$(addr_of sink)

# The first bytes make the kernel's buffers grow; the others are sent, as far
# as these take them, while the balancer stands still.
pids=
for i in 1 2 3 4; do
	start_client bulk.$i -t 10000 "$sink" send:25000000 pause \
	    send:${i}500000 eof line
	pids="$pids $client_pid"
done
paused()
{
	test "$(cat "$TMP"/bulk.* | grep -c paused)" -eq 4
}
ok "all have begun" wait_for 20 paused
for pid in $pids; do
	kill -STOP "$PYD"
	kill -USR1 "$pid"
	sleep $nap
	sleep $nap
	kill -CONT "$PYD"
	client "$web" get
done >"$TMP/meanwhile"
is "$(names <"$TMP/meanwhile" | tr '\n' ' ')" "A A A A " \
    "others are served meanwhile"
for pid in $pids; do
	end_client "$pid"
done
is "$(cat "$TMP"/bulk.* | grep -v paused | tr '\n' ' ')" \
    "26500000 good 27500000 good 28500000 good 29500000 good " \
    "all bytes arrive"
done_testing
