/* SPDX-License-Identifier: ISC
 *
 * The asker's end of a command channel (channel.h): one line, one answer. An
 * answer is read whole before any of it is shown: a terminal that stands still
 * holds nobody up. */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "channel.h"
#include "ctl.h"

#define CONNECT_WAIT	5000	/* ms for a place in the balancer's queue */
#define SILENCE_WAIT	60000	/* ms without a byte: it does not answer */
#define HEAD_MAX	32	/* bytes of `CODE LENGTH` */

void
ask_close(struct ask *a)
{
	if (a->fd != -1)
		net_close(a->fd);
	a->fd = -1;
	buf_done(&a->in);
}

static int
ask_lost(struct ask *a, const char *why)
{
	fprintf(stderr, "pydirectorctl: %s\n", why);
	ask_close(a);
	return -1;
}

/* What to look at when nobody is there. */
static const char *
ask_hint(int error)
{
	if (error == ENOENT || error == ECONNREFUSED)
		return ": is pydirector running, with this socket as its "
		    "<console>?";
	if (error == EACCES)
		return ": only root and the user that pydirector runs as may "
		    "connect";
	return "";
}

int
ask_open(struct ask *a)
{
	int64_t until = clock_ms() + CONNECT_WAIT;

	if (a->fd != -1)
		return 0;
	if (a->path == NULL)
		return ask_lost(a, "the balancer has gone");
	/* The queue is full: there is a moment to wait for. */
	while ((a->fd = net_connect_path(a->path)) == -1 && errno == EAGAIN &&
	    clock_ms() < until && signal_take() != SIGINT)
		(void)poll(NULL, 0, 50);
	if (a->fd != -1)
		return 0;
	fprintf(stderr, "pydirectorctl: %s: %s%s\n", a->path, strerror(errno),
	    ask_hint(errno));
	return -1;
}

/* Waits for the descriptor. 1: ready; 0: a signal has come; -1: nothing has
 * happened for too long. */
static int
ask_wait(const struct ask *a, short events)
{
	struct pollfd fds[2];
	int n;

	fds[0].fd = a->fd;
	fds[0].events = events;
	fds[1].fd = a->wake;
	fds[1].events = POLLIN;
	do {
		fds[0].revents = 0;
		fds[1].revents = 0;
		n = poll(fds, 2, SILENCE_WAIT);
	} while (n == -1 && errno == EINTR);
	if (n <= 0)
		return -1;
	return fds[1].revents == 0;
}

/* A signal has come. *breaks: how often he has asked for an end. */
static int
ask_signal(struct ask *a, int *breaks)
{
	static const char end = CHANNEL_BREAK;
	size_t done;

	if (signal_take() != SIGINT)
		return 0;
	a->broken = 1;
	if ((*breaks)++ > 0)
		return ask_lost(a, "interrupted");
	if (net_write(a->fd, &end, 1, &done) == IO_ERROR)
		return ask_lost(a, "the balancer has gone");
	return 0;
}

static int
ask_send(struct ask *a, const char *text, size_t len)
{
	size_t done, sent = 0;
	int ready;

	while (sent < len) {
		switch (net_write(a->fd, text + sent, len - sent, &done)) {
		case IO_DONE:
			sent += done;
			break;
		case IO_AGAIN:
			ready = ask_wait(a, POLLOUT);
			if (ready == -1)
				return ask_lost(a,
				    "the balancer does not answer");
			if (ready == 0 && signal_take() == SIGINT)
				return ask_lost(a, "interrupted");
			break;
		case IO_EOF:
		case IO_ERROR:
			/* It may have said why: that is read next. */
			return 0;
		}
	}
	return 0;
}

/* Reads until n bytes are there: 0, or -1. */
static int
ask_need(struct ask *a, size_t n, int *breaks)
{
	char bytes[16384];
	size_t done;
	int ready;

	while (a->in.len < n) {
		ready = ask_wait(a, POLLIN);
		if (ready == -1)
			return ask_lost(a, "the balancer does not answer");
		if (ready == 0) {
			if (ask_signal(a, breaks) == -1)
				return -1;
			continue;
		}
		switch (net_read(a->fd, bytes, sizeof(bytes), &done)) {
		case IO_DONE:
			if (buf_add(&a->in, bytes, done) == -1)
				return ask_lost(a, "out of memory");
			break;
		case IO_AGAIN:
			break;
		case IO_EOF:
		case IO_ERROR:
			return ask_lost(a, "the balancer has gone");
		}
	}
	return 0;
}

/* `CODE LENGTH`: 0, or -1. */
static int
ask_head(struct ask *a, int *code, size_t *len, int *breaks)
{
	size_t n = 0;
	char *end;
	long c, l;

	for (;; n++) {
		if (n == HEAD_MAX)
			return ask_lost(a, "the balancer speaks in riddles");
		if (a->in.len <= n && ask_need(a, n + 1, breaks) == -1)
			return -1;
		if (a->in.data[n] == '\n')
			break;
	}
	c = strtol(a->in.data, &end, 10);
	l = *end == ' ' ? strtol(end + 1, &end, 10) : -1;
	if (*end != '\n' || c < 100 || c > 999 || l < 0 ||
	    l > CHANNEL_ANSWER)
		return ask_lost(a, "the balancer speaks in riddles");
	*code = (int)c;
	*len = (size_t)l;
	buf_consume(&a->in, n + 1);
	return 0;
}

int
ask_line(struct ask *a, const char *line, size_t len, int *code,
    struct buf *text)
{
	int breaks = 0;
	size_t n;

	a->broken = 0;
	if (len > CHANNEL_LINE || memchr(line, '\n', len) != NULL) {
		*code = OUTCOME_BAD;
		(void)buf_addf(text, "expected one line of at most %d bytes\n",
		    CHANNEL_LINE);
		return 0;
	}
	if (ask_open(a) == -1 || ask_send(a, line, len) == -1 ||
	    ask_send(a, "\n", 1) == -1)
		return -1;
	for (;;) {
		if (ask_head(a, code, &n, &breaks) == -1 ||
		    ask_need(a, n, &breaks) == -1)
			return -1;
		if (*code != CHANNEL_INTERIM)
			break;
		/* Only a person wants to know that it goes on. */
		(void)buf_add(text, a->in.data, n);
		if (isatty(STDERR_FILENO))
			print_text(text, 1);
		buf_consume(&a->in, n);
		buf_consume(text, text->len);
	}
	if (n > 0)
		(void)buf_add(text, a->in.data, n);
	buf_consume(&a->in, n);
	return text->failed ? ask_lost(a, "out of memory") : 0;
}
