#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The local ports towards the only host run out: clients wait, the balancer
# does not spin, the host is not blamed, and all are served.

. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/lib.sh"

far_network
start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="10.9.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END
web=$(addr_of web)
(echo "40000 40019" >/proc/sys/net/ipv4/ip_local_port_range) 2>/dev/null ||
    bail "the range of ports cannot be set"

# Resets, so that no port is kept waiting for late segments.
CLIENT_RUN="nsenter -n -t $far_pid"
start_client held -c 20 "$web" 'text:GET /' pause reset
held=$client_pid
wait_for 10 grep -q paused "$TMP/held" || bail "no clients"
ok "20 connections hold all ports" wait_for 10 more_lines 19 '^open' "$A_log"
start_client more -t 30000 -c 10 "$web" get reset
more=$client_pid

spent()
{
	awk '{ print $14 + $15 }' "/proc/$PYD/stat"
}
waiting()
{
	test "$(ls "/proc/$PYD/fd" | wc -l)" -ge $((balancer_fds + 50))
}
ok "10 more clients are there" wait_for 10 waiting
before=$(spent)
sleep 1
within $(($(spent) - before)) 0 $((10 * PATIENCE)) \
    "they wait: hundredths of a second of work in a second"
ok "they have not been refused" kill -0 $more
is "$(count_log ' info relay ')" 0 "none has ended"
is "$(events A '^open')" 20 "and there is no port for them"
kill -USR1 $held
end_client $held
end_client $more
is "$(grep -c '^A ' "$TMP/more")" 10 "ports are free again: all are served"
is "$(count_log ' host .*: down: ')" 0 "the host is not blamed"
is "$(count_log ' warning ')" 0 "nothing is lost"
done_testing
