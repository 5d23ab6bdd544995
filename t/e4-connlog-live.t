#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The connection log is switched on, moved and switched off while the balancer
# runs, by commands and by a reload.

. "$(dirname "$0")/web.sh"
. "$T/connlog.sh"

start_backend A
start_backend H hold
part()
{
	cat <<-END
	<config>
	  <service name="web">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundr" enable="true">
	      <host name="a" ip="$A"/>
	    </group>
	  </service>
	  <service name="hold">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundr" enable="true">
	      <host name="h" ip="$H"/>
	    </group>
	  </service>
	  <admin>$WEB</admin>
	  $1
	</config>
	END
}
part '' >"$TMP/plain.xml"
start_balancer <"$TMP/plain.xml"
web_ready
web=$(addr_of web)

# lines FILE: how many it has, once every relay has ended.
lines()
{
	wait_for 10 settled
	wc -l <"$1" | tr -d ' '
}

settled()
{
	test "$(relays_ended)" -ge "$made"
}
made=0

# serve N: that many relays.
serve()
{
	made=$((made + $1))
	client -n "$1" "$web" get >/dev/null
	wait_for 10 settled
}

set_it()
{
	like "$(web_says full "set?attr=connlog.$1&value=$2")" "^${3:-200}" \
	    "set connlog.$1 $2"
}

metric()
{
	web look metrics |
	    sed -n "s/^pydirector_connlog_$1_total{target=\"file\"} //p"
}

start_client old "$(addr_of hold)" send:5 pause reset
old=$client_pid
wait_for 10 grep -q paused "$TMP/old"
serve 1
is "$(metric lines)" "" "there is no connection log"
set_it file "$CONN"
serve 2
ok "it is on" wait_for 10 more_lines 1 event=end "$CONN"
is "$(lines "$CONN")" 2 "new relays are in it"
made=$((made + 1))
kill -USR1 "$old"
end_client "$old"
ok "one that was there before, too" wait_for 10 grep -q 'service=hold' "$CONN"
like "$(grep service=hold "$CONN")" \
    ' listener=- client=[0-9.:]* sender=- host=h .* local=- in=5 out=0 '\
'connect=- .* tries=- end=client-reset$' "with what is known of it"
set_it start yes
serve 1
is "$(lines "$CONN")" 5 "a line at the start"
set_it file "$TMP/other"
serve 1
is "$(lines "$CONN") $(lines "$TMP/other")" "5 2" "it moves"
is "$(metric lines)" 7 "the count goes on"
set_it file "$TMP/no/file" 500
like "$(cat "$TMP/web.body")" 'connlog: .*/no/file: No such' "with the reason"
serve 1
is "$(lines "$TMP/other")" 4 "then it stays where it was"
set_it file ''
serve 1
is "$(lines "$TMP/other")" 4 "it is off"

# Reloads.
part "<connlog file=\"$CONN\"/>" >"$TMP/pydirector.xml"
like "$(web_says full reload)" '^200' "a reload"
serve 1
is "$(lines "$CONN")" 6 "switches it on"
part "<connlog file=\"$TMP/no/file\"/>" >"$TMP/pydirector.xml"
allow_log ' (config|reload|connlog): '
web_says full reload >"$TMP/out"
like "$(cat "$TMP/out")" '^(409|500).*No such' "one that cannot be done"
serve 1
is "$(lines "$CONN")" 7 "changes nothing"
cp "$TMP/plain.xml" "$TMP/pydirector.xml"
like "$(web_says full reload)" '^200' "one without it"
serve 1
is "$(lines "$CONN")" 7 "switches it off"
done_testing
