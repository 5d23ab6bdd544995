#!/bin/sh
# SPDX-License-Identifier: ISC
#
# maxConns of a service and of a host: who is too many waits.

. "$(dirname "$0")/lib.sh"

start_backend A -w 30
start_backend B -w 30
start_balancer <<END
<config>
  <service name="service" maxConns="5">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="host">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$A" maxConns="3"/>
      <host ip="$B" maxConns="2"/>
    </group>
  </service>
</config>
END

# most LOG: the most connections that were open at once.
most()
{
	awk '$1 == "open" { n++ } $1 == "close" { n-- }
	    n > max { max = n } END { print max }' "$1"
}

request='text:GET / HTTP/1.0\r\n\r\n'
is "$(client -c 25 "$(addr_of service)" "$request" finish |
    grep -c ' eof$')" 25 "25 clients of a service for 5"
wait_for 10 more_lines 24 '^close' "$A_log"
within "$(most "$A_log")" 2 5 "never more at the host"
is "$(client -c 25 "$(addr_of host)" "$request" finish |
    grep -c ' eof$')" 25 "25 clients of hosts for 3 and 2"
wait_for 10 more_lines 24 ' host 127.*: server-closed$' "$LOG"
within "$(most "$B_log")" 1 2 "never more at the host"
done_testing
