/* SPDX-License-Identifier: ISC
 *
 * For unit-conf.c: every refusal of a configuration's content, as a piece, the
 * place where it stands in an otherwise good file, and the errors in full. */

#ifndef CONF_REFUSALS_H
#define CONF_REFUSALS_H

#define LISTEN	"<listen ip='*:80'/>\n"
#define HOST	"<host ip='h:1'/>\n"
#define GROUP	"<group name='g' scheduler='rand'>\n" HOST "</group>\n"
#define SERVICE	"<service name='s'>\n" LISTEN GROUP "</service>\n"

/* Where a piece stands in an otherwise good file, and so on which line. */
enum place { WHOLE, ATTR, INSIDE, ALONE, IN_GROUP, IN_ROOT, IN_ADMIN };

static const char *const before[] = {
	"", "<config>\n<service name='s' ",
	"<config>\n<service name='s'>\n" LISTEN GROUP,
	"<config>\n<service name='s'>\n",
	"<config>\n<service name='s'>\n" LISTEN
	    "<group name='g' scheduler='rand'>\n" HOST,
	"<config>\n" SERVICE, "<config>\n" SERVICE "<admin>\n"
};
static const char *const behind[] = {
	"", ">\n" LISTEN GROUP "</service>\n</config>\n",
	"</service>\n</config>\n", "</service>\n</config>\n",
	"</group>\n</service>\n</config>\n", "</config>\n",
	"</admin>\n</config>\n"
};

struct refusal {
	enum place	 place;
	const char	*piece, *errors;
};

#define RANGE(zero) "expected " zero "seconds from 0.001 to 31536000 with at " \
	"most three decimals\n"
#define ONE(line) ": there is one in line " line ": expected only one, " \
	"change or remove the other\n"
#define SCHEDULERS "expected random (rand), roundrobin (roundr), leastconns, " \
	"leastconnsrr (leastc), weightr, weightlc, one of them with ,sticky " \
	"behind it, or sticky\n"
#define SERVICE_HAS "expected name, connectTimeout, idleTimeout, maxConns, " \
	"rate or keepalive\n"
#define NEITHER ": neither file nor syslog: expected at least one of them\n"
#define FACILITIES "expected a facility of syslog: daemon, user, local0 to " \
	"local7, auth, authpriv, cron, ftp, lpr, mail, news, syslog or uucp\n"
#define NETWORK "expected a network such as 10.0.0.0/8, 192.0.2.1, " \
	"2001:db8::/32 or all\n"
#define SOCKET "expected a path of at most 100 bytes that begins with /\n"
#define A_SOCKET ", such as /var/run/NAME.sock\n"
#define MODE "expected permissions in octal, such as 0660, up to 0777\n"
#define IN_THE_ROOT "expected service, admin, manager, control, logging, " \
	"connlog, checktime or note\n"
#define HASH "expected a crypt hash, as pydirector -P prints it, not the " \
	"password itself\n"
#define LONG32	"0123456789abcdef0123456789abcdef"
#define LONG255	LONG32 LONG32 LONG32 LONG32 LONG32 LONG32 LONG32 \
	"0123456789abcdef0123456789abcde"
#define LONG_CUT LONG32 LONG32 "0123456789ab..."

static const struct refusal structure[] = {
	{ WHOLE, "", "f:1: the file is empty: expected <pdconfig> or "
	    "<config>\n" },
	{ WHOLE, "<foo/>", "f:1: unknown element 'foo': expected pdconfig or "
	    "config around all others\n" },
	{ WHOLE, "\n<pdconfig/>", "f:2: no service: expected at least one "
	    "<service name=\"...\">\n" },
	{ WHOLE, "<pdconfig>\n<foo/>\n" SERVICE "</pdconfig>",
	    "f:2: unknown element 'foo' in pdconfig: " IN_THE_ROOT },
	{ WHOLE, "<pdconfig x='1'>" SERVICE "</pdconfig>",
	    "f:1: pdconfig: unknown attribute 'x': expected none\n" },
	{ WHOLE, "<config xmlns='urn:x'>" SERVICE "</config>",
	    "f:1: config: unknown attribute 'xmlns': expected no namespaces, "
	    "remove it\n" },
	{ WHOLE, "<!DOCTYPE config [\n<!ENTITY a 'b'>\n]>\n<config/>",
	    "f:1: DOCTYPE is refused: expected none, remove it\n" },
	{ WHOLE, "<?xml version='1.0'?>\n<!DOCTYPE config SYSTEM 'x.dtd'>\n"
	    "<config>" SERVICE "</config>",
	    "f:2: DOCTYPE is refused: expected none, remove it\n" },
	{ IN_ROOT, "<foo><bar/></foo>",
	    "f:8: unknown element 'foo' in config: " IN_THE_ROOT },
	{ IN_ROOT, "<x:service/>", "f:8: unknown element 'x:service' in "
	    "config: did you mean service? " IN_THE_ROOT },
	{ IN_ROOT, "<x:service xmlns:x='urn:x'/>",
	    "f:8: unknown element 'x:service' in config: " IN_THE_ROOT },
	{ IN_ROOT, "<host ip='a:1'/>", "f:8: host: not allowed in config: "
	    "expected it in group\n" },
	{ INSIDE, "<foo/>", "f:7: unknown element 'foo' in service: expected "
	    "listen, allow, deny, group, enable or note\n" },
	{ INSIDE, "<config/>", "f:7: unknown element 'config' in service: "
	    "expected listen, allow, deny, group, enable or note\n" },
	{ INSIDE, "<logging file='x'/>", "f:7: logging: not allowed in "
	    "service: expected it in config, behind </service>\n" },
	{ IN_GROUP, "<foo/>", "f:6: unknown element 'foo' in group: expected "
	    "host or note\n" },
	{ IN_GROUP, "<client name='a' ip='b:1'/>",
	    "f:6: client: renamed host in 0.0.4: expected <host>\n" },
	{ IN_GROUP, "<host ip='a:1'><foo/></host>",
	    "f:6: unknown element 'foo' in host: expected note\n" },
	{ IN_ADMIN, "<foo/>", "f:9: unknown element 'foo' in admin: expected "
	    "web, ssh, console, user or note\n" },
	{ IN_ROOT, "<manager><foo/></manager>", "f:8: unknown element 'foo' in "
	    "manager: expected hostCheck, configCheck, heartbeat or note\n" },
	{ IN_ROOT, "<admin/>\n<admin/>", "f:9: admin" ONE("8") },
	{ IN_ROOT, "<manager/>\n<manager/>", "f:9: manager" ONE("8") },
	{ IN_ROOT, "<logging file='a'/>\n<logging file='b'/>",
	    "f:9: logging" ONE("8") },
	{ IN_ROOT, "<checktime time='1'/>\n<checktime time='1'/>",
	    "f:9: checktime" ONE("8") },
	{ IN_ADMIN, "<web/>\n<web/>", "f:10: web" ONE("9") },
	{ IN_ADMIN, "<ssh/>\n<ssh/>", "f:10: ssh" ONE("9") },
	{ IN_ROOT, "<manager>\n<hostCheck/>\n<hostCheck/>\n</manager>",
	    "f:10: hostCheck" ONE("9") },
	{ IN_ROOT, "<manager>\n<configCheck/>\n<configCheck/>\n</manager>",
	    "f:10: configCheck" ONE("9") },
	{ IN_ROOT, "<manager>\n<heartbeat/>\n<heartbeat/>\n</manager>",
	    "f:10: heartbeat" ONE("9") },
	{ ALONE, GROUP, "f:2: service 's': no listen: expected at least one "
	    "<listen ip=\"host:port\"/>\n" },
	{ ALONE, LISTEN, "f:2: service 's': no group: expected at least one "
	    "<group name=\"...\" scheduler=\"...\">\n" },
	{ ALONE, LISTEN "<group name='g' scheduler='rand'/>", "f:4: group 'g': "
	    "enabled without a host: expected at least one "
	    "<host ip=\"host:port\"/> in it\n" },
	{ INSIDE, "<group name='b' scheduler='rand' enable='1'/>", "f:7: group "
	    "'b': enabled without a host: expected at least one "
	    "<host ip=\"host:port\"/> in it\n" },
	{ INSIDE, "<group name='b' scheduler='rand'/>\n<enable group='b'/>",
	    "f:8: group 'b': enabled without a host: expected at least one "
	    "<host ip=\"host:port\"/> in it\n" },
	{ INSIDE, "<enable group='b'/>", "f:7: enable: group 'b': no such "
	    "group: expected a group of service 's': 'g'\n" },
	{ INSIDE, "<enable group='g'/>\n<enable group='g'/>",
	    "f:8: enable" ONE("7") },
	{ INSIDE, "<group name='a' scheduler='rand' enable='on'/>\n"
	    "<enable group='g'/>", "f:8: enable: group 'g': group 'a' is "
	    "enabled in line 7: expected only one\n" },
	{ INSIDE, "<group name='a' scheduler='rand' enable='on'>" HOST
	    "</group>\n<group name='b' scheduler='rand' enable='on'/>",
	    "f:9: group 'b': group 'a' of this service is enabled in line 7: "
	    "expected only one\n" }
};

static const struct refusal names[] = {
	{ IN_ROOT, "<service name='s'>\n<listen ip='*:81'/>\n" GROUP
	    "</service>", "f:8: service 's'" ONE("2") },
	{ INSIDE, GROUP, "f:7: group 'g'" ONE("4") },
	{ IN_GROUP, "<host name='host.0' ip='i:1'/>",
	    "f:6: host 'host.0'" ONE("5") },
	{ IN_GROUP, "<host name='a' ip='i:1'/>\n<host name='a' ip='j:1'/>\n"
	    "<host name='a' ip='k:1'/>", "f:7: host 'a'" ONE("6")
	    "f:8: host 'a'" ONE("6") },
	{ IN_GROUP, "<host ip='H:01'/>", "f:6: host address h:1" ONE("5") },
	{ IN_GROUP, "<host ip='[::1]:1'/>\n<host ip='[0:0::1]:1'/>",
	    "f:7: host address [::1]:1" ONE("6") },
	{ INSIDE, "<listen ip=':80'/>", "f:7: listen address *:80" ONE("3") },
	{ IN_ROOT, "<service name='t'>\n" LISTEN GROUP "</service>",
	    "f:9: listen address *:80" ONE("3") },
	{ IN_ADMIN, "<web enable='1' listen='*:80'/>",
	    "f:9: listen address *:80" ONE("3") },
	{ IN_ADMIN, "<ssh enable='1' listen='*:80'/>",
	    "f:9: listen address *:80" ONE("3") },
	{ IN_ROOT, "<admin listen='*:80'/>",
	    "f:8: listen address *:80" ONE("3") },
	{ IN_ADMIN, "<user name='u' password='..xpoEyRReGzk' access='full'/>\n"
	    "<user name='u' password='..xpoEyRReGzk' access='full'/>",
	    "f:10: user 'u'" ONE("9") },
	{ IN_ADMIN, "<user name='' password='..xpoEyRReGzk' access='full'/>",
	    "f:9: user: name '': expected 1 to 255 bytes\n" },
	{ INSIDE, "<group name='&#10;' scheduler='rand'/>", "f:7: group: name "
	    "'?': expected a text without control characters\n" },
	{ INSIDE, "<group name='&#155;31m' scheduler='rand'/>",
	    "f:7: group: name '\302\23331m': expected a text without control "
	    "characters\n" },
	{ IN_GROUP, "<host ip='i:1' name='" LONG255 "x'/>",
	    "f:6: host: name '" LONG_CUT "': expected 1 to 255 bytes\n" },
	{ IN_GROUP, "<host ip='i:1' name='" LONG32 LONG32 "0123456789a"
	    "\303\244" LONG255 "'/>", "f:6: host: name '" LONG32 LONG32
	    "0123456789a...': expected 1 to 255 bytes\n" }
};

static const struct refusal values[] = {
	{ IN_ROOT, "<service><listen ip='*:81'/>" GROUP "</service>",
	    "f:8: service: no name: expected name=\"...\" in it\n" },
	{ ATTR, "x='y'", "f:2: service: unknown attribute 'x': " SERVICE_HAS
	},
	{ ATTR, "xml:lang='y'", "f:2: service: unknown attribute 'xml:lang': "
	    SERVICE_HAS },
	{ ATTR, "connectTimeout='0'", "f:2: service: connectTimeout '0': "
	    RANGE("") },
	{ ATTR, "connectTimeout=''", "f:2: service: connectTimeout '': "
	    RANGE("") },
	{ ATTR, "connectTimeout='1,5'", "f:2: service: connectTimeout '1,5': "
	    RANGE("") },
	{ ATTR, "idleTimeout='-1'", "f:2: service: idleTimeout '-1': "
	    RANGE("0 or ") },
	{ ATTR, "idleTimeout='1e3'", "f:2: service: idleTimeout '1e3': "
	    RANGE("0 or ") },
	{ ATTR, "idleTimeout='.'", "f:2: service: idleTimeout '.': "
	    RANGE("0 or ") },
	{ ATTR, "idleTimeout='1.0005'", "f:2: service: idleTimeout '1.0005': "
	    RANGE("0 or ") },
	{ ATTR, "idleTimeout='1.0.0'", "f:2: service: idleTimeout '1.0.0': "
	    RANGE("0 or ") },
	{ ATTR, "idleTimeout='31536000.001'", "f:2: service: idleTimeout "
	    "'31536000.001': " RANGE("0 or ") },
	{ ATTR, "idleTimeout='99999999999999999999999999'", "f:2: service: "
	    "idleTimeout '99999999999999999999999999': " RANGE("0 or ") },
	{ ATTR, "maxConns='1.5'", "f:2: service: maxConns '1.5': expected a "
	    "whole number from 0 to 1000000000\n" },
	{ ATTR, "maxConns='1000000001'", "f:2: service: maxConns '1000000001': "
	    "expected a whole number from 0 to 1000000000\n" },
	{ INSIDE, "<listen/>", "f:7: listen: no ip: expected ip=\"...\" in it, "
	    "such as *:80\n" },
	{ INSIDE, "<listen ip='2222'/>", "f:7: listen: ip '2222': host:port "
	    "expected, there is no colon, as in *:2222\n" },
	{ INSIDE, "<listen ip='*:81' port='1'/>", "f:7: listen: unknown "
	    "attribute 'port': did you mean ip? expected ip, "
	    "acceptProxy or from\n" },
	{ INSIDE, "<group scheduler='rand'/>", "f:7: group: no name: expected "
	    "name=\"...\" in it\n" },
	{ INSIDE, "<group name='h'/>", "f:7: group: no scheduler: expected "
	    "scheduler=\"...\" in it, such as leastconns\n" },
	{ INSIDE, "<group name='h' scheduler='best'/>",
	    "f:7: group: scheduler 'best': " SCHEDULERS },
	{ INSIDE, "<group name='h' scheduler=''/>",
	    "f:7: group: scheduler '': " SCHEDULERS },
	{ INSIDE, "<group name='h' scheduler='rand' x='y'/>", "f:7: group: "
	    "unknown attribute 'x': expected name, scheduler, enable, easeIn "
	    "or sendProxy\n" },
	{ INSIDE, "<enable/>", "f:7: enable: no group: expected group=\"...\" "
	    "in it\n" },
	{ IN_GROUP, "<host/>", "f:6: host: no ip: expected ip=\"...\" in it, "
	    "such as 192.0.2.1:80\n" },
	{ IN_GROUP, "<host ip='i:0'/>", "f:6: host: ip 'i:0': expected a port "
	    "from 1 to 65535\n" },
	{ IN_GROUP, "<host ip='*:1'/>", "f:6: host: ip '*:1': expected a host "
	    "before the colon, not every address\n" },
	{ IN_GROUP, "<host ip=''/>", "f:6: host: ip '': expected 1 to 4095 "
	    "bytes\n" },
	{ IN_GROUP, "<host ip='i:1' x='y'/>", "f:6: host: unknown attribute "
	    "'x': expected name, ip, weight, maxConns, adminDown or "
	    "sendProxy\n" },
	{ IN_GROUP, "<host ip='i:1' weight='0'/>", "f:6: host: weight '0': "
	    "expected a whole number from 1 to 1000000; adminDown=\"yes\" "
	    "keeps a host out of rotation\n" },
	{ IN_GROUP, "<host ip='i:1' weight='+1'/>", "f:6: host: weight '+1': "
	    "expected a whole number from 1 to 1000000\n" },
	{ IN_GROUP, "<host ip='i:1' weight='1000001'/>", "f:6: host: weight "
	    "'1000001': expected a whole number from 1 to 1000000\n" },
	{ IN_GROUP, "<host ip='i:1' maxConns=''/>", "f:6: host: maxConns '': "
	    "expected a whole number from 0 to 1000000000\n" },
	{ IN_ROOT, "<admin x='y'/>", "f:8: admin: unknown attribute 'x': "
	    "expected listen, secure, certificate or key\n" },
	{ IN_ROOT, "<admin listen='None'/>", "f:8: admin: listen 'None': "
	    "host:port expected, the port is missing\n" },
	{ IN_ROOT, "<admin secure='yes'/>", "f:8: admin: secure without "
	    "listen: expected secure in <web> instead\n" },
	{ IN_ROOT, "<admin listen='*:1'>\n<web enable='1' listen='*:2'/>\n"
	    "</admin>", "f:9: web: enabled, and <admin> in line 8 has a "
	    "listen of its own: expected only one of them\n" },
	{ IN_ADMIN, "<web x='y'/>", "f:9: web: unknown attribute 'x': expected "
	    "listen, enable, secure, refresh, certificate or key\n" },
	{ IN_ADMIN, "<web enable='1'/>", "f:9: web: enabled without listen: "
	    "expected listen=\"host:port\"\n" },
	{ IN_ADMIN, "<web enable='1' listen='None'/>", "f:9: web: listen "
	    "'None': host:port expected, the port is missing\n" },
	{ IN_ADMIN, "<web refresh='x'/>", "f:9: web: refresh 'x': "
	    RANGE("0 or ") },
	{ IN_ADMIN, "<ssh x='y'/>", "f:9: ssh: unknown attribute 'x': expected "
	    "listen, enable, hostKey or keys\n" },
	{ IN_ADMIN, "<ssh enable='1'/>", "f:9: ssh: enabled without listen: "
	    "expected listen=\"host:port\"\n" },
	{ IN_ADMIN, "<ssh enable='1' listen='2222'/>", "f:9: ssh: listen "
	    "'2222': host:port expected, there is no colon, as in "
	    "*:2222\n" },
	{ IN_ADMIN, "<user/>", "f:9: user: no name: expected name=\"...\" in it"
	    "\nf:9: user: no password: expected password=\"...\" in it, as "
	    "pydirector -P prints it\nf:9: user: no access: expected "
	    "access=\"...\" in it, full or readonly\n" },
	{ IN_ADMIN, "<user name='u' password='' access='full'/>",
	    "f:9: user: password of length 0: expected a crypt hash, as "
	    "pydirector -P prints it\n" },
	{ IN_ADMIN, "<user name='u' password='*LK*' access='full'/>",
	    "f:9: user: password of length 4: " HASH },
	{ IN_ADMIN, "<user name='u' password='..xpoEyRReGzk' access='Full'/>",
	    "f:9: user: access 'Full': expected full or readonly, in "
	    "small letters\n" },
	{ IN_ADMIN, "<user name='u' password='..xpoEyRReGzk' access='full' "
	    "x='y'/>", "f:9: user: unknown attribute 'x': expected name, "
	    "password, access or keys\n" },
	{ IN_ROOT, "<manager x='y'/>", "f:8: manager: unknown attribute 'x': "
	    "expected hostCheckInterval or resolveInterval\n" },
	{ IN_ROOT, "<manager hostCheckInterval='0' resolveInterval='x'/>",
	    "f:8: manager: hostCheckInterval '0': " RANGE("")
	    "f:8: manager: resolveInterval 'x': " RANGE("") },
	{ IN_ROOT, "<manager><hostCheck interval='0' tries='0' timeout='0' "
	    "x='y'/></manager>", "f:8: hostCheck: unknown attribute 'x': "
	    "expected interval, enable, tries or timeout\n"
	    "f:8: hostCheck: interval '0': " RANGE("")
	    "f:8: hostCheck: tries '0': expected a whole number from 1 to "
	    "100\nf:8: hostCheck: timeout '0': " RANGE("") },
	{ IN_ROOT, "<manager><configCheck interval='0' x='y'/></manager>",
	    "f:8: configCheck: unknown attribute 'x': expected interval or "
	    "enable\nf:8: configCheck: interval '0': " RANGE("") },
	{ IN_ROOT, "<manager><heartbeat interval='0' x='y'/></manager>",
	    "f:8: heartbeat: unknown attribute 'x': expected interval or "
	    "enable\nf:8: heartbeat: interval '0': " RANGE("") },
	{ IN_ROOT, "<logging/>", "f:8: logging" NEITHER },
	{ IN_ROOT, "<logging file='' x='y'/>", "f:8: logging: unknown "
	    "attribute 'x': expected file or syslog\n"
	    "f:8: logging: file '': expected 1 to 4095 bytes\n" },
	{ IN_ROOT, "<checktime/>", "f:8: checktime: no time: expected "
	    "time=\"...\" in it, such as 30\n" },
	{ IN_ROOT, "<checktime time='0' x='y'/>", "f:8: checktime: unknown "
	    "attribute 'x': expected time\n"
	    "f:8: checktime: time '0': " RANGE("") }
};

static const struct refusal others[] = {
	{ ATTR, "rate='1.5'", "f:2: service: rate '1.5': expected a whole "
	    "number from 0 to 1000000\n" },
	{ ATTR, "keepalive='32768'", "f:2: service: keepalive '32768': "
	    "expected 0 or seconds from 0.001 to 32767 with at most three "
	    "decimals\n" },
	{ INSIDE, "<listen ip='*:81' acceptProxy='yes'/>", "f:7: listen: "
	    "acceptProxy without from: a header from anybody could not be "
	    "believed: expected from=\"NETWORKS\"\n" },
	{ INSIDE, "<listen ip='*:81' from='all'/>", "f:7: listen: from "
	    "without acceptProxy: expected acceptProxy=\"yes\", or <allow> in "
	    "the service to say who may come\n" },
	{ INSIDE, "<listen ip='*:81' acceptProxy='yes' from='10.0.0.0/33'/>",
	    "f:7: listen: from '10.0.0.0/33': expected 0 to 32 behind the / "
	    "of an IPv4 network\n" },
	{ INSIDE, "<listen ip='x' acceptProxy='yes' from=''/>", "f:7: listen: "
	    "ip 'x': host:port expected, the port is missing\n"
	    "f:7: listen: from '': " NETWORK },
	{ INSIDE, "<allow/>", "f:7: allow: no from: expected from=\"...\" in "
	    "it, such as 10.0.0.0/8\n" },
	{ INSIDE, "<deny from='example.org'/>", "f:7: deny: from "
	    "'example.org': " NETWORK },
	{ INSIDE, "<deny from='all' to='x'/>", "f:7: deny: unknown attribute "
	    "'to': expected from\n" },
	{ INSIDE, "<deny from='::ffff:10.0.0.0/104 10.1.1.1'/>\n"
	    "<allow from='10.0.0.0/8,10.1.1.1'/>\n"
	    "<deny from='10.9.9.9/8 10.1.1.1/32'/>", "f:9: deny: from "
	    "'10.9.9.9/8 10.1.1.1/32': there is one above: expected only "
	    "one, remove the other\n" },
	{ IN_GROUP, "<allow from='all'/>", "f:6: allow: not allowed in group: "
	    "expected it in service, behind </group>\n" },
	{ INSIDE, "<group name='h' scheduler='rand' sendProxy='yes'/>",
	    "f:7: group: sendProxy 'yes': expected v1, v2 or no\n" },
	{ IN_GROUP, "<host ip='i:1' sendProxy=''/>", "f:6: host: sendProxy '':"
	    " expected v1, v2 or no\n" },
	{ IN_ROOT, "<admin certificate='a' key='b'/>", "f:8: admin: "
	    "certificate without listen: expected certificate in <web> "
	    "instead\nf:8: admin: key without listen: expected key in <web> "
	    "instead\n" },
	{ IN_ADMIN, "<web certificate=''/>", "f:9: web: certificate '': "
	    "expected 1 to 4095 bytes\n" },
	{ IN_ADMIN, "<console/>", "f:9: console: no socket: expected "
	    "socket=\"...\" in it" A_SOCKET },
	{ IN_ADMIN, "<console socket='x'/>", "f:9: console: socket 'x': "
	    SOCKET },
	{ IN_ADMIN, "<console socket='/" LONG32 LONG32 LONG32 "0123'/>",
	    "f:9: console: socket '/" LONG32 LONG32 "0123456789a...': " SOCKET
	},
	{ IN_ADMIN, "<console socket='/a'/>\n<console socket='/b'/>",
	    "f:10: console" ONE("9") },
	{ IN_ADMIN, "<console socket='/a'/>\n<web listen='unix:/a' "
	    "enable='yes'/>\n</admin><control socket='/a'/><admin>",
	    "f:10: socket /a" ONE("9") "f:11: admin" ONE("8")
	    "f:11: socket /a" ONE("9") },
	{ IN_ROOT, "<control/>", "f:8: control: no socket: expected "
	    "socket=\"...\" in it" A_SOCKET },
	{ IN_ROOT, "<control socket='' mode='888'/>", "f:8: control: socket "
	    "'': " SOCKET "f:8: control: mode '888': " MODE },
	{ IN_ROOT, "<control socket='/a' mode='1777'/>", "f:8: control: mode "
	    "'1777': " MODE },
	{ IN_ROOT, "<control socket='/a'/>\n<control socket='/b'/>",
	    "f:9: control" ONE("8") },
	{ IN_ROOT, "<connlog start='yes'/>", "f:8: connlog" NEITHER },
	{ IN_ROOT, "<connlog syslog='kern'/>", "f:8: connlog: syslog 'kern': "
	    FACILITIES },
	{ IN_ROOT, "<logging syslog='LOCAL0'/>", "f:8: logging: syslog "
	    "'LOCAL0': did you mean local0? " FACILITIES },
	{ IN_ROOT, "<connlog file='/a'/>\n<connlog file='/b'/>",
	    "f:9: connlog" ONE("8") },
	{ IN_ADMIN, "<user name='u' password='secret' access='full'/>",
	    "f:9: user: password of length 6: " HASH },
	{ IN_ADMIN, "<user name='u' password='abJnggxhB/yWIx' access='full'/>",
	    "f:9: user: password of length 14: " HASH },
	{ IN_ADMIN, "<user name='u' password='$secret' access='full'/>",
	    "f:9: user: password of length 7: " HASH },
	{ IN_ADMIN, "<user name='u' password='$6$' access='full'/>",
	    "f:9: user: password of length 3: " HASH },
	{ IN_ADMIN, "<user name='u' password='$6$a b' access='full'/>",
	    "f:9: user: password of length 6: " HASH },
	{ IN_ADMIN, "<user name='u' password='_J9..rasmBYk8r9AiWNc' "
	    "access='full' keys=''/>", "f:9: user: keys '': expected 1 to "
	    "4095 bytes\n" }
};

/* What was meant is suggested, and not missed as well. */
static const struct refusal slips[] = {
	{ WHOLE, "<pdconf/>", "f:1: unknown element 'pdconf': did you mean "
	    "pdconfig? expected pdconfig or config around all others\n" },
	{ ALONE, "<listn ip='*:80'/>\n" GROUP, "f:3: unknown element 'listn' "
	    "in service: did you mean listen? expected listen, allow, deny, "
	    "group, enable or note\n" },
	{ ALONE, LISTEN "<backend name='x'/>", "f:4: unknown element "
	    "'backend' in service: did you mean group? expected listen, "
	    "allow, deny, group, enable or note\n" },
	{ IN_ROOT, "<manager><hostcheck/></manager>", "f:8: unknown element "
	    "'hostcheck' in manager: did you mean hostCheck? expected "
	    "hostCheck, configCheck, heartbeat or note\n" },
	{ INSIDE, "<listen address='*:81'/>", "f:7: listen: unknown attribute "
	    "'address': did you mean ip? expected ip, acceptProxy or from\n"
	},
	{ INSIDE, "<group name='h' schedular='rand'/>", "f:7: group: unknown "
	    "attribute 'schedular': did you mean scheduler? expected name, "
	    "scheduler, enable, easeIn or sendProxy\n" },
	{ IN_ADMIN, "<web enable='1' listne='*:81'/>", "f:9: web: unknown "
	    "attribute 'listne': did you mean listen? expected listen, "
	    "enable, secure, refresh, certificate or key\n" },
	{ INSIDE, "<group name='h' scheduler='least-conns'/>",
	    "f:7: group: scheduler 'least-conns': did you mean leastconns? "
	    SCHEDULERS },
	{ INSIDE, "<group name='main' scheduler='rand'/>\n"
	    "<enable group='mian'/>", "f:8: enable: group 'mian': no such "
	    "group: did you mean main? expected a group of service 's': 'g' "
	    "or 'main'\n" },
	{ ATTR, "idleTimeout='5s'", "f:2: service: idleTimeout '5s': expected "
	    "0 or seconds from 0.001 to 31536000 with at most three decimals, "
	    "without a unit\n" },
	{ ATTR, "maxConns='10 '", "f:2: service: maxConns '10 ': expected a "
	    "whole number from 0 to 1000000000, without a blank\n" },
	{ IN_GROUP, "<host ip='8080'/>", "f:6: host: ip '8080': host:port "
	    "expected, there is no colon, as in 192.0.2.1:8080\n" },
	{ IN_GROUP, "<host ip='http://i:1'/>", "f:6: host: ip 'http://i:1': "
	    "host:port expected, without a scheme such as http://\n" },
	{ INSIDE, "<group name='h' scheduler='rand'>\n<group name='i' "
	    "scheduler='rand'/>\n</group>", "f:8: group: not allowed in "
	    "group: expected it in service, behind </group>\n" },
	{ IN_ROOT, "<web/>", "f:8: web: not allowed in config: expected it in "
	    "admin\n" }
};

#endif
