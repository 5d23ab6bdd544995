#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Rules of a service on a balancer that runs: they come, go and change places,
# are saved in their order with the comments between them, and a reload takes
# over what the file says; each change is the smallest that does it.

. "$(dirname "$0")/web.sh"

start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <!-- the office -->
    <allow from="10.0.0.0/8, ::1"/>
    <deny from="10.9.0.0/16"/> <!-- never -->
    <allow from="192.0.2.1"/>
    <group name="g" scheduler="roundr">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin>$WEB</admin>
</config>
END
web_ready
FILE=$TMP/pydirector.xml

# rules: as they are, a line.
rules()
{
	sed -n -e 's/.*<\(allow\) from="\([^"]*\)".*/\1 \2/p' \
	    -e 's/.*<\(deny\) from="\([^"]*\)".*/\1 \2/p' "$1" |
	    tr '\n' ';'
}

# rule ACCESS FROM [POSITION]
rule()
{
	web full newRule -G -d service=web -d "access=$1" \
	    --data-urlencode "from=$2" ${3:+-d "position=$3"}
}

# reload_is CHANGES NAME: the file is taken over by so many changes, and what
# runs then is the file.
reload_is()
{
	web full compare >"$TMP/compare"
	is "$(web full reload)" "OK reloaded, $1 changes" "$2"
	web full running.xml | cmp - "$FILE" >"$TMP/cmp" 2>&1 ||
	    fail "$2: what runs" "$(cat "$TMP/cmp")"
	is "$(web full compare)" "OK no difference" "$2: nothing is left"
}

like "$(rule deny 192.0.2.0/24 1)" \
    "^OK service 'web': deny 192.0.2.0/24 is rule 1$" "in between"
like "$(rule allow all)" "^OK .* allow all is rule 4$" "at the end"
like "$(rule allow 10.0.0.0/8,::1)" "^NOT OK service 'web' has that rule" \
    "not twice, however it is spelled"
like "$(rule allow ::2 6)" "^NOT OK position: the service has 5 rules" \
    "no place behind the end"
like "$(web full "delRule?service=web&access=allow&from=192.0.2.1/32")" \
    "^OK service 'web': rule removed, 4 left" "one goes"
web full running.xml >"$TMP/running"
is "$(rules "$TMP/running")" \
    "allow 10.0.0.0/8, ::1;deny 192.0.2.0/24;deny 10.9.0.0/16;allow all;" \
    "their order"
like "$(web full save)" '^OK saved' "saved"
is "$(rules "$FILE")" \
    "allow 10.0.0.0/8, ::1;deny 192.0.2.0/24;deny 10.9.0.0/16;allow all;" \
    "in that order"
is "$(grep -c -e '<!-- the office -->' -e '/16"/> <!-- never -->' "$FILE")" 2 \
    "with the comments where they were"

# The file changes.
reload_is 0 "nothing"
sed '/192.0.2.0/{h;d;}; /allow from="all"/{G;}' "$FILE" >"$TMP/new"
cp "$TMP/new" "$FILE"
reload_is 2 "one moves"
is "$(sed 's/^OK //' "$TMP/compare")" \
    "delRule?service=web&access=deny&from=192.0.2.0/24
newRule?service=web&access=deny&from=192.0.2.0/24" "it goes and comes"
sed 's/<deny from="10.9/<allow from="10.9/' "$FILE" >"$TMP/new"
cp "$TMP/new" "$FILE"
reload_is 2 "another right"
is "$(sed 's/^OK //' "$TMP/compare")" \
    "delRule?service=web&access=deny&from=10.9.0.0/16
newRule?service=web&access=allow&from=10.9.0.0/16&position=1" "in its place"
sed -e '/<allow/d' -e '/<deny/d' "$FILE" >"$TMP/new"
cp "$TMP/new" "$FILE"
reload_is 4 "none any more"
ok "logged" logged ' command: delRule service=web access=allow from=all: by '
is "$(client "$(addr_of web)" get | names)" A "a client comes in"
done_testing
