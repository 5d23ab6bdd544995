#!/bin/sh
# SPDX-License-Identifier: ISC
#
# watch: the same answer again and again, until a key or ^C; elsewhere than on
# a terminal, printed again.

. "$(dirname "$0")/console.sh"
need python3

start_balancer <<XML
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      $(awk 'BEGIN { for (i = 1; i <= 40; i++)
	printf "<host name=\"h%d\" ip=\"127.0.0.1:%d\"/>", i, i }')
    </group>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"

"$BUILD/pydirectorctl" -s "$SOCKET" watch -n 0.1 whoami >"$TMP/out" 2>&1 \
    </dev/null &
watch_pid=$!
test_pids="$test_pids $watch_pid"
ok "printed again" wait_for 10 more_lines 2 full "$TMP/out"
kill -INT $watch_pid
wait $watch_pid
is "$?" 0 "until SIGINT"
forget_pid $watch_pid
is "$(sort -u "$TMP/out")" "$ME full console" "and nothing else"

is "$(ctl_says watch frobnicate)" "1 no command 'frobnicate'; try help" \
    "what is refused ends it"
is "$(ctl_says watch -n 0 show)" "1 usage: watch [-n seconds] [command]" \
    "too often"
is "$(ctl_says watch -n x show)" "1 usage: watch [-n seconds] [command]" \
    "no number"

ok "a key ends it" person prompt 'send watch -n 0.1 whoami\r' \
    "wait $ME full console" "wait $ME full console" 'send x' prompt \
    'send whoami\r' "wait $ME full console" prompt 'send \x04' 'end 0'
ok "^C too" person prompt 'send watch\r' 'wait service web' 'send \x03' \
    prompt 'send whoami\r' "wait $ME full console" prompt 'send \x04' 'end 0'
ok "its own interval is short enough to be seen" person prompt \
    'send watch\r' 'wait service web' 'wait service web' 'send q' prompt \
    'send \x04' 'end 0'

# A signal that ends it leaves the terminal as it was.
for name in TERM.15 HUP.1; do
	ok "SIG${name%.*} while it watches" person prompt 'send watch\r' \
	    'wait service web' "signal ${name%.*}" "end -${name#*.}" modes
	ok "SIG${name%.*} at the prompt" person prompt "signal ${name%.*}" \
	    "end -${name#*.}" modes
done

# As much as fits: 24 rows, one of them its own.
out=$(person prompt 'send watch -n 60 show\r' 'wait group main' \
    'wait h18 ' print 'send q' prompt 'send \x04' 'end 0')
is "$(printf '%s\n' "$out" | grep -c 'h30')" 0 "no more than the window has"
ok "a window that grows is filled" person prompt 'send watch -n 60 show\r' \
    'wait h18 ' 'size 60 80' 'wait h40 ' 'send q' prompt 'send \x04' 'end 0'
ok "as a command" env LC_ALL=C python3 "$T/person.py" \
    "$BUILD/pydirectorctl" -s "$SOCKET" watch -n 0.1 -- 'wait service web' \
    'wait service web' 'send q' 'end 0'
done_testing
