#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Options and exit status: -V, -n, -v, -o, -P, and mistakes.

. "$(dirname "$0")/lib.sh"
. "$T/daemon.sh"

config
run -V
is "$status $err" "0 " "-V: exit status 0"
like "$out" '^pydirector [0-9]+[.][0-9]+[.][0-9]+$' "-V: the version"
run -n c.xml
is "$status $out $err" "0 c.xml: ok " "-n: FILE: ok"
ok "-n: nothing is made" test "$(ls "$DIR")" = c.xml
config "<a/><b/>"
run -n c.xml
is "$status $out" "1 " "-n, a bad file: exit status 1"
is "$(echo "$err" | grep -c '^c[.]xml:8: ')" 2 \
    "-n: every error, with file and line"
run -n "$DIR"
is "$status" 1 "-n, a directory: exit status 1"

# Mistakes.
mistake()
{
	run "$@"
	is "$status $out" "2 " "$*: exit status 2"
	like "$err" '^usage: pydirector \[-dnPVv\] \[-l logfile\] \[-o poll\|epoll\|kqueue\]$' \
	    "$*: usage"
}
mistake -x
mistake -l
mistake -o
mistake -o kqueues c.xml
mistake c.xml d.xml
run --
is "$status" 1 "no such default configuration here: exit status 1"
like "$err" '/pydirector[.]xml:.*' "it names the default"

# -v, -o poll.
config
for level in "" -v -vv; do
	: >"$DIR/log"
	start_foreground -l log -o poll $level
	wait_for 10 has "$DIR/log" started
	is "$(served "$(address "$DIR/log")" | names)" A "served ($level)"
	end_foreground TERM
	seen=$(cut -d ' ' -f 2 "$DIR/log" | sort -u | tr '\n' ' ')
	case $level in
	'')	is "$seen" "notice " "no -v: no lines of relays" ;;
	-v)	is "$seen" "info notice " "-v: info" ;;
	-vv)	is "$seen" "debug info notice " "-vv: debug" ;;
	esac
done

# Started with closed standard descriptors, its sockets do not become them.
: >"$DIR/log"
(
	cd "$DIR" || exit 99
	exec "$BUILD/pydirector" -d -l log c.xml <&- >&- 2>&-
) &
daemon=$!
test_pids="$test_pids $daemon"
wait_for 10 has "$DIR/log" started
is "$(served "$(address "$DIR/log")" | names)" A \
    "closed standard descriptors: served"
if test -d "/proc/$daemon/fd"; then
	is "$(for fd in 0 1 2; do readlink "/proc/$daemon/fd/$fd"; done |
	    sort -u)" /dev/null "they are /dev/null"
fi
end_foreground TERM
done_testing
