#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The control socket under attack, with traffic beside: half boxes, floods that
# nobody reads, nonsense, 200 callers. No request is lost, and requests take
# about as long as without; memory and descriptors stay bounded.

. "$(dirname "$0")/web.sh"
. "$T/beside.sh"
need python3

start_backend A -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <control socket="$TMP/control"/>
</config>
END
ok "told" wait_log " control unix:$TMP/control: listening\$"
traffic=$(addr_of web)
allow_log ' control: asker refused: 64 are connected'
allow_log ' log: .*repeat'

attack()
{
	beside "$1" python3 -B "$T/control-hostile.py" "$TMP/control" 4
}

beside calm sleep 2
before=$(memory)
attack storm
while read -r good rest; do
	case $good in
	ok)	pass "$rest" ;;
	not_ok)	fail "$rest" ;;
	esac
done <"$TMP/storm.out"
is "$(grep -c '^ok ' "$TMP/storm.out")" 2 "the whole list"
diag "$(grep -v '^ok ' "$TMP/storm.out")"
none_lost storm "no request is lost"
# The machine may have had something else to do.
test -z "$(slower storm)" || attack storm
as_calm storm "requests take as long as in the control run"
after=$(memory)
if test "$before" = unknown; then
	pass "memory # SKIP not known here"
else
	within $((after - before)) -100000 20000 "memory stays bounded, in KB"
fi
done_testing
