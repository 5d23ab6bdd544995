#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Upgrades in the foreground while old connections go on: who logs where, who
# ends when; addresses that are written in another way or overlap.

. "$(dirname "$0")/lib.sh"

. "$T/upgrade.sh"
start_backend E echo

# configuration LISTEN...
configuration()
{
	echo '<pdconfig><service name="web">'
	for listen; do
		echo "<listen ip=\"$listen\"/>"
	done
	echo "<group name=\"g\" scheduler=\"roundrobin\">
	    <host name=\"e\" ip=\"$E\"/></group></service>
	    <admin><console socket=\"$TMP/console\"/></admin></pdconfig>"
}

upgrade()
{
	n=$((n + 1))
	kill -USR2 "$daemon"
	wait_for 20 begun $n || bail "not upgraded: $(cat "$LOG")"
	daemon=$(started_pid)
	wait_for 10 has_pid "$daemon" || bail "no pid file: $(cat "$LOG")"
	test_pids="$test_pids $daemon"
}

# connect NAME: a connection that lasts until SIGUSR1; $NAME_pid.
connect()
{
	start_client "$1" "$web" pong:1 pause pong:1 close
	eval "$1_pid=\$client_pid"
	wait_for 10 grep -q paused "$TMP/$1" || bail "$1 is not connected"
}

LOG=$TMP/log
: >"$LOG"
PYD=
# Not 127.0.0.1:0: its port would be free for that address alone.
configuration "*:0" >"$DIR/c.xml"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
n=1
port=$(port_of "$(addr_of web)")
web=127.0.0.1:$port
connect a
upgrade
two=$daemon
connect b
like "$(cat "$LOG")" "director: upgrade: $two is ready: draining 1 relays" \
    "the first has a connection"
# The same address, said so.
configuration "*:$port" >"$DIR/c.xml"
upgrade
three=$daemon
connect c
# One that overlaps with it.
configuration "*:$port" "127.0.0.1:$port" >"$DIR/c.xml"
upgrade
four=$daemon
connect d
ok "the others are still there" kill -0 "$one" "$two" "$three"

mv "$LOG" "$LOG.0"
kill -USR1 "$daemon"
reopened()
{
	test -f "$LOG" && test "$(count_log ' log: reopened$')" -eq 4
}
ok "log files: all open them anew" wait_for 10 reopened
kill -USR1 "$b_pid"
end_client "$b_pid"
is "$? $(tail -n 1 "$TMP/b")" "0 pong 1 good" "a connection of the second"
ok "the second stays for the first" wait_log 'relay 2: .*: client-closed'
ok "which is there" kill -0 "$two" "$one"
kill -USR1 "$a_pid"
end_client "$a_pid"
is "$? $(tail -n 1 "$TMP/a")" "0 pong 1 good" "a connection of the first"
ok "both go" wait_for 10 exited_all "$two"
ok "the first, too" wait_for 20 exited "$one"
wait "$one"
is $? 0 "with status 0"
ok "the others stay" kill -0 "$three" "$four"

# A console of the old one.
configuration "localhost:$port" >"$DIR/c.xml"
mkfifo "$TMP/in"
"$CTL" -s "$TMP/console" <"$TMP/in" >"$TMP/out" 2>&1 &
console=$!
test_pids="$test_pids $console"
exec 8>"$TMP/in"
echo whoami >&8
wait_for 10 grep -q root "$TMP/out" || wait_for 10 test -s "$TMP/out"
LOG=$TMP/log
n=0
upgrade
echo "drainHost service=web group=g name=e" >&8
ok "a console of the old one changes nothing" wait_for 10 grep -q \
    'another process has taken over: connect again' "$TMP/out"
exec 8>&-
end_client $console

# SIGTERM ends those that drain.
kill -TERM "$daemon"
ok "SIGTERM: the new one ends" wait_for 20 exited_all "$daemon"
ok "and the old ones" wait_for 20 exited_all "$three" "$four"
end_client_now "$c_pid"
end_client_now "$d_pid"
ok "their connections were cut" logged 'relay 4: .*: stop$'
ok "no pid file" test ! -e "$TMP/daemon.pid"
is "$(cat "$LOG.0" "$LOG" | grep -c -e ' err ' -e ' warning ')" 0 "no warning"

# SIGQUIT waits for all.
configuration 127.0.0.1:0 >"$DIR/c.xml"
: >"$LOG"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
n=1
web=$(addr_of web)
connect a
upgrade
kill -QUIT "$daemon"
wait_log 'director: draining: 0 relays'
ok "SIGQUIT: the new one waits for the old one" kill -0 "$daemon" "$one"
kill -USR1 "$a_pid"
end_client "$a_pid"
ok "both go" wait_for 20 exited_all "$daemon"
ok "the old one, too" wait_for 20 exited "$one"

# SIGQUIT while the new one starts: that ends, with sockets that nobody would
# hear of.
: >"$LOG"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
web=$(addr_of web)
connect a
swap_late
kill -USR2 "$one"
wait_log 'director: upgrade: started [0-9]+$'
two=$(started_pid)
test_pids="$test_pids $two"
kill -QUIT "$one"
ok "SIGQUIT while the new one starts" wait_log \
    "director: upgrade: $two failed: the director is stopping"
: >"$BUILD/pydirector.go"
ok "that ends" wait_for 10 exited_all "$two"
is "$(count_log ' ready: ')" 0 "and has not taken over"
kill -USR1 "$a_pid"
end_client "$a_pid"
is "$? $(tail -n 1 "$TMP/a")" "0 pong 1 good" "the connection goes on"
ok "the old one ends with it" wait_for 20 exited "$one"
rm "$BUILD/pydirector.go"

# The old one is stopped when the new one is ready: it keeps the pid file until
# it goes on.
: >"$LOG"
swap <"$REAL"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
web=$(addr_of web)
swap_late
kill -USR2 "$one"
wait_log 'director: upgrade: started [0-9]+$'
two=$(started_pid)
test_pids="$test_pids $two"
is "$(client "$web" pong:1 close)" "pong 1 good" "the old one serves"
kill -STOP "$one"
: >"$BUILD/pydirector.go"
ok "the old one is silent" wait_log 'states are lost: .*is silent' 20
ok "the new one has started" wait_for 10 begun 2
is "$(client "$web" pong:1 close)" "pong 1 good" "and serves"
is "$(pid)" "$one" "the pid file is the old one's"
kill -USR2 "$two"
ok "no upgrade meanwhile" wait_log \
    ' err director: upgrade: not started: the one before is not over$'
kill -CONT "$one"
ok "the old one goes" wait_for 20 exited "$one"
ok "the pid file is the new one's" wait_for 10 has_pid "$two"
is "$(count_log ' pid file: ')" 0 "nothing to tell"
relays()
{
	"$CTL" -s "$TMP/console" running.json | tr -d '\n' |
	    sed -n 's/.*"name": "e",[^{]*"total": \([0-9]*\).*/\1/p'
}
is "$(relays)" 2 "what the old one had counted is not lost"
kill -TERM "$two"
ok "it ends" wait_for 20 exited_all "$two"
ok "with its pid file" test ! -e "$TMP/daemon.pid"
swap <"$REAL"
: >"$LOG"

# The old one dies: the new one serves.
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
n=1
web=$(sed -n 's/.* listener web \(.*\): listening$/\1/p' "$LOG" | tail -n 1)
connect a
upgrade
kill -KILL "$one"
ok "the old one is killed" wait_for 10 logged 'the old process has ended'
is "$(client "$web" pong:3 close)" "pong 3 good" "the new one serves"
end_client_now "$a_pid"
kill -TERM "$daemon"
ok "it ends" wait_for 20 exited_all "$daemon"
done_testing
