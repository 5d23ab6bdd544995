#!/bin/sh
# SPDX-License-Identifier: ISC
#
# compareconf's calls, replayed by curl on a balancer that runs the first
# configuration, make it run the second: its running.xml is equal to that,
# and it listens where that says. On pairs of configurations made up at
# random, with much in common and much that is in each other's way.

. "$(dirname "$0")/web.sh"

CHAINS=4 STEPS=5

# Addresses of which nobody has one, below those that a kernel gives out.
ports=
port=$((4000 + $$ % 4000))
port_free()
{
	client "127.0.0.1:$1" close | grep -q 'connect refused'
}
for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
	port_free $port && ports="$ports $port"
	port=$((port + 1))
done
ports=$(echo $ports | cut -d ' ' -f 1-5)
test "$(echo $ports | wc -w)" -eq 5 || bail "no free addresses"

# generate SEED first|next: a configuration, the same for the same seed. The
# first of a chain is one on which the calls can be made; their user is in
# all of them. Nobody listens where the hosts are.
generate()
{
	awk -v seed="$1" -v first="$2" -v ports="$ports" -v users="$WEB" \
	    -v dir="$TMP" '
	function number(n) {
		state = (state * 69069 + 12345) % 4294967296
		return int(state / 65536) % n
	}
	# One of the list that is not in the set yet, or nothing.
	function draw(list, set,    parts, n, i, left) {
		left = n = split(list, parts, "|")
		for (i = number(n); (set, parts[i + 1]) in taken; ) {
			i = (i + 1) % n
			if (--left == 0)
				return ""
		}
		taken[set, parts[i + 1]] = 1
		return parts[i + 1]
	}
	function maybe(n, text) {
		return number(n) == 0 ? " " text : ""
	}
	function bool() {
		return number(2) ? "\"yes\"" : "\"no\""
	}
	function value(name, from, n) {
		return name "=\"" from + number(n) "\""
	}
	function place(    port) {
		port = number(7) == 0 ? "" : draw(some, "listen")
		return "127.0.0.1:" (port == "" ? 0 : port)
	}
	function networks() {
		return number(2) ? "10.0.0.0/8 127.0.0.1" : "all"
	}
	function proxy() {
		return number(4) == 0 ? " acceptProxy=" bool() " from=\"" \
		    networks() "\"" : ""
	}
	function send() {
		return maybe(4, "sendProxy=\"" (number(2) ? "v1" : "v2") "\"")
	}
	function access(    n) {
		delete rule_taken
		for (n = number(4); n > 0; n--)
			rule_line(number(2) ? "allow" : "deny", \
			    "10." number(3) ".0.0/16")
	}
	function rule_line(right, from) {
		if ((right, from) in rule_taken)
			return
		rule_taken[right, from] = 1
		print "<" right " from=\"" from "\"/>"
	}
	function hosts(set, n) {
		for (; n > 0; n--)
			print "<host name=\"" draw(names, set) "\" ip=\"" \
			    draw(ips, set) "\"" \
			    maybe(3, value("weight", 1, 3)) \
			    maybe(4, value("maxConns", 0, 3)) \
			    maybe(5, "adminDown=\"yes\"") send() "/>"
	}
	function groups(set,    n, on, i, name) {
		n = 1 + number(3)
		on = 1 + number(n)
		for (i = 1; i <= n; i++) {
			name = draw("main|spare|x y|&quot;&lt;", set)
			print "<group name=\"" name "\" scheduler=\"" \
			    rule[1 + number(rules)] sticky() "\"" \
			    (i == on ? " enable=\"true\"" : "") \
			    maybe(4, "easeIn=\"no\"") send() ">"
			hosts(set " " i, (i == on) + number(4))
			print "</group>"
		}
	}
	function sticky() {
		return number(4) == 0 ? ",sticky" : ""
	}
	function service(name,    n) {
		print "<service name=\"" name "\"" \
		    maybe(3, value("idleTimeout", 0, 3)) \
		    maybe(4, "connectTimeout=\"1." number(4) "\"") \
		    maybe(4, value("maxConns", 0, 3)) \
		    maybe(4, value("rate", 0, 3)) \
		    maybe(4, value("keepalive", 0, 3)) ">"
		for (n = 1 + number(2); n > 0; n--)
			print "<listen ip=\"" place() "\"" proxy() "/>"
		access()
		groups(name)
		print "</service>"
	}
	function admin(    n) {
		print "<admin>"
		print "<web listen=\"" (first == "first" ? "127.0.0.1:0" : \
		    place()) "\" enable=\"true\"" \
		    maybe(2, "refresh=\"5." number(4) "\"") "/>"
		if (number(2) == 0)
			print "<console socket=\"" dir "/" \
			    draw("x|y|z", "sockets") "\"/>"
		if (number(2) == 0)
			print "<ssh listen=\"" place() "\" enable=" bool() "/>"
		print users
		for (n = number(4); n > 0; n--)
			print "<user name=\"" draw("bob|eve &amp; x|ann|z", \
			    "users") "\" password=\"" \
			    (number(2) ? "$6$a$b" : "..xpoEyRReGzk") \
			    "\" access=\"" \
			    (number(2) ? "full" : "readonly") "\"" \
			    maybe(4, "keys=\"/nowhere/" number(2) "\"") "/>"
		print "</admin>"
	}
	function manager() {
		print "<manager" maybe(2, value("resolveInterval", 60, 2)) ">"
		print "<hostCheck" maybe(2, value("interval", 120, 2)) \
		    maybe(2, value("tries", 4, 2)) \
		    maybe(2, "timeout=\"5." number(2) "1\"") \
		    maybe(3, "enable=\"no\"") "/>"
		print "<configCheck" maybe(2, value("interval", 90, 2)) \
		    " enable=" bool() "/>"
		print "<heartbeat" maybe(2, value("interval", 60, 2)) \
		    " enable=" bool() "/>"
		print "</manager>"
	}
	BEGIN {
		state = seed * 7919 + 1
		for (n = 0; n < 5; n++)
			number(2)
		some = ports
		gsub(/ /, "|", some)
		rules = split("random roundrobin leastconns leastconnsrr " \
		    "weightr weightlc", rule, " ")
		names = "a|b|c d|e&amp;f=g|h%|\303\244+?"
		ips = "127.0.0.1:1|127.0.0.1:2|127.0.0.1:3|127.0.0.2:1|[::1]:1"
		root = number(2) ? "pdconfig" : "config"
		print "<" root ">"
		for (n = 1 + number(3); n > 0; n--)
			service(draw("web|mail|a b&amp;c", "services"))
		admin()
		manager()
		if (number(2) == 0)
			print "<control socket=\"" dir "/" \
			    draw("x|y|z", "sockets") "\"" \
			    maybe(2, "mode=\"06" number(8) "0\"") "/>"
		if (number(3) == 0)
			print "<logging file=\"" \
			    (number(2) ? "/nowhere/a b" : "c") "\"/>"
		if (number(2) == 0)
			print "<connlog file=\"" dir "/connlog." number(2) \
			    "\"" maybe(2, "start=" bool()) "/>"
		print "</" root ">"
	}'
}

WEB=$(echo "$WEB" | grep "<user " | tr "\n" " ")

# replay LINES: each as a call, over one connection; prints what was refused.
replay()
{
	while IFS= read -r line; do
		echo next
		echo silent
		echo max-time = 20
		echo 'user = "full:full"'
		echo 'write-out = " %{http_code}\n"'
		echo "url = \"http://$web_at/$line\""
	done <"$1" | sed 1d >"$TMP/curl"
	: >"$TMP/answers"
	test ! -s "$TMP/curl" || curl -K "$TMP/curl" >"$TMP/answers"
	awk '/^ / { n++; if ($1 != 200) print "call " n ": " text $1 }
	    { text = $0 " " }' "$TMP/answers"
	test "$(grep -c '^ 200$' "$TMP/answers")" -eq "$(wc -l <"$1")" ||
	    echo "not all were answered"
}

# listens FILE: on which ports it says so; listening: who answers.
ssh_listens='s/.*<ssh listen="127.0.0.1:\([0-9]*\)" enable="yes".*/\1/p'
test -x "$BUILD/pydirector-sshd" || ssh_listens=
listens()
{
	sed -n -e 's/.*<listen ip="127.0.0.1:\([0-9]*\)".*/\1/p' \
	    -e 's/.*<web listen="127.0.0.1:\([0-9]*\)".*/\1/p' \
	    -e "$ssh_listens" "$1" | grep -v -x 0 | sort
}

listening()
{
	for port in $ports; do
		port_free $port || echo $port
	done | sort
}

# said FILE: attributes, sorted, without those that say what is so anyway. It
# judges what compareconf may be blind to.
said()
{
	tr ' ' '\n' <"$1" | sed -e 's|[/>]*$||' -e 's|\([0-9]\)[.]0*"|\1"|' |
	    sed -e 's/^time=/interval=/' -e 's/"true"/"yes"/' \
	    -e 's/"false"/"no"/' |
	    grep -E -e '^(easeIn|weight|maxConns|adminDown|idleTimeout)=' \
	    -e '^(rate|keepalive|sendProxy|acceptProxy|socket|mode|start)=' \
	    -e '^(connectTimeout|resolveInterval|interval|tries|timeout)=' |
	    grep -v -x -e 'easeIn="yes"' -e 'weight="1"' -e 'maxConns="0"' \
	    -e 'adminDown="no"' -e 'idleTimeout="0"' -e 'tries="4"' \
	    -e 'connectTimeout="5"' -e 'resolveInterval="60"' \
	    -e 'interval="120"' -e 'interval="30"' -e 'interval="60"' \
	    -e 'timeout="5"' -e 'rate="0"' -e 'keepalive="0"' \
	    -e 'acceptProxy="no"' -e 'start="no"' -e 'mode="0660"' \
	    -e 'sendProxy="no"' | sort
}

# pair OLD NEW: the balancer runs the first and is to run the second; prints
# what is wrong.
pair()
{
	"$BUILD/pydirectorctl" compareconf "$1" "$2" >"$TMP/lines" \
	    2>"$TMP/errors"
	pair_status=$?
	if test $pair_status -gt 1 || test -s "$TMP/errors"; then
		cat "$TMP/errors"
		return
	fi
	cat "$TMP/lines" >>"$TMP/all"
	replay "$TMP/lines"
	web_ready
	web full running.xml >"$TMP/running"
	"$BUILD/pydirectorctl" compareconf "$TMP/running" "$2" 2>&1 ||
	    echo "is left over"
	said "$TMP/running" >"$TMP/said"
	said "$2" | diff "$TMP/said" -
	test "$(listening)" = "$(listens "$2")" ||
	    echo "listening on $(listening)"
}

seed=1 chain=0
while test $chain -lt $CHAINS; do
	generate $seed first >"$TMP/old"
	start_balancer <"$TMP/old"
	allow_log ' host .*: down: '
	allow_log ' service .*: client lost: '
	allow_log ' group .*: no host is up$'
	allow_log ' ssh .*: not started: '
	allow_log ' header: '
	web_ready
	step=0
	while test $step -lt $STEPS; do
		generate $((seed + 1)) next >"$TMP/new"
		pair "$TMP/old" "$TMP/new" >"$TMP/wrong"
		is "$(cat "$TMP/wrong")" "" \
		    "configuration $seed becomes $((seed + 1))"
		# Where it says nothing that counts, this is not the file's.
		mv "$TMP/running" "$TMP/old"
		seed=$((seed + 1)) step=$((step + 1))
	done
	balancer_fds=unknown
	seed=$((seed + 1)) chain=$((chain + 1))
done

# Every call that compareconf knows was among them.
is "$(sed -n 's/.*call(d, "\([A-Za-z]*\)".*/\1/p' "$T/../compareconf.c" |
    sort -u | grep -v -x "$(sed 's/[?].*//' "$TMP/all" | sort -u)")" "" \
    "all calls were made"
diag "$(wc -l <"$TMP/all") calls"
done_testing
