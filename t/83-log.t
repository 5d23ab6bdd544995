#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The log never holds up the balancer: a pipe whose reader has stopped, a full
# disk. What was lost is counted and told.

. "$(dirname "$0")/lib.sh"
. "$T/daemon.sh"

# lost FILE: it says how many lines were lost.
lost()
{
	has "$1" '^[^ ]+Z warning log: lost [0-9]+ lines$'
}

config
mkfifo "$DIR/fifo"
# Both ends are held here; nobody reads.
exec 7<>"$DIR/fifo"
STDERR=$DIR/fifo
start_foreground -v
IFS= read -r line <&7
like "$line" ' notice listener web [0-9.:]+: listening$' "standard error"
web=$(echo "$line" | sed 's/.* web \([^ ]*\):.*/\1/')
IFS= read -r line <&7
like "$line" ' notice director: started' "another line"

# Fills the pipe to the last byte.
perl -MFcntl -e 'sysopen(F, $ARGV[0], O_WRONLY | O_NONBLOCK) or die;
    for $n (4096, 1) { 1 while syswrite(F, "x" x ($n - 1) . "\n") }' \
    "$DIR/fifo" || bail "the pipe cannot be filled"
is "$(client -n 5 "$web" get | names | tr -d '\n')" AAAAA \
    "nobody reads: it serves"
cat "$DIR/fifo" >"$DIR/read" &
reader=$!
test_pids="$test_pids $reader"
wait_for 10 test -s "$DIR/read"
# What goes out next is told first.
woken()
{
	kill -HUP "$daemon"
	has "$DIR/read" 'config: reloaded'
}
ok "somebody reads: lines come again" wait_for 10 woken
ok "the number lost is told" lost "$DIR/read"
end_foreground TERM
is "$status" 0 "exit status 0"
exec 7>&-
STDERR=

# The reader is gone for good.
mkfifo "$DIR/gone"
exec 7<>"$DIR/gone"
STDERR=$DIR/gone
start_foreground -v
IFS= read -r line <&7
web=$(echo "$line" | sed 's/.* web \([^ ]*\):.*/\1/')
exec 7>&-
is "$(client -n 3 "$web" get | names | tr -d '\n')" AAA "no reader: it serves"
end_foreground TERM
is "$status" 0 "exit status 0"
STDERR=

# A disk that is full, and a line that was cut off.
if test -c /dev/full; then
	ln -s /dev/full "$DIR/log"
	start_foreground -l log -p full.pid
	wait_for 10 test -s "$DIR/full.pid"
	rm "$DIR/log"
	full_woken()
	{
		kill -USR1 "$daemon"
		has "$DIR/log" 'log: reopened'
	}
	ok "a full disk: it runs" wait_for 10 full_woken
	ok "the number lost is told" lost "$DIR/log"
	end_foreground TERM
	is "$status" 0 "exit status 0"
else
	pass "a full disk # SKIP no /dev/full"
fi
rm -f "$DIR/log"
(
	cd "$DIR" || exit 99
	ulimit -f 1
	exec "$BUILD/pydirector" -d -l log c.xml 2>err
) &
daemon=$!
test_pids="$test_pids $daemon"
wait_for 10 has "$DIR/log" "started"
limit_reached()
{
	kill -HUP "$daemon"
	test "$(wc -c <"$DIR/log")" -ge 512
}
ok "a file at its limit" wait_for 30 limit_reached
web=$(address "$DIR/log")
for i in 1 2 3; do
	kill -HUP "$daemon"
	is "$(served "$web" | names)" A "it serves"
done
: >"$DIR/log"
truncated()
{
	kill -HUP "$daemon"
	has "$DIR/log" 'reloaded'
}
ok "there is room again: lines come" wait_for 10 truncated
ok "the number lost is told" lost "$DIR/log"
is "$(sed -n 1p "$DIR/log")" "" "the line that was cut off is ended"
end_foreground TERM
is "$status" 0 "SIGXFSZ does not end it"
done_testing
