#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Clients whom the system has let in and the balancer has not accepted yet when
# a listener is taken out, or it drains: they are served, not reset.

. "$(dirname "$0")/lib.sh"

# configuration SECOND-LISTENER
configuration()
{
	cat <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>$1
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END
}

# waiting ADDRESS SIGNAL: 20 clients come while the balancer is stopped; then it
# hears of the signal first.
waiting()
{
	kill -STOP "$PYD"
	start_client out.$2 -c 20 "$1" port get
	wait_for 10 more_lines 19 '^[0-9]' "$TMP/out.$2" || bail "no clients"
	kill -$2 "$PYD"
	kill -CONT "$PYD"
	end_client "$client_pid"
	grep -c '^A ' "$TMP/out.$2"
}

start_backend A
configuration '<listen ip="localhost:0"/>' >"$TMP/first"
start_balancer <"$TMP/first"
one=$(addr_of web)
other=$(sed -n 's/.* listener web \(127[^ ]*\): listening$/\1/p' "$LOG" |
    sed -n 2p)
configuration '' >"$TMP/pydirector.xml"
is "$(waiting "$other" HUP)" 20 "a listener is taken out"
ok "it is closed" wait_log ' command: delListen '
like "$(client "$other" close)" 'connect refused' "to new clients"
is "$(client "$one" get | names)" A "the other one stays"
is "$(waiting "$one" QUIT)" 20 "the balancer drains"
ok "and ends" wait_exit 10
done_testing
