#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Option -u: who the processes are, what they can still do, and that reload,
# save, log files, SSH and upgrades work afterwards. As root only.

. "$(dirname "$0")/lib.sh"

test "$(id -u)" -eq 0 || skip_all "only root can become another user"
test -r /proc/self/status || skip_all "there is no /proc"
need runuser setpriv timeout unshare
id -u nobody >/dev/null 2>&1 || skip_all "there is no user nobody"
uid=$(id -u nobody)
gid=$(id -g nobody)

# Where that user can go: the program, and a directory of his.
chmod 711 "$TMP"
mkdir "$TMP/bin" "$TMP/own"
cp "$BUILD/pydirector" "$BUILD/pydirector-helper" "$BUILD/pydirectorctl" \
    "$TMP/bin"
test ! -x "$BUILD/pydirector-sshd" || cp "$BUILD/pydirector-sshd" "$TMP/bin"
BUILD=$TMP/bin
chown "$uid:$gid" "$TMP/own"
OWN=$TMP/own
start_backend A -q
start_backend B -q

ctl()
{
	"$BUILD/pydirectorctl" -s "$OWN/console" "$@" 2>&1 </dev/null
}

# Zombies are gone, whoever reaps them.
exited()
{
	case $(ps -o stat= -p "$1" 2>/dev/null) in
	'' | Z*)	return 0 ;;
	esac
	return 1
}

hash=$(echo secret | "$BUILD/pydirector" -P)

# configuration [EXTRA]
configuration()
{
	cat <<-END
	<pdconfig>
	  <service name="web">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundrobin"><host name="a" ip="$A"/></group>
	  </service>
	  <admin>
	    <console socket="$OWN/console"/>${1:-}
	    <user name="u" password="$hash" access="full"/>
	  </admin>
	  <control socket="$OWN/control"/>
	  <connlog file="$OWN/conn" syslog="local0"/>
	  <logging syslog="local1"/>
	</pdconfig>
	END
}

# who PID: real, effective, saved and file user; the same of groups; others;
# capabilities (inherited, permitted, effective, ambient); new privileges.
who()
{
	sed -n -e 's/^\(Uid\|Gid\|Groups\|NoNewPrivs\):[	 ]*//p' \
	    -e 's/^Cap\(Inh\|Prm\|Eff\|Amb\):[	 ]*//p' \
	    "/proc/$1/status" | tr -s '\t ' ' ' | sed 's/ *$//' | tr '\n' '|'
}

none=0000000000000000
caps="$none|$none|$none|$none|"
he="$uid $uid $uid $uid|$gid $gid $gid $gid|$gid|${caps}1|"

# all_he: every process of the balancer is he.
all_he()
{
	for pid in "$PYD" $(children); do
		test "$(who "$pid")" = "$he" || {
			echo "$pid $(cat "/proc/$pid/comm"): $(who "$pid")"
			return 1
		}
	done
}

# all_closed: none of them leaves a core behind, as a file or for a program, and
# nobody but root looks into one.
all_closed()
{
	for pid in "$PYD" $(children); do
		core=$(sed -n 's/^Max core file size *\([^ ]*\) *\([^ ]*\).*/\1 \2/p' \
		    "/proc/$pid/limits")
		# The sanitizers' runtime makes the first one 0.
		if test "${core#[01] }" != 1 ||
		    test -n "$(find "/proc/$pid/environ" ! -user root)"; then
			echo "$pid $(cat "/proc/$pid/comm"): core $core"
			ls -l "/proc/$pid/environ"
			return 1
		fi
	done
}

# comes COMMAND: one of its children is that.
comes()
{
	for pid in $(children); do
		test "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" || return 0
	done
	return 1
}

# Until the helpers that were started by root are gone.
start()
{
	PYD=$(cat "$OWN/pid")
	test_pids="$test_pids $PYD"
}

# Keys are made at the start.
extra=
! grep -q 'HAVE_TLS 1' "$T/../config.h" || {
	extra='<web listen="127.0.0.1:0" enable="true" secure="true"/>'
}
! test -x "$BUILD/pydirector-sshd" || {
	extra="$extra<ssh listen=\"127.0.0.1:0\" enable=\"true\"/>"
}
configuration "$extra" >"$OWN/c.xml"
configuration >"$TMP/plain.xml"
chown "$uid:$gid" "$OWN/c.xml"
LOG=$OWN/log
(cd "$OWN" && exec "$BUILD/pydirector" -v -u "nobody:$(id -gn nobody)" \
    -l log -p pid ${PYDIRECTOR_FLAGS:-} c.xml) >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 " "it starts"
start
web=$(addr_of web)
is "$(client "$web" get | names)" A "it serves"
is "$(ctl addHost service=web group=g name=b "ip=$B")" "host 'b': added" \
    "commands work"
ok "all processes are he, with no capability" wait_for 10 all_he
# bounded: nor can they get one.
bounded()
{
	for pid in "$PYD" $(children); do
		grep -q "^CapBnd:.*$none\$" "/proc/$pid/status" || return 1
	done
}
ok "and none can come" wait_for 10 bounded
is "$(find "$OWN" ! -user nobody)" "" "his files are his"
ok "no core files, and nobody looks into them" wait_for 10 all_closed
if test -x "$BUILD/pydirector-sshd"; then
	ssh_at=$(sed -n 's/.* notice ssh \(.*\): listening$/\1/p' "$LOG")
	start_client guest -t 60000 "$ssh_at" stall:60000
	ok "a process for an SSH connection" wait_for 10 comes pydirector-sshd
	ok "it is he as well" wait_for 10 all_he
	ok "nor does it leave a core" wait_for 10 all_closed
	kill "$client_pid" 2>/dev/null
	forget_pid "$client_pid"
fi

# Afterwards.
like "$(ctl save)" '^saved to ' "save"
ok "the file has it" grep -q 'name="b"' "$OWN/c.xml"
configuration "$extra" | sed 's/name="a"/name="c"/' >"$OWN/c.xml"
kill -HUP "$PYD"
ok "reload" wait_log 'config: reloaded: '
mv "$LOG" "$LOG.0"
mv "$OWN/conn" "$OWN/conn.0"
LOG_WAS=$LOG.0
kill -USR1 "$PYD"
ok "log files are opened anew" wait_for 10 grep -q 'log: reopened' "$LOG"
client "$web" get >/dev/null
ok "the connection log" wait_for 10 test -s "$OWN/conn"
is "$(grep -c -e ' err ' -e ' warning ' "$LOG" "$LOG_WAS" | tr '\n' ' ')" \
    "$LOG:0 $LOG_WAS:0 " "no warning"

# upgraded: the pid file tells of another one.
upgraded()
{
	test -s "$OWN/pid" && test "$(cat "$OWN/pid")" != "$PYD" &&
	    grep -q ' director: started: ' "$LOG"
}
kill -USR2 "$PYD"
ok "upgrade" wait_for 20 upgraded
old=$PYD
start
ok "the old process is gone" wait_for 10 exited "$old"
is "$(client "$web" get | names)" A "the new one serves"
ok "it is he as well" wait_for 10 all_he
kill -TERM "$PYD"
ok "it ends" wait_for 20 exited "$PYD"
ok "what it has made for itself is removed" test ! -e "$OWN/pid" -a \
    ! -e "$OWN/console" -a ! -e "$OWN/control"

(cd "$OWN" && exec "$BUILD/pydirector" -v -u nobody -l log -p pid c.xml) \
    >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 " "root starts it again, with keys that are his"
start
kill -TERM "$PYD"
ok "it ends" wait_for 20 exited "$PYD"

# A directory that is not his: log files are made for him; the pid file is empty
# in the end.
mkdir "$TMP/root"
for log in log conn; do
	: >"$TMP/root/$log"
	chown "$uid:$gid" "$TMP/root/$log"
done
sed "s|$OWN|$TMP/root|g" "$TMP/plain.xml" >"$TMP/root/d.xml"
chmod 600 "$TMP/root/d.xml"
LOG=$TMP/root/log
"$BUILD/pydirector" -u nobody -l "$LOG" -p "$TMP/root/pid" "$TMP/root/d.xml" \
    >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 " "a directory of root's"
PYD=$(cat "$TMP/root/pid")
test_pids="$test_pids $PYD"
ok "the log tells what he cannot read" logged \
    ' warning config: .*/d.xml: cannot be read any more, .*: Permission denied'
kill -HUP "$PYD"
ok "a reload says so" wait_log 'config: not reloaded: .*Permission denied'
kill -USR2 "$PYD"
ok "an upgrade, too" wait_log 'upgrade: [0-9]* failed: .*Permission denied'
is "$(client "$(addr_of web)" get | names)" A "it serves on"
kill -TERM "$PYD"
ok "it ends" wait_for 20 exited "$PYD"
is "$(cat "$TMP/root/pid" | wc -c | tr -d ' ')" 0 "the pid file is empty"
PYD=

# Who is not root may have been given what low ports take: it is given up, too.
sed "s|$TMP/root|$OWN|g" "$TMP/root/d.xml" >"$OWN/amb.xml"
chown "$uid:$gid" "$OWN/amb.xml"
rm -f "$OWN/log" "$OWN/conn" "$OWN/pid"
LOG=$OWN/log
given="setpriv --reuid $uid --regid $gid --clear-groups \
    --inh-caps +net_bind_service --ambient-caps +net_bind_service"
if $given true 2>/dev/null; then
	he="$uid $uid $uid $uid|$gid $gid $gid $gid||${caps}1|"
	is "$($given sed -n 's/^CapAmb:[	 ]*//p' /proc/self/status)" \
	    0000000000000400 "a capability is given"
	$given "$BUILD/pydirector" -u nobody -l "$LOG" -p "$OWN/pid" \
	    "$OWN/amb.xml" >"$TMP/out" 2>&1
	is "$? $(cat "$TMP/out")" "0 " "it starts"
	start
	is "$(client "$(addr_of web)" get | names)" A "it serves"
	ok "the capability is given up" wait_for 10 all_he
	kill -TERM "$PYD"
	ok "it ends" wait_for 20 exited "$PYD"
	PYD=
else
	pass "a capability is given # SKIP not possible here"
fi

# What cannot be.
refused()
{
	timeout 20 "$@" >"$TMP/out" 2>&1
	echo "$? $(cat "$TMP/out")"
}
is "$(refused "$BUILD/pydirector" -n -u nobody "$OWN/c.xml")" \
    "0 $OWN/c.xml: ok" "-n"
is "$(refused "$BUILD/pydirector" -d -u no-such-user "$OWN/c.xml")" \
    "1 pydirector: user no-such-user: there is none" "a user unknown"
is "$(refused "$BUILD/pydirector" -d -u nobody:no-such "$OWN/c.xml")" \
    "1 pydirector: group no-such: there is none" "a group unknown"
is "$(refused "$BUILD/pydirector" -d -u root "$OWN/c.xml")" \
    "1 pydirector: user root: expected one with fewer rights" "root"
is "$(refused runuser -u nobody -- "$BUILD/pydirector" -d -u daemon \
    "$OWN/c.xml")" \
    "1 pydirector: user daemon: only root can become another user" \
    "who is not root"
for log in log conn; do
	echo root >"$TMP/root/$log.is"
	rm -f "$OWN/$log"
	ln -s "$TMP/root/$log.is" "$OWN/$log"
	chown -h nobody "$OWN/$log"
	like "$(refused "$BUILD/pydirector" -d -u nobody -l "$OWN/log" \
	    "$OWN/c.xml")" '^1 pydirector: .*: Permission denied' \
	    "what is not his, by a link of his: $log"
	is "$(find "$TMP/root/$log.is" -user root)" "$TMP/root/$log.is" \
	    "stays root's"
	rm "$OWN/$log"
done

# What he writes into the configuration is no more than what he may open: not
# what is root's, nor by root's groups, nor a new file.
denied='^1 pydirector: .*/%s: Permission denied'
for mode in 600 660 664; do
	echo root >"$TMP/secret"
	chmod $mode "$TMP/secret"
	for element in logging connlog; do
		sed -e '/<connlog/d' -e "s|<logging .*|<$element \
		    file=\"$TMP/secret\"/>|" "$TMP/plain.xml" >"$OWN/bad.xml"
		chown "$uid:$gid" "$OWN/bad.xml"
		like "$(refused setpriv --groups 0 "$BUILD/pydirector" -d \
		    -u nobody "$OWN/bad.xml")" \
		    "$(printf "$denied" secret)" "$element: mode $mode"
		is "$(find "$TMP/secret" -user root) $(cat "$TMP/secret")" \
		    "$TMP/secret root" "it is as it was"
	done
done
for element in logging connlog; do
	sed -e '/<connlog/d' -e "s|<logging .*|<$element \
	    file=\"$TMP/root/new\"/>|" "$TMP/plain.xml" >"$OWN/bad.xml"
	like "$(refused "$BUILD/pydirector" -d -u nobody "$OWN/bad.xml")" \
	    "$(printf "$denied" new)" "$element: a directory of root's"
	ok "nothing is made there" test ! -e "$TMP/root/new"
done

# Keys are made where he may, by him; otherwise that is said, and nothing is
# made. Sockets are also made where he may not, and are his.
if test -n "$extra"; then
	case $extra in
	*'<ssh'*)
		sed "s|</admin>|<ssh listen=\"127.0.0.1:0\" enable=\"true\" \
		    hostKey=\"$TMP/root/key\"/>&|" "$TMP/plain.xml" >"$OWN/bad.xml"
		is "$(refused "$BUILD/pydirector" -d -u nobody "$OWN/bad.xml" |
		    sed -n -e 's/ .*//' -e 1p -e '$p' | tr '\n' ' ')" \
		    "1 pydirector: " "a host key elsewhere"
		like "$(cat "$TMP/out")" "^pydirector: ssh: host key \
$TMP/root/key: Permission denied, as user $uid\$" "is told"
		ok "it is not made" test ! -e "$TMP/root/key" ;;
	esac
	case $extra in
	*'<web'*)
		sed 's|</admin>|<web listen="127.0.0.1:0" enable="true" secure="true"/>&|' \
		    "$TMP/plain.xml" >"$TMP/root/web.xml"
		LOG=$TMP/root/log
		"$BUILD/pydirector" -u nobody -l "$LOG" -p "$OWN/pid" \
		    "$TMP/root/web.xml" >"$TMP/out" 2>&1
		is "$? $(cat "$TMP/out")" "0 " "a certificate in root's"
		ok "it cannot be made" logged " err web .*: not started: \
.*/admin.key: cannot be made: Permission denied, as user $uid\$"
		is "$(ls "$TMP/root" | grep admin)" "" "nothing is there"
		start
		: >"$LOG"
		kill -USR2 "$PYD"
		ok "an upgrade has no page, too" wait_for 20 upgraded
		start
		kill -TERM "$PYD"
		ok "it ends" wait_for 20 exited "$PYD"
		PYD= ;;
	esac
fi
sed -e "s|$OWN/control|$TMP/root/control|" "$TMP/plain.xml" >"$OWN/c.xml"
LOG=$OWN/log
: >"$LOG"
chown "$uid:$gid" "$LOG"
"$BUILD/pydirector" -u nobody -l "$LOG" -p "$OWN/pid" "$OWN/c.xml" \
    >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 " "a socket in a directory of root's"
start
is "$(find "$TMP/root/control" "$OWN/console" ! -user nobody)" "" \
    "both sockets are his"
kill -TERM "$PYD"
ok "it ends" wait_for 20 exited "$PYD"
ok "he may not remove the one" test -e "$TMP/root/control" -a \
    ! -e "$OWN/console"
PYD=

# A directory of his that he has closed is no reason for root to do it.
mkdir "$TMP/shut"
chown "$uid:$gid" "$TMP/shut"
chmod 555 "$TMP/shut"
sed "s|$OWN/console|$TMP/shut/console|" "$TMP/plain.xml" >"$OWN/bad.xml"
like "$(refused "$BUILD/pydirector" -d -u nobody "$OWN/bad.xml")" \
    "^pydirector: console unix:$TMP/shut/console: not listening: Permission" \
    "a directory that he has closed"
is "$(ls "$TMP/shut")" "" "nothing is made there"

# A socket that root has left behind is replaced.
"$BUILD/pydirector" -l "$LOG" -p "$OWN/pid" "$OWN/c.xml" >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 " "without -u"
start
kill -KILL "$PYD"
wait_for 10 exited "$PYD"
test -S "$OWN/console" || fail "it has left its socket"
rm -f "$OWN/pid"
chown "$uid:$gid" "$LOG" "$OWN/conn"
"$BUILD/pydirector" -u nobody -l "$LOG" -p "$OWN/pid" "$OWN/c.xml" \
    >"$TMP/out" 2>&1
is "$? $(cat "$TMP/out")" "0 " "with -u behind that"
start
kill -TERM "$PYD"
ok "it ends" wait_for 20 exited "$PYD"
PYD=

# A signal while root acts as he: the pid file goes all the same.
if test -x "$BUILD/pydirector-sshd"; then
	mv "$BUILD/pydirector-sshd" "$BUILD/sshd"
	printf '#!/bin/sh\n: >"%s"\nexec sleep 30\n' "$OWN/acts" \
	    >"$BUILD/pydirector-sshd"
	chmod 755 "$BUILD/pydirector-sshd"
	sed 's|</admin>|<ssh listen="127.0.0.1:0" enable="true"/>&|' \
	    "$TMP/plain.xml" >"$OWN/bad.xml"
	"$BUILD/pydirector" -d -u nobody -p "$TMP/root/signal" "$OWN/bad.xml" \
	    >"$TMP/out" 2>&1 &
	PYD=$!
	test_pids="$test_pids $PYD"
	ok "it looks at the host key" wait_for 10 test -e "$OWN/acts"
	test -s "$TMP/root/signal" || fail "the pid file is there"
	kill -TERM "$PYD"
	wait "$PYD"
	is $? 1 "a signal ends the start"
	forget_pid "$PYD"
	ok "with the pid file" test ! -e "$TMP/root/signal"
	mv "$BUILD/sshd" "$BUILD/pydirector-sshd"
	PYD=
fi

# A low port, in a network of its own: it stays, others cannot be added.
cat >"$TMP/low" <<'END'
waits()
{
	i=0
	until "$@"; do
		test $i -lt 100 || exit 1
		i=$((i + 1))
		sleep 0.1
	done
}
changed()
{
	test -s pid && test "$(cat pid)" != "$pid"
}
ip link set lo up
cd "$1" || exit 1
"$2/pydirector" -u nobody -l low.log -p pid low.xml || exit 1
pid=$(cat pid)
trap 'kill "$(cat pid)"' EXIT
kill -HUP "$pid"
waits grep -q 'reloaded: 0 changes' low.log
kill -USR2 "$pid"
waits changed
# Its host is elsewhere: it is accepted, and reset.
case $("$3/client" 127.0.0.1:80 close 2>&1) in
*refused*)	echo nobody ;;
*)		echo connected ;;
esac
sed -i 's/127.0.0.1:80"/127.0.0.1:81"/' low.xml
kill -HUP "$(cat pid)"
waits grep -q 'not reloaded: .*:81: not listening: Permission denied' low.log
echo refused
END
sed -e 's/127.0.0.1:0/127.0.0.1:80/' -e '/logging/d' -e '/connlog/d' \
    -e '/web listen/d' "$TMP/plain.xml" >"$OWN/low.xml"
chown "$uid:$gid" "$OWN/low.xml"
if unshare -n true 2>/dev/null && command -v ip >/dev/null 2>&1; then
	is "$(unshare -n sh "$TMP/low" "$OWN" "$BUILD" "$T" 2>&1 |
	    tr '\n' ' ')" "connected refused " "a low port"
else
	pass "a low port # SKIP no network of its own"
fi
done_testing
