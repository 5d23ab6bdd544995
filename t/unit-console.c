/* SPDX-License-Identifier: ISC
 *
 * The console, line by line: what words mean, and what they may become. No
 * sockets: unit-channel.c has those. Prints TAP. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "files.h"
#include "pydirector.h"
#include "t/pairs.h"
#include "t/tap.h"

static const char base[] =
    "<config>"
    "<service name=\"web\"><listen ip=\"127.0.0.1:2001\"/>"
    "<listen ip=\"127.0.0.1:2002\"/>"
    "<group name=\"main\" scheduler=\"roundr\" enable=\"true\">"
    "<host name=\"a\" ip=\"10.0.0.1:80\"/>"
    "<host name=\"my host\" ip=\"10.0.0.2:80\"/></group>"
    "<group name=\"two\" scheduler=\"roundr\">"
    "<host name=\"x=y\" ip=\"10.0.0.3:80\"/></group></service>"
    "<service name=\"w 2\"><listen ip=\"127.0.0.1:2003\"/>"
    "<group name=\"g\" scheduler=\"roundr\">"
    "<host name=\"h\" ip=\"10.0.0.3:80\"/></group></service>"
    "<admin>"
    "<user name=\"bob\" password=\"$6$ab$cd\" access=\"full\"/>"
    "<user name=\"eve\" password=\"$6$ab$ef\" access=\"readonly\"/></admin>"
    "</config>";

static struct pydirector *director;
static struct buf answer;

static void
start(void)
{
	struct buf errors;
	size_t i;

	buf_init(&errors, 65536);
	director = pairs_need(pydirector_new(NULL, NULL, PYDIRECTOR_NOTICE));
	if (conf_parse(&director->model, "test", base, strlen(base),
	    &errors) == -1) {
		printf("Bail out! %s\n", errors.data);
		exit(1);
	}
	for (i = 0; i < director->model->nservices; i++)
		director->model->services[i]->director = director;
	buf_done(&errors);
	director->files = files_ops();
}

static enum outcome
run_as(enum right right, const char *text, struct line *l)
{
	struct caller caller = { "bob", "console", right };
	char *copy = pairs_copy(text);
	enum outcome o;

	buf_done(&answer);
	buf_init(&answer, 65536);
	(void)buf_add(&answer, "", 0);
	l->director = director;
	l->caller = &caller;
	l->answer = &answer;
	o = console_run(l, copy);
	free(copy);
	return o;
}

static enum outcome
run(const char *text)
{
	struct line l;
	enum outcome o = run_as(RIGHT_WRITE, text, &l);

	if (l.drain != NULL)
		host_unref(l.drain);
	return o;
}

/* The outcome and the answer. */
static void
says(const char *text, enum outcome wanted, const char *what)
{
	enum outcome o = run(text);

	if (!ok(o == wanted, "%s", text))
		printf("# outcome %d\n", (int)o);
	is(answer.data, what, "what it says");
}

/* The candidates, with bars between. */
static void
completes(const char *text, const char *wanted)
{
	char line[300];
	char *p;

	snprintf(line, sizeof(line), "complete %s", text);
	ok(run(line) == OUTCOME_OK, "complete [%s]", text);
	for (p = answer.data; *p != '\0'; p++)
		if (*p == '\n')
			*p = '|';
	is(answer.data, wanted, "candidates");
}

static void
test_words(void)
{
	struct group *two;

	start();
	two = director->model->services[0]->groups[1];
	says("", OUTCOME_OK, "");
	says("addhost web two p 10.0.0.9:80", OUTCOME_OK, "host 'p': added");
	says("addHost web two q 10.0.0.10:80 7", OUTCOME_OK,
	    "host 'q': added");
	ok(host_find(two, "q")->weight == 7, "its weight");
	says("addHost IP=10.0.0.11:80 web weight=3 two r", OUTCOME_OK,
	    "host 'r': added");
	ok(host_find(two, "r")->weight == 3, "named ones in between");
	says("addHost web two 'a=b' 10.0.0.12:80", OUTCOME_OK,
	    "host 'a=b': added");
	says("addHost web two a-b=c 10.0.0.13:80", OUTCOME_OK,
	    "host 'a-b=c': added");
	says("delHost web two ip=10.0.0.12:80", OUTCOME_OK,
	    "host 'a=b': removed, 0 connections left");
	says("delHost web two name=q ip=10.0.0.10:80", OUTCOME_OK,
	    "host 'q': removed, 0 connections left");
	says("set web maxConns 5", OUTCOME_OK, "maxConns: set");
	ok(director->model->services[0]->max_conns == 5, "of the service");
	says("set web two easeIn no", OUTCOME_OK, "easeIn: set");
	says("set web two p maxConns 4", OUTCOME_OK, "maxConns: set");
	ok(host_find(two, "p")->max_conns == 4, "of the host");
	says("set hostCheck.tries 2", OUTCOME_OK, "tries: set");
	says("set attr=hostCheck.tries 3", OUTCOME_OK, "tries: set");
	says("delUser bob force", OUTCOME_OK, "user 'bob': removed");
	pydirector_free(director);
}

static void
test_refused(void)
{
	start();
	says("nothing", OUTCOME_UNKNOWN, "no command 'nothing'; try help");
	says("addHost web two x", OUTCOME_BAD, "missing: ip "
	    "(addHost service group name ip [weight])");
	says("addHost web two x 10.0.0.9:80 1 2", OUTCOME_BAD,
	    "too many words\naddHost service group name ip [weight]");
	says("addHost web frob=1 two", OUTCOME_BAD, "no argument 'frob'\n"
	    "addHost service group name ip [weight]");
	says("addHost service=web service=web", OUTCOME_BAD,
	    "service: given twice\naddHost service group name ip [weight]");
	says("delHost web two --wait", OUTCOME_BAD,
	    "delHost: no option '--wait'");
	says("'complete' x", OUTCOME_BAD, "expected complete and a line");
	says("show web two", OUTCOME_BAD, "too many words");
	says("show -j web", OUTCOME_BAD, "too many words");
	says("running.txt x", OUTCOME_BAD, "too many words");
	says("whoami x", OUTCOME_BAD, "too many words");
	says("help x y", OUTCOME_BAD, "too many words");
	says("help nothing", OUTCOME_BAD, "no command 'nothing'");
	says("config.xml", OUTCOME_FAILED,
	    "the configuration is not from a file");
	says("'", OUTCOME_BAD, "a quote is not closed");
	pydirector_free(director);
}

static void
test_rights(void)
{
	struct line l;

	start();
	ok(run_as(RIGHT_READ, "addHost web two p 10.0.0.9:80", &l) ==
	    OUTCOME_FORBIDDEN, "readonly: no change");
	ok(run_as(RIGHT_READ, "compare", &l) == OUTCOME_FORBIDDEN,
	    "no compare, which shows hashes");
	ok(run_as(RIGHT_READ, "show", &l) == OUTCOME_OK, "show");
	ok(run_as(RIGHT_READ, "whoami", &l) == OUTCOME_OK, "whoami");
	is(answer.data, "bob readonly console", "what it says");
	ok(run_as(RIGHT_READ, "running.xml", &l) == OUTCOME_OK &&
	    strstr(answer.data, "$6$") == NULL, "a view without hashes");
	ok(run_as(RIGHT_WRITE, "running.xml", &l) == OUTCOME_OK &&
	    strstr(answer.data, "$6$") != NULL, "with them for a full user");
	ok(run_as(RIGHT_READ, "complete addH", &l) == OUTCOME_OK &&
	    answer.len == 0, "no completion of what he may not");
	ok(run_as(RIGHT_READ, "drainHost web main a --wait", &l) ==
	    OUTCOME_FORBIDDEN && l.drain == NULL, "nothing to wait for");
	pydirector_free(director);
}

static void
test_drain(void)
{
	struct line l;

	start();
	ok(run_as(RIGHT_WRITE, "drainHost web main a", &l) == OUTCOME_OK &&
	    l.drain == NULL, "a drain that nobody waits for");
	ok(run_as(RIGHT_WRITE, "drainHost web main --wait a", &l) ==
	    OUTCOME_OK && l.drain != NULL && l.wait == -1, "for ever");
	is(l.drain->name, "a", "that host");
	ok(l.drain->refs == 2, "which is held");
	host_unref(l.drain);
	ok(run_as(RIGHT_WRITE, "drainHost web main ip=10.0.0.2:80 --wait=20",
	    &l) == OUTCOME_OK && l.drain != NULL && l.wait == 20000, "20 s");
	is(l.drain->name, "my host", "by its address");
	host_unref(l.drain);
	says("drainHost web main a --wait=", OUTCOME_BAD,
	    "drainHost: no option '--wait='");
	says("drainHost web main a --wait=-1", OUTCOME_BAD,
	    "drainHost: no option '--wait=-1'");
	says("drainHost web main a --wait=99999999999999999999", OUTCOME_BAD,
	    "drainHost: no option '--wait=99999999999999999999'");
	ok(run("drainHost web main '--wait'") == OUTCOME_BAD,
	    "in quotes it is a name");
	pydirector_free(director);
}

static void
test_complete(void)
{
	start();
	completes("sho", "show");
	completes("SHO", "show");
	completes("new", "newGroup|newService|newListen|newRule");
	completes("running.", "running.txt|running.json|running.xml");
	completes("nothing", "");
	completes("nothing ", "");
	completes("show ", "web|w\\ 2|-j");
	completes("help clo", "closeConns|closeLog");
	completes("delGroup ", "web|w\\ 2|service=|group=");
	completes("delGroup we", "web");
	completes("delGroup web ", "main|two|group=");
	completes("delGroup 'w 2' ", "g|group=");
	completes("delGroup 'w ", "w\\ 2");
	completes("delGroup \"w", "web|w\\ 2");
	completes("delGroup group=m", "");
	completes("delGroup service=web group=m", "group=main");
	completes("delGroup SERVICE=w", "service=web|service=w\\ 2");
	completes("delGroup frob=", "");
	completes("delGroup web group=two ", "");
	completes("addHost web main ", "name=|ip=|weight=");
	completes("drainHost web main ", "a|my\\ host|name=|host=|ip=|--wait");
	completes("delHost web main my", "my\\ host");
	completes("delHost web main ip=", "ip=10.0.0.1:80|ip=10.0.0.2:80");
	completes("delHost web two x", "x\\=y");
	completes("delHost web two name=x", "name=x\\=y");
	completes("delListen web ", "127.0.0.1:2001|127.0.0.1:2002|listen=");
	completes("changeScheduler web main leastc", "leastc");
	completes("delUser ", "bob|eve|name=|force=");
	completes("setUser eve access=", "access=readonly|access=full");
	completes("set attr=heartbeat.", "attr=heartbeat.interval|"
	    "attr=heartbeat.enable");
	completes("set hostc", "hostCheck.interval|hostCheck.enable|"
	    "hostCheck.tries|hostCheck.timeout");
	completes("set service=web attr=max", "attr=maxConns");
	completes("set attr=hostCheck.enable value=", "value=yes|value=no");
	completes("set service=web group=main attr=scheduler value=lea",
	    "value=leastc");
	completes("a b c d e f g h i j k l m n o p q r s t u v w x y z ", "");
	completes("delGroup 'open", "");
	completes("delGroup ' web m", "");
	pydirector_free(director);
}

static void
test_show(void)
{
	const char *text;

	start();
	director->model->services[0]->groups[0]->hosts[0]->bytes_in =
	    UINT64_C(3435973837);
	director->model->services[0]->groups[0]->hosts[0]->bytes_out = 1023;
	director->model->services[0]->groups[0]->hosts[1]->total = 12345;
	director->loop.now = 90061000;
	director->started = 0;
	says("show web", OUTCOME_OK,
	    "service web  open 0, total 0, refused 0, denied 0, limited 0\n"
	    "  listen 127.0.0.1:2001\n"
	    "  listen 127.0.0.1:2002\n"
	    "  group main  enabled, roundr\n"
	    "    HOST    ADDRESS     STATE WHY SINCE OPEN TOTAL FAILED   IN "
	    "  OUT\n"
	    "    a       10.0.0.1:80 up    -   1d01h    0     0      0 3.1G "
	    "1023B\n"
	    "    my host 10.0.0.2:80 up    -   1d01h    0 12345      0   0B "
	    "   0B\n"
	    "  group two  inactive, roundr\n"
	    "    HOST    ADDRESS     STATE WHY SINCE OPEN TOTAL FAILED   IN "
	    "  OUT\n"
	    "    x=y     10.0.0.3:80 up    -   1d01h    0     0      0   0B "
	    "   0B");
	ok(run("show") == OUTCOME_OK, "show");
	text = strstr(answer.data, "\nservice w 2 ");
	ok(text != NULL, "all services");
	pydirector_free(director);
}

int
main(void)
{
	test_words();
	test_refused();
	test_rights();
	test_drain();
	test_complete();
	test_show();
	buf_done(&answer);
	return tap_end();
}
