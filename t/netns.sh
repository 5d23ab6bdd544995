# SPDX-License-Identifier: ISC
#
# A network of the test's own, and mounts that nobody else sees. Read before
# lib.sh, by a test that then runs once more from its start, in there; loopback
# is up:
#
#	. "$(dirname "$0")/netns.sh"
#	. "$(dirname "$0")/lib.sh"
#
# Where that is not possible the test skips: it takes root on Linux, and a
# container can forbid it.

no_network()
{
	echo "1..0 # SKIP no network of its own: $1"
	exit 0
}

if test -z "${PYDIRECTOR_NETWORK:-}"; then
	for netns_tool in unshare nsenter ip; do
		command -v "$netns_tool" >/dev/null 2>&1 ||
		    no_network "$netns_tool is missing"
	done
	unshare -n -m ip link set lo up 2>/dev/null ||
	    no_network "it takes root on Linux"
	PYDIRECTOR_NETWORK=own
	export PYDIRECTOR_NETWORK
	exec unshare -n -m "${TEST_SHELL:-sh}" "$0" "$@"
fi
ip link set lo up
mount --make-rprivate / 2>/dev/null

# far_network: another network, 10.9.0.2 and 10.9.1.2, on a cable to this one,
# which is 10.9.0.1 and 10.9.1.1. It ends with this shell.
far_network()
{
	unshare -n sh -c 'while kill -0 '$$' 2>/dev/null; do sleep 1; done' &
	far_pid=$!
	test_pids="$test_pids $far_pid"
	wait_for 10 far_there || bail "no second network"
	ip link add near type veth peer name far netns "$far_pid" ||
	    no_network "no veth"
	far ip link set lo up
	far ip addr add 10.9.0.2/24 dev far
	far ip addr add 10.9.1.2/24 dev far
	far ip link set far up
	ip addr add 10.9.0.1/24 dev near
	ip addr add 10.9.1.1/24 dev near
	ip link set near up
	wait_for 10 far_up || bail "the cable does not work"
}

far_there()
{
	test "$(readlink "/proc/$far_pid/ns/net")" != \
	    "$(readlink /proc/self/ns/net)"
}

far_up()
{
	ip link show near | grep -q ' state UP ' &&
	    far ip link show far | grep -q ' state UP '
}

# far COMMAND...: in that network.
far()
{
	nsenter -n -t "$far_pid" "$@"
}
