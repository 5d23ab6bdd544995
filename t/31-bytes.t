#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every byte arrives, in order, both ways at once, from 1 byte to 64 MiB.

. "$(dirname "$0")/lib.sh"

start_backend E echo
start_backend S sink
start_backend D duplex 67108864
start_backend F source 5000000
start_balancer <<END
<config>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
  <service name="sink">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$S"/></group>
  </service>
  <service name="duplex">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$D"/></group>
  </service>
  <service name="source">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$F"/></group>
  </service>
</config>
END
echo=$(addr_of echo)
sink=$(addr_of sink)
duplex=$(addr_of duplex)

for n in 1 2 4095 65536 65537 262144 262145 1000003 16777216; do
	is "$(client -t 30000 "$echo" "echo:$n")" "$n good eof" \
	    "$n bytes there and back"
done
is "$(client -t 60000 "$duplex" both:67108864)" "67108864 good eof" \
    "64 MiB down while 64 MiB go up"
is "$(events D '^eof 1 67108864 good$')" 1 "and up"
is "$(client "$sink" dribble:300 eof line)" "300 good" "byte by byte"
is "$(client "$sink" eof line)" "0 good" "no byte at all"
is "$(client "$(addr_of source)" read)" "5000000 good eof" \
    "5 MB from a server that closes at once"
is "$(client "$echo" pong:2000)" "pong 2000 good" "many small messages"
wait_log ': echo .*: in 16777216 out 16777216 .*: client-closed$'
ok "the log counts the bytes" logged \
    ': echo .*: in 16777216 out 16777216 .*: client-closed$'
done_testing
