#!/bin/sh
# SPDX-License-Identifier: ISC
#
# All hosts down: clients are told at once; when one returns, the next client
# is served at once, and without any client it is back within seconds.

. "$(dirname "$0")/lib.sh"

start_backend A refuse
start_backend B refuse
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <manager><hostCheck interval="3600"/></manager>
</config>
END
web=$(addr_of web)
expect_log ' group web/g: no host is up$'
expect_log ' service web: client lost: no host could be reached$'

is_reset "$(client "$web" read)" "a client is refused by a reset"
ok "the relay's line says why" wait_log ' to - -: .*: connect-failed$'
ok "both hosts are down" test "$(count_log ' host .*: down: refused$')" = 2
is_reset "$(client "$web" read)" "so is the next"
backend_up B
is "$(client "$web" get | names)" B "one returns: a client is served at once"
ok "and the host is up" wait_log ' host web/g/b: up$'
is "$(client -n 2 "$web" get | names | tr '\n' ' ')" "B B " \
    "as are those after it"
# b is up, so that a waits for its interval again; with b gone it does not.
backend_down B
is_reset "$(client "$web" read)" "all down again"
backend_up A
ok "with no client, a host is back soon" wait_log ' host web/g/a: up$' 10
is "$(client "$web" get | names)" A "and serves"
done_testing
