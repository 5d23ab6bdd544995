#!/bin/sh
# SPDX-License-Identifier: ISC
#
# PROXY headers from HAProxy and to HAProxy: both versions, both families.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"
need haproxy

start_backend A
start_backend B -p
for place in F1 F2 F3 F4 F5 R4; do
	start_backend $place refuse
done
for place in G1 G2 R6; do
	start_backend $place -l '[::1]:0' refuse
done
start_balancer <<END
<config>
  <service name="in">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr"><host ip="$A"/></group>
  </service>
  <service name="through">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$B"/></group>
  </service>
  <service name="v1">
    <listen ip="127.0.0.1:0"/><listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" sendProxy="v1"><host ip="$R4"/></group>
  </service>
  <service name="v2">
    <listen ip="127.0.0.1:0"/><listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$R6"/></group>
  </service>
</config>
END
in=$(addr_of in)
start_haproxy <<END
defaults
	mode tcp
	timeout connect 5s
	timeout client 20s
	timeout server 20s
listen one
	bind $F1
	bind $G1
	server s $in send-proxy check inter 100
listen two
	bind $F2
	bind $G2
	server s $in send-proxy-v2 check inter 100
listen three
	bind $F3
	server s $in send-proxy-v2 proxy-v2-options crc32c
listen four
	bind $F4
	server s $(addr_of through) send-proxy
listen five
	bind $F5
	server s $(addr_of through) send-proxy-v2
frontend received
	log stdout format raw local0
	log-format "told [%ci] %cp [%fi] %fp"
	bind $R4 accept-proxy
	bind $R6 accept-proxy
	default_backend answer
backend answer
	server s $A
END
wait_for 10 answers "$F5" || bail "$(cat "$TMP/haproxy.log")"

# From HAProxy.
for place in F1 F2 F3 G1 G2; do
	eval "address=\$$place"
	client "$address" port get >"$TMP/got"
	is "$(sed 1d "$TMP/got" | names)" A "$address: served"
	ip=${address%:*}
	ok "the client is told" wait_log " in $(printf '%s' "$ip" |
	    sed 's/[][]/\\&/g'):$(sed 1q "$TMP/got") to host[.]0 "
done
for place in F4 F5; do
	eval "address=\$$place"
	client "$address" port get >"$TMP/got"
	wait_for 10 grep -q "^proxy [0-9]* v2 TCP4 127.0.0.1 127.0.0.1 \
$(sed 1q "$TMP/got") $(port_of "$address")\$" "$B_log"
	is "$?" 0 "$place: source and destination are handed on"
done
ok "checks come too" wait_for 10 more_lines 10 \
    ' in 127.0.0.1:[0-9]+ to .*: in 0 out 0 ' "$LOG"

# To HAProxy.
for service in v1 v2; do
	for ip in 127.0.0.1 ::1; do
		address=$(addr_of $service "^.?$ip.?:")
		client "$address" port get >"$TMP/got"
		is "$(sed 1d "$TMP/got" | names)" A "$address $service: served"
		ok "it is told" wait_for 10 grep -q "^told \[$ip\] $(sed 1q \
		    "$TMP/got") \[$ip\] $(port_of "$address")\$" \
		    "$TMP/haproxy.log"
	done
done
is "$(grep -c 'PROXY' "$TMP/haproxy.log")" 0 "it has no complaint"
client "$R4" text:GET read >"$TMP/got"
ok "but of others" wait_for 10 grep -q 'PROXY' "$TMP/haproxy.log"
done_testing
