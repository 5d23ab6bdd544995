#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Full disks: a save says so and leaves the file as it was, whole; log lines
# that are lost are counted; requests are served; and when there is room again
# all goes on.

. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/lib.sh"

command -v mount >/dev/null 2>&1 && mkdir "$TMP/conf" "$TMP/logs" &&
    mount -t tmpfs -o size=64k none "$TMP/conf" 2>/dev/null &&
    mount -t tmpfs -o size=64k none "$TMP/logs" 2>/dev/null || {
	umount "$TMP/conf" 2>/dev/null
	skip_all "no file system can be mounted: it takes root on Linux"
}
trap 'umount -l "$TMP/conf" "$TMP/logs"; test_end' EXIT
ln -s "$TMP/conf/c.xml" "$TMP/pydirector.xml"
ln -s "$TMP/logs/log" "$TMP/log.1"
SOCKET=$TMP/console
start_backend A -q
start_backend B -q
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin><console socket="$SOCKET"/></admin>
</config>
END
web=$(addr_of web)

# fill DIRECTORY: until nothing fits.
fill()
{
	dd if=/dev/zero of="$1/fill" bs=1024 2>/dev/null
	dd if=/dev/zero of="$1/rest" bs=1 2>/dev/null
}

empty()
{
	rm -f "$1/fill" "$1/rest"
}

ctl_says()
{
	ctl_text=$("$BUILD/pydirectorctl" -s "$SOCKET" "$@" 2>&1 </dev/null)
	echo "$? $ctl_text"
}

cp "$TMP/conf/c.xml" "$TMP/before"
like "$(ctl_says addHost web g b "$B")" '^0 ' "a host is added"
fill "$TMP/conf"
like "$(ctl_says save)" '^1 .*: No space left on device: not saved$' \
    "a full disk: the save says so"
ok "the file is as it was" cmp "$TMP/before" "$TMP/conf/c.xml"
is "$(ls "$TMP/conf" | tr '\n' ' ')" "c.xml fill rest " \
    "and nothing is left beside it"
like "$(ctl_says save)" '^1 .*: No space left on device: not saved$' \
    "again the same"
is "$(client -n 2 "$web" get | names | sort | tr -d '\n')" AB "it serves"

fill "$TMP/logs"
cp "$TMP/logs/log" "$TMP/log.before"
# More than what is left of the last block.
is "$(client -n 100 "$web" get close | names | sort | uniq -c |
    tr -s ' \n' ' ')" " 50 A 50 B " "no room for the log: it serves"
like "$(ctl_says running.txt)" '^0 ' "and answers"
empty "$TMP/conf"
like "$(ctl_says save)" '^0 ' "there is room: it saves"
ok "the file has the new host" grep -q 'name="b"' "$TMP/conf/c.xml"
ok "and is whole" "$BUILD/pydirector" -n "$TMP/conf/c.xml"

empty "$TMP/logs"
expect_log ' log: lost [0-9]+ lines$'
client "$web" get >/dev/null
ok "room for the log: what was lost is counted" wait_log \
    ' warning log: lost [0-9]+ lines$'
lost=$(sed -n 's/.* log: lost \([0-9]*\) lines$/\1/p' "$LOG")
written()
{
	test "$(relays_ended)" -gt "$1"
}
ok "and the next line is there" wait_for 10 written \
    "$(grep -c ' info relay ' "$TMP/log.before")"
# 103 relays, and two lines for the save that was done. One that is there in
# part counts as lost.
told=$(grep -E -c ' info relay .*-closed$' "$LOG")
is $((lost + told)) 105 "every line was written or counted"
is "$(grep -E -c -v '^[-0-9T:]*Z [a-z]* [a-z]' "$LOG")" 0 \
    "no line begins within another"
done_testing
