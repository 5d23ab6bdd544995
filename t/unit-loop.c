/* SPDX-License-Identifier: ISC
 *
 * The loop: timers against a plain search, tasks, slots, the kernel's set, and
 * one that lies. */

#include "config.h"

#include <sys/socket.h>

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "compat/set.h"

static int set_lie;		/* the set tells of another descriptor (1) or
				 * of another turn (2) */

static int
test_set_wait(int set, struct set_event *e, int max)
{
	int n = set_wait(set, e, max);

	if (n > 0 && set_lie == 1)
		e[0].fd++;
	else if (n > 0 && set_lie == 2)
		e[0].turn++;
	return n;
}

#define set_wait test_set_wait
#include "loop.c"
#undef set_wait
#include "tap.h"

#define TIMERS 500
#define STEPS 20000

static int64_t test_now;

static int64_t
test_clock(void)
{
	return test_now;
}

static void
test_loop(struct loop *l)
{
	loop_init(l);
	l->clock = test_clock;
	l->now = test_now;
}

static uint32_t
roll(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* Timers. */

struct alarm {
	struct timer	 timer;
	int64_t		 at;		/* the oracle; -1: not set */
};

static struct alarm alarms[TIMERS];
static int alarm_wrong, alarm_fired;

static void
alarm_expire(struct timer *t)
{
	struct alarm *a = LOOP_OWNER(t, struct alarm, timer);

	if (a->at == -1 || test_now < a->at)
		alarm_wrong++;
	a->at = -1;
	alarm_fired++;
}

static int64_t
alarm_earliest(void)
{
	int64_t at = -1;
	int i;

	for (i = 0; i < TIMERS; i++)
		if (alarms[i].at != -1 && (at == -1 || alarms[i].at < at))
			at = alarms[i].at;
	return at;
}

static void
alarm_step(struct loop *l)
{
	struct alarm *a = &alarms[roll() % TIMERS];
	int64_t ms;

	switch (roll() % 4) {
	case 0:
	case 1:
		ms = roll() % 1000;
		loop_timer(l, &a->timer, ms, alarm_expire);
		a->at = test_now + ms + 1;
		break;
	case 2:
		loop_timer_del(l, &a->timer);
		a->at = -1;
		break;
	default:
		test_now += roll() % 20;
		loop_dispatch(l, NULL, 0);
		break;
	}
}

static void
test_timers(void)
{
	struct loop l;
	int64_t at;
	int i, late = 0, timeout_wrong = 0;

	test_loop(&l);
	ok(loop_timeout(&l) == -1, "nothing to wait for: -1");
	for (i = 0; i < TIMERS; i++)
		alarms[i].at = -1;
	for (i = 0; i < STEPS; i++) {
		alarm_step(&l);
		at = alarm_earliest();
		if (at != -1 && at <= l.now)
			late++;
		if (loop_timeout(&l) != (at == -1 ? -1 :
		    at <= test_now ? 0 : (int)(at - test_now)))
			timeout_wrong++;
	}
	ok(alarm_fired > STEPS / 10, "%d timers expired", alarm_fired);
	ok(alarm_wrong == 0, "none early, none that was deleted");
	ok(late == 0, "none left out");
	ok(timeout_wrong == 0, "the timeout is that of the earliest");
	for (i = 0; i < TIMERS; i++)
		loop_timer_del(&l, &alarms[i].timer);
	ok(loop_timeout(&l) == -1, "all deleted: nothing to wait for");
	loop_done(&l);
}

/* A timer set for at once while timers expire. */
static struct loop *again_loop;

static void
timer_at_once(struct timer *t)
{
	LOOP_OWNER(t, struct alarm, timer)->at++;
	loop_timer(again_loop, t, 0, timer_at_once);
}

static void
test_timer_at_once(void)
{
	struct alarm a;
	struct loop l;

	test_loop(&l);
	again_loop = &l;
	memset(&a, 0, sizeof(a));
	loop_timer(&l, &a.timer, 0, timer_at_once);
	test_now += 10;
	loop_dispatch(&l, NULL, 0);
	ok(a.at == 1, "a timer that sets itself waits for the next round");
	loop_timer_del(&l, &a.timer);
	loop_done(&l);
}

/* Tasks. */

struct job {
	struct task	 task;
	int		 runs;
	struct loop	*loop;
	struct job	*other;
};

static void
job_run(struct task *t)
{
	struct job *j = LOOP_OWNER(t, struct job, task);

	j->runs++;
	if (j->other != NULL)
		loop_task_del(&j->other->task);
	loop_later(j->loop, &j->task, job_run);
}

static void
job_bury(struct task *t)
{
	LOOP_OWNER(t, struct job, task)->runs += 100;
}

static void
test_tasks(void)
{
	struct job a, b;
	struct loop l;

	test_loop(&l);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	a.loop = b.loop = &l;
	loop_later(&l, &a.task, job_run);
	loop_later(&l, &a.task, job_run);
	ok(loop_timeout(&l) == 0, "a task: do not sleep");
	loop_dispatch(&l, NULL, 0);
	ok(a.runs == 1, "a task that queues itself runs once in a round");
	loop_dispatch(&l, NULL, 0);
	ok(a.runs == 2, "and again in the next");
	loop_later(&l, &b.task, job_run);
	a.other = &b;
	b.other = &a;
	a.runs = b.runs = 0;
	loop_dispatch(&l, NULL, 0);
	ok(a.runs + b.runs == 1, "one of two deletes the other in the round");
	loop_bury(&l, &a.task, job_bury);
	loop_bury(&l, &b.task, job_bury);
	ok(a.runs + b.runs == 1, "buried: not at once");
	loop_dispatch(&l, NULL, 0);
	ok(a.runs + b.runs == 1, "not in this round, and no task any more");
	loop_pollfds(&l, NULL, 0);
	ok(a.runs + b.runs == 201, "but when the next one starts");
	loop_done(&l);
}

/* Descriptors. */

struct end {
	struct io	 io;
	struct loop	*loop;
	int		 want, events, ready;
	struct end	*kills;
};

static int
end_want(struct io *io)
{
	return LOOP_OWNER(io, struct end, io)->want;
}

static void
end_event(struct io *io)
{
	struct end *e = LOOP_OWNER(io, struct end, io);

	e->events++;
	e->ready |= io->ready;
	if (e->kills != NULL && e->kills->io.fd != -1) {
		close(e->kills->io.fd);
		loop_del(e->loop, &e->kills->io);
	}
}

static const struct io_ops end_ops = { end_want, end_event };

static void
end_open(struct loop *l, struct end *e, int fd, int many)
{
	memset(e, 0, sizeof(*e));
	e->loop = l;
	e->want = POLLIN;
	if ((many ? loop_add_many : loop_add)(l, &e->io, &end_ops, fd) == -1)
		abort();
}

static void
end_close(struct end *e)
{
	int fd = e->io.fd;

	loop_del(e->loop, &e->io);
	close(fd);
}

static void
round_of(struct loop *l)
{
	struct pollfd fds[8];
	int n = loop_pollfds(l, fds, 8);

	if (poll(fds, (nfds_t)n, 0) == -1)
		abort();
	loop_dispatch(l, fds, n);
}

static void
test_ends(const char *how, int many, const char *word)
{
	struct pollfd fds[8];
	struct loop l;
	struct end a, b;
	int pair[2], n;

	loop_init(&l);
	ok(loop_use(&l, word) == 0, "%s: can be used", how);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		abort();
	end_open(&l, &a, pair[0], many);
	end_open(&l, &b, pair[1], many);
	round_of(&l);		/* the set tells here that both can write */
	a.events = b.events = a.ready = b.ready = 0;
	a.io.ready = b.io.ready = 0;
	round_of(&l);
	ok(a.events == 0 && b.events == 0, "%s: silent while idle", how);
	ok(write(pair[1], "x", 1) == 1, "%s: one byte", how);
	round_of(&l);
	ok(a.events > 0 && (a.ready & IO_IN), "%s: readable", how);
	ok(b.events == 0, "%s: the other is not", how);

	/* Both ready, and whoever is first takes the other away. */
	ok(write(pair[0], "x", 1) == 1 && write(pair[1], "x", 1) == 1,
	    "%s: a byte each way", how);
	a.kills = &b;
	b.kills = &a;
	a.events = b.events = 0;
	n = loop_pollfds(&l, fds, 8);
	poll(fds, (nfds_t)n, 0);
	loop_dispatch(&l, fds, n);
	ok((a.events == 0) != (b.events == 0),
	    "%s: what is removed gets no event", how);
	end_close(a.io.fd != -1 ? &a : &b);
	ok(loop_pollfds(&l, fds, 8) == 0, "%s: nothing left to wait for", how);
	loop_done(&l);
}

/* A descriptor closed and opened again within a round. */
static void
test_stale(void)
{
	struct pollfd fds[8];
	struct loop l;
	struct end a, b;
	int pair[2], other[2], n;

	loop_init(&l);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, other) == -1)
		abort();
	end_open(&l, &a, pair[0], 0);
	n = loop_pollfds(&l, fds, 8);
	ok(n == 1 && fds[0].fd == pair[0], "one slot");
	fds[0].revents = POLLIN;
	end_close(&a);
	if (dup2(other[0], pair[0]) == -1)
		abort();
	end_open(&l, &b, pair[0], 0);
	loop_dispatch(&l, fds, n);
	ok(b.events == 0, "an old slot is not believed for a new descriptor");
	end_close(&b);
	close(pair[1]);
	close(other[0]);
	close(other[1]);
	loop_done(&l);
}

static void
test_want(void)
{
	struct pollfd fds[8];
	struct loop l;
	struct end a, b;
	int pair[2];

	loop_init(&l);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		abort();
	end_open(&l, &a, pair[0], 0);
	end_open(&l, &b, pair[1], 0);
	ok(loop_pollfds(&l, NULL, 0) == 2, "no room: told how much is wanted");
	ok(loop_pollfds(&l, fds, 1) == 2, "too little room: the same");
	a.want = -1;
	b.want = 0;
	ok(loop_pollfds(&l, fds, 8) == 1 && fds[0].fd == pair[1] &&
	    fds[0].events == 0, "-1 is not in the array, 0 is, for errors");
	end_close(&a);
	round_of(&l);
	ok(b.events == 1 && (b.ready & (IO_HUP | IO_BROKEN)) ==
	    (IO_HUP | IO_BROKEN), "a hang-up is told");
	end_close(&b);
	loop_done(&l);
}

static void
test_words(void)
{
	struct loop l;

	loop_init(&l);
	ok(loop_use(&l, "nonsense") == -1, "an unknown word is refused");
	ok(loop_use(&l, "") == -1, "and an empty one");
	loop_done(&l);
}

/* A set that passes everything but the truth is not used. */
static void
test_lies(void)
{
	struct loop l;

	loop_init(&l);
	for (set_lie = 1; set_lie <= 2; set_lie++)
		ok(loop_use(&l, set_word()) == -1 && l.set.fd == -1 &&
		    l.nios == 0, "a set that lies about %s is refused",
		    set_lie == 1 ? "descriptors" : "turns");
	set_lie = 0;
	ok(loop_use(&l, set_word()) == 0 && l.set.fd != -1, "one that does "
	    "not is used");
	loop_del(&l, &l.set);
	loop_done(&l);
}

/* Numbers that no array can have: nothing is added. */
static void
test_limits(void)
{
	struct loop l;
	struct end e;
	int pair[2];

	loop_init(&l);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		abort();
	l.nios = l.size = INT_MAX / 2 / (int)sizeof(struct io *) + 1;
	ok(loop_add(&l, &e.io, &end_ops, pair[0]) == -1 && l.ios == NULL,
	    "a full loop takes no more");
	l.nios = l.size = 0;
	if (set_word() != NULL && loop_use(&l, set_word()) == -1)
		abort();
	end_open(&l, &e, INT_MAX, 1);
	ok(!e.io.in_set && e.io.index != -1 && l.nseats == 0 && l.nset == 0,
	    "a descriptor without a seat waits in the poll array");
	loop_del(&l, &e.io);
	close(pair[0]);
	close(pair[1]);
	loop_done(&l);
}

int
main(void)
{
	test_timers();
	test_timer_at_once();
	test_tasks();
	test_ends("poll", 0, "poll");
	test_ends("poll, many", 1, "poll");
	if (set_word() != NULL)
		test_ends(set_word(), 1, set_word());
	test_stale();
	test_want();
	test_words();
	if (set_word() != NULL)
		test_lies();
	test_limits();
	return tap_end();
}
