#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every call of the web admin, by curl: with the right arguments, with one
# missing, with names that do not exist, by those who may not, by a browser;
# and what is refused in the state that things are in. The list of calls is
# the program's own: one that is not tested here fails.

. "$(dirname "$0")/web.sh"

start_backend A
start_backend B
start_backend E echo
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
    <group name="old" scheduler="roundr"><host name="x" ip="$A"/></group>
    <group name="empty" scheduler="roundr"/>
  </service>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr"><host name="e" ip="$E"/></group>
  </service>
  <admin>
    $WEB
    <user name="bob" password="abJnggxhB/yWI" access="readonly"/>
  </admin>
  <manager><hostCheck interval="1" tries="1"/></manager>
</config>
END
expect_log ' auth: '
web_ready
TAB=$(printf '\t')

# ask: a line for each request, of USER, WAY (get, post, head, browser), CALL,
# STATUS, ERE of the answer (of a browser: of where it is led), NAME,
# separated by tabs. All are sent over one connection, then looked at.
ask()
{
	cat >"$TMP/asked"
	awk -F "$TAB" -v at="$web_at" '
	{
		if (NR > 1)
			print "next"
		print "silent\nmax-time = 20"
		if ($1 != "nobody")
			print "user = \"" $1 ":" ($1 == "bob" ? "wrong" : $1) \
			    "\""
		path = $3
		if ($2 == "head")
			print "head"
		if ($2 == "browser")
			print "header = \"Accept: text/html\""
		if ($2 == "post") {
			data = path
			if (!sub(/^[^?]*[?]/, "", data))
				data = ""
			sub(/[?].*/, "", path)
			print "data = \"" data "\""
		}
		print "output = \"-\""
		print "write-out = \"\\n@%{http_code} %{content_type}" \
		    " %{redirect_url}\\n\""
		print "url = \"http://" at "/" path "\""
	}' "$TMP/asked" >"$TMP/curl"
	curl -K "$TMP/curl" >"$TMP/answers" 2>"$TMP/errors"
	# One line for each: status, type, where to; the answer.
	awk '
	/^@[0-9]/ {
		sub(/ *$/, "", text)
		print substr($0, 2) "\t" text
		text = ""
		next
	}
	{ gsub(/[\t\r]/, " "); text = text $0 " " }' "$TMP/answers" \
	    >"$TMP/told"
	is "$(wc -l <"$TMP/told")" "$(wc -l <"$TMP/asked")" "all are answered"
	paste "$TMP/asked" "$TMP/told" >"$TMP/both"
	while IFS=$TAB read -r who way path wanted ere name told answer; do
		case $told in
		"$wanted text/plain; charset=utf-8 "*) ;;
		*)
			fail "$name: $path" "$who $way: $told: $answer"
			continue ;;
		esac
		test "$way" != browser || answer=${told##* }
		test "$way" != head || answer=
		like "$answer" "$ere" "$name: $path ($who, $way)"
	done <"$TMP/both"
}

# row USER WAY CALL STATUS ERE NAME
row()
{
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@"
}

# The right calls, in an order in which each is legal, with what is answered.
cat >"$TMP/right" <<END
addHost?service=web&group=g&name=c&ip=127.0.0.1:9&weight=2 'c': added$
setWeight?service=web&group=g&name=c&weight=5 'c': weight 5$
hostAdminDown?service=web&group=g&host=c 'c': admin down, 0 connections left$
hostAdminUp?service=web&group=g&ip=127.0.0.1:9 'c': in rotation$
drainHost?service=web&group=g&name=c 'c': draining, 0 connections left$
closeConns?service=web&group=g&name=c 'c': 0 connections closed$
retryHost?service=web&group=g&name=a 'a': is being checked$
delHost?service=web&group=g&name=c 'c': removed, 0 connections left$
newGroup?service=web&group=n&scheduler=leastc 'n': created, without a host$
changeScheduler?service=web&group=n&scheduler=random 'n': scheduler rand$
delGroup?service=web&group=n 'n': removed$
delAllHosts?service=web&group=old 'old': 1 hosts removed$
enableGroup?service=web&group=g 'web': group 'g' is enabled$
set?service=web&attr=maxConns&value=7 maxConns: set$
newService?service=n&listen=127.0.0.1:0 'n': created; it has no group yet$
newListen?service=n&listen=127.0.0.1:0 'n': listening on 127.0.0.1:[1-9]
delListen?service=n&listen=127.0.0.1:0 'n': 127.0.0.1:0 closed$
delService?service=n 'n': removed, 0 connections left$
newRule?service=web&access=deny&from=192.0.2.0/24&position=0 rule 0$
delRule?service=web&access=deny&from=192.0.2.9/24 rule removed, 0 left$
addUser?name=ann&password=..xpoEyRReGzk&access=readonly 'ann': added$
setUser?name=ann&access=full 'ann': changed$
delUser?name=ann 'ann': removed$
save .
compare no difference$
saveConfig?force=yes .
reload reloaded, 0 changes$
closeLog the log file was opened anew$
help?command=save save \\[force\\]: 
END
web full help | sed 's/^OK //' >"$TMP/help"
is "$(sed 's/[ :].*//' "$TMP/help" | sort)" \
    "$( (echo shutdown; echo upgrade; sed 's/[? ].*//' "$TMP/right") |
    sort)" "every call is tested (upgrade: elsewhere)"
sed -n 's/^addHost \([^:]*\):.*/\1/p' "$TMP/help" | grep -q 'name ip' ||
    bail "help does not tell the arguments"
web full running.xml >"$TMP/before"

# wrong: of each right call, what is refused.
wrong()
{
	awk '
	function row(who, way, path, status, ere, name) {
		print who "\t" way "\t" path "\t" status "\t" ere "\t" name
	}
	# The call without an argument, or with another value of it.
	function other(path, name, value,    n, parts, i, out, with) {
		n = split(path, parts, /[?&]/)
		out = parts[1]
		with = "?"
		for (i = 2; i <= n; i++) {
			if (index("|" name "|", \
			    "|" substr(parts[i], 1, \
			    index(parts[i], "=") - 1) "|")) {
				if (value == "")
					continue
				sub(/=.*/, "=" value, parts[i])
			}
			out = out with parts[i]
			with = "&"
		}
		return out
	}
	function refused(path, name, ere, what) {
		row("full", "get", path, 400, "^NOT OK " ere, what)
		if (changes)
			row("full", "browser", path, 303, \
			    "/running[?]resultMessage=NOT%20OK%20.", what)
	}
	FNR == NR {
		text = $0
		sub(/:.*/, "", text)
		n = split(text, words, " ")
		for (i = 2; i <= n; i++)
			need[words[1]] = need[words[1]] " " words[i]
		next
	}
	{
		path = $1
		call = path
		sub(/[?].*/, "", call)
		changes = call != "compare" && call != "help"
		row("nobody", "get", path, 401, ".", "nobody")
		row("full", "head", path, 405, "^", "HEAD")
		if (call != "help")
			row("look", "get", path, 403, "^NOT OK ", "readonly")
		if (changes)
			row("look", "browser", path, 303, \
			    "/running[?]resultMessage=NOT%20OK%20.", "readonly")
		n = split(need[call], words, " ")
		for (i = 1; i <= n; i++) {
			first = words[i]
			sub(/[|].*/, "", first)
			if (words[i] !~ /^\[/)
				refused(other(path, words[i], ""), words[i], \
				    "missing: " first " ", "missing argument")
			what = ""
			if (first == "service" && call != "newService")
				what = "no service"
			if (first == "group" && call != "newGroup")
				what = "no group"
			if (words[i] == "name|host|ip")
				what = "no host"
			if (call ~ /^(set|del)User$/ && first == "name")
				what = "no user"
			if (first == "[command]")
				what = "no command"
			gsub(/[][]/, "", words[i])
			if (what != "")
				refused(other(path, words[i], "none"), \
				    words[i], ".*" what " .none.", what)
		}
	}' "$TMP/help" "$TMP/right"
}
wrong >"$TMP/wrong"
within "$(wc -l <"$TMP/wrong")" 200 1000 "wrong calls"
ask <"$TMP/wrong"

# bad CALL ERE; conflict CALL ERE
bad()
{
	row full get "$1" 400 "^NOT OK .*$2" "a bad argument"
}

conflict()
{
	row full get "$1" 409 "^NOT OK .*$2" "not in this state"
}

G='service=web&group=g'
long=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
long=$long$long$long$long$long$long$long$long
ask <<END
bob${TAB}get${TAB}save${TAB}401${TAB}.${TAB}a wrong password
$(bad "addHost?$G&name=c&ip=nowhere" "ip 'nowhere'")
$(bad "addHost?$G&name=c&ip=127.0.0.1:0" ip)
$(bad "addHost?$G&name=c&ip=127.0.0.1:65536" ip)
$(bad "addHost?$G&name=c&ip=127.0.0.1:9&weight=0" "weight '0'")
$(bad "addHost?$G&name=&ip=127.0.0.1:9" name)
$(bad "addHost?$G&name=$long&ip=127.0.0.1:9" name)
$(bad "addHost?$G&name=%01&ip=127.0.0.1:9" "control characters")
$(bad "addHost?$G&name=%ff&ip=127.0.0.1:9" UTF-8)
$(bad "addHost?$G&name=c&ip=127.0.0.1:9&weight=1%0a" "control characters")
$(bad "delHost?$G&name=a&ip=$B" "has not the address")
$(bad "delHost?$G&ip=127.0.0.1:9" "no host")
$(bad "setWeight?$G&name=a&weight=1000001" weight)
$(bad "setWeight?$G&name=a&weight=" weight)
$(bad "newGroup?service=web&group=n&scheduler=none" "scheduler 'none'")
$(bad "newGroup?service=web&group=&scheduler=random" group)
$(bad "changeScheduler?$G&scheduler=" scheduler)
$(bad "newService?service=n&listen=127.0.0.1" "listen '127.0.0.1'")
$(bad "newService?service=&listen=127.0.0.1:0" service)
$(bad "newListen?service=web&listen=127.0.0.1:x" listen)
$(bad "delListen?service=web&listen=127.0.0.1:1" "does not listen")
$(bad "addUser?name=ann&password=abJnggxhB/yWI&access=some" "access 'some'")
$(bad "addUser?name=ann&password=*&access=full" password)
$(bad "addUser?name=&password=abJnggxhB/yWI&access=full" name)
$(bad "setUser?name=bob" "expected password, access, keys")
$(bad "setUser?name=bob&access=FULL" access)
$(bad "setUser?name=bob&password=secret" "password: expected a crypt hash")
$(bad "newRule?service=web&access=no&from=all" "access 'no'")
$(bad "newRule?service=web&access=allow&from=example.org" "from 'example.org'")
$(bad "newRule?service=web&access=allow&from=all&position=1" "has 0 rules")
$(bad "newRule?service=web&access=allow&from=all&position=x" "position 'x'")
$(bad "delRule?service=web&access=allow&from=all" "no such rule")
$(bad "newListen?service=web&listen=127.0.0.1:0&acceptProxy=yes" "from too")
$(bad "set?service=web&listen=127.0.0.1:1&attr=from&value=all" "not listen on")
$(bad "set?service=web&listen=127.0.0.1:0&position=1&attr=from&value=all" \
    "does not listen on")
$(bad "set?service=web&listen=127.0.0.1:0&attr=ip&value=127.0.0.1:1" newListen)
$(bad "set?service=web&listen=127.0.0.1:0&attr=from&value=nowhere" from)
$(bad "set?$G&attr=sendProxy&value=" sendProxy)
$(bad "set?service=web&attr=rate&value=1&attr2=keepalive&value2=1" "one at")
$(bad "set?attr=web.listen&value=127.0.0.1:0&attr2=ssh.listen&value2=x" \
    "attribute of web too")
$(bad "set?attr=control.socket&value=/x&attr2=control.mode" "missing: value2")
$(bad "set?attr=control.mode&value=999" "mode '999'")
$(bad "set?attr=console.socket&value=x" "socket 'x'")
$(bad "set?attr=connlog.syslog&value=kern" "syslog 'kern'")
$(bad "set?attr=none&value=1" "attr 'none'")
$(bad "set?attr=hostCheck.none&value=1" "attr 'none'")
$(bad "set?attr=hostCheck.tries&value=0" tries)
$(bad "set?attr=heartbeat.interval&value=1.0001" interval)
$(bad "set?service=web&attr=none&value=1" "attr 'none'")
$(bad "set?service=web&attr=maxConns&value=-1" maxConns)
$(bad "set?$G&attr=enable&value=yes" enableGroup)
$(bad "set?$G&host=a&attr=ip&value=nowhere" nowhere)
$(bad "set?$G&host=a&attr=name&value=" name)
$(conflict "addHost?$G&name=a&ip=127.0.0.1:9" "already there")
$(conflict "addHost?$G&name=c&ip=$A" "has the address")
$(conflict "delHost?service=echo&group=g&name=e" "is the last one")
$(conflict "delAllHosts?$G" "is enabled")
$(conflict "delGroup?$G" "is enabled")
$(conflict "enableGroup?service=web&group=empty" "has no host")
$(conflict "newGroup?$G&scheduler=random" "already there")
$(conflict "newService?service=web&listen=127.0.0.1:0" "already there")
$(conflict "delListen?service=echo&listen=127.0.0.1:0" "the last listener")
$(conflict "addUser?name=bob&password=abJnggxhB/yWI&access=full" "already there")
$(conflict "setUser?name=full&access=readonly" "last one")
$(conflict "delUser?name=full" "last one")
$(conflict "set?attr=ssh.enable&value=yes" "set ssh.listen first")
$(conflict "set?service=web&listen=127.0.0.1:0&attr=acceptProxy&value=yes" \
    "could not be believed")
$(conflict "set?service=web&attr=name&value=echo" "already there")
$(conflict "set?$G&attr=name&value=old" "already there")
$(conflict "set?$G&host=a&attr=name&value=b" "already there")
$(conflict "set?$G&host=a&attr=ip&value=$B" "has the address")
$(row full get "newListen?service=web&listen=$A" 500 "^NOT OK .*$A" \
    "an address that another program has")
END
ok "nothing has changed" sh -c 'curl -s -m 20 -u full:full "$1" |
    diff "$2" -' sh "http://$web_at/running.xml" "$TMP/before"

# Done by GET, and as a form with arguments and call in capitals.
while read -r call ere; do
	n=$((${n:-0} + 1))
	way=get
	if test $((n % 2)) -eq 0; then
		way=post
		call=$(echo "$call" | awk '{
			n = split($0, parts, /[?&]/)
			out = toupper(parts[1]) "?UNKNOWN=y"
			for (i = 2; i <= n; i++) {
				at = index(parts[i], "=")
				out = out "&" toupper(substr(parts[i], 1, at)) \
				    substr(parts[i], at + 1)
			}
			print out }')
	fi
	row full $way "$call" 200 "^OK .*$ere" "a right call"
done <"$TMP/right" >"$TMP/rows"
ask <"$TMP/rows"

# What the file says matters.
cp "$TMP/pydirector.xml" "$TMP/good"
echo '<oops/>' >>"$TMP/pydirector.xml"
web full "set?service=web&attr=maxConns&value=8" >/dev/null
ask <<END
$(conflict compare pydirector.xml:)
$(conflict reload pydirector.xml:)
$(conflict save changed)
$(row full browser 'save?force=yes' 303 '=OK%20' "a browser saves")
$(row full get save 200 '^OK ' "and there is nothing to save")
$(row full browser "hostAdminDown?$G&name=b" 303 '=OK%20' "a browser")
$(row full get compare 200 'hostAdminUp' "what reload would do")
$(row full get reload 200 '1 changes$' "is done by it")
$(row full get delService?service=echo 200 removed "a service goes")
$(conflict delService?service=web "is the last one")
END
is "$(web full compare)" \
    "OK newService?service=echo&listen=127.0.0.1:0
newGroup?service=echo&group=g&scheduler=roundr
addHost?service=echo&group=g&name=e&ip=$E
enableGroup?service=echo&group=g" "compare, a call a line"
web full reload >/dev/null

# Stopping waits for connections; meanwhile the web answers.
echo=$(web full running.txt | sed -n 's/^service echo \([^ ]*\) .*/\1/p')
start_client out "$echo" pong:3 pause pong:3
ok "a connection" wait_for 10 grep -q 'pong 3 good' "$TMP/out"
ask <<END
$(row full post shutdown 200 '^OK stopping, 1 connections left$' "stop")
$(conflict 'newListen?service=web&listen=127.0.0.1:0' stopping)
$(conflict reload stopping)
END
kill -USR1 "$client_pid"
end_client "$client_pid"
is "$(tail -n 1 "$TMP/out")" "pong 3 good" "the connection comes to its end"
ok "then the balancer ends" wait_exit 10
is "$status" 0 "by itself"
done_testing
