#!/bin/sh
# SPDX-License-Identifier: ISC
#
# 50 logins with yescrypt hashes beside traffic: all are answered, and requests
# take about as long as in a control run without them. Who guesses wrong has to
# wait, and others need not wait for him.

. "$(dirname "$0")/web.sh"
. "$T/beside.sh"

# A hash that takes so long that a computation in the loop would be seen: with
# 32 MiB some 35 ms.
LOGINS=50
yescrypt=$(perl -e 'print crypt("right", "\$y\$jAT\$abcdefghijkl") // ""')
case $yescrypt in
'$y$jAT$'*)	;;
*)
	test "${CI:-}" != true || bail "crypt(3) does not know yescrypt"
	skip_all "crypt(3) does not know yescrypt" ;;
esac

# users PREFIX: as many as there are logins; none is answered from memory.
users()
{
	i=0
	while test $i -lt $LOGINS; do
		i=$((i + 1))
		echo "<user name=\"$1$i\" password=\"$yescrypt\"" \
		    "access=\"readonly\"/>"
	done
}

start_backend A -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>
    $WEB
    <user name="slow" password="$yescrypt" access="readonly"/>
    $(users a)
    $(users b)
  </admin>
</config>
END
web_ready
traffic=$(addr_of web)

# login USER PASSWORD [CURL-OPTION...]: the status.
login()
{
	login_as=$1:$2
	shift 2
	curl -s -m 60 -o /dev/null -w '%{http_code}\n' -u "$login_as" "$@" \
	    "http://$web_at/running.txt"
}

# some PREFIX FROM: each fourth login.
some()
{
	n=$2
	while test $n -le $LOGINS; do
		login "$1$n" right
		n=$((n + 4))
	done
}

# logins PREFIX: all of them, four at a time, as one address may.
logins()
{
	some "$1" 1 &
	some "$1" 2 &
	some "$1" 3 &
	some "$1" 4
	wait
}

beside calm sleep 2
beside first logins a
is "$(grep -c '^200$' "$TMP/first.out")" $LOGINS "$LOGINS logins"
none_lost first "no request is lost"
run=first
# The machine may have had something else to do.
test -z "$(slower first)" || {
	run=second
	beside second logins b
}
as_calm $run "requests take as long as in the control run"

# Wrong ones: the first three at once, then after 0.25, 0.5 and 1 s.
for n in 1 2 3 4 5 6; do
	test $n -ne 4 || from=$(clock)
	login full wrong
done >"$TMP/wrong"
is "$(grep -c '^401$' "$TMP/wrong")" 6 "wrong passwords"
expect_log ' auth: user full: refused: from 127\.0\.0\.1:'
within $(($(clock) - from)) 1700 60000 "who guesses has to wait"
from=$(clock)
is "$(login full full)" 200 "whoever is known need not"
within $(($(clock) - from)) 0 $((1500 * PATIENCE)) "not for long"

# The next one would wait for two seconds and more.
login full wrong >"$TMP/waits" &
waits=$!
test_pids="$test_pids $waits"
if curl -s -m 5 -o /dev/null --interface 127.0.0.2 "http://$web_at/"; then
	from=$(clock)
	is "$(login slow right --interface 127.0.0.2)" 200 \
	    "a right one from another address"
	within $(($(clock) - from)) 0 $((1500 * PATIENCE)) "does not wait"
	is "$(cat "$TMP/waits")" "" "while the wrong one does"
else
	pass "from another address # SKIP there is only 127.0.0.1"
fi
end_client $waits
is "$(cat "$TMP/waits")" 401 "which is refused at last"
done_testing
