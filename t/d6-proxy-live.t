#!/bin/sh
# SPDX-License-Identifier: ISC
#
# PROXY headers are switched on and off by a reload, for new connections.

. "$(dirname "$0")/lib.sh"
. "$T/proxy.sh"

start_backend A -p
start_backend N

# configuration LISTEN GROUP HOST: further attributes of each.
configuration()
{
	cat <<END
<config>
  <service name="in">
    <listen ip="127.0.0.1:0" $1/>
    <group name="g" scheduler="roundr"><host ip="$N"/></group>
  </service>
  <service name="out">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" $2><host ip="$A" $3/></group>
  </service>
</config>
END
}

# reload CONFIGURATION...
reload()
{
	lines=$(count_log ' config: reloaded: ')
	configuration "$@" >"$TMP/pydirector.xml"
	kill -HUP "$PYD"
	wait_for 10 more_lines "$lines" ' config: reloaded: ' "$LOG" ||
	    bail "no reload: $(cat "$LOG")"
}

# shown: a request, and the header that came before it.
shown()
{
	client "$out" get >/dev/null
	sed -n 's/^proxy [0-9]* \(v[12] [A-Z0-9]*\).*/\1/p' "$A_log" |
	    tail -n 1
}

configuration '' 'sendProxy="v1"' '' >"$TMP/first.xml"
start_balancer <"$TMP/first.xml"
in=$(addr_of in)
out=$(addr_of out)
header=$(v1 'TCP4 192.0.2.1 10.0.0.1 1001 80')

is "$(shown)" "v1 TCP4" "the group's"
start_client kept "$out" get pause get
kept=$client_pid
wait_for 10 grep -q paused "$TMP/kept"
is "$(client "$in" get | names)" N "a plain client"

reload 'acceptProxy="yes" from="127.0.0.1"' 'sendProxy="v1"' 'sendProxy="v2"'
is "$(shown)" "v2 TCP4" "the host's own"
is "$(client "$in" "hex:$header" get | names)" N "with a header"
ok "is who it says" wait_log ' in 192.0.2.1:1001 to '
is_reset "$(client "$in" 'text:GET / HTTP/1.0\r\n\r\n' read)" "without one"
expect_log ' warning service in: client lost: PROXY header from 127.0.0.1: '

reload 'acceptProxy="yes" from="10.0.0.0/8"' 'sendProxy="v2"' ''
is_reset "$(client "$in" "hex:$header" read)" "from others only"
is "$(shown)" "v2 TCP4" "the group's, another"
reload '' '' ''
is "$(client "$in" get | names)" N "a plain client again"
client -t 300 "$out" 'text:GET / HTTP/1.0\r\n\r\n' read >"$TMP/got"
ok "no header" wait_for 10 grep -q '^proxy [0-9]* none' "$A_log"
kill -USR1 "$kept"
end_client "$kept"
is "$(names <"$TMP/kept" | tr '\n' ' ')" "A paused A " \
    "an old connection goes on"
done_testing
