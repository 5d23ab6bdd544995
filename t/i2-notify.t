#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What a service manager of systemd's kind is told, and when; the signs of
# life; and whose variables are whose.

. "$(dirname "$0")/lib.sh"
need python3

mkdir "$TMP/bin"
cp "$BUILD/pydirector" "$BUILD/pydirector-helper" "$TMP/bin"
BUILD=$TMP/bin
. "$T/daemon.sh"
config '<logging syslog="local0"/>'

# listen PATH: a listener; what it hears is in $heard.
heard=$TMP/heard
listen()
{
	rm -f "$heard"
	python3 "$T/notify-listen.py" "$1" >"$heard" 2>&1 &
	listener=$!
	test_pids="$test_pids $listener"
	wait_for 10 grep -q listening "$heard" || skip_all "$(cat "$heard")"
}

# hears PID ERE: it has heard such a line of that process (0: not known).
hears()
{
	grep -E -q -e "^($1|0) $2\$" "$heard"
}

heard_lines()
{
	grep -c -e "$1" "$heard"
}

more_heard()
{
	test "$(heard_lines "$1")" -gt "$2"
}

# The children of a process.
children_of()
{
	PYD=$1
	children
	PYD=
}

PYD=
LOG=$DIR/err
listen "$TMP/notify"
NOTIFY_SOCKET=$TMP/notify WATCHDOG_USEC=400000
export NOTIFY_SOCKET WATCHDOG_USEC
start_foreground
ok "it is ready" wait_for 10 hears "$daemon" READY=1
ok "when it listens" has "$LOG" 'listener web .*: listening'
ok "its status" wait_for 10 hears "$daemon" STATUS=running
ok "signs of life" wait_for 10 more_heard WATCHDOG=1 2
before=$(clock)
count=$(heard_lines WATCHDOG=1)
wait_for 10 more_heard WATCHDOG=1 $((count + 4))
within $((($(clock) - before) / 5)) 120 $((300 * PATIENCE)) \
    "at about half the interval"
if test -r "/proc/$daemon/environ"; then
	for pid in $(children_of "$daemon"); do
		tr '\0' '\n' <"/proc/$pid/environ" |
		    grep -e NOTIFY_SOCKET -e WATCHDOG -e PYDIRECTOR_UPGRADE
	done >"$TMP/env"
	is "$(cat "$TMP/env")" "" "children do not have the variables"
fi

kill -HUP "$daemon"
ok "it reloads" wait_for 10 hears "$daemon" RELOADING=1
ok "since when" hears "$daemon" 'MONOTONIC_USEC=[1-9][0-9]*'
ready_again()
{
	test "$(heard_lines READY=1)" -eq 2
}
ok "it is ready again" wait_for 10 ready_again
ok "in that order" test "$(grep -n RELOADING "$heard" | cut -d : -f 1)" -lt \
    "$(grep -n READY=1 "$heard" | tail -n 1 | cut -d : -f 1)"

old=$daemon
kill -USR2 "$old"
ok "an upgrade: the new process" wait_for 20 hears "$old" 'MAINPID=[0-9]*'
daemon=$(sed -n 's/.*MAINPID=//p' "$heard")
test_pids="$test_pids $daemon"
ok "it gives the signs of life" wait_for 10 hears "$daemon" WATCHDOG=1
ok "the old one is gone" wait_for 20 exited "$old"
is "$(sed -n '/MAINPID=/,$p' "$heard" | grep -c -e "^$old [^M]")" 0 \
    "and has said nothing since"
count=$(heard_lines STOPPING=1)
kill -QUIT "$daemon"
ok "it ends" wait_for 20 exited "$daemon"
ok "and says so" wait_for 10 more_heard STOPPING=1 "$count"
end_client_now "$listener"

listen "@pydirector-test-$$"
NOTIFY_SOCKET=@pydirector-test-$$
unset WATCHDOG_USEC
start_foreground
ok "an abstract name" wait_for 10 hears "$daemon" READY=1
is "$(heard_lines WATCHDOG)" 0 "no signs of life unless asked for"
end_foreground TERM
ok "it stops" wait_for 10 hears "$daemon" STOPPING=1
end_client_now "$listener"

WATCHDOG_USEC=100000 WATCHDOG_PID=1
export WATCHDOG_USEC WATCHDOG_PID
listen "$TMP/notify.2"
NOTIFY_SOCKET=$TMP/notify.2
start_foreground
wait_for 10 hears "$daemon" STATUS=running
served "$(address "$DIR/err")" >/dev/null
sleep 0.3 2>/dev/null || sleep 1
is "$(heard_lines WATCHDOG)" 0 "nor when another process is meant"
end_client_now "$listener"
is "$(served "$(address "$DIR/err")" | names)" A "nobody listens: no matter"
end_foreground TERM
is "$status" 0 "it ends as ever"
done_testing
