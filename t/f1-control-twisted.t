#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The control socket asked by Twisted's own AMP client, from a server about its
# live peers, 200 at a time, with load beside; and the table of t/amp.py on
# Twisted's own AMP server.

. "$(dirname "$0")/web.sh"
. "$T/beside.sh"
. "$T/control.sh"
need_twisted

start_backend A -q
start_script twisted control-twisted.py 200 2
start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$script_at"/>
    </group>
  </service>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <control socket="$TMP/control"/>
</config>
END
ok "told" wait_log " control unix:$TMP/control: listening\$"
traffic=$(addr_of web)
go_script s
beside load script_over
end_script
none_lost load "no request beside is lost"
done_testing
