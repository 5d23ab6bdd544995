#!/bin/sh
# SPDX-License-Identifier: ISC
#
# pydirector -n on what says who the client is, who may come in, who may look
# after the balancer, and where it logs: what is good, and every refusal with
# its line and what was expected.

. "$(dirname "$0")/refuse.sh"

# What the files name is not read by -n, but missed.
touch "$TMP/c" "$TMP/k"
accepted "all of it" <<END
<config>
  <service name="s" rate="100" keepalive="60">
    <listen ip="*:8000" acceptProxy="yes" from="10.0.0.0/8 2001:db8::1"/>
    <listen ip="*:8001" acceptProxy="no" from="all"/>
    <allow from="192.0.2.0/24, ::1"/><deny from="all"/>
    <group name="g" scheduler="rand" sendProxy="v2">
      <host ip="h:1"/><host ip="h:2" sendProxy="no"/>
    </group>
  </service>
  <admin>
    <web listen="unix:/w" enable="yes" secure="yes" certificate="c" key="k"/>
    <ssh listen="*:22" enable="yes" hostKey="h" keys="/etc/keys/%u"/>
    <console socket="/c"/>
    <user name="a" password="abJnggxhB/yWI" access="full" keys="k"/>
    <user name="b" password="_J9..rasmBYk8r9AiWNc" access="full"/>
    <user name="c" password="\$y\$j9T\$x/y\$z" access="readonly"/>
  </admin>
  <control socket="/s" mode="0600"/>
  <logging file="l" syslog="daemon"/>
  <connlog syslog="local0" start="yes"/>
</config>
END
accepted "the web of PyDirector with a certificate" <<END
<pdconfig>$SERVICE
<admin listen="localhost:7001" secure="yes" certificate="c" key="k">
<user name="a" password="abJnggxhB/yWI" access="full"/></admin>
<logging syslog="local7"/><connlog file="x"/><control socket="/s"/>
</pdconfig>
END

# Clients.
in_service "acceptProxy without from" '<listen ip="*:1" acceptProxy="yes"/>'
in_service "from without acceptProxy" '<listen ip="*:1" from="all"/>'
in_service "from '10.0.0.0/33': expected 0 to 32" \
    '<listen ip="*:1" acceptProxy="yes" from="10.0.0.0/33"/>'
in_service "from 'proxy.example.org': expected a network such as" \
    '<listen ip="*:1" acceptProxy="yes" from="proxy.example.org"/>'
in_service "from '': expected a network such as" '<allow from=""/>'
in_service "deny: no from" '<deny/>'
in_service "expected 0 to 128 behind the /" '<deny from="::/129"/>'
in_service "unknown attribute 'ip': expected from" '<deny ip="a" from="all"/>'
in_service "there is one above" \
    '<deny from="10.1.2.3/8"/><deny from="10.0.0.0/8"/>'
in_service "at most 256 networks" \
    "<deny from='$(awk 'BEGIN { for (;n++ < 257;) print "::1" }' |
    tr '\n' ' ')'/>"
in_service "expected at most 1000 <allow> and <deny>" \
    "$(awk 'BEGIN { for (; n < 1001; n++)
	printf "<allow from=\"10.0.%d.%d\"/>", n / 256, n % 256 }')"
in_root "allow: not allowed in config: expected it in service" \
    '<allow from="all"/>'
in_root "rate '-1': expected a whole number from 0 to 1000000" \
    "<service name='t' rate='-1'><listen ip='*:1'/>$GROUP</service>"
in_root "keepalive '40000': expected 0 or seconds from 0.001 to 32767" \
    "<service name='t' keepalive='40000'><listen ip='*:1'/>$GROUP</service>"
in_group "sendProxy 'v3': expected v1, v2 or no" \
    '<host ip="a:1" sendProxy="v3"/>'
in_service "sendProxy 'yes': expected v1, v2 or no" \
    '<group name="x" scheduler="rand" sendProxy="yes"/>'

# Who looks after it.
in_root "certificate without listen: expected certificate in <web>" \
    '<admin certificate="c"/>'
in_root "key without listen" '<admin key="k"/>'
in_admin "web: key '': expected 1 to 4095 bytes" '<web key=""/>'
in_admin "ssh: unknown attribute 'certificate'" '<ssh certificate="c"/>'
in_admin "console: no socket" '<console/>'
in_admin "socket 'c': expected a path of at most 100 bytes" \
    '<console socket="c"/>'
in_admin "console: there is one" '<console socket="/a"/><console socket="/b"/>'
in_root "console: not allowed in config: expected it in admin" \
    '<console socket="/a"/>'
in_root "socket /a: there is one in line 2" \
    '<admin><console socket="/a"/></admin><control socket="/a"/>'
in_admin "socket /a: there is one in line 2" \
    '<web enable="1" listen="unix:/a"/><console socket="/a"/>'
in_admin "keys '': expected 1 to 4095 bytes" \
    '<user name="u" password="abJnggxhB/yWI" access="full" keys=""/>'
for password in secret abJnggxhB/yWIx abJnggxhB+yWI '$secret' '$6$' '$6$a b' \
    _J9..rasm '$$$$$$$$'; do
	in_admin "password of length ${#password}: expected a crypt hash" \
	    "<user name='u' password='$password' access='full'/>"
	is "$(grep -c -F -e "'$password'" "$TMP/err")" 0 "it is not shown"
done

# Control socket and logs.
in_root "control: no socket" '<control mode="0600"/>'
in_root "control: there is one" '<control socket="/a"/><control socket="/b"/>'
in_root "mode '0888': expected permissions in octal" \
    '<control socket="/a" mode="0888"/>'
in_root "mode '4755': expected permissions in octal" \
    '<control socket="/a" mode="4755"/>'
in_root "connlog: neither file nor syslog" '<connlog start="yes"/>'
in_root "logging: neither file nor syslog" '<logging/>'
in_root "syslog 'kern': expected a facility" '<connlog syslog="kern"/>'
in_root "syslog 'local8': did you mean local0? expected a facility" '<logging syslog="local8"/>'
in_root "connlog: there is one" '<connlog file="a"/><connlog file="b"/>'
done_testing
