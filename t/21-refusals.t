#!/bin/sh
# SPDX-License-Identifier: ISC
#
# pydirector -n: what a good file gets, and every kind of refusal with file,
# line, text and exit status. unit-conf has each of them in full.

. "$(dirname "$0")/refuse.sh"

accepted "a file in PyDirector's dialect" <<'END'
<pdconfig>
  <!-- a comment -->
  <service name="web server">
    <listen ip="127.0.0.1:8000"/><listen ip="*:8001"/>
    <group name="main" scheduler="leastconns">
      <host name="a" ip="127.0.0.1:8002"/><host ip="no-such.invalid:8003"/>
    </group>
    <group name="other" scheduler="leastconnsrr"/>
    <enable group="main"/>
  </service>
  <admin listen="localhost:7001" secure="no">
    <user name="u" password="abJnggxhB/yWI" access="full"/>
  </admin>
  <logging file="x.log"/>
  <checktime time="0.5"/>
</pdconfig>
END
accepted "a file in txLoadBalancer's dialect" <<'END'
<config>
  <note>whatever <b x="y">&lt;</b></note>
  <service name="s">
    <listen ip="0.0.0.0:8000"/>
    <group name="main" scheduler="weightr" enable="true">
      <host name="a" ip="[::1]:8002" weight="3"/>
    </group>
    <group name="b" scheduler="leastc"><host ip="h:1"/></group>
  </service>
  <admin>
    <web listen="None" secure="true" refresh="10"/>
    <ssh listen="2222" enable="false"/>
    <user name="u" password="abJnggxhB/yWI" access="readonly"/>
  </admin>
  <manager hostCheckInterval="5">
    <hostCheck interval="10" enable="true"/>
    <configCheck interval="10" enable="false"/>
    <heartbeat interval="20" enable="false"/>
  </manager>
</config>
END

refuses "the file is empty" 1 "expected <pdconfig> or <config>" </dev/null
refuses "another root" 1 "expected pdconfig or config" <<'END'
<balancer/>
END
refuses "a DOCTYPE" 2 "DOCTYPE is refused" <<END
<?xml version="1.0"?>
<!DOCTYPE config [ <!ENTITY x SYSTEM "/etc/passwd"> ]>
<config>$SERVICE</config>
END
refuses "an attribute of the root" 1 "unknown attribute 'x'" <<END
<pdconfig x="y">$SERVICE</pdconfig>
END
refuses "no service" 1 'no service' <<'END'
<config/>
END
refuses "XML that is not well-formed" 2 "expected no -- inside a comment" <<END
<config>$SERVICE
<!-- a -- b -->
</config>
END
refuses "every error, in order of lines" "2 3 4 5 5 7 8" "no group" <<'END'
<config>
<service name="s" maxConns="many">
<listen ip="80"/>
<group name="g" scheduler="fair">
<host ip="a" weight="0"/>
</group>
<foo/></service>
<service name="t"><listen ip="*:1"/></service>
</config>
END

in_root "unknown element 'foo'" '<foo/>'
in_root "host: not allowed in config" '<host ip="a:1"/>'
in_group "renamed host in 0.0.4" '<client name="a" ip="a:1"/>'
in_root "service: no name" "<service><listen ip='*:1'/>$GROUP</service>"
in_root "no listen" "<service name='t'>$GROUP</service>"
in_root "no group" "<service name='t'><listen ip='*:1'/></service>"
in_root "service 's': there is one in line 1" \
    "<service name='s'><listen ip='*:1'/>$GROUP</service>"
in_service "listen: ip '80'" '<listen ip="80"/>'
in_service "listen: no ip" '<listen/>'
in_service "there is one in line 1" "$LISTEN"
in_service "group 'g': there is one in line 1" "$GROUP"
in_service "group: no scheduler" '<group name="x"/>'
in_service "scheduler 'x': expected random" '<group name="x" scheduler="x"/>'
in_service "such group" '<enable group="x"/>'
in_service "enabled without a host" \
    '<group name="x" scheduler="rand" enable="yes"/>'
in_service "expected only one" \
    '<group name="x" scheduler="rand" enable="1"/><enable group="g"/>'
in_group "host: no ip" '<host/>'
in_group "host: ip 'a:0': expected a port from 1 to 65535" '<host ip="a:0"/>'
in_group "expected a host before the colon" '<host ip="*:1"/>'
in_group "weight '0': expected a whole number from 1" \
    '<host ip="a:1" weight="0"/>'
in_group "host 'a': there is one" \
    '<host ip="a:1" name="a"/><host ip="a:2" name="a"/>'
in_group "host address a:1: there is one" '<host ip="a:1"/><host ip="A:01"/>'
in_root "admin: there is one" '<admin/><admin/>'
in_root "manager: there is one" '<manager/><manager/>'
in_root "logging: there is one" '<logging file="a"/><logging file="a"/>'
in_root "checktime: there is one" '<checktime time="1"/><checktime time="1"/>'
in_root "time '0': expected seconds from 0.001" '<checktime time="0"/>'
in_root "time '1,5': expected seconds" '<checktime time="1,5"/>'
in_admin "web: enabled without listen" '<web enable="yes"/>'
in_admin "ssh: listen '2222'" '<ssh enable="yes" listen="2222"/>'
in_admin "password of length 0: expected a crypt hash" \
    '<user name="u" password="" access="full"/>'
in_admin "password of length 1: expected a crypt hash" \
    '<user name="u" password="*" access="full"/>'
in_admin "expected full or readonly" \
    '<user name="u" password="abJnggxhB/yWI" access="root"/>'

check "$TMP/none.xml"
is "$status:$out:$err" \
    "1::$TMP/none.xml:0: cannot be read: No such file or directory" \
    "a file that is not there"
check "$TMP"
like "$err" '^[^:]*:0: cannot be read: not a regular file$' "a directory"
done_testing
