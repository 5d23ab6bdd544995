# SPDX-License-Identifier: ISC
#
# What the tests share: TAP, a private directory, backends, the balancer, and
# checks at its end that no test has to write down: it exits with 0, has
# logged no warning that was not expected, no sanitizer has spoken, every
# descriptor is given back, every child is gone.
#
#	. "$(dirname "$0")/lib.sh"
#	start_backend A http
#	start_balancer <<END
#	<pdconfig> ... <host ip="$A"/> ... </pdconfig>
#	END
#	is "$(client "$(addr_of web)" get)" "A" "a request is served"
#	done_testing
#
# CLIENT_RUN and BACKEND_RUN are put before these two.
#
# Environment: PYDIRECTOR_RUN (put before the balancer: valgrind),
# PYDIRECTOR_FLAGS (added to its options), PYDIRECTOR_PATIENCE (deadlines
# times that many), CI (what is missing fails instead of being skipped).

set -u
LC_ALL=C
export LC_ALL
unset CDPATH

T=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$(cd "$T/.." && pwd)}
PATIENCE=${PYDIRECTOR_PATIENCE:-1}
NL='
'

test_n=0
test_failed=0
test_ended=no
test_pids=
balancer_n=0
PYD=

# TAP.

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass()
{
	test_n=$((test_n + 1))
	echo "ok $test_n - $1"
}

# fail NAME [WHAT]
fail()
{
	test_n=$((test_n + 1))
	test_failed=1
	echo "not ok $test_n - $1"
	test $# -lt 2 || diag "$2"
}

# ok NAME COMMAND...: the command succeeds.
ok()
{
	test_name=$1
	shift
	if "$@" >"$TMP/ok.out" 2>&1; then
		pass "$test_name"
	else
		fail "$test_name" "status $?: $*$NL$(cat "$TMP/ok.out")"
	fi
}

# is GOT WANTED NAME
is()
{
	if test "$1" = "$2"; then
		pass "$3"
	else
		fail "$3" "got: $1${NL}wanted: $2"
	fi
}

# like GOT ERE NAME
like()
{
	if printf '%s\n' "$1" | grep -E -q -e "$2"; then
		pass "$3"
	else
		fail "$3" "got: $1${NL}wanted: $2"
	fi
}

# within GOT FROM TO NAME: numbers.
within()
{
	if test "$1" -ge "$2" && test "$1" -le "$3"; then
		pass "$4"
	else
		fail "$4" "got: $1${NL}wanted: $2 to $3"
	fi
}

skip_all()
{
	echo "1..0 # SKIP $1"
	test_ended=yes
	exit 0
}

bail()
{
	echo "Bail out! $1" >&2
	diag "$1"
	exit 1
}

# need TOOL...: programs that this test cannot do without.
need()
{
	for need_tool; do
		command -v "$need_tool" >/dev/null 2>&1 && continue
		test "${CI:-}" != true || bail "$need_tool is missing"
		skip_all "$need_tool is missing"
	done
}

# Ends a test: the checks on the balancer, then the plan.
done_testing()
{
	test -z "$PYD" || stop_balancer
	echo "1..$test_n"
	test_ended=yes
	exit $test_failed
}

test_end()
{
	trap '' HUP INT TERM
	test -s "$TMP/rc.$balancer_n" || test ! -s "$TMP/pid" ||
	    test_pids="$test_pids $(cat "$TMP/pid")"
	for test_pid in $test_pids; do
		kill -KILL "$test_pid" 2>/dev/null
	done
	wait
	if test "$test_ended" = no && test -f "$TMP/err.$balancer_n"; then
		tail -n 20 "$TMP/err.$balancer_n" "$LOG" 2>/dev/null |
		    sed 's/^/# /'
	fi
	rm -rf "$TMP"
}

TMP=${TMPDIR:-/tmp}/pydirector-test.$$
(umask 077 && mkdir "$TMP") || exit 1
trap test_end EXIT
trap 'exit 1' HUP INT TERM

# Waiting.

if sleep 0.05 2>/dev/null; then
	nap=0.05 naps=20
else
	nap=1 naps=1
fi

# wait_for SECONDS COMMAND...: until the command succeeds; 1: it did not.
wait_for()
{
	wait_left=$(($1 * naps * PATIENCE))
	shift
	until "$@" >/dev/null 2>&1; do
		test $wait_left -gt 0 || return 1
		wait_left=$((wait_left - 1))
		sleep $nap
	done
}

# clock: milliseconds of some clock, where date knows them; else seconds.
clock()
{
	clock_ms=$(date +%s%3N 2>/dev/null)
	case $clock_ms in
	*[!0-9]* | '')	echo "$(date +%s)000" ;;
	*)		echo "$clock_ms" ;;
	esac
}

# Programs.

client()
{
	${CLIENT_RUN:-} "$T/client" "$@" 2>&1
}

# start_client OUT CLIENT-ARGUMENTS...: in the background, its output in
# $TMP/OUT; the process in $client_pid.
start_client()
{
	client_out=$TMP/$1
	shift
	${CLIENT_RUN:-} "$T/client" "$@" >"$client_out" 2>&1 &
	client_pid=$!
	test_pids="$test_pids $client_pid"
}

# end_client PID: waits for it (it has deadlines of its own); its status.
end_client()
{
	forget_pid "$1"
	wait "$1"
}

end_client_now()
{
	kill -KILL "$1" 2>/dev/null
	end_client "$1" 2>/dev/null
}

# A client was told by a reset, whenever it came.
is_reset()
{
	like "$1" '^(connect|0 good) reset$' "$2"
}

forget_pid()
{
	test_kept=
	for test_pid in $test_pids; do
		test "$test_pid" = "$1" || test_kept="$test_kept $test_pid"
	done
	test_pids=$test_kept
}

# Of answers of backends, the names.
names()
{
	sed 's/ .*//'
}

# start_backend VAR BACKEND-ARGUMENTS...: sets $VAR to its address, $VAR_pid
# and $VAR_log (its events).
start_backend()
{
	backend_var=$1
	shift
	eval "${backend_var}_log=\$TMP/$backend_var.out"
	: >"$TMP/$backend_var.out"
	${BACKEND_RUN:-} "$T/backend" -n "$backend_var" "$@" >"$TMP/$backend_var.out" 2>&1 &
	eval "${backend_var}_pid=$!"
	test_pids="$test_pids $!"
	wait_for 10 grep -q '^listening ' "$TMP/$backend_var.out" ||
	    bail "backend $backend_var: $(cat "$TMP/$backend_var.out")"
	eval "$backend_var=\$(sed -n 's/^listening //p' \
	    \"\$TMP/$backend_var.out\")"
}

# stop_backend VAR [SIGNAL]
stop_backend()
{
	eval "backend_pid=\$${1}_pid"
	kill -"${2:-TERM}" "$backend_pid" 2>/dev/null
	end_client "$backend_pid" 2>/dev/null
}

# backend_down VAR, backend_up VAR: it keeps its port and stops listening.
backend_down()
{
	backend_tell "$1" USR1 down
}

backend_up()
{
	backend_tell "$1" USR2 up
}

backend_tell()
{
	eval "backend_pid=\$${1}_pid backend_log=\$${1}_log"
	backend_lines=$(grep -c "^$3\$" "$backend_log")
	kill -"$2" "$backend_pid"
	wait_for 10 more_lines "$backend_lines" "^$3\$" "$backend_log" ||
	    bail "backend $1 does not go $3"
}

# more_lines N ERE FILE: more than N lines match.
more_lines()
{
	test "$(grep -E -c -e "$2" "$3")" -gt "$1"
}

# events VAR ERE: how many lines of the backend's events match.
events()
{
	eval "backend_log=\$${1}_log"
	grep -E -c -e "$2" "$backend_log"
}

# port_of ADDR
port_of()
{
	echo "${1##*:}"
}

# The balancer.

# start_balancer [OPTION...] <<CONFIGURATION: sets $PYD, the process, and
# $LOG. $FILES_LIMIT: the number of descriptors it may have.
start_balancer()
{
	test -z "$PYD" || stop_balancer
	balancer_n=$((balancer_n + 1))
	status=
	LOG=$TMP/log.$balancer_n
	cat >"$TMP/pydirector.xml"
	: >"$LOG"
	(
		test -z "${FILES_LIMIT:-}" || ulimit -n "$FILES_LIMIT"
		# Word splitting is wanted: these are lists of words.
		${PYDIRECTOR_RUN:-} "$BUILD/pydirector" -d -v -l "$LOG" \
		    ${PYDIRECTOR_FLAGS:-} "$@" "$TMP/pydirector.xml" \
		    >"$TMP/err.$balancer_n" 2>&1 &
		echo $! >"$TMP/pid"
		wait $!
		echo $? >"$TMP/rc.$balancer_n"
	) &
	wait_for 20 balancer_settled || bail "the balancer does not start"
	PYD=$(cat "$TMP/pid")
	test ! -s "$TMP/rc.$balancer_n" ||
	    bail "the balancer ended: $(cat "$TMP/err.$balancer_n")"
	expected_log=
	allowed_log=
	balancer_fds=$(count_fds)
}

# All listeners are there, or it has ended.
balancer_settled()
{
	test ! -s "$TMP/rc.$balancer_n" || return 0
	grep -q ' director: started: ' "$LOG" && test -s "$TMP/pid"
}

# addr_of SERVICE [ERE]: the address that it listens on (one that matches).
addr_of()
{
	sed -n "s/^[^ ]* [a-z]* listener $1 \([^ ]*\): listening\$/\1/p" \
	    "$LOG" | grep -E -e "${2:-.}" | sed 1q
}

# logged ERE: a line of the log matches. Lines start with a time and a level.
logged()
{
	grep -E -q -e "$1" "$LOG"
}

# count_log ERE
count_log()
{
	grep -E -c -e "$1" "$LOG"
}

# wait_log ERE [SECONDS]
wait_log()
{
	wait_for "${2:-10}" logged "$1"
}

# expect_log ERE: a warning or error that has to come. allow_log: one that
# may.
expect_log()
{
	expected_log="$expected_log$1$NL"
}

allow_log()
{
	allowed_log="$allowed_log$1$NL"
}

# The number of descriptors that the balancer has open, or `unknown`.
count_fds()
{
	if test -d "/proc/$PYD/fd"; then
		ls "/proc/$PYD/fd" | wc -l | tr -d ' '
	else
		echo unknown
	fi
}

# No more than that many. Fewer is no leak: a connection that was just ending
# may have been counted at the start.
fds_at_most()
{
	test "$(count_fds)" -le "$1"
}

# Kilobytes of memory in use by the balancer, or `unknown`.
memory()
{
	if test -r "/proc/$PYD/status"; then
		sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$PYD/status"
	else
		echo unknown
	fi
}

# Relays that have ended, by the log.
relays_ended()
{
	count_log '^[^ ]* info relay [0-9]+: '
}

children()
{
	ps -A -o pid= -o ppid= 2>/dev/null |
	    awk -v p="$PYD" '$2 == p { print $1 }'
}

all_gone()
{
	for gone_pid; do
		! kill -0 "$gone_pid" 2>/dev/null || return 1
	done
}

balancer_ended()
{
	test -s "$TMP/rc.$balancer_n"
}

# wait_exit SECONDS: until the balancer has ended by itself; its exit status
# is in $status. The checks on log and messages follow as ever.
wait_exit()
{
	status=none
	wait_for "$1" balancer_ended || return 1
	status=$(cat "$TMP/rc.$balancer_n")
}

# Ends the balancer and checks what every test checks.
stop_balancer()
{
	balancer_bad=
	if balancer_ended; then
		# The test has looked at the status: wait_exit.
		forget_balancer "${status:-0}"
		return
	fi
	test "$balancer_fds" = unknown ||
	    wait_for 10 fds_at_most "$balancer_fds" ||
	    balancer_bad="descriptors: $(count_fds), at the start \
$balancer_fds$NL$(ls -l "/proc/$PYD/fd" 2>&1)$NL"
	balancer_children=$(children)
	kill -TERM "$PYD" 2>/dev/null
	wait_for 20 balancer_ended ||
	    balancer_bad="${balancer_bad}it does not end on SIGTERM$NL"
	wait_for 5 all_gone $balancer_children ||
	    balancer_bad="${balancer_bad}a child stays: $balancer_children$NL"
	forget_balancer 0
}

# forget_balancer STATUS: the last checks; the status it has to end with.
forget_balancer()
{
	balancer_rc=$(cat "$TMP/rc.$balancer_n" 2>/dev/null)
	test "$balancer_rc" = "$1" ||
	    balancer_bad="${balancer_bad}exit status $balancer_rc$NL"
	check_warnings
	balancer_text=$(grep -E 'Sanitizer|runtime error:|^==[0-9]+==' \
	    "$TMP/err.$balancer_n")
	test -z "$balancer_text" ||
	    balancer_bad="$balancer_bad$(cat "$TMP/err.$balancer_n")$NL"
	test ! -s "$TMP/rc.$balancer_n" || PYD=
	if test -z "$balancer_bad"; then
		pass "the balancer ends cleanly"
	else
		fail "the balancer ends cleanly" "$balancer_bad"
	fi
}

# Every warning was expected, every expected one has come.
check_warnings()
{
	printf '%s' "$expected_log$allowed_log" >"$TMP/allowed"
	balancer_text=$(grep -E '^[^ ]* (err|warning) ' "$LOG")
	test ! -s "$TMP/allowed" || balancer_text=$(printf '%s\n' \
	    "$balancer_text" | grep -E -v -f "$TMP/allowed")
	test -z "$balancer_text" ||
	    balancer_bad="${balancer_bad}unexpected: $balancer_text$NL"
	printf '%s' "$expected_log" >"$TMP/expected"
	while IFS= read -r check_ere; do
		grep -E '^[^ ]* (err|warning) ' "$LOG" |
		    grep -E -q -e "$check_ere" ||
		    balancer_bad="${balancer_bad}not logged: $check_ere$NL"
	done <"$TMP/expected"
}
