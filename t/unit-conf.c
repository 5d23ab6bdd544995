/* SPDX-License-Identifier: ISC
 *
 * conf.c and its parts: every refusal with its line and text, every default,
 * every attribute in both dialects, damaged files, large files. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "director.h"
#include "t/conf-refusals.h"
#include "t/tap.h"

#define N(table) (sizeof(table) / sizeof(table[0]))

/* A text of at most 8 MiB put together; the caller frees it. */
static char *
text_of(const char *a, const char *b, const char *c)
{
	size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
	char *text = malloc(size);

	if (text == NULL)
		abort();
	(void)snprintf(text, size, "%s%s%s", a, b, c);
	return text;
}

/* The model, or NULL and the errors, to be freed. Both would be a fault. */
static struct model *
read_text(const char *text, size_t len, char **errors)
{
	struct model *m = NULL;
	struct buf buf;
	int r;

	buf_init(&buf, 1 << 20);
	r = conf_parse(&m, "f", text, len, &buf);
	if ((r == 0) != (m != NULL) || (r == 0) != (buf.len == 0) ||
	    buf.failed)
		ok(0, "result, model and errors agree");
	*errors = strdup(buf.data == NULL ? "" : buf.data);
	if (*errors == NULL)
		abort();
	buf_done(&buf);
	return m;
}

static void
refused(const char *text, size_t len, const char *expected, const char *name)
{
	struct model *m;
	char *errors;

	m = read_text(text, len, &errors);
	is(errors, expected, name);
	free(errors);
	model_free(m);
}

static void
test_refusals(const char *title, const struct refusal *r, size_t n)
{
	char name[80], *text;
	size_t i;

	for (i = 0; i < n; i++) {
		text = text_of(before[r[i].place], r[i].piece,
		    behind[r[i].place]);
		(void)snprintf(name, sizeof(name), "refused: %s %zu", title,
		    i);
		refused(text, strlen(text), r[i].errors, name);
		free(text);
	}
}

/* The pieces that stand in no piece's place are good by themselves. */
static void
test_places(void)
{
	static const enum place good[] = { ATTR, INSIDE, IN_GROUP, IN_ROOT,
	    IN_ADMIN };
	char *text;
	size_t i;

	for (i = 0; i < N(good); i++) {
		text = text_of(before[good[i]], "", behind[good[i]]);
		refused(text, strlen(text), "", "the frame alone is good");
		free(text);
	}
}

static struct model *
good(const char *text, const char *name)
{
	struct model *m;
	char *errors;

	m = read_text(text, strlen(text), &errors);
	is(errors, "", name);
	free(errors);
	if (m == NULL) {
		printf("Bail out! no model to look at\n");
		exit(1);
	}
	return m;
}

static void
test_defaults(void)
{
	struct model *m = good("<pdconfig>" SERVICE "</pdconfig>", "least");
	struct service *s = m->services[0];
	struct group *g = s->groups[0];
	struct host *h = g->hosts[0];

	ok(m->dialect == DIALECT_PDCONFIG && m->nservices == 1, "one service");
	is(s->name, "s", "its name");
	ok(s->connect_timeout == 5000 && s->idle_timeout == 0 &&
	    s->max_conns == 0, "its defaults");
	ok(s->nlisteners == 1 && s->listeners[0]->at->port == 80, "its listen");
	ok(s->ngroups == 1 && s->enabled == g, "its first group is enabled");
	ok(g->rule == RULE_RANDOM && !g->sticky && g->ease_in == 1, "group");
	is(h->name, "host.0", "a host without a name");
	ok(h->weight == 1 && h->max_conns == 0 && !h->admin_down, "host");
	ok(!m->has_admin && !m->web.present && !m->ssh.present &&
	    m->nusers == 0, "no admin");
	ok(m->web.refresh == 30000, "refresh");
	ok(m->host_check && m->host_check_interval == 120000 &&
	    m->check_tries == 4 && m->check_timeout == 5000, "hostCheck");
	ok(!m->config_check && m->config_check_interval == 30000 &&
	    !m->heartbeat && m->heartbeat_interval == 60000 &&
	    m->resolve_interval == 60000 && m->log_file == NULL, "the rest");
	ok(s->rate == 0 && s->keepalive == 0 && s->nrules == 0 &&
	    !s->listeners[0]->accept_proxy &&
	    g->send_proxy == SEND_PROXY_NO &&
	    h->send_proxy == SEND_PROXY_INHERIT, "clients");
	ok(m->console_socket == NULL && m->control_socket == NULL &&
	    m->control_mode == CONTROL_MODE && m->connlog_file == NULL &&
	    m->connlog_syslog == NULL && m->log_syslog == NULL &&
	    m->web.certificate == NULL && m->ssh.keys == NULL, "no parts");
	model_free(m);
}

static void
every_new_attribute(const struct model *m)
{
	const struct service *s = m->services[0];
	const struct group *g = s->groups[1];

	ok(s->rate == 9 && s->keepalive == 30000, "service: rate keepalive");
	ok(s->listeners[0]->accept_proxy && s->listeners[0]->from.n == 2 &&
	    !s->listeners[1]->accept_proxy && s->listeners[1]->from.n == 1,
	    "listen: acceptProxy from");
	is(s->listeners[0]->from.text, "::1,10.0.0.0/8", "as it was written");
	ok(s->nrules == 2 && !s->rules[0]->allow && s->rules[1]->allow &&
	    s->rules[0]->from.n == 1 && s->rules[1]->from.n == 1,
	    "deny and allow, in order");
	ok(g->send_proxy == SEND_PROXY_V2 &&
	    g->hosts[0]->send_proxy == SEND_PROXY_INHERIT &&
	    g->hosts[1]->send_proxy == SEND_PROXY_V1 &&
	    s->groups[0]->send_proxy == SEND_PROXY_NO, "sendProxy");
	is(m->web.certificate, "c", "web: certificate");
	is(m->web.key, "k", "web: key");
	is(m->ssh.host_key, "h", "ssh: hostKey");
	is(m->ssh.keys, "%u", "ssh: keys");
	is(m->console_socket, "/c", "console: socket");
	is(m->users[0]->keys, "f", "user: keys");
	ok(m->users[1]->keys == NULL, "none");
	is(m->control_socket, "/s", "control: socket");
	ok(m->control_mode == 0600, "control: mode");
	is(m->connlog_file, "y.log", "connlog: file");
	is(m->connlog_syslog, "local7", "connlog: syslog");
	ok(m->connlog_start, "connlog: start");
	is(m->log_syslog, "daemon", "logging: syslog");
}

/* Every attribute, under either root. */
static void
every_attribute(const char *root, enum dialect dialect)
{
	static const char body[] = ">\n<!-- c --><note x='y'><z:z z:a='1'/>"
	    "&lt;</note>stray<![CDATA[<foo>]]>\n"
	    "<service name='a &amp; b' connectTimeout='1.5' idleTimeout='.25'"
	    " maxConns='7' rate='9' keepalive='30'><note/>\n"
	    "<listen ip='localhost:0' acceptProxy='on' from='::1,10.0.0.0/8'"
	    "/><deny from='10.0.0.1'/><allow from='all'/>"
	    "<listen ip='[::1]:0' acceptProxy='no' from='all'/>\n"
	    "<group name='one' scheduler='weightlc'/>"
	    "<group name='two' scheduler='leastc,sticky' easeIn='no' "
	    "sendProxy='v2'>\n"
	    "<host name='h' ip='[::1]:80' weight='20' maxConns='9' "
	    "adminDown='YES'>text</host><host ip='h:1' adminDown='y' "
	    "sendProxy='v1'/></group>"
	    "<enable group='two'/></service>\n"
	    "<admin>\n<web listen='*:0' enable='On' secure='TRUE' "
	    "refresh='10' certificate='c' key='k'/><ssh listen='*:0' "
	    "enable='1' hostKey='h' keys='%u'/><console socket='/c'/>\n"
	    "<user name='u' password='$6$x' access='full' keys='f'/>"
	    "<user name='r' password='abJnggxhB/yWI' access='readonly'/>"
	    "</admin>\n"
	    "<manager resolveInterval='1.'><hostCheck interval='2' "
	    "enable='off' tries='3' timeout='0.001'/><configCheck "
	    "interval='4.0000' enable='enable'/><heartbeat "
	    "interval='31536000' enable='true'/></manager>\n"
	    "<control socket='/s' mode='600'/>"
	    "<connlog file='y.log' syslog='local7' start='yes'/>"
	    "<logging file='x.log' syslog='daemon'/></";
	char *text = text_of(root, body, root), *all = text_of("<", text, ">");
	struct model *m = good(all, root);
	struct service *s = m->services[0];
	struct host *h = s->groups[1]->hosts[0];

	ok(m->dialect == dialect, "%s: dialect", root);
	is(s->name, "a & b", "service: name");
	ok(s->connect_timeout == 1500 && s->idle_timeout == 250 &&
	    s->max_conns == 7, "service: connectTimeout idleTimeout maxConns");
	ok(s->nlisteners == 2, "port 0 twice");
	ok(s->enabled == s->groups[1], "enable: group");
	ok(s->groups[1]->rule == RULE_LEASTCONNSRR && s->groups[1]->sticky &&
	    !s->groups[1]->ease_in, "group: scheduler easeIn");
	ok(s->groups[0]->rule == RULE_WEIGHTLC && s->groups[0]->nhosts == 0,
	    "a group that is not enabled may be empty");
	ok(strcmp(h->name, "h") == 0 && strcmp(h->address, "[::1]:80") == 0 &&
	    h->weight == 20 && h->max_conns == 9 && h->admin_down,
	    "host: name ip weight maxConns adminDown");
	h = s->groups[1]->hosts[1];
	ok(strcmp(h->name, "host.1") == 0 && !h->admin_down &&
	    s->groups[1]->nup == 1, "the second: host.1, alone in rotation");
	ok(m->web.present && m->web.enable && m->web.secure &&
	    m->web.refresh == 10000 && strcmp(m->web.address, "*:0") == 0,
	    "web: listen enable secure refresh");
	ok(m->ssh.present && m->ssh.enable &&
	    strcmp(m->ssh.address, "*:0") == 0, "ssh: listen enable");
	ok(m->nusers == 2 && m->users[0]->full && !m->users[1]->full &&
	    strcmp(m->users[0]->name, "u") == 0 &&
	    strcmp(m->users[0]->password, "$6$x") == 0, "users");
	ok(!m->host_check && m->host_check_interval == 2000 &&
	    m->check_tries == 3 && m->check_timeout == 1, "hostCheck");
	ok(m->config_check && m->config_check_interval == 4000 &&
	    m->heartbeat && m->heartbeat_interval == INT64_C(31536000000) &&
	    m->resolve_interval == 1000, "the other tasks");
	is(m->log_file, "x.log", "logging: file");
	every_new_attribute(m);
	model_free(m);
	free(text);
	free(all);
}

/* The host check's interval has three places; the most special one counts,
 * wherever it stands. */
static void
test_interval(void)
{
	static const struct {
		const char	*piece;
		int64_t		 ms;
	} table[] = {
		{ "<checktime time='7'/>", 7000 },
		{ "<manager hostCheckInterval='8'/>", 8000 },
		{ "<manager hostCheckInterval='8'/><checktime time='7'/>",
		    8000 },
		{ "<manager hostCheckInterval='8'><hostCheck interval='9'/>"
		    "</manager><checktime time='7'/>", 9000 },
		{ "<checktime time='7'/><manager><hostCheck interval='9'/>"
		    "</manager>", 9000 }
	};
	struct model *m;
	char *text;
	size_t i;

	for (i = 0; i < N(table); i++) {
		text = text_of(before[IN_ROOT], table[i].piece,
		    behind[IN_ROOT]);
		m = good(text, table[i].piece);
		ok(m->host_check_interval == table[i].ms, "its interval");
		model_free(m);
		free(text);
	}
}

/* Names and addresses may come again in another group or service. */
static void
test_scopes(void)
{
	struct model *m = good("<config>" SERVICE "<service name='t'>"
	    "<listen ip='*:81'/>" GROUP "<group name='h' scheduler='rand'>"
	    HOST "</group></service><admin><user name='s' "
	    "password='..xpoEyRReGzk' access='full'/></admin></config>",
	    "the same names elsewhere");

	ok(m->nservices == 2 && m->services[1]->ngroups == 2 &&
	    m->services[1]->groups[1]->nhosts == 1, "they are all there");
	model_free(m);
}

static void
test_admin(void)
{
	struct model *m;

	m = good("<config>" SERVICE "<admin listen='localhost:7001' secure="
	    "'yes'><web listen='None' refresh='3'/><ssh listen='2222'/>"
	    "</admin></config>", "a listen that is not enabled");
	ok(m->web.present && m->web.enable && m->web.secure,
	    "admin: listen starts the web admin, secure is its own");
	is(m->web.address, "localhost:7001", "admin: listen");
	ok(m->web.refresh == 3000, "web: refresh beside it");
	ok(m->ssh.present && !m->ssh.enable && m->ssh.address == NULL,
	    "ssh: present, not enabled");
	model_free(m);
	m = good("<pdconfig>" SERVICE "<admin listen='*:1' secure='maybe'/>"
	    "</pdconfig>", "admin alone");
	ok(m->web.enable && !m->web.secure, "maybe is not yes");
	model_free(m);
	m = good("<config>" SERVICE "<admin><web listen='localhost:7001'/>"
	    "</admin></config>", "web without enable");
	ok(m->web.present && !m->web.enable, "present, not enabled");
	model_free(m);
}

static void
test_hints(void)
{
	struct model *m = good("<config>\n" SERVICE "<admin>\n"
	    "<web listen='*:1' enable='ja'/>\n<ssh enable='False'/>\n"
	    "</admin><connlog file='x' start=''/></config>", "hints");

	is(m->hints == NULL ? "" : m->hints, "line 9: web: enable 'ja' counts "
	    "as no: expected yes or no\n", "what is neither yes nor no");
	model_free(m);
	m = good("<config>" SERVICE "</config>", "no hints");
	ok(m->hints == NULL, "nothing to say");
	model_free(m);
}

/* The lines told for a file, as ` 1 2 3`. */
static void
fault_lines(const char *text, size_t len, const char *expected)
{
	char got[1000] = "", *errors, *p, *end;
	struct model *m = read_text(text, len, &errors);

	for (p = errors; (end = strchr(p, '\n')) != NULL; p = end + 1)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    " %ld", strncmp(p, "f:", 2) == 0 ? atol(p + 2) : -1);
	is(got, expected, "lines of faults in the XML");
	if (strcmp(got, expected) != 0)
		printf("# %s\n", errors);
	free(errors);
	model_free(m);
}

static void
test_faults(void)
{
	static const struct {
		const char	*text, *lines;
	} table[] = {
		{ "\n \n", " 3" },
		{ "<config>\n&foo;\n</config>", " 2" },
		{ "<config>\n&lt\n</config>", " 2" },
		{ "<config>\n<x a=b/>\n</config>", " 2" },
		{ "<config>\n<service a='1' a='2'/>\n</config>", " 2" },
		{ "<config>\n<host ip='' ip='' ip='' ip='' ip='' ip='' ip='' "
		    "ip='' ip='' ip='' ip='' ip=''/>\n</config>", " 2" },
		{ "<config>\n<!-- a -- b -->\n</config>", " 2" },
		{ "<config>\n</config>\n<config/>", " 3" },
		{ "<config>\n&#1;\n</config>", " 2" },
		{ "<config>\n\377\n</config>", " 2" },
		{ "<config>\n<service>\n", " 2 3" },
		{ "<?xml version='1.0' encoding='UTF-16'?>\n<config/>", " 1" },
		{ "<?xml version='1.0' encoding='nope'?>\n<config/>", " 1" },
		/* What comes before the fault is told too. */
		{ "<config>\n<foo/>\n<service name='a'>\n</service>\n<x\n",
		    " 2 3 3 6" },
		/* What may be missing because of it is not. */
		{ "<config>\n<service name='a'>\n<listen ip='x'/>\n<\n",
		    " 3 4" },
		{ "<config><note>\n<a b:c='d'/></note>" SERVICE "</config>",
		    "" }
	};
	char deep[3000] = "<config>\n";
	size_t i;

	for (i = 0; i < N(table); i++)
		fault_lines(table[i].text, strlen(table[i].text),
		    table[i].lines);
	fault_lines("<config>\n<\0/>", 13, " 2");
	for (i = 0; i < 300; i++)
		strcat(deep, "<note>");
	fault_lines(deep, strlen(deep), " 2");
}

/* A file cut off anywhere is refused; one with a byte changed is at most
 * refused. The sanitizers watch. */
static void
test_damage(const char *text)
{
	static const char bytes[] = "<>&'/\0\377\200a ";
	size_t len = strlen(text), i, j, accepted = 0, tried = 0;
	struct model *m;
	char *copy = text_of(text, "", ""), *errors;

	for (i = 0; i < len - 9; i++) {
		accepted += (m = read_text(text, i, &errors)) != NULL;
		model_free(m);
		free(errors);
	}
	ok(accepted == 0, "cut off at each of %zu bytes: refused", len - 9);
	for (i = 0; i < len; i++) {
		for (j = 0; j < sizeof(bytes) - 1; j++, tried++) {
			copy[i] = bytes[j];
			m = read_text(copy, len, &errors);
			model_free(m);
			free(errors);
		}
		copy[i] = text[i];
	}
	ok(tried == len * 10, "%zu times one byte changed", tried);
	free(copy);
}

/* Many hosts, the first of them far behind 65535 lines. */
static void
test_large(void)
{
	int64_t patience = getenv("PYDIRECTOR_PATIENCE") == NULL ? 1 : 20;
	int64_t start, took;
	struct model *m;
	struct buf b;
	char *errors;
	size_t len;
	unsigned i;

	buf_init(&b, 8 << 20);
	buf_addf(&b, "<config>\n");
	for (i = 0; i < 70000; i++)
		buf_add(&b, "\n", 1);
	buf_addf(&b, "<service name='s'>" LISTEN "<group name='g' "
	    "scheduler='leastc'>\n");
	for (i = 0; i < 10000; i++)
		buf_addf(&b, "<host name='h%u' ip='10.0.%u.%u:80'/>\n", i,
		    i / 256, i % 256);
	len = b.len;
	buf_addf(&b, "<host ip='x'/>\n");
	start = clock_ms();
	fault_lines(b.data, b.len, " 80004 80005");
	b.len = len;
	buf_addf(&b, "</group></service></config>");
	m = read_text(b.data, b.len, &errors);
	took = clock_ms() - start;
	ok(m != NULL && m->services[0]->groups[0]->nhosts == 10000,
	    "10000 hosts");
	ok(took < 1000 * patience, "in less than a second: %d ms", (int)took);
	model_free(m);
	free(errors);
	buf_addf(&b, "%4194304s", "");
	refused(b.data, b.len, "f:1: the file is too large: expected at most "
	    "4194304 bytes\n", "too large");
	buf_done(&b);
}

static void
test_many_errors(void)
{
	struct buf b;
	char *errors, *p;
	int i, lines = 0;

	buf_init(&b, 1 << 20);
	buf_addf(&b, "<config>\n");
	for (i = 0; i < 150; i++)
		buf_addf(&b, "<x/>\n");
	buf_addf(&b, SERVICE "</config>");
	model_free(read_text(b.data, b.len, &errors));
	for (p = errors; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	ok(lines == 101 && strstr(errors, "f:101: 50 more errors not shown\n")
	    != NULL, "100 errors shown, the rest counted");
	free(errors);
	buf_done(&b);
}

static void
read_file(const char *file, const char *expected)
{
	struct model *m = NULL;
	struct buf b;

	buf_init(&b, 10000);
	ok(conf_read(&m, file, &b) == (expected[0] == '\0' ? 0 : -1),
	    "conf_read");
	is(b.data == NULL ? "" : strchr(b.data, ':'), expected, "its text");
	model_free(m);
	buf_done(&b);
}

static void
test_read(void)
{
	char dir[] = "/tmp/unit-conf.XXXXXX", file[64];
	FILE *f;

	if (mkdtemp(dir) == NULL) {
		ok(0, "a directory");
		return;
	}
	(void)snprintf(file, sizeof(file), "%s/x.xml", dir);
	read_file(file, ":0: cannot be read: No such file or directory\n");
	read_file(dir, ":0: cannot be read: not a regular file\n");
	ok(mkfifo(file, 0600) == 0, "a FIFO");
	read_file(file, ":0: cannot be read: not a regular file\n");
	(void)unlink(file);
	if ((f = fopen(file, "w")) != NULL) {
		(void)fputs("<config>\n" SERVICE "</config>", f);
		(void)fclose(f);
	}
	read_file(file, "");
	ok(truncate(file, 0) == 0, "cut off");
	read_file(file, ":1: the file is empty: expected <pdconfig> or "
	    "<config>\n");
	(void)unlink(file);
	(void)rmdir(dir);
}

int
main(void)
{
	static const char sample[] = "<config><!-- c --><service name='s' "
	    "idleTimeout='1'>\n<listen ip='*:80'/><group name='g' scheduler="
	    "'rand' enable='on'><host ip='h:1' weight='2'/></group></service>"
	    "<admin><web listen='*:1' enable='1'/><user name='u' password='p' "
	    "access='full'/></admin><manager><hostCheck interval='3'/>"
	    "</manager></config>";

	(void)setlocale(LC_ALL, "de_DE.UTF-8");
	test_places();
	test_refusals("structure", structure, N(structure));
	test_refusals("names", names, N(names));
	test_refusals("others", others, N(others));
	test_refusals("slips", slips, N(slips));
	test_refusals("values", values, N(values));
	test_defaults();
	every_attribute("pdconfig", DIALECT_PDCONFIG);
	every_attribute("config", DIALECT_CONFIG);
	test_interval();
	test_scopes();
	test_admin();
	test_hints();
	test_faults();
	test_damage(sample);
	test_large();
	test_many_errors();
	test_read();
	return tap_end();
}
