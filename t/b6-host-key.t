#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The host key: made on first use, kept, told, and refused when it is no
# secret.

. "$(dirname "$0")/ssh.sh"

key=$TMP/ssh_host_ed25519_key

# config ATTRIBUTES
config()
{
	cat <<-END
	<config>
	  <service name="web">
	    <listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="roundr" enable="true">
	      <host name="a" ip="127.0.0.1:9"/>
	    </group>
	  </service>
	  <admin>
	    <ssh listen="127.0.0.1:0" enable="true" ${1:-}/>
	    $SSH_USERS
	  </admin>
	</config>
	END
}

# Its number in the log.
told()
{
	sed -n 's/.* notice ssh: host key \(.*\)$/\1/p' "$LOG" | tail -n 1
}

umask 000
start_balancer <<END
$(config)
END
umask 077
ssh_ready
like "$(ls -l "$key")" '^-rw------- ' "it is made for us alone"
is "$(told)" "$key: $(ssh-keygen -lf "$key" | cut -d ' ' -f 2)" \
    "and told as ssh-keygen does"
like "$(ssh-keygen -lf "$key")" '^256 .*ED25519' "an ed25519 key"
is "$(ls "$TMP" | grep -c 'host.*new')" 0 "nothing is left over"
first=$(cat "$key")
stop_balancer

start_balancer <<END
$(config)
END
ssh_ready
is "$(cat "$key")" "$first" "it is kept"
stop_balancer

new_key mine
start_balancer <<END
$(config "hostKey=\"$TMP/mine\"")
END
cp "$TMP/mine" "$key"
ssh_ready
is "$(told)" "$TMP/mine: $(ssh-keygen -lf "$TMP/mine" | cut -d ' ' -f 2)" \
    "another file"
# A key that goes away takes those that come with it, nobody else.
hold in full
rm "$TMP/mine"
mkdir "$TMP/mine"
expect_log 'ssh 127\.0\.0\.1:[0-9]+: ended: pydirector-sshd failed'
by_key full whoami >/dev/null 2>&1 </dev/null
is $? 255 "with the key gone nobody gets in"
release in
is $? 0 "who is in stays"
stop_balancer
rmdir "$TMP/mine"

# While it runs.
start_balancer <<END
$(config)
END
new_key next
rm "$key"
(umask 077 && printf '%s\n' "$first" >"$key")
ssh_ready
# set_key PATH: the time for looking at it is short, and machines are busy.
set_key()
{
	for try in 1 2 3 4 5; do
		out=$(by_key full set attr=ssh.hostKey value="$1" 2>&1 \
		    </dev/null)
		set_status=$?
		case $out in
		*'try again'*)	;;
		*)	return $set_status ;;
		esac
	done
	return $set_status
}

hold second full
chmod 640 "$TMP/next"
set_key "$TMP/next"
is $? 1 "a bad key is refused"
like "$out" 'open to others' "and why is told"
like "$(by_key full whoami </dev/null)" '^full ' "the old one stays"
chmod 600 "$TMP/next"
set_key "$TMP/next"
is $? 0 "a good one is taken"
is "$(told)" "$TMP/next: $(ssh-keygen -lf "$TMP/next" | cut -d ' ' -f 2)" \
    "and told"
by_key full whoami >/dev/null 2>&1 </dev/null
is $? 255 "who knows the old one alone stays away"
echo "[127.0.0.1]:$(port_of "$ssh_at") $(ssh-keygen -y -f "$TMP/next")" \
    >"$TMP/known"
like "$(by_key full whoami </dev/null)" '^full ' "who knows it comes in"
lines=$(count_log ' ssh .*: listening$')
out=$(by_key full set attr=ssh.listen value=localhost:0 2>&1 </dev/null)
is $? 0 "it moves"
ok "to another port" test "$(count_log ' ssh .*: listening$')" -gt "$lines"
is "$(client "$ssh_at" read)" "connect refused" "the old one is closed"
ssh_at=$(sed -n 's/^[^ ]* [a-z]* ssh \(127[^ ]*\): listening$/\1/p' \
    "$LOG" | tail -n 1)
echo "[127.0.0.1]:$(port_of "$ssh_at") $(ssh-keygen -y -f "$TMP/next")" \
    >"$TMP/known"
out=$(by_key full set attr=ssh.enable value=no 2>&1 </dev/null)
is $? 0 "it goes"
is "$(client "$ssh_at" read)" "connect refused" "nobody comes in any more"
release second
is $? 0 "who is in stays"
is "$(grep -c '^full ' "$TMP/second.out")" 2 "and is served"
wait_for 10 no_sessions
balancer_fds=$(count_fds)
stop_balancer

# A program that takes its time to look at a key.
real=$BUILD
BUILD=$TMP/bin
mkdir "$BUILD"
cp "$real/pydirector" "$real/pydirector-helper" "$real/pydirectorctl" "$BUILD"
cat >"$BUILD/pydirector-sshd" <<END
#!/bin/sh
test ! -e "$TMP/slow" || exec sleep 60
exec "$real/pydirector-sshd" "\$@"
END
chmod 700 "$BUILD/pydirector-sshd"
start_balancer <<END
$(config | sed "s|<admin>|<admin><console socket=\"$TMP/console\"/>|")
END
wait_log ' ssh .*: listening$' || bail "SSH does not listen"
wait_log ' director: started: ' || bail "it does not start"
balancer_fds=$(count_fds)
touch "$TMP/slow"
from=$(clock)
out=$("$BUILD/pydirectorctl" -s "$TMP/console" set attr=ssh.hostKey \
    value="$TMP/next" 2>&1 </dev/null)
is $? 1 "a key that cannot be looked at in time is refused"
within $(($(clock) - from)) 200 $((2500 * PATIENCE)) "soon: traffic waits"
like "$out" 'not looked at in time: try again' "and why is told"
rm "$TMP/slow"
stop_balancer
BUILD=$real

# refused ATTRIBUTES ERE WHAT: it does not start.
refused()
{
	config "$1" >"$TMP/bad.xml"
	out=$(timeout 20 "$BUILD/pydirector" -d "$TMP/bad.xml" 2>&1 </dev/null)
	is $? 1 "$3: it does not start"
	like "$out" "pydirector: ssh: host key .*: $2" "and tells"
}

new_key open
chmod 640 "$TMP/open"
refused "hostKey=\"$TMP/open\"" 'open to others: expected mode 0600' \
    "a key that others can read"
new_key rsa -t rsa -b 2048
refused "hostKey=\"$TMP/rsa\"" 'not an ed25519 key' "an RSA key"
refused "hostKey=\"$TMP/id.pub\"" 'open to others|not a private key' \
    "a public key"
(umask 077 && echo nonsense >"$TMP/nonsense")
refused "hostKey=\"$TMP/nonsense\"" 'not a private key' "nonsense"
refused "hostKey=\"$TMP\"" 'not a file' "a directory"
mkfifo -m 600 "$TMP/key.fifo"
refused "hostKey=\"$TMP/key.fifo\"" 'not a file' "a FIFO"
refused "hostKey=\"$TMP/none/key\"" 'No such file' "no directory"
done_testing
