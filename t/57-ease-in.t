#!/bin/sh
# SPDX-License-Identifier: ISC
#
# leastconns: a host that returns to two that hold ten connections each is
# not flooded; with easeIn="no" it takes all until it is level.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B
start_backend C refuse
hosts="<host name=\"a\" ip=\"$A\"/><host name=\"b\" ip=\"$B\"/>
<host name=\"c\" ip=\"$C\"/>"
start_balancer <<END
<config>
  <service name="eased">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="leastconns" enable="true">$hosts</group>
  </service>
  <service name="not">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="leastconns" easeIn="no"
        enable="true">$hosts</group>
  </service>
  <manager><hostCheck interval="1"/></manager>
</config>
END

held=
for s in eased not; do
	start_client "$s" -c 20 "$(addr_of $s)" get pause
	held="$held $client_pid"
	wait_for 20 grep -q paused "$TMP/$s"
	is "$(names <"$TMP/$s" | grep -v paused | sort | uniq -c |
	    tr -s ' \n' ' ')" " 10 A 10 B " "$s: ten each"
done
backend_up C
ok "c is back" wait_log ' host eased/g/c: up$'
ok "in both" wait_log ' host not/g/c: up$'

client -c 20 "$(addr_of eased)" get | names >"$TMP/got"
is "$(tr -d '\n' <"$TMP/got" | grep -c CC)" 0 \
    "eased: never two in a row: $(tr '\n' ' ' <"$TMP/got")"
within "$(grep -c C "$TMP/got")" 8 10 "eased: but every other one"
client -c 10 "$(addr_of not)" get | names >"$TMP/got"
is "$(sort -u "$TMP/got")" C "not eased: all of ten"
for pid in $held; do
	end_client_now "$pid"
done
done_testing
