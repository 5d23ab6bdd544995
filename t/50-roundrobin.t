#!/bin/sh
# SPDX-License-Identifier: ISC
#
# roundrobin, roundr: in file order; a host that fails or returns does not
# disturb the turn of the others.

. "$(dirname "$0")/lib.sh"

start_backend A
start_backend B
start_backend C
start_backend D
start_balancer <<END
<pdconfig>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundrobin">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
      <host name="c" ip="$C"/>
      <host name="d" ip="$D"/>
    </group>
    <enable group="g"/>
  </service>
  <checktime time="1"/>
</pdconfig>
END
web=$(addr_of web)

got()
{
	client -n "$1" "$web" get | names | tr '\n' ' '
}

is "$(got 10)" "A B C D A B C D A B " "in file order"
backend_down C
is "$(got 7)" "D A B D A B D " "c fails in its turn; the others keep theirs"
backend_up C
ok "c returns" wait_log ' host web/g/c: up$'
is "$(got 6)" "A B C D A B " "and has its old place"
done_testing
