#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Upgrades under load, in the background: five that succeed, and some that
# fail. No request is refused, no connection cut; counters, states and numbers
# go on; nothing is left behind.

. "$(dirname "$0")/lib.sh"

test -x "$T/load" || {
	test "${CI:-}" != true || bail "t/load was not built"
	skip_all "t/load was not built: no libcurl"
}

. "$T/upgrade.sh"
start_backend B -q
start_backend C -q
start_backend E echo
start_backend D refuse
stop_backend A
start_backend A -q

# configuration [EXTRA]
configuration()
{
	cat >"$DIR/c.xml" <<-END
	<pdconfig>
	  <service name="web">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundrobin">
	      <host name="a" ip="$A"/>
	      <host name="b b" ip="$B"/>
	      <host name="down" ip="$D"/>
	      <host name="drained" ip="$C"/>
	    </group>
	  </service>
	  <service name="echo">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundrobin"><host name="e" ip="$E"/></group>
	  </service>
	  <manager><hostCheck interval="300"/></manager>
	  <admin><console socket="$TMP/console"/></admin>
	  <control socket="$TMP/control"/>
	  ${1:-}
	</pdconfig>
	END
}

ctl()
{
	"$CTL" -s "$TMP/console" "$@" 2>&1 </dev/null
}

# show FIELD HOST: of running.json.
show()
{
	ctl running.json | tr -d '\n' | tr '{' '\n' |
	    sed -n "s/^\"name\": \"$2\".*\"$1\": \"*\([^,\"]*\).*/\1/p"
}

# upgraded: another process is in charge.
upgraded()
{
	test "$(cat "$TMP/daemon.pid")" != "$daemon" &&
	    test -n "$(cat "$TMP/daemon.pid")" && test "$(grep -c \
	    ' director: started: ' "$LOG")" -gt $upgrades
}

upgrade()
{
	old="$old $daemon"
	upgrades=$((upgrades + 1))
	kill -USR2 "$daemon"
	wait_for 20 upgraded || bail "not upgraded: $(cat "$LOG")"
	daemon=$(cat "$TMP/daemon.pid")
	test_pids="$test_pids $daemon"
}

PYD=
configuration
LOG=$TMP/log
: >"$LOG"
start_daemon -v -l "$LOG" ${PYDIRECTOR_FLAGS:-}
PYD=
web=$(addr_of web)
echo=$(addr_of echo)
is "$(ctl drainHost service=web group=g name=drained)" \
    "host 'drained': draining, 0 connections left" "one is drained"
is "$(for i in 1 2 3; do client "$web" get; done | names | sort -u |
    tr '\n' ' ')" "A B " "it serves"
wait_log 'host web/g/down: down: refused' || fail "one host is down"
since=$(show since down)
like "$since" '^20' "since when the host is down"
first=$daemon
upgrades=0
old=
upgrade
fds=$(ls "/proc/$daemon/fd" 2>/dev/null | wc -l)

# A connection that lives through it all.
start_client long "$echo" pong:10 pause echo:1000000
long=$client_pid
wait_for 10 grep -q paused "$TMP/long" || bail "no long connection"

"$T/load" -n 20000 -c 16 "http://$web/" >"$TMP/load" &
load=$!
test_pids="$test_pids $load"
while test $upgrades -lt 3; do
	upgrade
done

echo '<pdconfig><bad/></pdconfig>' >"$DIR/c.xml"
kill -USR2 "$daemon"
ok "a broken configuration" wait_for 10 failures 1
like "$(cat "$LOG")" 'err director: upgrade: [0-9]+ failed: c.xml:1: ' \
    "the log tells what is wrong with it"
configuration
swap <<'END'
#!/bin/sh
exit 7
END
kill -USR2 "$daemon"
ok "a program that ends at once" wait_for 10 failures 2
like "$(cat "$LOG")" 'failed: ended with status 7$' "the log tells its status"
swap <<'END'
#!/bin/sh
echo $$ >"$0.hangs"
exec sleep 60
END
kill -USR2 "$daemon"
wait_for 10 test -s "$BUILD/pydirector.hangs" || fail "one that hangs"
kill -USR2 "$daemon"
ok "a second one meanwhile is refused" wait_log \
    ' err director: upgrade: not started: one is under way$'
is "$(ctl setWeight service=web group=g name=a weight=2)" \
    "an upgrade is under way" "and so are changes"
kill -KILL "$(cat "$BUILD/pydirector.hangs")"
ok "one that was killed" wait_for 10 failures 3
like "$(cat "$LOG")" 'failed: ended by signal 9$' "the log tells the signal"
rm "$BUILD/pydirector"
kill -USR2 "$daemon"
ok "a program that is not there" wait_log \
    'err director: upgrade: not started: cannot start .*: No such file'
swap <"$REAL"
configuration '<logging file="x"/><connlog file="'"$TMP"'/conn"/>'
while test $upgrades -lt 6; do
	upgrade
done
end_client $load
like "$(cat "$TMP/load")" '^requests 20000 ok 20000 failed 0 ' \
    "20000 requests, none fails"
diag "$(cat "$TMP/load")"
kill -USR1 "$long"
end_client "$long"
is "$? $(tail -n 1 "$TMP/long")" "0 1000000 good eof" "no connection was cut"
is "$(cat "$daemon/x" 2>/dev/null)" "" "relative paths: nothing elsewhere"
ok "the new configuration is used" test -s "$TMP/conn"

sum()
{
	echo $(($(show total a) + $(show total 'b b')))
}
counted()
{
	test "$(sum)" -eq 20003
}
wait_for 5 counted
is "$(sum)" 20003 "counters go on"
like "$(show total e) $(show bytesIn e)" '^1 1000[0-9][0-9][0-9]$' \
    "also what an old process has counted since"
is "$(show state down) $(show since down)" "down $since" \
    "a host that is down stays so, since then"
is "$(show state drained)" "draining" "and so does one that is drained"
is "$(sed -n 's/.* info relay \([0-9]*\): .*/\1/p' "$LOG" | sort | uniq -d)" \
    "" "numbers of relays are unique"
is "$(sed -n 's/.* info relay \([0-9]*\): .*/\1/p' "$LOG" | wc -l |
    tr -d ' ')" 20004 "each has its line"
ok "the old processes are gone" wait_for 10 exited_all $old
is "$(grep -c ' warning ' "$LOG")" 0 "no warning"
test "$fds" -eq 0 || is "$(ls "/proc/$daemon/fd" | wc -l)" $((fds + 1)) \
    "no descriptor is left over"
is "$(ls "$TMP/console" "$TMP/control" | wc -l | tr -d ' ')" 2 \
    "UNIX sockets stay"

# What the configuration has not any more is closed.
grep -v -e '<control' "$DIR/c.xml" >"$TMP/less"
cp "$TMP/less" "$DIR/c.xml"
upgrade
ok "a path that is not wanted any more is gone" wait_for 5 test ! -e \
    "$TMP/control"
is "$(client "$web" get | sed 's/ .*//' | grep -c '[AB]')" 1 "it serves"
stop_daemon
ok "all is removed" test ! -e "$TMP/console" -a ! -e "$TMP/daemon.pid"
done_testing
