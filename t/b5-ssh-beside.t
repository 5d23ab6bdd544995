#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Logins over SSH, right ones, wrong ones and costly ones, beside traffic: no
# request is lost, and requests take about as long as in a control run.

. "$(dirname "$0")/ssh.sh"
. "$T/beside.sh"

start_backend A -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>$SSH</admin>
</config>
END
ssh_ready
traffic=$(addr_of web)
allow_log ' auth: user full: refused: from '

# some NAME: logins, one behind the other; prints the answers.
some()
{
	some_n=0
	while test $some_n -lt 8; do
		some_n=$((some_n + 1))
		by_key full whoami </dev/null
	done
	by_password look look whoami </dev/null
	SSH_OPTIONS="-o KexAlgorithms=diffie-hellman-group18-sha512" \
	    by_key full whoami </dev/null 2>/dev/null
}

# Three at a time, one who guesses, and two who say nothing.
logins()
{
	start_client "quiet.$1" -t 60000 -c 2 "$ssh_at" line read
	some &
	some &
	by_password full wrong whoami </dev/null 2>/dev/null &
	some
	wait $!
	end_client_now $client_pid
	wait
}

beside calm sleep 2
beside first logins 1
is "$(grep -c '^full full ' "$TMP/first.out")" 24 "24 logins by key"
is "$(grep -c '^look readonly ' "$TMP/first.out")" 3 "and 3 by password"
none_lost first "no request is lost"
run=first
# The machine may have had something else to do.
test -z "$(slower first)" || {
	run=second
	beside second logins 2
}
as_calm $run "requests take as long as in the control run"
wait_for 10 no_sessions
is "$(sessions)" "" "no process stays"
done_testing
