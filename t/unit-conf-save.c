/* SPDX-License-Identifier: ISC
 *
 * conf-save.c and its parts: what a change does to a text, byte by byte, and
 * that the text of any model, written into that of any other, reads back as
 * the model. PYDIRECTOR_SEED and PYDIRECTOR_ROUNDS ask for other pairs. */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conf.h"
#include "director.h"
#include "t/conf-tools.h"
#include "t/tap.h"

static struct model *
read_text(const char *text, size_t len, const char *name)
{
	struct model *m = NULL;
	struct buf errors;

	buf_init(&errors, 1 << 16);
	if (conf_parse(&m, "f", text, len, &errors) == -1) {
		ok(0, "%s reads back", name);
		printf("# %s\n%s\n", errors.data, text);
		m = NULL;
	}
	buf_done(&errors);
	return m;
}

/* The text, to be freed. */
static char *
write_model(const struct model *m, const char *old, int hashes)
{
	char err[200] = "", *text;
	struct buf out;

	buf_init(&out, CONF_MAX);
	if (conf_write(m, old, old == NULL ? 0 : strlen(old), hashes, &out,
	    err, sizeof(err)) == -1)
		ok(0, "conf_write: %s", err);
	text = strdup(out.data == NULL ? "" : out.data);
	buf_done(&out);
	return text;
}

/* What a change of the model does to the text of it. Each is a pair of a body
 * in <config> before and the one after it; the model is read from the second
 * one. */
static void
becomes(const char *root, const char *a, const char *b, const char *expected,
    const char *name)
{
	char old[4096], new[4096], want[4096], *text;
	struct model *m;

	(void)snprintf(old, sizeof(old), "<%s>%s</%s>\n", root, a, root);
	(void)snprintf(new, sizeof(new), "<%s>%s</%s>\n", root, b, root);
	(void)snprintf(want, sizeof(want), "<%s>%s</%s>\n", root,
	    expected == NULL ? b : expected, root);
	m = read_text(new, strlen(new), name);
	if (m == NULL)
		return;
	text = write_model(m, old, 1);
	is(text, want, name);
	free(text);
	model_free(m);
}

#define HEAD "\n  <service name='s'>\n    <listen ip='*:80'/>\n"
#define TAIL "\n  </service>\n"
#define OPEN HEAD "    <group name='g' scheduler='rand'>\n"
#define CLOSE "\n    </group>" TAIL
#define H1 "      <host name='a' ip='a:1'/>"
#define H2 "      <host name='b' ip='b:1'/>"
#define SIMPLE OPEN H1 CLOSE

static void
test_hosts(void)
{
	becomes("config", OPEN H1 CLOSE, OPEN H1 "\n" H2 CLOSE,
	    OPEN H1 "\n      <host name=\"b\" ip=\"b:1\"/>" CLOSE,
	    "a host is added, indented like the others");
	becomes("config", OPEN H1 " <!-- old -->\n\n      <!-- end -->" CLOSE,
	    OPEN H1 "\n" H2 CLOSE, OPEN H1 " <!-- old -->\n      <host "
	    "name=\"b\" ip=\"b:1\"/>\n\n      <!-- end -->" CLOSE,
	    "behind the comment of the one before");
	becomes("config", OPEN H2 CLOSE, OPEN H1 "\n" H2 CLOSE,
	    OPEN "      <host name=\"a\" ip=\"a:1\"/>\n" H2 CLOSE,
	    "a host before the others");
	becomes("config", OPEN H1 "\n" H2 CLOSE, OPEN H1 CLOSE, NULL,
	    "a host is removed with its line");
	becomes("config", OPEN H1 " <!-- c -->\n" H2 CLOSE, OPEN H2 CLOSE,
	    OPEN "      <!-- c -->\n" H2 CLOSE, "a comment stays");
	becomes("config", OPEN "<host ip='a:1'/> <host name='b' ip='b:1'/> "
	    "<host name='c' ip='c:1'/>" CLOSE, OPEN
	    "<host ip='a:1'/> <host name='c' ip='c:1'/>" CLOSE, NULL,
	    "one of three in a line is removed");
	becomes("config", OPEN H1 "\n\n" H2 "\n\n      <host name='c' "
	    "ip='c:1'/>" CLOSE, OPEN H1 "\n\n      <host name='c' ip='c:1'/>"
	    CLOSE, NULL, "of two empty lines one stays");
	becomes("config", OPEN H1 "\n" H2 CLOSE, OPEN H2 "\n" H1 CLOSE, NULL,
	    "the order is the model's");
	becomes("config", OPEN "<host ip='a:1'/><host ip='b:1'/>" CLOSE,
	    OPEN "<host name='host.1' ip='b:1'/>" CLOSE,
	    OPEN "<host ip='b:1' name=\"host.1\"/>" CLOSE,
	    "a name that its place does not give any more");
	becomes("config", HEAD "<group name='g' scheduler='rand'/>"
	    "<group name='h' scheduler='rand' enable='1'>" H1 CLOSE,
	    HEAD "<group name='g' scheduler='rand'>" H2 "</group>"
	    "<group name='h' scheduler='rand' enable='1'>" H1 CLOSE,
	    HEAD "<group name='g' scheduler='rand'>\n  <host name=\"b\" "
	    "ip=\"b:1\"/>\n</group><group name='h' scheduler='rand' "
	    "enable='1'>" H1 CLOSE, "an empty element opens");
	becomes("config", HEAD "<note/><group name='g' scheduler='rand'/>"
	    "<group name='h' scheduler='rand' enable='1'>" H1 CLOSE,
	    HEAD "<group name='g' scheduler='rand'>" H2 "</group>"
	    "<group name='h' scheduler='rand' enable='1'>" H1 CLOSE,
	    HEAD "<note/><group name='g' scheduler='rand'><host name=\"b\" "
	    "ip=\"b:1\"/></group><group name='h' scheduler='rand' "
	    "enable='1'>" H1 CLOSE, "in its line, when it does not begin it");
	becomes("config", HEAD "    <group name='g' scheduler='rand' />\n"
	    "    <group name='h' scheduler='rand' enable='1'>" H1 CLOSE,
	    HEAD "<group name='g' scheduler='rand'>" H2 "</group>"
	    "<group name='h' scheduler='rand' enable='1'>" H1 CLOSE,
	    HEAD "    <group name='g' scheduler='rand'>\n      <host name="
	    "\"b\" ip=\"b:1\"/>\n    </group>\n    <group name='h' scheduler="
	    "'rand' enable='1'>" H1 CLOSE, "and its end tag is indented");
	becomes("config", "\r\n\t<service name='s'><listen ip='*:80'/>\r\n\t\t"
	    "<group name='g' scheduler='rand'>\r\n\t\t\t<host ip='a:1'/>\r\n"
	    "\t\t</group></service>\r\n", OPEN "<host ip='a:1'/><host name='b' "
	    "ip='b:1'/>" CLOSE, "\r\n\t<service name='s'><listen ip='*:80'/>"
	    "\r\n\t\t<group name='g' scheduler='rand'>\r\n\t\t\t<host ip='a:1'"
	    "/>\r\n\t\t\t<host name=\"b\" ip=\"b:1\"/>\r\n\t\t</group>"
	    "</service>\r\n", "tabs and the line breaks of the file");
}

static void
test_attributes(void)
{
	becomes("config", OPEN "<host ip='a:1' weight = \"02\"\tmaxConns='7'/>"
	    CLOSE, OPEN "<host ip='a:1' weight='2' maxConns='8'/>" CLOSE,
	    OPEN "<host ip='a:1' weight = \"02\"\tmaxConns='8'/>" CLOSE,
	    "what means the same stays");
	becomes("config", OPEN "<host ip='a:1' weight='2'/>" CLOSE,
	    OPEN "<host ip='a:1'/>" CLOSE, OPEN "<host ip='a:1' weight='1'/>"
	    CLOSE, "back to the default");
	becomes("config", OPEN "<host ip='a:1'/>" CLOSE, OPEN "<host ip='a:1' "
	    "adminDown='1' maxConns='3'/>" CLOSE, OPEN "<host ip='a:1' "
	    "maxConns=\"3\" adminDown=\"yes\"/>" CLOSE, "added");
	becomes("config", OPEN "<host ip='a:1'\n name='x'/>" CLOSE,
	    OPEN "<host name='x' ip='a:1' weight='5'/>" CLOSE, OPEN
	    "<host ip='a:1'\n name='x'\n weight=\"5\"/>" CLOSE,
	    "below the others");
	becomes("config", OPEN "<host name='x' ip='a:1'/>" CLOSE,
	    OPEN "<host name='x' ip='b:1'/>" CLOSE, NULL, "another address");
	becomes("config", SIMPLE "<logging file=\"a\"/>", SIMPLE
	    "<logging file=\"a &lt;&amp;>&quot;'\"/>", SIMPLE
	    "<logging file=\"a &lt;&amp;&gt;&quot;'\"/>", "escaped for \"");
	becomes("config", SIMPLE "<logging file='a'/>", SIMPLE
	    "<logging file=\"&quot;'\"/>", SIMPLE
	    "<logging file='\"&apos;'/>", "escaped for '");
	becomes("config", OPEN H1 CLOSE, HEAD "    <group name='g' scheduler="
	    "'leastconnsrr'>\n" H1 CLOSE, HEAD "    <group name='g' scheduler="
	    "'leastc'>\n" H1 CLOSE, "txLoadBalancer's name of a scheduler");
	becomes("pdconfig", OPEN H1 CLOSE, HEAD "    <group name='g' scheduler"
	    "='leastc'>\n" H1 CLOSE, HEAD "    <group name='g' scheduler="
	    "'leastconnsrr'>\n" H1 CLOSE, "PyDirector's");
	becomes("config", SIMPLE, "<service name='s' idleTimeout='1.50'>"
	    "<listen ip='*:80'/><group name='g' scheduler='rand'>" H1
	    "</group></service>", "\n  <service name='s' idleTimeout=\"1.5\">"
	    "\n    <listen ip='*:80'/>\n    <group name='g' scheduler='rand'>"
	    "\n" H1 CLOSE, "seconds");
}

#define GROUP(n, more) \
	"    <group name='" n "' scheduler='rand'" more ">" H1 "</group>"
#define TWO(one, two, more) \
	HEAD GROUP("g", one) "\n" GROUP("h", two) more TAIL

static void
test_enabled(void)
{
	becomes("config", TWO("", "", ""), TWO("", "", "\n<enable group='h'/>"),
	    TWO("", " enable=\"true\"", ""), "nothing said, config");
	becomes("pdconfig", TWO("", "", ""), TWO("", " enable='1'", ""),
	    TWO("", "", "\n    <enable group=\"h\"/>"),
	    "nothing said, pdconfig");
	becomes("config", TWO("", "", "<enable group='g'/>"),
	    TWO("", " enable='1'", ""), TWO("", "", "<enable group='h'/>"),
	    "an element");
	becomes("pdconfig", TWO(" enable='On'", "", ""),
	    TWO("", "", "<enable group='h'/>"), TWO(" enable='false'",
	    " enable=\"true\"", ""), "an attribute");
	becomes("pdconfig", TWO(" enable='On'", "", "<enable group='g'/>"),
	    TWO("", "", "<enable group='h'/>"), TWO(" enable='false'", "",
	    "<enable group='h'/>"), "both");
	becomes("config", TWO(" enable='1'", "", ""), HEAD GROUP("h", "") TAIL,
	    HEAD GROUP("h", " enable=\"true\"") TAIL,
	    "the group that said it is gone");
}

#define USER "<user name='u' password='..xpoEyRReGzk' access='full'/>"

static void
test_admin(void)
{
	becomes("pdconfig", SIMPLE, SIMPLE "<admin listen='*:1'/>", SIMPLE
	    "  <admin listen=\"*:1\"/>\n", "PyDirector's web");
	becomes("config", SIMPLE, SIMPLE "<admin listen='*:1'/>", SIMPLE
	    "  <admin>\n    <web listen=\"*:1\" enable=\"true\"/>\n"
	    "  </admin>\n", "txLoadBalancer's");
	becomes("config", SIMPLE "<admin listen='*:1' secure='1'/>", SIMPLE
	    "<admin><web listen='*:1' enable='0' refresh='5'/></admin>", SIMPLE
	    "<admin>\n  <web refresh=\"5\"/>\n</admin>", "switched off");
	becomes("config", SIMPLE "<admin listen='*:1'/>", SIMPLE
	    "<admin><web listen='*:2' enable='1' secure='1'/></admin>", SIMPLE
	    "<admin listen='*:2' secure=\"true\"/>", "moved");
	becomes("config", SIMPLE "<admin listen='*:1'/>", SIMPLE
	    "<admin listen='*:1'><web refresh='5'/></admin>", SIMPLE
	    "<admin listen='*:1'>\n  <web refresh=\"5\"/>\n</admin>",
	    "refresh beside it");
	becomes("config", SIMPLE "<admin><web listen='2' /></admin>", SIMPLE
	    "<admin><web listen='*:2' enable='1'/></admin>", SIMPLE
	    "<admin><web listen='*:2' enable=\"true\" /></admin>", "on");
	becomes("config", SIMPLE "<admin><ssh listen='*:2' enable='1'/>"
	    "</admin>", SIMPLE "<admin><ssh enable='0'/></admin>", SIMPLE
	    "<admin><ssh listen='*:2' enable='false'/></admin>", "off");
	becomes("config", SIMPLE "<admin>\n    " USER "\n  </admin>", SIMPLE
	    "<admin><user name='u' password='abJnggxhB/yWI' "
	    "access='readonly'/></admin>",
	    SIMPLE "<admin>\n    <user name='u' password='abJnggxhB/yWI' "
	    "access='readonly'/>\n  </admin>", "a user");
	becomes("config", SIMPLE "  <admin>" USER "</admin>\n", SIMPLE, NULL,
	    "no admin any more");
}

static void
test_manager(void)
{
	becomes("config", SIMPLE, SIMPLE "<checktime time='7'/>", SIMPLE
	    "  <manager>\n    <hostCheck interval=\"7\"/>\n  </manager>\n",
	    "hostCheck, config");
	becomes("pdconfig", SIMPLE, SIMPLE "<checktime time='7'/>", SIMPLE
	    "  <checktime time=\"7\"/>\n", "checktime, pdconfig");
	becomes("config", SIMPLE "<checktime time='7'/>", SIMPLE
	    "<checktime time='8'/>", NULL, "where the file says it");
	becomes("config", SIMPLE "<checktime time='7'/><manager "
	    "hostCheckInterval='9'/>", SIMPLE, SIMPLE "<checktime time='7'/>"
	    "<manager hostCheckInterval='120'/>", "where it counts");
	becomes("config", SIMPLE "<manager/>\n", SIMPLE "<manager><heartbeat "
	    "enable='1'/></manager>", SIMPLE "<manager>\n  <heartbeat "
	    "enable=\"true\"/>\n</manager>\n", "heartbeat");
	becomes("config", SIMPLE "  <logging file='x'/>\n", SIMPLE, NULL,
	    "no logging any more");
}

/* 1: the model has the place that a comment stood in. */
static int
has_place(const struct model *m, const char *where)
{
	char service[64], *group;
	struct service *s;

	(void)snprintf(service, sizeof(service), "%s", where);
	if (service[0] == '\0')
		return 1;
	if (strcmp(service, "admin") == 0)
		return m->has_admin;
	group = strchr(service, ' ');
	if (group != NULL)
		*group++ = '\0';
	s = service_find(m, service);
	return s != NULL && (group == NULL || group_find(s, group) != NULL);
}

/* The comments of a whose place is left in the text of b; how many are not
 * there. */
static int
comments_lost(const struct made *a, const struct model *b, const char *text)
{
	char comment[80];
	unsigned i;
	int lost = 0;

	for (i = 0; i < a->ncomments; i++) {
		(void)snprintf(comment, sizeof(comment), "<!-- c%u: %s -->", i,
		    a->comment[i]);
		lost += has_place(b, a->comment[i]) &&
		    strstr(text, comment) == NULL;
	}
	return lost;
}

/* Faults of one pair; tells them. */
static int
pair(uint64_t seed)
{
	static struct made a, b;
	struct model *ma, *mb, *back = NULL, *bare = NULL;
	char *same, *text, *again, *fresh, *hidden;
	int faults;

	made_init(&a, seed, 1);
	made_init(&b, seed ^ UINT64_C(0x5555555555), 0);
	ma = read_text(a.text.data, a.text.len, "the first");
	mb = read_text(b.text.data, b.text.len, "the second");
	if (ma == NULL || mb == NULL)
		return 1;
	same = write_model(ma, a.text.data, 1);
	text = write_model(mb, a.text.data, 1);
	again = write_model(mb, text, 1);
	fresh = write_model(mb, NULL, 1);
	hidden = write_model(mb, a.text.data, 0);
	back = read_text(text, strlen(text), "the text");
	bare = read_text(fresh, strlen(fresh), "a new text");
	different[0] = '\0';
	faults = back == NULL || bare == NULL || !same_model(mb, back) ||
	    !same_model(mb, bare) || back->dialect != ma->dialect ||
	    bare->dialect != mb->dialect;
	faults += strcmp(same, a.text.data) != 0;
	faults += strcmp(text, again) != 0;
	faults += comments_lost(&a, mb, text);
	faults += strstr(hidden, "HASH") != NULL;
	if (faults > 0)
		printf("# seed %ju: %s\n# A\n%s\n# B\n%s\n# text\n%s\n",
		    (uintmax_t)seed, different, a.text.data, b.text.data,
		    text);
	free(same);
	free(text);
	free(again);
	free(fresh);
	free(hidden);
	model_free(ma);
	model_free(mb);
	model_free(back);
	model_free(bare);
	made_done(&a);
	made_done(&b);
	return faults;
}

static void
test_pairs(void)
{
	const char *from = getenv("PYDIRECTOR_SEED");
	const char *rounds = getenv("PYDIRECTOR_ROUNDS");
	uint64_t seed = from == NULL ? 1 : strtoull(from, NULL, 10);
	int n = rounds == NULL ? 500 : atoi(rounds), i, faults = 0;

	for (i = 0; i < n && faults == 0; i++)
		faults += pair(seed + (uint64_t)i);
	ok(faults == 0, "%d pairs: the text of one in that of the other", i);
}

static void
test_hidden(void)
{
	static const char text[] = "<config><!-- <user Password = 'secret1' "
	    "access='full'/> password:secret2 --><note password=\"secret3\">"
	    "password=secret4</note><service name='password=&quot;'><listen "
	    "ip='*:1'/><group name=\"password='\" scheduler='rand'><host "
	    "ip='a:1'/></group></service><admin><user name='u' password="
	    "'$5$secret5' access='full'/></admin><!--password=secret6-->"
	    "</config>\n";
	static const char expected[] = "<config><note password=\"\">"
	    "</note><service name='password=&quot;'><listen ip='*:1'/><group "
	    "name=\"password='\" scheduler='rand'><host ip='a:1'/></group>"
	    "</service><admin><user name='u' password='' access='full'/>"
	    "</admin></config>\n";
	struct model *m = read_text(text, strlen(text), "passwords");
	char *hidden;

	if (m == NULL)
		return;
	hidden = write_model(m, text, 0);
	is(hidden, expected, "no password, and nothing in prose");
	free(hidden);
	hidden = write_model(m, NULL, 0);
	ok(strstr(hidden, "secret") == NULL, "nor in a new text");
	free(hidden);
	model_free(m);
}

static void
test_encodings(void)
{
	static const char latin[] = "<?xml version='1.0' encoding="
	    "'ISO-8859-1'?>\n<config><!-- \344 -->" SIMPLE "<logging "
	    "file='\344'/></config>\n";
	struct model *m = read_text(latin, sizeof(latin) - 1, "Latin 1");
	struct model *back;
	char *text;

	if (m == NULL)
		return;
	text = write_model(m, latin, 1);
	is(text, latin, "another encoding stays when nothing changes");
	free(text);
	m->services[0]->groups[0]->hosts[0]->weight = 9;
	text = write_model(m, latin, 1);
	ok(strstr(text, "encoding=\"UTF-8\"") != NULL &&
	    strstr(text, "<!-- \303\244 -->") != NULL, "else it is UTF-8");
	back = read_text(text, strlen(text), "recoded");
	ok(back != NULL && same_model(m, back), "and the same: %s", different);
	model_free(back);
	free(text);
	model_free(m);
}

/* What cannot be written says so. */
static void
test_refused(void)
{
	static const char *const bad[] = { "\377", "a\001", "\355\240\200",
	    "\300\200", "\357\277\277", "\364\220\200\200", "\303" };
	static const char text[] = "<config>" SIMPLE "</config>";
	struct model *m = read_text(text, strlen(text), "a text");
	struct host *h;
	struct buf out;
	char err[200];
	size_t i;

	if (m == NULL)
		return;
	buf_init(&out, CONF_MAX);
	h = m->services[0]->groups[0]->hosts[0];
	free(h->name);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		h->name = strdup(bad[i]);
		ok(conf_write(m, text, strlen(text), 1, &out, err,
		    sizeof(err)) == -1 && out.len == 0, "no text: %zu", i);
		is(err, "name: expected UTF-8 without control characters",
		    "why");
		ok(conf_write(m, NULL, 0, 1, &out, err, sizeof(err)) == -1,
		    "neither in a new one");
		free(h->name);
	}
	h->name = strdup("a");
	ok(conf_write(m, "<config><x/></config>", 21, 1, &out, err,
	    sizeof(err)) == -1, "an old text that is none");
	ok(strncmp(err, "old text:1: unknown element 'x'", 31) == 0, "%s",
	    err);
	ok(conf_utf8("\t\r\na\177\302\200\355\237\277\357\277\275\364\217\277"
	    "\277"), "what is a text");
	buf_done(&out);
	model_free(m);
}

/* What a director may run and no file can say is written all the same. */
static void
test_incomplete(void)
{
	static const char text[] = "<config>" SIMPLE "</config>";
	struct model *m = read_text(text, strlen(text), "a text");
	struct service *s;
	char *new;

	if (m == NULL || (s = service_new(m, "bare")) == NULL)
		return;
	new = write_model(m, text, 0);
	is(strstr(new, "  <service name=\"bare\""),
	    "  <service name=\"bare\"/>\n</config>", "one without groups");
	free(new);
	if (group_new(s, "g") == NULL || listener_new(s, "*:1") == NULL)
		return;
	new = write_model(m, text, 0);
	is(strstr(new, "  <service name=\"bare\""),
	    "  <service name=\"bare\">\n    <listen ip=\"*:1\"/>\n"
	    "    <group name=\"g\" scheduler=\"roundr\"/>\n  </service>\n"
	    "</config>", "with no group enabled");
	free(new);
	model_free(m);
}

/* Wherever a byte is changed: if that still is a configuration, it stays what
 * it is, and a change is found in it again. */
static void
test_bytes(void)
{
	static const char text[] = "<?xml version='1.0'?><?p ?><config>"
	    "<!-- > -->\n <note x='>'><y z='/' /></note><service name='s' "
	    "idleTimeout = \"1\"\n>x<listen\tip='*:8'/><group name='g' "
	    "scheduler='rand' ><host name='&lt;&#65;&#x42;>' ip='h:1'></host >"
	    "<![CDATA[<host>]]><host ip='h:2'/></group  ></service>"
	    "</config>\n<!-- -->\n";
	static const char bytes[] = "<>&'/\"! =a\n-";
	char copy[sizeof(text)], *same, *other;
	size_t i, j, accepted = 0, faults = 0;
	struct model *m, *back;
	struct buf errors;

	for (i = 0; i < sizeof(text) - 1; i++)
		for (j = 0; j < sizeof(bytes) - 1; j++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = bytes[j];
			buf_init(&errors, 10000);
			m = NULL;
			if (conf_parse(&m, "f", copy, sizeof(text) - 1,
			    &errors) == 0) {
				accepted++;
				same = write_model(m, copy, 1);
				m->services[0]->idle_timeout = 7000;
				other = write_model(m, copy, 1);
				back = read_text(other, strlen(other), copy);
				faults += strcmp(same, copy) != 0 ||
				    back == NULL || !same_model(m, back);
				free(same);
				free(other);
				model_free(back);
			}
			model_free(m);
			buf_done(&errors);
		}
	ok(faults == 0 && accepted > 300, "%zu texts with a byte changed",
	    accepted);
}

static void
test_large(void)
{
	int64_t patience = getenv("PYDIRECTOR_PATIENCE") == NULL ? 1 : 20;
	int64_t start, took;
	struct model *m;
	struct buf b;
	char *text;
	unsigned i;

	buf_init(&b, CONF_MAX);
	(void)buf_addf(&b, "<config>\n<service name='s'><listen ip='*:1'/>\n"
	    "<group name='g' scheduler='rand'>\n");
	for (i = 0; i < 10000; i++)
		(void)buf_addf(&b, "<host name='h%u' ip='10.0.%u.%u:80'/>\n",
		    i, i / 256, i % 256);
	(void)buf_addf(&b, "</group></service></config>");
	m = read_text(b.data, b.len, "10000 hosts");
	start = clock_ms();
	text = write_model(m, b.data, 1);
	took = clock_ms() - start;
	is(text == NULL ? NULL : text + b.len - 20, b.data + b.len - 20,
	    "10000 hosts");
	ok(took < 1000 * patience, "in less than a second: %d ms", (int)took);
	free(text);
	start = clock_ms();
	text = write_model(m, "<config>\n<service name='s'><listen ip='*:1'/>"
	    "<group name='g' scheduler='rand'><host name='h9999' "
	    "ip='10.0.39.15:80'/></group></service></config>", 1);
	took = clock_ms() - start;
	ok(took < 1000 * patience, "all but one new: %d ms", (int)took);
	free(text);
	model_free(m);
	buf_done(&b);
}

int
main(void)
{
	test_hosts();
	test_attributes();
	test_enabled();
	test_admin();
	test_manager();
	test_hidden();
	test_encodings();
	test_refused();
	test_incomplete();
	test_bytes();
	test_large();
	test_pairs();
	return tap_end();
}
