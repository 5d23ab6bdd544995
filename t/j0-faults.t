#!/bin/sh
# SPDX-License-Identifier: ISC
#
# System calls and allocations fail, one in each life of the balancer, some or
# (with PYDIRECTOR_FAULTS=all) each of them in turn: it never crashes, hangs or
# ends by itself, leaves nothing open, and what that costs is one connection at
# most.

. "$(dirname "$0")/lib.sh"
. "$T/faults.sh"

faults ${FAULT_OPTIONS:-}
done_testing
