#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The background: the shell sees the true exit status, and sees it when every
# listener is bound; the daemon keeps nothing of where it was started.

. "$(dirname "$0")/lib.sh"
. "$T/daemon.sh"

config
start_daemon -v -l log
is "$status" 0 "exit status 0"
is "$out$err" "" "and nothing to read"
# No waiting here: it has to be there when the parent has ended.
web=$(address "$DIR/log")
is "$(served "$web" | names)" A "it serves at once"
like "$(cat "$DIR/log")" \
    '^[-0-9]{10}T[:0-9]{8}Z notice listener web 127[.]0[.]0[.]1:[0-9]+: listening$' \
    "a log line has time, level and subject"
like "$(cat "$DIR/log")" ' notice director: started: version [0-9.]+, c[.]xml$' \
    "the start is told"
like "$(ls -l "$DIR/log")" '^-rw-r-----' "the mode of the log file is 0640"
like "$(cat "$TMP/daemon.pid")" '^[0-9]+$' "a number in the pid file"
ok "it is a process" kill -0 "$daemon"
is "$(ps -o sid= -p "$daemon" | tr -d ' ')" "$daemon" "in its own session"
if test -d "/proc/$daemon/fd"; then
	is "$(readlink "/proc/$daemon/cwd")" / "in the root directory"
	is "$(for fd in 0 1 2; do readlink "/proc/$daemon/fd/$fd"; done |
	    sort -u)" /dev/null "standard descriptors are /dev/null"
else
	pass "# SKIP no /proc: directory"
	pass "# SKIP no /proc: descriptors"
fi
stop_daemon
ok "the pid file is removed" test ! -e "$TMP/daemon.pid"
like "$(tail -n 1 "$DIR/log")" ' notice director: stopped$' "the end is told"

# A reader of what the daemon was started with sees the end of it. A shell
# waits for the end of the pipe; a daemon that kept it would never let go.
out=$( (run_pid=$(cd "$DIR" && "$BUILD/pydirector" -p other.pid -l log c.xml \
    7>&1 </dev/null && cat other.pid); echo "started $run_pid") )
like "$out" '^started [0-9]+$' "it keeps no descriptor of its parent's"
daemon=${out#started }
test_pids="$test_pids $daemon"
stop_daemon INT

# What fails is told on standard error, in the log, and by the status.
port=$(port_of "$A")
config
: >"$DIR/log"
run -p "$TMP/p" -l log c.xml
is "$status" 1 "a port in use: exit status 1"
like "$err" "^pydirector: .*127[.]0[.]0[.]1:$port.*[Aa]ddress" "a message"
like "$(cat "$DIR/log")" " err start: failed: .*127[.]0[.]0[.]1:$port.*" \
    "a line in the log"
ok "no pid file stays" test ! -e "$TMP/p"
port=0
config "<nonsense/>"
run -l log c.xml
is "$status" 1 "a bad configuration: exit status 1"
like "$err" "^c[.]xml:8: .*nonsense" "file and line"
run -l log missing.xml
is "$status" 1 "no configuration: exit status 1"
like "$err" "^missing[.]xml:.*[Nn]o such file" "a message"
config
run -l no/such/log c.xml
is "$status" 1 "no log file: exit status 1"
like "$err" "^pydirector: no/such/log: [Nn]o such file" "a message"
mkfifo "$DIR/fifo"
run -l fifo c.xml
is "$status" 1 "a FIFO without a reader as log: exit status 1, at once"

# Where the log goes.
config '<logging file="named"/>'
start_daemon
like "$(cat "$DIR/named")" "director: started" "the file that <logging> names"
stop_daemon
start_daemon -l option
like "$(cat "$DIR/option")" "director: started" "-l is stronger"
is "$(grep -c started "$DIR/named")" 1 "and alone"
stop_daemon
config
start_daemon
pass "syslog when no file is named"
stop_daemon
done_testing
