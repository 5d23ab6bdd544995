#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The connection log never holds up the balancer: a FIFO whose reader has
# stopped, a full disk. What was lost is counted and told, what was written is
# whole, and traffic beside it goes on as in a control run.

. "$(dirname "$0")/web.sh"
. "$T/beside.sh"
. "$T/connlog.sh"

start_backend A -q

# run_with FILE
run_with()
{
	start_balancer <<-END
	<config>
	  <service name="web">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundr" enable="true">
	      <host name="a" ip="$A"/>
	    </group>
	  </service>
	  <admin>$WEB</admin>
	  <connlog file="$1" start="yes"/>
	</config>
	END
	web_ready
	traffic=$(addr_of web)
}

# metric NAME: of the file.
metric()
{
	web look metrics |
	    sed -n "s/^pydirector_connlog_$1_total{target=\"file\"} //p"
}

# told: how many lines were lost, by the log.
told()
{
	sed -n 's/.* warning connlog: lost \([0-9]*\) lines: .*/\1/p' "$LOG" |
	    awk '{ n += $1 } END { print n + 0 }'
}

# Some 1200 relays, more than can wait.
crowd()
{
	client -c 100 -n 12 "$traffic" get close >/dev/null
}

served()
{
	is "$(client -n 5 "$traffic" get | names | tr -d '\n')" AAAAA "$1"
}

mkfifo "$CONN"
run_with "$CONN"
served "a FIFO that nobody reads: it serves"
cat "$CONN" >"$TMP/read" &
reader=$!
test_pids="$test_pids $reader"
ok "somebody reads: the lines come" wait_for 10 more_lines 4 event=end \
    "$TMP/read"
is "$(metric lost)" 0 "none was lost"
# It is open now.
test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
beside calm crowd
none_lost calm "the control run loses none"
settled()
{
	test "$(grep -c event=end "$TMP/read")" -ge "$(relays_ended)"
}
ok "all lines are there" wait_for 10 settled
is "$(metric lost)" 0 "none was lost"

kill -STOP $reader
expect_log ' connlog: lost [0-9]+ lines: its reader is slow$'
beside storm crowd
none_lost storm "its reader stops: no request is lost"
# The machine may have had something else to do.
test -z "$(slower storm)" || beside storm crowd
as_calm storm "and none is slower"
lost_some()
{
	test "$(metric lost)" -gt 0
}
ok "lines are lost" wait_for 10 lost_some
ok "and that is told" wait_log \
    ' warning connlog: lost [0-9]+ lines: its reader is slow$'
kill -CONT $reader
# Those that wait are read.
whole()
{
	client "$traffic" get >/dev/null
	wait_for 10 lines_match
}
lines_match()
{
	test "$(wc -l <"$TMP/read")" -eq "$(metric lines)"
}
ok "it goes on: every line that was not lost comes" whole
is "$(grep -E -c -v '^time=[^ ]* event=(start id=[0-9]+ .* sender=-|end .* '\
'end=client-closed)$' "$TMP/read")" 0 "and is whole"
told_all()
{
	test "$(told)" -eq "$(metric lost)"
}
ok "the log has told of each that was lost" wait_for 15 told_all
total=$(($(metric lost) + $(metric lines)))
is "$total" "$((2 * $(relays_ended)))" "two lines a relay, lost or not"
stop_balancer

if ! test -c /dev/full; then
	pass "a full disk # SKIP no /dev/full"
	done_testing
fi
run_with /dev/full
expect_log ' connlog: lost [0-9]+ lines: No space left on device$'
beside storm crowd
none_lost storm "a full disk: no request is lost"
test -z "$(slower storm)" || beside storm crowd
as_calm storm "and none is slower"
ok "lines are lost" wait_for 10 lost_some
ok "and that is told" wait_log \
    ' warning connlog: lost [0-9]+ lines: No space left on device$'
stop_balancer
is "$(told)" "$((2 * $(relays_ended)))" "at the end all of them"
done_testing
