#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The examples, built against an installed copy as somebody would, and run; the
# example of the page too. The header is read by compilers of C89, C11 and C++.

cd "$(dirname "$0")/.." || exit 1
. t/library.sh
install_library
samples=$ROOT$(setting EXAMPLEDIR)

# start PROGRAM [ARGUMENT ...]: runs it until stop; $port is where it listens.
start()
{
	start_name=${1##*/}
	rm -f "$TMP/in"
	mkfifo "$TMP/in"
	"$@" <"$TMP/in" >"$TMP/$start_name.out" 2>&1 &
	start_pid=$!
	test_pids="$test_pids $start_pid"
	exec 9>"$TMP/in"
	wait_for 10 grep -q '^listening on ' "$TMP/$start_name.out" ||
	    bail "$start_name: $(cat "$TMP/$start_name.out")"
	port=$(sed -n 's/^listening on //p' "$TMP/$start_name.out")
}

# stop: standard input ends; its status has to be 0.
stop()
{
	exec 9>&-
	forget_pid "$start_pid"
	wait "$start_pid"
	is "$?" 0 "$start_name ends with its standard input"
	is "$(grep -E 'Sanitizer|runtime error' "$TMP/$start_name.out")" "" \
	    "$start_name: nothing from a sanitizer"
}

# lines N: what N clients read.
lines()
{
	for lines_i in $(seq 1 "$1"); do
		client "127.0.0.1:$port" line
	done
}

workers()
{
	ps -A -o pid= -o ppid= | awk -v p="$start_pid" '$2 == p { print $1 }'
}

# three_workers PROGRAM [ADDRESS]: what small-service does.
three_workers()
{
	start "$@"
	is "$(lines 6 | sort -u | tr '\n' ,)" \
	    'worker 0,worker 1,worker 2,' "$start_name: three workers"
	workers >"$TMP/workers"
	kill -KILL "$(sed -n 2p "$TMP/workers")"
	is "$(lines 9 | sort -u | grep -c worker)" 2 \
	    "$start_name: two when one is gone"
	ok "$start_name: it was told" wait_for 5 grep -q '^host.[0-2] is down$' \
	    "$TMP/$start_name.out"
	stop
	wait_for 5 all_gone $(cat "$TMP/workers") &&
	    pass "$start_name: the workers are gone" ||
	    fail "$start_name: the workers are gone"
}

ok "small-service" build "$TMP/small-service" "$samples/small-service.c" \
    pydirector
three_workers "$TMP/small-service" 127.0.0.1:0

sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' man/pydirector.3 |
    sed -e '1,/^\.Bd/d' -e '/^\.Ed/d' -e 's/\\e/\\/g' \
    -e 's/"127.0.0.1:8080"/"127.0.0.1:0"/' >"$TMP/page.c"
like "$(wc -l <"$TMP/page.c")" '[5-9][0-9]|1[0-9][0-9]' "the page has one"
ok "the page's" build "$TMP/page" "$TMP/page.c" pydirector
three_workers "$TMP/page"

start_backend A http
start_backend B http
ok "own-scheduler" build "$TMP/own-scheduler" "$samples/own-scheduler.c" \
    pydirector
"$TMP/own-scheduler" 127.0.0.1:0 "$A" "$B" >"$TMP/own.out" 2>&1 &
own=$!
test_pids="$test_pids $own"
wait_for 10 grep -q ': listening$' "$TMP/own.out" ||
    bail "own-scheduler: $(cat "$TMP/own.out")"
at=$(sed -n 's/^notice listener web \(.*\): listening$/\1/p' "$TMP/own.out")
client "$at" get:/a-rather-long-path-that-counts-as-many-bytes >"$TMP/own.1"
client "$at" get >"$TMP/own.2"
client "$at" get >"$TMP/own.3"
is "$(cat "$TMP/own.1" "$TMP/own.2" "$TMP/own.3" | names | tr '\n' ' ')" \
    "A B B " "own-scheduler: who has had the fewest bytes"
end_client_now "$own"

if printf '#include <ev.h>\n' | $CC -E - >/dev/null 2>&1; then
	ok "small-service-ev" build "$TMP/small-service-ev" \
	    "$samples/small-service-ev.c" pydirector -lev
	start "$TMP/small-service-ev" 127.0.0.1:0 "$A" "$B"
	is "$(for i in 1 2 3 4; do client "127.0.0.1:$port" get; done |
	    names | sort | tr '\n' ' ')" "A A B B " "libev: two hosts"
	like "$(client -c 20 "127.0.0.1:$port" get | names | sort | uniq -c)" \
	    '10 A' "libev: twenty at a time"
	stop_backend A
	is "$(for i in 1 2 3 4; do client "127.0.0.1:$port" get; done |
	    names | sort -u)" "B" "libev: a host is gone"
	stop
else
	diag "libev is missing: small-service-ev is not built"
	test "${CI:-}" != true || fail "libev"
fi

echo '#include <pydirector.h>
int main(void) { return pydirector_api_version() != PYDIRECTOR_API_VERSION; }' \
    >"$TMP/header.c"
cp "$TMP/header.c" "$TMP/header.cc"
header=$(pkg-config --cflags pydirector)
for std in c89 c99 c11; do
	ok "the header in $std" $CC -std=$std -pedantic-errors -Wall -Werror \
	    $header -fsyntax-only "$TMP/header.c"
done
if command -v c++ >/dev/null 2>&1; then
	ok "in C++" c++ -std=c++11 -pedantic-errors -Wall -Werror $header -c \
	    -o "$TMP/header.o" "$TMP/header.cc"
	ok "a program in C++" $CC $CFLAGS -o "$TMP/header" "$TMP/header.o" \
	    $(pkg-config --libs --static pydirector)
	ok "runs" "$TMP/header"
else
	diag "no C++ compiler: the header is not tried with one"
fi
done_testing
