# SPDX-License-Identifier: ISC
#
# For the tests of the control socket, on top of lib.sh:
#
#	start_script NAME PROGRAM ARGUMENT...	in the background; the address
#				that it prints is in $script_at
#	go_script SERVICE	tells it where the balancer is
#	end_script		waits for its end, and takes each of its lines
#				for a test; $script_n: how many
#
# $PYTHON: what runs them.

PYTHON=python3

# need_twisted: sets $PYTHON. The first python3 need not be the one that has
# Twisted.
need_twisted()
{
	for PYTHON in python3 /usr/bin/python3 /usr/local/bin/python3 none; do
		"$PYTHON" -c 'import twisted.protocols.amp' 2>/dev/null &&
		    return
	done
	test "${CI:-}" != true || bail "Twisted is missing"
	skip_all "Twisted is missing"
}

start_script()
{
	script_out=$TMP/$1.out
	script_go=$TMP/$1.go
	script=$2
	shift 2
	"$PYTHON" -B "$T/$script" "$script_go" "$@" >"$script_out" 2>&1 &
	script_pid=$!
	test_pids="$test_pids $script_pid"
	wait_for 20 grep -q '^listening ' "$script_out" ||
	    bail "$script: $(cat "$script_out")"
	script_at=$(sed -n 's/^listening //p' "$script_out")
}

go_script()
{
	script_to=$(addr_of "$1")
	script_host=$(echo "${script_to%:*}" | tr -d '[]')
	echo "$script_host ${script_to##*:} $TMP/control" >"$script_go.new"
	mv "$script_go.new" "$script_go"
}

script_over()
{
	wait_for 60 grep -E -q '^(over$|Traceback)' "$script_out"
}

end_script()
{
	script_over
	end_client "$script_pid"
	is "$?" 0 "$script: came to its end"
	script_n=0
	while read -r script_ok script_what; do
		case $script_ok in
		ok)	pass "$script_what" ;;
		not_ok)	fail "$script_what" ;;
		*)	continue ;;
		esac
		script_n=$((script_n + 1))
	done <"$script_out"
	test $test_failed -eq 0 || diag "$(cat "$script_out")"
}
