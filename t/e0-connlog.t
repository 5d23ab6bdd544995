#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The connection log: its format, the line at the start, numbers, times, and
# opening it anew.

. "$(dirname "$0")/lib.sh"
. "$T/connlog.sh"

start_backend A -w 200
start_backend R refuse
start_balancer <<END
<config>
  <service name="w 100%">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="bad" ip="$R"/>
      <host name="a b" ip="$A"/>
    </group>
  </service>
  <connlog file="$CONN" start="yes"/>
</config>
END
allow_log ' host .*/bad: '
web=$(addr_of "w 100%")
like "$(ls -l "$CONN")" '^-rw-r-----' "the file has mode 0640"

client "$web" port get >"$TMP/out"
port=$(sed -n 1p "$TMP/out")
wait_for 10 grep -q event=end "$CONN"
is "$(wc -l <"$CONN" | tr -d ' ')" 2 "a line at the start, one at the end"
n='[0-9]+'
ms='[0-9]+[.][0-9]{3}'
ip='127[.]0[.]0[.]1'
time='time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z'
head="id=1 service=w%20100%25 listener=$web client=127[.]0[.]0[.]1:$port \
sender=-"
like "$(sed -n 1p "$CONN")" "^$time event=start $head\$" "the start"
like "$(sed -n 2p "$CONN")" "^$time event=end $head host=a%20b address=$A \
local=$ip:$n in=$n out=$n connect=$ms duration=$ms tries=2 \
end=client-closed\$" "the end"
line=$(sed -n 2p "$CONN")
is "$(of local "$line")" "127.0.0.1:$(sed -n '2s/.* //p' "$TMP/out")" \
    "local is what the host saw as its client"
ok "the log has the same number" wait_log \
    " relay 1: w 100% 127[.]0[.]0[.]1:$port to a b "
connect=$(of connect "$line")
duration=$(of duration "$line")
within "${connect%.*}" 0 $((${duration%.*} - 190)) "connecting took no time"
within "${duration%.*}" 200 5000 "the answer did"
now=$(date -u +%Y-%m-%dT%H:%M)
like "$now $(date -u -d '-1 minute' +%Y-%m-%dT%H:%M 2>/dev/null)" \
    "$(of time "$line" | cut -c 1-16)" "the time is now, in UTC"

client -n 3 "$web" get >"$TMP/out"
wait_for 10 more_lines 3 event=end "$CONN"
is "$(sed -n 's/.*event=start id=\([0-9]*\) .*/\1/p' "$CONN" | tr '\n' ' ')" \
    "1 2 3 4 " "each has its number at the start"
is "$(sed -n 's/.*event=end id=\([0-9]*\) .*/\1/p' "$CONN" | tr '\n' ' ')" \
    "1 2 3 4 " "and at the end"
is "$(grep -c ' tries=1 ' "$CONN")" 3 "the host that is down is not tried"

mv "$CONN" "$CONN.0"
kill -USR1 "$PYD"
ok "SIGUSR1" wait_log ' log: reopened$'
client "$web" get >"$TMP/out"
wait_for 10 grep -q event=end "$CONN"
is "$(wc -l <"$CONN.0" | tr -d ' ')" 8 "the old file gets no more"
is "$(wc -l <"$CONN" | tr -d ' ')" 2 "the new one does"
mv "$CONN" "$CONN.1"
mkdir "$CONN"
kill -USR1 "$PYD"
expect_log ' connlog: not reopened: '
ok "it cannot be opened" wait_log ' err connlog: not reopened: '
client "$web" get >"$TMP/out"
wait_for 10 more_lines 1 event=end "$CONN.1"
is "$(wc -l <"$CONN.1" | tr -d ' ')" 4 "the one that is open stays in use"
rmdir "$CONN"
stop_balancer

# A relative path, from the directory it was started in, as a daemon.
. "$T/daemon.sh"
unset port
config '<connlog file="c.log"/>'
start_daemon -l "$TMP/daemon.log"
web=$(address "$TMP/daemon.log")
client "$web" get >"$TMP/out"
ok "a relative path" wait_for 10 grep -q 'event=end' "$DIR/c.log"
is "$(grep -c event=start "$DIR/c.log")" 0 "no line at the start unasked"
kill -USR1 "$daemon"
mv "$DIR/c.log" "$DIR/c.0"
kill -USR1 "$daemon"
wait_for 10 test -e "$DIR/c.log"
client "$web" get >"$TMP/out"
ok "opened anew in the same place" wait_for 10 grep -q event=end \
    "$DIR/c.log"
stop_daemon
config '<connlog file="no/c.log"/>'
run -d -p "$TMP/daemon.pid" c.xml
is "$status" 1 "a path that cannot be opened: no start"
like "$err" 'connlog: .*/no/c[.]log: No such file' "with the reason"
done_testing
