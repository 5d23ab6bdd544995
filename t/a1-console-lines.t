#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Lines from standard input, and on the socket itself: one answer each, in
# order; the exit status is the worst.

. "$(dirname "$0")/console.sh"
need python3

start_balancer <<XML
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      <host name="a" ip="127.0.0.1:9"/>
    </group>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"

# lines TEXT: exit status and output of pydirectorctl that reads it.
lines()
{
	out=$(printf "$1" | "$BUILD/pydirectorctl" -s "$SOCKET" 2>&1)
	echo "$? $out"
}

is "$(lines 'whoami\nset hostCheck.interval 50\n')" \
    "0 $ME full console${NL}interval: set" "lines"
is "$(lines 'whoami')" "0 $ME full console" "a last line without a newline"
is "$(lines '\n  \n# a remark\nwhoami\r\n')" "0 $ME full console" \
    "empty lines, remarks, a carriage return"
is "$(lines '')" "0 " "none at all"
is "$(lines 'frobnicate\nwhoami\n')" \
    "1 no command 'frobnicate'; try help$NL$ME full console" \
    "the worst status; the lines behind are run"
is "$(lines 'exit\nfrobnicate\n')" "0 " "exit ends it"
is "$(lines 'quit\nfrobnicate\n')" "0 " "quit too"
like "$(lines 'whoa\0mi\n')" "^1 a NUL in the line" "a NUL"
is "$({ printf 'show '; head -c 70000 /dev/zero | tr '\0' x; } |
    "$BUILD/pydirectorctl" -s "$SOCKET" 2>&1; echo "$?")" \
    "pydirectorctl: a line is too long${NL}2" "a line that is too long"
"$BUILD/pydirectorctl" -s "$SOCKET" config.xml >"$TMP/out" 2>&1
ok "a view comes byte by byte" cmp "$TMP/out" "$TMP/pydirector.xml"

is "$(printf 'whoami\nwhoami\nno\n\n' | raw)" "200 $((${#ME} + 14))
$ME full console
200 $((${#ME} + 14))
$ME full console
404 26
no command 'no'; try help
200 0" "pipelined"
is "$(printf '\003\003whoami\n' | raw | tail -n 1)" "$ME full console" \
    "an end of nothing is passed over"
is "$(printf 'who' | raw)" "" "a part of a line has no answer"

# Whoever says nothing is cut: standard input may take longer than that.
timeout 20 python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1] + ".new")
s.listen(1)
os.rename(sys.argv[1] + ".new", sys.argv[1])
sys.exit(s.accept()[0].recv(9) != b"\n")' "$TMP/first" &
first_pid=$!
test_pids="$test_pids $first_pid"
ok "something listens" wait_for 10 test -S "$TMP/first"
mkfifo "$TMP/later"
"$BUILD/pydirectorctl" -s "$TMP/first" <"$TMP/later" >"$TMP/out" 2>&1 &
ctl_pid=$!
exec 3>"$TMP/later"
wait $first_pid
is $? 0 "something is said at once"
exec 3>&-
wait $ctl_pid
is $? 2 "who goes without an answer is told"

# A balancer that goes away in between.
{
	echo whoami
	wait_for 10 test -s "$TMP/went"
	echo whoami
	echo whoami
} | "$BUILD/pydirectorctl" -s "$SOCKET" >"$TMP/out" 2>"$TMP/err" &
ctl_pid=$!
wait_for 10 grep -q full "$TMP/out" || fail "the first line"
balancer_fds=$(count_fds)
stop_balancer
echo yes >"$TMP/went"
wait $ctl_pid
is "$?" 2 "the balancer has gone"
is "$(cat "$TMP/err")" "pydirectorctl: the balancer has gone" "it is told"
ok "the socket is gone" test ! -e "$SOCKET"
done_testing
