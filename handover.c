/* SPDX-License-Identifier: ISC
 *
 * Another process in our place: the old one's side. It starts the new one with
 * all listening sockets and goes on as if nothing were until that says that it
 * is ready; then it lets nobody in, and tells what is known of services. When
 * the new one's loop runs it stops listening, and drains. Clients in the
 * backlog are not lost: both processes have the socket.
 *
 *	started		it has PATIENCE, from its last word
 *	yielding	ready: it has SERVE_WAIT until it serves
 *	failed		it has said so, has ended, or was killed: it is reaped,
 *			and what was told is ours again: nothing has changed
 *	done		it serves: counters go over as they grow */

#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "command.h"
#include "page.h"
#include "handover.h"

#define PATIENCE	30000	/* ms without a word until it is killed */
#define SERVE_WAIT	20000	/* the same, once it was ready */
#define LAST_WAIT	1000	/* ms to end in, when it has failed */
#define TELL_TIME	1000	/* ms between two tellings of counters */
#define END_TIME	1000	/* ms for the last of them, at our end */
#define FIRST_FD	3	/* its end of the pair; the sockets follow */

enum handover_stage { HANDOVER_STARTED, HANDOVER_YIELDING, HANDOVER_DONE };

struct handover {
	struct pydirector *director;
	struct io	 io;		/* fd -1: closed */
	struct child	 child;
	struct timer	 timer;		/* the next telling */
	struct buf	 in, out;
	struct buf	 told;		/* counters, until it serves */
	enum handover_stage stage;
	unsigned char	 renamed;	/* log files were, meanwhile */
	unsigned char	 obeying;	/* what it has done itself */
	int		*fds;		/* the socket to it, and what it got */
	size_t		 nfds;
	unsigned char	 closed;	/* it has hung up before that */
	long		 pid;
	char		 why[512];	/* it has failed; "": has not said so */
	handover_fn	*fn;
	void		*arg;
};

/* Lines. */

char *
handover_line(struct buf *in, size_t *used)
{
	char *line, *end;

	if (*used >= in->len)
		return NULL;
	line = in->data + *used;
	end = memchr(line, '\n', in->len - *used);
	if (end == NULL)
		return NULL;
	*end = '\0';
	*used = (size_t)(end + 1 - in->data);
	return line;
}

int
handover_words(char *line, char *words[HANDOVER_WORDS])
{
	int n = 0;

	while (*(line += strspn(line, " ")) != '\0') {
		if (n == HANDOVER_WORDS)
			return -1;
		words[n] = line;
		line += strcspn(line, " ");
		if (*line != '\0')
			*line++ = '\0';
		if (command_decode(words[n++]) == -1)
			return -1;
	}
	return n;
}

/* Talking to it. */

static void
handover_hang_up(struct handover *h)
{
	int fd = h->io.fd;

	if (fd == -1)
		return;
	loop_del(&h->director->loop, &h->io);
	loop_timer_del(&h->director->loop, &h->timer);
	net_close(fd);
	h->io.fd = -1;
}

static void	 handover_gone(struct child *, int);

/* It must not go on: it is killed before it hears of this, or it would take us
 * for gone. */
static void
handover_break(struct handover *h, const char *why)
{
	if (h->why[0] == '\0')
		(void)snprintf(h->why, sizeof(h->why), "%s", why);
	child_kill(&h->child, SIGKILL);
	child_reap(&h->child, LAST_WAIT, handover_gone);
	handover_hang_up(h);
}

/* An error between us. Before it serves it has closed its end, and ends; or it
 * was a shortage, and we try again until our patience ends. */
static void
handover_error(struct handover *h)
{
	if (h->stage != HANDOVER_DONE && !net_gone(h->io.fd))
		return;
	if (h->stage != HANDOVER_DONE && !h->child.killed) {
		h->closed = 1;
		child_reap(&h->child, LAST_WAIT, handover_gone);
	}
	handover_hang_up(h);
}

static void
handover_flush(struct handover *h)
{
	size_t done;

	while (h->io.fd != -1 && h->out.len > 0) {
		switch (net_write(h->io.fd, h->out.data, h->out.len, &done)) {
		case IO_DONE:
			buf_consume(&h->out, done);
			break;
		case IO_AGAIN:
			return;
		case IO_EOF:
		case IO_ERROR:
			handover_error(h);
			return;
		}
	}
}

/* What there was no memory for is lost; whole lines follow. */
static void
handover_mend(struct handover *h)
{
	if (!h->out.failed)
		return;
	log_warning(h->director->log,
	    "director: upgrade: counters and states are lost: out of memory");
	buf_done(&h->out);
	(void)buf_addf(&h->out, "\n");
}

/* What has been counted since. */
static void
handover_tell(struct timer *t)
{
	struct handover *h = LOOP_OWNER(t, struct handover, timer);

	/* While it does not read, counts stay where they are. */
	if (h->out.len == 0)
		state_tell(h->director, &h->out, 0);
	handover_mend(h);
	handover_flush(h);
	if (h->io.fd != -1)
		loop_timer(&h->director->loop, t, TELL_TIME, handover_tell);
}

/* It does not want the nth of the sockets. */
static void
handover_drop(struct handover *h, const char *word)
{
	size_t n = (size_t)strtoul(word, NULL, 10);
	struct door *door;
	int i;

	if (strspn(word, "0123456789") != strlen(word) || n >= h->nfds - 1)
		return;
	for (door = h->director->doors; door != NULL; door = door->next)
		for (i = 0; i < door->nsocks; i++)
			if (door->socks[i].io.fd == h->fds[n + 1])
				door->socks[i].dropped = 1;
}

/* It is ready: nobody comes in here any more. What it does not want serves its
 * last clients here. */
static void
handover_yield(struct handover *h)
{
	struct pydirector *d = h->director;
	struct door *door;

	h->stage = HANDOVER_YIELDING;
	for (door = d->doors; door != NULL; door = door->next) {
		door->lent = 1;
		door_last(door);
	}
	d->yielding = 1;
	state_tell(d, &h->told, 0);
	if (h->told.len > 0)
		(void)buf_add(&h->out, h->told.data, h->told.len);
	state_tell(d, &h->out, 1);
	(void)buf_addf(&h->out, "end\n");
	/* It would wait for a word that does not come. */
	if (h->out.failed || h->told.failed)
		handover_break(h, "out of memory");
	else
		handover_flush(h);
}

/* It will never serve: we do. */
static void
handover_go_on(struct handover *h)
{
	struct pydirector *d = h->director;
	char *line, *words[HANDOVER_WORDS];
	struct door *door;
	size_t used = 0;
	int n;

	if (h->stage != HANDOVER_YIELDING)
		return;
	d->yielding = 0;
	for (door = d->doors; door != NULL; door = door->next)
		door_go_on(door);
	while ((line = handover_line(&h->told, &used)) != NULL)
		if ((n = handover_words(line, words)) > 0)
			(void)state_count(d, n, words);
	h->stage = HANDOVER_STARTED;
}

/* It serves: from here on we only let connections end. */
static void
handover_done(struct handover *h)
{
	struct pydirector *d = h->director;
	struct door *door;

	h->stage = HANDOVER_DONE;
	buf_done(&h->told);
	child_reap(&h->child, -1, handover_gone);
	/* Those that came since, where nothing makes a socket deaf. */
	d->yielding = 0;
	for (door = d->doors; door != NULL; door = door->next)
		door_last(door);
	d->draining = 1;
	h->fn(h->arg, h->pid, NULL);
	while (d->doors != NULL)
		door_close(d->doors);
	manager_stop(d);
	plot_stop(d);
	http_leave(d);
	if (h->renamed)
		(void)buf_addf(&h->out, "reopen\n");
	/* It waits for the one or the other. */
	if (buf_addf(&h->out, "over\n") == -1) {
		handover_hang_up(h);
		return;
	}
	loop_timer(&d->loop, &h->timer, TELL_TIME, handover_tell);
	handover_flush(h);
}

/* A word of who is not ready yet, and has more time with each. */
static void
handover_starting(struct handover *h, char *line)
{
	if (strncmp(line, "failed ", 7) == 0) {
		(void)snprintf(h->why, sizeof(h->why), "%s", line + 7);
		child_reap(&h->child, LAST_WAIT, handover_gone);
		return;
	}
	if (h->why[0] != '\0' || child_ended(&h->child))
		return;
	child_reap(&h->child, PATIENCE, handover_gone);
	if (strncmp(line, "drop ", 5) == 0)
		handover_drop(h, line + 5);
	else if (strcmp(line, HANDOVER_READY) == 0) {
		child_reap(&h->child, SERVE_WAIT, handover_gone);
		handover_yield(h);
	} else if (strncmp(line, "ready", 5) == 0)
		handover_break(h, "it takes over in another way");
}

static void
handover_said(struct handover *h, char *line)
{
	struct pydirector *d = h->director;

	if (strcmp(line, "reopen") == 0 && d->close_log != NULL) {
		h->obeying = 1;
		(void)d->close_log(d->hook_arg);
		h->obeying = 0;
		return;
	}
	switch (h->stage) {
	case HANDOVER_STARTED:
		handover_starting(h, line);
		break;
	case HANDOVER_YIELDING:
		if (strcmp(line, "serving") == 0 && h->why[0] == '\0' &&
		    !child_ended(&h->child))
			handover_done(h);
		break;
	case HANDOVER_DONE:
		if (strcmp(line, "stop") != 0)
			break;
		relay_stop_all(d, END_STOP);
		takeover_stop(d);
		break;
	}
}

static void
handover_read(struct handover *h)
{
	char bytes[4096], *line;
	size_t done, used = 0;

	switch (net_read(h->io.fd, bytes, sizeof(bytes), &done)) {
	case IO_DONE:
		break;
	case IO_AGAIN:
		return;
	case IO_EOF:
	case IO_ERROR:
		handover_error(h);
		return;
	}
	if (buf_add(&h->in, bytes, done) == -1) {
		handover_break(h, "out of memory");
		return;
	}
	while ((line = handover_line(&h->in, &used)) != NULL)
		handover_said(h, line);
	buf_consume(&h->in, used);
}

static int
handover_want(struct io *io)
{
	return LOOP_OWNER(io, struct handover, io)->out.len > 0 ?
	    POLLIN | POLLOUT : POLLIN;
}

static void
handover_event(struct io *io)
{
	struct handover *h = LOOP_OWNER(io, struct handover, io);
	int ready = io->ready;

	io->ready = 0;		/* what is left over, poll tells again */
	if (ready & IO_OUT)
		handover_flush(h);
	if (h->io.fd != -1 && (ready & IO_IN))
		handover_read(h);
}

static const struct io_ops handover_ops = { handover_want, handover_event };

/* Ends. */

static void
handover_free(struct handover *h)
{
	handover_hang_up(h);
	child_end(&h->child);
	handover_go_on(h);
	buf_done(&h->in);
	buf_done(&h->out);
	buf_done(&h->told);
	free(h->fds);
	free(h);
}

/* It has ended before it served, or long after. */
static void
handover_gone(struct child *c, int status)
{
	struct handover *h = LOOP_OWNER(c, struct handover, child);

	/* Its last words may still wait to be read. */
	if (h->io.fd != -1 && h->stage != HANDOVER_DONE)
		handover_read(h);
	if (h->stage == HANDOVER_DONE)
		return;
	if (h->why[0] == '\0' && c->killed && h->closed)
		(void)snprintf(h->why, sizeof(h->why), "it has hung up");
	else if (h->why[0] == '\0' && c->killed)
		(void)snprintf(h->why, sizeof(h->why), "no word in %d s",
		    (h->stage == HANDOVER_YIELDING ? SERVE_WAIT : PATIENCE) /
		    1000);
	else if (h->why[0] == '\0' && status != -1 && WIFSIGNALED(status))
		(void)snprintf(h->why, sizeof(h->why), "ended by signal %d",
		    WTERMSIG(status));
	else if (h->why[0] == '\0')
		(void)snprintf(h->why, sizeof(h->why), "ended with status %d",
		    status == -1 ? -1 : WEXITSTATUS(status));
	h->director->handover = NULL;
	handover_go_on(h);
	h->fn(h->arg, h->pid, h->why);
	handover_free(h);
}

/* Starting it. */

size_t
handover_sockets(const struct pydirector *d)
{
	const struct door *door;
	size_t n = 0;

	for (door = d->doors; door != NULL; door = door->next)
		n += (size_t)door->nsocks;
	return n;
}

/* The descriptors, and the lines about them. The doors are told from the last
 * on, as they were opened: of two with the same address and name the first
 * comes first again. */
static void
handover_list(struct handover *h)
{
	struct door *door = h->director->doors;
	int i;

	while (door != NULL && door->next != NULL)
		door = door->next;
	(void)buf_addf(&h->out, HANDOVER_HELLO "\n");
	while (door != NULL) {
		(void)buf_addf(&h->out, "door ");
		compareconf_escape(&h->out, door->subject);
		(void)buf_addf(&h->out, " ");
		compareconf_escape(&h->out, door->address);
		(void)buf_addf(&h->out, " %d\n", door->nsocks);
		for (i = 0; i < door->nsocks; i++) {
			door->socks[i].dropped = 0;
			h->fds[h->nfds++] = door->socks[i].io.fd;
		}
		door = door == h->director->doors ? NULL :
		    LOOP_OWNER(door->link, struct door, next);
	}
	(void)buf_addf(&h->out, "go\n");
}

/* 0, or an errno. */
static int
handover_spawn(struct handover *h, char *const argv[], char *const env[])
{
	int pair[2], error;

	h->fds = calloc(handover_sockets(h->director) + 1, sizeof(*h->fds));
	if (h->fds == NULL)
		return ENOMEM;
	if (net_pair(pair) == -1)
		return errno;
	h->fds[h->nfds++] = pair[1];
	handover_list(h);
	error = h->out.failed ? ENOMEM : child_start(&h->child, argv, env,
	    h->fds, (int)h->nfds, FIRST_FD);
	net_close(pair[1]);
	if (error == 0 && loop_add(&h->director->loop, &h->io, &handover_ops,
	    pair[0]) == -1) {
		h->io.fd = -1;
		error = ENOMEM;
	}
	if (error != 0)
		net_close(pair[0]);
	return error;
}

long
handover_start(struct pydirector *d, char *const argv[], char *const env[],
    handover_fn *fn, void *arg, char *err, size_t size)
{
	struct handover *h;
	int error;

	if (d->draining || d->handover != NULL || takeover_pending(d)) {
		(void)snprintf(err, size, "%s", d->draining ?
		    "the director is stopping" : d->handover != NULL ?
		    "one is under way" : "the one before is not over");
		return -1;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL) {
		(void)snprintf(err, size, "out of memory");
		return -1;
	}
	h->director = d;
	h->io.fd = -1;
	h->fn = fn;
	h->arg = arg;
	child_init(&h->child, &d->loop);
	buf_init(&h->in, HANDOVER_LINE);
	buf_init(&h->out, HANDOVER_MAX);
	buf_init(&h->told, HANDOVER_MAX);
	error = handover_spawn(h, argv, env);
	if (error != 0) {
		(void)snprintf(err, size, "cannot start %s: %s", argv[0],
		    strerror(error));
		handover_free(h);
		return -1;
	}
	h->pid = (long)h->child.pid;
	child_reap(&h->child, PATIENCE, handover_gone);
	d->handover = h;
	return h->pid;
}

void
handover_cancel(struct pydirector *d)
{
	struct handover *h = d->handover;

	if (h == NULL || h->stage == HANDOVER_DONE)
		return;
	d->handover = NULL;
	h->fn(h->arg, h->pid, "the director is stopping");
	handover_free(h);
}

void
handover_reopen(struct pydirector *d)
{
	struct handover *h = d->handover;

	if (h == NULL || h->obeying)
		return;
	if (h->stage != HANDOVER_DONE)
		h->renamed = 1;
	else if (buf_addf(&h->out, "reopen\n") == 0)
		handover_flush(h);
}

void
handover_stop(struct pydirector *d)
{
	struct handover *h = d->handover;
	int64_t until = d->loop.clock() + END_TIME;

	if (h == NULL)
		return;
	d->handover = NULL;
	if (h->stage == HANDOVER_DONE) {
		/* The last counts; and it stays when we go. */
		state_tell(d, &h->out, 0);
		for (;;) {
			handover_flush(h);
			if (h->io.fd == -1 || h->out.len == 0 ||
			    d->loop.clock() >= until)
				break;
			(void)poll(NULL, 0, 1);
		}
		loop_timer_del(&d->loop, &h->child.timer);
		child_init(&h->child, &d->loop);
	}
	handover_free(h);
}
