#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The example of pydirector-admin(7): a Twisted server that tells its peer who
# it is, run as it stands there but for its port and the path of the socket.

. "$(dirname "$0")/alone.sh"
. "$(dirname "$0")/lib.sh"
. "$T/control.sh"
need_twisted

# A port that was free a moment ago.
start_backend P http
stop_backend P
start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$P"/></group>
  </service>
  <control socket="$TMP/control"/>
</config>
END
ok "told" wait_log " control unix:$TMP/control: listening\$"
sed -n -e 's/\\en/\\n/g' -e "s;/var/run/pydirector.control;$TMP/control;" \
    -e "s/8080/$(port_of "$P")/" -e '/^from twisted/,/^reactor.run/p' \
    "$T/../man/pydirector-admin.7" >"$TMP/example.py"
within "$(grep -c . "$TMP/example.py")" 20 40 "the page has an example"
"$PYTHON" "$TMP/example.py" >"$TMP/example.out" 2>&1 &
example=$!
test_pids="$test_pids $example"

# A client before it listens would take the host out of rotation.
listens()
{
	client "$P" read | grep -q "eof\$"
}

ok "it listens" wait_for 20 listens
is "$(client "$(addr_of s)" line)" "127.0.0.1" "its peer is told who it is"
end_client_now "$example"
diag "$(cat "$TMP/example.out")"
done_testing
