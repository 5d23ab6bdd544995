#!/bin/sh
# SPDX-License-Identifier: ISC
#
# 4,000 idle relays beside busy ones: all are kept, the busy ones are served,
# and an idle one costs little memory.

. "$(dirname "$0")/lib.sh"

# The poll array costs its length each round; fewer prove it as well there.
IDLE=4000
case " ${PYDIRECTOR_FLAGS:-} " in
*" poll "*)	IDLE=1000 ;;
esac
files=$(ulimit -H -n)
test "$files" = unlimited || test "$files" -ge $((IDLE * 2 + 500)) || {
	test "${CI:-}" != true || bail "descriptors: $files are too few"
	skip_all "descriptors: $files are too few"
}
ulimit -n "$files"

start_backend E echo -q
start_backend A -q
start_balancer <<END
<config>
  <service name="echo">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$E"/></group>
  </service>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END

before=$(memory)
start_client idle -t 150000 -c $IDLE "$(addr_of echo)" pong:1 pause pong:1
idle=$client_pid
wait_for 150 grep -q paused "$TMP/idle"
is "$(grep -c '^pong 1 good$' "$TMP/idle")" $IDLE "$IDLE connections"
after=$(memory)
is "$(client -t 60000 -c 50 "$(addr_of web)" get close | grep -c '^A ')" 50 \
    "50 clients beside them"
is "$(client -t 60000 -c 20 "$(addr_of echo)" pong:20 | grep -c 'pong 20 good')" 20 \
    "20 connections with 20 messages each"
wait_for 30 more_lines 69 ' info relay ' "$LOG"
is "$(relays_ended)" 70 "no idle relay has ended"
# A sanitizer's or valgrind's own bookkeeping is not ours.
if test "$before" != unknown && test -z "${PYDIRECTOR_RUN:-}" &&
    ! grep -q sanitize "$BUILD/config.mk" 2>/dev/null; then
	within $(((after - before) * 1024 / IDLE)) 0 1000 \
	    "bytes of memory for each idle relay"
fi
kill -USR1 "$idle"
end_client "$idle"
is "$(grep -c '^pong 1 good$' "$TMP/idle")" $((2 * IDLE)) \
    "the idle ones still work"
done_testing
