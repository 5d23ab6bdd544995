#!/bin/sh
# SPDX-License-Identifier: ISC
#
# As j0-faults.t, with pages by HTTPS.

if ! grep -q 'HAVE_TLS 1' "$(dirname "$0")/../config.h"; then
	echo "1..0 # SKIP built without OpenSSL"
	exit 0
fi
FAULT_OPTIONS=-s
. "$(dirname "$0")/j0-faults.t"
