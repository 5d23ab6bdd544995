/* SPDX-License-Identifier: ISC
 *
 * Tests of the commands: every right and argument that is refused changes
 * nothing; every change is logged; and on a director that runs, listeners,
 * hosts and services come and go under open connections. Prints TAP. */

#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "director.h"
#include "pydirector.h"
#include "t/pairs.h"
#include "t/tap.h"

static const struct caller full = { "bob", "192.0.2.7:4000", RIGHT_WRITE };
static const struct caller readonly = { "eve", "192.0.2.8:1", RIGHT_READ };
static const struct caller nobody = { "-", "192.0.2.9:1", RIGHT_NONE };

static const char base[] =
    "<config>"
    "<service name=\"web\"><listen ip=\"127.0.0.1:2001\"/>"
    "<listen ip=\"127.0.0.1:2002\"/>"
    "<group name=\"main\" scheduler=\"roundr\" enable=\"true\">"
    "<host name=\"a\" ip=\"10.0.0.1:80\"/></group>"
    "<group name=\"two\" scheduler=\"roundr\">"
    "<host name=\"a\" ip=\"10.0.0.1:80\"/>"
    "<host name=\"b\" ip=\"10.0.0.2:80\"/></group>"
    "<group name=\"empty\" scheduler=\"roundr\"/></service>"
    "<admin><web listen=\"127.0.0.1:2009\" enable=\"yes\"/>"
    "<user name=\"bob\" password=\"$6$hash\" access=\"full\"/>"
    "<user name=\"eve\" password=\"$6$other\" access=\"readonly\"/></admin>"
    "</config>";

/* The last log line and the one before, and the lines so far. */
static struct {
	char	 line[1024], before[1024];
	int	 n;
} logged;

static void
log_sink(void *arg, int level, const char *line)
{
	(void)arg;
	(void)level;
	memcpy(logged.before, logged.line, sizeof(logged.line));
	snprintf(logged.line, sizeof(logged.line), "%s", line);
	logged.n++;
}

static struct model *
parse(const char *text)
{
	struct model *m = NULL;
	struct buf errors;

	buf_init(&errors, 65536);
	if (conf_parse(&m, "test", text, strlen(text), &errors) == -1) {
		printf("Bail out! %s\n", errors.data);
		exit(1);
	}
	buf_done(&errors);
	return m;
}

static struct pydirector *
director_of(struct model *m)
{
	struct pydirector *d;
	size_t i;

	d = pairs_need(pydirector_new(log_sink, NULL, PYDIRECTOR_NOTICE));
	d->model = m;
	for (i = 0; i < m->nservices; i++)
		m->services[i]->director = d;
	return d;
}

/* One line; its answer stays until the next. */
static char said[65536];

static enum outcome
run(struct pydirector *d, const struct caller *who, const char *text)
{
	struct buf answer;
	char line[2048];
	enum outcome o;

	buf_init(&answer, sizeof(said) - 1);
	snprintf(line, sizeof(line), "%s", text);
	o = command_line(d, who, line, &answer);
	snprintf(said, sizeof(said), "%s", answer.len == 0 ? "" : answer.data);
	buf_done(&answer);
	return o;
}

static void
runs(struct pydirector *d, const char *text)
{
	enum outcome o = run(d, &full, text);

	ok(o == OUTCOME_OK && said[0] != '\0', "%s", text);
	if (o != OUTCOME_OK)
		printf("# %d %s\n", (int)o, said);
}

#define WG "service=web&group=main"
#define W2 "service=web&group=two"

static const struct {
	const char	*line;
	enum outcome	 outcome;
} refused[] = {
	{ "nosuch", OUTCOME_UNKNOWN },
	{ "", OUTCOME_UNKNOWN },
	{ "addHost?" WG "&name=x&ip=10.0.0.9:80&weight=0", OUTCOME_BAD },
	{ "addHost?" WG "&name=x&ip=10.0.0.9:80&weight=", OUTCOME_BAD },
	{ "addHost?" WG "&name=x&ip=10.0.0.9", OUTCOME_BAD },
	{ "addHost?" WG "&name=x&ip=10.0.0.9:0", OUTCOME_BAD },
	{ "addHost?" WG "&name=x&ip=*:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%0a&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%00&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%ff&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%ed%a0%80&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%ef%bf%bf&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%c0%af&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%4&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name=%zz&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?" WG "&name&ip=10.0.0.9:80", OUTCOME_BAD },
	{ "addHost?service=no&group=main&name=x&ip=h:1", OUTCOME_BAD },
	{ "addHost?service=web&group=no&name=x&ip=h:1", OUTCOME_BAD },
	{ "addHost?" WG "&name=a&ip=10.0.0.9:80", OUTCOME_CONFLICT },
	{ "addHost?" WG "&name=x&ip=10.0.0.1:80", OUTCOME_CONFLICT },
	{ "addHost?a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=",
	    OUTCOME_BAD },
	{ "delHost?" WG "&name=a", OUTCOME_CONFLICT },
	{ "delHost?" WG "&ip=10.0.0.1:80", OUTCOME_CONFLICT },
	{ "delHost?" W2 "&name=x", OUTCOME_BAD },
	{ "delHost?" W2 "&ip=10.0.0.7:80", OUTCOME_BAD },
	{ "delHost?" W2 "&name=a&ip=10.0.0.2:80", OUTCOME_BAD },
	{ "delAllHosts?" WG, OUTCOME_CONFLICT },
	{ "enableGroup?service=web&group=empty", OUTCOME_CONFLICT },
	{ "enableGroup?service=web&group=no", OUTCOME_BAD },
	{ "changeScheduler?" WG "&scheduler=best", OUTCOME_BAD },
	{ "newGroup?service=web&group=two&scheduler=rand", OUTCOME_CONFLICT },
	{ "newGroup?service=web&group=x&scheduler=best", OUTCOME_BAD },
	{ "newGroup?service=web&group=&scheduler=rand", OUTCOME_BAD },
	{ "delGroup?" WG, OUTCOME_CONFLICT },
	{ "newService?service=web&listen=127.0.0.1:0", OUTCOME_CONFLICT },
	{ "newService?service=x&listen=127.0.0.1:2001", OUTCOME_CONFLICT },
	{ "newService?service=x&listen=127.0.0.1:2009", OUTCOME_CONFLICT },
	{ "newService?service=x&listen=here", OUTCOME_BAD },
	{ "newService?service=&listen=127.0.0.1:0", OUTCOME_BAD },
	{ "delService?service=web", OUTCOME_CONFLICT },
	{ "delService?service=x", OUTCOME_BAD },
	{ "newListen?service=web&listen=127.0.0.1:2002", OUTCOME_CONFLICT },
	{ "newListen?service=web&listen=127.0.0.1:99999", OUTCOME_BAD },
	{ "delListen?service=web&listen=127.0.0.1:2003", OUTCOME_BAD },
	{ "delListen?service=web&listen=", OUTCOME_BAD },
	{ "hostAdminDown?" WG "&name=x", OUTCOME_BAD },
	{ "hostAdminUp?" WG "&name=x", OUTCOME_BAD },
	{ "drainHost?" WG "&name=x", OUTCOME_BAD },
	{ "closeConns?" WG "&name=x", OUTCOME_BAD },
	{ "retryHost?" WG "&name=x", OUTCOME_BAD },
	{ "retryHost?" WG "&name=a", OUTCOME_CONFLICT },
	{ "setWeight?" WG "&name=a&weight=-1", OUTCOME_BAD },
	{ "set?attr=interval&value=1", OUTCOME_BAD },
	{ "set?attr=hostCheck.x&value=1", OUTCOME_BAD },
	{ "set?attr=hostCheck.interval&value=0", OUTCOME_BAD },
	{ "set?attr=hostCheck.tries&value=1.5", OUTCOME_BAD },
	{ "set?attr=web.listen&value=127.0.0.1:2001", OUTCOME_CONFLICT },
	{ "set?attr=web.listen&value=x", OUTCOME_BAD },
	{ "set?attr=ssh.enable&value=yes", OUTCOME_CONFLICT },
	{ "set?service=web&attr=x&value=1", OUTCOME_BAD },
	{ "set?service=web&attr=idleTimeout&value=x", OUTCOME_BAD },
	{ "set?service=web&attr=name&value=", OUTCOME_BAD },
	{ "set?" WG "&attr=name&value=two", OUTCOME_CONFLICT },
	{ "set?" WG "&attr=enable&value=no", OUTCOME_BAD },
	{ "set?" W2 "&host=a&attr=name&value=b", OUTCOME_CONFLICT },
	{ "set?" W2 "&host=a&attr=ip&value=10.0.0.2:80", OUTCOME_CONFLICT },
	{ "set?" W2 "&host=a&attr=ip&value=x", OUTCOME_BAD },
	{ "set?host=a&attr=weight&value=2", OUTCOME_BAD },
	{ "set?group=main&attr=easeIn&value=no", OUTCOME_BAD },
	{ "addUser?name=bob&password=abJnggxhB/yWI&access=full",
	    OUTCOME_CONFLICT },
	{ "addUser?name=x&password=*&access=full", OUTCOME_BAD },
	{ "addUser?name=x&password=&access=full", OUTCOME_BAD },
	{ "addUser?name=x&password=abJnggxhB/yWI&access=all", OUTCOME_BAD },
	{ "setUser?name=bob", OUTCOME_BAD },
	{ "setUser?name=x&access=full", OUTCOME_BAD },
	{ "setUser?name=eve&access=all", OUTCOME_BAD },
	{ "setUser?name=bob&password=abJnggxhB/yWI&access=readonly",
	    OUTCOME_CONFLICT },
	{ "delUser?name=bob", OUTCOME_CONFLICT },
	{ "delUser?name=x", OUTCOME_BAD },
	{ "closeLog", OUTCOME_CONFLICT },
	{ "reload", OUTCOME_CONFLICT },
	{ "compare", OUTCOME_CONFLICT },
	{ "help?command=x", OUTCOME_BAD }
};

static void
test_refusals(void)
{
	struct model *m = parse(base);
	struct pydirector *d = director_of(parse(base));
	enum outcome o;
	size_t i;
	int good;

	logged.n = 0;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		o = run(d, &full, refused[i].line);
		good = o == refused[i].outcome && said[0] != '\0' &&
		    pairs_same(d->model, m);
		ok(good, "refused: %s", refused[i].line);
		if (!good)
			printf("# %d %s\n", (int)o, said);
	}
	ok(logged.n == 0, "nothing of it is logged");
	pydirector_free(d);
	model_free(m);
}

/* Each command without the right, and without its first argument. */
static void
test_table(void)
{
	struct pydirector *d = director_of(parse(base));
	const struct command *c = NULL;
	int rights = 1, missing = 1, n = 0;

	while ((c = command_next(c)) != NULL) {
		rights &= run(d, &nobody, c->name) == OUTCOME_FORBIDDEN;
		if (c->right == RIGHT_WRITE)
			rights &= run(d, &readonly, c->name) ==
			    OUTCOME_FORBIDDEN;
		if (*c->args == '\0' || strchr(" [", *c->args) != NULL)
			continue;
		missing &= run(d, &full, c->name) == OUTCOME_BAD &&
		    strstr(said, "missing") != NULL;
		n++;
	}
	ok(rights, "no command without its right");
	ok(missing && n > 15, "%d commands miss their arguments", n);
	ok(run(d, &readonly, "HELP") == OUTCOME_OK &&
	    strstr(said, "\naddUser name password access [keys]: ") != NULL,
	    "help is for all, in any case");
	ok(run(d, &readonly, "help?command=SAVE") == OUTCOME_OK &&
	    strcmp(said, "save [force]: writes the configuration") == 0,
	    "help on one");
	pydirector_free(d);
}

static void
test_log(void)
{
	struct pydirector *d = director_of(parse(base));

	runs(d, "addHost?Service=web&GROUP=main&other=1&name=x%20y&"
	    "ip=10.0.0.9:80");
	is(logged.line, "command: addHost service=web group=main name=x%20y "
	    "ip=10.0.0.9:80: by bob from 192.0.2.7:4000", "it is logged");
	runs(d, "delHost?" WG "&ip=10.0.0.9:80");
	is(logged.line, "command: delHost service=web group=main "
	    "ip=10.0.0.9:80: by bob from 192.0.2.7:4000", "by what it was "
	    "named");
	runs(d, "addUser?name=ann&password=$6$secret&access=full");
	is(logged.line, "command: addUser name=ann access=full: by bob from "
	    "192.0.2.7:4000", "a hash is not");
	runs(d, "setUser?name=bob&password=$6$secret&access=readonly");
	ok(strstr(logged.line, "secret") == NULL &&
	    strcmp(d->model->users[0]->password, "$6$secret") == 0 &&
	    !d->model->users[0]->full, "not of setUser either");
	runs(d, "delUser?name=ann&force=yes");
	pydirector_free(d);
}

/* What the calls do to the model. */
static void
test_model(void)
{
	struct pydirector *d = director_of(parse(base));
	struct service *s = d->model->services[0];
	struct group *g = s->groups[1];
	struct host *a = g->hosts[0], *b = g->hosts[1];

	a->total = 7;
	a->down = WHY_REFUSED;
	runs(d, "set?" W2 "&host=a&attr=name&value=aa");
	ok(g->hosts[0] == a && strcmp(a->name, "aa") == 0 && a->total == 7 &&
	    a->down == WHY_REFUSED, "a new name: counters and state stay");
	runs(d, "set?" W2 "&host=aa&attr=ip&value=10.0.0.3:80");
	ok(g->hosts[0] != a && g->hosts[0]->total == 0 && g->nhosts == 2 &&
	    strcmp(g->hosts[0]->address, "10.0.0.3:80") == 0 &&
	    g->hosts[0]->down == WHY_NONE, "a new address: another host");
	runs(d, "setWeight?" W2 "&host=b&weight=5");
	runs(d, "set?" W2 "&host=b&attr=MAXCONNS&value=3");
	ok(b->weight == 5 && b->max_conns == 3, "weight and limit");
	runs(d, "hostAdminDown?" W2 "&name=b");
	ok(b->admin_down && host_why(b) == WHY_ADMIN_DOWN, "admin down");
	runs(d, "drainHost?" W2 "&name=b");
	runs(d, "hostAdminUp?" W2 "&name=b");
	ok(!b->admin_down && !b->draining && b->in_up, "up ends both");
	runs(d, "enableGroup?" W2);
	ok(s->enabled == g, "another group is enabled");
	runs(d, "delAllHosts?" WG);
	runs(d, "delGroup?" WG);
	runs(d, "changeScheduler?" W2 "&scheduler=leastc,sticky");
	ok(s->ngroups == 2 && g->rule == RULE_LEASTCONNSRR && g->sticky,
	    "group and scheduler");
	runs(d, "delListen?service=web&listen=127.0.0.1:2001");
	ok(run(d, &full, "delListen?service=web&listen=127.0.0.1:2002") ==
	    OUTCOME_CONFLICT, "not the last listener");
	runs(d, "newService?service=x&listen=127.0.0.1:2001");
	runs(d, "delService?service=web");
	ok(d->model->nservices == 1, "services");
	runs(d, "set?attr=web.enable&value=no");
	runs(d, "set?attr=web.listen&value=127.0.0.1:2001");
	ok(run(d, &full, "set?attr=web.enable&value=yes") ==
	    OUTCOME_CONFLICT, "the web's address is taken");
	runs(d, "set?attr=logging.file&value=/x");
	runs(d, "set?attr=logging.file&value=");
	ok(d->model->log_file == NULL, "no log file any more");
	pydirector_free(d);
}

/* On a director that runs. */

static int
bind_to(struct addr *a)
{
	socklen_t len = sizeof(a->u);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)) == -1 || bind(fd, &a->u.sa, sizeof(a->u.in)) == -1 ||
	    listen(fd, 16) == -1 || getsockname(fd, &a->u.sa, &len) == -1) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	return fd;
}

static void
any_port(struct addr *a)
{
	struct hostport at = { "127.0.0.1", 0 };

	(void)addr_number(&at, a);
}

/* A port that was free a moment ago. */
static unsigned
free_port(void)
{
	struct addr a;
	int fd;

	any_port(&a);
	fd = bind_to(&a);
	close(fd);
	return addr_port(&a);
}

static int
connect_to(unsigned port)
{
	struct addr a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	any_port(&a);
	addr_set_port(&a, port);
	if (connect(fd, &a.u.sa, sizeof(a.u.in)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The client is gone, both ways. */
static void
reset(int fd)
{
	struct linger now = { 1, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void
round_of(struct pydirector *d)
{
	struct pollfd fds[64];
	int n = pydirector_pollfds(d, fds, 64);
	int wait = pydirector_timeout(d);

	if (wait == -1 || wait > 20)
		wait = 20;
	(void)poll(fds, (nfds_t)n, wait);
	pydirector_dispatch(d, fds, n);
}

/* Goes round until the service has so many relays connected. */
static int
relays_are(struct pydirector *d, const struct host *h, unsigned open)
{
	int i;

	for (i = 0; i < 500; i++) {
		if (h->open == open && d->nrelays >= open &&
		    h->total >= open)
			return 1;
		round_of(d);
	}
	return 0;
}

static void
test_listeners(struct pydirector *d)
{
	struct service *s = d->model->services[0];
	struct addr a;
	unsigned port;
	char line[256];
	int fd;

	runs(d, "newListen?service=web&listen=127.0.0.1:0");
	port = addr_port(&s->listeners[1]->door.socks[0].addr);
	snprintf(line, sizeof(line), "service 'web': listening on "
	    "127.0.0.1:%u", port);
	is(said, line, "the answer has the port");
	fd = connect_to(port);
	ok(fd != -1, "a client connects to it");
	ok(relays_are(d, s->enabled->hosts[0], 1), "and reaches the host");
	snprintf(line, sizeof(line), "delListen?service=web&listen="
	    "127.0.0.1:%u", port);
	runs(d, line);
	any_port(&a);
	addr_set_port(&a, port);
	reset(fd);
	ok(relays_are(d, s->enabled->hosts[0], 0), "the relay has ended");
	ok(connect_to(port) == -1, "nobody listens there any more");
	fd = bind_to(&a);
	ok(fd != -1, "the port is free");
	snprintf(line, sizeof(line), "newListen?service=web&listen="
	    "127.0.0.1:%u", port);
	ok(run(d, &full, line) == OUTCOME_FAILED && s->nlisteners == 1,
	    "in use: not listening: %s", said);
	close(fd);
	ok(run(d, &full, "newListen?service=web&listen=example.org:0") ==
	    OUTCOME_FAILED && s->nlisteners == 1, "no name is looked up");
	runs(d, "newListen?service=web&listen=localhost:0");
	runs(d, "delListen?service=web&listen=localhost:0");
}

/* A host and its service go while a relay is open. */
static void
test_hosts(struct pydirector *d, unsigned backend)
{
	struct service *s = d->model->services[0];
	struct host *h = s->enabled->hosts[0];
	char line[256];
	const struct door *door = &s->listeners[0]->door;
	int fd = connect_to(addr_port(door_addr(door))), fd2;
	unsigned port;

	ok(relays_are(d, h, 1), "a relay");
	runs(d, "drainHost?" WG "&name=a");
	is(said, "host 'a': draining, 1 connections left", "told");
	runs(d, "hostAdminUp?" WG "&name=a");
	host_ref(h);
	snprintf(line, sizeof(line), "addHost?" WG "&name=b&ip=127.0.0.1:%u",
	    free_port());
	runs(d, line);
	runs(d, "delHost?" WG "&name=a");
	ok(h->open == 1 && h->group == NULL && d->nrelays == 1,
	    "its relay lives on");
	ok(run(d, &full, "addHost?" WG "&name=c&ip=example.org:80") ==
	    OUTCOME_BAD, "without a helper no name");
	snprintf(line, sizeof(line), "addHost?" WG "&name=a&ip=127.0.0.1:%u",
	    backend);
	runs(d, line);
	runs(d, "delHost?" WG "&name=b");
	ok(s->enabled->hosts[0] != h && s->enabled->hosts[0]->total == 0,
	    "another host with its name");
	fd2 = connect_to(addr_port(door_addr(door)));
	ok(relays_are(d, s->enabled->hosts[0], 1) && d->nrelays == 2,
	    "which has a relay, too");
	runs(d, "closeConns?" WG "&name=a");
	is(said, "host 'a': 1 connections closed", "that one is closed");
	ok(d->nrelays == 1 && h->open == 1, "the old one is not");
	close(fd2);
	runs(d, "newService?service=x&listen=127.0.0.1:0");
	port = addr_port(&s->listeners[0]->door.socks[0].addr);
	runs(d, "delService?service=web");
	is(said, "service 'web': removed, 1 connections left", "told");
	ok(d->nrelays == 1 && s->ngroups == 0 && s->refs == 1 &&
	    connect_to(port) == -1, "the service lives as long as its relay");
	reset(fd);
	ok(relays_are(d, h, 0) && d->nrelays == 0, "which ends by itself");
	host_unref(h);
}

static int
count(void *arg)
{
	++*(int *)arg;
	return 0;
}

static void
test_running(void)
{
	static const struct pydirector_hooks told = { count, count, NULL,
	    NULL };
	struct pydirector *d;
	struct addr a;
	char text[512];
	int backend, hooks = 0;

	any_port(&a);
	backend = bind_to(&a);
	snprintf(text, sizeof(text), "<config><service name=\"web\">"
	    "<listen ip=\"127.0.0.1:0\"/><group name=\"main\" "
	    "scheduler=\"leastc\"><host name=\"a\" ip=\"127.0.0.1:%u\"/>"
	    "</group></service></config>", addr_port(&a));
	d = director_of(parse(text));
	ok(pydirector_start(d) == 0, "it runs");
	test_listeners(d);
	test_hosts(d, addr_port(&a));
	pydirector_hooks(d, &told, sizeof(told), &hooks);
	runs(d, "closeLog");
	runs(d, "shutdown");
	ok(hooks == 2 && d->draining, "the program is told");
	ok(run(d, &full, "newListen?service=x&listen=127.0.0.1:0") ==
	    OUTCOME_CONFLICT, "nothing new while it stops");
	pydirector_free(d);
	close(backend);
}

/* Reload. */

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

/* Two services, on these ports, with one host each. */
static void
write_two(const char *path, unsigned x, unsigned y, unsigned host,
    const char *rest)
{
	char text[1024];

	snprintf(text, sizeof(text), "<config>\n<service name=\"x\">\n"
	    "<listen ip=\"127.0.0.1:%u\"/>\n<group name=\"g\" "
	    "scheduler=\"roundr\"><host name=\"a\" ip=\"127.0.0.1:%u\"/>"
	    "</group></service>\n<service name=\"y\">"
	    "<listen ip=\"127.0.0.1:%u\"/><group name=\"g\" "
	    "scheduler=\"roundr\"><host name=\"a\" ip=\"127.0.0.1:%u\"/>"
	    "</group></service>\n%s</config>\n", x, host, y, host, rest);
	write_file(path, text);
}

static void
test_reload(const char *path)
{
	struct pydirector *d;
	struct service *x, *y;
	struct addr a, taken;
	unsigned p, q;
	int backend, other, fd;

	any_port(&a);
	any_port(&taken);
	backend = bind_to(&a);
	other = bind_to(&taken);
	p = free_port();
	q = free_port();
	write_two(path, p, q, addr_port(&a), "");
	d = pairs_need(pydirector_new(log_sink, NULL, PYDIRECTOR_NOTICE));
	if (pydirector_load(d, path) == -1 || pydirector_start(d) == -1) {
		printf("Bail out! %s\n", pydirector_error(d));
		exit(1);
	}
	x = d->model->services[0];
	y = d->model->services[1];
	runs(d, "compare");
	is(said, "no difference", "the file and what runs");
	runs(d, "reload");
	is(said, "reloaded, 0 changes", "nothing to do");

	write_two(path, p, q, addr_port(&a), "<nonsense/>\n<more/>\n");
	ok(run(d, &full, "reload") == OUTCOME_CONFLICT &&
	    strstr(said, ":6: ") != NULL && strstr(said, ":7: ") != NULL,
	    "a bad file: all its errors, with their lines");
	write_two(path, free_port(), addr_port(&taken), 1, "");
	ok(run(d, &full, "reload") == OUTCOME_CONFLICT &&
	    strstr(said, "not listening") != NULL, "an address in use");
	ok(strcmp(x->enabled->hosts[0]->address, "127.0.0.1:1") != 0 &&
	    x->nlisteners == 1 && y->nlisteners == 1 && d->bound == NULL,
	    "nothing has changed");

	fd = connect_to(p);
	write_two(path, q, p, addr_port(&a), "");
	ok(run(d, &full, "compare") == OUTCOME_OK &&
	    strstr(said, "newListen?service=x") != NULL, "compare");
	runs(d, "reload");
	ok(x->nlisteners == 1 && y->nlisteners == 1 &&
	    addr_port(&x->listeners[0]->door.socks[0].addr) == q &&
	    addr_port(&y->listeners[0]->door.socks[0].addr) == p,
	    "two services have changed places");
	ok(relays_are(d, y->enabled->hosts[0], 1),
	    "who was waiting is served by the other");
	is(logged.before, "config: reloaded: 8 changes", "logged");
	runs(d, "compare");
	is(said, "no difference", "nothing is left over");
	ok(unlink(path) == 0 && run(d, &full, "reload") == OUTCOME_CONFLICT,
	    "no file: %s", said);
	close(fd);
	close(other);
	pydirector_free(d);
	close(backend);
}

int
main(void)
{
	char dir[] = "/tmp/pydirector-test.XXXXXX", path[64];

	test_refusals();
	test_table();
	test_log();
	test_model();
	test_running();
	if (mkdtemp(dir) == NULL) {
		printf("Bail out! %s: %s\n", dir, strerror(errno));
		return 1;
	}
	snprintf(path, sizeof(path), "%s/c.xml", dir);
	test_reload(path);
	rmdir(dir);
	return tap_end();
}
