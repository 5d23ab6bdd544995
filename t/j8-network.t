#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Networks that fail: unreachable, black holes, a cable pulled out. Hosts go
# down for the right reason, come back, and what was sent arrives whole.

. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/lib.sh"

far_network
BACKEND_RUN="nsenter -n -t $far_pid"
start_backend A -l 10.9.0.2:0
start_backend B -l 10.9.1.2:0
BACKEND_RUN=
start_balancer <<END
<config>
  <service name="web" connectTimeout="1">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <manager><hostCheck interval="1" tries="2" timeout="1"/></manager>
</config>
END
web=$(addr_of web)
is "$(client -n 4 "$web" get | names | sort | tr -d '\n')" AABB "both serve"

# fails REASON WHAT, comes_back WHAT: the host b.
fails()
{
	fails_down=$(count_log " host web/g/b: down: $1\$")
	fails_up=$(count_log ' host web/g/b: up$')
	is "$(client -n 4 "$web" get | names | tr -d '\n')" AAAA \
	    "$2: requests are served"
	ok "$2: down: $1" wait_for 10 more_lines "$fails_down" \
	    " host web/g/b: down: $1\$" "$LOG"
}

comes_back()
{
	ok "$1: it comes back" wait_for 15 more_lines "$fails_up" \
	    ' host web/g/b: up$' "$LOG"
	is "$(client -n 4 "$web" get | names | sort | tr -d '\n')" AABB \
	    "$1: and serves"
}

# Here.
ip route add unreachable 10.9.1.2
fails unreachable "no route"
ip route del unreachable 10.9.1.2
comes_back "no route"

# A router on the way there says so.
ip route add 10.9.1.2 via 10.9.0.2
far ip addr del 10.9.1.2/24 dev far
far sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
far ip route add unreachable 10.9.1.2
fails unreachable "a router that says so"
far ip route del unreachable 10.9.1.2
far ip addr add 10.9.1.2/24 dev far
ip route del 10.9.1.2 via 10.9.0.2
comes_back "a router that says so"

# Silence.
far ip route add blackhole 10.9.1.1
fails timeout "a black hole"
far ip route del blackhole 10.9.1.1
comes_back "a black hole"

# The host's system runs, its server does not.
backend_down B
fails refused "nobody listens"
backend_up B
comes_back "nobody listens"

# Nothing but the cable: both are lost, a transfer waits and goes on.
start_client large -r 4096 -t 60000 "$web" \
    'text:GET /bytes/3000000 HTTP/1.0\r\n\r\n' line line line line line read
large=$client_pid
wait_for 10 grep -q '^HTTP' "$TMP/large" || bail "no transfer"
expect_log ' group web/g: no host is up$'
ip link set near down
allow_log ' service web: client lost: no host could be reached$'
client "$web" get >"$TMP/lost"
ok "a cable pulled out: no host is up" wait_log ' group web/g: no host is up$'
ip link set near up
wait_for 10 far_up
ok "it is back: so are they" wait_for 15 client "$web" get

end_client $large
is "$(grep '^[0-9]* good' "$TMP/large")" "3000000 good eof" \
    "the transfer that began before is whole"
is "$(count_log ' host web/g/[ab]: down: (failed|reset)')" 0 \
    "no reason was another one"
done_testing
