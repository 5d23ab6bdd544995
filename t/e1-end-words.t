#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every word for the end of a relay, in the connection log; its bytes against
# what client and server have counted.

. "$(dirname "$0")/web.sh"
. "$T/connlog.sh"

# service NAME HOSTS [ATTRIBUTES [CHILDREN [LISTEN]]]
service()
{
	echo "<service name=\"$1\" ${3:-}><listen ip=\"127.0.0.1:0\" ${5:-}/>"
	echo "${4:-}<group name=\"g\" scheduler=\"roundr\""
	echo "enable=\"true\">$2</group></service>"
}

start_backend SINK sink
start_backend SOURCE source 70000
start_backend RESET reset 5000
start_backend HOLD hold
start_backend REFUSE refuse
hold="<host name=\"h\" ip=\"$HOLD\"/>"
start_balancer <<END
<config>
  $(service sink "<host name=\"h\" ip=\"$SINK\"/>")
  $(service source "<host name=\"h\" ip=\"$SOURCE\"/>")
  $(service creset "$hold")
  $(service sreset "<host name=\"h\" ip=\"$RESET\"/>")
  $(service idle "$hold" 'idleTimeout="1"')
  $(service failed "<host name=\"h\" ip=\"$REFUSE\"/>")
  $(service nohost "<host name=\"h\" ip=\"$HOLD\"/>")
  $(service denied "$hold" '' '<deny from="127.0.0.0/8"/>')
  $(service limited "$hold" 'rate="1"')
  $(service header "$hold" '' '' 'acceptProxy="true" from="127.0.0.1"')
  $(service admin "$hold")
  $(service stop "$hold")
  <admin>$WEB</admin>
  <connlog file="$CONN"/>
</config>
END
allow_log ' service [a-z]*: client lost: '
allow_log ' service failed: '
allow_log ' group failed/g: no host is up$'
allow_log ' host failed/g/h: '
allow_log ' service (denied|limited|header): '
allow_log ' listener header .*: '
allow_log ' (relay|proxy|listener|service) .*(header|PROXY|denied|limit)'
web_ready

# bytes IN OUT: of $line.
bytes()
{
	is "$(of in "$line") $(of out "$line")" "$1 $2" "its bytes"
}

# found WORD HOST TRIES: $line is there, with that host.
found()
{
	like "$line" " host=$2 .* tries=$3 end=$1\$" "$1"
}

client "$(addr_of sink)" send:12345 eof read >/dev/null 2>&1
wait_end sink client-closed
found client-closed h 1
answer=$(sed -n 's/^close [0-9]* \([0-9]*\) good \([0-9]*\) closed$/\1 \2/p' \
    "$SINK_log")
test -n "$answer" || answer="12345 $(printf '12345 good\n' | wc -c)"
bytes ${answer}

is "$(client "$(addr_of source)" finish)" "70000 good eof" "a server that ends"
wait_end source server-closed
found server-closed h 1
bytes 0 70000

client "$(addr_of creset)" send:777 stall:300 reset
wait_end creset client-reset
found client-reset h 1
bytes 777 0

is "$(client "$(addr_of sreset)" read)" "5000 good reset" "a server that resets"
wait_end sreset server-reset
found server-reset h 1
bytes 0 5000

client "$(addr_of idle)" send:31 read >/dev/null
wait_end idle idle
found idle h 1
bytes 31 0
duration=$(of duration "$line")
within "${duration%.*}" 1000 3000 "after its time"

client "$(addr_of failed)" read >/dev/null
wait_end failed connect-failed
found connect-failed - 1
is "$(of connect "$line") $(of local "$line")" "- -" "no connection was made"

like "$(web_says full 'hostAdminDown?service=nohost&group=g&host=h')" '^200' \
    "the only host is taken out"
client "$(addr_of nohost)" read >/dev/null
wait_end nohost no-host
found no-host - 0
bytes 0 0

like "$(web_says full 'newService?service=refused&listen=127.0.0.1:0')" \
    '^200' "a service without a group"
wait_log ' listener refused .*: listening$'
client "$(addr_of refused)" read >/dev/null
wait_end refused refused
found refused - 0

client "$(addr_of denied)" read >/dev/null
wait_end denied denied
found denied - 0

client -c 4 "$(addr_of limited)" read:0 >/dev/null
wait_end limited limited
found limited - 0

client "$(addr_of header)" 'text:GET / HTTP/1.0\r\n\r\n' read >/dev/null
wait_end header bad-header
found bad-header - 0

start_client admin "$(addr_of admin)" send:99 read
wait_for 10 events HOLD '^open' || :
sleep $nap
like "$(web_says full 'closeConns?service=admin&group=g&host=h')" '^200' \
    "the operator ends them"
end_client "$client_pid"
wait_end admin admin
found admin h 1

start_client stop "$(addr_of stop)" pause
wait_for 10 grep -q paused "$TMP/stop"
ports=$(sed -n 's/^open [0-9]* //p' "$HOLD_log" | tail -n 1)
kill -TERM "$PYD"
wait_exit 20
is "$status" 0 "the balancer stops"
end_client_now "$client_pid"
wait_end stop stop
found stop h 1
is "$(of local "$line")" "$ports" "the port that the server saw"

is "$(sed -n 's/.* end=//p' "$CONN" | sort -u | tr '\n' ' ')" \
    "admin bad-header client-closed client-reset connect-failed denied idle \
limited no-host refused server-closed server-reset stop " "all words"
grep -q 'END_' "$BUILD/director.h" 2>/dev/null &&
    is "$(sed -n '/^enum relay_end {/,/^}/s/^	END_\([A-Z_]*\).*/\1/p' \
    "$BUILD/director.h" | grep -c -v NONE)" 13 "there are no others"
is "$(grep -c -v ' event=end ' "$CONN")" 0 "no other lines"
done_testing
