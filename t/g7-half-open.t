#!/bin/sh
# SPDX-License-Identifier: ISC
#
# keepalive notices a peer that has vanished without a word, host or client:
# after 2 seconds of silence and 4 questions a second apart the relay ends. A
# silent peer that is there is kept. While TCP repeats what was sent to a peer
# it asks nothing; idleTimeout ends that.

. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/lib.sh"

far_network
far_cable
BACKEND_RUN="nsenter -n -t $far_pid"
start_backend A -l 10.8.0.2:0 echo
BACKEND_RUN=
start_backend B echo
start_balancer <<END
<config>
  <service name="server" keepalive="2">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="guest" keepalive="2">
    <listen ip="10.8.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$B"/></group>
  </service>
  <service name="never">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="idle" keepalive="2" idleTimeout="9">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END

# talk NAME ADDRESS STEP...: a client that was answered and is silent now, and
# what it does next; its process in $NAME_pid.
talk()
{
	talk_name=$1 talk_to=$2
	shift 2
	start_client "$talk_name" -t 60000 "$talk_to" pong:2 pause "$@"
	eval "${talk_name}_pid=$client_pid"
	wait_for 10 grep -q paused "$TMP/$talk_name" ||
	    bail "$talk_name: $(cat "$TMP/$talk_name")"
}

passed()
{
	test $(($(clock) - began)) -ge "$1"
}

# gone SERVICE WORD FROM: its relay ends like that, FROM to 6 or 9 seconds
# and a moment after $began.
gone()
{
	ok "$1: the relay ends: $2" wait_for 20 logged \
	    " info relay [0-9]+: $1 .* s: $2\$"
	within $(($(clock) - began)) "$3" $((15000 * PATIENCE)) \
	    "$1: in milliseconds"
}

talk server "$(addr_of server)" read
kill -USR1 "$server_pid"
talk never "$(addr_of never)" pong:2
talk direct "$A" pong:2
CLIENT_RUN="nsenter -n -t $far_pid"
talk guest "$(addr_of guest)" read
CLIENT_RUN=
cable_loss 0
began=$(clock)
came=$(cable_count 0 came)
wait_for 30 passed 8000
cable_loss 0
is "$(count_log ' info relay ')" 0 "who is silent and there is kept"
within $(($(cable_count 0 came) - came)) 8 40 "questions and answers"

talk idle "$(addr_of idle)" pong:1
began=$(clock)
cable_loss 100
kill -USR1 "$idle_pid"
gone server server-reset 3500
gone guest client-reset 3500
gone idle idle 8500
end_client "$server_pid"
is "$(tail -n 1 "$TMP/server")" "0 good reset" \
    "a client is told when its server has gone"
like "$(grep '^close' "$B_log")" ' reset$' \
    "a server is told when its client has gone"
is "$(count_log ' info relay [0-9]+: never ')" 0 \
    "without keepalive it is kept for ever"
is "$(count_log ' host ')" 0 "no host is down for that"

# What was not asked knows nothing, and goes on; so it is without a balancer.
cable_loss 0
for name in never direct; do
	eval "pid=\$${name}_pid"
	kill -USR1 "$pid"
	end_client "$pid"
	is "$(tail -n 1 "$TMP/$name")" "pong 2 good" \
	    "$name: the network is back, it goes on"
done
end_client_now "$guest_pid"
done_testing
