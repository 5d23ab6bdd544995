#!/bin/sh
# SPDX-License-Identifier: ISC
#
# rate: new connections a second from one client address. Who is limited is
# reset, reaches no host, and is counted; others do not notice.

. "$(dirname "$0")/web.sh"

start_backend A
start_balancer <<END
<config>
  <service name="slow" rate="5">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="free">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>$WEB</admin>
</config>
END
web_ready
slow=$(addr_of slow)

# burst N [CLIENT-ARGUMENTS...]: N clients at once; how many are served.
burst()
{
	burst_n=$1
	shift
	client -c "$burst_n" "$@" "$slow" get | grep -c '^A '
}

all_in()
{
	test "$(burst 50)" -eq 50
}

# limited: what running.json says.
limited()
{
	web look running.json |
	    sed -n '/"name": "slow"/s/.*"limited": \([0-9]*\).*/\1/p'
}

start=$(clock)
served=$(burst 50)
# More time, more of them: a fifth of a second each.
more=$((($(clock) - start) / 200 + 1))
within "$served" 5 $((5 + more)) "of 50 clients at once five are served"
is "$(limited)" $((50 - served)) "the others are counted"
is "$(events A '^open')" "$served" "they reach no host"
is "$(client -c 50 "$(addr_of free)" get | grep -c '^A ')" 50 "another service has no limit"
if "$T/client" -b 127.0.0.2 127.0.0.1:1 close | grep -q 'connect refused'; then
	ok "another address" test "$(burst 5 -b 127.0.0.2)" -eq 5
fi
ok "the log tells" wait_log \
    ' warning service slow: limited: 1 clients, the last 127[.]0[.]0[.]1:'
is "$(count_log ' service slow: limited: ')" 1 "once"
is "$(count_log ' info relay .*: limited$')" 0 "and not of each client"

# again: a client is served, and it took a while.
served_again()
{
	test "$(burst 1)" -eq 1
}
ok "later it may come again" wait_for 5 served_again
ok "a metric" test "$(web look metrics | sed -n \
    's/^pydirector_service_limited_total{service="slow"} //p')" -ge \
    $((50 - served))
like "$(web look running)" 'refused, [1-9][0-9]* limited<' "the page"
web full 'set?service=slow&attr=rate&value=1000' >"$TMP/said"
like "$(cat "$TMP/said")" '^OK' "another rate, live"
ok "at once" wait_for 5 all_in
web full 'set?service=slow&attr=rate&value=0' >"$TMP/said"
is "$(burst 200)" 200 "no limit any more"
expect_log ' service slow: limited: '
done_testing
