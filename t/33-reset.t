#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A reset passes through as a reset, behind the data, in both directions.

. "$(dirname "$0")/lib.sh"

start_backend R reset 300000
start_backend H hold
start_backend Z reset 0
start_backend S slow 10000
start_balancer <<END
<config>
  <service name="reset">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$R"/></group>
  </service>
  <service name="hold">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
  <service name="zero">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$Z"/></group>
  </service>
  <service name="slow">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$S"/></group>
  </service>
</config>
END
reset=$(addr_of reset)

is "$(client "$reset" read)" "300000 good reset" \
    "a server's reset, after the data"
is "$(client -r 8192 "$reset" sip:50000)" "300000 good reset" \
    "also for a client that reads slowly"
is "$(client "$reset" send:100 eof read)" "300000 good reset" \
    "also for one that has closed its half"
wait_for 10 more_lines 2 ': server-reset$' "$LOG"
is "$(count_log ' reset 127.*: server-reset$')" 3 "logged as server-reset"
is_reset "$(client "$(addr_of zero)" read)" "a reset alone"

ok "a client resets" client "$(addr_of hold)" send:1000 stall:100 reset
wait_for 10 grep -q '^close 1 ' "$H_log"
is "$(events H '^close 1 1000 good 0 reset$')" 1 "the server sees it"
wait_log ' hold 127.*: client-reset$'
ok "logged as client-reset" logged ' hold 127.* in 1000 .*: client-reset$'

ok "a client resets behind much data" \
    client "$(addr_of slow)" send:200000 stall:20 reset
wait_for 10 grep -q '^close 1 ' "$S_log"
is "$(events S '^close 1 200000 good 0 reset$')" 1 \
    "the slow server gets all of it, then the reset"
done_testing
