#!/bin/sh
# SPDX-License-Identifier: ISC
#
# logrotate with the sample, on a balancer under load: every line of the log
# and of the connection log is in one of the files.

. "$(dirname "$0")/lib.sh"

need logrotate
test -x "$T/load" || {
	test "${CI:-}" != true || bail "t/load was not built"
	skip_all "t/load was not built: no libcurl"
}

# $TMP/log.1 is what start_balancer makes.
sed -e "s|/var/log/pydirector.log|$TMP/log.1|g" \
    -e "s|/var/log|$TMP|g" -e "s|/var/run|$TMP|g" \
    "$T/../etc/logrotate.sample" >"$TMP/rotate.conf"
chmod 600 "$TMP/rotate.conf"
CONN=$TMP/pydirector-conn.log
is "$(logrotate -d -s "$TMP/state" "$TMP/rotate.conf" 2>&1 |
    grep -i -e error -e 'bad' -e unknown)" "" "logrotate takes the sample"
ok "logs that are not there are no fault" \
    logrotate -s "$TMP/state" "$TMP/rotate.conf"

start_backend A -q
start_balancer -p "$TMP/pydirector.pid" <<END
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <connlog file="$CONN"/>
</config>
END
web=$(addr_of web)
mode=$(ls -l "$CONN" | cut -d ' ' -f 1)

"$T/load" -n 6000 -c 8 "http://$web/" >"$TMP/load" 2>&1 &
load=$!
test_pids="$test_pids $load"
for i in 1 2 3; do
	wait_for 10 test -s "$CONN" || bail "no lines"
	wait_for 10 test -s "$LOG" || bail "no lines"
	logrotate -f -s "$TMP/state" "$TMP/rotate.conf" >"$TMP/rotate" 2>&1
	is "$? $(cat "$TMP/rotate")" "0 " "rotation $i"
	ok "the log is opened anew" wait_log ' notice log: reopened$'
done
end_client $load
like "$(cat "$TMP/load")" '^requests 6000 ok 6000 failed 0 ' \
    "the load goes on meanwhile"

# lines FILE: of it and of its old ones, by age.
lines()
{
	for old in "$1.3.gz" "$1.2.gz"; do
		gzip -dc "$old"
	done
	cat "$1.1" "$1"
}
relays()
{
	test "$(lines "$LOG" | grep -c ' info relay ')" -eq 6000
}
wait_for 10 relays
is "$(lines "$LOG" | grep -c ' info relay ')" 6000 "no line of the log is lost"
is "$(lines "$CONN" | grep -c 'event=end')" 6000 \
    "none of the connection log either"
is "$(lines "$CONN" | sed 's/.* id=\([0-9]*\) .*/\1/' | sort -u |
    wc -l | tr -d ' ')" 6000 "each once"
is "$(lines "$CONN" | grep -c -v '^time=.* end=[a-z-]*$')" 0 "and whole"
is "$(ls -l "$CONN" | cut -d ' ' -f 1)" "$mode" "the new file has the mode"
done_testing
