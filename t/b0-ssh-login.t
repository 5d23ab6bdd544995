#!/bin/sh
# SPDX-License-Identifier: ISC
#
# SSH with the stock client: who gets in and who does not, what a command's
# exit status is, and lines on standard input.

. "$(dirname "$0")/ssh.sh"

start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/><host name="b" ip="127.0.0.1:9" adminDown="yes"/>
    </group>
  </service>
  <admin>
    $SSH
    <user name="weak" password="$(hash weak)" access="full"
	keys="$TMP/weak.keys"/>
    <user name="open" password="$(hash open)" access="full"
	keys="$TMP/open.keys"/>
  </admin>
</config>
END
ssh_ready

# In.
like "$(by_password full full whoami </dev/null)" '^full ' "a password"
like "$(by_password look look whoami </dev/null)" '^look ' "of another user"
like "$(by_key full whoami </dev/null)" '^full ' "a key"
print=$(ssh-keygen -lf "$TMP/id.pub" | cut -d ' ' -f 2)
ok "the log tells who, and how" wait_log \
    " notice ssh 127\.0\.0\.1:[0-9]+: user full: logged in: password\$"
ok "and with which key" wait_log \
    ": user full: logged in: key $(printf '%s' "$print" | sed 's/+/\\+/g')\$"
ok "and when he has gone" wait_log ": user look: logged out: closed\$"

# Not in. refused NAME WHAT: the last client was.
refused()
{
	is "$status" 255 "$1"
	like "$out" 'Permission denied' "$1: and told"
}

try()
{
	out=$("$@" whoami 2>&1 </dev/null)
	status=$?
}

try by_password full wrong
refused "a wrong password"
expect_log ' auth: user full: refused: from 127\.0\.0\.1:'
try by_password nobody full
refused "an unknown user"
expect_log ' auth: user nobody: refused: from '
KEY=$TMP/other try by_key full
refused "a wrong key"
try by_key look
refused "another one's key"
try by_key nobody
refused "a key of nobody"

# Keys that are written down, and not taken.
new_key small -t rsa -b 1024 2>/dev/null || : >"$TMP/small.pub"
new_key large -t rsa -b 2048
new_key curve -t ecdsa -b 256
{
	echo "# a comment"
	echo
	cat "$TMP/small.pub"
	echo "command=\"help\" $(cat "$TMP/other.pub")"
	echo "restrict $(cat "$TMP/id.pub")"
	echo "ssh-ed25519 AAAA"
	echo "ssh-rsa"
	echo "nonsense"
	cat "$TMP/large.pub"
	printf '%s' "$(cat "$TMP/curve.pub")"
} >"$TMP/weak.keys"
chmod 644 "$TMP/weak.keys"
KEY=$TMP/other try by_key weak
refused "a line with options"
test ! -s "$TMP/small.pub" || {
	KEY=$TMP/small try by_key weak
	refused "an RSA key of 1024 bits"
}
for key in id large curve; do
	like "$(KEY=$TMP/$key by_key weak whoami 2>&1 </dev/null)" '^weak ' \
	    "key $key"
done
cp "$TMP/id.pub" "$TMP/open.keys"
chmod 666 "$TMP/open.keys"
expect_log ' keys .*open\.keys: not used: '
try by_key open
refused "a file that everybody can write"

# Commands and their status.
like "$(by_key full show </dev/null)" 'web' "a command"
is $? 0 "status 0: done"
out=$(by_key full addHost service=web group=g name=c ip=127.0.0.1:7 \
    2>&1 </dev/null)
is $? 0 "a change"
ok "which the log tells" wait_log 'full.*addHost|addHost.*full'
out=$(by_key full addHost service=web group=nothing name=c ip=127.0.0.1:7 \
    2>&1 </dev/null)
is $? 1 "status 1: refused"
like "$out" 'nothing' "and why"
out=$(by_password look look addHost service=web group=g name=d \
    ip=127.0.0.1:7 2>&1 </dev/null)
is $? 1 "status 1: a readonly user's change"
is "$(by_key full running.txt </dev/null | grep -c ' [a-d] ')" 3 \
    "nothing of it was done"
out=$(by_key full nonsense 2>&1 </dev/null)
is $? 1 "no such command"
long=$(awk 'BEGIN { while (i++ < 70000) printf "x" }' </dev/null)
out=$(printf 'help %s\n' "$long" | by_key full 2>&1)
within $? 1 2 "a line that is too long"

# Lines.
out=$(printf 'whoami\nrunning.txt\nwhoami\n' | by_key full 2>&1)
is $? 0 "lines on standard input"
is "$(printf '%s\n' "$out" | grep -c '^full ')" 2 "each has its answer"
like "$out" '^service web ' "in order"
out=$(printf 'whoami\nnonsense\nwhoami\n' | by_key full 2>&1)
is $? 1 "the status of the worst"

# A megabyte of lines, and of answers.
awk 'BEGIN { while (i++ < 20000) print "whoami" }' </dev/null >"$TMP/lines"
by_key full <"$TMP/lines" >"$TMP/answers" 2>&1
is $? 0 "20000 lines"
is "$(grep -c '^full ' "$TMP/answers")" 20000 "and 20000 answers"

wait_for 10 no_sessions
is "$(sessions)" "" "no process stays"
done_testing
