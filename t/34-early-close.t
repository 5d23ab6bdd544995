#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A client that sends and closes before a server is there: the bytes arrive.

. "$(dirname "$0")/lib.sh"

start_backend K blackhole
start_backend S sink
start_balancer <<END
<config>
  <service name="s" connectTimeout="1">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="hole" ip="$K"/>
      <host name="sink" ip="$S"/>
    </group>
  </service>
  <manager><hostCheck enable="no"/></manager>
</config>
END

ok "a client sends and closes" client "$(addr_of s)" send:50000 close
is "$(events S '^open')" 0 "no server is there yet"
wait_for 10 grep -q '^eof 1 ' "$S_log"
is "$(events S '^eof 1 50000 good$')" 1 "the bytes arrive"
ok "the first host is down: timeout" logged ' host s/g/hole: down: timeout$'
done_testing
