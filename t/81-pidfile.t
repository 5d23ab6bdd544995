#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The pid file: one instance on it, a stale one is taken over, a file that is
# something else is left alone.

. "$(dirname "$0")/lib.sh"
. "$T/daemon.sh"

config
start_daemon -l log
first=$daemon
run -p "$TMP/daemon.pid" -l log c.xml
is "$status" 1 "a second instance: exit status 1"
like "$err" "^pydirector: .*daemon[.]pid: another instance is running: pid $first\$" \
    "it says who is running"
is "$(cat "$TMP/daemon.pid")" "$first" "the number stays"
run -d -p "$TMP/daemon.pid" c.xml
is "$status" 1 "the same with -d"
run -n -p "$TMP/daemon.pid" c.xml
is "$status" 0 "-n does not care"
ok "the first one goes on" kill -0 "$first"
is "$(served "$(address "$DIR/log")" | names)" A "and serves"

kill -KILL "$first"
wait_for 20 exited "$first"
is "$(cat "$TMP/daemon.pid")" "$first" "a stale file"
start_daemon -l log
ok "is taken over" test "$daemon" != "$first"
stop_daemon

# The number of a process that lives, which has no lock, does not matter.
echo $$ >"$TMP/daemon.pid"
start_daemon -l log
ok "so is one with a number that is in use" test "$daemon" != $$
rm "$TMP/daemon.pid"
echo other >"$TMP/daemon.pid"
stop_daemon
is "$(cat "$TMP/daemon.pid")" other "a file that came later is not removed"

rm "$TMP/daemon.pid"
cp "$DIR/c.xml" "$DIR/copy"
run -p copy -l log c.xml
is "$status" 1 "a file that is no pid file: exit status 1"
like "$err" "^pydirector: .*copy: not a pid file" "a message"
ok "it is left as it is" cmp "$DIR/c.xml" "$DIR/copy"
: >"$DIR/empty"
ln -s empty "$DIR/link"
run -p link -l log c.xml
is "$status" 1 "a symbolic link: exit status 1"
ok "what it points to is left as it is" test ! -s "$DIR/empty"
ln -s made "$DIR/dangling"
run -p dangling -l log c.xml
is "$status" 1 "one that points nowhere: exit status 1"
ok "nothing is made there" test ! -e "$DIR/made"
run -p . -l log c.xml
is "$status" 1 "a directory: exit status 1"

# Relative: to where it was started, also at the end.
(cd "$DIR" && "$BUILD/pydirector" -p rel.pid -l log c.xml </dev/null)
daemon=$(cat "$DIR/rel.pid")
test_pids="$test_pids $daemon"
stop_daemon
ok "a relative path is removed, too" test ! -e "$DIR/rel.pid"

# With -d.
start_foreground -p fg.pid -l log
wait_for 10 test -s "$DIR/fg.pid"
is "$(cat "$DIR/fg.pid")" "$daemon" "-d: the number of the process"
wait_for 10 has "$DIR/log" "started"
end_foreground TERM
ok "-d: removed at the end" test ! -e "$DIR/fg.pid"
done_testing
