#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The moment in which one process hands over to the other: a new one that is
# ready and dies leaves the old one serving, with its counters and files;
# clients of a listener that the new configuration does not have are served;
# log files that were renamed meanwhile are opened anew.

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
	    <admin><console socket=\"$TMP/console\"/></admin>
	    <connlog file=\"$TMP/conn\"/></pdconfig>"
}

# running N: so many upgrades were begun.
running()
{
	test "$(count_log ' upgrade: started ')" -eq "$1"
}

total()
{
	"$CTL" -s "$TMP/console" running.json | tr -d '\n' |
	    sed -n 's/.*"name": "e",[^{]*"total": \([0-9]*\).*/\1/p'
}

LOG=$TMP/log
: >"$LOG"
PYD=
configuration 127.0.0.1:0 127.0.0.2:0 >"$DIR/c.xml"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 1 || bail "it does not start"
one=$daemon
web=$(sed -n 's/.* listener web \(127.0.0.1:.*\): listening$/\1/p' "$LOG")
second=$(sed -n 's/.* listener web \(127.0.0.2:.*\): listening$/\1/p' "$LOG")
is "$(client "$web" pong:1 close) $(client "$second" pong:1 close)" \
    "pong 1 good pong 1 good" "it serves on both"

# Ready, with one listener less, then it dies.
swap <<'END'
#!/bin/sh
printf 'drop 1\ndrop 99\ndrop x\nready 2\n' >&3
word=
until test "$word" = end; do
	read -r word rest <&3 || exit 8
done
: >"$0.ready"
until test -e "$0.go"; do
	sleep 0.1 2>/dev/null || sleep 1
done
exit 9
END
kill -USR2 "$one"
wait_for 10 test -e "$BUILD/pydirector.ready" || fail "a process that is ready"
# Connected, and not let in.
start_client first "$web" pong:2 close
first=$client_pid
start_client third -b 127.0.0.1 "$second" pong:2 close
third=$client_pid
"$CTL" -s "$TMP/console" running.txt >"$TMP/ctl" 2>&1 &
ctl=$!
test_pids="$test_pids $ctl"
is "$(pid)" "$one" "the pid file is the old one's"
: >"$BUILD/pydirector.go"
ok "it dies" wait_for 10 failures 1
like "$(cat "$LOG")" 'failed: ended with status 9$' "the log tells how"
end_client "$first"
is "$? $(cat "$TMP/first")" "0 pong 2 good" "who has waited is served"
end_client "$third"
is "$? $(cat "$TMP/third")" "0 pong 2 good" \
    "also at the listener that was not wanted"
is "$(client "$second" pong:3 close)" "pong 3 good" "which goes on"
wait "$ctl"
forget_pid "$ctl"
like "$(cat "$TMP/ctl")" '^service web ' "so does the console"
counted()
{
	test "$(total)" -eq "$1"
}
ok "counters are there" wait_for 5 counted 5
# Relays have their line when they end.
is "$(sed -n -e 's/.* err director: .* failed: .*/failed/p' \
    -e 's/.* info relay \([0-9]*\): .*/\1/p' "$LOG" | tr '\n' ' ')" \
    "1 2 failed 3 4 5 " "nobody came in before"
is "$(pid)" "$one" "and the pid file"
is "$(count_log ' ready: ')" 0 "it has not handed over"

# The old process is stopped in that moment: nothing is left of it.
rm -f "$BUILD/pydirector.go" "$BUILD/pydirector.ready"
kill -USR2 "$one"
wait_for 10 test -e "$BUILD/pydirector.ready" || fail "a process that is ready"
started=$(started_pid)
kill -TERM "$one"
wait "$one"
is $? 0 "the old process ends"
forget_pid "$one"
ok "with the new one" wait_for 10 exited_all "$started"
ok "and its paths" test ! -e "$TMP/console" -a ! -e "$TMP/daemon.pid"
like "$(cat "$LOG")" "upgrade: $started failed: the director is stopping\$" \
    "the log tells so"

# The new one is stopped before its loop runs: nothing of the old one's goes.
swap <"$REAL"
start_foreground -v -l "$LOG" -p "$TMP/daemon.pid" ${PYDIRECTOR_FLAGS:-}
wait_for 20 begun 2 || bail "it does not start"
one=$daemon
swap_late
rm -f "$BUILD/pydirector.go"
web=$(sed -n 's/.* listener web \(127.0.0.1:.*\): listening$/\1/p' "$LOG" |
    tail -n 1)
second=$(sed -n 's/.* listener web \(127.0.0.2:.*\): listening$/\1/p' "$LOG" |
    tail -n 1)
configuration 127.0.0.1:0 >"$DIR/c.xml"
kill -USR2 "$one"
ok "an upgrade" wait_for 10 running 3
two=$(started_pid)
test_pids="$test_pids $two"
kill -STOP "$one"
: >"$BUILD/pydirector.go"
# It has bound its sockets, and waits for the old one.
waits()
{
	test "$(count_log ' console .*: listening$')" -eq "$1"
}
ok "it waits" wait_for 10 waits 3
kill -TERM "$two"
kill -CONT "$one"
ok "it ends" wait_for 10 failures 3
like "$(cat "$LOG")" "upgrade: $two failed: ended with status 0\$" \
    "the log tells how"
is "$(client "$second" pong:1 close)" "pong 1 good" "the old one serves"
ok "and answers" counted 1
is "$(pid)" "$one" "the pid file is there"

# A hundred clients, more than come in at once, wait at a listener that goes;
# the log files are renamed after the new process has opened them.
rm -f "$BUILD/pydirector.go"
kill -USR2 "$one"
wait_for 10 running 4 || fail "a new process"
two=$(started_pid)
test_pids="$test_pids $two"
kill -STOP "$one"
start_client many -c 100 -t 30000 "$second" pause pong:2 close
many=$client_pid
# They print it when they have connected, which the system does for the process
# that is stopped.
wait_for 10 grep -q '^paused' "$TMP/many" || fail "a hundred are connected"
: >"$BUILD/pydirector.go"
wait_for 10 waits 4 || fail "the new process is ready"
mv "$LOG" "$LOG.0"
mv "$TMP/conn" "$TMP/conn.0"
kill -USR1 "$one" "$many"
kill -CONT "$one"
ok "the new one has the pid file" wait_for 20 has_pid "$two"
end_client "$many"
is "$? $(sort "$TMP/many" | uniq -c | tr -s ' ' | tr '\n' ,)" \
    "0  1 paused, 100 pong 2 good," \
    "all hundred are served"
wait "$one"
is $? 0 "the old process ends when they do"
forget_pid "$one"
is "$(client "$second" get 2>&1 | head -n 1)" "connect refused" \
    "the listener is gone"
ok "counters go over" wait_for 5 counted 101
reopened()
{
	test "$(count_log ' log: reopened$')" -eq 2
}
ok "both have opened the log anew" wait_for 5 reopened
is "$(client "$web" pong:1 close)" "pong 1 good" "the new one serves"
logged_there()
{
	grep -q "listener=$web " "$TMP/conn"
}
ok "and logs connections where it should" wait_for 5 logged_there
like "$(cat "$LOG")" 'info relay 102: ' "in both logs, with the next number"
kill -TERM "$two"
ok "it ends" wait_for 20 exited_all "$two"
cat "$LOG" >>"$LOG.0"
mv "$LOG.0" "$LOG"
is "$(count_log ' (warning|err) ')" 3 "no word but those of the failures"
done_testing
