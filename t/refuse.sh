# SPDX-License-Identifier: ISC
#
# What the tests of configurations share, on top of lib.sh: what pydirector -n
# says of a file.
#
#	. "$(dirname "$0")/refuse.sh"
#	in_root "unknown element 'foo'" '<foo/>'
#	done_testing

. "$(dirname "$0")/lib.sh"

FILE=$TMP/x.xml
LISTEN='<listen ip="*:80"/>'
GROUP='<group name="g" scheduler="rand"><host ip="h:1"/></group>'
SERVICE="<service name=\"s\">$LISTEN$GROUP</service>"

# check: the file, as the program sees it: $out, $err, $status.
check()
{
	err=$("$BUILD/pydirector" -n "$1" 2>&1 >"$TMP/out")
	status=$?
	out=$(cat "$TMP/out")
}

# accepted NAME <<FILE
accepted()
{
	cat >"$FILE"
	check "$FILE"
	is "$status:$out:$err" "0:$FILE: ok:" "$1"
}

# refuses NAME LINES TEXT <<FILE: an error in exactly these lines (`2 5`),
# nothing else, and one of them says TEXT.
refuses()
{
	cat >"$FILE"
	check "$FILE"
	printf '%s\n' "$err" >"$TMP/err"
	lines=$(sed "s|^$FILE:\([0-9]*\): .*|\1|" "$TMP/err" | tr '\n' ' ')
	if test "$status" = 1 && test -z "$out" && test "$lines" = "$2 " &&
	    grep -F -q -e "$3" "$TMP/err"; then
		pass "$1"
	else
		fail "$1" "status $status, out: $out, err: $err"
	fi
}

# in_root, in_service, in_group, in_admin TEXT PIECE: refused; the piece
# stands in line 2.
in_root()
{
	refuses "$1" 2 "$1" <<-END
	<config>$SERVICE
	$2
	</config>
	END
}

in_service()
{
	refuses "$1" 2 "$1" <<-END
	<config><service name="s">$LISTEN$GROUP
	$2
	</service></config>
	END
}

in_group()
{
	in_service "$1" "<group name=\"x\" scheduler=\"rand\">$2</group>"
}

in_admin()
{
	in_root "$1" "<admin>$2</admin>"
}
