#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Clients of a proxy that are in already when the only place at a host is
# taken get it in the order in which they came.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"

start_backend A sink
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr">
      <host name="a" ip="$A" maxConns="1"/>
    </group>
  </service>
  <connlog file="$TMP/connections"/>
</config>
END
client -c 12 "$(addr_of web)" "hex:$(v1 'TCP4 10.0.0.1 10.0.0.2 1 2')" \
    send:10 eof line >"$TMP/answers"
is "$(sort "$TMP/answers" | uniq -c | tr -s ' ')" " 12 10 good" \
    "all are served, one at a time"

all_ended()
{
	test "$(grep -c ' end=' "$TMP/connections")" = 12
}
ok "a line for each" wait_for 5 all_ended
sed 's/.* id=\([0-9]*\) .*/\1/' "$TMP/connections" >"$TMP/ids"
ok "in the order in which they came" sort -n -c "$TMP/ids"
done_testing
