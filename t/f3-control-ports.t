#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The control socket when local ports are few, and the system uses one of them
# towards several servers at a time: while there are enough, each connection
# gets a port of its own; when there are not, no answer is wrong. In a network
# of its own, where the number of ports can be set.

if test "${1-}" != inside; then
	if test "$(id -u)" = 0 && unshare -n true 2>/dev/null; then
		exec unshare -n sh "$0" inside
	fi
	. "$(dirname "$0")/lib.sh"
	skip_all "no network namespaces here"
fi

. "$(dirname "$0")/lib.sh"
. "$T/control.sh"
need python3 ip

ip link set lo up || skip_all "no loopback in the namespace"

# run FIRST LAST CONNECTIONS: with these local ports; the results in $ports,
# $right, $unknown, $wrong, $with.
run()
{
	# The test's own tools have chosen their ports before.
	start_script "run.$3" control-ports.py "$3"
	set -- "$1" "$2" "$3" $script_at
	start_balancer <<END
<config>
  <service name="s">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$4"/><host ip="$5"/><host ip="$6"/>
    </group>
  </service>
  <control socket="$TMP/control"/>
</config>
END
	wait_log " control unix:$TMP/control: listening\$"
	echo "$1 $2" >/proc/sys/net/ipv4/ip_local_port_range
	go_script s
	end_script
	diag "$(sed -n '/^connections/p' "$script_out")"
	set -- $(grep '^connections' "$script_out")
	ports=$4 right=$6 unknown=$8 wrong=${10} with=${12}
	stop_balancer
}

echo "1024 49999" >/proc/sys/net/ipv4/ip_local_port_range ||
    skip_all "the ports cannot be set"
run 30000 30199 60
is "$right $unknown $wrong" "60 0 0" "enough ports: every answer is right"
is "$ports" 60 "each connection has its own"

echo "1024 49999" >/proc/sys/net/ipv4/ip_local_port_range
run 30000 30099 240
is "$wrong" 0 "too few ports: no answer is wrong"
is "$((right + unknown))" 240 "it is right, or unknown"
within "$ports" 80 100 "ports are shared"
is "$with" 240 "who says which server it is gets the right one"
done_testing
