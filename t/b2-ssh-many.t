#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Twenty sessions at once; clients that vanish; every process goes with its
# client.

. "$(dirname "$0")/ssh.sh"

start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin>$SSH</admin>
</config>
END
ssh_ready

numbers="1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"
SSH_TIME=60
for n in $numbers; do
	hold "s$n" full
done
is "$(sessions | wc -l | tr -d ' ')" 20 "20 sessions, each a process"
is "$(consoles)" 20 "and a console"
is "$(client "$(addr_of web)" get | names)" A "traffic goes on"
bad=
for n in $numbers; do
	release "s$n" || bad="$bad $n"
	is "$(grep -c '^full ' "$TMP/s$n.out")" 2 "session $n is served"
done
is "$bad" "" "each ends with 0"
ok "the processes are gone" wait_for 10 no_sessions
is "$(count_log 'user full: logged out: closed')" 21 "and the log tells"

# Clients that are killed.
for n in 1 2 3 4 5; do
	hold "k$n" full
done
before=$(sessions)
kill -KILL $(client_pids)
for n in 1 2 3 4 5; do
	let_go "k$n"
done
ok "with clients that vanish the processes go" wait_for 10 no_sessions
ok "the consoles too" wait_for 10 all_gone $before
done_testing
