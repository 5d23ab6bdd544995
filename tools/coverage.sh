#!/bin/sh
# SPDX-License-Identifier: ISC
#
#	coverage.sh TEST ...
#
# Builds in a copy of the sources with gcc and --coverage, runs the tests there
# and prints for each file of the balancer how many of its lines and branches
# they reached, then the lines of the heart of it that none did. What a process
# that is killed has done does not count. The copy goes at the end, unless
# COVERAGEDIR says where it is to be and stay; what is there is then built
# again only where it has to be, and adds to what was counted before.
#
# Environment: MAKE, JOBS (default 2), COVERAGEDIR, POLLTESTS (those to be run
# again with all relays in the poll array), SOAKTIME (of the soak before all
# tests, default 30 s). Exit status 1: it does not build, or a test failed.

set -u
LC_ALL=C
export LC_ALL
unset MAKEFLAGS MFLAGS

JOBS=${JOBS:-2}
MAKE=${MAKE:-make}
HEART="relay.c relay-connect.c relay-tell.c flow.c listen.c door.c bound.c
sched.c loop.c"

cd "$(dirname "$0")/.." || exit 1

if ! command -v gcov >/dev/null 2>&1 || ! command -v gcc >/dev/null 2>&1; then
	echo "coverage: gcc and gcov are not here: left out"
	test "${CI-}" != true
	exit
fi

TMP=$(mktemp -d "${TMPDIR:-/tmp}/pydirector-coverage.XXXXXX") || exit 1
trap 'rm -rf "$TMP"' 0
trap 'exit 1' 1 2 13 15
copy=${COVERAGEDIR:-$TMP/build}

# build: in the copy.
build()
{
	test -f config.mk || sh ./configure CC=gcc CFLAGS="-O0 -g --coverage" \
	    LDFLAGS=--coverage || return
	$MAKE -f build.mk -j "$JOBS" tests t/soak-client t/soak-backend \
	    t/soak-ledger
}

# counters: where processes count, for those that have become another user,
# too. What is empty counts as nothing.
counters()
{
	find . -name '*.gcno' | sed 's/gcno$/gcda/' | while read -r file; do
		test -f "$file" || : >"$file"
	done
	chmod -R a+rwX .
}

# figures FILE: of what gcov has printed, lines and branches of each file.
figures()
{
	awk '
	/^File / { file = substr($2, 2, length($2) - 2); lines = ""; next }
	/^Lines executed:/ {
		split($0, part, /[:% ]+/)
		lines = part[3]; of = part[5]
		next
	}
	/^Taken at least once:/ {
		split($0, part, /[:% ]+/)
		taken = part[5]; ways = part[7]
	}
	/^No branches/ { taken = 0; ways = 0 }
	/^(Taken at least|No branches)/ && lines != "" {
		if (file !~ /^(\/|t\/)/ && file ~ /[.]c$/)
			print file, lines, of, taken, ways
		lines = ""
	}' "$1" | sort -u
}

chmod 755 "$TMP"
umask 000
fresh=$TMP/fresh
mkdir -p "$fresh" "$copy" && cp -R -p . "$fresh" || exit 1
# Sources alone: what was built here does not count.
rm -rf "$fresh/.git"
(cd "$fresh" && $MAKE distclean) >/dev/null 2>&1
cp -R -p "$fresh/." "$copy" && cd "$copy" || exit 1
rm -rf "$fresh"
if ! build >"$TMP/log" 2>&1; then
	tail -n 20 "$TMP/log"
	echo "coverage: it does not build"
	exit 1
fi

# Slower than usual, hence the patience. The soak brings about what no test can
# ask for.
failed=
PYDIRECTOR_PATIENCE=3
PYDIRECTOR_FAULTS=all
CC=gcc
export PYDIRECTOR_PATIENCE PYDIRECTOR_FAULTS CC
counters
umask 022
SOAKTIME=${SOAKTIME:-30} sh t/soak.sh || failed=yes
prove -j"$JOBS" -e 'sh tools/run-test.sh' "$@" </dev/null || failed=yes
PYDIRECTOR_FLAGS='-o poll'
export PYDIRECTOR_FLAGS
test -z "${POLLTESTS:-}" || prove -j"$JOBS" -e 'sh tools/run-test.sh' \
    $POLLTESTS </dev/null || failed=yes

# Some files were compiled into a unit test as well: of these gcov adds lines
# up, but no branches. So the branches are those of the balancer's own objects.
gcov -b *.gcda compat/*.gcda >"$TMP/gcov" 2>/dev/null
figures "$TMP/gcov" >"$TMP/own"
gcov -b *.gcda compat/*.gcda t/*.gcda >"$TMP/gcov" 2>/dev/null
figures "$TMP/gcov" >"$TMP/all"
awk '
NR == FNR { branches[$1] = $4 " " $5; next }
$1 in branches { print $1, $2, $3, branches[$1]; next }
{ print }' "$TMP/own" "$TMP/all" >"$TMP/files"
awk '
{ print; hit += $2 * $3; of += $3; taken += $4 * $5; ways += $5 }
END {
	if (of > 0 && ways > 0)
		print "total", hit / of, of, taken / ways, ways
}' "$TMP/files" | awk '
BEGIN { printf "%-24s %17s %17s\n", "", "lines", "branches" }
{ printf "%-24s %6d %6.2f %% %6d %6.2f %%\n", $1, $3, $2, $5, $4 }'

# A function that was compiled twice stands there thrice: both, and the sum.
: >"$TMP/missed"
for file in $HEART; do
	test ! -f "$file.gcov" || awk -F : -v file="$file" '
	$2 + 0 == 0 || $1 ~ /^ *-$/ { next }
	$2 + 0 > last { last = $2 + 0 }
	$1 !~ /#####/ { reached[$2 + 0] = 1; next }
	{ n = $2 + 0; sub(/^[^:]*:[^:]*:/, ""); text[n] = $0 }
	END {
		for (i = 1; i <= last; i++)
			if (i in text && !(i in reached))
				print file ":" i ": " text[i]
	}' "$file.gcov" >>"$TMP/missed"
done
if test -s "$TMP/missed"; then
	echo "coverage: not reached:"
	cat "$TMP/missed"
fi
test -z "$failed"
