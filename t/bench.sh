#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The bench: this balancer beside HAProxy, nginx stream, pen and no balancer
# at all, each in front of the same backend process, in one run.
#
#	make bench			all, about ten minutes
#	make bench BENCHFLAGS=quick	the same in two short rounds
#
# A round runs each case with every balancer, one directly after the other, in
# an order that turns from round to round, the short cases in three slices; so
# a ratio compares what ran within seconds. Each balancer is pinned to
# processor BALANCER_CPU, load and backend to LOAD_CPU. A figure is the median
# of the rounds; behind it stands the ratio to HAProxy: the median of the
# rounds' ratios, the least and the largest. A request that fails, or that
# flood and the backend count differently, is told and makes the exit status 1.
# What is missing is left out and told.
#
# It promises nothing about other machines, and little about figures of two
# runs: only ratios mean anything.
#
# Environment: ROUNDS, MS (of a timed case), BYTES (of a download), IDLE
# (relays), COLUMNS_WANTED, CASES, BALANCER_CPU, LOAD_CPU, PYDIRECTOR, KEEP (a
# file that gets the figures of every run).

set -u
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin

T=$(cd "$(dirname "$0")" && pwd)
case ${1-} in
'')	default_rounds=7 default_ms=1200 default_bytes=1073741824 ;;
quick)	default_rounds=2 default_ms=300 default_bytes=67108864 ;;
*)
	echo "usage: bench.sh [quick]" >&2
	exit 2 ;;
esac
ROUNDS=${ROUNDS:-$default_rounds}
MS=${MS:-$default_ms}
BYTES=${BYTES:-$default_bytes}
IDLE=${IDLE:-4000}
BALANCER_CPU=${BALANCER_CPU:-0}
LOAD_CPU=${LOAD_CPU:-1}
PYDIRECTOR=${PYDIRECTOR:-$T/../pydirector}
every_column="pydirector poll haproxy splice nginx pen direct"
COLUMNS_WANTED=${COLUMNS_WANTED:-$every_column}
CASES=${CASES:-new keep idle one four hosts memory calls}
HOSTS=1000
SLICE=$((MS / 3))
WARM=$((MS / 20))
BUDGET=780	# s: no further round begins after that
CLIENTS=64
bad=0
all_pids=

say()
{
	echo "bench: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

alive()
{
	for alive_pid in $all_pids; do
		! kill -0 "$alive_pid" 2>/dev/null || return 0
	done
	return 1
}

none_alive()
{
	! alive
}

cleanup()
{
	trap '' 1 2 13 15
	test -z "$all_pids" || kill $all_pids 2>/dev/null
	wait_for none_alive || kill -KILL $all_pids 2>/dev/null
	rm -rf "$TMP"
}

TMP=$(mktemp -d "${TMPDIR:-/tmp}/pydirector-bench.XXXXXX") || exit 1
trap cleanup 0
trap 'exit 1' 1 2 13 15

# on_cpu CPU COMMAND ...: becomes that command.
on_cpu()
{
	on_cpu=$1
	shift
	exec taskset -c "$on_cpu" "$@"
}

flood()
{
	taskset -c "$LOAD_CPU" "$T/flood" "$@"
}

# wait_for COMMAND ...: 10 s at most.
wait_for()
{
	wait_until=$(($(date +%s) + 10))
	until "$@"; do
		test "$(date +%s)" -lt "$wait_until" || return 1
		sleep 0.1
	done
}

check_machine()
{
	command -v taskset >/dev/null || die "taskset: not here"
	taskset -c "$BALANCER_CPU" true 2>/dev/null &&
	    taskset -c "$LOAD_CPU" true 2>/dev/null ||
	    die "processors $BALANCER_CPU and $LOAD_CPU: not to be had"
	for tool in "$T/flood" "$T/bench-backend" "$PYDIRECTOR"; do
		test -x "$tool" || die "$tool: not built"
	done
	# Two descriptors for each relay, and some.
	files=$((2 * IDLE + 1500))
	test "$(ulimit -n)" = unlimited || test "$(ulimit -n)" -ge $files ||
	    ulimit -S -n $files 2>/dev/null || ulimit -n $files 2>/dev/null ||
	    die "ulimit -n: $files descriptors are needed: lower IDLE"
}

# The balancers. Each start_NAME starts one in front of the hosts in
# $TMP/hosts with scheduler $1 on port $2, or one of its own, and sets pid and
# port. Access logs are off; limits and timeouts are never met.

start_pydirector()
{
	pydirector_flags=${3-}
	pydirector_scheduler=roundrobin
	test "$1" = rr || pydirector_scheduler=leastconns
	{
		echo '<pdconfig><service name="bench">'
		echo '<listen ip="127.0.0.1:0"/>'
		echo "<group name=\"g\" scheduler=\"$pydirector_scheduler\">"
		awk '{ printf "<host name=\"h%d\" ip=\"%s\"/>\n", NR, $0 }' \
		    "$TMP/hosts"
		echo '</group></service></pdconfig>'
	} >"$dir/config.xml"
	on_cpu "$BALANCER_CPU" "$PYDIRECTOR" -d $pydirector_flags \
	    -l "$dir/log" "$dir/config.xml" 2>"$dir/err" &
	pid=$!
	wait_for has_port || return 1
}

has_port()
{
	kill -0 "$pid" 2>/dev/null || return 0
	port=$(sed -n 's/.*listener bench .*:\([0-9]*\): listening.*/\1/p' \
	    "$dir/log" 2>/dev/null)
	test -n "$port"
}

start_poll()
{
	start_pydirector "$1" "$2" '-o poll'
}

start_haproxy()
{
	haproxy_balance=roundrobin
	test "$1" = rr || haproxy_balance=leastconn
	{
		printf 'global\n\tnbthread 1\n\tmaxconn %d\n' $((IDLE + 500))
		printf 'defaults\n\tmode tcp\n\ttimeout connect 5s\n'
		printf '\ttimeout client 10m\n\ttimeout server 10m\n'
		printf '\tmaxconn %d\n' $((IDLE + 500))
		printf 'listen bench\n\tbind 127.0.0.1:%d\n' "$2"
		printf '\tbalance %s\n' "$haproxy_balance"
		test -z "${3-}" || printf '\t%s\n' "$3"
		awk '{ printf "\tserver h%d %s\n", NR, $0 }' "$TMP/hosts"
	} >"$dir/config"
	on_cpu "$BALANCER_CPU" haproxy -db -q -f "$dir/config" \
	    2>"$dir/err" &
	pid=$!
}

start_splice()
{
	start_haproxy "$1" "$2" 'option splice-auto'
}

start_nginx()
{
	nginx_method=
	test "$1" = rr || nginx_method='least_conn;'
	{
		for module in /usr/lib/nginx/modules /usr/lib64/nginx/modules \
		    /usr/local/libexec/nginx; do
			test ! -f "$module/ngx_stream_module.so" ||
			    echo "load_module $module/ngx_stream_module.so;"
		done
		echo "daemon off; worker_processes 1; pid $dir/pid;"
		echo "error_log $dir/log crit;"
		echo "events { worker_connections $((2 * IDLE + 500)); }"
		echo "stream { upstream hosts { $nginx_method"
		awk '{ printf "server %s;\n", $0 }' "$TMP/hosts"
		echo "} server { listen 127.0.0.1:$2; proxy_pass hosts;"
		echo "proxy_connect_timeout 5s; proxy_timeout 10m; } }"
	} >"$dir/config"
	on_cpu "$BALANCER_CPU" nginx -p "$dir" -e "$dir/log" \
	    -c "$dir/config" 2>"$dir/err" &
	pid=$!
}

start_pen()
{
	test "$1" = rr || return 1
	on_cpu "$BALANCER_CPU" pen -f -r -x $((IDLE + 500)) \
	    -c $((IDLE + 500)) 127.0.0.1:"$2" $(cat "$TMP/hosts") \
	    >"$dir/err" 2>&1 &
	pid=$!
}

start_direct()
{
	port=$backend_port
	pid=
}

children()
{
	ps -A -o pid= -o ppid= | awk -v p="$1" '$2 == p { print $1 }'
}

# The process has not ended, and a request gets through it.
serves()
{
	test -z "$pid" || kill -0 "$pid" 2>/dev/null || return 0
	"$T/flood" -g /count 127.0.0.1:"$port" >/dev/null 2>&1
}

# start NAME KIND: a balancer with so many hosts and that scheduler, as in
# rr3; its address and processes become addr_NAME_KIND and pids_NAME_KIND.
start()
{
	start_hosts=${2#??}
	awk -v n="$start_hosts" -v port="$backend_port" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "127.1.%d.%d:%d\n", i / 250, i % 250 + 1, port
	}' >"$TMP/hosts"
	for start_try in 1 2 3; do
		dir=$(mktemp -d "$TMP/$1.XXXXXX") && chmod 755 "$dir" ||
		    return 1
		pid=
		port=$("$T/flood" -f)
		"start_$1" "${2%"$start_hosts"}" "$port" || return 1
		all_pids="$all_pids $pid"
		wait_for serves || continue
		test "$1" = direct || kill -0 "$pid" 2>/dev/null || continue
		start_children=
		test -z "$pid" || start_children=$(children "$pid")
		eval "addr_$1_$2=127.0.0.1:\$port"
		eval "pids_$1_$2=\$(echo \$pid \$start_children)"
		return 0
	done
	return 1
}

# stop NAME KIND
stop()
{
	eval "stop_pid=\${pids_$1_$2%% *}"
	kill "$stop_pid" 2>/dev/null
	wait "$stop_pid" 2>/dev/null
	all_pids=$(echo " $all_pids " | sed "s/ $stop_pid / /")
}

# Which columns there are, and what to call them.
find_columns()
{
	columns=
	for name in $COLUMNS_WANTED; do
		case $name in
		pydirector | poll) tool=$PYDIRECTOR ;;
		splice) tool=haproxy ;;
		direct) tool=true ;;
		*) tool=$name ;;
		esac
		if ! command -v "$tool" >/dev/null; then
			say "$name: not here, left out"
		elif ! start "$name" rr3; then
			say "$name: does not start, left out:" \
			    "$(tail -n 2 "$dir/err")"
			test "$name" != pydirector || bad=1
		else
			columns="$columns $name"
		fi
	done
}

backend_count()
{
	"$T/flood" -g /count 127.0.0.1:"$backend_port" 2>/dev/null
}

backend_is_free()
{
	count=$(backend_count)
	test "${count#* }" = 0
}

# check_alive NAME PID: without its process there is no column any more, and
# without the backend no bench.
check_alive()
{
	kill -0 "$backend_pid" 2>/dev/null || die "the backend has ended"
	test -n "$2" && ! kill -0 "$2" 2>/dev/null || return 0
	say "$1: has ended, left out from here on"
	columns=$(echo " $columns " | sed "s/ $1 / /")
}

# run CASE NAME KIND FLAGS: one line of figures into $TMP/data: case, name,
# round, requests, bytes, ns, processor ns, p99, private, rss, size.
run()
{
	run_case=$1 run_name=$2
	eval "run_addr=\$addr_$2_$3 run_pids=\$pids_$2_$3"
	shift 3
	case " $columns " in *" $run_name "*) ;; *) return 1 ;; esac
	wait_for backend_is_free ||
	    say "$run_case $run_name: connections stay open: $count"
	run_before=${count% *}
	for run_pid in $run_pids; do
		set -- -p "$run_pid" "$@"
	done
	run_line=$(flood "$@" "$run_addr" 2>&1)
	run_rc=$?
	count=$(backend_count)
	echo "$run_case $run_name $round $run_line" >>"$TMP/raw"
	if test $run_rc -ne 0 ||
	    test "${run_line##* }" -ne $((${count% *} - run_before)); then
		say "$run_case $run_name, round $round: failed: $run_line;" \
		    "the backend counts $((${count% *} - run_before))"
		bad=1
		check_alive "$run_name" "${run_pids%% *}"
		return 1
	fi
	echo "$run_case $run_name $round $run_line" | awk '{
		print $1, $2, $3, $5, $7, $11, $13, $17, $21, $23, $25
	}' >>"$TMP/data"
}

# turned: the columns in the order of this round.
turned()
{
	echo $columns | awk -v r="$round" '{
		for (i = 0; i < NF; i++)
			printf "%s ", $((i + r) % NF + 1)
	}'
}

has_case()
{
	case " $CASES " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

# each CASE FLAGS: with every balancer. HAProxy with splice is of interest
# only where much flows.
each()
{
	each_case=$1
	shift
	has_case "$each_case" || return 0
	for name in $(turned); do
		case $name-$each_case in
		splice-one | splice-four | [!s]*)
			run "$each_case" "$name" rr3 "$@" ;;
		esac
	done
}

# each_slice CASE FLAGS: the same, three times in turn.
each_slice()
{
	for slice in 1 2 3; do
		each "$@" -c $CLIENTS -w $WARM -d $SLICE
	done
}

# With 3 hosts, 1,000, 1,000 and 3, so that a drift shows in neither.
each_hosts()
{
	has_case hosts || return 0
	for name in $(turned); do
		for scheduler in $(cat "$TMP/schedulers.$name" 2>/dev/null)
		do
			for n in 3 $HOSTS $HOSTS 3; do
				run "$scheduler$n" "$name" "$scheduler$n" \
				    -c $CLIENTS -w $WARM -d $((MS / 2))
			done
		done
	done
}

start_hosts()
{
	has_case hosts || return 0
	for name in $columns; do
		case $name in poll | splice | direct) continue ;; esac
		for scheduler in rr lc; do
			test "$name" != pen || test $scheduler = rr || continue
			for n in 3 $HOSTS; do
				test $scheduler$n = rr3 ||
				    start $name $scheduler$n || {
					say "$name: $n hosts: does not start"
					continue 2
				}
			done
			echo $scheduler >>"$TMP/schedulers.$name"
		done
	done
}

# Memory of a process that is fresh: by how much it grows from IDLE relays.
memory()
{
	has_case memory || return 0
	for name in $(turned); do
		case $name in splice | direct) continue ;; esac
		start "$name" rr4 || continue
		run memory "$name" rr4 -m -i "$IDLE" -c $CLIENTS -n 1000 -k
		stop "$name" rr4
	done
}

attached()
{
	kill -0 "$strace_pid" 2>/dev/null || return 0
	test "$(grep -c attached "$TMP/strace.err")" -ge "$1"
}

# calls NAME CLIENTS: calls of the kernel for each of 1,000 connections.
calls()
{
	eval "calls_pids=\$pids_$1_rr3 calls_addr=\$addr_$1_rr3"
	calls_n=$(echo $calls_pids | wc -w)
	set -- "$1" "$2" $(for p in $calls_pids; do echo -p "$p"; done)
	calls_name=$1 calls_clients=$2
	shift 2
	: >"$TMP/strace.err"
	strace -f -c -o "$TMP/strace" "$@" 2>"$TMP/strace.err" &
	strace_pid=$!
	wait_for attached "$calls_n"
	if ! kill -0 $strace_pid 2>/dev/null; then
		say "strace: $(cat "$TMP/strace.err"): calls left out"
		return 1
	fi
	calls_total=$(flood -c "$calls_clients" -n 1000 "$calls_addr")
	kill -INT $strace_pid
	wait $strace_pid 2>/dev/null
	awk -v name="$calls_name" -v clients="$calls_clients" \
	    -v n="${calls_total##* }" '
	$NF == "total" { all = $4 / n; next }
	$4 + 0 >= n / 20 { list = list sprintf(" %s %.1f", $NF, $4 / n) }
	END { printf "%-10s %2d %5.1f %s\n", name, clients, all, list }' \
	    "$TMP/strace"
}

all_calls()
{
	has_case calls || return 0
	if ! command -v strace >/dev/null; then
		say "strace: not here, calls left out"
		return
	fi
	echo
	echo "system calls for a short connection (clients at once; calls)"
	for name in $columns; do
		case $name in splice | direct) continue ;; esac
		calls "$name" 1 && calls "$name" $CLIENTS || return
	done
}

# What was compared, where, and how.
head_lines()
{
	echo "machine: $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo |
	    head -n 1), $(getconf _NPROCESSORS_ONLN) processors," \
	    "$(uname -s) $(uname -r) $(uname -m)"
	echo "command: make bench${1:+ BENCHFLAGS=$1}"
	echo "rounds: $ROUNDS of $MS ms, downloads of $BYTES bytes," \
	    "$IDLE idle relays, balancer on $BALANCER_CPU, load on $LOAD_CPU"
	{
		"$PYDIRECTOR" -V
		haproxy -v | sed -n 's/^HA-*Proxy version \([^ ]*\).*/\
haproxy \1/p' | sed '/^$/d'
		nginx -v 2>&1 | sed -n 's/.*: nginx./nginx /p'
		dpkg-query -W -f '${Package} ${Version}\n' pen
	} 2>/dev/null | awk '
	{ text = text (NR > 1 ? ", " : "") $0 }
	END { print "versions: " text }'
	echo "Behind a figure: its ratio to HAProxy, least-largest." \
	    "cpu s: processor-second" "of the balancer."
}

tables()
{
	awk -v columns="$columns" -v hosts="$HOSTS" -v idle="$IDLE" \
	    -f "$T/bench.awk" "$TMP/data"
}

# Other work on the machine costs every column, but not equally.
check_load()
{
	load=$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null)
	case $load in
	'' | 0.[0-4]*) ;;
	*) say "this machine has other work (load $load): figures will vary" ;;
	esac
}

check_machine
check_load
: >"$TMP/data"
on_cpu "$LOAD_CPU" "$T/bench-backend" >"$TMP/backend.out" &
backend_pid=$!
all_pids=$backend_pid
wait_for test -s "$TMP/backend.out" || die "the backend does not start"
backend_port=$(sed -n 's/^listening //p' "$TMP/backend.out")
head_lines "$@"
find_columns
start_hosts
round=1
began=$(date +%s)
while test $round -le "$ROUNDS"; do
	if test $(($(date +%s) - began)) -gt $BUDGET; then
		say "$BUDGET s are over: $((ROUNDS - round + 1)) rounds left out"
		break
	fi
	say "round $round of $ROUNDS"
	each_slice new
	each_slice keep -k
	each idle -k -c $CLIENTS -w $WARM -d "$MS" -i "$IDLE"
	each one -c 1 -b "$BYTES"
	each four -c 4 -b "$BYTES"
	each_hosts
	memory
	round=$((round + 1))
done
tables
all_calls
test -z "${KEEP-}" || cp "$TMP/raw" "$KEEP"
exit $bad
