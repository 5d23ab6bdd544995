#!/bin/sh
# SPDX-License-Identifier: ISC
#
# random, rand: any host that is up, uniformly.

. "$(dirname "$0")/lib.sh"

start_backend A -q
start_backend B -q
start_backend C refuse
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="rand" enable="true">
      <host name="a" ip="$A" weight="9"/>
      <host name="b" ip="$B"/>
      <host name="c" ip="$C"/>
    </group>
  </service>
  <manager><hostCheck enable="no"/></manager>
</config>
END

client -n 600 "$(addr_of web)" get | names >"$TMP/got"
is "$(grep -c '^[AB]$' "$TMP/got")" 600 "all are served"
# Six standard deviations: 12 each.
within "$(grep -c A "$TMP/got")" 227 373 "half of them by a"
within "$(uniq "$TMP/got" | wc -l)" 227 373 "in no order"
done_testing
