#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The console with the stock client at a terminal: history, completion, the
# size of the window, ^C, ^D; and who types nothing is let go.

. "$(dirname "$0")/ssh.sh"

need python3
grep -q '^#define HAVE_EDIT 1' "$BUILD/config.h" || {
	test "${CI:-}" != true || bail "built without libedit"
	skip_all "built without libedit"
}

# run_balancer: the same each time.
run_balancer()
{
	start_balancer <<-END
	<config>
	  <service name="web">
	    <listen ip="127.0.0.1:0"/>
	    <group name="main" scheduler="roundr" enable="true">
	      <host name="alpha" ip="$A"/>
	    </group>
	  </service>
	  <admin>$SSH</admin>
	</config>
	END
	ssh_ready
}

start_backend A
run_balancer

# person STEP...: the client on a terminal, t/person.py at its keys. WORDS: what
# it is asked to run.
person()
{
	PATIENCE=$PATIENCE timeout 60 python3 "$T/person.py" \
	    "$(command -v ssh)" -tt -F none -p "$(port_of "$ssh_at")" \
	    -i "$TMP/id" -o UserKnownHostsFile="$TMP/known" \
	    -o GlobalKnownHostsFile=none -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o LogLevel=ERROR -l full 127.0.0.1 \
	    ${WORDS:-} -- "$@" 2>&1
}

prompt='wait full> '
me='wait full full 127'
ok "a command, and ^D" person "$prompt" 'send whoami\r' "$me" "$prompt" \
    'send \x04' 'end 0'
ok "exit" person "$prompt" 'send exit\r' 'end 0'
ok "history" person "$prompt" 'send whoami\r' "$me" "$prompt" \
    'send \x1b[A\r' "$me" "$prompt" 'send \x04' 'end 0'
ok "editing" person "$prompt" 'send wwhoami\x01\x04\r' "$me" "$prompt" \
    'send \x04' 'end 0'
ok "completion" person "$prompt" 'send setWei\tweb\tmain al\t5\r' \
    "wait host 'alpha': weight 5" "$prompt" 'send \x04' 'end 0'
ok "^C drops the line" person "$prompt" 'send frobnicate\x03' 'wait \^C' \
    "$prompt" 'send whoami\r' "$me" "$prompt" 'send \x04' 'end 0'
ok "^Z stops nothing" person "$prompt" 'send \x1a' 'send whoami\r' "$me" \
    "$prompt" 'send \x04' 'end 0'
long=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ok "a line that fits" person "$prompt" "send help $long" "wait help $long" \
    'send \x03' "$prompt" 'send \x04' 'end 0'
ok "a window that changes" person "$prompt" 'size 24 30' 'send whoami\r' \
    "$me" "$prompt" "send help $long" 'wait a\r\n|a \x08' 'send \x03' \
    "$prompt" 'send \x04' 'end 0'
ok "a shell escape is none" person "$prompt" 'send \x1bxbind -v\r' \
    'send \x03' "$prompt" 'send whoami\r' "$me" "$prompt" 'send \x04' 'end 0'
TERM='x;$(id)' ok "a terminal that cannot be" person "$prompt" \
    'send whoami\r' "$me" "$prompt" 'send \x04' 'end 0'
WORDS=frobnicate
ok "a command on a terminal" person 'wait no command' 'end 1'
WORDS=

person "$prompt" 'signal KILL' >/dev/null
ok "a client that is killed takes all with him" wait_for 10 no_sessions
stop_balancer

# Who types nothing; a command may take longer.
PYDIRECTOR_SSH_IDLE=2
export PYDIRECTOR_SSH_IDLE
run_balancer
from=$(clock)
ok "who types nothing is told, and let go" person "$prompt" \
    'wait nothing was typed for too long' 'end 255'
within $(($(clock) - from)) 1500 $((6000 * PATIENCE)) "two seconds here"
ok "which the log has, too" \
    wait_log ': user full: logged out: no input for too long'
start_client kept -t 20000 "$(addr_of web)" stall:3500 get
out=$(by_key full drainHost web main alpha --wait 2>&1 </dev/null)
is $? 0 "a command may take longer"
end_client $client_pid
within $(($(clock) - from)) 5000 $((20000 * PATIENCE)) "and did"
done_testing
