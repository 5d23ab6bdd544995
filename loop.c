/* SPDX-License-Identifier: ISC
 *
 * The loop: descriptors, timers, tasks. A round has four phases: bury what is
 * dead and collect interest (loop_pollfds), sleep (the owner's poll(2)), hand
 * out what became ready, run what is due (loop_dispatch). What a round
 * removes is not touched by that round any more; what it adds takes part from
 * the next one on. */

#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "compat/set.h"
#include "clock.h"
#include "net.h"
#include "loop.h"

/* Events taken from the set at a time, and how often in a round. */
#define SET_EVENTS 64
#define SET_TURNS 16

void
loop_init(struct loop *l)
{
	memset(l, 0, sizeof(*l));
	l->set.fd = -1;
	l->clock = clock_ms;
	l->now = l->clock();
}

static void
loop_bury_dead(struct loop *l)
{
	struct task *t;

	while ((t = l->dead) != NULL) {
		loop_task_del(t);
		t->run(t);
	}
}

void
loop_done(struct loop *l)
{
	loop_bury_dead(l);
	if (l->set.fd != -1)
		net_close(l->set.fd);
	free(l->seats);
	free(l->ios);
	free(l->slots);
	memset(l, 0, sizeof(*l));
}

/* Descriptors. */

static int
loop_reserve(struct loop *l)
{
	struct io **ios, **slots;
	int size;

	if (l->nios < l->size)
		return 0;
	if (l->size > INT_MAX / 2 / (int)sizeof(*ios))
		return -1;
	size = l->size == 0 ? 64 : l->size * 2;
	ios = realloc(l->ios, (size_t)size * sizeof(*ios));
	if (ios == NULL)
		return -1;
	l->ios = ios;
	slots = realloc(l->slots, (size_t)size * sizeof(*slots));
	if (slots == NULL)
		return -1;
	l->slots = slots;
	l->size = size;
	return 0;
}

static int
loop_reserve_seat(struct loop *l, int fd)
{
	struct seat *seats;
	int n;

	if (fd < l->nseats)
		return 0;
	if (fd > INT_MAX / 2 / (int)sizeof(*seats))
		return -1;
	n = fd < 64 ? 64 : fd * 2;
	seats = realloc(l->seats, (size_t)n * sizeof(*seats));
	if (seats == NULL)
		return -1;
	memset(seats + l->nseats, 0,
	    (size_t)(n - l->nseats) * sizeof(*seats));
	l->seats = seats;
	l->nseats = n;
	return 0;
}

int
loop_add(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	if (loop_reserve(l) == -1)
		return -1;
	io->ops = ops;
	io->fd = fd;
	io->slot = -1;
	io->ready = 0;
	io->in_set = 0;
	io->index = l->nios;
	l->ios[l->nios++] = io;
	return 0;
}

int
loop_add_many(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	if (l->set.fd == -1 || loop_reserve_seat(l, fd) == -1 ||
	    set_add(l->set.fd, fd, l->turn + 1) == -1)
		return loop_add(l, io, ops, fd);
	io->ops = ops;
	io->fd = fd;
	io->index = -1;
	io->slot = -1;
	io->ready = 0;
	io->in_set = 1;
	l->seats[fd].io = io;
	l->seats[fd].turn = ++l->turn;
	l->nset++;
	return 0;
}

void
loop_del(struct loop *l, struct io *io)
{
	struct io *last;

	if (io->in_set) {
		l->seats[io->fd].io = NULL;
		l->nset--;
		io->fd = -1;
		return;
	}
	if (io->slot != -1)
		l->slots[io->slot] = NULL;
	last = l->ios[--l->nios];
	last->index = io->index;
	l->ios[io->index] = last;
	io->index = -1;
	io->slot = -1;
	io->fd = -1;
}

/* The kernel's set. */

static int
loop_set_want(struct io *io)
{
	return LOOP_OWNER(io, struct loop, set)->nset > 0 ? POLLIN : -1;
}

static void
loop_set_event(struct io *io)
{
	struct loop *l = LOOP_OWNER(io, struct loop, set);
	struct set_event events[SET_EVENTS];
	struct seat *seat;
	int i, n, turns;

	io->ready = 0;		/* what is left over, poll tells again */
	for (turns = 0; turns < SET_TURNS; turns++) {
		n = set_wait(io->fd, events, SET_EVENTS);
		for (i = 0; i < n; i++) {
			seat = &l->seats[events[i].fd];
			if (seat->io == NULL || seat->turn != events[i].turn)
				continue;
			seat->io->ready |= (unsigned char)events[i].ready;
			seat->io->ops->event(seat->io);
		}
		if (n < SET_EVENTS)
			return;
	}
}

static const struct io_ops set_ops = { loop_set_want, loop_set_event };

/* 1 when poll(2) says that the set has something. */
static int
loop_set_stirs(int set)
{
	struct pollfd p = { set, POLLIN, 0 };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

/* 1 when the set says that fd is readable, and nothing of others. */
static int
loop_set_tells(int set, int fd)
{
	struct set_event e[4];
	int i, n, ready = 0;

	n = set_wait(set, e, 4);
	for (i = 0; i < n; i++) {
		if (e[i].fd != fd || e[i].turn != 1)
			return 0;
		ready |= e[i].ready;
	}
	return ready & IO_IN;
}

/* A byte in one descriptor of the set has to wake poll(2), its removal has to
 * silence it again. */
static int
loop_set_works(int set)
{
	int fds[2], works;
	size_t done;

	if (net_pair(fds) == -1)
		return 0;
	works = net_write(fds[1], "", 1, &done) == IO_DONE &&
	    set_add(set, fds[0], 1) == 0 && loop_set_stirs(set) &&
	    loop_set_tells(set, fds[0]) && set_del(set, fds[0]) == 0 &&
	    !loop_set_stirs(set);
	net_close(fds[0]);
	net_close(fds[1]);
	return works;
}

int
loop_use(struct loop *l, const char *word)
{
	int set;

	if (word == NULL ? !set_trusted() : strcmp(word, "poll") == 0)
		return 0;
	if (word != NULL &&
	    (set_word() == NULL || strcmp(word, set_word()) != 0))
		return -1;
	set = set_open();
	if (set == -1)
		return -1;
	if (!loop_set_works(set) || loop_add(l, &l->set, &set_ops, set) == -1) {
		net_close(set);
		l->set.fd = -1;
		return -1;
	}
	return 0;
}

/* The round. */

int
loop_pollfds(struct loop *l, struct pollfd *fds, int max)
{
	struct io *io;
	int i, events, n = 0;

	loop_bury_dead(l);
	for (i = 0; i < l->nios; i++) {
		io = l->ios[i];
		io->slot = -1;
		events = io->ops->want(io);
		if (events == -1)
			continue;
		if (n < max) {
			fds[n].fd = io->fd;
			fds[n].events = (short)events;
			fds[n].revents = 0;
			l->slots[n] = io;
			io->slot = n;
		}
		n++;
	}
	l->nslots = n < max ? n : max;
	return n;
}

static void
loop_hand_out(struct loop *l, const struct pollfd *fds, int n)
{
	struct io *io;
	int i, revents;

	for (i = 0; i < n && i < l->nslots; i++) {
		revents = fds[i].revents;
		io = l->slots[i];
		if (revents == 0 || io == NULL || io->fd != fds[i].fd)
			continue;
		if (revents & (POLLIN | POLLPRI))
			io->ready |= IO_IN;
		if (revents & POLLOUT)
			io->ready |= IO_OUT;
		/* The read or the write will say what happened. */
		if (revents & (POLLERR | POLLHUP | POLLNVAL))
			io->ready |= IO_IN | IO_OUT | IO_HUP | IO_BROKEN;
		io->ops->event(io);
	}
	l->nslots = 0;
}

/* Timers: a pairing heap. prev is the parent for a first child, the left
 * sibling for the others, and the timer itself for the top. */

static struct timer *
timer_merge(struct timer *a, struct timer *b)
{
	struct timer *t;

	if (b->at < a->at) {
		t = a;
		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (a->child != NULL)
		a->child->prev = b;
	a->child = b;
	return a;
}

/* Makes one heap of a list of siblings: in pairs, then from the back. */
static struct timer *
timer_merge_pairs(struct timer *first)
{
	struct timer *a, *b, *pairs = NULL, *top;

	while (first != NULL) {
		a = first;
		b = a->next;
		first = b == NULL ? NULL : b->next;
		if (b != NULL)
			a = timer_merge(a, b);
		a->next = pairs;
		pairs = a;
	}
	top = pairs;
	if (top == NULL)
		return NULL;
	pairs = top->next;
	while (pairs != NULL) {
		a = pairs->next;
		top = timer_merge(top, pairs);
		pairs = a;
	}
	top->next = NULL;
	top->prev = top;
	return top;
}

static void
timer_insert(struct loop *l, struct timer *t)
{
	t->next = NULL;
	t->prev = t;
	if (l->timers != NULL) {
		l->timers = timer_merge(l->timers, t);
		l->timers->next = NULL;
		l->timers->prev = l->timers;
	} else
		l->timers = t;
}

void
loop_timer_del(struct loop *l, struct timer *t)
{
	struct timer *below;

	if (!loop_timer_set(t))
		return;
	below = timer_merge_pairs(t->child);
	t->child = NULL;
	if (l->timers == t)
		l->timers = below;
	else {
		if (t->prev->child == t)
			t->prev->child = t->next;
		else
			t->prev->next = t->next;
		if (t->next != NULL)
			t->next->prev = t->prev;
		if (below != NULL)
			timer_insert(l, below);
	}
	t->next = NULL;
	t->prev = NULL;
}

void
loop_timer(struct loop *l, struct timer *t, int64_t ms,
    void (*expire)(struct timer *))
{
	loop_timer_del(l, t);
	/* The clock's reading was rounded down: one more is never early, and
	 * keeps a timer that is set while others expire out of that round. */
	t->at = l->clock() + ms + 1;
	t->expire = expire;
	t->child = NULL;
	timer_insert(l, t);
}

static void
loop_expire(struct loop *l)
{
	struct timer *t;
	int64_t now;

	now = l->now;
	while ((t = l->timers) != NULL && t->at <= now) {
		loop_timer_del(l, t);
		t->expire(t);
	}
}

/* Tasks. */

static void
task_push(struct task **list, struct task *t)
{
	t->next = *list;
	if (t->next != NULL)
		t->next->link = &t->next;
	t->link = list;
	*list = t;
}

void
loop_task_del(struct task *t)
{
	if (t->link == NULL)
		return;
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	t->link = NULL;
	t->next = NULL;
}

void
loop_park(struct task **list, struct task *t, void (*run)(struct task *))
{
	if (t->link != NULL)
		return;
	t->run = run;
	task_push(list, t);
}

void
loop_later(struct loop *l, struct task *t, void (*run)(struct task *))
{
	loop_park(&l->tasks, t, run);
}

void
loop_bury(struct loop *l, struct task *t, void (*run)(struct task *))
{
	loop_task_del(t);
	loop_park(&l->dead, t, run);
}

static void
loop_run_tasks(struct loop *l)
{
	struct task *batch, *t;

	/* Those that come meanwhile wait for the next round. */
	batch = l->tasks;
	if (batch == NULL)
		return;
	l->tasks = NULL;
	batch->link = &batch;
	while ((t = batch) != NULL) {
		loop_task_del(t);
		t->run(t);
	}
}

int
loop_timeout(const struct loop *l)
{
	int64_t wait;

	if (l->tasks != NULL)
		return 0;
	if (l->timers == NULL)
		return -1;
	wait = l->timers->at - l->clock();
	if (wait <= 0)
		return 0;
	return wait > INT_MAX ? INT_MAX : (int)wait;
}

void
loop_dispatch(struct loop *l, const struct pollfd *fds, int n)
{
	l->now = l->clock();
	loop_hand_out(l, fds, n);
	loop_expire(l);
	loop_run_tasks(l);
}
