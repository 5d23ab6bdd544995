#!/bin/sh
# SPDX-License-Identifier: ISC
#
# 60 clients and 40 descriptors: the rest wait and are served, none is cut.
# With one more descriptor it is a connect to the host that finds none left,
# and not the next accept.

. "$(dirname "$0")/lib.sh"

# valgrind closes accepted sockets itself when descriptors run out.
test -z "${PYDIRECTOR_RUN:-}" || skip_all "not under another program"
for FILES_LIMIT in 40 41; do
	start_backend A -w 50
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

	# Each sends before any is answered, and closes with its answer.
	is "$(client -c 60 -t 20000 "$web" 'text:GET / HTTP/1.0\r\n\r\n' \
	    finish | grep -c ' eof$')" 60 \
	    "$FILES_LIMIT: 60 clients, all connected, then served"
	is "$(events A '^open')" 60 "$FILES_LIMIT: 60 connections at the host"
	is "$(client -n 3 "$web" get | names | tr '\n' ' ')" "A A A " \
	    "$FILES_LIMIT: as if nothing had been"
	is "$(count_log ' host .*: down: ')" 0 \
	    "$FILES_LIMIT: the host is not blamed"
	is "$(count_log ' accept: paused')" 1 "$FILES_LIMIT: it is told once"
	wait_for 10 more_lines 62 ' info relay ' "$LOG"
	is "$(count_log ' info relay .*: (client|server)-closed$')" 63 \
	    "$FILES_LIMIT: all relays ended well"
	stop_balancer
	stop_backend A
done
done_testing
