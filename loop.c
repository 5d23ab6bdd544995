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

#include "clock.h"
#include "loop.h"

void
loop_init(struct loop *l)
{
	memset(l, 0, sizeof(*l));
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
		return (0);
	if (l->size > INT_MAX / 2 / (int)sizeof(*ios))
		return (-1);
	size = l->size == 0 ? 64 : l->size * 2;
	ios = realloc(l->ios, (size_t)size * sizeof(*ios));
	if (ios == NULL)
		return (-1);
	l->ios = ios;
	slots = realloc(l->slots, (size_t)size * sizeof(*slots));
	if (slots == NULL)
		return (-1);
	l->slots = slots;
	l->size = size;
	return (0);
}

int
loop_add(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	if (loop_reserve(l) == -1)
		return (-1);
	io->ops = ops;
	io->fd = fd;
	io->slot = -1;
	io->ready = 0;
	io->in_set = 0;
	io->index = l->nios;
	l->ios[l->nios++] = io;
	return (0);
}

int
loop_add_many(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	return (loop_add(l, io, ops, fd));
}

void
loop_del(struct loop *l, struct io *io)
{
	struct io *last;

	if (io->slot != -1)
		l->slots[io->slot] = NULL;
	last = l->ios[--l->nios];
	last->index = io->index;
	l->ios[io->index] = last;
	io->index = -1;
	io->slot = -1;
	io->fd = -1;
}

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
	return (n);
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
	return (a);
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
		return (NULL);
	pairs = top->next;
	while (pairs != NULL) {
		a = pairs->next;
		top = timer_merge(top, pairs);
		pairs = a;
	}
	top->next = NULL;
	top->prev = top;
	return (top);
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
		return (0);
	if (l->timers == NULL)
		return (-1);
	wait = l->timers->at - l->clock();
	if (wait <= 0)
		return (0);
	return (wait > INT_MAX ? INT_MAX : (int)wait);
}

void
loop_dispatch(struct loop *l, const struct pollfd *fds, int n)
{
	l->now = l->clock();
	loop_hand_out(l, fds, n);
	loop_expire(l);
	loop_run_tasks(l);
}
