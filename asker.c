/* SPDX-License-Identifier: ISC
 *
 * One who asks at the control socket. It promises that an asker, whatever it
 * sends or leaves unread, costs a bounded number of bytes and moments. Its
 * questions are answered in their order; while it leaves answers unread it is
 * not read. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"

#define READ_WAIT	30000	/* ms for a box that has begun */
#define WRITE_WAIT	30000	/* ms in which some byte has to go out */
#define OUT_MAX		(64 * 1024)	/* bytes of answers not read */

/* The end. */

static void
asker_free(struct task *t)
{
	struct asker *a = LOOP_OWNER(t, struct asker, task);

	buf_done(&a->out);
	free(a);
}

void
asker_end(struct asker *a)
{
	struct control *k = a->control;
	struct loop *l = &k->director->loop;
	int fd = a->io.fd;

	loop_timer_del(l, &a->timer);
	loop_del(l, &a->io);
	net_close(fd);
	*a->link = a->next;
	if (a->next != NULL)
		a->next->link = a->link;
	k->naskers--;
	loop_bury(l, &a->task, asker_free);
	listen_given_back(k->director, NULL);
}

static void
asker_late(struct timer *t)
{
	asker_end(LOOP_OWNER(t, struct asker, timer));
}

/* Answers. */

/* `[2001:db8::1]:80` to `2001:db8::1` and `80`. */
static void
answer_address(struct buf *out, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE], *host = addr_text(a, text);
	char *port = strrchr(text, ':');
	size_t n = (size_t)(port - text);

	if (*host == '[') {
		host++;
		n -= 2;
	}
	amp_add(out, "host", host, n);
	amp_add(out, "port", port + 1, strlen(port + 1));
}

/* The question carries no tag: nobody wants an answer. */
static const char *
box_ask(const struct asker *a, size_t *n)
{
	return amp_value(a->in, a->seen, "_ask", n);
}

static void
asker_answer(struct asker *a, const struct addr *client)
{
	size_t n;
	const char *ask = box_ask(a, &n);

	if (ask == NULL)
		return;
	amp_add(&a->out, "_answer", ask, n);
	answer_address(&a->out, client);
	amp_end(&a->out);
}

/* An error that nobody can be told of ends the connection. */
static void
asker_error(struct asker *a, const char *code, const char *text, size_t size)
{
	size_t n;
	const char *ask = box_ask(a, &n);

	if (ask == NULL) {
		a->last = 1;
		return;
	}
	amp_add(&a->out, "_error", ask, n);
	amp_add(&a->out, "_error_code", code, strlen(code));
	amp_add(&a->out, "_error_description", text, size);
	amp_end(&a->out);
}

/* An argument is missing or makes no sense: after that, as in Twisted, the
 * connection ends. */
static void
asker_bad(struct asker *a)
{
	static const char text[] = "Unknown Error";

	asker_error(a, "UNKNOWN", text, sizeof(text) - 1);
	a->last = 1;
}

static void
asker_unhandled(struct asker *a, const char *command, size_t n)
{
	struct buf text;

	buf_init(&text, OUT_MAX);
	(void)buf_addf(&text, "Unhandled Command: ");
	amp_repr(&text, command, n);
	if (text.failed)
		a->last = 1;
	else
		asker_error(a, "UNHANDLED", text.data, text.len);
	buf_done(&text);
}

/* Questions. */

/* An IP address as a server writes that of its peer; the zone is left out.
 * -1: it is none. */
static int
question_ip(const char *text, size_t n, struct addr *a)
{
	struct hostport at;

	if (n == 0 || n >= sizeof(at.node) || memchr(text, '\0', n) != NULL)
		return -1;
	memcpy(at.node, text, n);
	at.node[n] = '\0';
	at.node[strcspn(at.node, "%")] = '\0';
	at.port = 0;
	return at.node[0] == '\0' ? -1 : addr_number(&at, a);
}

/* An address of two arguments: 1, or 0: it can be nobody's; -1: arguments are
 * missing or make no sense. */
static int
question_address(const struct asker *a, struct addr *from)
{
	size_t nhost, nport;
	const char *host = amp_value(a->in, a->seen, "host", &nhost);
	const char *port = amp_value(a->in, a->seen, "port", &nport);
	long number;

	if (host == NULL || port == NULL ||
	    amp_integer(port, nport, &number) == -1)
		return -1;
	if (number < 0 || number > 65535 ||
	    question_ip(host, nhost, from) == -1)
		return 0;
	addr_set_port(from, (unsigned)number);
	return 1;
}

/* The same for what may be said of the server. */
static int
question_server(const struct asker *a, struct origin_question *q)
{
	size_t n;
	const char *text;
	long number;

	text = amp_value(a->in, a->seen, "toHost", &n);
	if (text != NULL) {
		q->to_host = 1;
		if (question_ip(text, n, &q->to) == -1)
			return 0;
	}
	text = amp_value(a->in, a->seen, "toPort", &n);
	if (text == NULL)
		return 1;
	if (amp_integer(text, n, &number) == -1)
		return -1;
	if (number < 0 || number > 65535)
		return 0;
	if (!q->to_host)
		q->to.u.sa.sa_family = AF_INET;
	q->to_port = 1;
	addr_set_port(&q->to, (unsigned)number);
	return 1;
}

/* GetClientAddress. */
static void
asker_question(struct asker *a)
{
	struct origin_question q;
	const struct relay *r = NULL;
	int known, server;

	memset(&q, 0, sizeof(q));
	known = question_address(a, &q.from);
	server = question_server(a, &q);
	if (known == -1 || server == -1) {
		asker_bad(a);
		return;
	}
	if (known && server)
		r = origin_find(&a->control->origins, &q);
	if (r != NULL && r->addr.u.sa.sa_family != AF_UNSPEC)
		asker_answer(a, &r->addr);
	else
		asker_error(a, "UNKNOWN_PORT", "", 0);
}

/* A whole box is at the front. */
static void
asker_box(struct asker *a)
{
	static const char name[] = "GetClientAddress";
	const char *command;
	size_t n;

	/* We have asked for nothing that could be answered. */
	if (amp_value(a->in, a->seen, "_answer", &n) != NULL ||
	    amp_value(a->in, a->seen, "_error", &n) != NULL) {
		a->last = 1;
		return;
	}
	command = amp_value(a->in, a->seen, "_command", &n);
	if (command == NULL)
		a->last = 1;
	else if (n == sizeof(name) - 1 && memcmp(command, name, n) == 0)
		asker_question(a);
	else
		asker_unhandled(a, command, n);
}

/* Answers what is there. */
static void
asker_boxes(struct asker *a)
{
	struct loop *l = &a->control->director->loop;

	while (!a->last) {
		switch (amp_box(a->in, a->len, &a->seen)) {
		case AMP_MORE:
			return;
		case AMP_BAD:
			a->last = 1;
			return;
		case AMP_WHOLE:
			asker_box(a);
			a->len -= a->seen;
			memmove(a->in, a->in + a->seen, a->len);
			a->seen = 0;
			a->since = l->now;
			loop_timer_del(l, &a->timer);
			break;
		}
	}
}

/* Writes what there is: 0, or -1: it cannot. */
static int
asker_write(struct asker *a)
{
	size_t done;

	while (a->sent < a->out.len) {
		switch (net_write(a->io.fd, a->out.data + a->sent,
		    a->out.len - a->sent, &done)) {
		case IO_DONE:
			a->sent += done;
			loop_timer_del(&a->control->director->loop, &a->timer);
			break;
		case IO_AGAIN:
			return 0;
		case IO_EOF:
		case IO_ERROR:
			return -1;
		}
	}
	buf_done(&a->out);
	a->sent = 0;
	return 0;
}

static int
asker_pending(const struct asker *a)
{
	return a->sent < a->out.len;
}

/* Sets the deadline of what is under way, unless it is set. */
static void
asker_deadline(struct asker *a)
{
	struct loop *l = &a->control->director->loop;

	if (loop_timer_set(&a->timer))
		return;
	if (asker_pending(a))
		loop_timer(l, &a->timer, WRITE_WAIT, asker_late);
	else if (a->len > 0)
		loop_timer(l, &a->timer, READ_WAIT, asker_late);
}

/* Goes on as far as it can. */
static void
asker_step(struct asker *a)
{
	asker_boxes(a);
	if (a->out.failed || asker_write(a) == -1) {
		asker_end(a);
		return;
	}
	if (!asker_pending(a) && (a->last || a->gone)) {
		asker_end(a);
		return;
	}
	asker_deadline(a);
}

/* Sockets. */

static int
asker_want(struct io *io)
{
	const struct asker *a = LOOP_OWNER(io, struct asker, io);

	return asker_pending(a) ? POLLOUT : POLLIN;
}

static void
asker_event(struct io *io)
{
	struct asker *a = LOOP_OWNER(io, struct asker, io);
	size_t done;

	io->ready = 0;		/* what is left over, poll tells again */
	if (asker_pending(a)) {
		asker_step(a);
		return;
	}
	switch (net_read(io->fd, a->in + a->len, sizeof(a->in) - a->len,
	    &done)) {
	case IO_DONE:
		a->len += done;
		break;
	case IO_AGAIN:
		return;
	case IO_EOF:
		a->gone = 1;
		break;
	case IO_ERROR:
		asker_end(a);
		return;
	}
	asker_step(a);
}

static const struct io_ops asker_ops = { asker_want, asker_event };

int
asker_start(struct control *k, int fd)
{
	struct loop *l = &k->director->loop;
	struct asker *a = calloc(1, sizeof(*a));

	if (a == NULL || loop_add(l, &a->io, &asker_ops, fd) == -1) {
		free(a);
		net_close(fd);
		return -1;
	}
	a->control = k;
	a->since = l->now;
	buf_init(&a->out, OUT_MAX);
	a->next = k->askers;
	if (a->next != NULL)
		a->next->link = &a->next;
	a->link = &k->askers;
	k->askers = a;
	k->naskers++;
	return 0;
}
