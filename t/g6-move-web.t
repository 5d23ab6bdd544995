#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The web moves while it runs: to addresses that overlap with its own, to a
# UNIX socket and back. The call that moves it is answered; an address in use
# changes nothing.

. "$(dirname "$0")/alone.sh"
. "$(dirname "$0")/web.sh"

start_backend A
start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>$WEB</admin>
</config>
END
web_ready
port=$(port_of "$web_at")
name=$TMP/w.sock

# move ADDRESS [CURL-OPTION...]: what the call says.
move()
{
	move_to=$1
	shift
	web full 'set' -G --data-urlencode attr=web.listen \
	    --data-urlencode "value=$move_to" "$@"
}

answers()
{
	test "$(web_status look running.txt "$@")" = 200
}

like "$(move "*:$port")" '^OK' "to every address"
ok "there" answers
like "$(move "127.0.0.1:$port")" '^OK' "to one of them"
ok "there" answers
like "$(client "127.0.0.2:$port" close)" 'connect refused' "not elsewhere"
like "$(move "localhost:$port")" '^OK' "to two, one of them its own"
ok "there" answers
like "$(move "127.0.0.1:$port")" '^OK' "to one of the two"
ok "there" answers
like "$(move "unix:$name")" '^OK' "to a UNIX socket"
ok "told" wait_log " web unix:$name: listening\$"
is "$(ls -l "$name" | cut -c 1-10)" "srw-rw----" "mode 0660"
ok "there" answers --unix-socket "$name"
like "$(client "$web_at" close)" 'connect refused' "not at the old place"
like "$(move "$A" --unix-socket "$name")" '^NOT OK .*: not listening: ' \
    "an address in use"
ok "nothing has changed" answers --unix-socket "$name"
like "$(move "127.0.0.1:$port" --unix-socket "$name")" '^OK' "and back"
ok "there" answers
ok "the path is gone" test ! -e "$name"
done_testing
