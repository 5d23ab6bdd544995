#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The configuration is reloaded again and again under load, hosts and groups
# come and go: no request fails.

. "$(dirname "$0")/lib.sh"

start_backend A -q
start_backend B -q
start_backend C -q

# configuration GROUP HOSTS
configuration()
{
	cat <<END
<config>
  <service name="web">
    <listen ip="$listen"/>
    <group name="$1" scheduler="leastc" enable="true">$2</group>
  </service>
</config>
END
}

host()
{
	printf '<host name="%s" ip="%s"/>' "$1" "$2"
}

# A name that is new each time shows in the log when it is done: of equal lines
# some are left out.
reload()
{
	kill -HUP "$PYD"
	wait_log " command: .*=x$i[: ]"
}

test -x "$T/load" || {
	test "${CI:-}" != true || bail "t/load was not built"
	skip_all "t/load was not built: no libcurl"
}
listen=127.0.0.1:0
configuration one "$(host a "$A")" >"$TMP/first"
start_balancer <"$TMP/first"
web=$(addr_of web)

"$T/load" -n 10000 -c 16 "http://$web/" >"$TMP/load" &
load=$!
test_pids="$test_pids $load"
i=0
while test $i -lt 50; do
	i=$((i + 1))
	case $((i % 5)) in
	0) configuration one "$(host x$i "$A")" ;;
	1) configuration one "$(host a "$A")$(host x$i "$B")" ;;
	2) configuration one "$(host x$i "$B")" ;;
	3) configuration two "$(host x$i "$C")$(host a "$A")" ;;
	4) configuration two "$(host x$i "$C")" ;;
	esac >"$TMP/pydirector.xml"
	reload || bail "not reloaded"
done
is "$i" 50 "50 reloads"
is "$(count_log ' config: not reloaded: ')" 0 "none fails"
end_client $load
like "$(cat "$TMP/load")" '^requests 10000 ok 10000 failed 0 ' \
    "10000 requests, none fails"
is "$(grep -c '^from [ABC] [1-9]' "$TMP/load")" 3 "all hosts had some"
done_testing
