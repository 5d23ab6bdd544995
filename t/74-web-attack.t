#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Everything that the web admin can be sent, by a stranger, a lured browser or
# a broken program, with traffic beside it: each is answered as it should be,
# no relay is lost, and requests take about as long as without.

. "$(dirname "$0")/web.sh"
. "$T/beside.sh"

need python3

start_backend A -q
start_backend E echo -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$E"/>
    </group>
  </service>
  <admin>
    $WEB
  </admin>
</config>
END
web_ready
traffic=$(addr_of web)
# One of the users it tries is a wrong one.
allow_log ' auth: user .*: refused: '

start_client kept -t 120000 -c 50 "$(addr_of echo)" pong:5 pause pong:5
kept=$client_pid
wait_for 20 grep -q paused "$TMP/kept"

# attack NAME
attack()
{
	beside "$1" python3 "$T/attack.py" "$web_at" full full 10000
}

beside calm sleep 2
attack storm
while read -r ok rest; do
	case $ok in
	ok)	pass "$rest" ;;
	*)	fail "$rest" ;;
	esac
done <"$TMP/storm.out"
is "$(grep -c '^ok ' "$TMP/storm.out")" 10 "the whole list"
none_lost storm "no request is lost"
# The machine may have had something else to do.
test -z "$(slower storm)" || attack storm
as_calm storm "requests take as long as in the control run"

kill -USR1 $kept
end_client $kept
is "$(grep -c '^pong 5 good$' "$TMP/kept")" 100 "50 relays, kept throughout"
is "$(grep -E -v -c '^[^ ]+ (err|warning|notice|info|debug) ' "$LOG")" 0 \
    "the log has no foreign lines"
is "$(web_status full running.txt)" 200 "the web still answers"
done_testing
