#!/bin/sh
# SPDX-License-Identifier: ISC
#
# -P: a salted hash of the password, which crypt(3) takes for what it is.

. "$(dirname "$0")/lib.sh"

# hash TEXT: of that input (printf's escapes); $status, $out, $err.
hash()
{
	out=$(printf "$1" | "$BUILD/pydirector" -P 2>"$TMP/err")
	status=$?
	err=$(cat "$TMP/err")
}

# verify HASH PASSWORD
verify()
{
	perl -e 'exit(crypt($ARGV[1], $ARGV[0]) ne $ARGV[0])' "$1" "$2"
}

# refused NAME ERE
refused()
{
	is "$status $out" "1 " "$1: exit status 1"
	like "$err" "^pydirector: $2" "$1: a message"
}

hash 's3cr3t\n'
is "$status" 0 "exit status 0"
is "$err" "" "no prompt on a pipe"
like "$out" '^(\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}|\$2b\$10\$[./0-9A-Za-z]{53})$' \
    "the form of a hash"
ok "crypt(3) agrees" verify "$out" s3cr3t
if verify "$out" s3cr3u; then
	fail "crypt(3) agrees on no other"
else
	pass "crypt(3) agrees on no other"
fi
first=$out
hash 's3cr3t\n'
ok "another salt each time" test "$out" != "$first"
hash 's3cr3t'
ok "a line without its end" verify "$out" s3cr3t
hash 's3cr3t\nmore\n'
ok "one line only" verify "$out" s3cr3t
hash ' a b \303\244 \n'
ok "spaces and other letters" verify "$out" ' a b ä '
long=$(printf '%0128d' 7)
hash "$long\\n"
case $out in
\$6\$*)	ok "128 bytes" verify "$out" "$long" ;;
*)	refused "more than bcrypt can take" "crypt" ;;
esac
hash "x$long\\n"
refused "129 bytes" "a password has at most 128 bytes"
hash ''
refused "nothing" "a password cannot be empty"
hash '\n'
refused "an empty line" "a password cannot be empty"
hash 'a\000b\n'
refused "a NUL" "a password has no NUL byte"
if test -c /dev/full; then
	echo s3cr3t | "$BUILD/pydirector" -P >/dev/full 2>"$TMP/err"
	is "$?" 1 "no room for the answer: exit status 1"
fi

# On a terminal: asked twice, nothing shown.
tty_hash()
{
	rm -f "$TMP/keys" "$TMP/screen"
	mkfifo "$TMP/keys"
	script -q -e -f -c "$BUILD/pydirector -P" /dev/null \
	    <"$TMP/keys" >"$TMP/screen" 2>&1 &
	tty_pid=$!
	test_pids="$test_pids $tty_pid"
	exec 7>"$TMP/keys"
	# What is typed before the question is thrown away.
	wait_for 10 grep -q 'Password: ' "$TMP/screen"
	printf "$1" >&7
	wait_for 10 grep -q "$2" "$TMP/screen"
	exec 7>&-
	end_client "$tty_pid"
	out=$(tr -d '\r' <"$TMP/screen")
}
if script -q -e -f -c true /dev/null </dev/null >/dev/null 2>&1; then
	tty_hash 's3cr3t\ns3cr3t\n' '^[$]'
	like "$out" '^Password: ' "a terminal: asked"
	like "$out" '^Again: ' "twice"
	is "$(echo "$out" | grep -c s3cr3t)" 0 "nothing shown"
	ok "hashed" verify "$(echo "$out" | tail -n 1)" s3cr3t
	tty_hash 's3cr3t\ns3cr3u\n' differ
	like "$out" 'pydirector: the two differ' "the two differ"
else
	pass "a terminal # SKIP no script(1) that takes -e, -f, -c"
fi
done_testing
