#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Looks for faults without running anything: both compilers with strict
# warnings, cppcheck, mandoc, and the shells' own syntax check. A tool that is
# missing is named and left out; with CI=true that is a failure.

set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/.." || exit 1
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

# Optimising, since some warnings need what it finds out.
compile()
{
	for file in *.c compat/*.c t/*.c; do
		test -f "$file" || continue
		flags=
		case $file in
		compat/set-kqueue.c)
			grep -q 'HAVE_KQUEUE 1' config.h || continue ;;
		compat/set-epoll.c | t/bench-backend.c | t/flood.c)
			grep -q 'HAVE_EPOLL 1' config.h || continue ;;
		t/fault.c)
			grep -q 'HAVE_EPOLL 1' config.h || continue
			flags=${XML_CFLAGS-} ;;
		conf*.c | t/unit-conf.c) flags=${XML_CFLAGS-} ;;
		sshd*.c)
			grep -q '^SSHD = .' config.mk || continue
			flags=${SSH_CFLAGS-} ;;
		tls*.c | t/unit-tls.c | t/fault-tls.c)
			grep -q 'HAVE_TLS 1' config.h || continue
			flags=${TLS_CFLAGS-} ;;
		t/load.c)
			grep -q '^LOAD = .' config.mk || continue
			flags=${CURL_CFLAGS-} ;;
		esac
		step "$1" "$1" $STRICT -I. $flags -O2 -c -o "$object" "$file"
	done
}

object=$(mktemp "${TMPDIR:-/tmp}/lint.XXXXXX") || exit 1
trap 'rm -f "$object"' 0
trap 'exit 1' 1 2 13 15

for cc in gcc clang; do
	missing $cc || compile $cc
done

# What is suppressed: a comparison with a pointer that may be NULL is taken for
# a test of the other pointer; and crypt(3), which has no threads to fear.
missing cppcheck ||
    step cppcheck cppcheck -q --std=c99 --error-exitcode=1 -j 2 -I. \
    --enable=warning,portability,performance --inline-suppr \
    --suppress=missingIncludeSystem --suppress=nullPointerRedundantCheck \
    --suppress=cryptCalled --library=posix *.c compat/*.c

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
