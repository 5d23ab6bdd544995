#!/bin/sh
# SPDX-License-Identifier: ISC
#
# PROXY headers to nginx, both versions, both families, and from it.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"
need nginx

start_backend A
for place in F R S; do
	start_backend $place refuse
done
start_backend R6 -l '[::1]:0' refuse
start_balancer <<END
<config>
  <service name="in">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr"><host ip="$A"/></group>
  </service>
  <service name="v1">
    <listen ip="127.0.0.1:0"/><listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" sendProxy="v1"><host ip="$R"/></group>
  </service>
  <service name="v2">
    <listen ip="127.0.0.1:0"/><listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$R6"/></group>
  </service>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$S"/></group>
  </service>
</config>
END
told='$proxy_protocol_addr $proxy_protocol_port'
told="$told \$proxy_protocol_server_addr \$proxy_protocol_server_port\\n"
start_nginx <<END
server {
	listen $R reuseport proxy_protocol;
	listen $R6 reuseport proxy_protocol;
	return "$told";
}
server {
	listen $S reuseport proxy_protocol;
	proxy_pass $A;
}
server {
	listen $F reuseport;
	proxy_protocol on;
	proxy_pass $(addr_of in);
}
END
wait_for 10 answers "$F" || bail "$(cat "$TMP/nginx" "$TMP/nginx.start")"

for service in v1 v2; do
	for ip in 127.0.0.1 ::1; do
		address=$(addr_of $service "^.?$ip.?:")
		client "$address" port line >"$TMP/got"
		is "$(sed 1d "$TMP/got")" "$ip $(sed 1q "$TMP/got") $ip \
$(port_of "$address")" "$service $ip: nginx is told"
	done
done
like "$(client "$(addr_of web)" get)" '^A ' "a request through it"
is "$(client "$(addr_of web)" get:/bytes/60000 | wc -c | tr -d ' ')" 60000 \
    "and a long answer"
client "$F" port get >"$TMP/got"
is "$(sed 1d "$TMP/got" | names)" A "from nginx"
ok "the client is told" wait_log \
    " in 127.0.0.1:$(sed 1q "$TMP/got") to host[.]0 "
is "$(grep -c 'PROXY\|broken header' "$TMP/nginx")" 0 "it has no complaint"
client "$R" text:GET eof read >"$TMP/got"
ok "but of others" wait_for 10 grep -q 'broken header' "$TMP/nginx"
done_testing
