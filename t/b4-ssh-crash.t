#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A process of an SSH connection that dies harms nothing else; when the
# balancer dies, sessions end.

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

# The sanitizers catch the first of them.
crash=SEGV number=11
! grep -q __asan_init "$BUILD/pydirector-sshd" || crash=ABRT number=6

hold one full
one=$(sessions)
hold two full
two=$(sessions | grep -v -x "$one")
start_client kept -t 30000 "$(addr_of web)" pause get
kept=$client_pid
wait_for 10 grep -q paused "$TMP/kept"

expect_log "ssh 127\.0\.0\.1:[0-9]+: ended: pydirector-sshd got signal $number"
kill -$crash "$one"
ok "a process that crashes is told" \
    wait_log "ended: pydirector-sshd got signal $number"
ok "with who was there" wait_log ': user full: logged out: failed'
ok "it is gone" wait_for 10 session_count 1
is "$(consoles)" 1 "with its console"
release one
is $? 255 "its client knows"
kill -USR1 "$kept"
end_client "$kept"
like "$(cat "$TMP/kept")" A "a relay goes on"
release two
is $? 0 "the other session goes on"
is "$(grep -c '^full ' "$TMP/two.out")" 2 "and is answered"

# One that is stopped holds up nothing.
hold three full
three=$(sessions)
kill -STOP "$three"
like "$(by_key full whoami </dev/null)" '^full ' "beside one that stands still"
kill -CONT "$three"
release three
is $? 0 "which goes on, too"

# The console dies.
hold four full
console=$(ps -A -o pid= -o ppid= | awk -v p="$(sessions)" '$2 == p { print $1 }')
kill -KILL $console
release four
within $? 1 255 "a console that is killed ends its session"
ok "with its process" wait_for 10 no_sessions

# The balancer dies.
hold five full
all="$(sessions)"
kill -KILL "$PYD"
status=137
wait_for 10 balancer_ended
ok "without the balancer no process stays" wait_for 10 all_over $all
release five
within $? 1 255 "its client knows"
done_testing
