#!/bin/sh
# SPDX-License-Identifier: ISC
#
# As j0-faults.t, with an upgrade, in the background. Calls of the old process
# fail from SIGUSR2 on, or calls of the new one: the upgrade fails, the old
# process tells why, goes on, and can be upgraded afterwards; or it succeeds
# all the same. No client is lost but the one whose call it was.

. "$(dirname "$0")/lib.sh"
. "$T/faults.sh"

faults -q -U old
faults -U new
test -z "$faults_all" || faults -U old
done_testing
