#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Two balancers and one address, in network namespaces of this test: keepalived
# by the sample, a network that is a bridge, clients and hosts in a third
# namespace. A balancer dies under load, then the other one is stuck, then the
# whole machine dies: the other one serves as soon as keepalived has moved the
# address, and sends each client to the host that it had. What comes back does
# not take the address back.

. "$(dirname "$0")/lib.sh"

need keepalived ip
a=pyd$$a b=pyd$$b c=pyd$$c
VIP=192.0.2.80

# As root, where namespaces can be made.
possible()
{
	test "$(id -u)" -eq 0 && ip netns add "$c" &&
	    ip -n "$c" link add lan type bridge
}

# A namespace goes when the last process in it has gone.
end()
{
	for ns in "$a" "$b" "$c"; do
		for ns_pid in $(ip netns pids "$ns" 2>/dev/null); do
			kill -KILL "$ns_pid" 2>/dev/null
		done
		ip netns del "$ns" 2>/dev/null
	done
	test_end
}
trap end EXIT

possible 2>"$TMP/why" || {
	test "${CI:-}" != true || test "$(id -u)" -ne 0 || bail "no namespaces"
	skip_all "no network namespaces here: $(sed 1q "$TMP/why")"
}

# machine NAMESPACE ADDRESS: at the bridge.
machine()
{
	ip netns add "$1" &&
	    ip -n "$1" link set lo up &&
	    ip -n "$c" link add "to$1" type veth peer name eth0 netns "$1" &&
	    ip -n "$c" link set "to$1" master lan up &&
	    ip -n "$1" addr add "$2/24" dev eth0 &&
	    ip -n "$1" link set eth0 up || bail "no machine $1"
}

ip -n "$c" link set lo up
ip -n "$c" link set lan up
for i in 1 2 3 4 5 6 7 8; do
	ip -n "$c" addr add "192.0.2.10$i/24" dev lan
done
machine "$a" 192.0.2.1
machine "$b" 192.0.2.2

BACKEND_RUN="ip netns exec $c"
CLIENT_RUN="ip netns exec $c"
start_backend H1 -q -l 192.0.2.101:0
start_backend H2 -q -l 192.0.2.101:0
start_backend H3 -q -l 192.0.2.101:0
start_backend E -l 192.0.2.101:0 echo
cat >"$TMP/pydirector.xml" <<END
<config>
  <service name="web"><listen ip="*:80"/>
    <group name="g" scheduler="leastc,sticky" enable="true">
      <host name="one" ip="$H1"/><host name="two" ip="$H2"/>
      <host name="three" ip="$H3"/>
    </group>
  </service>
  <service name="echo"><listen ip="*:7"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
</config>
END

# balancer NAMESPACE VAR: with a console of its own; $VAR_pid.
balancer()
{
	sed "s|</config>|<admin><console socket=\"$TMP/$1.sock\"/></admin>&|" \
	    "$TMP/pydirector.xml" >"$TMP/$1.xml"
	ip netns exec "$1" "$BUILD/pydirector" -d -v -l "$TMP/$1.log" \
	    "$TMP/$1.xml" >"$TMP/$1.err" 2>&1 &
	eval "${2}_pid=$!"
	test_pids="$test_pids $!"
	wait_for 10 grep -q ' director: started: ' "$TMP/$1.log" ||
	    bail "no balancer: $(cat "$TMP/$1.err")"
}

# keeper NAMESPACE PRIORITY: the sample, but for a path that is not for root
# alone, the pace, and what a busy machine needs that is two at once.
keeper()
{
	sed -e "s|/usr/local/sbin|$BUILD|" \
	    -e "s|/var/run/pydirector.sock|$TMP/$1.sock|" \
	    -e "s/enable_script_security/vrrp_version 3\nvrrp_rt_priority 50/" \
	    -e "s/timeout 1/timeout $((3 * PATIENCE))/" \
	    -e "s/advert_int 1/advert_int 0.5/" -e "s/priority 150/priority $2/" \
	    "$T/../etc/keepalived.sample" >"$TMP/$1.conf"
	ip netns exec "$1" keepalived -n -l -G -f "$TMP/$1.conf" \
	    -p "$TMP/$1.pid" -r "$TMP/$1.vrrp" -c "$TMP/$1.check" \
	    >"$TMP/$1.keeper" 2>&1 &
	test_pids="$test_pids $!"
}

# has_it NAMESPACE: the address is there.
has_it()
{
	ip -n "$1" -4 addr show dev eth0 | grep -q "$VIP/"
}

# entered NAMESPACE STATE [TIMES]: keepalived has, that often, one by default.
entered()
{
	test "$(grep -c " Entering $2 STATE" "$TMP/$1.keeper")" -ge "${3:-1}"
}

asked()
{
	test "$(client -t 300 "$VIP:$1" get | grep -c "^$2")" -eq 1
}

# when OUT COMMAND...: the time from $began until it succeeds, in the
# background.
when()
{
	when_out=$TMP/$1
	shift
	rm -f "$when_out"
	(
		trap - EXIT
		wait_for 20 "$@" || exit 1
		echo $(($(clock) - began)) >"$when_out"
	) &
	test_pids="$test_pids $!"
}

# took: the times of the address, of a plain server behind it where there is
# one, and of the balancer: $moved, $plain and $served.
took()
{
	for took_file in moved served; do
		wait_for 20 test -s "$TMP/$took_file" || {
			diag "$(tail -n 5 "$TMP/$a.keeper" "$TMP/$b.keeper")"
			bail "never: $took_file"
		}
	done
	moved=$(cat "$TMP/moved") served=$(cat "$TMP/served")
}

# Where each client goes.
map()
{
	for i in 1 2 3 4 5 6 7 8; do
		client -b "192.0.2.10$i" "$VIP:80" get | names
	done | tr '\n' ' '
}

relays_of()
{
	grep -c ' info relay .*: web ' "$TMP/$1.log"
}

# begin_long, end_long: a connection that is open when the address moves.
begin_long()
{
	start_client long "$VIP:7" pong:3 pause "$@"
	long=$client_pid
	wait_for 10 grep -q paused "$TMP/long" || bail "no long connection"
}

end_long()
{
	kill -USR1 "$long"
	end_client "$long"
	like "$? $(tail -n 1 "$TMP/long")" '^1 0 good (reset|eof)$' \
	    "a connection that was open has ended"
}

no_process()
{
	test -z "$(ip netns pids "$1")"
}

passed()
{
	test $(($(clock) - began)) -ge "$1"
}

# stays NAMESPACE WHAT: eight advertisements later the address is where it was;
# a connection that was open before is.
stays()
{
	began=$(clock)
	wait_for 20 passed 4000
	ok "$2: the address stays" has_it "$1"
	kill -USR1 "$long"
	end_client "$long"
	is "$? $(tail -n 1 "$TMP/long")" "0 pong 3 good" \
	    "$2: so does a connection"
	is "$(map)" "$before" "$2: and each client's host"
}

balancer "$a" A
balancer "$b" B
# A plain server at each shows what keepalived alone takes.
for ns in "$a" "$b"; do
	ip netns exec "$ns" "$T/backend" -n plain -q -l 0.0.0.0:81 \
	    >"$TMP/$ns.plain" 2>&1 &
	test_pids="$test_pids $!"
done
keeper "$a" 150
wait_for 20 has_it "$a" || bail "$(cat "$TMP/$a.keeper")"
keeper "$b" 100
wait_for 20 entered "$b" BACKUP || bail "$(cat "$TMP/$b.keeper")"
ok "it serves at the common address" wait_for 10 asked 80 H
before=$(map)
is "$(echo $before | tr ' ' '\n' | sort -u | wc -l | tr -d ' ')" 3 \
    "clients go to all three hosts"
is "$(relays_of "$b")" 0 "all by the first balancer"

load=
if test -x "$T/load"; then
	ip netns exec "$c" "$T/load" -n 1000000 -c 4 -t 500 "http://$VIP/" \
	    >"$TMP/load" 2>&1 &
	load=$!
	test_pids="$test_pids $load"
fi
begin_long echo:1000

# The balancer dies.
began=$(clock)
kill -KILL "$A_pid"
when moved has_it "$b"
when served asked 80 H
took
diag "balancer killed: address moved after $moved ms, served after $served ms"
within "$served" 0 $((moved + 1000 * PATIENCE)) \
    "the balancer dies: served as soon as the address has moved"
within "$moved" 0 $((5000 * PATIENCE)) "which takes two checks and a moment"
is "$(map)" "$before" "each client has its host again"
ok "by the second balancer" test "$(relays_of "$b")" -ge 9
end_long

# It comes back.
begin_long pong:3
balancer "$a" A
wait_for 20 entered "$a" BACKUP 2 || bail "$(tail "$TMP/$a.keeper")"
stays "$b" "the first balancer is back"

# The other one is stuck.
begin_long echo:1000
began=$(clock)
kill -STOP "$B_pid"
when moved has_it "$a"
when served asked 80 H
took
diag "balancer stuck: address moved after $moved ms, served after $served ms"
within "$served" 0 $((moved + 1000 * PATIENCE)) \
    "the balancer is stuck: served as soon as the address has moved"
within "$moved" 0 $((20000 * PATIENCE)) "which takes two checks that time out"
is "$(map)" "$before" "each client has its host again"
end_long
begin_long pong:3
kill -CONT "$B_pid"
wait_for 20 entered "$b" BACKUP 2 || bail "$(tail "$TMP/$b.keeper")"
stays "$a" "the second balancer goes on"

# The machine dies.
wait_for 20 asked 81 plain || bail "no plain server"
begin_long echo:1000
began=$(clock)
ip -n "$c" link set "to$a" down
for pid in $(ip netns pids "$a"); do
	kill -KILL "$pid" 2>/dev/null
done
when moved has_it "$b"
when plain asked 81 plain
when served asked 80 H
took
wait_for 20 test -s "$TMP/plain" || bail "keepalived alone does not work"
plain=$(cat "$TMP/plain")
diag "machine gone: address moved after $moved ms, a plain server served after \
$plain ms, the balancer after $served ms"
within "$served" 0 $((plain + 1000 * PATIENCE)) \
    "the machine dies: served as soon as a plain server is"
is "$(map)" "$before" "each client has its host once more"
end_long

# It comes back, keepalived before the balancer.
begin_long pong:3
wait_for 10 no_process "$a" || bail "the machine lives"
ip -n "$a" addr del "$VIP/24" dev eth0 2>/dev/null
rm -f "$TMP/$a.pid" "$TMP/$a.vrrp" "$TMP/$a.check"
ip -n "$c" link set "to$a" up
keeper "$a" 150
wait_for 20 grep -q 'Script(pydirector) failed' "$TMP/$a.keeper" ||
    bail "$(tail "$TMP/$a.keeper")"
balancer "$a" A
wait_for 20 entered "$a" BACKUP || bail "$(tail "$TMP/$a.keeper")"
stays "$b" "the machine is back"
moves=$(grep -c 'Entering MASTER STATE' "$TMP/$b.keeper")
moves="$(grep -c MASTER "$TMP/$a.keeper") $moves"
test "$moves" = "0 2" || diag "$(cat "$TMP/$b.keeper")"
is "$moves" "0 2" "the address has never moved but for a reason"

kill -TERM "$A_pid" "$B_pid"
ok "the balancers end" wait_for 10 all_gone "$A_pid" "$B_pid"
is "$(grep -h -E ' (err|warning) ' "$TMP/$b.log" "$TMP/$a.log")" "" \
    "no balancer has a complaint"
done_testing
