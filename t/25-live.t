#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What is no service, set while it runs: the web moves under the call that
# moves it, sockets and logs come and go, a value that cannot be had changes
# nothing, and a save and a reload find all of it so.

. "$(dirname "$0")/web.sh"

start_backend A http
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin>
    $WEB
  </admin>
</config>
END
web_ready
allow_log ' web .*: '
FILE=$TMP/pydirector.xml
service=$(addr_of web)

# set_to ATTR VALUE [ATTR2 VALUE2]
set_to()
{
	web full set -G --data-urlencode "attr=$1" \
	    --data-urlencode "value=$2" ${3:+-d "attr2=$3"} \
	    ${4+--data-urlencode "value2=$4"}
}

# mode FILE: `srw-rw----`
mode()
{
	ls -l "$1" | cut -c 1-10
}

# The web.
old=$web_at
is "$(set_to web.listen "$A")" \
    "NOT OK web $A: not listening: Address already in use" "a taken address"
is "$(set_to web.listen "$service")" "NOT OK web $service: not listening: \
Address already in use" "and one of ours"
is "$(set_to web.listen example.org:80 | sed 's/:.*expected/: expected/')" \
    "NOT OK web example.org: expected a number, localhost or *" "a name"
is "$web_at" "$(web full running.xml >"$TMP/running" && echo "$old")" \
    "it stays where it was"
is "$(grep -c 'listen="127.0.0.1:0" enable="true"' "$TMP/running")" 1 \
    "and says so"
is "$(set_to web.listen "unix:$TMP/web")" "OK listen: set" \
    "a call that moves the web is answered"
is "$(curl -s -m 20 -u full:full --unix-socket "$TMP/web" \
    'http://x/set?attr=web.listen&value=127.0.0.1:0')" "OK listen: set" "and back"
ok "the socket is gone" test ! -e "$TMP/web"
like "$(client "$old" close)" 'connect refused' "the old address too"
web_ready
is "$(set_to web.certificate "$TMP/none.crt" web.key "$TMP/none.key")" \
    "OK certificate and key: set" "files are looked at when they are needed"
like "$(set_to web.secure yes)" "^NOT OK .*" "a certificate that is not there"
is "$(web full running.xml | grep -c secure)" 0 "it is not secure"
is "$(set_to web.certificate '' web.key '')" "OK certificate and key: set" \
    "none any more"
is "$(web full running.xml | grep -c none)" 0 "nothing is left of them"

# Sockets.
is "$(set_to control.socket "$TMP/control" control.mode 0600)" \
    "OK socket and mode: set" "a control socket"
is "$(mode "$TMP/control")" "srw-------" "with its mode"
is "$(set_to control.mode 0660)" "OK mode: set" "another mode"
is "$(mode "$TMP/control")" "srw-rw----" "at once"
is "$(set_to console.socket "$TMP/control")" \
    "NOT OK control listens on $TMP/control already" "a path that is taken"
is "$(set_to console.socket "$TMP/console")" "OK socket: set" "a console"
ok "it listens" test -S "$TMP/console"
like "$(set_to control.socket /nowhere/control)" \
    "^NOT OK control unix:/nowhere/control: not listening: " "no such place"
ok "the old one stays" test -S "$TMP/control"
is "$(set_to control.socket '')" "OK socket: set" "no control socket any more"
ok "it is gone" test ! -e "$TMP/control"
is "$(set_to control.mode 0600)" "NOT OK control: set control.socket first" \
    "a mode of none"
is "$(set_to control.socket "$TMP/control")" "OK socket: set" "and a new one"
is "$(mode "$TMP/control")" "srw-rw----" "has the usual mode"

# Logs.
is "$(set_to connlog.start yes)" \
    "NOT OK connlog: set connlog.file or connlog.syslog first" "no log yet"
like "$(set_to connlog.file /nowhere/log)" "^NOT OK .*/nowhere/log" \
    "a file that cannot be had"
is "$(set_to connlog.file "$TMP/connlog")" "OK file: set" "a connection log"
is "$(set_to connlog.start yes)" "OK start: set" "with the starts"
is "$(client "$service" get | names)" A "a client"
ok "two lines" wait_for 10 more_lines 1 ' service=web ' "$TMP/connlog"
like "$(set_to logging.file "$TMP/other")" \
    '^OK file: set, from the next start on$' "the log file"
is "$(set_to logging.file '')" "OK file: set, from the next start on" "none"

# Clients.
S='service=web'
is "$(web full "set?$S&attr=rate&value=1000")" "OK rate: set" "rate"
is "$(web full "set?$S&attr=keepalive&value=30")" "OK keepalive: set" \
    "keepalive"
is "$(web full "set?$S&group=g&attr=sendProxy&value=v1")" \
    "OK sendProxy: set" "a group's sendProxy"
is "$(web full "set?$S&group=g&host=a&attr=sendProxy&value=no")" \
    "OK sendProxy: set" "a host's"
is "$(web full "set?$S&listen=$service&attr=from&value=10.0.0.0/8")" \
    "OK from: set" "from, of a listener by its port"
is "$(web full "set?$S&listen=127.0.0.1:0&attr=acceptProxy&value=yes")" \
    "OK acceptProxy: set" "then acceptProxy"
is "$(web full "set?$S&listen=127.0.0.1:0&attr=from&value=")" \
    "NOT OK acceptProxy: a header from anybody could not be believed: set \
from too" "not without from"
is "$(web full "set?$S&listen=127.0.0.1:0&attr=acceptProxy&value=no&attr2=from\
&value2=")" "OK acceptProxy and from: set" "both off"
is "$(web full "setUser?name=look&keys=/nowhere")" "OK user 'look': changed" \
    "a user's keys"

# The file.
like "$(web full save)" '^OK saved' "saved"
is "$(sed -n 's/^ *\(<co.*\)/\1/p' "$FILE" | grep -v config | sort)" \
    "<connlog file=\"$TMP/connlog\" start=\"yes\"/>
<console socket=\"$TMP/console\"/>
<control socket=\"$TMP/control\"/>" "new elements"
is "$(grep -c -e 'rate="1000" keepalive="30"' -e 'sendProxy="v1"' \
    -e 'sendProxy="no"' -e 'keys="/nowhere"' "$FILE")" 4 "new attributes"
is "$(web full compare)" "OK no difference" "it reads back as what runs"
cp "$FILE" "$TMP/with"

# A reload in which one thing cannot be had changes nothing.
sed -e "s|127.0.0.1:0\" enable|$A\" enable|" -e '/<connlog/d' \
    -e 's/rate="1000"/rate="7"/' "$TMP/with" >"$FILE"
like "$(web full reload)" "NOT OK $FILE: web $A: not listening: Address" \
    "a web address that is taken"
is "$(web full running.xml | cmp - "$TMP/with")" "" "nothing has changed"
is "$(web full status.txt >/dev/null && ls "$TMP/console")" "$TMP/console" \
    "all listens"
sed -e "s|file=\"$TMP/connlog\"|file=\"/nowhere/x\"|" \
    -e 's/rate="1000"/rate="7"/' "$TMP/with" >"$FILE"
like "$(web full reload)" "NOT OK $FILE: .*/nowhere/x" "nor a log"
is "$(web full running.xml | cmp - "$TMP/with")" "" "nothing has changed"

# One that takes it all away, and moves the web under its own call.
sed -e '/<conn/d' -e '/<cons/d' -e '/<cont/d' \
    -e "s|127.0.0.1:0\" enable|unix:$TMP/web\" enable|" \
    -e 's/ rate="1000"//' "$TMP/with" >"$FILE"
like "$(web full reload)" '^OK reloaded, [0-9]* changes$' "a reload"
ok "no sockets" test ! -e "$TMP/console" -a ! -e "$TMP/control"
is "$(curl -s -m 20 -u full:full --unix-socket "$TMP/web" http://x/compare)" \
    "OK no difference" "nothing is left"
lines=$(wc -l <"$TMP/connlog")
is "$(client "$service" get | names)" A "a client"
is "$(wc -l <"$TMP/connlog")" "$lines" "is not in the log any more"
cp "$TMP/with" "$FILE"
kill -HUP "$PYD"
ok "and all comes back" wait_for 10 test -S "$TMP/control"
ok "the web too" wait_log ' web 127.0.0.1:[1-9][0-9]*: listening$'
web_ready

# Web and service change places, under the call that does it, and back; the
# second time they have exactly the addresses that are wanted.
first=$web_at

# places SERVICE WEB: a file in which they are there, and the calls for it.
places()
{
	sed -e "s|<listen ip=\"127.0.0.1:0\"|<listen ip=\"$1\"|" \
	    -e "s|127.0.0.1:0\" enable|$2\" enable|" "$TMP/with" >"$FILE"
	web full compare | sed 's/^OK //' >"$TMP/lines"
}

# are SERVICE WEB NAME
are()
{
	web_ready
	is "$web_at" "$2" "$3: the web"
	is "$(client "$1" get | names)" A "$3: the service"
	is "$(web full compare)" "OK no difference" "$3: nothing is left"
}

places "$first" "$service"
is "$(web full reload)" "OK reloaded, $(wc -l <"$TMP/lines") changes" \
    "web and service change places"
are "$first" "$service" once
places "$service" "$first"
is "$(web full reload)" "OK reloaded, $(wc -l <"$TMP/lines") changes" \
    "and back"
are "$service" "$first" twice
places "$first" "$service"
# Each call by itself: the connection stays while the web goes elsewhere.
sed "s|^|url = \"http://$web_at/|; s|\$|\"|" "$TMP/lines" >"$TMP/curl"
is "$(curl -s -m 20 -u full:full -K "$TMP/curl" | grep -c '^OK')" \
    "$(wc -l <"$TMP/lines")" "again, call by call"
are "$first" "$service" "three times"

is "$(web full set?attr=web.enable\&value=no)" "OK enable: set" \
    "a call that ends the web is answered"
like "$(client "$web_at" close)" 'connect refused' "the last one"
balancer_fds=unknown
done_testing
