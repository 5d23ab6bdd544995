#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs the balancer for SOAKTIME seconds (default 3600) under random traffic,
# while hosts come and go, are killed and stopped, groups, schedulers, weights,
# rules and rates change, files are reloaded and rotated, and the binary is
# upgraded. Clients and servers keep ledgers of their own; at the end these,
# the connection log and the counters must agree: every byte is accounted for.
# Descriptors, memory and, where t/soak-blocks.so can be put in front of libc,
# the number of its blocks are compared with those after a warm-up, both times
# with no connection open. Prints a line a minute; exit status 1: there was a
# difference, which is told.
#
# Environment: SOAKTIME; SOAKSEED, which decides what happens and is printed;
# SOAKRATE, new connections a second (default 150); SOAKGROW, kilobytes that
# memory may grow by, besides a tenth (default 2048); SOAKBLOCKS, by how many
# blocks (default 20); SOAKKEEP, a directory that the ledgers and logs are left
# in.

. "$(dirname "$0")/web.sh"

SOAKTIME=${SOAKTIME:-3600}
SOAKSEED=${SOAKSEED:-$(($(date +%s) % 1000000))}
SOAKRATE=${SOAKRATE:-150}
# May grow by so many kilobytes and percent; sanitizers want more.
SOAKGROW=${SOAKGROW:-2048}
GROW_PERCENT=10
SOAKBLOCKS=${SOAKBLOCKS:-20}

base=127.0.$((201 + $$ % 50)).$((1 + $$ / 50 % 250))
differences=0
random=$SOAKSEED
upgrades=0 reloads=0 calls=0 kills=0 rotated=0 volatile= old=
upgrading=yes

say()
{
	echo "soak: $*"
}

difference()
{
	differences=$((differences + 1))
	say "difference: $*"
}

# draw N: a number below N, in $drawn.
draw()
{
	random=$(((random * 1103515245 + 12345) & 0x7fffffff))
	drawn=$((random / 65536 % $1))
}

# pick WORD ...: one of them, in $picked.
pick()
{
	draw $#
	shift $drawn
	picked=$1
}

now()
{
	date +%s
}

configuration()
{
	cat <<END
<config>
  <service name="main">
    <listen ip="$base:7001"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$base:8001"/>
      <host name="b" ip="$base:8002"/>
      <host name="k" ip="$base:8010"/>
    </group>
    <group name="h" scheduler="leastc">
      <host name="a2" ip="$base:8001"/>
      <host name="b2" ip="$base:8002"/>
      <host name="k2" ip="$base:8010"/>
    </group>
  </service>
  <service name="proxy" keepalive="60">
    <listen ip="$base:7002" acceptProxy="yes" from="127.0.0.0/8"/>
    $six
    <group name="g" scheduler="random" enable="true" sendProxy="v2">
      <host name="p" ip="$base:8003"/>
      <host name="q" ip="$base:8004"/>
    </group>
  </service>
  <service name="rate" rate="5">
    <listen ip="$base:7003"/>
    <group name="g" scheduler="leastconnsrr" enable="true">
      <host name="a3" ip="$base:8001"/>
      <host name="b3" ip="$base:8002"/>
    </group>
  </service>
  <service name="idle" idleTimeout="1">
    <listen ip="$base:7004"/>
    <group name="g" scheduler="weightr" enable="true">
      <host name="a4" ip="$base:8001" weight="3"/>
      <host name="b4" ip="$base:8002"/>
    </group>
  </service>
  <service name="few" maxConns="6">
    <listen ip="$base:7005"/>
    <group name="g" scheduler="roundr,sticky" enable="true">
      <host name="a5" ip="$base:8001" maxConns="2"/>
      <host name="b5" ip="$base:8002" maxConns="2"/>
      <host name="k5" ip="$base:8010" maxConns="2"/>
    </group>
  </service>
  <manager hostCheckInterval="1"/>
  <admin>
    <web listen="$base:7000" enable="true" refresh="1"/>
    <user name="full" password="$password" access="full"/>
    <console socket="$TMP/console"/>
  </admin>
  <connlog file="$TMP/conn.log"/>
</config>
END
}

# Programs.

start_servers()
{
	"$T/soak-backend" "$TMP/servers" a="$base:8001" b="$base:8002" \
	    p="$base:8003+p" q="$base:8004+p" v="$base:8005" \
	    >"$TMP/servers.out" 2>&1 &
	test_pids="$test_pids $!"
	start_mortal
	wait_for 10 more_lines 4 '^listening ' "$TMP/servers.out" ||
	    bail "servers: $(cat "$TMP/servers.out")"
}

# The one that is killed at times; its address is free at once.
start_mortal()
{
	"$T/soak-backend" "$TMP/servers" k="$base:8010" \
	    >"$TMP/mortal.out" 2>&1 &
	mortal=$!
	test_pids="$test_pids $mortal"
}

start_clients()
{
	"$T/soak-client" -o "$TMP/clients" -s "$SOAKSEED" -r "$SOAKRATE" \
	    main="$base:7001,x12" proxy="$base:7002,proxy,x4" \
	    $six_client rate="$base:7003,few,x2" idle="$base:7004,idle" \
	    few="$base:7005,x3" >"$TMP/clients.out" 2>&1 &
	clients=$!
	test_pids="$test_pids $clients"
}

pid()
{
	cat "$TMP/pidfile" 2>/dev/null
}

# Sets counted to what runs the balancer with its blocks of memory counted.
# Sanitizers and other programs around it have memory of their own.
count_blocks()
{
	counted="env LD_PRELOAD=$T/soak-blocks.so SOAK_BLOCKS=$TMP/blocks"
	mkdir "$TMP/blocks"
	test -z "${PYDIRECTOR_RUN:-}" && test -f "$T/soak-blocks.so" &&
	    $counted "$BUILD/pydirector" -n "$TMP/base.xml" >/dev/null 2>&1 &&
	    grep -q '^pydirector[+]' "$TMP/blocks"/* && return
	say "blocks of memory are not counted"
	counted=
}

begin()
{
	configuration >"$TMP/base.xml"
	cp "$TMP/base.xml" "$TMP/pydirector.xml"
	count_blocks
	LOG=$TMP/log.1
	: >"$LOG"
	# It may end up as another process, hence no wait for it.
	$counted ${PYDIRECTOR_RUN:-} "$BUILD/pydirector" -d -l "$LOG" \
	    ${PYDIRECTOR_FLAGS:-} -p "$TMP/pidfile" "$TMP/pydirector.xml" \
	    >"$TMP/err.1" 2>&1 &
	balancer=$!
	test_pids="$test_pids $balancer"
	wait_for 20 logged ' web .*: listening$' ||
	    bail "the balancer does not start: $(cat "$TMP/err.1" "$LOG")"
	web_at=$base:7000
	PYD=
	balancer_n=0
}

# call NAME [ARGUMENT=VALUE ...]: by the web or the console. What is not
# possible just now is no difference, what fails is one.
call()
{
	calls=$((calls + 1))
	call_name=$1
	shift
	draw 2
	if test $drawn -eq 0; then
		call_args=
		for call_arg; do
			call_args="$call_args&$call_arg"
		done
		call_status=$(web_status full "$call_name?$call_args")
		call_text=$(cat "$TMP/web.body" 2>/dev/null)
	else
		call_text=$("$BUILD/pydirectorctl" -s "$TMP/console" \
		    "$call_name" "$@" 2>&1)
		call_status=$?
	fi
	echo "$call_status $call_name $* $call_text" >>"$TMP/calls"
	case $call_status in
	0 | 1 | 200 | 409) ;;
	*)	case $call_name-$call_text in
		# A reload by signal has come in between.
		delHost-*": no host "*) return ;;
		esac
		difference "call $call_name $*: $call_status $call_text" ;;
	esac
}

# The new file knows nothing of hosts that were added.
reload_with()
{
	volatile=
	cat >"$TMP/new.xml"
	mv "$TMP/new.xml" "$TMP/pydirector.xml"
	reloads=$((reloads + 1))
	draw 2
	if test $drawn -eq 0; then
		kill -HUP "$(pid)"
	else
		call reload
	fi
}

# What happens meanwhile.

stir_volatile()
{
	if test -n "$volatile"; then
		call delHost service=main group=${volatile%:*} \
		    name=${volatile#*:}
		volatile=
	else
		pick g h
		volatile=$picked:v$calls
		call addHost service=main group=$picked name=v$calls \
		    "ip=$base:8005" weight=2
	fi
}

# b goes and comes back; a is always there.
stir_host()
{
	pick hostAdminDown drainHost closeConns
	call $picked service=main group=g name=b
	draw 3
	sleep $drawn
	call hostAdminUp service=main group=g name=b
}

stir_scheduler()
{
	pick roundr random leastc leastconnsrr weightr weightlc roundr,sticky
	call changeScheduler service=main group=g scheduler=$picked
}

stir_group()
{
	pick g h
	call enableGroup service=main group=$picked
}

stir_weight()
{
	pick a b k
	draw 9
	call setWeight service=main group=g name=$picked weight=$((drawn + 1))
}

stir_rules()
{
	call newRule service=rate access=deny from=127.0.1.2
	draw 3
	sleep $drawn
	call delRule service=rate access=deny from=127.0.1.2
	pick 1 5 20 0
	call set service=rate attr=rate value=$picked
}

stir_limits()
{
	pick 2 6 0
	call set service=few attr=maxConns value=$picked
	pick v1 v2
	call set service=proxy group=g attr=sendProxy value=$picked
	pick 0 30
	call set service=main attr=keepalive value=$picked
}

stir_listener()
{
	call newListen service=main "listen=$base:7011"
	call newService service=other "listen=$base:7012"
	call delListen service=main "listen=$base:7011"
	call delService service=other
}

stir_reload()
{
	draw 3
	case $drawn in
	0)	sed "s/name=\"b\"/& weight=\"4\"/" "$TMP/base.xml" |
		    reload_with ;;
	1)	sed "s|<host name=\"q\".*/>||" "$TMP/base.xml" | reload_with
		reload_with <"$TMP/base.xml" ;;
	2)	reload_with <"$TMP/base.xml" ;;
	esac
}

stir_save()
{
	call save force=yes
}

# Files go away under it; the ledger reads all of them.
stir_logs()
{
	rotated=$((rotated + 1))
	mv "$LOG" "$LOG.$rotated"
	mv "$TMP/conn.log" "$TMP/conn.log.$rotated"
	pick closeLog USR1
	if test "$picked" = closeLog; then
		call closeLog
	else
		kill -USR1 "$(pid)"
	fi
	wait_for 10 test -f "$TMP/conn.log" ||
	    difference "logs are not opened anew"
}

stir_views()
{
	pick running.json metrics running.txt status.txt running.xml calls ''
	test "$(web_status full "$picked")" = 200 ||
	    difference "view $picked: $(cat "$TMP/web.body")"
}

stir_mortal()
{
	kills=$((kills + 1))
	draw 3
	case $drawn in
	0)	kill -KILL $mortal
		end_client $mortal 2>/dev/null
		draw 3
		sleep $drawn
		start_mortal ;;
	1)	kill -USR1 $mortal
		draw 4
		sleep $drawn
		kill -USR2 $mortal ;;
	2)	kill -STOP $mortal
		draw 4
		sleep $drawn
		kill -CONT $mortal ;;
	esac
}

# another_pid OLD: the new one is in charge.
another_pid()
{
	test -n "$(pid)" && test "$(pid)" != "$1"
}

# more_failures N: of upgrades.
more_failures()
{
	test "$(cat "$TMP"/log.1* | grep -c ' err director: upgrade: ')" -gt "$1"
}

# Now and then with a file that the new process cannot read.
stir_upgrade()
{
	test $upgrading = yes || return
	stir_pid=$(pid)
	draw 4
	if test $drawn -eq 0; then
		stir_lines=$(cat "$TMP"/log.1* |
		    grep -c ' err director: upgrade: ')
		echo '<config><bad/></config>' >"$TMP/pydirector.xml"
		kill -USR2 "$stir_pid"
		wait_for 40 more_failures "$stir_lines" ||
		    difference "an upgrade did not fail"
		cat "$TMP/base.xml" >"$TMP/pydirector.xml"
		return
	fi
	volatile=
	cat "$TMP/base.xml" >"$TMP/pydirector.xml"
	kill -USR2 "$stir_pid"
	if wait_for 40 another_pid "$stir_pid"; then
		upgrades=$((upgrades + 1))
		old="$old $stir_pid"
		test_pids="$test_pids $(pid)"
		wait_for 10 settled_web || difference "no web after an upgrade"
	else
		difference "not upgraded"
	fi
}

settled_web()
{
	test "$(web_status full running.txt)" = 200
}

stir()
{
	draw 15
	case $drawn in
	0)	stir_volatile ;;
	1)	stir_host ;;
	2)	stir_scheduler ;;
	3)	stir_group ;;
	4)	stir_weight ;;
	5)	stir_rules ;;
	6)	stir_limits ;;
	7)	stir_listener ;;
	8)	stir_reload ;;
	9)	stir_save ;;
	10)	stir_logs ;;
	11)	stir_views ;;
	12)	stir_mortal ;;
	13)	stir_volatile ;;
	14)	stir_upgrade ;;
	esac
}

# Looking at it.

fds()
{
	ls "/proc/$(pid)/fd" 2>/dev/null | wc -l | tr -d ' '
}

rss()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(pid)/status" \
	    2>/dev/null
}

# Blocks of memory by place.
blocks()
{
	test -z "$counted" || grep + "$TMP/blocks/$(pid)"
}

# sum FILE: of such lines.
sum()
{
	awk '{ n += $2 } END { print n + 0 }' "$1"
}

# Where there are more than there were, most first.
more_blocks()
{
	awk 'NR == FNR { was[$1] = $2; next }
	$2 > was[$1] { print $2 - was[$1], $1 }' \
	    "$TMP/blocks.then" "$TMP/blocks.now" | sort -rn
}

# All hosts are up, no relay is open.
settled()
{
	! web full running.txt | grep -q '^disabled' &&
	    web full running.json | grep -q '"open": 0, "services"'
}

# Nobody is there, all is as in the beginning.
quiet()
{
	: >"$TMP/clients.out"
	kill -USR1 $clients
	wait_for 90 grep -q quiet "$TMP/clients.out" ||
	    difference "clients do not come to their end"
	call hostAdminUp service=main group=g name=b
	reload_with <"$TMP/base.xml"
	wait_for 30 settled ||
	    difference "not settled: $(web full running.txt)"
	wait_for 70 all_gone $old ||
	    difference "old processes do not end: $old"
	# Keep-alive connections of the web and the like.
	sleep 2
}

remember()
{
	quiet
	fds_then=$(fds)
	rss_then=$(rss)
	blocks >"$TMP/blocks.then"
	say "after the warm-up: $fds_then descriptors, $rss_then KB," \
	    "$(sum "$TMP/blocks.then") blocks"
	kill -USR2 $clients
}

compare_with_then()
{
	quiet
	fds_now=$(fds)
	rss_now=$(rss)
	blocks >"$TMP/blocks.now"
	say "later: $fds_now descriptors, $rss_now KB," \
	    "$(sum "$TMP/blocks.now") blocks"
	test "$fds_now" -le "$fds_then" ||
	    difference "descriptors: $(ls -l "/proc/$(pid)/fd")"
	test "$rss_now" -le \
	    $((rss_then + rss_then * GROW_PERCENT / 100 + SOAKGROW)) ||
	    difference "memory: $rss_now KB"
	test $(($(sum "$TMP/blocks.now") - $(sum "$TMP/blocks.then"))) -le \
	    "$SOAKBLOCKS" || difference "blocks, by who asked for them:
$(more_blocks | sed 20q)"
	kill -USR2 $clients
}

# running.json as the lines that soak-ledger prints.
counters()
{
	awk '
	function number(key) {
		if (!match($0, "\"" key "\": [0-9]+"))
			return "?"
		return substr($0, RSTART + length(key) + 4, \
		    RLENGTH - length(key) - 4)
	}
	function name() {
		match($0, /"name": "[^"]*"/)
		return substr($0, RSTART + 9, RLENGTH - 10)
	}
	/^ [{]"name"/ {
		service = name()
		print "service", service, number("total"), number("refused"), \
		    number("denied"), number("limited")
	}
	/^   [{]"name"/ {
		print "host", service, name(), number("total"), \
		    number("bytesIn"), number("bytesOut")
	}'
}

# Hosts that came and went have lost their counters; q goes at times. What was
# never used has none.
lasting()
{
	grep -v -e ' [vq][0-9]* ' -e '[a-z][0-9]*\( 0\)*$' | sort
}

same_counters()
{
	web full running.json | counters | lasting >"$TMP/counters"
	grep -E '^(service|host) ' "$TMP/ledger" | lasting \
	    >"$TMP/expected.counters"
	diff "$TMP/expected.counters" "$TMP/counters" >"$TMP/counters.diff" ||
	    difference "counters (<: the ledger, >: running.json):
$(cat "$TMP/counters.diff")"
	web full running.json | grep -E '^   .*"name": "[ab][0-9]*"' |
	    grep -v '"failed": 0' >"$TMP/failed" &&
	    difference "hosts that were always there have failed:
$(cat "$TMP/failed")"
	web full metrics | grep '^pydirector_connlog_lost' |
	    grep -v ' 0$' >"$TMP/lost" && difference "$(cat "$TMP/lost")"
}

same_ledgers()
{
	cat "$TMP"/conn.log* >"$TMP/conn.all"
	"$T/soak-ledger" "$TMP/clients" "$TMP/servers" "$TMP/conn.all" \
	    >"$TMP/ledger" 2>&1
	same_status=$?
	grep -v -E '^(host|service) ' "$TMP/ledger" | sed 's/^/soak: /'
	test $same_status -eq 0 ||
	    differences=$((differences + 1))
}

same_words()
{
	grep -E 'Sanitizer|runtime error:|^==[0-9]+==' "$TMP/err.1" \
	    >"$TMP/words" && difference "$(cat "$TMP/err.1")"
	grep -h -E '^[^ ]* err |out of memory|log: lost' "$TMP"/log.1* |
	    grep -v ' err director: upgrade: [0-9]* failed: ' >"$TMP/words" &&
	    difference "$(sed 10q "$TMP/words")"
}

status_line()
{
	say "$(($(now) - began)) s: $(wc -l <"$TMP/clients" | tr -d ' ')" \
	    "connections, $calls calls, $reloads reloads, $kills faults," \
	    "$upgrades upgrades; $(fds) descriptors, $(rss) KB"
}

alive()
{
	kill -0 $clients 2>/dev/null || {
		cat "$TMP/clients.out"
		say "FAILED: the clients are gone, seed $SOAKSEED"
		exit 1
	}
	kill -0 "$(pid)" 2>/dev/null || {
		tail -n 20 "$LOG" "$TMP/err.1"
		difference "the balancer is gone"
		say "FAILED, seed $SOAKSEED"
		exit 1
	}
}

# stir_until SECONDS
stir_until()
{
	while test $(($(now) - began)) -lt "$1"; do
		stir
		alive
		if test $(($(now) - told)) -ge 60; then
			status_line
			told=$(now)
		fi
		pick 0.1 0.3 0.7 1
		sleep $picked
	done
}

end()
{
	stopped=$(pid)
	kill -TERM "$stopped"
	wait_for 20 all_gone "$stopped" ||
	    difference "it does not end on SIGTERM"
	test -z "${SOAKKEEP:-}" || {
		mkdir -p "$SOAKKEEP"
		cp "$TMP"/clients "$TMP"/servers "$TMP"/conn.all "$TMP"/log.1* \
		    "$TMP"/ledger "$TMP"/calls "$TMP"/err.1 "$TMP"/blocks.* "$SOAKKEEP"
	}
}

test -d "/proc/$$/fd" && "$T/client" -b 127.1.0.1 127.0.0.1:1 close 2>&1 |
    grep -q 'connect refused' ||
    skip_all "needs /proc, and addresses such as 127.1.0.1"
six= six_client=
if "$T/client" '[::1]:1' close 2>&1 | grep -q 'connect refused'; then
	six="<listen ip=\"[::1]:$((20000 + $$ % 10000))\" acceptProxy=\"yes\" from=\"::1\"/>"
	six_client="proxy=[::1]:$((20000 + $$ % 10000)),proxy,x2"
fi
password=$(hash full)
say "seed $SOAKSEED, $SOAKTIME s"
: >"$TMP/clients"
: >"$TMP/servers"
start_servers
begin
start_clients
began=$(now)
told=$began
stir_until $((SOAKTIME * 3 / 10))
# Memory is that of one process, so that has to live for some time.
upgrading=no
stir_until $((SOAKTIME * 4 / 10))
remember
stir_until $((SOAKTIME * 9 / 10))
compare_with_then
upgrading=yes
stir_until "$SOAKTIME"
quiet
status_line
same_ledgers
same_counters
end
same_words
test_ended=yes
if test $differences -gt 0; then
	say "FAILED: $differences differences, seed $SOAKSEED"
	exit 1
fi
say "no difference"
