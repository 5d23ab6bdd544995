#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The wall clock is set, a year ahead and back behind where it was: nothing
# times out early or late, hosts are checked as ever, and log lines have the
# new time.

. "$(dirname "$0")/lib.sh"

test -x "$T/faulty" || {
	test "${CI:-}" != true || bail "t/faulty was not built"
	skip_all "t/faulty was not built: not for this system"
}
test -z "${PYDIRECTOR_RUN:-}" || skip_all "not under another program"

# set_clock SECONDS: so much ahead of the true one.
printf '%-40s\n' 0 >"$TMP/ahead"
set_clock()
{
	printf '%-40s\n' "$1" 1<>"$TMP/ahead"
}
YEAR=31536000
this=$(date -u +%Y)

start_backend H hold
start_backend A
start_backend B
PYDIRECTOR_RUN="$T/faulty -x $TMP/ahead"
start_balancer <<END
<config>
  <service name="hold" idleTimeout="2">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$H"/></group>
  </service>
  <service name="web" connectTimeout="5">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <admin><console socket="$TMP/console"/></admin>
  <manager><hostCheck interval="1" timeout="0.5"/></manager>
</config>
END
web=$(addr_of web)

for by in $YEAR -$YEAR 0; do
	idle=$(count_log ': idle$')
	: >"$TMP/idle.out"
	start_client idle.out "$(addr_of hold)" send:10 pause read
	wait_for 10 grep -q paused "$TMP/idle.out"
	kill -USR1 $client_pid
	backend_down B
	down=$(count_log ' host web/g/b: down: refused$')
	set_clock $by
	client -n 4 "$web" get | names | sort | uniq -c | tr -s ' \n' ' ' \
	    >"$TMP/got"
	is "$(cat "$TMP/got")" " 4 A " "$by: requests are served"
	ok "$by: a host that is down is taken out" wait_for 10 more_lines \
	    "$down" ' host web/g/b: down: refused$' "$LOG"
	ok "$by: its log has the new year" logged \
	    "^$((this + by / YEAR))-.* host web/g/b: down: refused\$"
	up=$(count_log ' host web/g/b: up$')
	backend_up B
	ok "$by: it comes back" wait_for 10 more_lines "$up" \
	    ' host web/g/b: up$' "$LOG"
	ok "$by: an idle relay ends" wait_for 10 more_lines "$idle" ': idle$' \
	    "$LOG"
	end_client $client_pid
done
is "$(count_log ' hold .* 2[.][0-4][0-9]* s: idle$')" 3 \
    "each after two seconds"
ok "it answers" "$BUILD/pydirectorctl" -s "$TMP/console" show
like "$("$BUILD/pydirectorctl" -s "$TMP/console" set web attr=idleTimeout \
    value=100)" 'idleTimeout' "a change"
set_clock $YEAR
ok "is saved" "$BUILD/pydirectorctl" -s "$TMP/console" save
is "$(ls "$TMP" | grep -c "^pydirector.xml-$((this + 1))")" 1 \
    "the old file has the new date"
done_testing
