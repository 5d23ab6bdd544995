#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Checks of a host that expects a header: a header of no client, so that
# neither HAProxy nor nginx has anything to complain of.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"
need haproxy nginx

for place in H1 H2 H3 N1 N2 N3; do
	start_backend $place refuse
done
start_backend A
start_backend V1 -p
start_backend V2 -p
start_backend D -p
backend_down D
start_haproxy <<END
defaults
	mode tcp
	timeout connect 5s
	timeout client 20s
	timeout server 20s
frontend received
	log stdout format raw local0
	log-format "told %ci"
	bind $H1 accept-proxy
	bind $H2 accept-proxy
	bind $H3
	default_backend answer
backend answer
	server s $A
END
start_nginx <<END
server {
	listen $N1 reuseport proxy_protocol;
	listen $N2 reuseport proxy_protocol;
	proxy_pass $A;
}
server {
	listen $N3 reuseport;
	return ready;
}
END
wait_for 10 answers "$N3" || bail "$(cat "$TMP/nginx" "$TMP/nginx.start")"
wait_for 10 answers "$H3" || bail "$(cat "$TMP/haproxy.log")"
start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2">
      <host name="h1" ip="$H1" sendProxy="v1"/><host name="h2" ip="$H2"/>
      <host name="n1" ip="$N1" sendProxy="v1"/><host name="n2" ip="$N2"/>
      <host name="v1" ip="$V1" sendProxy="v1"/><host name="v2" ip="$V2"/>
      <host name="d" ip="$D"/>
    </group>
  </service>
  <manager>
    <heartbeat enable="yes" interval="0.3"/>
    <hostCheck enable="yes" interval="1" tries="3"/>
  </manager>
</config>
END
ok "a heart beats at all" wait_for 20 more_lines 3 '^proxy' "$V1_log"
wait_for 20 more_lines 3 '^proxy' "$V2_log"
is "$(sed -n 's/^proxy [0-9]* \(.*\) [0-9]* [0-9]*$/\1/p' "$V1_log" |
    sort -u)" "v1 TCP4 127.0.0.1 127.0.0.1" "version 1: from us to the server"
is "$(sed -n 's/^proxy [0-9]* //p' "$V2_log" | sort -u)" "v2 LOCAL 0" \
    "version 2: LOCAL"
is "$(grep -E -c ' reset$' "$V1_log" "$V2_log" | sed 's/.*://' | sort -u)" 0 \
    "closed, not reset"
backend_up D
ok "one that was down" wait_log ' host s/g/d: up$'
is "$(sed -n 's/^proxy [0-9]* //p' "$D_log" | sed 3q | sort | uniq -c |
    sed 's/^ *//')" "3 v2 LOCAL 0" "three tries, three headers"
ok "HAProxy has seen some" more_lines 2 '^told' "$TMP/haproxy.log"
is "$(grep -c 'PROXY' "$TMP/haproxy.log")" 0 "it has no complaint"
is "$(grep -E -c 'PROXY|broken|\[(error|alert|crit)\]' "$TMP/nginx")" 0 \
    "neither has nginx"
is "$(count_log ': down: ')" 1 "no other went down"
client "$H1" close
client "$N1" text:x close
ok "HAProxy complains of others" wait_for 10 grep -q PROXY "$TMP/haproxy.log"
ok "nginx too" wait_for 10 grep -q 'broken header' "$TMP/nginx"
done_testing
