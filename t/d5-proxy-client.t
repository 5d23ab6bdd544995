#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The client that a PROXY header names is the client everywhere: for sticky
# scheduling, the access list, the rate and the logs.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"

start_backend A
start_backend B
start_backend C
hosts="<host name=\"a\" ip=\"$A\"/><host name=\"b\" ip=\"$B\"/>
<host name=\"c\" ip=\"$C\"/>"
start_balancer <<END
<config>
  <service name="sticky">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr,sticky">$hosts</group>
  </service>
  <service name="listed">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <listen ip="127.0.0.1:0"/>
    <deny from="10.0.0.66"/>
    <allow from="10.0.0.0/8 2001:db8::/32"/>
    <group name="g" scheduler="roundr">$hosts</group>
  </service>
  <service name="rated" rate="2">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr">$hosts</group>
  </service>
  <connlog file="$TMP/connections"/>
</config>
END
sticky=$(addr_of sticky)
listed=$(addr_of listed)
plain=$(sed -n 's/.* listener listed \(.*\): listening$/\1/p' "$LOG" |
    sed -n 2p)

# of ADDRESS PORT: the host of the client.
of()
{
	client "$sticky" "hex:$(v1 "TCP4 $1 10.0.0.1 $2 80")" get | names
}

for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	of 10.1.2.$i 1000
done >"$TMP/first"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	of 10.1.2.$i 2000
done >"$TMP/again"
ok "the same client, the same host" cmp "$TMP/first" "$TMP/again"
is "$(sort -u "$TMP/first" | tr '\n' ' ')" "A B C " \
    "other clients of the same sender, other hosts"
ok "the log names the client" wait_log ' sticky 10.1.2.12:2000 to '

like "$(client "$listed" "hex:$(v1 'TCP4 10.9.9.9 10.0.0.1 1 2')" get)" \
    '^[ABC] ' "who is allowed comes in"
like "$(client "$listed" "hex:$(v1 'TCP6 2001:db8::9 ::1 1 2')" get)" \
    '^[ABC] ' "also by IPv6"
is_reset "$(client "$listed" "hex:$(v1 'TCP4 10.0.0.66 10.0.0.1 1 2')" \
    read)" "who is denied does not"
is_reset "$(client "$listed" "hex:$(v1 'TCP4 192.0.2.1 10.0.0.1 1 2')" \
    read)" "nor who is in no list"
is_reset "$(client "$listed" "hex:$(v1 UNKNOWN)" read)" \
    "nor a sender that speaks for itself and is in none"
is_reset "$(client "$plain" read)" "nor a plain client that is in none"
rated=$(addr_of rated)
for i in 1 2 3 4 5 6 7 8; do
	client -c 1 "$rated" "hex:$(v1 "TCP4 10.3.3.$i 10.0.0.1 $i 80")" get
	client -c 1 "$rated" "hex:$(v1 "TCP4 10.4.4.4 10.0.0.1 $i 80")" get
done >"$TMP/rated"
allow_log ' warning service rated: '
within "$(grep -c '^[ABC] ' "$TMP/rated")" 10 14 \
    "each client has a rate of its own"
wait_for 10 grep -q 'client=10.3.3.8:8 sender=127.0.0.1:[0-9]* ' \
    "$TMP/connections"
is "$?" 0 "the connection log has both"
wait_for 10 grep -q 'client=10.0.0.66:1 .*denied' "$TMP/connections"
is "$?" 0 "and who was denied"
is "$(count_log ': denied$')" 0 "denied ones are told to those who ask only"
is "$(count_log '^[^ ]* info relay .* listed ')" 2 "the others are"
done_testing
