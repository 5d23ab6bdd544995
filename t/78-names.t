#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A host's name is looked up again every resolveInterval: new connections
# follow a changed address, open ones stay, and where a name is not found any
# more the last good address serves on. In private copies of the files that
# names come from; where there is a name server, nobody asks it.

. "$(dirname "$0")/lib.sh"

if test -z "${NAMES_TEST:-}"; then
	test -e /proc/self/ns/mnt && unshare -m true 2>/dev/null ||
	    skip_all "no private /etc/hosts"
	trap - EXIT
	rm -rf "$TMP"
	NAMES_TEST=yes exec unshare -m "${TEST_SHELL:-sh}" "$0"
fi

# instead FILE: the text from standard input is there instead.
instead()
{
	cat >"$TMP/${1##*/}"
	test -e "$1" || return 0
	mount --bind "$TMP/${1##*/}" "$1" 2>/dev/null ||
	    skip_all "$1 cannot be replaced"
}

instead /etc/hosts </dev/null
echo 'nameserver 127.0.0.1' | instead /etc/resolv.conf
echo 'hosts: files' | instead /etc/nsswitch.conf

# is_at ADDRESS: what the name means from now on; none: nothing.
is_at()
{
	printf '127.0.0.1 localhost\n' >"$TMP/hosts.new"
	test "$1" = none || echo "$1 moving.test" >>"$TMP/hosts.new"
	cat "$TMP/hosts.new" >/etc/hosts
}

# serves: the name of the backend that has a new connection.
serves()
{
	client "$(addr_of web)" get | names
}

served_by()
{
	test "$(serves)" = "$1"
}

start_backend A
port=$(port_of "$A")
"$T/client" -t 1000 "127.0.0.2:$port" close 2>&1 | grep -q 'connect refused' ||
    skip_all "127.0.0.2 is no address here"
start_backend B -l "127.0.0.2:$port"
start_backend E echo
start_backend F -l "127.0.0.2:$(port_of "$E")" echo

is_at 127.0.0.1
start_balancer -v <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="h" ip="moving.test:$port"/>
    </group>
  </service>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="h" ip="moving.test:$(port_of "$E")"/>
    </group>
  </service>
  <service name="late">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="h" ip="late.test:$port"/>
    </group>
  </service>
  <manager resolveInterval="1"/>
</config>
END
expect_log ' warning host late/g/h: down: unresolved: late.test: '

# The helper that looks names up keeps one descriptor.
ok "a name that is not known is looked up again" wait_log \
    ' debug host late/g/h: not resolved: .'
test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
is "$(serves)" A "the name is looked up at the start"
start_client out "$(addr_of echo)" pong:3 pause pong:3
wait_for 10 grep -q paused "$TMP/out"

is_at 127.0.0.2
ok "another address is found" wait_log \
    " notice host web/g/h: resolved: 127[.]0[.]0[.]2:$port\$"
is "$(serves)" B "new connections follow it"
ok "for each host of that name" wait_log \
    " notice host echo/g/h: resolved: 127[.]0[.]0[.]2:$(port_of "$E")\$"
kill -USR1 "$client_pid"
end_client "$client_pid"
is "$(tail -n 1 "$TMP/out")" "pong 3 good" "an open connection stays"
is "$(events E '^open ') $(events F '^open ')" "1 0" "where it was"
is "$(client "$(addr_of echo)" pong:3)" "pong 3 good" "the next one"
is "$(events E '^open ') $(events F '^open ')" "1 1" "goes to the new address"

is_at none
failed=' debug host web/g/h: not resolved: .'
ok "the name is gone" wait_for 10 more_lines 1 "$failed" "$LOG"
is "$(serves)" B "the last good address stays"
is "$(count_log ' host web/g/h: down: ')" 0 "and the host in rotation"

is_at 127.0.0.1
ok "the name is back, elsewhere" wait_for 10 served_by A
lines=$(count_log "$failed")
echo '127.0.0.1 late.test' >>/etc/hosts
ok "a name that was not known is found" wait_log \
    ' notice host late/g/h: up$'
is "$(client "$(addr_of late)" get | names)" A "and its host serves"
is "$(count_log "$failed")" "$lines" "no more failures"
is "$(count_log ' host web/g/h: resolved: ')" 2 "nothing is told twice"
done_testing
