# SPDX-License-Identifier: ISC
#
# For a test that wants a port on all addresses, or one that was free a moment
# ago: it runs once more from its start in a network of its own, where that is
# possible, so that no other test has the port. Read before lib.sh:
#
#	. "$(dirname "$0")/alone.sh"
#	. "$(dirname "$0")/lib.sh"

if test -z "${PYDIRECTOR_NETWORK:-}" &&
    unshare -n ip link set lo up >/dev/null 2>&1; then
	PYDIRECTOR_NETWORK=own
	export PYDIRECTOR_NETWORK
	exec unshare -n "${TEST_SHELL:-sh}" "$0" "$@"
fi
test -z "${PYDIRECTOR_NETWORK:-}" || ip link set lo up
