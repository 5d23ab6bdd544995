#!/bin/sh
# SPDX-License-Identifier: ISC
#
# pydirectorctl with a command: each outcome and its exit status, how the
# socket is found, and who may come to it.

. "$(dirname "$0")/console.sh"

start_backend A http
start_balancer <<XML
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/><host name="my host" ip="127.0.0.1:9"/>
    </group>
    <group name="two" scheduler="leastc"/>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"

is "$(ctl_says whoami)" "0 $ME full console" "whoami"
is "$(ctl_says addHost web two b 127.0.0.1:10)" "0 host 'b': added" \
    "by position"
is "$(ctl_says addHost group=two service=web weight=3 c 127.0.0.1:11)" \
    "0 host 'c': added" "by name and by position"
is "$(ctl_says "addHost web two 'd e' 127.0.0.1:12")" "0 host 'd e': added" \
    "one argument is a line"
is "$(ctl_says addHost web two 'f g' 127.0.0.1:13)" "0 host 'f g': added" \
    "several are words"
is "$(ctl_says set service=web attr=name "value=my web")" "0 name: set" \
    "a value with a blank"
is "$(ctl_says set 'my web' name web)" "0 name: set" "set by position"
is "$(ctl_says set hostCheck.interval 60)" "0 interval: set" \
    "words that can be left out are left out first"
like "$(ctl show)" '^    c +127.0.0.1:11 +up ' "show has the hosts"
like "$(ctl show web)" '^service web ' "show of a service"
is "$(ctl_says show nothing)" "1 no service 'nothing'" "show of none"
is "$(ctl running.txt | grep -c '^host ')" 6 "a view"
like "$(ctl running.xml)" '<host name="f g" ip="127.0.0.1:13"' "another"
is "$(ctl show -j | sed 's/, "now": [^,]*//')" \
    "$(ctl running.json | sed 's/, "now": [^,]*//')" "show -j"

is "$(ctl_says addHost web two b 127.0.0.1:10)" \
    "1 group 'two': host 'b' is already there" "conflict"
is "$(ctl_says addHost web nogroup b 127.0.0.1:10)" \
    "1 service 'web': no group 'nogroup'" "no such group"
is "$(ctl_says addHost web two)" \
    "1 missing: name (addHost service group name ip [weight])" "missing"
is "$(ctl_says addHost web two h 127.0.0.1:14 weigth=3)" \
    "1 no argument 'weigth'${NL}addHost service group name ip [weight]" \
    "a name that is not known"
is "$(ctl_says addHost web two h 127.0.0.1:14 1 2)" \
    "1 too many words${NL}addHost service group name ip [weight]" \
    "a word too many"
is "$(ctl_says delHost web two name=b name=c)" \
    "1 name: given twice${NL}delHost service group name|host|ip" "twice"
is "$(ctl_says delHost web two b --force)" "1 delHost: no option '--force'" \
    "an option that is not"
is "$(ctl_says frobnicate)" "1 no command 'frobnicate'; try help" "unknown"
is "$(ctl_says "addHost 'web")" "1 a quote is not closed" "an open quote"
is "$(ctl_says "$(printf 'show\nshow')")" \
    "1 expected one line of at most 65536 bytes" "two lines in one argument"
is "$(ctl_says reload extra)" "1 too many words${NL}reload" "nothing to take"
like "$(ctl help addHost)" '^addHost service group name ip' "help addHost"
like "$(ctl help)" '^show ' "help has the words of the console"
like "$(ctl help)" 'running.txt, .*: the views' "and the views"

"$BUILD/pydirectorctl" -f "$TMP/pydirector.xml" whoami >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 $ME full console" "socket of the file"
out=$("$BUILD/pydirectorctl" -s "$TMP/nowhere" show 2>&1)
is "$? $out" "2 pydirectorctl: $TMP/nowhere: No such file or directory: is \
pydirector running, with this socket as its <console>?" "nobody there"
sed '/<console/d' "$TMP/pydirector.xml" | sed 's/<config>/&<!-- none -->/' \
    >"$TMP/none.xml"
out=$("$BUILD/pydirectorctl" -f "$TMP/none.xml" show 2>&1)
is "$?" 2 "no console in the file"
like "$out" 'no element console: expected <console socket=' "which is told"
out=$("$BUILD/pydirectorctl" -x 2>&1)
is "$?" 2 "a bad option"
out=$("$BUILD/pydirectorctl" -c 99 show 2>&1)
is "$? $out" "2 pydirectorctl: -c 99: not open" "a channel that is not open"

is "$(ls -l "$SOCKET" | cut -c 1-10)" "srw-------" "the socket's mode"
if test "$(id -u)" -eq 0 && command -v setpriv >/dev/null 2>&1; then
	# Past the directory and the mode, the balancer itself looks.
	chmod 711 "$TMP"
	chmod 666 "$SOCKET"
	expect_log 'console: user 65534: refused'
	ok "pydirectorctl can be run" test -x "$BUILD/pydirectorctl"
	cp "$BUILD/pydirectorctl" "$TMP/ctl"
	chmod 755 "$TMP/ctl"
	out=$(setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$TMP/ctl" -s "$SOCKET" show 2>&1)
	is "$? $out" "1 only root and the balancer's own user may come here" \
	    "another user is refused"
else
	pass "another user is refused # SKIP not root, or no setpriv"
fi

like "$(cat "$LOG")" 'command: addHost .*name=c.*: by .* from console' \
    "a change is logged"
is "$(count_log 'command: show')" 0 "a look is not"

# Live: it goes and comes back.
is "$(ctl_says set console.socket "$TMP/other")" "0 socket: set" "moved"
is "$("$BUILD/pydirectorctl" -s "$TMP/other" whoami)" \
    "$ME full console" "it answers there"
ok "the old one is gone" test ! -e "$SOCKET"
done_testing
