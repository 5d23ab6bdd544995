#!/bin/sh
# SPDX-License-Identifier: ISC
#
# SIGHUP: the configuration is read again while connections are open; what is
# bad changes nothing.

. "$(dirname "$0")/lib.sh"

start_backend A http
start_backend B http
start_backend E echo

# Two addresses that were free a moment ago.
start_backend P http
start_backend Q echo
stop_backend P
stop_backend Q

# configuration WEB ECHO HOSTS: what the two services listen on.
configuration()
{
	cat <<END
<config>
  <service name="web">
    <listen ip="$1"/>
    <group name="g" scheduler="roundr" enable="true">$3</group>
  </service>
  <service name="echo">
    <listen ip="$2"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
</config>
END
}

# The last word on it.
result()
{
	grep -E ' config: (not )?reloaded: ' "$LOG" | tail -n 1
}

reload()
{
	reload_lines=$(count_log ' config: (not )?reloaded: ')
	kill -HUP "$PYD"
	wait_for 10 more_lines "$reload_lines" ' config: (not )?reloaded: ' \
	    "$LOG"
}

configuration "$P" "$Q" "<host name='a' ip='$A'/>" >"$TMP/first"
start_balancer <"$TMP/first"
start_client out "$Q" pong:3 pause pong:3
wait_for 10 grep -q paused "$TMP/out"
is "$(client "$P" get | names)" A "before"

configuration "$P" "$Q" "<host name='b' ip='$B'/>" >"$TMP/pydirector.xml"
reload
like "$(result)" ' notice config: reloaded: 2 changes$' "two changes"
ok "logged" logged ' notice command: addHost service=web .*: by - from program$'
is "$(client "$P" get | names)" B "the same listener, another host"

configuration "$P" "$Q" "<host name='b' ip='nowhere'/><oops/>" \
    >"$TMP/pydirector.xml"
expect_log ' err config: not reloaded: .*pydirector.xml:4: '
reload
is "$(count_log ' err config: not reloaded: ')" 2 "each error is told"
is "$(client "$P" get | names)" B "and nothing has changed"

configuration "$Q" "$P" "<host name='b' ip='$B'/>" >"$TMP/pydirector.xml"
reload
like "$(result)" ' notice config: reloaded: ' "two services change places"
is "$(client "$Q" get | names)" B "one"
is "$(client "$P" pong:3)" "pong 3 good" "and the other"

# A name goes to the helper; the host is in rotation when it has answered.
configuration "$Q" "$P" \
    "<host name='n' ip='localhost:$(port_of "$A")'/>" >"$TMP/pydirector.xml"
reload
ok "a host with a name" wait_log ' notice host web/g/n: up$'
is "$(client "$Q" get | names)" A "is looked up and serves"

sed '/"echo"/,/service>/d' "$TMP/pydirector.xml" >"$TMP/without"
cp "$TMP/without" "$TMP/pydirector.xml"
reload
like "$(result)" ' reloaded: 1 changes$' "a service goes"
like "$(client "$P" close)" 'connect refused' "its port is free"
kill -USR1 "$client_pid"
end_client "$client_pid"
is "$(tail -n 1 "$TMP/out")" "pong 3 good" "its connection goes on"
ok "to its end" wait_log ' relay 1: echo .*: client-closed$'
balancer_fds=unknown
done_testing
