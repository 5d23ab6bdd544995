#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `*` listens on every address of both families, on one port.

. "$(dirname "$0")/lib.sh"

ipv6=no
! "$T/client" -t 1000 '[::1]:1' close | grep -q 'connect refused' || ipv6=yes
start_backend A
start_balancer <<END
<config>
  <service name="any">
    <listen ip="*:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="none">
    <listen ip=":0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END

for service in any none; do
	four=$(addr_of $service '^0[.]')
	port=$(port_of "$four")
	is "$(client "127.0.0.1:$port" get | names)" A "$service: IPv4"
	six=$(addr_of $service '^\[::\]')
	if test "$ipv6" = yes; then
		is "$(port_of "$six")" "$port" "$service: the same port"
		is "$(client "[::1]:$port" get | names)" A "$service: IPv6"
	else
		diag "no IPv6 here"
	fi
done
done_testing
