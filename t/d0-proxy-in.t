#!/bin/sh
# SPDX-License-Identifier: ISC
#
# acceptProxy: the header is read, whatever pieces it comes in, and not a byte
# more; the client is who it names; what is none ends the connection.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"

start_backend A
start_backend S sink
start_balancer -v <<END
<config>
  <service name="in">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.1"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="sink">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="127.0.0.0/8 ::1"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$S"/></group>
  </service>
  <service name="one" maxConns="1">
    <listen ip="127.0.0.1:0" acceptProxy="yes" from="all"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END
in=$(addr_of in)
sink=$(addr_of sink)
one=$(addr_of one)
warning=' warning service in: client lost: PROXY header from 127.0.0.1: '

# The slow one takes five seconds, beside all others.
start_client slow -t 9000 "$in" "hex:$(v1 'TCP4 192.0.2.99 10.0.0.1 1 2' |
    cut -c 1-60)" read
slow=$client_pid
slow_from=$(clock)

# told HEX ERE NAME: a request behind the header; who the log names.
told()
{
	like "$(client "$in" "hex:$1" get)" '^A [0-9]+$' "$3: served"
	ok "$3: the client is told" wait_log " in $2 to host[.]0 "
}

told "$(v1 'TCP4 192.0.2.1 10.0.0.1 1001 80')" 192.0.2.1:1001 "version 1"
told "$(v1 'TCP6 2001:db8::2 2001:db8::1 1002 80')" \
    '\[2001:db8::2\]:1002' "version 1, IPv6"
told "$(v1 UNKNOWN)" '127.0.0.1:[0-9]+' "version 1, UNKNOWN"
told "$(v2 21 11 c00002030a00000103eb0050)" 192.0.2.3:1003 "version 2"
told "$(v2 21 21 "20010db8$(zeros 11)0420010db8$(zeros 11)0103ec0050")" \
    '\[2001:db8::4\]:1004' "version 2, IPv6"
told "$(v2 21 11 c00002050a00000103ed0050040003616263200000)" \
    192.0.2.5:1005 "version 2 with TLVs"
told "$(v2 21 11 "c00002060a00000103ee005004$(printf %04x 4065)$(zeros 4065)")" \
    192.0.2.6:1006 "the longest header"
before=$(count_log ' in 127.0.0.1:[0-9]+ to host[.]0 ')
client "$in" "hex:$(v2 20 00 '')" get >"$TMP/local"
client "$in" "hex:$(v2 20 ff "$(zeros 99)")" get >>"$TMP/local"
client "$in" "hex:$(v2 21 00 '')" get >>"$TMP/local"
client "$in" "hex:$(v2 21 31 "$(zeros 216)")" get >>"$TMP/local"
is "$(grep -c '^A ' "$TMP/local")" 4 "LOCAL, UNSPEC and UNIX: served"
ok "as who they are" wait_for 10 more_lines $((before + 3)) \
    ' in 127.0.0.1:[0-9]+ to host[.]0 ' "$LOG"

# In pieces, and with more behind it.
is "$(client "$in" "crumbs:$(v1 'TCP4 192.0.2.7 10.0.0.1 1007 80')" get |
    names)" A "a byte at a time"
is "$(client "$in" "crumbs:$(v2 21 11 c00002080a00000103f00050040003616263)" \
    get | names)" A "a byte at a time, version 2"
ok "both are told" wait_log ' in 192.0.2.8:1008 to host[.]0 '
request=$(hex 'GET / HTTP/1.0\r\n\r\n')
like "$(client "$in" "hex:$(v1 'TCP4 192.0.2.9 10.0.0.1 9 80')$request" \
    line)" '^HTTP/1.1 200' "one packet with the request"
is "$(client -t 20000 "$sink" "hex:$(v2 21 11 c00002030a00000103eb0050)" \
    send:1000000 eof line)" "1000000 good" "a million bytes behind it"
is "$(client "$sink" "crumbs:$(v1 UNKNOWN)" dribble:50 eof line)" "50 good" \
    "a few bytes, one by one"
is "$(client "$sink" "hex:$(v1 UNKNOWN)" eof line)" "0 good" "none"
is "$(client -c 20 "$sink" "hex:$(v1 UNKNOWN)" stall:20 send:30000 eof line |
    sort | uniq -c | sed 's/^ *//')" "20 30000 good" "many at a time"

# What is none.
lost=$(events A '^open')
for what in "$(hex 'GET / HTTP/1.1\r\n\r\n')" "$(hex 'PROXY TCP4 x\r\n')" \
    "$(v1 'TCP4 192.0.2.1 10.0.0.1 1 65536')" "$(v2 22 11 "$(zeros 12)")" \
    "$(v2 21 11 "$(zeros 11)")" "$(v2 21 11 "$(zeros 12)0400")" 16; do
	client "$in" "hex:$what" read
done >"$TMP/bad"
is "$(sort "$TMP/bad" | uniq -c | sed 's/^ *//')" "7 0 good reset" \
    "what is none is answered by a reset"
is_reset "$(client "$in" "hex:$(v2 21 11 "$(zeros 4081)")" read)" \
    "one that is too long"
is_reset "$(client "$in" "hex:$(v1 UNKNOWN | cut -c 1-20)" eof read)" \
    "one that is cut off"
allow_log " warning log: left out [0-9]+ times: service in: .* PROXY header "
expect_log "$warning(malformed or too long|cut off)\$"
ok "logged" wait_log ' in 127.0.0.1:[0-9]+ to - -: in 0 .*: bad-header$'
is "$(client "$in" eof read)" "0 good eof" "none at all, and a close"
ok "is no fault" wait_log ' in 127.0.0.1:[0-9]+ to - -: .*: client-closed$'
ok "a reset in it" client "$in" hex:50524f stall:50 reset
ok "is one of the client's" wait_log \
    ' in 127.0.0.1:[0-9]+ to - -: .*: client-reset$'
is "$(events A '^open')" "$lost" "no host has heard of them"

# From elsewhere.
is_reset "$(client -b 127.0.0.2 "$in" \
    "hex:$(v1 'TCP4 192.0.2.2 10.0.0.1 1 2')" read)" "from elsewhere"
ok "denied" wait_log ' debug relay .* in 127.0.0.2:[0-9]+ to - -: .*: denied$'
is "$(count_log "warning.*127.0.0.2")" 0 "without a warning"

# One that waits counts.
start_client first "$one" hex:50 pause
first=$client_pid
wait_for 10 grep -q paused "$TMP/first"
is "$(client -t 300 "$one" "hex:$(v1 UNKNOWN)" get)" "get failed" \
    "a client that sends its header counts for maxConns"
end_client_now "$first"
like "$(client "$one" "hex:$(v1 UNKNOWN)" get)" '^A ' "until it is gone"
allow_log ' warning service one: client lost: PROXY header '

end_client "$slow"
is_reset "$(cat "$TMP/slow")" "a header that does not come"
within "$(($(clock) - slow_from))" 4900 8000 "five seconds are allowed"
expect_log "${warning}too slow\$"
done_testing
