#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The web admin on a UNIX socket: its mode, one left behind, one in use.

. "$(dirname "$0")/lib.sh"
need curl

start_backend A
hash=$(echo secret | "$BUILD/pydirector" -P)
cat >"$TMP/c.xml" <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>
    <web listen="unix:$TMP/web" enable="true"/>
    <user name="joe" password="$hash" access="full"/>
  </admin>
</config>
END

ask()
{
	curl -s -m 20 -u joe:secret --unix-socket "$TMP/web" \
	    "http://localhost/$1"
}

start_balancer <"$TMP/c.xml"
ok "told" wait_log " web unix:$TMP/web: listening\$"
is "$(ls -l "$TMP/web" | cut -c 1-10)" "srw-rw----" "mode 0660"
like "$(ask running.txt)" '^host host[.]0 ' "it answers"
like "$(ask "setWeight?service=s&group=g&name=host.0&weight=3")" '^OK' \
    "a command"
ok "the line of a command names who" wait_log ' command: setWeight .* by joe '
"$BUILD/pydirector" -d "$TMP/c.xml" >"$TMP/second" 2>&1
is "$?" 1 "a second one does not start"
like "$(cat "$TMP/second")" "web unix:$TMP/web: not listening: " "it says why"
like "$(ask running.txt)" '^host host[.]0 ' "the first one still answers"
# The child that verifies passwords keeps one descriptor.
test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
stop_balancer
ok "removed at the end" test ! -e "$TMP/web"

# One that was killed leaves its socket behind.
"$BUILD/pydirector" -d "$TMP/c.xml" 2>"$TMP/killed" &
killed=$!
wait_for 10 grep -q started "$TMP/killed"
kill -KILL "$killed"
wait "$killed" 2>/dev/null
ok "one was left behind" test -S "$TMP/web"
start_balancer <"$TMP/c.xml"
like "$(ask running.txt)" '^host host[.]0 ' "the next one replaces it"
test "$balancer_fds" = unknown || balancer_fds=$(count_fds)

stop_balancer
echo precious >"$TMP/web"
"$BUILD/pydirector" -d "$TMP/c.xml" >"$TMP/file" 2>&1
is "$? $(cat "$TMP/web")" "1 precious" "a file of that name is left alone"
long=$(printf '%0120d' 0)
sed "s;unix:$TMP/web;unix:/$long;" "$TMP/c.xml" >"$TMP/long.xml"
"$BUILD/pydirector" -n "$TMP/long.xml" 2>"$TMP/long"
like "$(cat "$TMP/long")" ':7: .*expected a path of at most 100 bytes' \
    "a path that is too long"
done_testing
