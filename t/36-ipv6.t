#!/bin/sh
# SPDX-License-Identifier: ISC
#
# IPv6 on both sides, each with IPv4 on the other, too.

. "$(dirname "$0")/lib.sh"

"$T/backend" -l '[::1]:0' refuse >"$TMP/probe" 2>&1 &
probe=$!
wait_for 10 test -s "$TMP/probe"
kill $probe 2>/dev/null
wait $probe 2>/dev/null
grep -q '^listening' "$TMP/probe" || skip_all "no IPv6 here"

start_backend A
start_backend B -l '[::1]:0'
start_balancer <<END
<config>
  <service name="six">
    <listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="four" ip="$A"/>
      <host name="six" ip="$B"/>
    </group>
  </service>
  <service name="four">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="six" ip="$B"/>
    </group>
  </service>
</config>
END

like "$(addr_of six)" '^\[::1\]:[1-9]' "the log has IPv6 in brackets"
is "$(client -n 4 "$(addr_of six)" get | names | tr '\n' ' ')" "A B A B " \
    "from IPv6 to IPv4 and IPv6"
is "$(client "$(addr_of four)" get | names)" "B" "from IPv4 to IPv6"
port=$(client "$(addr_of six)" port | sed 1q)
wait_log "\[::1\]:$port to "
ok "the client's address in the log" logged \
    " relay [0-9]+: six \[::1\]:$port to four $A: "
done_testing
