#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Access rules: the first that has the client decides; none: the opposite of
# the last. Who is denied reaches no host.

. "$(dirname "$0")/web.sh"

"$T/client" -b 127.0.0.2 127.0.0.1:1 close 2>&1 | grep -q 'connect refused' ||
    skip_all "127.0.0.2 is no address here"
six='<listen ip="[::1]:0"/>'
"$T/backend" -l '[::1]:0' refuse >"$TMP/probe" 2>&1 &
probe=$!
wait_for 10 test -s "$TMP/probe"
kill $probe 2>/dev/null
wait $probe 2>/dev/null
grep -q '^listening' "$TMP/probe" || six=

# configuration RULES
configuration()
{
	cat <<END
<config>
  <service name="list">
    <listen ip="127.0.0.1:0"/>$six
    $1
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="open">
    <listen ip="127.0.0.1:0"/>
    <deny from="127.0.0.2, 127.0.0.3"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>$WEB</admin>
</config>
END
}

# from ADDRESS SERVICE: who answers a client from there, or `reset`.
from()
{
	client -b "$1" "$(addr_of "$2" '^127')" get | is_denied
}

# A reset is seen by the connect, or by what comes next.
is_denied()
{
	names | sed -e 's/^connect$/reset/' -e 's/^get$/reset/'
}

# from_all SERVICE: the same for a few addresses.
from_all()
{
	for address in 127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.9; do
		from $address "$1"
	done | tr '\n' ' '
}

from_six()
{
	client "$(addr_of list '^\[')" get | is_denied
}

# counted SERVICE: what running.json says of clients and rules.
counted()
{
	web look running.json | sed -n "/\"name\": \"$1\"/{
	    s/.*\(\"total\": [0-9]*,\).*\(\"denied\".*\), \"groups\".*/\1 \2/
	    p
	}"
}

# metric LINE
metric()
{
	web look metrics | grep -F -x -q -e "$1"
}

# reload RULES NAME: the rules of list; the host's name tells when it is done.
reload()
{
	configuration "$1" | sed "s/<host ip/<host name=\"$2\" ip/" \
	    >"$TMP/pydirector.xml"
	kill -HUP "$PYD"
	wait_log " command: .*=$2[: ]" || bail "not reloaded"
}

start_backend A
configuration '<deny from="127.0.0.3"/><allow from="127.0.0.0/29 ::1"/>' \
    >"$TMP/first"
start_balancer <"$TMP/first"
web_ready

is "$(from_all list)" "A A reset reset " "a list of those who may"
is "$(counted list)" "\"total\": 4, \"denied\": 2, \"limited\": 0, \
\"rules\": [{\"access\": \"deny\", \"from\": \"127.0.0.3\", \"hits\": 1}, \
{\"access\": \"allow\", \"from\": \"127.0.0.0/29 ::1\", \"hits\": 2}]" \
    "clients and hits are counted"
is "$(from_all open)" "A reset reset A " "a list of those who may not"
like "$(web look metrics)" \
    '^pydirector_service_denied_total{service="open"} 2$' "metrics"
rule='{service="list",rule="1",access="allow",from="127.0.0.0/29 ::1"}'
ok "of rules" metric "pydirector_service_rule_hits_total$rule 2"
like "$(web look running)" '4 accepted, 0 refused, 2 denied<' "the page"
is "$(events A '^open')" 4 "who is denied reaches no host"
is "$(count_log ' info relay .*: denied$')" 0 "nor the log, at level info"
test -z "$six" || is "$(from_six)" A "IPv6"

reload '<allow from="127.0.0.2"/>' x1
is "$(from_all list)" "reset A reset reset " "other rules, live"
reload '<allow from="127.0.0.2"/><deny from="all"/>' x2
is "$(from_all list)" "reset A reset reset " "all others are denied"
reload '<deny from="127.0.0.2"/><allow from="all"/>' x3
is "$(from_all list)" "A reset A A " "all others may"
test -z "$six" || is "$(from_six)" A "IPv6 is among all"
reload '<deny from="all"/>' x4
is "$(from_all list)" "reset reset reset reset " "nobody may"
test -z "$six" || is "$(from_six)" reset "nor from IPv6"
reload '' x5
is "$(from_all list)" "A A A A " "no rules"
like "$(web full 'newRule?service=list&access=deny&from=127.0.0.2')" '^OK' \
    "a rule by a call"
is "$(from_all list)" "A reset A A " "counts at once"
first='newRule?service=list&access=allow&from=127.0.0.0/30&position=0'
like "$(web full "$first")" '^OK' "one before it"
is "$(from_all list)" "A A A A " "decides first"
like "$(web full 'delRule?service=list&access=allow&from=127.0.0.0/30')" \
    '^OK' "is removed"
is "$(from_all list)" "A reset A A " "and the other decides again"
done_testing
