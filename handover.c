/* SPDX-License-Identifier: ISC
 *
 * Another process in our place: the old one's side. It starts the new one with
 * all listening sockets and goes on as if nothing were until that says that it
 * is ready; then it stops listening, tells what is known of services, and
 * drains. Clients in the backlog are not lost: both processes have the socket.
 *
 *	waiting		started; it has PATIENCE, from its last word
 *	failed		it has said so, has ended, or was killed: nothing has
 *			changed; it is reaped
 *	done		ready: counters go over as they grow */

#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "command.h"
#include "page.h"
#include "handover.h"

#define PATIENCE	30000	/* ms without a word until it is killed */
#define LAST_WAIT	1000	/* ms to end in, when it has failed */
#define TELL_TIME	1000	/* ms between two tellings of counters */
#define END_TIME	1000	/* ms for the last of them, at our end */
#define FIRST_FD	3	/* its end of the pair; the sockets follow */

struct handover {
	struct pydirector *director;
	struct io	 io;		/* fd -1: closed */
	struct child	 child;
	struct timer	 timer;		/* the next telling */
	struct buf	 in, out;
	int		 done;		/* it is ready */
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
			handover_hang_up(h);
			return;
		}
	}
}

/* What has been counted since. */
static void
handover_tell(struct timer *t)
{
	struct handover *h = LOOP_OWNER(t, struct handover, timer);

	/* While it does not read, counts stay where they are. */
	if (h->out.len == 0)
		state_tell(h->director, &h->out, 0);
	handover_flush(h);
	if (h->io.fd != -1)
		loop_timer(&h->director->loop, t, TELL_TIME, handover_tell);
}

static void	 handover_gone(struct child *, int);

/* It is ready: from here on we only let connections end. */
static void
handover_done(struct handover *h)
{
	struct pydirector *d = h->director;
	struct door *door;

	h->done = 1;
	child_reap(&h->child, -1, handover_gone);
	d->draining = 1;
	h->fn(h->arg, h->pid, NULL);
	while ((door = d->doors) != NULL) {
		door->lent = 1;
		door_close(door);
	}
	manager_stop(d);
	plot_stop(d);
	http_leave(d);
	state_tell(d, &h->out, 1);
	(void)buf_addf(&h->out, "end\n");
	loop_timer(&d->loop, &h->timer, TELL_TIME, handover_tell);
	handover_flush(h);
}

static void
handover_said(struct handover *h, char *line)
{
	struct pydirector *d = h->director;

	if (!h->done)
		child_reap(&h->child, PATIENCE, handover_gone);
	if (strcmp(line, "ready") == 0 && !h->done && h->why[0] == '\0' &&
	    child_running(&h->child))
		handover_done(h);
	else if (strncmp(line, "failed ", 7) == 0 && !h->done) {
		(void)snprintf(h->why, sizeof(h->why), "%s", line + 7);
		child_reap(&h->child, LAST_WAIT, handover_gone);
	} else if (strcmp(line, "reopen") == 0 && h->done &&
	    d->close_log != NULL)
		(void)d->close_log(d->hook_arg);
	else if (strcmp(line, "stop") == 0 && h->done) {
		relay_stop_all(d, END_STOP);
		takeover_stop(d);
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
		handover_hang_up(h);
		return;
	}
	if (buf_add(&h->in, bytes, done) == -1) {
		handover_hang_up(h);
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
	buf_done(&h->in);
	buf_done(&h->out);
	free(h);
}

/* It has ended before it was ready, or long after. */
static void
handover_gone(struct child *c, int status)
{
	struct handover *h = LOOP_OWNER(c, struct handover, child);

	/* Its last words may still wait to be read. */
	if (h->io.fd != -1 && !h->done)
		handover_read(h);
	if (h->done)
		return;
	if (h->why[0] == '\0' && c->killed)
		(void)snprintf(h->why, sizeof(h->why), "no word in %d s",
		    PATIENCE / 1000);
	else if (h->why[0] == '\0' && status != -1 && WIFSIGNALED(status))
		(void)snprintf(h->why, sizeof(h->why), "ended by signal %d",
		    WTERMSIG(status));
	else if (h->why[0] == '\0')
		(void)snprintf(h->why, sizeof(h->why), "ended with status %d",
		    status == -1 ? -1 : WEXITSTATUS(status));
	h->director->handover = NULL;
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
handover_list(struct handover *h, int *fds)
{
	const struct door *door = h->director->doors;
	size_t n = 0;
	int i;

	while (door != NULL && door->next != NULL)
		door = door->next;
	(void)buf_addf(&h->out, "upgrade %d\n", HANDOVER_VERSION);
	while (door != NULL) {
		(void)buf_addf(&h->out, "door ");
		compareconf_escape(&h->out, door->subject);
		(void)buf_addf(&h->out, " ");
		compareconf_escape(&h->out, door->address);
		(void)buf_addf(&h->out, " %d\n", door->nsocks);
		for (i = 0; i < door->nsocks; i++)
			fds[n++] = door->socks[i].io.fd;
		door = door == h->director->doors ? NULL :
		    LOOP_OWNER(door->link, struct door, next);
	}
	(void)buf_addf(&h->out, "go\n");
}

/* 0, or an errno. */
static int
handover_spawn(struct handover *h, char *const argv[], char *const env[])
{
	size_t n = handover_sockets(h->director);
	int pair[2], error, *fds = calloc(n + 1, sizeof(*fds));

	if (fds == NULL)
		return ENOMEM;
	if (net_pair(pair) == -1) {
		error = errno;
		free(fds);
		return error;
	}
	fds[0] = pair[1];
	handover_list(h, fds + 1);
	error = h->out.failed ? ENOMEM : child_start(&h->child, argv, env, fds,
	    (int)n + 1, FIRST_FD);
	free(fds);
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

	if (d->draining || d->handover != NULL) {
		(void)snprintf(err, size, "%s", d->draining ?
		    "the director is stopping" : "one is under way");
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

	if (h == NULL || h->done)
		return;
	d->handover = NULL;
	h->fn(h->arg, h->pid, "the director is stopping");
	handover_free(h);
}

void
handover_stop(struct pydirector *d)
{
	struct handover *h = d->handover;
	int64_t until = d->loop.clock() + END_TIME;

	if (h == NULL)
		return;
	d->handover = NULL;
	if (h->done) {
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
