#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A machine with 64 descriptors: start, crowds of clients, pages, commands, a
# reload and a save beside them; a helper that dies is started again.

. "$(dirname "$0")/web.sh"

# valgrind closes accepted sockets itself when descriptors run out.
test -z "${PYDIRECTOR_RUN:-}" || skip_all "not under another program"

start_backend A -w 20
start_backend B -w 20
SOCKET=$TMP/console
FILES_LIMIT=64
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <admin><console socket="$SOCKET"/>$WEB</admin>
</config>
END
web_ready
web=$(addr_of web)
allow_log ' accept: paused until a connection ends: '
# What a shortage keeps from being done is told.
allow_log ' (err|warning) .*: Too many open files'
allow_log ' helper crypt: ended: signal 9$'

# crowd OUT: 300 clients, a hundred at a time.
crowd()
{
	start_client "$1" -c 100 -n 3 -t 30000 "$web" \
	    'text:GET / HTTP/1.0\r\n\r\n' finish
}

# try COMMAND...: until it succeeds; who finds no descriptor may have to ask
# again.
try()
{
	ok "$*" wait_for 20 "$@"
}

pages()
{
	test "$(web_status full running)" = 200
}

commands()
{
	"$BUILD/pydirectorctl" -s "$SOCKET" "$@" </dev/null
}

crowd one
try pages
try commands running.txt
try commands set web attr=idleTimeout value=100
try commands save
end_client $client_pid
is "$(grep -c ' eof$' "$TMP/one")" 300 "300 clients beside that are served"

crowd two
kill -KILL $(children)
sed 's/name="b"/name="c"/' "$TMP/pydirector.xml" >"$TMP/new"
cat "$TMP/new" >"$TMP/pydirector.xml"
try commands reload
try pages
end_client $client_pid
is "$(grep -c ' eof$' "$TMP/two")" 300 "300 clients beside that are served"

# All descriptors are held: it waits, without spinning, and serves again.
start_client held -c 64 "$web" 'text:GET /' pause close
ok "64 clients hold what there is" wait_log ' accept: paused'
spent()
{
	awk '{ print $14 + $15 }' "/proc/$PYD/stat"
}
if test -r /proc/self/stat; then
	before=$(spent)
	sleep 1
	within $(($(spent) - before)) 0 $((10 * PATIENCE)) \
	    "hundredths of a second of work in a second"
fi
kill -KILL $client_pid
end_client $client_pid 2>/dev/null
try pages
is "$(client -n 4 "$web" get | names | sort | tr -d "\n")" AABB \
    "the next are served"
is "$(count_log ' host .*: down: ')" 0 "no host is blamed"
done_testing
