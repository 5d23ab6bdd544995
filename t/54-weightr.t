#!/bin/sh
# SPDX-License-Identifier: ISC
#
# weightr: at random, in proportion to weight.

. "$(dirname "$0")/lib.sh"

start_backend A -q
start_backend B -q
start_backend C -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="weightr" enable="true">
      <host name="a" ip="$A" weight="1"/>
      <host name="b" ip="$B" weight="2"/>
      <host name="c" ip="$C" weight="5"/>
    </group>
  </service>
</config>
END

client -n 800 "$(addr_of web)" get | names >"$TMP/got"
# Six standard deviations: 9.4, 12.2 and 13.7 each.
within "$(grep -c A "$TMP/got")" 44 156 "one in eight by a"
within "$(grep -c B "$TMP/got")" 127 273 "two in eight by b"
within "$(grep -c C "$TMP/got")" 418 582 "five in eight by c"
done_testing
