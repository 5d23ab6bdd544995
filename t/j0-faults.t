#!/bin/sh
# SPDX-License-Identifier: ISC
#
# System calls and allocations fail, one in each life of the balancer, some or
# (with PYDIRECTOR_FAULTS=all) each of them in turn: it never crashes, hangs or
# ends by itself, leaves nothing open, and what that costs is one connection at
# most.

. "$(dirname "$0")/lib.sh"

test -x "$T/faulty" || {
	test "${CI:-}" != true || bail "t/faulty was not built"
	skip_all "t/faulty was not built: not for this system"
}
test -z "${PYDIRECTOR_RUN:-}" || skip_all "not under another program"

all=
test "${PYDIRECTOR_FAULTS:-}" != all || all=-a
poll=
test "${PYDIRECTOR_FLAGS:-}" != '-o poll' || poll=-p
"$T/faulty" -j 12 $all $poll ${FAULT_OPTIONS:-} "$BUILD/pydirector" "$TMP" &
test_pids=$!
wait $!
status=$?
test_pids=
test_ended=yes
exit $status
