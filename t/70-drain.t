#!/bin/sh
# SPDX-License-Identifier: ISC
#
# SIGQUIT: no new clients, the old ones finish, then it exits.

. "$(dirname "$0")/lib.sh"

start_backend E echo
start_balancer <<END
<config>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
</config>
END
echo=$(addr_of echo)

start_client out "$echo" pong:3 pause pong:3
wait_for 10 grep -q paused "$TMP/out"
kill -QUIT "$PYD"
refused()
{
	client "$echo" close | grep -q 'connect refused'
}
ok "a new client is refused" wait_for 10 refused
ok "it has not ended" kill -0 "$PYD"
kill -USR1 "$client_pid"
end_client "$client_pid"
is "$(tail -n 1 "$TMP/out")" "pong 3 good" "the old client goes on"
ok "with its end the balancer ends" wait_exit 10
is "$status" 0 "with 0"
ok "the relay ended by itself" logged ' relay 1: .*: client-closed$'

start_balancer <<END
<config>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
</config>
END
kill -QUIT "$PYD"
ok "with nothing to finish it ends at once" wait_exit 10
is "$status" 0 "with 0 again"
done_testing
