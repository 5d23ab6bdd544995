/* SPDX-License-Identifier: ISC
 *
 * The library at work: connections and what is told of them, schedulers of the
 * program's own, a port that is switched, the end and another start, two
 * directors; and that a callback can change nothing. */

#include "config.h"

#include "t/library-tools.h"
#include "t/tap.h"

static void
test_traffic(void)
{
	struct heard h;
	struct pydirector_host host;
	struct pydirector *d;
	char text[64];
	unsigned port;
	int s = server(&port), c, t;

	d = made(&h, &port, 1);
	ok(pydirector_port(d, "web") != 0, "it listens");
	fails(d, pydirector_start(d), "has started");
	fails(d, pydirector_use(d, NULL), "has started");
	fails(d, pydirector_with_web(d), "too late");
	c = client(pydirector_port(d, "web"));
	t = taken(d, s);
	ok(t != -1 && pydirector_relays(d) == 1, "a connection");
	ok(send(c, "hello", 5, 0) == 5 && got(d, t, text, sizeof(text)) == 5 &&
	    send(t, "you", 3, 0) == 3 && got(d, c, text, sizeof(text)) == 3,
	    "bytes both ways");
	ok(h.starts == 1 && h.connects == 1 && h.ends == 0, "told");
	close(c);
	ok(got(d, t, text, sizeof(text)) == 0, "its end");
	close(t);
	ok(until(d, &h.ends, 1) && h.ends == 1, "told, too");
	is(h.end, "web host.0 client-closed", "how it ended");
	ok(h.in == 5 && h.out == 3 && h.duration > 0, "with figures");
	ok(pydirector_each_host(d, NULL, one_host, &host) == 7 &&
	    host.total == 1 && host.open == 0 && host.bytes_in == 5 &&
	    host.next_try == -1 && strcmp(host.state, "up") == 0,
	    "the host's figures");
	close(s);
	c = client(pydirector_port(d, "web"));
	ok(until(d, &h.ends, 2), "nobody is there");
	ok(h.hosts == 1, "the host is down");
	is(h.host, "web/main/host.0 down refused", "so it was told");
	is(h.end, "web - connect-failed", "and of the connection");
	close(c);
	ok(!h.changed, "no callback could change anything");
	ok(h.lines > 0, "there were lines in the log");
	ok(pydirector_watch(d, NULL, 0, NULL) == 0, "no more");
	close(client(pydirector_port(d, "web")));
	turn(d);
	turn(d);
	ok(h.ends == 2, "nothing more is told");
	pydirector_free(d);
}

static void
test_scheduler(void)
{
	struct heard h;
	struct pydirector *d;
	unsigned ports[2];
	char text[8];
	int a = server(&ports[0]), b = server(&ports[1]), c, t;

	d = made(&h, ports, 2);
	ok(pydirector_scheduler(d, "web", "main", heard_choice, &h) == 0,
	    "a scheduler");
	h.answer = 1;
	c = client(pydirector_port(d, "web"));
	t = taken(d, b);
	ok(t != -1 && h.candidates == 2, "the second of two");
	close(c);
	close(t);
	ok(until(d, &h.ends, 1), "ended");
	close(b);
	c = client(pydirector_port(d, "web"));
	h.answer = 1;
	ok(until(d, &h.ends, 2) && h.candidates == 1,
	    "one that fails is not offered again");
	is(h.end, "web - connect-failed", "none of those left");
	close(c);
	h.answer = 99;
	c = client(pydirector_port(d, "web"));
	ok(until(d, &h.ends, 3), "none of them");
	is(h.end, "web - no-host", "is refused");
	ok(got(d, c, text, sizeof(text)) == -1, "the client is told");
	close(c);
	ok(pydirector_scheduler(d, "web", "main", NULL, NULL) == 0,
	    "the old one again");
	c = client(pydirector_port(d, "web"));
	t = taken(d, a);
	ok(t != -1, "chooses");
	ok(!h.changed, "none could change anything");
	close(c);
	close(t);
	close(a);
	pydirector_free(d);
}

static int
in_use(void *arg, const struct pydirector_listener *l)
{
	snprintf(arg, LINE, "%s %s", l->address, l->in_use == NULL ? "-" :
	    l->in_use);
	return 0;
}

static void
test_switch(void)
{
	struct heard h;
	struct pydirector *d;
	unsigned port, old, new;
	char text[LINE], expected[LINE];
	int s = server(&port), other = server(&new), c, t;

	d = made(&h, &port, 1);
	old = pydirector_port(d, "web");
	c = client(old);
	t = taken(d, s);
	fails(d, pydirector_switch_port(d, "web", "127.0.0.1:0", local(new)),
	    "not listening");
	ok(pydirector_port(d, "web") == old, "it is as it was");
	close(other);
	ok(pydirector_switch_port(d, "web", local(old), local(new)) == 0 &&
	    pydirector_port(d, "web") == new, "a port is switched");
	(void)pydirector_each_listener(d, "web", in_use, text);
	snprintf(expected, sizeof(expected), "%s %s", local(new), local(new));
	is(text, expected, "as the listener says");
	ok(client(old) == -1, "nobody listens there any more");
	ok(send(c, "x", 1, 0) == 1 && got(d, t, text, sizeof(text)) == 1,
	    "who was connected still is");
	close(c);
	close(t);
	c = client(new);
	t = taken(d, s);
	ok(t != -1, "others come by the new one");
	close(c);
	close(t);
	close(s);
	pydirector_free(d);
}

static void
quit(void *arg, const struct pydirector_connection *c)
{
	struct heard *h = arg;

	(void)c;
	h->ends++;
	pydirector_quit(h->director);
}

static void
test_life(void)
{
	static const struct pydirector_events ends = { .end = quit };
	struct heard h;
	struct pydirector *d;
	unsigned port, at;
	int s = server(&port), c, t;

	d = made(&h, &port, 1);
	at = pydirector_port(d, "web");
	c = client(at);
	t = taken(d, s);
	pydirector_drain(d);
	ok(pydirector_port(d, "web") == 0 && client(at) == -1 &&
	    pydirector_relays(d) == 1 && !pydirector_finished(d), "draining");
	close(c);
	close(t);
	ok(pydirector_run(d) == 0 && pydirector_finished(d) && h.ends == 1,
	    "to the end");
	pydirector_stop(d);
	pydirector_stop(d);
	ok(pydirector_start(d) == 0 && pydirector_port(d, "web") != 0,
	    "started again");
	ok(pydirector_watch(d, &ends, sizeof(ends), &h) == 0, "another set");
	c = client(pydirector_port(d, "web"));
	t = taken(d, s);
	close(c);
	close(t);
	ok(pydirector_run(d) == 0 && h.ends == 2, "run until told to quit");
	c = client(pydirector_port(d, "web"));
	t = taken(d, s);
	pydirector_stop(d);
	ok(h.ends == 3 && pydirector_relays(d) == 0, "stopped at once");
	close(c);
	close(t);
	close(s);
	pydirector_free(d);
}

/* A connection through both: the first one's host is the second's service. */
static void
test_two(void)
{
	struct heard one, two;
	struct pydirector *a, *b;
	char text[8];
	unsigned port;
	int i, s = server(&port), c, t = -1;

	b = made(&two, &port, 1);
	port = pydirector_port(b, "web");
	a = made(&one, &port, 1);
	c = client(pydirector_port(a, "web"));
	for (i = 0; t == -1 && i < ROUNDS; i++) {
		turn(a);
		t = taken(b, s);
	}
	ok(t != -1 && pydirector_relays(a) == 1 && pydirector_relays(b) == 1,
	    "a client of one is a client of the other");
	ok(send(c, "x", 1, 0) == 1, "sent");
	for (i = 0; recv(t, text, sizeof(text), MSG_PEEK) != 1 && i < ROUNDS;
	    i++) {
		turn(a);
		turn(b);
	}
	ok(recv(t, text, sizeof(text), 0) == 1, "received");
	pydirector_free(a);
	ok(got(b, t, text, sizeof(text)) <= 0 && until(b, &two.ends, 1),
	    "the end of one");
	close(c);
	close(t);
	c = client(pydirector_port(b, "web"));
	t = taken(b, s);
	ok(t != -1, "is not the other's");
	close(c);
	close(t);
	close(s);
	pydirector_free(b);
}

/* Handlers as they were at the first call: 1. Who started us may ignore
 * some. */
static int
signals_are_the_same(void)
{
	static void (*were[8])(int);
	static int looked;
	static const int numbers[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2,
		SIGALRM
	};
	struct sigaction sa;
	int same = 1;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], NULL, &sa) == -1)
			return 0;
		if (!looked)
			were[i] = sa.sa_handler;
		same = same && sa.sa_handler == were[i];
	}
	looked = 1;
	return same;
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signals_are_the_same();
	test_traffic();
	test_scheduler();
	test_switch();
	test_life();
	test_two();
	ok(signals_are_the_same(), "no signal is handled");
	return tap_end();
}
