#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A name that does not resolve is a warning; the service works without it.

. "$(dirname "$0")/lib.sh"

# A label too long for the name system: no server is asked.
bad=x12345678901234567890123456789012345678901234567890123456789012345678
start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="bad" ip="$bad:80"/>
      <host name="a" ip="$A"/>
    </group>
  </service>
  <service name="none">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="bad" ip="$bad:80"/>
    </group>
  </service>
  <manager resolveInterval="1"/>
</config>
END
expect_log " host web/g/bad: down: unresolved: $bad: "
expect_log " host none/g/bad: down: unresolved: $bad: "
expect_log ' service none: client lost: '

is "$(client -n 3 "$(addr_of web)" get | names | tr '\n' ' ')" "A A A " \
    "the other host serves"
is_reset "$(client "$(addr_of none)" read)" \
    "a service with no other host refuses"
ok "its line says why" wait_log ' relay .*: none .*: no-host$'
# The helper that looks the name up again keeps one descriptor.
wait_for 5 false
test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
is "$(client -n 3 "$(addr_of web)" get | names | tr '\n' ' ')" "A A A " \
    "also after it was looked up again"
done_testing
