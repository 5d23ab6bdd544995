#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Log and connection log to syslog(3): facilities and levels, a helper that
# dies, a syslog daemon that stops reading, the start as a daemon. The daemon
# is a stand-in: the balancer runs in a mount namespace with a /dev of its own.

. "$(dirname "$0")/web.sh"

need perl unshare mount
unshare -m true 2>/dev/null || {
	test "${CI:-}" != true || bail "no mount namespace can be made"
	skip_all "no mount namespace can be made: it takes root on Linux"
}
. "$T/daemon.sh"

mkdir "$TMP/dev"
for node in null urandom full; do
	: >"$TMP/dev/$node"
done
cat >"$TMP/private" <<'END'
for node in null urandom full; do
	mount --bind "/dev/$node" "$0.dev/$node" || exit 99
done
mount --rbind "$0.dev" /dev || exit 99
exec "$@"
END
mv "$TMP/dev" "$TMP/private.dev"
PYDIRECTOR_RUN="unshare -m sh $TMP/private ${PYDIRECTOR_RUN:-}"

# The stand-in prints what it gets, a line each.
cat >"$TMP/syslogd.pl" <<'END'
use Socket;
$| = 1;
socket(S, AF_UNIX, SOCK_DGRAM, 0) or die;
bind(S, sockaddr_un($ARGV[0])) or die;
print "ready\n";
print "$_\n" while defined recv(S, $_, 65536, 0);
END
perl "$TMP/syslogd.pl" "$TMP/private.dev/log" >"$TMP/said" &
syslogd=$!
test_pids="$test_pids $syslogd"
wait_for 10 grep -q ready "$TMP/said"

# said ERE: it has got such a line.
said()
{
	grep -E -q -e "$1" "$TMP/said"
}

wait_said()
{
	wait_for "${2:-10}" said "$1"
}

start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>$WEB</admin>
  <logging syslog="local3"/>
  <connlog syslog="local5"/>
</config>
END
web_ready
web=$(addr_of web)
at='[A-Z][a-z]+ +[0-9]+ [0-9:]+'
ok "a notice" wait_said \
    "^<157>$at pydirector\[$PYD\]: director: started: version "
ok "the file has it, too" logged ' notice director: started: '
client "$web" get >"$TMP/out"
ok "a relay: level info" wait_said \
    "^<158>$at pydirector\[$PYD\]: relay 1: web .*: client-closed\$"
ok "the connection log, with its facility" wait_said \
    "^<174>$at pydirector\[$PYD\]: time=.* event=end id=1 .* \
end=client-closed\$"
cp "$TMP/pydirector.xml" "$TMP/good.xml"
echo '<config>' >"$TMP/pydirector.xml"
kill -HUP "$PYD"
expect_log ' config: not reloaded: '
ok "an error" wait_said "^<155>$at [^ ]* config: not reloaded: "
cp "$TMP/good.xml" "$TMP/pydirector.xml"
like "$(web_says full 'set?attr=logging.syslog&value=local4')" '^200' \
    "another facility"
ok "from then on" wait_said "^<165>$at [^ ]* command: set .*local4"
like "$(web_says full 'set?attr=logging.syslog&value=local3')" '^200' \
    "and back"
ok "nothing is lost on the way" wait_said "^<157>$at [^ ]* command: set "

# Helpers that die.
helpers()
{
	ps -A -o pid= -o ppid= -o args= | awk -v p="$PYD" \
	    '$2 == p && /pydirector-helper syslog/ { print $1 }'
}
is "$(helpers | wc -l | tr -d ' ')" 2 "two helpers"
# Word splitting is wanted.
kill -KILL $(helpers)
back()
{
	client "$web" get >"$TMP/out"
	test "$(helpers | wc -l)" -eq 2 && tail -n 5 "$TMP/said" |
	    grep -q 'event=end'
}
was=$(grep -c event=end "$TMP/said")
ok "they die: they are started again" wait_for 10 back
more()
{
	client "$web" get >"$TMP/out"
	test "$(grep -c event=end "$TMP/said")" -gt $((was + 1)) &&
	    test "$(grep -c '<158>.* relay ' "$TMP/said")" -gt $((was + 1))
}
ok "lines come again" wait_for 10 more

# It stops reading.
allow_log ' (syslog|connlog): lost [0-9]+ lines: '
kill -STOP $syslogd
crowd()
{
	client -c 100 -n 10 "$web" get close | grep -c '^A '
}
both_lost()
{
	logged 'warning connlog: lost [0-9]+ lines: its reader is slow$' &&
	    logged 'warning syslog: lost [0-9]+ lines: its reader is slow$'
}
rounds=0
served=0
while test $rounds -lt 10 && ! wait_for 1 both_lost; do
	served=$((served + $(crowd)))
	rounds=$((rounds + 1))
done
is $served ${rounds}000 "it stops reading: every client is served"
ok "lines of both are lost, and that is told" both_lost
kill -CONT $syslogd
again()
{
	client "$web" get >"$TMP/out"
	said "event=end id=$(relays_ended) "
}
ok "it reads: lines come again" wait_for 20 again
stop_balancer
ok "the last line comes" wait_said "director: stopped\$"
head="^<1[0-9]{2}>$at pydirector.[0-9]+.: "
is "$(grep -c -v -E -e "$head" "$TMP/said")" 1 "every line is whole"

# As a daemon, with no file: nothing of it holds what it was started with.
port=
config
(
	cd "$DIR" || exit 99
	out=$($PYDIRECTOR_RUN "$BUILD/pydirector" -p "$TMP/daemon.pid" \
	    c.xml 2>&1)
	echo "$? $out" >"$TMP/started"
) &
starter=$!
test_pids="$test_pids $starter"
ok "a daemon is up" wait_for 10 test -s "$TMP/started"
is "$(cat "$TMP/started")" "0 " "with status 0, and nobody waits for it"
daemon=$(cat "$TMP/daemon.pid")
test_pids="$test_pids $daemon"
ok "without a file it logs to syslog, as daemon" wait_said \
    "^<29>$at pydirector\[$daemon\]: director: started: "
stop_daemon
ok "to its last line" wait_said \
    "^<29>$at pydirector\[$daemon\]: director: stopped\$"
is "$(helpers)" "" "no helper is left"

# It is gone: lines go nowhere, and nobody waits.
kill -KILL $syslogd
rm "$TMP/private.dev/log"
config '<connlog syslog="local5"/>'
run -p "$TMP/daemon.pid" c.xml
is "$status" 0 "no syslog daemon: it starts"
daemon=$(cat "$TMP/daemon.pid")
test_pids="$test_pids $daemon"
stop_daemon
done_testing
