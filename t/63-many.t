#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Hundreds of connections at once, and load by another program.

. "$(dirname "$0")/lib.sh"

start_backend E echo -q
start_backend A -q
start_backend B -q
start_balancer <<END
<config>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$A"/>
      <host ip="$B"/>
    </group>
  </service>
</config>
END

is "$(client -t 60000 -c 400 "$(addr_of echo)" pong:20 | grep -c '^pong 20 good$')" \
    400 "400 connections, 20 messages each"
if test -x "$T/load"; then
	"$T/load" -n 2000 -c 40 "http://$(addr_of web)/" >"$TMP/load"
	like "$(cat "$TMP/load")" '^requests 2000 ok 2000 failed 0 ' \
	    "2000 requests, 40 at once"
	like "$(cat "$TMP/load")" '^from A 1000$' "half of them each"
	"$T/load" -k -n 2000 -c 40 "http://$(addr_of web)/" >"$TMP/load"
	like "$(cat "$TMP/load")" '^requests 2000 ok 2000 failed 0 ' \
	    "the same on kept connections"
else
	test "${CI:-}" != true || bail "t/load was not built"
	diag "t/load was not built: no libcurl"
fi
done_testing
