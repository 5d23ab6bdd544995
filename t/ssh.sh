# SPDX-License-Identifier: ISC
#
# What the tests of SSH share, on top of lib.sh: two users with passwords and
# one key, and the stock client as one of them, with files of its own.
#
#	. "$(dirname "$0")/ssh.sh"
#	start_balancer <<END
#	<config> ... <admin>$SSH</admin> </config>
#	END
#	ssh_ready
#	is "$(by_key full whoami)" "..." "a command"
#
# The password of a user is the name.

. "$(dirname "$0")/lib.sh"

need ssh ssh-keygen
test -x "$BUILD/pydirector-sshd" || {
	test "${CI:-}" != true || bail "pydirector-sshd was not built"
	skip_all "pydirector-sshd was not built: no libssh"
}

# hash PASSWORD
hash()
{
	printf '%s\n%s\n' "$1" "$1" | "$BUILD/pydirector" -P 2>/dev/null |
	    tail -n 1
}

# new_key NAME [SSH-KEYGEN-OPTION...]
new_key()
{
	key_name=$TMP/$1
	shift
	test $# -gt 0 || set -- -t ed25519
	ssh-keygen -q -N '' -C test "$@" -f "$key_name"
}

new_key id
new_key other
(umask 022 && cp "$TMP/id.pub" "$TMP/full.keys")
cat >"$TMP/askpass" <<'END'
#!/bin/sh
echo asked >>"$ASKED"
echo "$PASSWORD"
END
chmod 700 "$TMP/askpass"

SSH_USERS="<user name=\"full\" password=\"$(hash full)\" access=\"full\"
    keys=\"$TMP/full.keys\"/>
<user name=\"look\" password=\"$(hash look)\" access=\"readonly\"/>"
SSH="<ssh listen=\"127.0.0.1:0\" enable=\"true\"/>
$SSH_USERS"

# ssh_client [SSH-OPTION...] USER [WORD...]: with none of the files of whoever
# runs the test.
ssh_client()
{
	timeout "${SSH_TIME:-20}" ssh -F none -p "$(port_of "$ssh_at")" \
	    -o UserKnownHostsFile="$TMP/known" -o StrictHostKeyChecking=yes \
	    -o GlobalKnownHostsFile=none -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o LogLevel="${SSH_LEVEL:-ERROR}" \
	    -l "$@"
}

# by_key USER [WORD...], by_password USER PASSWORD [WORD...]: SSH_OPTIONS are
# options of ssh(1).
by_key()
{
	ssh_user=$1
	shift
	ssh_client "$ssh_user" -i "${KEY:-$TMP/id}" \
	    -o PreferredAuthentications=publickey \
	    ${SSH_OPTIONS:-} 127.0.0.1 "$@"
}

by_password()
{
	ssh_user=$1 ssh_password=$2
	shift 2
	PASSWORD=$ssh_password ASKED=$TMP/asked SSH_ASKPASS=$TMP/askpass \
	    SSH_ASKPASS_REQUIRE=force DISPLAY=:0 \
	    ssh_client "$ssh_user" -o PreferredAuthentications=password \
	    -o NumberOfPasswordPrompts="${PROMPTS:-1}" \
	    ${SSH_OPTIONS:-} 127.0.0.1 "$@"
}

# ssh_ready: waits for the door, sets $ssh_at, its address. The helper for
# passwords, once started, keeps one descriptor.
ssh_ready()
{
	wait_log ' ssh .*: listening$' || bail "SSH does not listen"
	ssh_at=$(sed -n 's/^[^ ]* [a-z]* ssh \([^ ]*\): listening$/\1/p' \
	    "$LOG" | tail -n 1)
	echo "[127.0.0.1]:$(port_of "$ssh_at") $(ssh-keygen -y -f \
	    "$TMP/ssh_host_ed25519_key")" >"$TMP/known"
	by_password full full whoami >"$TMP/first.out" 2>&1 </dev/null ||
	    bail "SSH does not answer: $(cat "$TMP/first.out")"
	wait_for 10 no_sessions || bail "its process stays"
	test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
}

# The processes of SSH connections.
sessions()
{
	ps -A -o pid= -o ppid= -o args= | awk -v p="$PYD" \
	    '$2 == p && /pydirector-sshd/ { print $1 }'
}

# session_count N
session_count()
{
	test "$(sessions | wc -l)" -eq "$1"
}

no_sessions()
{
	session_count 0
}

# consoles: how many run, behind them.
consoles()
{
	ps -A -o ppid= -o args= | awk -v p=" $(sessions | tr '\n' ' ')" \
	    'index(p, " " $1 " ") && /pydirectorctl/ { n++ }
	    END { print n + 0 }'
}

# client_pids: the clients of this test.
client_pids()
{
	ps -A -o pid= -o args= | awk -v p="-p $(port_of "$ssh_at") " \
	    '$2 ~ /(^|\/)ssh$/ && index($0, p) { print $1 }'
}

# hold NAME USER: a session that stays until `release NAME`: its first answer is
# in $TMP/NAME.out when it is in.
hold()
{
	mkfifo "$TMP/$1.go"
	{
		echo whoami
		timeout "${SSH_TIME:-20}" cat "$TMP/$1.go"
		echo whoami
	} | by_key "$2" >"$TMP/$1.out" 2>&1 &
	eval "$1_pid=$!"
	test_pids="$test_pids $!"
	wait_for 10 grep -q "^$2 " "$TMP/$1.out" ||
	    bail "session $1: $(cat "$TMP/$1.out")"
}

# let_go NAME: its input ends.
let_go()
{
	timeout 5 sh -c ': >"$0"' "$TMP/$1.go"
}

# release NAME: its end; the status is the client's.
release()
{
	let_go "$1"
	eval "release_pid=\$$1_pid"
	end_client "$release_pid"
}

# all_over PID...: each has ended, even if nobody has reaped it.
all_over()
{
	for over_pid; do
		case $(ps -o stat= -p "$over_pid" 2>/dev/null) in
		'' | Z*)	;;
		*)	return 1 ;;
		esac
	done
}
