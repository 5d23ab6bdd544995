#!/bin/sh
# SPDX-License-Identifier: ISC
#
# 60 clients and 40 descriptors: the rest wait and are served, none is cut.

. "$(dirname "$0")/lib.sh"

start_backend A -w 50
FILES_LIMIT=40
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END
web=$(addr_of web)
expect_log ' accept: paused until a connection ends: '

# Each sends before any is answered; each closes when it has its answer.
is "$(client -c 60 -t 20000 "$web" 'text:GET / HTTP/1.0\r\n\r\n' finish |
    grep -c ' eof$')" 60 "60 clients, all connected, then served"
is "$(events A '^open')" 60 "60 connections at the host"
is "$(client -n 3 "$web" get | names | tr '\n' ' ')" "A A A " \
    "as if nothing had been"
is "$(count_log ' host .*: down: ')" 0 "the host is not blamed"
is "$(count_log ' accept: paused')" 1 "it is told once"
wait_for 10 more_lines 62 ' info relay ' "$LOG"
is "$(count_log ' info relay .*: (client|server)-closed$')" 63 \
    "all relays ended well"
done_testing
