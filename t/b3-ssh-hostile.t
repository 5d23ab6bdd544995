#!/bin/sh
# SPDX-License-Identifier: ISC
#
# SSH clients that want too much, or nothing: costly key exchanges, silence,
# crowds, guessing, forwarding, files, other channels, variables.

. "$(dirname "$0")/ssh.sh"

PYDIRECTOR_SSH_GRACE=2
export PYDIRECTOR_SSH_GRACE
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

# What a client offers.
for offer in KexAlgorithms=diffie-hellman-group18-sha512 \
    KexAlgorithms=diffie-hellman-group16-sha512 \
    KexAlgorithms=diffie-hellman-group-exchange-sha256 \
    HostKeyAlgorithms=rsa-sha2-512 Ciphers=aes128-cbc MACs=hmac-sha1; do
	case $offer in
	MACs=*)	SSH_OPTIONS="-o $offer -o Ciphers=aes128-ctr" ;;
	*)	SSH_OPTIONS="-o $offer" ;;
	esac
	from=$(clock)
	out=$(SSH_LEVEL=INFO by_key full whoami 2>&1 </dev/null)
	like "$out" 'no matching|Unable to negotiate' "${offer#*=}: refused"
	within $(($(clock) - from)) 0 $((2000 * PATIENCE)) "at once"
done
ok "which is told" wait_log ': not logged in: '
SSH_OPTIONS=-C
like "$(by_key full whoami </dev/null)" '^full ' "-C"
SSH_OPTIONS=

# Silence, noise, and one who is in and asks for nothing.
wait_for 10 no_sessions
from=$(clock)
start_client silent -t 20000 -c 3 "$ssh_at" line read
silent=$client_pid
ok "silent clients have a process" wait_for 5 session_count 3
start_client noise -t 20000 "$ssh_at" line 'text:SSH-2.0-x\r\n' dribble:4000 \
    read
noise=$client_pid
start_client web -t 20000 "$ssh_at" 'text:GET / HTTP/1.0\r\n\r\n' read
web=$client_pid
SSH_OPTIONS=-N by_key full </dev/null >"$TMP/nothing" 2>&1
ok "until the grace time is over" wait_for 10 no_sessions
within $(($(clock) - from)) 1500 $((6000 * PATIENCE)) "two seconds here"
end_client $silent
end_client $noise
end_client $web
like "$(cat "$TMP/silent")" '^SSH-2\.0-pydirector' "they got the greeting"
within "$(count_log ': not logged in: no login in time')" 3 5 \
    "and a line each"
ok "who was in and asked for nothing is told apart" logged \
    ': user full: logged out: nothing that is offered here was asked for'

# A crowd that says nothing, of two addresses where there are, and comes again
# when it is sent away.
crowd_other=127.0.0.2
client -b 127.0.0.2 "$(addr_of web)" get >/dev/null || crowd_other=127.0.0.1
PYDIRECTOR_SSH_GRACE=30
stop_balancer
start_balancer <<END
$(cat "$TMP/pydirector.xml")
END
ssh_ready
before=$(count_log ': not logged in: its place was wanted')
crowd_pids=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	for from in 127.0.0.1 $crowd_other; do
		start_client "crowd.$i.$from" -t 60000 -b "$from" -n 10000 \
		    "$ssh_at" line read
		crowd_pids="$crowd_pids $client_pid"
	done
done
ok "a silent crowd takes all places" wait_for 10 session_count 10
for i in 1 2 3; do
	from=$(clock)
	like "$(by_key full whoami </dev/null)" '^full ' "a user gets in"
	within $(($(clock) - from)) 0 $((15000 * PATIENCE)) "soon"
done
within "$(sessions | wc -l)" 1 12 "there are no more"
ok "those whose place he got are told" test \
    "$(count_log ': not logged in: its place was wanted')" -gt "$before"
for pid in $crowd_pids; do
	end_client_now "$pid"
done
ok "and go" wait_for 10 no_sessions

# Who hangs up at once. More than a few would take the processor from traffic.
before=$(count_log ': not logged in: ')
from=$(clock)
client -n 200 -c 5 "$ssh_at" close
wait_for 10 no_sessions
within $(($(count_log ': not logged in: ') - before)) 0 \
    $((5 + ($(clock) - from) / 50)) "a flood: 20 processes a second, at most"
like "$(by_key full whoami </dev/null)" '^full ' "and the next one gets in"

# Guessing.
allow_log ' auth: user full: refused: from '
PROMPTS=9 PYDIRECTOR_SSH_GRACE=30
stop_balancer
start_balancer <<END
$(cat "$TMP/pydirector.xml")
END
ssh_ready
allow_log ' auth: user full: refused: from '
: >"$TMP/asked"
SSH_TIME=40 by_password full wrong whoami >"$TMP/guess" 2>&1 </dev/null
is $? 255 "nine guesses"
ok "are cut short" wait_log ': not logged in: too many failures'
# The client may ask once more before he hears of it.
within "$(grep -c asked "$TMP/asked")" 6 7 "after six"
PROMPTS=1

# More than a console.
forward()
{
	SSH_OPTIONS="-o ExitOnForwardFailure=yes $1" by_key full whoami 2>&1 \
	    </dev/null
}

like "$(forward '-R 0:127.0.0.1:1')" 'orwarding|failed' "-R is refused"
port=$(port_of "$A")
for way in "-W 127.0.0.1:$port"; do
	out=$(SSH_OPTIONS=$way ssh_client full -i "$TMP/id" $way 127.0.0.1 \
	    2>&1 </dev/null)
	like "$out" 'prohibited|forwarding failed' \
	    "what -L and -D need is refused"
done
out=$(SSH_OPTIONS=-s by_key full sftp 2>&1 </dev/null)
like "$out" 'subsystem request failed' "sftp is refused"
out=$(FOO=hello SSH_OPTIONS='-v -o SendEnv=FOO -o LogLevel=DEBUG1' \
    by_key full whoami 2>&1 </dev/null)
like "$out" '^full ' "who sends variables is served"
out=$(SSH_OPTIONS='-A -X' by_key full whoami 2>/dev/null </dev/null)
like "$out" '^full ' "who offers an agent and a display, too"

# A second channel over the same connection.
SSH_OPTIONS="-M -S $TMP/mux"
hold first full
wait_for 10 ssh -F none -S "$TMP/mux" -O check 127.0.0.1 ||
    bail "the first connection takes no others"
SSH_OPTIONS="-S $TMP/mux -o ProxyCommand=false"
out=$(by_key full whoami 2>&1 </dev/null)
like "$out" 'refused' "a second channel is refused"
SSH_OPTIONS=
release first
is $? 0 "the first goes on"
done_testing
