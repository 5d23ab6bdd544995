#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The control socket appears, changes its mode, moves and goes while the
# balancer runs, by set and by reload. It knows connections that were there
# before it was.

. "$(dirname "$0")/web.sh"
need python3

start_backend E echo
configuration()
{
	cat <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
  <admin>$WEB</admin>
  $1
</config>
END
}

configuration "" >"$TMP/c.xml"
start_balancer <"$TMP/c.xml"
web_ready
start_client kept -t 60000 "$(addr_of s)" port pong:1 pause pong:1
kept=$client_pid
wait_for 20 grep -q paused "$TMP/kept"
me="127.0.0.1 $(sed -n 's/^\([0-9]*\)$/\1/p' "$TMP/kept" | sed 1q)"
peer=$(sed -n 's/^open [0-9]* //p' "$E_log" | sed 1q)

ask()
{
	python3 -B "$T/ask.py" "$1" "$peer"
}

# change ATTRIBUTE VALUE
change()
{
	web full "set?attr=control.$1&value=$2"
}

like "$me $peer" '^127[.]0[.]0[.]1 [0-9]+ 127[.]0[.]0[.]1:[0-9]+$' \
    "a connection without a control socket"
like "$(change socket "$TMP/one")" '^OK' "one appears"
ok "told" wait_log " control unix:$TMP/one: listening\$"
is "$(ls -l "$TMP/one" | cut -c 1-10)" "srw-rw----" "mode 0660"
is "$(ask "$TMP/one")" "$me" "it knows who was there before"
like "$(change mode 0600)" '^OK' "another mode"
is "$(ls -l "$TMP/one" | cut -c 1-10)" "srw-------" "it counts at once"
like "$(change socket "$TMP/two")" '^OK' "it moves"
is "$(ask "$TMP/two")" "$me" "it answers there"
is "$(ask "$TMP/one")" "refused" "not here"
is "$(ls -l "$TMP/two" | cut -c 1-10)" "srw-------" "its mode is kept"
like "$(change socket "$TMP/none/two")" '^NOT OK' "not where none can be"
is "$(ask "$TMP/two")" "$me" "it is as it was"
like "$(web full running.xml)" "<control socket=\"$TMP/two\" mode=\"0600\"" \
    "in the configuration"

configuration "<control socket='$TMP/three'/>" >"$TMP/pydirector.xml"
kill -HUP "$PYD"
ok "a reload moves it" wait_log " control unix:$TMP/three: listening\$"
is "$(ask "$TMP/three")" "$me" "it answers there"
ok "the old path is gone" test ! -e "$TMP/two"
is "$(ls -l "$TMP/three" | cut -c 1-10)" "srw-rw----" "the mode of the file"
like "$(change socket "")" '^OK' "it goes"
is "$(ask "$TMP/three")" "refused" "it is gone"
ok "so is its path" test ! -e "$TMP/three"
like "$(change socket "$TMP/one")" '^OK' "and comes back"
is "$(ask "$TMP/one")" "$me" "it still knows"
kill -USR1 "$kept"
end_client "$kept"
is "$?" 0 "the connection was there all the time"
ok "when it has ended it is nobody's" wait_for 10 sh -c \
    "test \"\$(python3 -B '$T/ask.py' '$TMP/one' $peer)\" = UNKNOWN_PORT"
like "$(change socket "")" '^OK' "it goes again"
done_testing
