# SPDX-License-Identifier: ISC
#
# What the tests of the connection log share, on top of lib.sh: its file, and
# the fields of its lines.

CONN=$TMP/conn.log

# of KEY LINE: a value of a line.
of()
{
	printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# ended SERVICE WORD [FILE]: the last line of a relay of the service that ended
# so.
ended()
{
	grep -E "event=end .*service=$1 .* end=$2\$" "${3:-$CONN}" | tail -n 1
}

# wait_end SERVICE WORD: its line, in $line.
wait_end()
{
	wait_for 10 test_ended_line "$1" "$2"
	line=$(ended "$1" "$2")
}

test_ended_line()
{
	test -n "$(ended "$1" "$2")"
}
