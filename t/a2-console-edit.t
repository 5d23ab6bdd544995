#!/bin/sh
# SPDX-License-Identifier: ISC
#
# pydirectorctl at a terminal: history, editing, completion, ^C, ^D, a window
# that changes its size.

. "$(dirname "$0")/console.sh"
need python3
grep -q '^#define HAVE_EDIT 1' "$BUILD/config.h" || {
	test "${CI:-}" != true || bail "built without libedit"
	skip_all "built without libedit"
}

start_balancer <<XML
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      <host name="alpha" ip="127.0.0.1:9"/>
      <host name="my host" ip="127.0.0.1:10"/>
      <host name="m&#252;ll" ip="127.0.0.1:11"/>
    </group>
    <group name="mainly" scheduler="leastc"/>
  </service>
  <service name="only"><listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="h" ip="127.0.0.1:9"/>
    </group>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"

# at_prompt NAME STEP...
at_prompt()
{
	name=$1
	shift
	ok "$name" person prompt "$@"
}

at_prompt "a command, and ^D" 'send whoami\r' "wait $ME full console" \
    prompt 'send \x04' 'end 0'
at_prompt "exit" 'send exit\r' 'end 0'
at_prompt "history" 'send help whoami\r' 'wait shows who you are' prompt \
    'send \x1b[A' 'wait help whoami' 'send \r' 'wait shows who you are' \
    prompt 'send \x04' 'end 0'
at_prompt "search in it" 'send help whoami\r' 'wait shows who you are' \
    prompt 'send show only\r' 'wait service only' prompt \
    'send \x12who' 'wait help whoami' 'send \r' 'wait shows who you are' \
    prompt 'send \x04' 'end 0'
at_prompt "editing" 'send wwhoami\x01\x04\r' "wait $ME full console" prompt \
    'send \x04' 'end 0'
at_prompt "completion of a command" 'send whoa\t\r' \
    "wait $ME full console" prompt 'send \x04' 'end 0'
at_prompt "of a service, a group, a host" 'send setWei\tweb\tmain al\t5\r' \
    "wait host 'alpha': weight 5" prompt 'send \x04' 'end 0'
at_prompt "of a name that is not ASCII" \
    'send setWeight web main m\xc3\xbc\t6\r' \
    "wait host 'm.*ll': weight 6" prompt 'send \x04' 'end 0'
at_prompt "of a name with a blank" 'send setWeight web main my\t7\r' \
    "wait host 'my host': weight 7" prompt 'send \x04' 'end 0'
at_prompt "of one in quotes" 'send setWeight web main "my h\t8\r' \
    "wait host 'my host': weight 8" prompt 'send \x04' 'end 0'
at_prompt "of what several have in common" 'send delGroup web m\t\t' \
    'wait main +mainly' 'send l\t\r' "wait group 'mainly': removed" \
    prompt 'send \x04' 'end 0'
at_prompt "of an argument's name" 'send newGroup ser\to\tgroup=n sched\tra\t' \
    'send \r' "wait group 'n': (added|created)" prompt 'send \x04' 'end 0'
at_prompt "of the words of this program" 'send wat\twho\t\r' \
    "wait $ME full console" 'send x' prompt 'send \x04' 'end 0'
at_prompt "nothing to complete" 'send zzz\t' 'wait zzz' 'send \x03' \
    prompt 'send \x04' 'end 0'
at_prompt "^C drops the line" 'send frobnicate\x03' 'wait \^C' prompt \
    'send whoami\r' "wait $ME full console" prompt 'send \x04' 'end 0'
at_prompt "a signal does not end it" 'signal INT' 'wait \^C' prompt \
    'send whoami\r' "wait $ME full console" prompt 'send \x04' 'end 0'
at_prompt "stopped and continued" 'send who' 'wait who' 'signal STOP' \
    'signal CONT' 'send ami\r' "wait $ME full console" prompt 'send \x04' \
    'end 0'
# A line that is longer than the window is wrapped at its new width.
at_prompt "a window that changes" 'size 24 30' \
    'send help aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' \
    'wait a\r\n|a \x08' 'send \x03' prompt 'send whoami\r' \
    "wait $ME full console" prompt 'send \x04' 'end 0'
like "$(person prompt 'send frobnicate\r' 'wait no command' prompt \
    'send \x04' 'end 0'; echo "status $?")" 'status 0' "a refusal is shown"

stop_balancer
ok "nobody there: it ends at once" person "wait No such file" 'end 2'
done_testing
