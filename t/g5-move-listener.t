#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A listener moves to an address that overlaps with its own, in reloads under
# load: nobody is refused.

. "$(dirname "$0")/alone.sh"
. "$(dirname "$0")/lib.sh"

test -x "$T/load" || {
	test "${CI:-}" != true || bail "t/load was not built"
	skip_all "t/load was not built: no libcurl"
}
start_backend A -q
start_backend B -q

# configuration HOST ADDRESS...
configuration()
{
	echo '<config><service name="web">'
	host=$1
	shift
	for listen; do
		echo "<listen ip=\"$listen\"/>"
	done
	cat <<END
    <group name="g" scheduler="roundr" enable="true">
      <host name="$host" ip="$A"/>
    </group>
  </service>
  <service name="other">
    <listen ip="localhost:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$B"/></group>
  </service>
</config>
END
}

# move ADDRESS...: the listeners of web are these from now on.
move()
{
	moves=$((moves + 1))
	configuration "h$moves" "$@" >"$TMP/pydirector.xml"
	kill -HUP "$PYD"
	wait_log " command: .*=h$moves[: ]"
}

# listening: where the balancer listens, without the other service.
listening()
{
	sed -n 's/^[^ ]* notice listener web \([^ ]*\): listening$/\1/p' \
	    "$LOG" | tail -n "$1" | sort | tr '\n' ' '
}

served()
{
	client "$1" 'text:GET / HTTP/1.0\r\n\r\n' finish | grep -c ' eof$'
}

moves=0
configuration h0 127.0.0.1:0 >"$TMP/first"
start_balancer <"$TMP/first"
web=$(addr_of web)
port=$(port_of "$web")

ok "the port in use, by its number" move "127.0.0.1:$port"
is "$(served "$web")" 1 "served"
ok "every address" move "*:$port"
is "$(served "$web")" 1 "served"
ok "all of IPv4" move "0.0.0.0:$port"
is "$(served "$web")" 1 "served"
ok "localhost" move "localhost:$port"
is "$(served "$web")" 1 "served"
ok "two" move "127.0.0.1:$port" "127.0.0.2:$port"
is "$(served "$web") $(served "127.0.0.2:$port")" "1 1" "served"
ok "one for all" move "*:$port"
is "$(served "$web") $(served "127.0.0.2:$port")" "1 1" "served"
ok "an exact one beside all" move "*:$port" "127.0.0.1:$port"
is "$(served "$web") $(served "127.0.0.2:$port")" "1 1" "served"
ok "back" move "127.0.0.1:$port"
like "$(client "127.0.0.2:$port" close)" 'connect refused' "the other is closed"

"$T/load" -n 10000 -c 16 "http://$web/" >"$TMP/load" &
load=$!
test_pids="$test_pids $load"
while kill -0 $load 2>/dev/null && test $moves -lt 60; do
	case $((moves % 4)) in
	0) move "*:$port" ;;
	1) move "127.0.0.1:$port" ;;
	2) move "0.0.0.0:$port" "127.0.0.2:$port" ;;
	3) move "localhost:$port" ;;
	esac || bail "not reloaded"
done
end_client $load
like "$(cat "$TMP/load")" '^requests 10000 ok 10000 failed 0 ' \
    "10000 requests while it moves, none fails"
ok "it moved often" test "$moves" -ge 15
is "$(count_log ' config: not reloaded: ')" 0 "no reload fails"

# An address that is in use: nothing changes.
move "127.0.0.1:$port"
port_b=$(port_of "$B")
configuration hx "127.0.0.1:$port_b" >"$TMP/pydirector.xml"
kill -HUP "$PYD"
ok "in use by another" wait_log "127.0.0.1:$port_b: not listening: "
configuration hy "127.0.0.1:$port" "localhost:$port" >"$TMP/pydirector.xml"
kill -HUP "$PYD"
ok "twice ours" wait_log "localhost:$port: not listening: "
is "$(served "$web")" 1 "as it was"
expect_log ': not listening: '
done_testing
