#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A file in another encoding: it is shown in UTF-8, to all users and changed
# or not, and stays as it is until something has to be written.

. "$(dirname "$0")/web.sh"

need iconv
start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr"><host name="a" ip="$A"/></group>
  </service>
  <admin>$WEB</admin>
</config>
END
web_ready
FILE=$TMP/pydirector.xml
a=$(printf '\303\244')
{
	echo '<?xml version="1.0" encoding="ISO-8859-1"?>'
	sed "s/name=\"web\"/name=\"w${a}b\"/" "$FILE"
} | iconv -f UTF-8 -t ISO-8859-1 >"$TMP/latin1"
cp "$TMP/latin1" "$FILE"
like "$(web full reload)" '^OK reloaded' "a file in Latin 1"

# shown USER PATH: in UTF-8, and says nothing else.
shown()
{
	web "$1" "$2" >"$TMP/shown"
	is "$(iconv -f UTF-8 -t UTF-8 "$TMP/shown" | grep -c "\"w${a}b\"")" 1 \
	    "$2 for $1 is in UTF-8"
	is "$(grep -c ISO-8859 "$TMP/shown")" 0 "and says so"
}

for path in running.xml config.xml; do
	shown full $path
	shown look $path
done
like "$(web full save)" '^OK nothing to save' "nothing to save"
is "$(cmp "$TMP/latin1" "$FILE")" "" "the file is the same, byte by byte"
web full "set?service=w%C3%A4b&attr=maxConns&value=9" >/dev/null
shown full running.xml
like "$(web full save)" '^OK saved' "saved"
is "$(iconv -f UTF-8 -t UTF-8 "$FILE" |
    grep -c "name=\"w${a}b\" maxConns=\"9\"")" 1 "in UTF-8"
is "$(web full compare)" "OK no difference" "and reads back"
echo '<oops' >>"$FILE"
is "$(web full config.xml | cmp - "$FILE")" "" "with errors: as it is"
done_testing
