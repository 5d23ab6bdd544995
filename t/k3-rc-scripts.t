#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The rc.d scripts of the BSDs against stand-ins for their rc.subr, the methods
# of the SMF manifest as svc.startd runs them: start, stop, restart, upgrade,
# drain; a broken configuration neither starts nor stops nor changes anything.

. "$(dirname "$0")/lib.sh"
. "$T/daemon.sh"

SBINDIR=$BUILD SYSCONFDIR=$DIR MANDIR=$T/../man
RC_CONF=$DIR/rc.conf
export SBINDIR SYSCONFDIR MANDIR RC_CONF
PID=$DIR/pydirector.pid
LOG=$DIR/log
daemon=

# conf [EXTRA]: in the place where the script looks.
conf()
{
	config "<logging file=\"$LOG\"/>${1:-}"
	mv "$DIR/c.xml" "$DIR/pydirector.xml"
}

# script NAME: as installed here.
script()
{
	sh "$T/../tools/install.sh" -f 755 "$DIR/files" "$T/../etc/rc.$1" \
	    >/dev/null
	sed -e "s|/etc/rc.subr|$T/rc-subr.sh|" \
	    -e "s|/etc/rc.d/rc.subr|$TMP/obsd.subr|" \
	    -e "s|/var/run/|$DIR/|" "$DIR/files/rc.$1" >"$DIR/$1"
	RC=$DIR/$1
}

# rc WORD: its status and text.
rc()
{
	timeout 30 "$SHELL_OF" "$RC" "$1" >"$TMP/rc.out" 2>&1
	rc_status=$?
	rc_text=$(cat "$TMP/rc.out")
	test -s "$PID" && daemon=$(cat "$PID") &&
	    test_pids="$test_pids $daemon"
}

# started N: so many times, by the log.
started()
{
	test "$(grep -c ' director: started: ' "$LOG")" -eq "$1"
}

# works NAME: the balancer whose script it is does everything.
works()
{
	rm -f "$LOG"
	conf
	rc start
	is "$rc_status $(echo "$rc_text" | grep -c ': ok$')" "0 1" \
	    "$1: start, checked before"
	is "$(served "$(address "$LOG")" | names)" A "$1: it serves"
	first=$daemon

	conf '<connlog/>'
	rc reload
	like "$rc_status $rc_text" "^[1-9].*$DIR/pydirector.xml:[0-9]+: " \
	    "$1: a broken configuration is not reloaded"
	is "$(grep -c 'not reloaded' "$LOG")" 0 "$1: the balancer is not asked"
	rc restart
	is "$(test "$rc_status" -ne 0 && cat "$PID")" "$first" \
	    "$1: nor is it stopped for a restart"

	conf "<connlog file=\"$DIR/conn\"/>"
	rc reload
	is "$rc_status" 0 "$1: a good one is reloaded"
	ok "$1: and applied" wait_for 10 grep -q 'config: reloaded: [1-9]' \
	    "$LOG"
}

# beyond NAME: the words that are ours.
beyond()
{
	rc upgrade
	is "$rc_status" 0 "$1: upgrade"
	wait_for 20 started 2 || fail "$1: another process"
	rc status
	is "$rc_status $(test "$daemon" != "$first" && echo another)" \
	    "0 another" "$1: another process runs"
	conf '<connlog/>'
	rc upgrade
	is "$(test "$rc_status" -ne 0 && cat "$PID")" "$daemon" \
	    "$1: none for a broken configuration"
	conf
	rc restart
	is "$rc_status" 0 "$1: restart"
	is "$(served "$(address "$LOG")" | names)" A "$1: it serves again"
	conf '<connlog/>'
	rc drain
	is "$rc_status" 0 "$1: drain, whatever the configuration is like"
	ok "$1: it has ended" wait_for 10 test ! -e "$PID"
	rc drain
	is "$rc_status $(echo "$rc_text" | tail -n 1)" \
	    "1 pydirector is not running." "$1: that is told"
	rc start
	like "$rc_status $(test -e "$PID" || echo none)" '^[1-9].* none$' \
	    "$1: no start with a broken configuration"
	conf
	rc start
	rc stop
	is "$rc_status $(test -e "$PID" || echo none)" "0 none" "$1: stop"
}

SHELL_OF=sh
echo 'pydirector_enable=YES pydirector_flags=-v' >"$RC_CONF"
script freebsd
works FreeBSD
ok "FreeBSD: with the flags of rc.conf" grep -q ' info ' "$LOG"
beyond FreeBSD
: >"$RC_CONF"
rc start
like "$rc_text" "Set pydirector_enable to YES" "FreeBSD: only when enabled"
ok "FreeBSD: nothing runs" test ! -e "$PID"

echo 'pydirector=YES pydirector_flags=-v' >"$RC_CONF"
script netbsd
works NetBSD
ok "NetBSD: with the flags of rc.conf" grep -q ' info ' "$LOG"
beyond NetBSD

# rc.subr of OpenBSD: configtest comes before start, restart and reload; the
# process is found by its whole command line.
cat >"$TMP/obsd.subr" <<'END'
rc_exec()
{
	sh -c "$1"
}
rc_find()
{
	pgrep -xf "$daemon $daemon_flags"
}
rc_end()
{
	kill -TERM $(rc_find)
	while rc_find >/dev/null; do
		sleep 0.1 2>/dev/null || sleep 1
	done
}
rc_cmd()
{
	case $1 in
	start | restart | reload | configtest)
		rc_configtest || exit 1 ;;
	esac
	case $1 in
	stop | restart)	rc_end ;;
	reload)		kill -HUP $(rc_find) ;;
	esac
	case $1 in
	start | restart) rc_exec "$daemon $daemon_flags" ;;
	esac
}
END
script openbsd
for SHELL_OF in ksh mksh sh; do
	! command -v $SHELL_OF >/dev/null 2>&1 || break
done
if command -v pgrep >/dev/null 2>&1; then
	works OpenBSD
	rc configtest
	is "$rc_status $rc_text" "0 $DIR/pydirector.xml: ok" \
	    "OpenBSD: configtest"
	rc restart
	is "$rc_status" 0 "OpenBSD: restart"
	is "$(served "$(address "$LOG")" | names)" A "OpenBSD: it serves again"
	rc stop
	is "$rc_status $(test -e "$PID" || echo none)" "0 none" "OpenBSD: stop"
elif test "${CI:-}" = true; then
	fail "OpenBSD" "pgrep is missing"
else
	pass "OpenBSD # SKIP no pgrep"
fi

# SMF: svc.startd has /sbin/sh -c run `exec METHOD'.
smf()
{
	method=$(xmllint --nonet --xpath \
	    "string(//exec_method[@name='$1']/@exec)" "$DIR/smf.xml")
	timeout 30 sh -c "exec $method" >"$TMP/rc.out" 2>&1
	rc_status=$?
	test ! -s "$PID" || {
		daemon=$(cat "$PID")
		test_pids="$test_pids $daemon"
	}
}
if command -v xmllint >/dev/null 2>&1; then
	sh "$T/../tools/install.sh" -f 644 "$DIR/files" \
	    "$T/../etc/pydirector.smf.xml" >/dev/null
	sed "s|/var/run/|$DIR/|g" "$DIR/files/pydirector.smf.xml" \
	    >"$DIR/smf.xml"
	rm -f "$LOG"
	conf '<connlog/>'
	smf start
	is "$rc_status $(test -e "$PID" || echo none)" "96 none" \
	    "SMF: a broken configuration is no start, but maintenance"
	conf
	smf start
	is "$rc_status" 0 "SMF: start"
	is "$(served "$(address "$LOG")" | names)" A "SMF: it serves"
	conf '<connlog/>'
	smf refresh
	like "$rc_status $(cat "$TMP/rc.out")" \
	    "^[1-9].*$DIR/pydirector.xml:[0-9]+: " \
	    "SMF: a broken configuration is not reloaded"
	is "$(grep -c 'not reloaded' "$LOG")" 0 "SMF: the balancer is not asked"
	conf "<connlog file=\"$DIR/conn\"/>"
	smf refresh
	is "$rc_status" 0 "SMF: refresh"
	ok "SMF: it is applied" wait_for 10 grep -q \
	    'config: reloaded: [1-9]' "$LOG"
	kill -TERM "$daemon"
	ok "SMF: it ends" wait_for 10 test ! -e "$PID"
elif test "${CI:-}" = true; then
	fail "SMF" "xmllint is missing"
else
	pass "SMF # SKIP no xmllint"
fi
done_testing
