#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Thousands of clients that connect and vanish, with a FIN or a reset, before
# they are accepted, while the host is connected to, and later: those beside
# them are served, and nothing is left of them.

. "$(dirname "$0")/lib.sh"

start_backend A -q
start_backend K -q blackhole
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <service name="hole" connectTimeout="1">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$K"/></group>
  </service>
</config>
END
web=$(addr_of web)
hole=$(addr_of hole)
allow_log ' service hole: client lost: '
allow_log ' group hole/g: no host is up'

# vanish NUMBER: in each way; so many.
vanish()
{
	vanish_n=$1
	set --
	for vanish_how in close reset; do
		# Before they are accepted.
		kill -STOP "$PYD"
		client -c 500 "$web" $vanish_how
		kill -CONT "$PYD"
		client -c 100 -n $((vanish_n / 100)) "$web" $vanish_how
		client -c 100 -n $((vanish_n / 100)) "$web" 'text:GET /' \
		    $vanish_how
		client -c 100 -n $((vanish_n / 100)) "$web" \
		    'text:GET /bytes/100000 HTTP/1.0\r\n\r\n' $vanish_how
		client -c 100 -n 2 "$hole" $vanish_how
		client -c 100 -n 2 "$hole" 'text:GET /' $vanish_how
	done
}

settled()
{
	fds_at_most "$balancer_fds"
}

vanish 200 >/dev/null
ok "a first crowd has gone" wait_for 20 settled
before=$(memory)
start_client beside -n 300 -t 20000 "$web" get close
vanish 1000 >"$TMP/vanish"
end_client $client_pid
is "$(names <"$TMP/beside" | sort | uniq -c | tr -s ' ')" " 300 A" \
    "beside thousands of them 300 requests are served"
test "$(count_fds)" = unknown ||
    ok "every descriptor is given back" wait_for 20 settled
after=$(memory)
test "$before" = unknown || within $((after - before)) -1000000 $((2000 * PATIENCE)) \
    "kilobytes of memory more than after the first"
is "$(client -n 3 "$web" get | names | tr -d '\n')" AAA "as if nothing had been"
is "$(count_log ' host web/')" 0 "the host is not blamed"
done_testing
