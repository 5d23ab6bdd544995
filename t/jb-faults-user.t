#!/bin/sh
# SPDX-License-Identifier: ISC
#
# As j0-faults.t, with option -u, as root only: it does not start, with a
# message and status 1, or it serves as that user, and never with a right of
# root's.

. "$(dirname "$0")/lib.sh"
. "$T/faults.sh"

is_user nobody || skip_all "only root can become nobody"
faults -u nobody
for kind in setuid getpwnam; do
	faults -u "nobody:$(id -gn nobody)" -k $kind
done
# Keys are made by him.
if grep -q 'HAVE_TLS 1' "$T/../config.h"; then
	for kind in setuid file open; do
		faults -s -u nobody -k $kind
	done
fi
test -z "$faults_all" || faults -u nobody -U new
done_testing
