#!/bin/sh
# SPDX-License-Identifier: ISC
#
# maxConns, live and with several listeners: a host at its limit is skipped;
# with all of them there, or the service at its own, clients wait and lose
# nothing.

. "$(dirname "$0")/web.sh"

start_backend A
start_backend B
start_balancer <<END
<config>
  <service name="two" maxConns="2">
    <listen ip="127.0.0.1:0"/>
    <listen ip="localhost:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="hosts">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A" maxConns="1"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <admin>$WEB</admin>
</config>
END
web_ready
one=$(addr_of two)
other=$(sed -n 's/.* listener two \(127[^ ]*\): listening$/\1/p' "$LOG" |
    sed -n 2p)

# hold NAME ADDRESS: a client that asks and stays; $client_pid.
hold()
{
	start_client "$1" "$2" get pause
	held="$held $client_pid"
}

# served NAME: who has answered it.
served()
{
	wait_for 10 grep -q paused "$TMP/$1" && names <"$TMP/$1" | sed 1q
}

# waits NAME...: they have no answer.
waits()
{
	for waits_name; do
		! grep -q . "$TMP/$waits_name" || return 1
	done
}

# come NAME...: how many of them have one.
come()
{
	for come_name; do
		grep paused "$TMP/$come_name"
	done | grep -c .
}

one_has_come()
{
	test "$(come "$@")" -eq 1
}

set_value()
{
	web full "set?$1" | cut -c 1-2
}

held=
hold c1 "$one"
c1=$client_pid
is "$(served c1)" A "one"
hold c2 "$other"
is "$(served c2)" A "two, by the other listener"
hold c3 "$one"
hold c4 "$other"
is "$(web look running.txt | sed -n 's/^host host.0 [^ ]* //p' | sed 1q)" \
    "2 -" "the others wait"
ok "at both listeners" waits c3 c4
is "$(set_value 'service=two&attr=maxConns&value=3')" OK "one more, live"
ok "one comes in" wait_for 10 one_has_come c3 c4
is "$(set_value 'service=two&attr=maxConns&value=1')" OK "fewer, live"
is "$(web look running.txt | sed -n 's/^host host.0 [^ ]* //p' | sed 1q)" \
    "3 -" "those who are in stay"
end_client_now "$c1"
is "$(set_value 'service=two&attr=maxConns&value=0')" OK "no limit, live"
ok "all are in" wait_for 10 grep -q paused "$TMP/c4"
ok "all are in" wait_for 10 grep -q paused "$TMP/c3"

for n in 1 2 3 4; do
	hold h$n "$(addr_of hosts)"
	served h$n
done >"$TMP/hosts"
is "$(tr '\n' ' ' <"$TMP/hosts")" "A B B B " "a host at its limit is skipped"
is "$(set_value 'service=hosts&group=g&host=b&attr=maxConns&value=3')" OK \
    "all are at their limits"
hold h5 "$(addr_of hosts)"
is "$(web look running.txt | sed -n 's/^host [ab] [^ ]* //p' | tr '\n' ' ')" \
    "1 - 3 - " "clients wait"
ok "with no answer" waits h5
is "$(set_value 'service=hosts&group=g&host=a&attr=maxConns&value=2')" OK \
    "a place, live"
is "$(served h5)" A "is taken"
for client_pid in $held; do
	end_client_now "$client_pid"
done
done_testing
