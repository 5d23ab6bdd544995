#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Everything that the command socket can be sent, with traffic beside it: each
# line is answered as it should be, no request is lost, and they take about as
# long as without.

. "$(dirname "$0")/console.sh"
. "$T/beside.sh"

need python3

start_backend A -q
start_balancer <<XML
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
    <group name="many" scheduler="roundr">
      $(awk 'BEGIN { for (i = 1; i <= 100; i++)
	printf "<host name=\"h%d\" ip=\"127.0.0.1:%d\"/>", i, i }')
    </group>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"
traffic=$(addr_of web)
allow_log ' console: refused: 64 are open'
is "$(ctl whoami)" "$ME full console" "it answers"
before=$(memory)

attack()
{
	beside "$1" python3 "$T/console-attack.py" "$SOCKET"
}

beside calm sleep 2
attack storm
while read -r word rest; do
	case $word in
	ok)	pass "$rest" ;;
	*)	fail "$rest" ;;
	esac
done <"$TMP/storm.out"
is "$(grep -c '^ok ' "$TMP/storm.out")" 12 "the whole list"
none_lost storm "no request is lost"
# The machine may have had something else to do.
test -z "$(slower storm)" || attack storm
as_calm storm "requests take as long as in the control run"
is "$(ctl whoami)" "$ME full console" "it still answers"
# What AddressSanitizer keeps of freed memory would be counted.
test "$before" = unknown || grep -q __asan_init "$BUILD/pydirector" ||
    within "$(memory)" 0 $((before + 40000)) "it has not grown without end"
done_testing
