#!/bin/sh
# SPDX-License-Identifier: ISC
#
# An idleTimeout that is taken away holds for connections that are there: none
# of them ends.

. "$(dirname "$0")/lib.sh"

start_backend H hold

# configuration ATTRIBUTE
configuration()
{
	cat <<END
<config>
  <service name="hold"$1>
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
  <service name="short" idleTimeout="3">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
</config>
END
}

configuration ' idleTimeout="2"' >"$TMP/first"
start_balancer <"$TMP/first"
start_client open "$(addr_of hold)" send:10 pause
open=$client_pid
ok "one is open" wait_for 10 grep -q paused "$TMP/open"
configuration '' >"$TMP/pydirector.xml"
kill -HUP "$PYD"
ok "it is reloaded" wait_log ' config: reloaded: '
# This one begins later and takes longer.
is "$(client "$(addr_of short)" send:10 read)" "0 good eof" \
    "another service has its timeout"
is "$(count_log ': hold .*: idle$')" 0 "the first one is still there"
end_client_now "$open"
stop_backend H
done_testing
