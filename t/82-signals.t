#!/bin/sh
# SPDX-License-Identifier: ISC
#
# SIGUSR1 reopens the log and keeps the old one where that fails; SIGHUP,
# SIGPIPE; the signals that end it.

. "$(dirname "$0")/lib.sh"
. "$T/daemon.sh"

config
start_foreground -l log
wait_for 10 has "$DIR/log" "started"
web=$(address "$DIR/log")

mv "$DIR/log" "$DIR/log.1"
kill -USR1 "$daemon"
ok "SIGUSR1: a new file" wait_for 10 has "$DIR/log" ' notice log: reopened$'
is "$(grep -c reopened "$DIR/log.1")" 0 "the old one is not used any more"

mv "$DIR/log" "$DIR/log.2"
mkdir "$DIR/log"
kill -USR1 "$daemon"
ok "it cannot be opened: told in the old one" wait_for 10 has "$DIR/log.2" \
    " err log: not reopened: $DIR/log: "
kill -HUP "$daemon"
ok "which stays in use" wait_for 10 has "$DIR/log.2" \
    ' notice config: reloaded: 0 changes'
rmdir "$DIR/log"
kill -USR1 "$daemon"
ok "later it can" wait_for 10 has "$DIR/log" 'log: reopened'

# Somebody else writes to the same file.
echo other >>"$DIR/log"
kill -HUP "$daemon"
wait_for 10 has "$DIR/log" 'config: reloaded'
ok "lines are appended" has "$DIR/log" '^other$'

kill -PIPE "$daemon"
is "$(served "$web" | names)" A "SIGHUP and SIGPIPE leave it serving"

for sig in TERM INT QUIT; do
	test $sig = TERM || {
		: >"$DIR/log"
		start_foreground -l log
		wait_for 10 has "$DIR/log" "started"
	}
	end_foreground $sig
	is "$status" 0 "SIG$sig: exit status 0"
	like "$(tail -n 1 "$DIR/log")" 'director: stopped$' "told"
done

# The shell starts what runs in the background with SIGINT ignored, nohup
# with SIGHUP: neither may count.
: >"$DIR/log"
(
	trap '' HUP INT TERM USR1
	cd "$DIR" || exit 99
	exec "$BUILD/pydirector" -d -l log c.xml
) 2>"$DIR/err" &
daemon=$!
test_pids="$test_pids $daemon"
wait_for 10 has "$DIR/log" "started"
kill -USR1 "$daemon"
ok "ignored by the parent: caught" wait_for 10 has "$DIR/log" 'log: reopened'
end_foreground TERM
is "$status" 0 "and ended"
is "$(cat "$DIR/err")" "" "nothing on standard error"
done_testing
