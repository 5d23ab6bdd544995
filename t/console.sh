# SPDX-License-Identifier: ISC
#
# What the tests of the console share, on top of lib.sh: the element for the
# configuration, pydirectorctl, and a person at a terminal.
#
#	. "$(dirname "$0")/console.sh"
#	start_balancer <<END
#	<config> ... <admin>$CONSOLE</admin> </config>
#	END
#	is "$(ctl show)" "..." "show"
#	is "$(ctl_says frobnicate)" "1 no command ..." "refused"

. "$(dirname "$0")/lib.sh"

SOCKET=$TMP/console
# Who comes to it, as the balancer calls him.
ME=uid-$(id -u)
test "$ME" != uid-0 || ME=root
CONSOLE="<console socket=\"$SOCKET\"/>"

grep -q '^#define HAVE_EDIT 1' "$BUILD/config.h" || {
	PERSON_LINES=yes
	export PERSON_LINES
}

# ctl WORD...: what pydirectorctl answers.
ctl()
{
	"$BUILD/pydirectorctl" -s "$SOCKET" "$@" 2>&1 </dev/null
}

# ctl_says WORD...: its exit status and what it answers, in one line.
ctl_says()
{
	ctl_text=$(ctl "$@")
	echo "$? $ctl_text"
}

# raw: what comes back for standard input, byte by byte, until the balancer has
# answered it all.
raw()
{
	timeout 30 python3 "$T/raw.py" "$SOCKET" "$@"
}

# person STEP...: pydirectorctl on a terminal, t/person.py at its keys.
person()
{
	PATIENCE=$PATIENCE timeout 60 python3 "$T/person.py" \
	    "$BUILD/pydirectorctl" -s "$SOCKET" -- "$@" 2>&1
}
