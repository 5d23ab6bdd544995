#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A half that one side closes is closed on the other, the rest goes on.

. "$(dirname "$0")/lib.sh"

start_backend H half 65536
start_backend F firsthalf 100
start_balancer <<END
<config>
  <service name="client-first">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
  <service name="server-first">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$F"/></group>
  </service>
</config>
END

is "$(client "$(addr_of client-first)" send:10 eof read)" \
    "65536 good eof" "the client closes its half first"
wait_log 'in 10 out 65536 '
ok "logged as client-closed" logged 'in 10 out 65536 .*: client-closed$'
is "$(client "$(addr_of server-first)" read send:65536 eof)" \
    "100 good eof" "the server closes its half first"
wait_for 10 grep -q '^eof 1 ' "$F_log"
is "$(events F '^eof 1 65536 good$')" 1 "and gets what the client sends then"
wait_log 'in 65536 out 100 '
ok "logged as server-closed" logged 'in 65536 out 100 .*: server-closed$'
done_testing
