#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The completion for bash, with somebody who types at a terminal.

. "$(dirname "$0")/console.sh"

need bash python3

start_backend A
start_balancer <<XML
<config>
  <service name="webshop"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      <host name="alpha" ip="$A"/><host name="my host" ip="127.0.0.1:9"/>
    </group>
    <group name="other" scheduler="leastc"/>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"
cp "$T/../etc/pydirectorctl.bash-completion" "$TMP/words"
touch "$TMP/a-long-name.xml"

# typed STEP...: in a shell that has read it.
typed()
{
	(
		cd "$TMP" && PATH=$BUILD:$PATH INPUTRC=/dev/null \
		    PATIENCE=$PATIENCE timeout 60 python3 "$T/person.py" \
		    "$(command -v bash)" --norc --noprofile -i -- \
		    "wait [#$] " "send PS1='> '; . ./words\r" \
		    "wait words.*> " "$@" "send exit 0\r" "end 0" 2>&1
	)
}

# becomes TEXT WHOLE NAME: after the tabulator.
becomes()
{
	ok "$3" typed "send pydirectorctl -s console $1\t" "wait $2" \
	    "send \x15"
}

becomes 'addH' 'addHost ' "a command"
becomes 'addHost web' 'addHost webshop ' "a service"
becomes 'enableGroup webshop ot' 'webshop other ' "a group"
becomes 'delHost webshop main al' 'main alpha ' "a host"
becomes 'addHost serv' 'addHost service=' "the name of an argument"
becomes 'addHost service=web' 'addHost service=webshop ' "a value"
becomes 'set webshop main sched' 'scheduler ' "an attribute"
becomes 'compareconf a-lo' 'compareconf a-long-name.xml ' "a file"
ok "a file behind an option" typed 'send pydirectorctl -f a-lo\t' \
    'wait pydirectorctl -f a-long-name.xml ' 'send \x15'
ok "several: all are shown" typed \
    "send pydirectorctl -s console enableG\t webshop \t\t" \
    'wait main .*other' 'send \x15'
ok "without a balancer nothing happens" typed \
    'send pydirectorctl -s nowhere addH\tX' 'wait addH.*X' 'send \x15'
is "$(count_log ' command: ')" 0 "nothing is changed by looking"
done_testing
