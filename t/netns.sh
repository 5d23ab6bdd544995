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
	test_ended=yes
	echo "1..0 # SKIP no network of its own: $1"
	exit 0
}

# no_tool TOOL: with CI=true that is a failure.
no_tool()
{
	test "${CI:-}" != true || {
		echo "Bail out! $1 is missing"
		exit 1
	}
	no_network "$1 is missing"
}

if test -z "${PYDIRECTOR_NETWORK:-}"; then
	for netns_tool in unshare nsenter ip; do
		command -v "$netns_tool" >/dev/null 2>&1 ||
		    no_tool "$netns_tool"
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

# far_cable [CABLE-OPTION...]: one more cable to that network, a bad one made of
# t/cable: 10.8.0.2 there, 10.8.0.1 here. TCP does not give up early what
# its program has closed, and repeats what got lost after a second at most where
# it can be told that.
far_cable()
{
	test -x "$T/cable" || no_tool t/cable
	test -c /dev/net/tun || no_network "no /dev/net/tun"
	far_out=$TMP/cable
	mkfifo "$TMP/cable.in" || bail "no pipe"
	"$T/cable" "$@" bad bad "$far_pid" <>"$TMP/cable.in" >"$far_out" 2>&1 &
	cable_pid=$!
	test_pids="$test_pids $cable_pid"
	wait_for 10 grep -q . "$far_out" || bail "no cable"
	grep -q '^ready' "$far_out" || no_network "$(cat "$far_out")"
	# Nothing of its own accord, as IPv6 would say.
	ip link set bad addrgenmode none up
	far ip link set bad addrgenmode none up
	ip addr add 10.8.0.1 peer 10.8.0.2 dev bad
	far ip addr add 10.8.0.2 peer 10.8.0.1 dev bad
	far_tcp='cd /proc/sys/net/ipv4 && echo 15 >tcp_orphan_retries &&
	    ! test -e tcp_rto_max_ms || echo 1000 >tcp_rto_max_ms'
	sh -c "$far_tcp" && far sh -c "$far_tcp" || no_network "/proc/sys"
}

# cable_loss PERCENT: from now on.
cable_loss()
{
	far_reports=$(grep -c '^loss' "$far_out")
	echo "loss $1" >"$TMP/cable.in"
	wait_for 10 more_lines "$far_reports" '^loss' "$far_out" ||
	    bail "cable: $(cat "$far_out")"
}

# cable_count LOSS WHAT: packets that came, were lost or were dropped, at
# either end, while the loss was that; all of them.
cable_count()
{
	awk -v loss="$1" -v what="$2" '
	$1 == "loss" && $2 == loss {
		for (i = 3; i < NF; i++)
			if ($i == what)
				n += $(i + 1)
	}
	END { print n + 0 }' "$far_out"
}

# far COMMAND...: in that network.
far()
{
	nsenter -n -t "$far_pid" "$@"
}
