#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The control socket, byte for byte: every question of the table, whole and
# in pieces; IPv4 and IPv6; its mode, its log line, its end.

. "$(dirname "$0")/lib.sh"
. "$T/control.sh"
need python3

start_script four control.py 127.0.0.1
start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$script_at"/>
    </group>
  </service>
  <control socket="$TMP/control" mode="0600"/>
</config>
END
ok "told" wait_log " control unix:$TMP/control: listening\$"
is "$(ls -l "$TMP/control" | cut -c 1-10)" "srw-------" "its mode"
go_script s
end_script
within "$script_n" 60 100 "the whole table"
stop_balancer
ok "removed at the end" test ! -e "$TMP/control"

if python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' \
    2>/dev/null; then
	start_script six control.py ::1
	start_balancer <<END
<config>
  <service name="s">
    <listen ip="[::1]:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$script_at"/>
    </group>
  </service>
  <control socket="$TMP/control"/>
</config>
END
	ok "told" wait_log " control unix:$TMP/control: listening\$"
	is "$(ls -l "$TMP/control" | cut -c 1-10)" "srw-rw----" "mode 0660"
	go_script s
	end_script
	within "$script_n" 60 100 "the whole table in IPv6"
else
	pass "IPv6 # SKIP no ::1 here"
fi
done_testing
