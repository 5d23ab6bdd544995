/* SPDX-License-Identifier: ISC
 *
 * What relays do when something is short, late or gone, which no server or
 * client can bring about at will: a director and both ends of its relays in one
 * process, with a clock of our own, memory that is refused, and a loop that is
 * full. And the words for their ends: one for each, and no two alike. Prints
 * TAP. */

#include "config.h"

#include <sys/resource.h>

#include <limits.h>
#include <stdlib.h>

#include "compat/set.h"
#include "clock.h"
#include "relay.h"

static int no_memory;		/* for lists of hosts */
static int no_answer;		/* the kernel cannot be asked what is unsent */

static void *
test_realloc(void *old, size_t size)
{
	return no_memory ? NULL : realloc(old, size);
}

static int
test_unsent(int fd)
{
	return no_answer ? -1 : net_unsent(fd);
}

#define realloc test_realloc
#include "relay-connect.c"
#undef realloc
#define net_unsent test_unsent
#include "flow.c"
#undef net_unsent
#include "t/library-tools.h"
#include "t/tap.h"

#define MINUTE	60000

static int64_t skew;		/* ms that the clock is ahead */
static int64_t stopped;		/* where it stands still; 0: it goes */

static int64_t
test_clock(void)
{
	return (stopped != 0 ? stopped : clock_ms()) + skew;
}

/* A director in the middle, both ends, and what is told of them. */
struct middle {
	struct heard	 heard;
	struct pydirector *d;
	int		 listening;	/* the server's socket */
	int		 c, s;		/* client and server; -1: closed */
};

/* how: poll, epoll, ... Nobody is connected. */
static void
middle_start(struct middle *m, const char *how)
{
	unsigned port;

	skew = stopped = 0;
	m->c = m->s = -1;
	m->listening = server(&port);
	m->d = made(&m->heard, &port, 1);
	m->d->loop.clock = test_clock;
	if (loop_use(&m->d->loop, how) == -1)
		abort();
}

/* The same, with a client and a server. */
static void
middle_open(struct middle *m, const char *how)
{
	middle_start(m, how);
	m->c = client(pydirector_port(m->d, "web"));
	m->s = taken(m->d, m->listening);
	if (m->c == -1 || m->s == -1 || !until(m->d, &m->heard.connects, 1))
		abort();
}

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
middle_end(struct middle *m)
{
	shut(&m->c);
	shut(&m->s);
	shut(&m->listening);
	pydirector_free(m->d);
}

static struct host *
the_host(const struct middle *m)
{
	return m->d->model->services[0]->enabled->hosts[0];
}

static void
reset(int *fd)
{
	net_reset(*fd);
	*fd = -1;
}

/* A round whose poll(2) told nothing. */
static void
blind_turn(struct pydirector *d)
{
	struct pollfd fds[SLOTS];

	(void)pydirector_pollfds(d, fds, SLOTS);
	pydirector_dispatch(d, fds, 0);
}

/* So many turns, in which nothing is waited for. */
static void
turns(struct pydirector *d, int n)
{
	while (n-- > 0)
		turn(d);
}

/* Writes until nothing goes any more; how much that was. */
static size_t
fill(struct pydirector *d, int fd)
{
	static const char zeros[65536];
	size_t sum = 0;
	ssize_t n;
	int idle = 0;

	while (idle < 20) {
		n = send(fd, zeros, sizeof(zeros), 0);
		sum += n > 0 ? (size_t)n : 0;
		idle = n > 0 ? 0 : idle + 1;
		if (d != NULL)
			turn(d);
	}
	return sum;
}

/* Reads so much, or until the end: how much that was. */
static size_t
drain(struct pydirector *d, int fd, size_t most)
{
	static char text[65536];
	size_t sum = 0;
	ssize_t n;

	while (sum < most) {
		n = got(d, fd, text, most - sum < sizeof(text) ? most - sum :
		    sizeof(text));
		if (n <= 0)
			break;
		sum += (size_t)n;
	}
	return sum;
}

/* The other end has been reset: 1. */
static int
is_reset(struct pydirector *d, int fd)
{
	char byte;

	return got(d, fd, &byte, 1) == -1 && errno == ECONNRESET;
}

static void
test_words(void)
{
	enum relay_end end, other;

	is(relay_end_word(END_NONE), "-", "there is no end yet");
	is(relay_end_word(END_CLIENT_CLOSED), "client-closed", "the first");
	is(relay_end_word(END_STOP), "stop", "the last");
	for (end = END_CLIENT_CLOSED; end <= END_STOP; end++) {
		for (other = END_NONE; other < end; other++)
			if (strcmp(relay_end_word(end),
			    relay_end_word(other)) == 0)
				break;
		ok(other == end, "%s is no other's", relay_end_word(end));
	}
}

/* Connecting. */

/* A client whose connect is under way: its relay. */
static struct relay *
connecting(struct middle *m)
{
	int i;

	m->c = client(pydirector_port(m->d, "web"));
	for (i = 0; m->d->relays == NULL && i < ROUNDS; i++)
		turn(m->d);
	if (m->d->relays == NULL || m->d->relays->state != RELAY_CONNECT)
		abort();
	return m->d->relays;
}

/* The time is over, but the server has answered: nobody has looked yet. */
static void
test_late_look(void)
{
	struct middle m;
	char text[8];

	middle_start(&m, "poll");
	(void)connecting(&m);
	skew += MINUTE;
	blind_turn(m.d);
	ok(m.heard.connects == 1 && m.heard.hosts == 0,
	    "a server that nobody has looked at is not too late");
	m.s = taken(m.d, m.listening);
	ok(send(m.c, "x", 1, 0) == 1 && got(m.d, m.s, text, 8) == 1,
	    "and is served");
	middle_end(&m);
}

/* Readable alone says nothing about a connect. */
static void
test_early_event(void)
{
	struct middle m;
	struct relay *r;

	middle_start(&m, "poll");
	r = connecting(&m);
	r->server.io.ready = IO_IN;
	relay_connect_event(r);
	ok(r->state == RELAY_CONNECT && m.heard.connects == 0,
	    "what cannot be written is not connected");
	ok(until(m.d, &m.heard.connects, 1), "but later");
	middle_end(&m);
}

/* The server answers and resets before anybody has looked. */
static void
test_answer_and_reset(const char *how)
{
	struct middle m;
	char text[8];

	middle_start(&m, how);
	(void)connecting(&m);
	while ((m.s = accept(m.listening, NULL, NULL)) == -1)
		continue;
	ok(send(m.s, "bye", 3, 0) == 3, "%s: a server answers", how);
	reset(&m.s);
	ok(got(m.d, m.c, text, sizeof(text)) == 3 &&
	    strncmp(text, "bye", 3) == 0, "%s: its answer arrives", how);
	ok(is_reset(m.d, m.c), "%s: then its reset", how);
	ok(until(m.d, &m.heard.ends, 1), "%s: which ends it", how);
	is(m.heard.end, "web host.0 server-reset", "told as that");
	ok(m.heard.connects == 1 && m.heard.hosts == 0 && m.heard.out == 3,
	    "%s: it was connected", how);
	middle_end(&m);
}

/* A client waits for a place at a host, for a minute at most. */
static void
test_starved(void)
{
	struct middle m;
	struct relay *r;
	int second;

	middle_open(&m, "poll");
	the_host(&m)->max_conns = 1;
	sched_rebuild(the_host(&m)->group);
	second = client(pydirector_port(m.d, "web"));
	turns(m.d, 5);
	ok(m.d->nrelays == 1, "nobody is let in for whom there is no place");
	/* As if he had come in before the last place was taken. */
	relay_start(m.d, m.d->model->services[0]->listeners[0],
	    dup(second), &m.d->relays->addr);
	r = m.d->relays;
	ok(r->state == RELAY_STARVED && m.heard.ends == 0, "who is in waits");
	skew += 1000;
	turns(m.d, 2);
	ok(r->state == RELAY_STARVED && m.heard.ends == 0, "and tries again");
	r->started -= (int64_t)(MINUTE + 1) * 1000;
	skew += 1000;
	ok(until(m.d, &m.heard.ends, 1), "but not for ever");
	is(m.heard.end, "web - connect-failed", "told as that");
	ok(strstr(m.heard.line, "no descriptor, port or place") != NULL,
	    "with the reason: %s", m.heard.line);
	ok(m.d->model->services[0]->refused == 1 && the_host(&m)->open == 1,
	    "and counted");
	shut(&second);
	middle_end(&m);
}

/* Whoever belongs to the service that has a place now is woken before all
 * others, and the oldest of those. */
static void
test_turns(void)
{
	struct middle m;
	struct service a, b;
	struct relay r[4];
	int i;

	middle_start(&m, "poll");
	memset(r, 0, sizeof(r));
	for (i = 0; i < 4; i++) {
		r[i].id = (uint64_t)i;
		r[i].service = i == 1 || i == 2 ? &b : &a;
		loop_park(&m.d->starved, &r[i].task, relay_starved_task);
	}
	relay_wake(m.d, &b);
	ok(m.d->loop.tasks == &r[1].task, "the oldest of the service");
	relay_wake(m.d, &b);
	ok(m.d->loop.tasks == &r[2].task, "then the next");
	relay_wake(m.d, &b);
	ok(m.d->loop.tasks == &r[0].task, "then the oldest of another");
	relay_wake(m.d, NULL);
	ok(m.d->loop.tasks == &r[3].task && m.d->starved == NULL,
	    "at last the newest");
	for (i = 0; i < 4; i++)
		loop_task_del(&r[i].task);
	middle_end(&m);
}

/* There is no memory to remember who has failed. */
static void
test_no_list(void)
{
	struct middle m;

	middle_start(&m, "poll");
	shut(&m.listening);
	no_memory = 1;
	m.c = client(pydirector_port(m.d, "web"));
	ok(until(m.d, &m.heard.ends, 1), "no memory after a host that failed");
	is(m.heard.end, "web host.0 connect-failed", "ends the relay");
	ok(is_reset(m.d, m.c), "and the client is told");
	no_memory = 0;
	ok(m.heard.hosts == 1 && the_host(&m)->open == 0 &&
	    the_host(&m)->refs == 1, "the host is down, and nobody's");
	middle_end(&m);
}

/* What stands in the way of the next relay. */
struct hurdle {
	struct relay_watcher watcher;
	int		 full;		/* there is no room in the loop */
	int		 few;		/* there is no descriptor */
	int		 asked;		/* about an address */
	int		 nios, size;
	struct rlimit	 files;
};

static void
hurdle_event(struct relay_watcher *w, struct relay *r, enum relay_event event)
{
	struct hurdle *h = LOOP_OWNER(w, struct hurdle, watcher);
	struct loop *l = &r->director->loop;

	if (h->full && event == RELAY_EVENT_START) {
		h->nios = l->nios;
		h->size = l->size;
		l->nios = l->size = INT_MAX;
	} else if (h->full && event == RELAY_EVENT_END) {
		l->nios = h->nios;
		l->size = h->size;
	} else if (h->few && event != RELAY_EVENT_START)
		(void)setrlimit(RLIMIT_NOFILE, &h->files);
}

/* Another one would be better, but cannot be had. */
static int
hurdle_address(struct relay_watcher *w, struct relay *r, const struct addr *a)
{
	struct hurdle *h = LOOP_OWNER(w, struct hurdle, watcher);
	struct rlimit least = h->files;
	int fd;

	(void)r;
	if (!h->few || a == NULL)
		return 0;
	h->asked++;
	fd = dup(0);
	close(fd);
	least.rlim_cur = (rlim_t)fd;
	(void)setrlimit(RLIMIT_NOFILE, &least);
	return 1;
}

static void
hurdle_start(struct hurdle *h, struct middle *m)
{
	memset(h, 0, sizeof(*h));
	h->watcher.event = hurdle_event;
	h->watcher.address = hurdle_address;
	if (getrlimit(RLIMIT_NOFILE, &h->files) == -1)
		abort();
	middle_start(m, "poll");
	relay_watch(m->d, &h->watcher);
}

/* No room for the server's descriptor in the loop. */
static void
test_full_loop(void)
{
	struct hurdle h;
	struct middle m;

	hurdle_start(&h, &m);
	h.full = 1;
	m.c = client(pydirector_port(m.d, "web"));
	ok(until(m.d, &m.heard.ends, 1), "no room for a server");
	is(m.heard.end, "web host.0 connect-failed", "ends the relay");
	ok(is_reset(m.d, m.c), "and the client is told");
	ok(m.heard.hosts == 0 && the_host(&m)->open == 0,
	    "the host has no part in it");
	m.s = taken(m.d, m.listening);
	ok(got(m.d, m.s, m.heard.line, 1) == 0, "its connection is closed");
	relay_unwatch(m.d, &h.watcher);
	middle_end(&m);
}

/* A connection with an address that another relay has is better than none. */
static void
test_same_address(void)
{
	struct hurdle h;
	struct middle m;
	char text[8];

	hurdle_start(&h, &m);
	h.few = 1;
	m.c = client(pydirector_port(m.d, "web"));
	ok(until(m.d, &m.heard.connects, 1) && h.asked == 1,
	    "no descriptor for another connect: the first one stays");
	m.s = taken(m.d, m.listening);
	ok(send(m.c, "x", 1, 0) == 1 && got(m.d, m.s, text, 8) == 1,
	    "and serves");
	relay_unwatch(m.d, &h.watcher);
	middle_end(&m);
}

/* The flow. */

/* A socket that takes little at a time. */
static void
narrow(int fd, int option)
{
	const int size = 4096;

	if (setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size)) == -1)
		abort();
}

/* A client sends more than anybody takes, and resets: its relay, which knows
 * that. */
static struct relay *
flooded(struct middle *m)
{
	struct relay *r;
	int i;

	middle_open(m, "poll");
	r = m->d->relays;
	narrow(r->server.io.fd, SO_SNDBUF);
	narrow(m->s, SO_RCVBUF);
	(void)fill(m->d, m->c);
	reset(&m->c);
	if (send(m->s, "x", 1, 0) != 1)
		abort();
	for (i = 0; !r->client.broken && i < ROUNDS; i++)
		turn(m->d);
	if (!r->client.broken || r->client.rest == NULL)
		abort();
	return r;
}

/* The server has a second for its last bytes, from each one on. */
static void
test_stuck(void)
{
	struct middle m;
	struct relay *r = flooded(&m);
	uint64_t before;
	int i;

	stopped = clock_ms();
	for (i = 0; i < 3; i++) {
		skew += 600;
		turns(m.d, 3);
		ok(m.heard.ends == 0, "a reset waits for what came before it");
		before = r->bytes_in;
		while (m.heard.ends == 0 && r->bytes_in == before &&
		    drain(m.d, m.s, 1024) > 0)
			continue;
	}
	skew += 1100;
	ok(until(m.d, &m.heard.ends, 1), "but not for one who takes nothing");
	is(m.heard.end, "web host.0 client-reset", "told as that");
	middle_end(&m);
}

/* Then the server resets, too. */
static void
test_both_reset(void)
{
	struct middle m;

	(void)flooded(&m);
	reset(&m.s);
	turns(m.d, 5);
	ok(m.heard.ends == 1, "when both have reset nobody is waited for");
	is(m.heard.end, "web host.0 client-reset", "told as the first one");
	middle_end(&m);
}

/* A server sends and resets. How that ends for the client depends on whether
 * the kernel says what is not sent yet. */
static void
test_unsent_unknown(void)
{
	static const char bytes[100000];
	struct middle m;
	int known;

	for (known = 0; known < 2; known++) {
		middle_open(&m, "poll");
		no_answer = !known;
		ok(send(m.s, bytes, sizeof(bytes), 0) == sizeof(bytes),
		    "a server sends");
		while (m.d->relays->bytes_out < sizeof(bytes))
			turn(m.d);
		reset(&m.s);
		ok(until(m.d, &m.heard.ends, 1), "and resets");
		is(m.heard.end, "web host.0 server-reset", "told as that");
		ok(drain(m.d, m.c, sizeof(bytes)) == sizeof(bytes),
		    "the client gets every byte");
		if (known)
			ok(is_reset(m.d, m.c), "then the reset");
		else
			ok(got(m.d, m.c, m.heard.line, 1) == 0,
			    "then a close: a reset could overtake them");
		no_answer = 0;
		middle_end(&m);
	}
}

/* There are no chunks any more. */
static void
starve_pool(struct pool *p)
{
	pool_done(p);
	p->size = SIZE_MAX;
}

/* It was cut off, and both ends know; a server that has not taken it yet may
 * never hear of it. */
static void
cut_off(struct middle *m, const char *what)
{
	ok(until(m->d, &m->heard.ends, 1), "%s", what);
	is(m->heard.end, "web host.0 stop", "ends the relay");
	ok(strstr(m->heard.line, "out of memory") != NULL, "that is logged");
	ok(is_reset(m->d, m->c), "the client knows");
	ok(m->s == -1 || is_reset(m->d, m->s), "the server, too");
	ok(the_host(m)->open == 0 && m->d->nrelays == 0, "nothing is left");
	middle_end(m);
}

static void
test_no_memory(void)
{
	struct middle m;

	middle_open(&m, "poll");
	starve_pool(&m.d->pool);
	(void)send(m.c, "x", 1, 0);
	cut_off(&m, "no memory for a client's byte");
	middle_open(&m, "poll");
	starve_pool(&m.d->pool);
	(void)send(m.s, "x", 1, 0);
	cut_off(&m, "no memory for a server's byte");
	/* With a byte that is known to be there. */
	middle_start(&m, set_word() == NULL ? "poll" : set_word());
	the_host(&m)->send_proxy = SEND_PROXY_V1;
	starve_pool(&m.d->small);
	starve_pool(&m.d->pool);
	m.c = client(pydirector_port(m.d, "web"));
	(void)send(m.c, "x", 1, 0);
	cut_off(&m, "no memory for a header");
}

/* A side that was thought to have room has none. */
static void
test_no_room(void)
{
	struct middle m;
	struct relay *r;
	size_t sent;
	char text[8];

	middle_open(&m, "poll");
	r = m.d->relays;
	ok(send(m.c, "a", 1, 0) == 1 && got(m.d, m.s, text, 8) == 1, "a byte");
	sent = fill(NULL, r->server.io.fd);
	ok(send(m.c, "b", 1, 0) == 1, "another one");
	turns(m.d, 5);
	ok(r->client.rest != NULL && !(r->server.io.ready & IO_OUT) &&
	    r->bytes_in == 1, "that finds no room waits");
	ok(drain(m.d, m.s, sent) == sent && got(m.d, m.s, text, 8) == 1 &&
	    text[0] == 'b', "and goes when there is some");
	middle_end(&m);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	test_words();
	test_late_look();
	test_early_event();
	test_answer_and_reset("poll");
	if (set_word() != NULL)
		test_answer_and_reset(set_word());
	test_starved();
	test_turns();
	test_no_list();
	test_full_loop();
	test_same_address();
	test_stuck();
	test_both_reset();
	test_unsent_unknown();
	test_no_memory();
	test_no_room();
	return tap_end();
}
