#!/bin/sh
# SPDX-License-Identifier: ISC
#
# X,sticky: a client's address stays with its host while that is up.

. "$(dirname "$0")/lib.sh"

"$T/client" -b 127.0.0.2 -t 500 127.0.0.1:1 close 2>&1 |
    grep -q 'connect refused' || skip_all "127.0.0.2 is not an address here"
start_backend A
start_backend B
start_backend C
hosts="<host name=\"a\" ip=\"$A\"/><host name=\"b\" ip=\"$B\"/>
<host name=\"c\" ip=\"$C\"/>"
start_balancer <<END
<config>
  <service name="one">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="sticky" enable="true">$hosts</group>
  </service>
  <service name="two">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="leastc,sticky" enable="true">$hosts</group>
  </service>
  <manager><hostCheck interval="1"/></manager>
</config>
END

# The host of each of 40 addresses.
table()
{
	for i in 2 3 4 5 6 7 8 9; do
		for j in 1 2 3 4 5; do
			client -b "127.0.$j.$i" "$1" get | names
		done
	done
}

table "$(addr_of one)" >"$TMP/first"
is "$(sort -u "$TMP/first" | tr '\n' ' ')" "A B C " "all hosts are used"
table "$(addr_of one)" >"$TMP/again"
ok "the same client, the same host" cmp "$TMP/first" "$TMP/again"
table "$(addr_of two)" >"$TMP/two"
ok "another service with these names agrees" cmp "$TMP/first" "$TMP/two"
backend_down B
table "$(addr_of one)" >"$TMP/without"
is "$(paste -d ' ' "$TMP/first" "$TMP/without" | grep -v '^B ' |
    awk '$1 != $2' | wc -l | tr -d ' ')" 0 \
    "with b down, only its own clients move"
is "$(grep -c B "$TMP/without")" 0 "and none is left there"
backend_up B
ok "b returns" wait_log ' host one/g/b: up$'
table "$(addr_of one)" >"$TMP/back"
ok "and has its clients back" cmp "$TMP/first" "$TMP/back"
done_testing
