# SPDX-License-Identifier: ISC
#
# Runs of t/faulty, behind lib.sh. With PYDIRECTOR_FAULTS=all every call fails,
# not a sample of them.

test -x "$T/faulty" || {
	test "${CI:-}" != true || bail "t/faulty was not built"
	skip_all "t/faulty was not built: not for this system"
}
test -z "${PYDIRECTOR_RUN:-}" || skip_all "not under another program"

# The program, which can be its own successor, beside its helpers, where any
# user can go.
chmod 711 "$TMP"
mkdir "$TMP/bin"
cp "$BUILD/pydirector-helper" "$BUILD/pydirectorctl" "$TMP/bin"
test ! -x "$BUILD/pydirector-sshd" || cp "$BUILD/pydirector-sshd" "$TMP/bin"
cp "$T/faulty" "$TMP/bin/pydirector"

faults_all=
test "${PYDIRECTOR_FAULTS:-}" != all || faults_all=-a
faults_poll=
test "${PYDIRECTOR_FLAGS:-}" != '-o poll' || faults_poll=-p

# faults [OPTION...]: its results are the test's.
faults()
{
	mkdir -p "$TMP/lives"
	chmod 711 "$TMP/lives"
	"$TMP/bin/pydirector" -j 12 $faults_all $faults_poll "$@" \
	    "$TMP/bin/pydirector" "$TMP/lives" >"$TMP/out" &
	test_pids=$!
	wait $!
	faults_status=$?
	test_pids=
	while IFS= read -r faults_line; do
		case $faults_line in
		'ok '*)		pass "${*:+$* }${faults_line#ok * - }" ;;
		'not ok '*)	fail "${*:+$* }${faults_line#not ok * - }"
				faults_status=0 ;;
		'# '*)		echo "$faults_line" ;;
		esac
	done <"$TMP/out"
	test $faults_status = 0 || fail "$* ends" "status $faults_status"
}

# is_user NAME: there is one, and we can become him.
is_user()
{
	test "$(id -u)" -eq 0 && id -u "$1" >/dev/null 2>&1 &&
	    test -r /proc/self/status
}
