# SPDX-License-Identifier: ISC
#
# What the tests of upgrades share. Read behind lib.sh. The program has a place
# of its own, $BUILD, where another can be put; $REAL is the one that was built,
# $CTL the console. daemon.sh is read, too.

mkdir "$TMP/bin"
cp "$BUILD/pydirector" "$BUILD/pydirector-helper" "$TMP/bin"
REAL=$BUILD/pydirector
CTL=$BUILD/pydirectorctl
BUILD=$TMP/bin
. "$T/daemon.sh"

# pid: who has the pid file.
pid()
{
	cat "$TMP/daemon.pid" 2>/dev/null
}

# has_pid PID: it has the file.
has_pid()
{
	test "$(pid)" = "$1"
}

# begun N: so many have started, by the log.
begun()
{
	test "$(count_log ' director: started: ')" -eq "$1"
}

# exited_all PID...: zombies are gone, whoever reaps them.
exited_all()
{
	for exited_pid; do
		exited "$exited_pid" || return 1
	done
}

# failures N: so many upgrades have failed.
failures()
{
	test "$(count_log ' err director: upgrade: [0-9]+ failed: ')" -eq "$1"
}

# swap: standard input becomes the file in the program's place.
swap()
{
	cat >"$BUILD/new"
	chmod 755 "$BUILD/new"
	mv "$BUILD/new" "$BUILD/pydirector"
}

# swap_late: the program, but not before $BUILD/pydirector.go is there.
swap_late()
{
	cp "$REAL" "$BUILD/real"
	swap <<-'END'
	#!/bin/sh
	until test -e "$0.go"; do
		sleep 0.1 2>/dev/null || sleep 1
	done
	exec "${0%/*}/real" "$@"
	END
}

# started_pid: the process that the last upgrade has started.
started_pid()
{
	sed -n 's/.*upgrade: started //p' "$LOG" | tail -n 1
}
