/* SPDX-License-Identifier: ISC
 *
 * Tests of the difference of two configurations: on pairs made up at random,
 * each call is legal and the last one has made them equal; and single cases,
 * word for word. Prints TAP. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"
#include "pydirector.h"
#include "t/pairs.h"
#include "t/tap.h"

#define PAIRS 4000

static const struct caller admin = { "bob", "test", RIGHT_WRITE };

/* A director that does not run, on a model of its own. */
static struct pydirector *
director_of(struct model *m)
{
	struct pydirector *d;
	size_t i;

	d = pairs_need(pydirector_new(NULL, NULL, PYDIRECTOR_ERR));
	d->model = m;
	for (i = 0; i < m->nservices; i++)
		m->services[i]->director = d;
	return d;
}

/* What has to hold between any two calls: NULL, or what does not. */
static const char *
broken_rule(const struct model *m)
{
	const struct service *s;
	size_t i;

	if (m->nservices == 0)
		return "no service";
	for (i = 0; i < m->nservices; i++) {
		s = m->services[i];
		if (s->nlisteners == 0)
			return "a service without a listener";
		if (s->enabled != NULL && s->enabled->nhosts == 0)
			return "an enabled group without a host";
	}
	return NULL;
}

/* Applies the lines; 0, or -1 when one was refused. */
static int
apply(struct pydirector *d, char *lines)
{
	char *line, *end, copy[1024];
	const char *rule = NULL;
	struct buf answer;
	enum outcome o = OUTCOME_OK;

	buf_init(&answer, 4096);
	for (line = lines; *line != '\0' && o == OUTCOME_OK; line = end) {
		end = strchr(line, '\n');
		*end++ = '\0';
		snprintf(copy, sizeof(copy), "%s", line);
		o = command_line(d, &admin, line, &answer);
		rule = broken_rule(d->model);
		if (o != OUTCOME_OK || rule != NULL)
			printf("# %s: %d %s %s\n", copy, (int)o,
			    o == OUTCOME_OK ? "" : answer.data,
			    rule == NULL ? "" : rule);
		if (rule != NULL)
			o = OUTCOME_FAILED;
	}
	buf_done(&answer);
	return o == OUTCOME_OK ? 0 : -1;
}

/* 1: the calls turn the first model into the second. */
static int
pair_good(uint64_t from, uint64_t to, int *calls)
{
	struct model *m = pairs_model(to);
	struct pydirector *d = director_of(pairs_model(from));
	struct buf lines, rest;
	int equal = pairs_same(d->model, m), good;

	buf_init(&lines, 1 << 20);
	buf_init(&rest, 1 << 20);
	*calls = compareconf(d->model, m, &lines);
	(void)buf_add(&lines, "", 0);
	good = (*calls == 0) == equal && (lines.len == 0) == equal &&
	    apply(d, lines.data) == 0 && pairs_same(d->model, m) &&
	    compareconf(d->model, m, &rest) == 0 && rest.len == 0;
	if (!good)
		printf("# pair %d %d: left over: %s\n", (int)from, (int)to,
		    rest.len == 0 ? "-" : rest.data);
	model_order(d->model, m);
	good = good && strcmp(d->model->services[0]->name,
	    m->services[0]->name) == 0 &&
	    strcmp(d->model->services[0]->groups[0]->name,
	    m->services[0]->groups[0]->name) == 0;
	buf_done(&lines);
	buf_done(&rest);
	pydirector_free(d);
	model_free(m);
	return good;
}

static void
test_pairs(void)
{
	int i, calls, bad = 0, most = 0;

	for (i = 0; i < PAIRS && bad < 5; i++) {
		bad += !pair_good((uint64_t)i * 2, (uint64_t)i * 2 + 1,
		    &calls);
		most = calls > most ? calls : most;
	}
	ok(bad == 0, "%d pairs: applied, nothing is left over", PAIRS);
	ok(most > 30, "one of them took %d calls", most);
	for (i = 0; i < 200; i++)
		bad += !pair_good((uint64_t)i, (uint64_t)i, &calls) ||
		    calls != 0;
	ok(bad == 0, "a model and itself: nothing");
}

/* Of two files the calls, word for word. */
static void
calls_are(const char *from, const char *to, const char *wanted,
    const char *name)
{
	struct model *a = NULL, *b = NULL;
	struct buf out;

	buf_init(&out, 1 << 20);
	if (conf_parse(&a, "from", from, strlen(from), &out) == -1 ||
	    conf_parse(&b, "to", to, strlen(to), &out) == -1 ||
	    compareconf(a, b, &out) == -1)
		ok(0, "%s: %s", name, out.data == NULL ? "" : out.data);
	else
		is(out.len == 0 ? "" : out.data, wanted, name);
	buf_done(&out);
	model_free(a);
	model_free(b);
}

#define FILE_OF(listen, hosts, rest) \
	"<pdconfig><service name=\"web\"><listen ip=\"" listen "\"/>" \
	"<group name=\"main\" scheduler=\"roundrobin\">" hosts "</group>" \
	rest "</pdconfig>"
#define HOST(name, ip) "<host name=\"" name "\" ip=\"" ip "\"/>"

static void
test_hosts(void)
{
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "10.0.0.1:80"),
	    "</service>"),
	    FILE_OF("127.0.0.1:80", HOST("a", "10.0.0.2:80"), "</service>"),
	    "set?service=web&group=main&host=a&attr=ip&value=10.0.0.2:80\n",
	    "the only host changes its address");
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "10.0.0.1:80"),
	    "</service>"),
	    FILE_OF("127.0.0.1:80", HOST("b c", "10.0.0.1:80"), "</service>"),
	    "set?service=web&group=main&host=a&attr=name&value=b%20c\n",
	    "the only host changes its name");
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "10.0.0.1:80"),
	    "</service>"),
	    FILE_OF("127.0.0.1:80", HOST("b", "[::1]:80"), "</service>"),
	    "addHost?service=web&group=main&name=b&ip=%5B::1%5D:80\n"
	    "delHost?service=web&group=main&name=a\n",
	    "another host: added before the last one goes");
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "10.0.0.1:80")
	    HOST("b", "10.0.0.2:80"), "</service>"),
	    FILE_OF("127.0.0.1:80", HOST("a", "10.0.0.2:80")
	    HOST("b", "10.0.0.1:80"), "</service>"),
	    "delHost?service=web&group=main&name=b\n"
	    "set?service=web&group=main&host=a&attr=ip&value=10.0.0.2:80\n"
	    "addHost?service=web&group=main&name=b&ip=10.0.0.1:80\n",
	    "two hosts change places");
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "[::1]:80"),
	    "</service>"),
	    FILE_OF("127.0.0.1:80", HOST("a", "[0:0::1]:80"), "</service>"),
	    "", "the same address, spelled differently");
}

static void
test_rest(void)
{
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "h:80"), "</service>"),
	    FILE_OF("127.0.0.1:81", HOST("a", "h:80"),
	    "<group name=\"g2\" scheduler=\"random\">"
	    "<host name=\"x\" ip=\"h:1\" weight=\"3\"/></group>"
	    "<enable group=\"g2\"/></service>"
	    "<admin><user name=\"bob\" password=\"$6$&amp;x\" access=\"full\"/>"
	    "</admin><checktime time=\"1.5\"/>"),
	    "newListen?service=web&listen=127.0.0.1:81\n"
	    "delListen?service=web&listen=127.0.0.1:80\n"
	    "newGroup?service=web&group=g2&scheduler=random\n"
	    "addHost?service=web&group=g2&name=x&ip=h:1&weight=3\n"
	    "enableGroup?service=web&group=g2\n"
	    "set?attr=hostCheck.interval&value=1.5\n"
	    "addUser?name=bob&password=%246%24%26x&access=full\n",
	    "listener, group, enable, interval, user");
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "h:80"), "</service>"
	    "<admin><user name=\"bob\" password=\"..xpoEyRReGzk\" "
	    "access=\"full\"/>"
	    "</admin>"),
	    FILE_OF("127.0.0.1:80", HOST("a", "h:80"), "</service>"),
	    "delUser?name=bob&force=yes\n", "no full user is left");
	calls_are(FILE_OF("127.0.0.1:80", HOST("a", "h:80"), "</service>"),
	    "<config><service name=\"x\"><listen ip=\"127.0.0.1:80\"/>"
	    "<group name=\"g\" scheduler=\"leastc\">" HOST("a", "h:80")
	    "</group></service></config>",
	    "newService?service=x&listen=127.0.0.1:0\n"
	    "delService?service=web\n"
	    "newListen?service=x&listen=127.0.0.1:80\n"
	    "delListen?service=x&listen=127.0.0.1:0\n"
	    "newGroup?service=x&group=g&scheduler=leastc\n"
	    "addHost?service=x&group=g&name=a&ip=h:80\n"
	    "enableGroup?service=x&group=g\n",
	    "another service on the same address");
}

int
main(void)
{
	test_pairs();
	test_hosts();
	test_rest();
	return tap_end();
}
