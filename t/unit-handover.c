/* SPDX-License-Identifier: ISC
 *
 * handover.c, takeover.c and state.c, with a clock that can be set forward:
 * what goes over, an old process that talks nonsense, a new one that says
 * nothing. t/i*.t have the whole of it. */

#include "config.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "conf.h"
#include "bound.h"
#include "handover.h"
#include "pydirector.h"
#include "t/tap.h"

#define HELLO HANDOVER_HELLO "\n"
#define PLACE 40		/* where descriptors are handed down */

static int64_t skew;		/* ms that the clock is ahead */
static char heard[512];		/* why the new process has failed */
static int calls;

static int64_t
test_clock(void)
{
	return clock_ms() + skew;
}

/* As pydirector_hand_over() and pydirector_take_over() set it. */
static const struct handover_ops ops = {
	handover_stop, handover_cancel, handover_reopen, takeover_stop,
	takeover_done
};

static struct pydirector *
director_of(const char *hosts)
{
	struct pydirector *d = pydirector_new(NULL, NULL, PYDIRECTOR_ERR);
	struct buf errors;
	char text[2048];
	size_t i;

	snprintf(text, sizeof(text), "<pdconfig><service name=\"a b\">"
	    "<listen ip=\"127.0.0.1:0\"/><allow from=\"127.0.0.0/8\"/>"
	    "<group name=\"g%%\" scheduler=\"roundrobin\">%s</group>"
	    "</service></pdconfig>", hosts);
	buf_init(&errors, 65536);
	if (d == NULL || conf_parse(&d->model, "test", text, strlen(text),
	    &errors) == -1) {
		printf("Bail out! %s\n", errors.data);
		exit(1);
	}
	buf_done(&errors);
	for (i = 0; i < d->model->nservices; i++)
		d->model->services[i]->director = d;
	d->loop.clock = test_clock;
	d->loop.now = d->started = test_clock();
	d->upgrades = &ops;
	return d;
}

#define HOSTS "<host name=\"one\" ip=\"10.0.0.1:80\"/>" \
	"<host name=\"t+o =\" ip=\"10.0.0.2:80\"/>" \
	"<host name=\"3\" ip=\"10.0.0.3:80\"/>"

static struct group *
group_of(const struct pydirector *d)
{
	return d->model->services[0]->groups[0];
}

/* What goes over. */

static void
learn(struct pydirector *d, struct buf *b)
{
	char *line, *words[HANDOVER_WORDS];
	size_t used = 0;
	int n;

	while ((line = handover_line(b, &used)) != NULL)
		if ((n = handover_words(line, words)) > 0)
			state_learn(d, n, words);
	buf_consume(b, used);
	manager_settle(d);
}

static void
test_state(void)
{
	struct pydirector *old = director_of(HOSTS);
	struct pydirector *new = director_of("<host name=\"one\" "
	    "ip=\"10.0.0.9:80\"/><host name=\"t+o =\" ip=\"10.0.0.2:80\"/>"
	    "<host name=\"3\" ip=\"10.0.0.3:80\"/>");
	struct host **from = group_of(old)->hosts, **to = group_of(new)->hosts;
	struct service *s = old->model->services[0], *v;
	struct buf b;

	buf_init(&b, HANDOVER_MAX);
	old->started -= 5000;
	old->next_id = UINT64_MAX - 3;
	host_set_down(from[0], WHY_REFUSED, old->loop.now - 1000);
	host_set_down(from[1], WHY_TIMEOUT, old->loop.now - 2000);
	host_set_draining(from[2], 1, old->loop.now - 3000);
	from[0]->total = 7;
	from[1]->total = UINT64_C(1) << 60;
	from[1]->failed = 3;
	from[1]->bytes_in = 4;
	from[1]->bytes_out = 5;
	s->total = 10;
	s->denied = 2;
	s->rules[0]->hits = 9;
	state_tell(old, &b, 1);
	ok(!b.failed && from[1]->total == 0 && s->total == 0 &&
	    s->rules[0]->hits == 0, "counters are the other's from now on");
	to[1]->total = 1;
	learn(new, &b);
	v = new->model->services[0];
	ok(to[1]->total == (UINT64_C(1) << 60) + 1 && to[1]->failed == 3 &&
	    to[1]->bytes_in == 4 && to[1]->bytes_out == 5, "they are added");
	ok(to[1]->plot.total == UINT64_C(1) << 60, "but for the plot");
	ok(v->total == 10 && v->denied == 2 && v->refused == 0 &&
	    v->rules[0]->hits == 9, "those of services and rules, too");
	ok(to[0]->down == WHY_NONE && to[0]->total == 0,
	    "a host with another address is another one");
	ok(to[1]->down == WHY_TIMEOUT && to[1]->since == from[1]->since,
	    "down, since when");
	ok(to[2]->draining && to[2]->since == from[2]->since, "draining");
	ok(group_of(new)->nup == 1, "the scheduler knows");
	ok(new->next_id == UINT64_MAX - 3 && new->started == old->started,
	    "numbers, the time of the start");
	state_tell(old, &b, 0);
	ok(b.len == 0, "nothing is told twice");
	from[2]->bytes_in = 1;
	state_tell(old, &b, 0);
	learn(new, &b);
	ok(to[2]->bytes_in == 1 && to[2]->draining, "only what is new");
	buf_done(&b);
	pydirector_free(old);
	pydirector_free(new);
}

static void
test_lines(void)
{
	static const char *const nonsense[] = { "host\n", "state a b c d\n",
	    "host a%20b g%25 one x 1 2 3 4\n", "%\n", "relays %zz 1\n",
	    "service nobody 1 2 3 4\n",
	    "state a%20b g%25 3 10.0.0.3:80 - x - - -\n",
	    "rule a%20b allow x 1\n", "\n", " \n",
	    "started 99999999999999999999\n",
	    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n",
	    "host a%20b g%25 3 10.0.0.3:80 -1 -2 -3 x\n" };
	struct pydirector *d = director_of(HOSTS);
	int64_t started = d->started;
	struct buf b;
	size_t i;

	buf_init(&b, HANDOVER_MAX);
	for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		(void)buf_addf(&b, "%s", nonsense[i]);
		learn(d, &b);
	}
	ok(d->next_id == 0 && d->started == started &&
	    group_of(d)->hosts[2]->total == 0 && group_of(d)->nup == 3,
	    "lines that make no sense are passed over");
	buf_done(&b);
	pydirector_free(d);
}

/* An old process. */

static int
listening(void)
{
	struct addr a;
	struct hostport at;
	const char *why;

	if (addr_split("127.0.0.1:0", &at, &why) == -1 ||
	    addr_number(&at, &a) == -1)
		abort();
	return net_listen(&a, 0);
}

/* Begins with that text from the old process and n sockets. */
static int
begin(struct pydirector *d, const char *text, int n, char *err, size_t size)
{
	int pair[2], i, fd, result;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		abort();
	(void)dup2(pair[1], PLACE);
	close(pair[1]);
	for (i = 1; i <= n; i++) {
		fd = listening();
		(void)dup2(fd, PLACE + i);
		close(fd);
	}
	if (write(pair[0], text, strlen(text)) == -1)
		abort();
	shutdown(pair[0], SHUT_WR);
	result = takeover_begin(d, PLACE, n, err, size);
	close(pair[0]);
	return result;
}

static void
test_begin(void)
{
	static const struct {
		const char	*text, *why;
		int		 n;
	} cases[] = {
		{ HELLO "go\n", NULL, 0 },
		{ HELLO "new words\ndoor web 127.0.0.1:0 1\ngo\n", NULL, 1 },
		{ "", "the old process is gone", 0 },
		{ HELLO, "the old process is gone", 0 },
		{ HELLO "go\n", "the number of descriptors is wrong", 1 },
		{ HELLO "door web 127.0.0.1:0 2\ngo\n",
		    "the old process talks nonsense", 1 },
		{ HELLO "door web 127.0.0.1:0 0\ngo\n",
		    "the old process talks nonsense", 1 },
		{ HELLO "door web 127.0.0.1:0 9\ngo\n",
		    "the old process talks nonsense", 9 },
		{ HELLO "door web 127.0.0.1:0 -1\ngo\n",
		    "the old process talks nonsense", 1 },
		{ "upgrade 1\ngo\n", "the old process hands over in another "
		    "way: restart it", 0 },
		{ "go\n", "the old process hands over in another way: "
		    "restart it", 0 },
	};
	struct pydirector *d;
	char err[256];
	size_t i;
	int result, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d = director_of(HOSTS);
		err[0] = '\0';
		result = begin(d, cases[i].text, cases[i].n, err, sizeof(err));
		ok(result == (cases[i].why == NULL ? 0 : -1) &&
		    strcmp(err, cases[i].why == NULL ? "" : cases[i].why) == 0,
		    "an old process, case %zu: %s", i, err);
		if (result == 0 && cases[i].n == 1)
			ok(d->bound != NULL && d->bound->fds[0] == PLACE + 1 &&
			    d->bound->lent && (fcntl(PLACE + 1, F_GETFD) &
			    FD_CLOEXEC), "its socket");
		while (d->bound != NULL)
			door_forget(d);
		pydirector_free(d);
		for (j = 1; j <= cases[i].n; j++)
			close(PLACE + j);
	}
}

/* A new process. */

static void
told(void *arg, long pid, const char *why)
{
	(void)arg;
	(void)pid;
	calls++;
	snprintf(heard, sizeof(heard), "%s", why == NULL ? "ready" : why);
}

static void
turn(struct pydirector *d)
{
	struct pollfd fds[16];
	int n = loop_pollfds(&d->loop, fds, 16);

	(void)poll(fds, (nfds_t)n, 10);
	loop_dispatch(&d->loop, fds, n);
}

static void
test_silence(void)
{
	char sh[] = "/bin/sh", c[] = "-c", sleeps[] = "exec sleep 100";
	char speaks[] = "echo what >&3; exec sleep 100";
	char hangs_up[] = "exec 3>&-; exec sleep 100";
	char *argv[] = { sh, c, sleeps, NULL }, *env[] = { NULL };
	struct pydirector *d = director_of(HOSTS);
	char err[256];
	int i;

	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0,
	    "a new process is started");
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) == -1,
	    "one at a time");
	is(err, "one is under way", "that is said");
	for (i = 0; i < 10; i++)
		turn(d);
	skew += 29000;
	for (i = 0; i < 10; i++)
		turn(d);
	ok(calls == 0, "29 s of silence");
	skew += 1500;
	for (i = 0; i < 500 && calls == 0; i++) {
		turn(d);
		skew += 10;
	}
	is(heard, "no word in 30 s", "30 s are too many");
	ok(calls == 1 && d->handover == NULL && !d->draining, "it is over");
	argv[2] = speaks;
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0,
	    "another one");
	skew += 29000;
	for (i = 0; i < 20; i++)
		turn(d);
	skew += 5000;
	for (i = 0; i < 10; i++)
		turn(d);
	ok(calls == 1, "with a word between it has longer");
	handover_cancel(d);
	is(heard, "the director is stopping", "it is not wanted any more");
	argv[2] = hangs_up;
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0,
	    "and one more");
	for (i = 0; i < 500 && calls == 2; i++) {
		turn(d);
		skew += 10;
	}
	is(heard, "it has hung up", "nobody waits for who has hung up");
	pydirector_free(d);
}

/* Turns until fn has been called, or the clock is ms ahead. */
static void
turns(struct pydirector *d, int before, int64_t ms)
{
	for (ms += skew; calls == before && skew < ms; skew += 10)
		turn(d);
}

/* 1: the new process has been ready. */
static int
yields(struct pydirector *d)
{
	int i;

	for (i = 0; i < 500 && !d->yielding; i++)
		turn(d);
	return d->yielding;
}

/* Ready, and then dead, silent, or serving. */
static void
test_yield(void)
{
	char sh[] = "/bin/sh", c[] = "-c", script[256];
	char *argv[] = { sh, c, script, NULL }, *env[] = { NULL };
	struct pydirector *d = director_of(HOSTS);
	struct host *h = group_of(d)->hosts[0];
	struct service *s = d->model->services[0];
	siginfo_t info;
	char err[256];
	pid_t pid;

	h->total = 5;
	s->denied = 3;
	s->rules[0]->hits = 2;
	d->next_id = 77;
	calls = 0;
	snprintf(script, sizeof(script), "echo ready 2 >&3; read x <&3; "
	    "echo serving 1 >&3; read x <&3; until test \"$x\" = end; do "
	    "read x <&3; done; exit 5");
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0 &&
	    yields(d), "a new process that is ready");
	h->total += 1;
	turns(d, 0, 10000);
	is(heard, "ended with status 5", "it ends before it serves");
	ok(calls == 1 && !d->yielding && !d->draining && d->handover == NULL,
	    "the old one goes on");
	ok(h->total == 6 && h->plot.total == 5 && s->denied == 3 &&
	    s->rules[0]->hits == 2 && d->next_id == 77,
	    "with its counters, and what was counted since");
	snprintf(script, sizeof(script), "echo ready 2 >&3; exec sleep 100");
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0 &&
	    yields(d) && h->total == 0, "one that hangs");
	skew += 10000;
	turns(d, 1, 500);
	ok(calls == 1 && d->yielding, "10 s are not too many");
	turns(d, 1, 30000);
	is(heard, "no word in 20 s", "20 s are");
	ok(calls == 2 && h->total == 6 && !d->yielding, "the old one goes on");
	snprintf(script, sizeof(script), "echo serving >&3; echo ready 2 >&3; "
	    "exec sleep 100");
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0 &&
	    yields(d), "one that says it in the wrong order");
	handover_cancel(d);
	is(heard, "the director is stopping", "it is not needed any more");
	ok(calls == 3 && h->total == 6 && !d->yielding && d->handover == NULL,
	    "nothing has changed");
	snprintf(script, sizeof(script), "echo ready >&3; exec sleep 100");
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0,
	    "one of another version");
	turns(d, 3, 10000);
	is(heard, "it takes over in another way", "it is refused");
	snprintf(script, sizeof(script), "echo ready 2 >&3; "
	    "until test \"$x\" = end; do read x <&3; done; "
	    "echo serving >&3; exit 7");
	pid = (pid_t)handover_start(d, argv, env, told, NULL, err, sizeof(err));
	ok(yields(d), "one that serves and ends at once");
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == -1 &&
	    errno == EINTR)
		continue;
	turns(d, 4, 10000);
	is(heard, "ended with status 7", "nobody leaves for who is gone");
	ok(calls == 5 && h->total == 6 && !d->yielding && !d->draining,
	    "the old one goes on");
	snprintf(script, sizeof(script), "echo ready 2 >&3; echo serving >&3; "
	    "exec sleep 100");
	ok(handover_start(d, argv, env, told, NULL, err, sizeof(err)) > 0,
	    "one that serves");
	handover_reopen(d);
	turns(d, 5, 10000);
	is(heard, "ready", "it is heard");
	ok(d->draining && !d->yielding && h->total == 0, "it has all");
	pydirector_free(d);
}

int
main(void)
{
	test_state();
	test_lines();
	test_begin();
	test_silence();
	test_yield();
	return tap_end();
}
