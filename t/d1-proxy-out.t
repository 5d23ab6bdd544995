#!/bin/sh
# SPDX-License-Identifier: ISC
#
# sendProxy: the server gets the header before anything else, at once, also
# when it is the one who speaks first; no byte of it is counted.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"

start_backend A -p
start_backend B -p
start_backend N
start_backend R refuse
start_backend S -p sink
start_backend F -p source 100000
start_backend D -p duplex 100000
start_backend E -p echo
start_backend X -p reset 50000
start_balancer -v <<END
<config>
  <service name="v1">
    <listen ip="127.0.0.1:0"/><listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" sendProxy="v1"><host ip="$A"/></group>
  </service>
  <service name="v2">
    <listen ip="127.0.0.1:0"/><listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr">
      <host ip="$A" sendProxy="v2"/>
    </group>
  </service>
  <service name="mixed">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v1">
      <host ip="$R"/>
      <host ip="$B" sendProxy="v2"/>
      <host ip="$N" sendProxy="no"/>
    </group>
  </service>
  <service name="through">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr" sendProxy="v1"><host ip="$S"/></group>
  </service>
  <service name="through2">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$S"/></group>
  </service>
  <service name="first">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$F"/></group>
  </service>
  <service name="duplex">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$D"/></group>
  </service>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v1"><host ip="$E"/></group>
  </service>
  <service name="reset">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" sendProxy="v2"><host ip="$X"/></group>
  </service>
</config>
END
v1=$(addr_of v1 127)
v2=$(addr_of v2 127)
through=$(addr_of through)
through2=$(addr_of through2)

# shown VAR: the last header that the backend has shown.
shown()
{
	eval "shown_log=\$${1}_log"
	sed -n 's/^proxy [0-9]* //p' "$shown_log" | tail -n 1
}

client "$v1" port get >"$TMP/got"
is "$(sed 1d "$TMP/got" | names)" A "version 1: served"
is "$(shown A)" "v1 TCP4 127.0.0.1 127.0.0.1 $(sed 1q "$TMP/got") \
$(port_of "$v1")" "who the client is and where it came to"
client "$v2" port stall:50 get >"$TMP/got"
is "$(sed 1d "$TMP/got" | names)" A "version 2: served"
is "$(shown A)" "v2 TCP4 127.0.0.1 127.0.0.1 $(sed 1q "$TMP/got") \
$(port_of "$v2")" "the same"
for v in v1 v2; do
	v6=$(addr_of $v '\[::1\]')
	client "$v6" port get >"$TMP/got"
	is "$(shown A)" "$v TCP6 ::1 ::1 $(sed 1q "$TMP/got") \
$(port_of "$v6")" "$v: IPv6"
done

is "$(for i in 1 2 3 4; do client "$(addr_of mixed)" get; done | names |
    tr '\n' ' ')" "B N B N " "each host as it is set, after one that refuses"
like "$(shown B)" '^v2 TCP4 127.0.0.1 ' "version 2 where the group has 1"
is "$(grep -c '^proxy' "$N_log")" 0 "none where the host says no"

is "$(client "$(addr_of first)" read)" "100000 good eof" \
    "a server that waits for the header and speaks first"
is "$(client "$(addr_of duplex)" both:100000)" "100000 good eof" \
    "and one that speaks while its client does"
is "$(client -t 20000 "$(addr_of echo)" pong:300)" "pong 300 good" \
    "small messages"
is "$(client -t 20000 "$(addr_of echo)" echo:3000000)" \
    "3000000 good eof" "large ones"
is "$(client "$(addr_of reset)" read)" "50000 good reset" "a reset"

# As it was told.
addresses="20010db8$(zeros 11)0420010db8$(zeros 11)01"
is "$(client "$through" "hex:$(v2 21 21 "${addresses}03ec0050")" \
    send:100000 eof line)" "100000 good" "from one header to another"
is "$(shown S)" "v1 TCP6 2001:db8::4 2001:db8::1 1004 80" "it says the same"
is "$(client "$through2" "hex:$(v1 'TCP4 192.0.2.1 192.0.2.2 3 4')" eof \
    line)" "0 good" "the same, without data"
is "$(shown S)" "v2 TCP4 192.0.2.1 192.0.2.2 3 4" "it says the same"
mapped="$(zeros 10)ffffc0000201$(zeros 10)ffffc0000202"
client "$through" "hex:$(v2 21 21 "${mapped}00030004")" eof line >"$TMP/got"
is "$(shown S)" "v1 TCP4 192.0.2.1 192.0.2.2 3 4" "IPv4 in IPv6 clothes"
client "$through2" "hex:$(v1 'TCP6 2001:db8::1 ::ffff:192.0.2.2 3 4')" eof \
    line >"$TMP/got"
is "$(shown S)" "v2 TCP6 2001:db8::1 ::ffff:192.0.2.2 3 4" \
    "one of them in clothes"
client "$through2" "hex:$(v2 20 00 '')" port eof line >"$TMP/got"
is "$(shown S)" "v2 TCP4 127.0.0.1 127.0.0.1 $(sed 1q "$TMP/got") \
$(port_of "$through2")" "LOCAL: as who it is"
request=$(hex 'GET / HTTP/1.0\r\n\r\n')
is "$(client "$through" "hex:$(v1 'TCP4 192.0.2.1 192.0.2.2 3 4')$request" \
    eof line)" "18 bad" "a few bytes that came with a header"
ok "the headers are not counted" wait_log \
    ' through 192.0.2.1:3 to .*: in 18 out 7 '
ok "nor with much data" logged \
    ' through \[2001:db8::4\]:1004 to .*: in 100000 out 12 '
is "$(grep -h -c 'proxy [0-9]* none' "$A_log" "$B_log" "$S_log" "$F_log" \
    "$E_log" | sort -u)" 0 "no server has missed one"
done_testing
