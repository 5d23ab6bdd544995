/* SPDX-License-Identifier: ISC
 *
 * One process in the place of another: the new one's side. It takes the
 * listening sockets first, which the doors then find when they open, and starts
 * like any other; when it is ready it says so, and waits until the old one has
 * told what it knows and lets nobody in. Until then nothing of the old one's is
 * touched: no path is removed, whatever fails here. When the loop runs it says
 * so, and the old one stops listening. Its counters are added as they come in,
 * while it lets its connections end. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "handover.h"

#define WORD_WAIT	10000	/* ms for the old one's next bytes */
#define WRITE_WAIT	1000	/* ms for it to take ours */
#define WRITE_PAUSE	10	/* between two attempts */

struct takeover {
	struct pydirector *director;
	struct io	 io;		/* fd -1: closed */
	struct buf	 in;
	unsigned char	 ready;		/* it was told so */
	unsigned char	 serving;	/* this, too */
	unsigned char	 counting;	/* what it knows is known: counters
					 * come, no states */
	unsigned char	 over;		/* it does not listen any more */
	unsigned char	 obeying;	/* what it has done itself */
};

/* Talking to the old one. */

static void
takeover_hang_up(struct takeover *t)
{
	int fd = t->io.fd;

	if (fd == -1)
		return;
	if (t->io.index != -1)
		loop_del(&t->director->loop, &t->io);
	net_close(fd);
	t->io.fd = -1;
}

static void
takeover_free(struct takeover *t)
{
	takeover_hang_up(t);
	buf_done(&t->in);
	t->director->takeover = NULL;
	free(t);
}

/* Reads what is there: IO_DONE, or why not. */
static enum io_result
takeover_read(struct takeover *t)
{
	char bytes[16 * 1024];
	enum io_result result;
	size_t done;

	result = net_read(t->io.fd, bytes, sizeof(bytes), &done);
	if (result == IO_DONE && buf_add(&t->in, bytes, done) == -1)
		result = IO_ERROR;
	return result;
}

/* Waits for the next line, before there is a loop. NULL with a text in *why:
 * none comes; where the old one is gone its socket is closed. */
static char *
takeover_wait(struct takeover *t, size_t *used, const char **why)
{
	struct pollfd p;
	char *line;
	int n;

	while ((line = handover_line(&t->in, used)) == NULL) {
		buf_consume(&t->in, *used);
		*used = 0;
		p.fd = t->io.fd;
		p.events = POLLIN;
		n = poll(&p, 1, WORD_WAIT);
		if (n == -1 && errno == EINTR)
			continue;
		*why = "the old process is silent";
		if (n < 1)
			return NULL;
		switch (takeover_read(t)) {
		case IO_DONE:
		case IO_AGAIN:
			break;
		case IO_EOF:
		case IO_ERROR:
			*why = "the old process cannot be heard";
			if (!net_gone(t->io.fd))
				return NULL;
			*why = "the old process is gone";
			takeover_hang_up(t);
			return NULL;
		}
	}
	return line;
}

/* An error that does not mean that it is gone, a shortage, may pass. */
static void
takeover_write(struct takeover *t, const char *text)
{
	int64_t until = t->director->loop.clock() + WRITE_WAIT;
	size_t done, n = strlen(text);
	struct pollfd p;

	while (n > 0 && t->io.fd != -1) {
		switch (net_write(t->io.fd, text, n, &done)) {
		case IO_DONE:
			text += done;
			n -= done;
			break;
		case IO_AGAIN:
			p.fd = t->io.fd;
			p.events = POLLOUT;
			if (poll(&p, 1, WRITE_WAIT) < 1)
				return;
			break;
		case IO_EOF:
		case IO_ERROR:
			if (net_gone(t->io.fd) ||
			    t->director->loop.clock() >= until)
				return;
			(void)poll(NULL, 0, WRITE_PAUSE);
			break;
		}
	}
}

/* Sockets. */

/* One line about a door; fd is the first of its descriptors. Returns their
 * number, or -1 with a text in *why. */
static int
takeover_door(struct pydirector *d, char *const words[], int fd, int most,
    const char **why)
{
	struct bound *b = calloc(1, sizeof(*b)), **end = &d->bound;
	int n = atoi(words[3]);

	*why = "out of memory";
	if (b == NULL)
		return -1;
	b->lent = 1;
	b->subject = strdup(words[1]);
	b->address = strdup(words[2]);
	while (*end != NULL)
		end = &(*end)->next;
	*end = b;
	if (b->subject == NULL || b->address == NULL)
		return -1;
	*why = "the old process talks nonsense";
	if (n < 1 || n > DOOR_SOCKETS || n > most || (addr_path(b->address) ==
	    NULL && addr_split(b->address, &b->at, why) == -1))
		return -1;
	for (; b->n < n; b->n++) {
		b->fds[b->n] = fd + b->n;
		if (addr_path(b->address) == NULL &&
		    net_local(fd + b->n, &b->addrs[b->n]) == -1) {
			*why = strerror(errno);
			return -1;
		}
	}
	return n;
}

/* The old one's list. 0, or -1 with a text in *why. */
static int
takeover_list(struct takeover *t, int n, const char **why)
{
	char *line, *words[HANDOVER_WORDS];
	size_t used = 0;
	int fd = t->io.fd + 1, nwords, got;

	if ((line = takeover_wait(t, &used, why)) == NULL)
		return -1;
	if (strcmp(line, HANDOVER_HELLO) != 0) {
		*why = "the old process hands over in another way: "
		    "restart it";
		return -1;
	}
	while ((line = takeover_wait(t, &used, why)) != NULL) {
		nwords = handover_words(line, words);
		if (nwords < 1)
			continue;
		if (strcmp(words[0], "go") == 0)
			break;
		if (nwords != 4 || strcmp(words[0], "door") != 0)
			continue;
		got = takeover_door(t->director, words, fd, n, why);
		if (got == -1)
			return -1;
		fd += got;
		n -= got;
	}
	buf_consume(&t->in, used);
	if (line != NULL && n == 0)
		return 0;
	if (line != NULL)
		*why = "the number of descriptors is wrong";
	return -1;
}

/* None of them is for our children. 0, or -1 with errno. */
static int
takeover_flags(int fd, int n)
{
	int i, flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return -1;
	for (i = 0; i <= n; i++)
		if (fcntl(fd + i, F_SETFD, FD_CLOEXEC) == -1)
			return -1;
	return 0;
}

int
takeover_begin(struct pydirector *d, int fd, int n, char *err, size_t size)
{
	struct takeover *t = calloc(1, sizeof(*t));
	const char *why;

	if (t == NULL) {
		(void)snprintf(err, size, "out of memory");
		return -1;
	}
	t->director = d;
	t->io.fd = fd;
	t->io.index = -1;
	t->io.slot = -1;
	buf_init(&t->in, HANDOVER_LINE);
	d->takeover = t;
	if (takeover_flags(fd, n) == -1)
		why = strerror(errno);
	else if (takeover_list(t, n, &why) == 0)
		return 0;
	(void)snprintf(err, size, "%s", why);
	return -1;
}

/* States. */

static void
takeover_learn(struct takeover *t, char *line)
{
	char *words[HANDOVER_WORDS];
	int n = handover_words(line, words);

	if (n > 0 && t->counting)
		(void)state_count(t->director, n, words);
	else if (n > 0)
		state_learn(t->director, n, words);
}

/* The old one does not listen any more, or is gone. */
static void
takeover_over(struct takeover *t)
{
	struct pydirector *d = t->director;

	if (t->over)
		return;
	t->over = 1;
	if (d->inherit != NULL)
		d->inherit(d->hook_arg);
}

static void
takeover_said(struct takeover *t, char *line)
{
	struct pydirector *d = t->director;

	if (strcmp(line, "over") == 0)
		takeover_over(t);
	else if (strcmp(line, "reopen") == 0 && d->close_log != NULL) {
		t->obeying = 1;
		(void)d->close_log(d->hook_arg);
		t->obeying = 0;
	} else
		takeover_learn(t, line);
}

/* All that was lent is ours; what nobody wants is closed. */
static void
takeover_own(struct pydirector *d)
{
	struct bound *b;
	struct door *door;

	for (door = d->doors; door != NULL; door = door->next)
		door->lent = 0;
	for (b = d->bound; b != NULL; b = b->next)
		b->lent = 0;
	door_forget(d);
}

/* Our loop runs, and from here on nobody else's. */
static void
takeover_serve(struct takeover *t)
{
	t->serving = 1;
	takeover_own(t->director);
	takeover_write(t, "serving\n");
}

static int
takeover_want(struct io *io)
{
	return LOOP_OWNER(io, struct takeover, io)->serving ? POLLIN :
	    POLLIN | POLLOUT;
}

static void
takeover_in(struct io *io)
{
	struct takeover *t = LOOP_OWNER(io, struct takeover, io);
	size_t used = 0;
	char *line;

	io->ready = 0;		/* what is left over, poll tells again */
	if (!t->serving)
		takeover_serve(t);
	switch (takeover_read(t)) {
	case IO_DONE:
		break;
	case IO_AGAIN:
		return;
	case IO_EOF:
	case IO_ERROR:
		/* A shortage: what was lost by it is passed over. */
		if (!net_gone(t->io.fd))
			break;
		log_notice(t->director->log,
		    "director: upgrade: the old process has ended");
		takeover_over(t);
		takeover_free(t);
		return;
	}
	while ((line = handover_line(&t->in, &used)) != NULL)
		takeover_said(t, line);
	buf_consume(&t->in, used);
}

static const struct io_ops takeover_ops = { takeover_want, takeover_in };

/* Tells the old one what nobody wants: it serves who waits there. */
static void
takeover_drop(struct takeover *t)
{
	const struct bound *b;
	struct buf lines;
	int i;

	buf_init(&lines, HANDOVER_MAX);
	for (b = t->director->bound; b != NULL; b = b->next)
		for (i = 0; b->lent && i < b->n; i++)
			if (!bound_wanted(t->director, b, i))
				(void)buf_addf(&lines, "drop %d\n",
				    b->fds[i] - t->io.fd - 1);
	if (!lines.failed && lines.len > 0)
		takeover_write(t, lines.data);
	buf_done(&lines);
}

int
takeover_ready(struct pydirector *d)
{
	struct takeover *t = d->takeover;
	const char *why;
	size_t used = 0;
	char *line;

	t->ready = 1;
	takeover_drop(t);
	takeover_write(t, HANDOVER_READY "\n");
	while ((line = takeover_wait(t, &used, &why)) != NULL &&
	    strcmp(line, "end") != 0)
		takeover_learn(t, line);
	buf_consume(&t->in, used);
	t->counting = 1;
	manager_settle(d);
	if (line == NULL)
		log_warning(d->log, "director: upgrade: counters and states "
		    "are lost: %s", why);
	if (t->io.fd != -1 && loop_add(&d->loop, &t->io, &takeover_ops,
	    t->io.fd) == 0)
		return 0;
	/* No loop, but it would wait for that word. */
	takeover_serve(t);
	takeover_free(t);
	return -1;
}

int
takeover_pending(const struct pydirector *d)
{
	return d->takeover != NULL && !d->takeover->over;
}

void
takeover_fail(struct pydirector *d, const char *why)
{
	struct takeover *t = d->takeover;
	struct buf line;

	if (t == NULL || t->ready)
		return;
	buf_init(&line, HANDOVER_LINE);
	(void)buf_addf(&line, "failed %.400s\n", why);
	if (!line.failed)
		takeover_write(t, line.data);
	buf_done(&line);
	takeover_hang_up(t);
}

void
takeover_reopen(struct pydirector *d)
{
	if (d->takeover != NULL && d->takeover->ready && !d->takeover->obeying)
		takeover_write(d->takeover, "reopen\n");
}

void
takeover_stop(struct pydirector *d)
{
	if (d->takeover != NULL && d->takeover->ready)
		takeover_write(d->takeover, "stop\n");
}

void
takeover_done(struct pydirector *d)
{
	if (d->takeover != NULL)
		takeover_free(d->takeover);
	/* What nobody has taken, when the start has failed. */
	door_forget(d);
}
