#!/bin/sh
# SPDX-License-Identifier: ISC
#
# keepalive: TCP asks whether a silent peer is there, on both sides of a
# relay; other connections of ours are not asked.

. "$(dirname "$0")/web.sh"

need ss
ss -Htno state established >/dev/null 2>&1 || skip_all "an ss without timers"

start_backend A
start_balancer <<END
<config>
  <service name="asks" keepalive="60">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="silent">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>$WEB</admin>
</config>
END
web_ready

# timers WHERE: the keepalive times of our connections there, in seconds,
# rounded; 1min is 60.
timers()
{
	ss -Htno state established "$1" | sed -n \
	    -e 's/1min\([0-9.]*sec\)*,/60sec,/' \
	    -e 's/.*timer:(keepalive,\([0-9]*\).*sec,0).*/\1/p'
}

# asked WHERE: how many of them have a time of 40 to 60 seconds.
asked()
{
	timers "$1" | awk '$1 >= 40 && $1 <= 60 { n++ } END { print n + 0 }'
}

# hold NAME SERVICE: a connection that stays.
hold()
{
	start_client "$1" "$(addr_of "$2")" pause
	wait_for 10 grep -q paused "$TMP/$1" || bail "no client"
	held="$held $client_pid"
}

held=
hold asks asks
hold silent silent
wait_for 10 more_lines 1 '^open' "$A_log" || bail "no host"

is "$(asked "sport = $(port_of "$(addr_of asks)")")" 1 "the client is asked"
is "$(asked "dport = $(port_of "$A")")" 1 "so is the server"
is "$(asked "sport = $(port_of "$(addr_of silent)")")" 0 "without it, no one is"

like "$(web full 'set?service=asks&attr=keepalive&value=0')" '^OK' "off, live"
like "$(web full 'set?service=silent&attr=keepalive&value=50')" '^OK' \
    "on, live"
hold asks2 asks
hold silent2 silent
wait_for 10 more_lines 3 '^open' "$A_log" || bail "no host"
is "$(asked "sport = $(port_of "$(addr_of asks)")")" 1 \
    "off: for new connections"
is "$(asked "sport = $(port_of "$(addr_of silent)")")" 1 \
    "on: for new connections"
is "$(asked "dport = $(port_of "$A")")" 2 "and their servers"
for client_pid in $held; do
	end_client_now "$client_pid"
done
done_testing
