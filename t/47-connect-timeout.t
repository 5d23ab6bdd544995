#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A service's connectTimeout ends the wait for a host that does not answer.

. "$(dirname "$0")/lib.sh"

start_backend K blackhole
start_backend L blackhole
start_balancer <<END
<config>
  <service name="s" connectTimeout="0.5">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="k" ip="$K"/>
      <host name="l" ip="$L"/>
    </group>
  </service>
  <manager><hostCheck enable="no"/></manager>
</config>
END
expect_log ' group s/g: no host is up$'
expect_log ' service s: client lost: no host could be reached$'

is_reset "$(client "$(addr_of s)" read)" "no host answers"
ok "each had its time, once" wait_log \
    ' relay .* in 0 out 0 1[.][0-9]+ s: connect-failed$'
is "$(count_log ' host .*: down: timeout$')" 2 "both are down: timeout"

# The client gives up during the wait.
ok "a client that resets while it waits" client "$(addr_of s)" stall:100 reset
ok "is gone at once" wait_log ' in 0 out 0 0[.][0-4][0-9]* s: client-reset$'
done_testing
