# SPDX-License-Identifier: ISC
#
# What the tests of the program itself share: starting it with other options
# than lib.sh does, in the background or not. Read behind lib.sh.

DIR=$TMP/dir
mkdir "$DIR"
start_backend A

# config [TEXT]: a configuration in $DIR/c.xml, with TEXT in it.
config()
{
	cat >"$DIR/c.xml" <<-END
	<pdconfig>
	  <service name="web">
	    <listen ip="127.0.0.1:${port:-0}"/>
	    <group name="g" scheduler="roundrobin">
	      <host name="a" ip="$A"/>
	    </group>
	  </service>
	  ${1:-}
	</pdconfig>
	END
}

# run OPTION...: the program, in $DIR, until its parent process ends: $status,
# $out and $err.
run()
{
	(
		cd "$DIR" || exit 99
		${PYDIRECTOR_RUN:-} "$BUILD/pydirector" "$@" \
		    >"$TMP/run.out" 2>"$TMP/run.err" </dev/null
	)
	status=$?
	out=$(cat "$TMP/run.out")
	err=$(cat "$TMP/run.err")
}

# start_daemon OPTION...: the same, and the daemon is up: $daemon.
start_daemon()
{
	run -p "$TMP/daemon.pid" "$@" c.xml
	test "$status" -eq 0 || bail "the daemon does not start: $err"
	daemon=$(cat "$TMP/daemon.pid")
	test_pids="$test_pids $daemon"
}

# exited PID: it is gone, or a zombie that nobody has reaped yet.
exited()
{
	case $(ps -o stat= -p "$1" 2>/dev/null) in
	'' | Z*)	return 0 ;;
	esac
	return 1
}

# stop_daemon [SIGNAL]: ends it, and looks at what it wrote.
stop_daemon()
{
	kill -"${1:-TERM}" "$daemon"
	if wait_for 20 exited "$daemon"; then
		pass "it ends on SIG${1:-TERM}"
		forget_pid "$daemon"
	else
		fail "it ends on SIG${1:-TERM}"
	fi
}

# start_foreground OPTION...: with -d, standard error in $DIR/err: $daemon.
# Descriptor 7 is the test's own.
start_foreground()
{
	(
		cd "$DIR" || exit 99
		exec ${PYDIRECTOR_RUN:-} "$BUILD/pydirector" -d "$@" c.xml \
		    2>"${STDERR:-$DIR/err}" 7>&-
	) &
	daemon=$!
	test_pids="$test_pids $daemon"
}

# end_foreground SIGNAL: $status.
end_foreground()
{
	kill -"$1" "$daemon"
	wait_for 20 exited "$daemon" || fail "it ends on SIG$1"
	forget_pid "$daemon"
	wait "$daemon"
	status=$?
}

# address FILE: where it listens, by that log.
address()
{
	sed -n 's/.* listener web \([^ ]*\): listening$/\1/p' "$1" | tail -n 1
}

# has FILE ERE
has()
{
	grep -E -q -e "$2" "$1"
}

served()
{
	client "$1" get
}
