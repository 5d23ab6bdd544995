#!/bin/sh
# SPDX-License-Identifier: ISC
#
# fuzz.sh FUZZER ...: builds the fuzzers with clang, libFuzzer and sanitizers
# in a copy of the sources, and runs each for FUZZTIME seconds from the seeds
# in t/corpus, JOBS at a time. An input that breaks something is kept as
# t/crash-FUZZER-*; then, or when a fuzzer does not build, the exit status is
# 1. Without clang or its libFuzzer nothing runs, which is told; with CI=true
# that is a failure.
#
# Environment: FUZZTIME (s, default 60), JOBS (default 2), MAKE.

set -u
LC_ALL=C
export LC_ALL
unset MAKEFLAGS MFLAGS

FUZZTIME=${FUZZTIME:-60}
JOBS=${JOBS:-2}
FLAGS="-g -O1 -fno-omit-frame-pointer \
-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined"

cd "$(dirname "$0")/.." || exit 1
here=$PWD
TMP=$(mktemp -d "${TMPDIR:-/tmp}/pydirector-fuzz.XXXXXX") || exit 1
pids=

cleanup()
{
	test -z "$pids" || kill $pids 2>/dev/null
	rm -rf "$TMP"
}

trap cleanup 0
trap 'exit 1' 1 2 13 15

say()
{
	echo "fuzz: $*"
}

printf '%s\n' '#include <stddef.h>' \
    'int LLVMFuzzerTestOneInput(const unsigned char *, size_t);' \
    'int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n)' \
    '{ return p == NULL && n != 0; }' >"$TMP/try.c"
if ! clang -fsanitize=fuzzer,address,undefined -o "$TMP/try" "$TMP/try.c" \
    >"$TMP/log" 2>&1; then
	say "clang with libFuzzer is not here: left out"
	test "${CI-}" != true
	exit
fi

# What there is no library for.
fuzzers=
for fuzzer; do
	test "$fuzzer" = t/fuzz-keys && ! grep -q '^SSHD = .' config.mk ||
	    fuzzers="$fuzzers $fuzzer"
done
set -- $fuzzers

# The copy has the system's config.h, and objects of its own.
mkdir "$TMP/build" "$TMP/build/t" &&
    cp -R ./*.c ./*.h build.mk config.mk compat web tools "$TMP/build" &&
    cp t/*.c t/*.h "$TMP/build/t" && cd "$TMP/build" || exit 1
find . -name '*.o' -exec rm -f {} +
if ! ${MAKE:-make} -f build.mk -j "$JOBS" CC=clang CFLAGS="$FLAGS" "$@" \
    >"$TMP/log" 2>&1; then
	tail -n 20 "$TMP/log"
	say "the fuzzers do not build"
	exit 1
fi
cd "$here" || exit 1

# fuzz FUZZER: its last words, and all of them when it found something.
fuzz()
{
	name=${1#t/fuzz-}
	mkdir "$TMP/$name"
	if "$TMP/build/$1" -max_total_time="$FUZZTIME" -timeout=20 \
	    -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
	    -artifact_prefix="$here/t/crash-$name-" \
	    "$TMP/$name" "t/corpus/$name" >"$TMP/$name.log" 2>&1 </dev/null
	then
		say "$name: $(sed -n \
		    's/^stat::number_of_executed_units: *//p' \
		    "$TMP/$name.log") inputs in $FUZZTIME s," \
		    "$(ls "$TMP/$name" | wc -l) new, nothing found"
	else
		tail -n 60 "$TMP/$name.log"
		say "$name: FAILED: see t/crash-$name-*"
		: >"$TMP/failed"
	fi
}

# JOBS rows, each with every JOBSth fuzzer.
row=0
while test $row -lt "$JOBS"; do
	(
		i=0
		for fuzzer; do
			test $((i % JOBS)) -ne $row || fuzz "$fuzzer"
			i=$((i + 1))
		done
	) &
	pids="$pids $!"
	row=$((row + 1))
done
wait
pids=
test ! -f "$TMP/failed"
