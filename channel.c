/* SPDX-License-Identifier: ISC
 *
 * A command channel: reads lines, has them run, writes the answers. It promises
 * that an asker, whatever it does, costs a bounded number of bytes and moments,
 * and never stops the loop. Lines are answered one after the other; nothing
 * more is read while an answer is under way.
 *
 *	READ	reads until a whole line is there
 *	VERIFY	a password is being verified
 *	WAIT	a host is losing its connections; now and then the asker is
 *		told how many are left
 *	WRITE	the answer goes out; then READ again, or the end
 *	DEAD	closed; freed when the next round starts */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "compat/compat.h"
#include "clock.h"
#include "channel-login.h"

#define READ_SIZE	4096		/* bytes of one read */
#define WRITE_BATCH	(256 * 1024)	/* bytes written in one turn */
#define LINE_WAIT	30000		/* ms for a line that has begun */
#define WRITE_WAIT	60000		/* ms in which a byte has to go out */
#define DRAIN_LOOK	100		/* ms from look to look */
#define DRAIN_TELL	5000		/* ms from one word of it to the next */
#define HOLD_MAX	(64L * 1024 * 1024)	/* bytes of all answers */
#define HEADS_MAX	8192		/* bytes that are no text of answers */
#define ROUND_TIME	5000		/* us of commands in a round */
#define IN_MAX		(CHANNEL_LINE + READ_SIZE + 1)

static void	 channel_turn(struct task *);
static void	 channel_write(struct channel *);

/* The end of a channel. */

static void
channel_free(struct task *t)
{
	struct channel *c = LOOP_OWNER(t, struct channel, task);

	if (c->in != NULL)
		explicit_bzero(c->in, IN_MAX);
	free(c->in);
	buf_done(&c->head);
	buf_done(&c->text);
	free(c->user);
	free(c->tried);
	free(c);
}

void
channel_close(struct channel *c)
{
	struct pydirector *d = c->console->director;
	int fd = c->io.fd;

	if (c->state == CHANNEL_DEAD)
		return;
	c->state = CHANNEL_DEAD;
	loop_timer_del(&d->loop, &c->timer);
	loop_task_del(&c->task);
	loop_del(&d->loop, &c->io);
	net_close(fd);
	if (c->auth != NULL)
		auth_cancel(c->auth);
	c->auth = NULL;
	if (c->drain != NULL)
		host_unref(c->drain);
	c->drain = NULL;
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	if (c->local)
		c->console->nchannels--;
	loop_bury(&d->loop, &c->task, channel_free);
	listen_given_back(d, NULL);
}

/* It ends by itself: whoever made it is told. */
static void
channel_end(struct channel *c)
{
	if (c->state == CHANNEL_DEAD)
		return;
	channel_close(c);
	if (c->event != NULL)
		c->event(c->arg, CHANNEL_END, c->user, "");
}

static void
channel_expire(struct timer *t)
{
	channel_end(LOOP_OWNER(t, struct channel, timer));
}

/* What was read. */

/* Takes bytes away at the front of what was read; they may be secret. */
static void
channel_drop(struct channel *c, size_t n)
{
	c->len -= n;
	memmove(c->in, c->in + n, c->len);
	explicit_bzero(c->in + c->len, n);
	c->seen = 0;
}

/* The line is not needed any more. */
static void
channel_ran(struct channel *c)
{
	if (c->line > 0)
		channel_drop(c, c->line);
	c->line = 0;
}

/* Answers. */

/* Bytes of answers that askers have not taken yet. */
static size_t
channels_hold(const struct console *k)
{
	const struct channel *c;
	size_t n = 0;

	for (c = k->channels; c != NULL; c = c->next)
		n += c->text.len;
	return n;
}

/* The line is done with: the next one may be here already. Others come before
 * it. */
static void
channel_next(struct channel *c)
{
	struct loop *l = &c->console->director->loop;

	c->state = CHANNEL_READ;
	if (c->len > 0)
		loop_timer(l, &c->timer, LINE_WAIT, channel_expire);
	else {
		loop_timer_del(l, &c->timer);
		free(c->in);
		c->in = NULL;
	}
	loop_later(l, &c->task, channel_turn);
}

/* Writes what there is, until it is all gone or the turn is over. 0, or -1: the
 * channel has ended. */
static int
channel_flush(struct channel *c)
{
	size_t head = c->head.len, all = head + c->text.len;
	size_t from = c->sent, done;
	enum io_result result;

	while (c->sent < all && c->sent - from < WRITE_BATCH) {
		if (c->sent < head)
			result = net_write(c->io.fd, c->head.data + c->sent,
			    head - c->sent, &done);
		else
			result = net_write(c->io.fd, c->text.data +
			    (c->sent - head), all - c->sent, &done);
		if (result == IO_AGAIN)
			break;
		if (result != IO_DONE) {
			channel_end(c);
			return -1;
		}
		c->sent += done;
	}
	if (c->sent > from && c->sent < all && c->state == CHANNEL_WRITE)
		loop_timer(&c->console->director->loop, &c->timer, WRITE_WAIT,
		    channel_expire);
	if (c->sent < all)
		return 0;
	buf_done(&c->head);
	buf_done(&c->text);
	c->sent = 0;
	return 0;
}

static void
channel_write(struct channel *c)
{
	if (channel_flush(c) == -1 || c->head.len > 0)
		return;
	if (c->last)
		channel_end(c);
	else
		channel_next(c);
}

void
channel_answer(struct channel *c, int code, struct buf *text)
{
	channel_ran(c);
	if (text->len > 0 && text->data[text->len - 1] != '\n')
		(void)buf_add(text, "\n", 1);
	if (text->failed ||
	    channels_hold(c->console) + text->len > HOLD_MAX) {
		buf_done(text);
		code = OUTCOME_FAILED;
		(void)buf_addf(text, "the answer is too long to be told\n");
	}
	(void)buf_addf(&c->head, "%d %zu\n", code, text->len);
	c->text = *text;
	buf_init(text, 0);
	if (c->head.failed || c->text.failed) {
		channel_end(c);
		return;
	}
	c->state = CHANNEL_WRITE;
	loop_timer(&c->console->director->loop, &c->timer, WRITE_WAIT,
	    channel_expire);
	channel_write(c);
}

void
channel_say(struct channel *c, int code, const char *what)
{
	struct buf text;

	buf_init(&text, CHANNEL_ANSWER);
	(void)buf_add(&text, what, strlen(what));
	channel_answer(c, code, &text);
}

/* Waiting for a host to lose its connections. */

static void
drain_end(struct channel *c, enum outcome o, const char *what)
{
	struct host *h = c->drain;
	struct buf text;

	buf_init(&text, CHANNEL_ANSWER);
	(void)buf_addf(&text, "host '%s': %s, %u connections left", h->name,
	    what, h->open);
	c->drain = NULL;
	host_unref(h);
	channel_answer(c, (int)o, &text);
}

/* A word between, unless the last one is still on its way. */
static void
drain_tell(struct channel *c, int64_t now)
{
	struct buf text;

	if (now - c->told < DRAIN_TELL || c->head.len > 0)
		return;
	c->told = now;
	buf_init(&text, HEADS_MAX);
	(void)buf_addf(&text, "host '%s': %u connections left\n",
	    c->drain->name, c->drain->open);
	(void)buf_addf(&c->head, "%d %zu\n%s", CHANNEL_INTERIM, text.len,
	    text.data == NULL ? "" : text.data);
	buf_done(&text);
	if (c->head.failed)
		channel_end(c);
	else
		(void)channel_flush(c);
}

static void
drain_look(struct timer *t)
{
	struct channel *c = LOOP_OWNER(t, struct channel, timer);
	struct loop *l = &c->console->director->loop;
	const struct host *h = c->drain;

	if (h->open == 0)
		drain_end(c, OUTCOME_OK, "drained");
	else if (!h->draining && h->group != NULL)
		drain_end(c, OUTCOME_CONFLICT, "no longer draining");
	else if (c->until != -1 && l->now >= c->until)
		drain_end(c, OUTCOME_CONFLICT, "still draining");
	else {
		loop_timer(l, &c->timer, DRAIN_LOOK, drain_look);
		drain_tell(c, l->now);
	}
}

static void
drain_start(struct channel *c, struct host *h, int64_t wait)
{
	struct loop *l = &c->console->director->loop;

	channel_ran(c);
	c->state = CHANNEL_WAIT;
	c->drain = h;
	c->until = wait == -1 ? -1 : l->now + wait;
	c->told = l->now;
	drain_look(&c->timer);
}

/* Lines. */

/* Who types. 0, or -1: he is no user any more. */
static int
channel_caller(const struct channel *c, struct caller *caller)
{
	const struct user *u;

	caller->user = c->user;
	caller->peer = c->peer_text;
	caller->right = RIGHT_WRITE;
	if (c->local)
		return 0;
	u = user_find(c->console->director->model, c->user);
	if (u == NULL)
		return -1;
	caller->right = u->full ? RIGHT_WRITE : RIGHT_READ;
	return 0;
}

static void
channel_run(struct channel *c, char *text)
{
	struct caller caller;
	struct buf answer;
	struct line l = { c->console->director, &caller, &answer, NULL, -1 };
	enum outcome o;

	if (channel_caller(c, &caller) == -1) {
		c->last = 1;
		channel_say(c, OUTCOME_FORBIDDEN, "this user is gone");
		return;
	}
	buf_init(&answer, CHANNEL_ANSWER);
	o = console_run(&l, text);
	if (l.drain == NULL)
		channel_answer(c, (int)o, &answer);
	else {
		buf_done(&answer);
		drain_start(c, l.drain, l.wait);
	}
}

/* Runs the line that what was read begins with; its newline is at n. */
static void
channel_line(struct channel *c, size_t n)
{
	struct console *k = c->console;
	int64_t began = clock_us();
	char *text = c->in;

	c->line = n + 1;
	if (n > 0 && text[n - 1] == '\r')
		text[--n] = '\0';
	/* Texts of the line are used where they lie. */
	text[n] = '\0';
	if (strlen(text) < n)
		channel_say(c, OUTCOME_BAD, "a NUL in the line");
	else if (c->user == NULL)
		channel_login(c, text);
	else
		channel_run(c, text);
	k->spent += clock_us() - began;
}

/* What is there is looked at: a line, the part of one, or nothing. */
static void
channel_look(struct channel *c)
{
	char *end;
	size_t n;

	/* What should have ended a wait that had ended by itself. */
	for (n = 0; n < c->len && c->in[n] == CHANNEL_BREAK; n++)
		continue;
	if (n > 0)
		channel_drop(c, n);
	end = c->len == 0 ? NULL :
	    memchr(c->in + c->seen, '\n', c->len - c->seen);
	c->seen = c->len;
	n = end == NULL ? c->len : (size_t)(end - c->in);
	if (n > CHANNEL_LINE) {
		c->last = 1;
		channel_say(c, OUTCOME_BAD, "the line is too long");
	} else if (end != NULL)
		channel_line(c, n);
	else if (c->gone)
		channel_end(c);
}

/* The last line's place is free, and the next one is looked at, unless commands
 * have had their time of this round: what passes through the balancer comes
 * first. */
static void
channel_turn(struct task *t)
{
	struct channel *c = LOOP_OWNER(t, struct channel, task);
	struct console *k = c->console;
	struct loop *l = &k->director->loop;

	if (c->state != CHANNEL_READ)
		return;
	if (k->round != l->now) {
		k->round = l->now;
		k->spent = 0;
	}
	if (k->spent >= ROUND_TIME)
		loop_later(l, t, channel_turn);
	else
		channel_look(c);
}

/* Sockets. */

static void
channel_read(struct channel *c)
{
	struct loop *l = &c->console->director->loop;
	size_t done;

	if (c->in == NULL && (c->in = malloc(IN_MAX)) == NULL) {
		channel_end(c);
		return;
	}
	switch (net_read(c->io.fd, c->in + c->len, READ_SIZE, &done)) {
	case IO_DONE:
		if (c->len == 0 && c->state == CHANNEL_READ)
			loop_timer(l, &c->timer, LINE_WAIT, channel_expire);
		c->len += done;
		break;
	case IO_AGAIN:
		return;
	case IO_EOF:
		c->gone = 1;
		break;
	case IO_ERROR:
		channel_end(c);
		return;
	}
	if (c->state == CHANNEL_READ)
		loop_later(l, &c->task, channel_turn);
	else if (c->gone)
		channel_end(c);
	else if (c->in[0] == CHANNEL_BREAK)
		drain_end(c, OUTCOME_CONFLICT, "still draining");
}

static int
channel_want(struct io *io)
{
	const struct channel *c = LOOP_OWNER(io, struct channel, io);

	switch (c->state) {
	case CHANNEL_READ:
		/* What is here already comes first. */
		return c->task.link == NULL ? POLLIN : -1;
	case CHANNEL_VERIFY:
		return 0;
	case CHANNEL_WAIT:
		return (c->head.len > 0 ? POLLOUT : 0) |
		    (c->len == 0 ? POLLIN : 0);
	case CHANNEL_WRITE:
		return POLLOUT;
	case CHANNEL_DEAD:
		break;
	}
	return -1;
}

/* One read, or one batch of writing: the others' turns come soon. */
static void
channel_event(struct io *io)
{
	struct channel *c = LOOP_OWNER(io, struct channel, io);
	int ready = io->ready;

	io->ready = 0;		/* what is left over, poll tells again */
	switch (c->state) {
	case CHANNEL_READ:
		channel_read(c);
		break;
	case CHANNEL_VERIFY:
		if (ready & IO_BROKEN)
			channel_end(c);
		break;
	case CHANNEL_WAIT:
		if ((ready & IO_OUT) && c->head.len > 0 &&
		    channel_flush(c) == -1)
			break;
		if ((ready & (IO_IN | IO_BROKEN)) && c->len == 0)
			channel_read(c);
		else if (ready & IO_BROKEN)
			channel_end(c);
		break;
	case CHANNEL_WRITE:
		channel_write(c);
		break;
	case CHANNEL_DEAD:
		break;
	}
}

static const struct io_ops channel_ops = { channel_want, channel_event };

static struct channel *
channel_make(struct console *k, int fd)
{
	struct loop *l = &k->director->loop;
	struct channel *c = calloc(1, sizeof(*c));

	if (c == NULL || loop_add(l, &c->io, &channel_ops, fd) == -1) {
		free(c);
		return NULL;
	}
	c->console = k;
	buf_init(&c->head, HEADS_MAX);
	buf_init(&c->text, CHANNEL_ANSWER);
	c->next = k->channels;
	c->link = &k->channels;
	if (c->next != NULL)
		c->next->link = &c->next;
	k->channels = c;
	return c;
}

struct channel *
channel_new(struct pydirector *d, int fd, const struct addr *peer,
    channel_fn *event, void *arg)
{
	struct console *k = console_get(d);
	struct channel *c = k == NULL ? NULL : channel_make(k, fd);

	if (c == NULL)
		return NULL;
	c->peer = *peer;
	(void)addr_text(peer, c->peer_text);
	c->event = event;
	c->arg = arg;
	return c;
}

void
channel_local(struct console *k, int fd, const char *user)
{
	struct channel *c = channel_make(k, fd);

	if (c == NULL) {
		net_close(fd);
		return;
	}
	k->nchannels++;
	c->local = 1;
	memcpy(c->peer_text, "console", sizeof("console"));
	c->user = strdup(user);
	if (c->user == NULL) {
		channel_end(c);
		return;
	}
	/* Whoever comes says something. */
	loop_timer(&k->director->loop, &c->timer, LINE_WAIT, channel_expire);
}
