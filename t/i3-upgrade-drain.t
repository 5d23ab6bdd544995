#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Upgrades in the foreground while old connections go on: who logs where, who
# ends when; addresses that are written in another way or overlap.

. "$(dirname "$0")/lib.sh"

mkdir "$TMP/bin"
cp "$BUILD/pydirector" "$BUILD/pydirector-helper" "$TMP/bin"
CTL=$BUILD/pydirectorctl
BUILD=$TMP/bin
. "$T/daemon.sh"
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

pid()
{
	cat "$TMP/daemon.pid" 2>/dev/null
}

# begun N: so many have started.
begun()
{
	test "$(count_log ' director: started: ')" -eq "$1"
}

upgrade()
{
	n=$((n + 1))
	kill -USR2 "$daemon"
	wait_for 20 begun $n || bail "not upgraded: $(cat "$LOG")"
	daemon=$(pid)
	test_pids="$test_pids $daemon"
}

# Zombies are gone, whoever reaps them.
exited_all()
{
	for exited_pid; do
		exited "$exited_pid" || return 1
	done
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
mv "$BUILD/pydirector" "$BUILD/real"
cat >"$BUILD/pydirector" <<'END'
#!/bin/sh
until test -e "$0.go"; do
	sleep 0.1 2>/dev/null || sleep 1
done
exec "${0%/*}/real" "$@"
END
chmod 755 "$BUILD/pydirector"
kill -USR2 "$one"
wait_log 'director: upgrade: started [0-9]+$'
two=$(sed -n 's/.*upgrade: started //p' "$LOG")
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
mv "$BUILD/pydirector" "$BUILD/script"
mv "$BUILD/real" "$BUILD/pydirector"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
web=$(addr_of web)
mv "$BUILD/pydirector" "$BUILD/real"
mv "$BUILD/script" "$BUILD/pydirector"
kill -USR2 "$one"
wait_log 'director: upgrade: started [0-9]+$'
two=$(sed -n 's/.*upgrade: started //p' "$LOG")
test_pids="$test_pids $two"
is "$(client "$web" pong:1 close)" "pong 1 good" "the old one serves"
kill -STOP "$one"
: >"$BUILD/pydirector.go"
ok "the old one is silent" wait_log 'states are lost: .*is silent' 20
ok "the new one has started" wait_for 10 begun 2
ok "the pid file is waited for" logged \
    " warning pid file: .*another instance is running: pid $one: tried again"
is "$(count_log ' start: failed')" 0 "that is no failure"
is "$(client "$web" pong:1 close)" "pong 1 good" "the new one serves"
kill -CONT "$one"
ok "the old one goes" wait_for 20 exited "$one"
ok "the pid file is the new one's" wait_log ' notice pid file: written$'
is "$(pid)" "$two" "its number"
is "$(count_log ' pid file: ')" 2 "told once"
kill -TERM "$two"
ok "it ends" wait_for 20 exited_all "$two"
ok "with its pid file" test ! -e "$TMP/daemon.pid"
mv "$BUILD/real" "$BUILD/pydirector"
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
