#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Clients that take the handshake of HTTPS slowly: one that crawls is cut in
# the end; 300 that say nothing, and others that make handshakes as fast as
# they can, lock nobody out, and traffic beside them takes about as long as
# without.

. "$(dirname "$0")/https.sh"
. "$T/beside.sh"

need python3

start_backend A -q
start_balancer <<END
<config>
  <service name="one">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin>
    $HTTPS
  </admin>
</config>
END
https_ready
traffic=$(addr_of one)

# Few, so that none is pushed out: what cuts them is the deadline.
python3 "$T/crawl.py" "$web_at" 13 0,5,0 >"$TMP/crawl.out" 2>&1 &
crawl=$!
test_pids="$test_pids $crawl"
ok "clients that crawl" wait_for 10 grep -q ready "$TMP/crawl.out"
is "$(https_status full running.txt)" 200 "a user beside them"

end_client $crawl
cut=$(sed -n 's/^cut \([0-9]*\)\.[0-9]* \([0-9]*\)\..*/\1 \2/p' \
    "$TMP/crawl.out")
diag "cut after: $cut seconds"
within "${cut% *}" 9 $((11 * PATIENCE)) "a handshake that crawls is cut"
within "${cut#* }" 9 $((12 * PATIENCE)) "each of them"

# storm NAME
storm()
{
	beside "$1" python3 "$T/crawl.py" "$web_at" 4 300,30,30 &
	storm=$!
	test_pids="$test_pids $storm"
	wait_for 20 grep -q ready "$TMP/$1.out"
	for user in 1 2 3 4 5; do
		from=$(clock)
		# Whose machine is slow enough may have to try again.
		for try in 1 2 3; do
			got=$(https_status full running.txt)
			test "$got" != 200 || break
		done
		echo "$got" $(($(clock) - from)) "$try"
	done >"$TMP/$1.users"
	wait $storm
}

beside calm sleep 2
storm storm
like "$(cat "$TMP/storm.out")" '^handshakes [1-9]' \
    "handshakes one after the other"
diag "$(cat "$TMP/storm.out" "$TMP/storm.users")"
is "$(grep -c '^200 ' "$TMP/storm.users")" 5 "users get in among them all"
within "$(sort -k 2 -n "$TMP/storm.users" | tail -n 1 | cut -d ' ' -f 2)" \
    0 $((3000 * PATIENCE)) "soon"
none_lost storm "no request is lost"
# The machine may have had something else to do.
test -z "$(slower storm)" || storm storm
as_calm storm "requests take as long as in the control run"
is "$(https_status full running.txt)" 200 "the web still answers"
done_testing
