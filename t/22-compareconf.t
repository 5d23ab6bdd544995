#!/bin/sh
# SPDX-License-Identifier: ISC
#
# pydirectorctl compareconf: exit status and output.

. "$(dirname "$0")/lib.sh"

ctl()
{
	"$BUILD/pydirectorctl" "$@" 2>&1
	echo "status $?"
}

configuration()
{
	cat <<END
<pdconfig>
  <service name="web">
    <listen ip="127.0.0.1:80"/>
    <group name="g" scheduler="random">$1</group>
  </service>
</pdconfig>
END
}

cd "$TMP" || exit 1
configuration '<host name="a" ip="10.0.0.1:80"/>' >old
configuration '<!-- x --><host ip="10.0.0.1:80" name="a"/>' >same
configuration '<host name="a" ip="10.0.0.1:80" weight="2"/>' >new
configuration '<host name="a" ip="10.0.0.1"/>' >bad

is "$(ctl compareconf old same)" "status 0" "equal"
is "$(ctl compareconf old new)" \
    "setWeight?service=web&group=g&name=a&weight=2${NL}status 1" "different"
like "$(ctl compareconf old bad)" '^bad:4: host: ip .10.0.0.1.: ' "errors"
like "$(ctl compareconf bad old)" '^status 2$' "trouble"
like "$(ctl compareconf old none)" '^none:0: cannot be read' "no file"
for args in '' 'compareconf old' 'compareconf old new new' 'no old new' \
    '-x compareconf old new'; do
	# Word splitting is wanted.
	like "$(ctl $args)" '^status 2$' "usage: $args"
done
if test -c /dev/full; then
	is "$("$BUILD/pydirectorctl" compareconf old new 2>&1 >/dev/full |
	    grep -c 'standard output')" 1 "a full disk"
fi
done_testing
