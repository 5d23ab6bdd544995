#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A name with two addresses of which only one answers.

. "$(dirname "$0")/lib.sh"

# Where localhost has one address, a private /etc/hosts, if that can be had.
"$T/client" -t 1000 '[::1]:1' close 2>&1 | grep -q 'connect refused' ||
    skip_all "no IPv6 here"
if test -z "${LOCALHOST_TEST:-}" && test -e /proc/self/ns/mnt &&
    unshare -m true 2>/dev/null; then
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$TMP.hosts"
	trap - EXIT
	rm -rf "$TMP"
	LOCALHOST_TEST=$TMP.hosts exec unshare -m "${TEST_SHELL:-sh}" "$0"
fi
if test -n "${LOCALHOST_TEST:-}"; then
	mount --bind "$LOCALHOST_TEST" /etc/hosts 2>"$TMP/mount"
	bound=$?
	rm -f "$LOCALHOST_TEST"
	test $bound = 0 || skip_all "/etc/hosts cannot be replaced"
fi

start_backend A
start_backend A6 -l "[::1]:$(port_of "$A")" refuse
start_backend B -l '[::1]:0'
start_backend B4 -l "127.0.0.1:$(port_of "$B")" refuse
start_balancer <<END
<config>
  <service name="s">
    <listen ip="localhost:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="localhost:$(port_of "$A")"/>
      <host name="b" ip="localhost:$(port_of "$B")"/>
    </group>
  </service>
</config>
END
test -n "$(addr_of s '^\[')" || skip_all "localhost has one address"

is "$(client -n 6 "$(addr_of s)" get | names | tr '\n' ' ')" \
    "A B A B A B " "each host is reached at the address that answers"
is "$(port_of "$(addr_of s '^\[')")" "$(port_of "$(addr_of s '^127')")" \
    "both addresses of a listener have one port"
is "$(count_log ': down: ')" 0 "no host went down"
done_testing
