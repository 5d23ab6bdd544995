#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The unit under a systemd(1) of this test's own, in namespaces where it can
# reach nothing else: start, save, reload, a broken configuration, upgrades, a
# crash, another user, stop.

. "$(dirname "$0")/lib.sh"

need systemctl unshare nsenter
for SYSTEMD in /usr/lib/systemd/systemd /lib/systemd/systemd; do
	test ! -x $SYSTEMD || break
done
CGROUP=
for dir in /sys/fs/cgroup/unified /sys/fs/cgroup; do
	test -z "$CGROUP" && test -f $dir/cgroup.procs &&
	    test -f $dir/cgroup.controllers && CGROUP=$dir/pydirector-test.$$
done
test "$(id -u)" -eq 0 || skip_all "not root"
test -x $SYSTEMD -a -d /opt -a -n "$CGROUP" &&
    mkdir "$CGROUP" 2>"$TMP/why" || skip_all "no place for a systemd here"

# The cgroups that it has made, from the inside out.
end()
{
	test -z "${outer:-}" || kill -KILL "$outer" 2>/dev/null
	no_cgroup()
	{
		find "$CGROUP" -depth -type d -exec rmdir {} \; 2>/dev/null
		test ! -d "$CGROUP"
	}
	wait_for 10 no_cgroup || diag "left behind: $CGROUP"
	test_end
}
trap end EXIT

cat >"$TMP/pydirector.xml" <<'END'
<pdconfig>
  <service name="web"><listen ip="127.0.0.1:79"/>
    <group name="g" scheduler="roundrobin">
      <host name="a" ip="127.0.0.1:1"/>
    </group>
  </service>
  <admin><console socket="/run/pydirector.sock"/></admin>
</pdconfig>
END
SBINDIR=/opt SYSCONFDIR=/opt/etc MANDIR=/opt/man sh "$T/../tools/install.sh" \
    -f 644 "$TMP/files" "$T/../etc/pydirector.service" >"$TMP/out"
# Sanitizers look for leaks by ptrace(2), which the unit forbids.
cat >"$TMP/local.conf" <<'END'
[Unit]
DefaultDependencies=no
[Service]
Environment=ASAN_OPTIONS=detect_leaks=0
StandardOutput=append:/opt/log
StandardError=append:/opt/log
END
cat >"$TMP/user.conf" <<'END'
[Service]
ExecStart=
ExecStart=/opt/pydirector -d -u nobody -p /run/pydirector.pid /opt/etc/pydirector.xml
END

# The world of that systemd: a directory of ours, which is lost with it, and
# nothing else that can be written.
cat >"$TMP/init.sh" <<END
set -e
echo 0 >"$CGROUP/cgroup.procs"
exec unshare -C sh "$TMP/init2.sh"
END
cat >"$TMP/init2.sh" <<END
set -e
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /opt
mkdir -p /opt/etc /opt/units/pydirector.service.d
cp "$BUILD/pydirector" "$BUILD/pydirectorctl" "$BUILD/pydirector-helper" /opt
cp "$TMP/pydirector.xml" /opt/etc
cp "$TMP/inside.sh" "$TMP/user.conf" /opt
cp ${SYSTEMD%/*}/system/*.target "$TMP/files/pydirector.service" /opt/units
cp "$TMP/local.conf" /opt/units/pydirector.service.d
echo '[Unit]' >/opt/units/test.target
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /var/tmp
mount -o remount,bind,ro /
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
ip link set lo up 2>/dev/null || ifconfig lo up
exec env -i container=other PATH="$PATH" SYSTEMD_UNIT_PATH=/opt/units \
    $SYSTEMD --system --unit=test.target --log-target=null --show-status=no
END

# What is done in there; each line is an outcome.
cat >"$TMP/inside.sh" <<'END'
ctl()
{
	/opt/pydirectorctl -s /run/pydirector.sock "$@"
}
is()
{
	systemctl show -p "$1" --value pydirector
}
# until COMMAND...: for ten seconds at most.
until_()
{
	left=200
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		test $left -gt 0 || return 1
		sleep 0.05
	done
}
said()
{
	test "$(grep -c "$1" /opt/log)" -ge "$2"
}
another()
{
	test "$(is MainPID)" != "$main" -a "$(is ActiveState)" = active
}
ended()
{
	test "$(is ActiveState)" = inactive
}
do_()
{
	timeout 40 systemctl "$@" pydirector >/dev/null 2>&1
	echo "$1 $? $(is ActiveState)"
}
upgrade()
{
	main=$(is MainPID)
	systemctl kill -s USR2 --kill-whom=main pydirector
	until_ another
	until_ said 'the old process has ended' "$1"
	test "$(is MainPID)" = "$(cat /run/pydirector.pid)"
	echo "upgrade $? $(is ActiveState) restarts $(is NRestarts)"
}
do_ start
main=$(is MainPID)
test "$(cat /run/pydirector.pid)" = "$main" && echo "pid file"
sed -n -e 's/^NoNewPrivs:./no-new-privileges /p' \
    -e 's/^CapEff:.0*/capabilities /p' /proc/$main/status
ctl setWeight web g a 3
ctl save >/dev/null && grep -c 'weight="3"' /opt/etc/pydirector.xml
do_ reload
cp /opt/etc/pydirector.xml /opt/good
echo '<bad/>' >/opt/etc/pydirector.xml
do_ reload
said 'not reloaded' 1 || echo "it was not asked"
cp /opt/good /opt/etc/pydirector.xml
upgrade 1
main=$(is MainPID)
test "$main" -gt 1 && kill -KILL "$main"
until_ another
echo "crash $(is ActiveState) restarts $(is NRestarts)"
upgrade 2
do_ reload
do_ stop
test -e /run/pydirector.pid -o -e /run/pydirector.sock || echo "nothing left"
cp /opt/user.conf /opt/units/pydirector.service.d
systemctl daemon-reload
do_ start
ps -o user= -p "$(is MainPID)"
upgrade 3
do_ reload
systemctl kill -s QUIT --kill-whom=main pydirector
until_ ended
echo "drain $(is ActiveState) $(is Result)"
do_ start
do_ stop
END

unshare -m -p -u -i -n -f --kill-child --propagation private \
    sh "$TMP/init.sh" >"$TMP/systemd" 2>&1 </dev/null &
outer=$!
test_pids="$test_pids $outer"
inner()
{
	inner=$(ps -A -o pid= -o ppid= -o args= | awk -v p="$outer" \
	    '$2 == p && /--unit=test.target/ { print $1 }')
	test -n "$inner"
}
answers()
{
	nsenter -t "$inner" -a systemctl is-active test.target
}
wait_for 10 inner && wait_for 10 answers ||
    skip_all "systemd does not start here: $(sed 1q "$TMP/systemd")"

timeout 120 nsenter -t "$inner" -a sh /opt/inside.sh >"$TMP/outcome" 2>&1
exec 8<"$TMP/outcome"
# next WANTED NAME: the next line of it.
next()
{
	IFS= read -r line <&8 || line=
	is "$line" "$1" "$2"
}
next "start 0 active" "start: it says that it is ready"
next "pid file" "with a pid file"
next "capabilities 5cb" "few capabilities"
next "no-new-privileges 1" "no others can be had"
next "host 'a': weight 3" "the console answers"
next 1 "the configuration can be saved"
next "reload 0 active" "reload"
next "reload 1 active" "a broken configuration: told, and it goes on"
next "it was not asked" "checked before"
next "upgrade 0 active restarts 0" "upgrade: systemd knows the new process"
next "crash active restarts 1" "after a crash it is started again"
next "upgrade 0 active restarts 1" "upgrade again"
next "reload 0 active" "reload of what is new"
next "stop 0 inactive" "stop"
next "nothing left" "everything is removed"
next "start 0 active" "as another user"
next "nobody" "which it is"
next "upgrade 0 active restarts 0" "upgrade as that user"
next "reload 0 active" "reload as that user"
next "drain inactive success" "drained, it is not started again"
next "start 0 active" "start once more"
next "stop 0 inactive" "and stop"
exec 8<&-
is "$(nsenter -t "$inner" -a grep -c -E ' (err|warning) ' /opt/log)" 0 \
    "no complaint"
test $test_failed -eq 0 || diag "$(cat "$TMP/outcome")$NL$(nsenter \
    -t "$inner" -a cat /opt/log)"
done_testing
