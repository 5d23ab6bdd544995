#!/bin/sh
# SPDX-License-Identifier: ISC
#
# drainHost --wait: the answer comes when the last connection has ended, when
# the time is over, when the drain is, or when it is asked to.

. "$(dirname "$0")/console.sh"

start_backend E echo
start_balancer <<XML
<config>
  <service name="echo"><listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$E"/>
    </group>
    <group name="idle" scheduler="roundr"><host name="b" ip="$E"/></group>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"
echo=$(addr_of echo)

# hold: a client that keeps its connection until it gets SIGUSR1.
hold()
{
	: >"$TMP/out"
	start_client out "$echo" pong:3 pause pong:3
	wait_for 10 grep -q paused "$TMP/out" || bail "no connection"
}

let_go()
{
	kill -USR1 "$client_pid"
	end_client "$client_pid"
}

# start_ctl WORD...: in the background, a drain that is under way; end_ctl: what ctl_says says.
start_ctl()
{
	ctl_lines=$(count_log 'command: drainHost')
	"$BUILD/pydirectorctl" -s "$SOCKET" "$@" >"$TMP/ctl.out" 2>&1 \
	    </dev/null &
	ctl_pid=$!
	test_pids="$test_pids $ctl_pid"
	wait_for 10 more_lines "$ctl_lines" 'command: drainHost' "$LOG" ||
	    bail "no drain"
}

end_ctl()
{
	wait_for 10 exited $ctl_pid || fail "pydirectorctl ends"
	forget_pid $ctl_pid
	wait $ctl_pid
	ctl_status="$? $(cat "$TMP/ctl.out")"
}

exited()
{
	case $(ps -o stat= -p "$1" 2>/dev/null) in
	'' | Z*)	return 0 ;;
	esac
	return 1
}

is "$(ctl_says drainHost echo idle b --wait)" \
    "0 host 'b': drained, 0 connections left" "nothing to wait for"

hold
start_ctl drainHost echo g a --wait
is "$(ctl running.txt | grep ' a ')" "disabled a $E draining -" \
    "others are answered meanwhile"
ok "it waits" kill -0 $ctl_pid
let_go
end_ctl
is "$ctl_status" "0 host 'a': drained, 0 connections left" "the last has gone"
is "$(tail -n 1 "$TMP/out")" "pong 3 good" "which was not disturbed"

ctl hostAdminUp echo g a >"$TMP/up"
hold
is "$(ctl_says drainHost --wait=1 echo g a)" \
    "1 host 'a': still draining, 1 connections left" "the time is over"

start_ctl drainHost echo g a --wait=100
ctl hostAdminUp echo g a >"$TMP/up"
end_ctl
is "$ctl_status" "1 host 'a': no longer draining, 1 connections left" \
    "the drain is over"

start_ctl drainHost echo g a --wait
kill -INT $ctl_pid
end_ctl
is "$ctl_status" "1 host 'a': still draining, 1 connections left" \
    "it is asked to stop"

# The asker goes away: nobody waits any more.
start_ctl drainHost echo g a --wait
kill -KILL $ctl_pid
wait $ctl_pid 2>/dev/null
forget_pid $ctl_pid

# The host itself goes: it lives on until its connections have ended. (A line
# of the log that has come often enough is left out; this is another one.)
is "$(ctl_says addHost echo g z "$E")" \
    "1 group 'g': host 'a' has the address $E already" "one address, one host"
ctl addHost echo g z 127.0.0.1:1 >"$TMP/add"
start_ctl drainHost echo g host=a --wait
is "$(ctl_says delHost echo g a | sed 's/:.*//')" "0 host 'a'" \
    "a host that is waited for is removed"
ok "it waits on" kill -0 $ctl_pid
let_go
end_ctl
is "$ctl_status" "0 host 'a': drained, 0 connections left" "and then it is done"

is "$(ctl_says drainHost echo g z --wait=soon)" \
    "1 drainHost: no option '--wait=soon'" "no number"
is "$(ctl_says drainHost echo g nobody --wait)" \
    "1 group 'g': no host 'nobody'" "no host"
is "$(ctl_says delHost echo g z --wait)" "1 delHost: no option '--wait'" \
    "no drain"
done_testing
