#!/bin/sh
# SPDX-License-Identifier: ISC
#
# weightlc: fewest open connections divided by weight.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B
start_backend C
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="weightlc" enable="true">
      <host name="a" ip="$A" weight="1"/>
      <host name="b" ip="$B" weight="2"/>
      <host name="c" ip="$C" weight="5"/>
    </group>
  </service>
</config>
END

start_client held -c 80 "$(addr_of web)" get pause
wait_for 20 grep -q paused "$TMP/held"
is "$(names <"$TMP/held" | grep -v paused | sort | uniq -c |
    tr -s ' \n' ' ')" " 10 A 20 B 50 C " "80 clients spread by weight"
is "$(names <"$TMP/held" | sed 3q | sort | tr '\n' ' ')" "A B C " \
    "the first three to one host each"
end_client_now "$client_pid"
done_testing
