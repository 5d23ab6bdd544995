#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Senders that are far ahead, because the balancer stood still, get their turns
# and no more: all their bytes arrive, and others are served meanwhile.

. "$(dirname "$0")/lib.sh"

SIZE=100000000
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
pids=
for i in 1 2 3; do
	start_client bulk.$i -t 60000 "$sink" send:$SIZE eof line
	pids="$pids $client_pid"
done
for i in 1 2 3 4 5 6; do
	kill -STOP "$PYD"
	sleep $nap
	kill -CONT "$PYD"
	client "$web" get
done >"$TMP/meanwhile"
is "$(names <"$TMP/meanwhile" | tr '\n' ' ')" "A A A A A A " \
    "others are served meanwhile"
for pid in $pids; do
	end_client "$pid"
done
is "$(cat "$TMP"/bulk.*)" "$SIZE good$NL$SIZE good$NL$SIZE good" \
    "all bytes arrive"
done_testing
