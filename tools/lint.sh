#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Looks for faults without running anything: both compilers with strict
# warnings, cppcheck, mandoc, and the shells' own syntax check. With `analyze`
# instead: gcc's analyzer and clang-tidy (see .clang-tidy), which take longer. A
# tool that is missing is named and left out; with CI=true that is a failure.
#
#	lint.sh [analyze]
#
# Environment: JOBS (default: the number of processors).

set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/.." || exit 1
TMP=$(mktemp -d "${TMPDIR:-/tmp}/pydirector-lint.XXXXXX") || exit 1
trap 'rm -rf "$TMP"' 0
trap 'exit 1' 1 2 13 15
JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
failed=
STRICT="-std=c99 -Wall -Wextra -Wshadow -Wstrict-prototypes
-Wmissing-prototypes -Wpointer-arith -Wundef -Wcast-qual -Werror"

# step NAME COMMAND ...: what it says is shown when it fails.
step()
{
	step_name=$1
	shift
	if step_text=$("$@" 2>&1 </dev/null); then
		return 0
	fi
	printf '%s\n' "$step_text" | sed "s/^/lint: $step_name: /"
	failed=yes
}

# missing TOOL: 0 when it is not here.
missing()
{
	! command -v "$1" >/dev/null 2>&1 || return 1
	echo "lint: $1: not here, left out"
	test "${CI-}" != true || failed=yes
}

# The flags that a file wants, in flags; 1: it is not for this system.
file_flags()
{
	flags=
	case $1 in
	compat/set-kqueue.c)
		grep -q 'HAVE_KQUEUE 1' config.h || return ;;
	compat/set-epoll.c | t/bench-backend.c | t/flood.c | t/soak-blocks.c)
		grep -q 'HAVE_EPOLL 1' config.h || return ;;
	t/cable.c)
		grep -q 'HAVE_TUN 1' config.h || return ;;
	t/fault.c)
		grep -q 'HAVE_EPOLL 1' config.h || return
		flags=${XML_CFLAGS-} ;;
	conf*.c | t/unit-conf.c) flags=${XML_CFLAGS-} ;;
	sshd*.c | t/fuzz-keys.c)
		grep -q '^SSHD = .' config.mk || return
		flags=${SSH_CFLAGS-} ;;
	tls*.c | t/unit-tls.c | t/fault-tls.c)
		grep -q 'HAVE_TLS 1' config.h || return
		flags=${TLS_CFLAGS-} ;;
	t/load.c)
		grep -q '^LOAD = .' config.mk || return
		flags=${CURL_CFLAGS-} ;;
	esac
}

# Optimising, since some warnings need what it finds out.
check_file()
{
	test -z "$GCC" || step "gcc" gcc $STRICT -I. $flags -O2 $ANALYZE \
	    -c -o "$object" "$1"
	test -z "$CLANG" || step "clang" clang $STRICT -I. $flags -O2 \
	    -c -o "$object" "$1"
	test -z "$TIDY" || step clang-tidy clang-tidy --quiet "$1" -- \
	    -std=c99 -I. $flags -Xclang -analyzer-config \
	    -Xclang max-nodes=20000
}

# check_row N: every JOBSth file, from the Nth.
check_row()
{
	object=$TMP/$1.o
	i=0
	for file in $files; do
		i=$((i + 1))
		test $((i % JOBS)) -eq "$1" && test -f "$file" &&
		    file_flags "$file" || continue
		check_file "$file"
	done
	test -z "$failed" || : >"$TMP/failed"
}

GCC= CLANG= TIDY= ANALYZE=
missing gcc || GCC=yes
case ${1-} in
'')
	files="*.c compat/*.c t/*.c"
	missing clang || CLANG=yes ;;
analyze)
	# What is installed. gcc takes what is kept in a list for lost; and
	# clang may not think about a function for ever.
	files="*.c compat/*.c"
	missing clang-tidy || TIDY=yes
	ANALYZE="-fanalyzer -Wno-analyzer-malloc-leak"
	echo 'extern int x;' >"$TMP/try.c"
	test -n "$GCC" && gcc -Werror $ANALYZE -c -o "$TMP/try.o" \
	    "$TMP/try.c" 2>/dev/null || GCC= ;;
*)
	echo "usage: lint.sh [analyze]" >&2
	exit 2 ;;
esac
row=0
while test $row -lt "$JOBS"; do
	check_row $row &
	row=$((row + 1))
done
wait
test ! -f "$TMP/failed" || failed=yes
if test "${1-}" = analyze; then
	test -z "$failed" || exit 1
	echo "analyze: clean"
	exit 0
fi

# What is suppressed: a comparison with a pointer that may be NULL is taken for
# a test of the other pointer; and what has no threads to fear here: crypt(3),
# getpwnam(3).
missing cppcheck ||
    step cppcheck cppcheck -q --std=c99 --error-exitcode=1 -j "$JOBS" -I. \
    --enable=warning,portability,performance --inline-suppr \
    --suppress=missingIncludeSystem --suppress=nullPointerRedundantCheck \
    --suppress=cryptCalled --suppress=getpwnamCalled \
    --suppress=getpwuidCalled --suppress=getgrnamCalled --library=posix *.c compat/*.c

if ! missing mandoc; then
	for page in man/*.[0-9]; do
		test ! -f "$page" || step mandoc mandoc -Tlint -Wwarning "$page"
	done
fi

scripts="configure .ci/run"
for file in tools/*.sh t/*.sh t/*.t; do
	test ! -f "$file" || scripts="$scripts $file"
done
for file in $scripts; do
	step sh sh -n "$file"
done
if ! missing dash; then
	for file in $scripts; do
		step dash dash -n "$file"
	done
fi

test -z "$failed" || exit 1
echo "lint: clean"
