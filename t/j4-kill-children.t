#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Helpers, processes of SSH connections and consoles are killed at any moment,
# while they work: traffic does not notice, nothing stays behind, and the next
# login works.

. "$(dirname "$0")/ssh.sh"

need curl
test -x "$T/load" || {
	test "${CI:-}" != true || bail "t/load was not built"
	skip_all "t/load was not built: no libcurl"
}
# A sanitizer complains when it is killed while it looks for leaks.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
start_backend A -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin>
    <console socket="$TMP/console"/>
    <web listen="127.0.0.1:0" enable="true"/>
    $SSH
  </admin>
  <connlog file="$TMP/conn" start="yes"/>
</config>
END
ssh_ready
web_at=$(sed -n 's/^[^ ]* [a-z]* web \([^ ]*\): listening$/\1/p' "$LOG")
allow_log ' helper crypt: ended: signal 9$'
allow_log ' ssh 127[^ ]*: ended: '
# Wrong passwords.
allow_log ' auth: user full: refused: '

# Of who has to wait for a helper, or whose process was killed.
login()
{
	curl -s -m 10 -o /dev/null -w '%{http_code}\n' -u full:full "$@" \
	    "http://$web_at/running.txt"
}

# Each stops when $TMP/over is there.
logins()
{
	until test -e "$TMP/over"; do
		# Wrong passwords are never answered from memory.
		login; login -u full:wrong
	done
}

sessions_all()
{
	until test -e "$TMP/over"; do
		SSH_TIME=5 by_key full running.txt
		SSH_TIME=5 by_password full full whoami
	done
}

consoles_all()
{
	until test -e "$TMP/over"; do
		"$BUILD/pydirectorctl" -s "$TMP/console" show >/dev/null
	done
}

traffic()
{
	until test -e "$TMP/over"; do
		"$T/load" -n 200 -c 4 "http://$(addr_of web)/"
	done
}

# victims: all processes below the balancer, and the consoles of this test.
victims()
{
	ps -A -o pid= -o ppid= -o args= | awk -v p="$PYD" -v s="$TMP/console" '
	{ parent[$1] = $2; line[$1] = $0 }
	END {
		for (pid in parent) {
			for (q = parent[pid]; q in parent && q != p; )
				q = parent[q]
			if (q == p || (index(line[pid], s) &&
			    line[pid] ~ /pydirectorctl/))
				print pid
		}
	}'
}

for part in logins sessions_all consoles_all traffic; do
	$part >"$TMP/$part.out" 2>&1 &
	eval "$part=$!"
	test_pids="$test_pids $!"
done
killed=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	sleep 0.1$((i % 10)) 2>/dev/null || sleep 1
	for pid in $(victims); do
		! kill -KILL "$pid" 2>/dev/null || killed=$((killed + 1))
	done
done
: >"$TMP/over"
for pid in $logins $sessions_all $consoles_all $traffic; do
	end_client "$pid"
done

within $killed 5 100000 "processes were killed"
is "$(grep '^requests' "$TMP/traffic.out" | grep -v ' failed 0 ')" "" \
    "no request was lost"
ok "there was traffic" grep -q '^requests' "$TMP/traffic.out"
ok "the processes of connections are gone" wait_for 10 no_sessions
right()
{
	test "$(login)" = 200
}
ok "the next login to the pages works" wait_for 10 right
like "$(by_password full full whoami 2>&1 </dev/null)" '^full full ' \
    "and the next one to SSH"
ok "and the next console" "$BUILD/pydirectorctl" -s "$TMP/console" show
all_reaped()
{
	test -z "$(ps -A -o ppid= -o stat= | awk -v p="$PYD" \
	    '$1 == p && $2 ~ /^Z/')"
}
ok "nobody waits to be reaped" wait_for 10 all_reaped
done_testing
