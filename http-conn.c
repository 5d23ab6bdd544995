/* SPDX-License-Identifier: ISC
 *
 * One connection to the web admin: reads requests, has their senders verified,
 * hands them to the handler, writes the answers. It promises that a client,
 * whatever it does, costs a bounded number of bytes and moments, and never
 * stops the loop. Requests of one connection are answered one after the other;
 * no more is read while an answer is under way.
 *
 *	SHAKE	TLS: the handshake is under way; then READ
 *	READ	reads until a whole request is there
 *	AUTH	its name and password are being verified
 *	WRITE	the answer goes out; then READ again, or LINGER
 *	LINGER	nothing more to say; what still comes is thrown away for a
 *		moment, so that the answer is not lost to a reset
 *	DEAD	closed; freed when the next round starts */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "compat/compat.h"
#include "clock.h"
#include "tls.h"
#include "http-conn.h"

#define READ_SIZE	8192	/* bytes of one read */
#define WRITE_BATCH	(256 * 1024)	/* bytes written in one turn */
#define SHAKE_WAIT	10000	/* ms for a handshake */
#define HEAD_WAIT	10000	/* ms for a head */
#define BODY_WAIT	30000	/* ms for a body behind it */
#define IDLE_WAIT	75000	/* ms between two requests */
#define WRITE_WAIT	30000	/* ms in which some byte has to go out */
#define LINGER_WAIT	2000	/* ms */
#define JOIN_MAX	8192	/* an answer up to here is one text */
#define LOCATION_MAX	8192	/* bytes of a header Location, not encoded */
#define IN_MAX		(HTTP_HEAD_MAX + HTTP_FORM_MAX + READ_SIZE + 1)
#define ROUND_TIME	5000	/* us of handlers and TLS in a round; then
				 * others */
#define SHAKE_TIME	1000	/* us of it that handshakes may take: those
				 * whom we know still get on */
#define HOLD_MAX	(32 * 1024 * 1024)	/* bytes of all answers */
#define OUT_MAX		(64 * 1024)	/* bytes of all that is one text */

#define POLICY_NONE	"default-src 'none'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'none'"

static void	 conn_next(struct conn *);
static void	 conn_task(struct task *);
static void	 conn_write(struct conn *);

/* The end of a connection. */

static void
conn_free(struct task *t)
{
	struct conn *c = LOOP_OWNER(t, struct conn, task);

	if (c->in != NULL)
		explicit_bzero(c->in, c->len);
	free(c->in);
	buf_done(&c->out[0]);
	buf_done(&c->out[1]);
	if (c->tls != NULL)
		c->tls_ops->free(c->tls);
	free(c);
}

void
conn_end(struct conn *c)
{
	struct pydirector *d = c->http->director;
	int fd = c->io.fd;

	if (c->state == STATE_DEAD)
		return;
	c->state = STATE_DEAD;
	loop_timer_del(&d->loop, &c->timer);
	loop_del(&d->loop, &c->io);
	if (c->tls != NULL)
		c->tls_ops->shutdown(c->tls);
	net_close(fd);
	if (c->auth != NULL)
		auth_cancel(c->auth);
	c->auth = NULL;
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	c->http->nconns--;
	loop_bury(&d->loop, &c->task, conn_free);
	listen_given_back(d, NULL);
}

static void
conn_expire(struct timer *t)
{
	conn_end(LOOP_OWNER(t, struct conn, timer));
}

static void
conn_linger(struct conn *c)
{
	c->state = STATE_LINGER;
	if (c->tls != NULL)
		c->tls_ops->shutdown(c->tls);
	net_shutdown(c->io.fd);
	loop_timer(&c->http->director->loop, &c->timer, LINGER_WAIT,
	    conn_expire);
}

/* Answers. */

/* Sends an answer; takes its body. */
static void
conn_answer(struct conn *c, struct http_response *r)
{
	struct loop *l = &c->http->director->loop;
	int head = c->head != 0 && c->message.method == HTTP_HEAD;

	log_debug(c->http->director->log, "web: %s: %s: %d", c->peer_text,
	    c->message.path != NULL ? c->message.path : "-", r->status);
	answer_head(c, r);
	if (!head && r->body.len > 0) {
		if (r->body.len <= JOIN_MAX)
			(void)buf_add(&c->out[0], r->body.data, r->body.len);
		else {
			c->out[1] = r->body;
			buf_init(&r->body, 0);
		}
	}
	buf_done(&r->body);
	buf_done(&r->location);
	if (c->out[0].failed) {
		conn_end(c);
		return;
	}
	c->state = STATE_WRITE;
	loop_timer(l, &c->timer, WRITE_WAIT, conn_expire);
	conn_write(c);
}

static void
response_init(struct http_response *r)
{
	memset(r, 0, sizeof(*r));
	r->status = 200;
	r->type = "text/plain; charset=utf-8";
	r->policy = POLICY_NONE;
	buf_init(&r->location, LOCATION_MAX);
	buf_init(&r->body, HTTP_ANSWER_MAX);
}

/* An answer of ours: the status and its words. */
static void
conn_status(struct conn *c, int status)
{
	struct http_response r;

	response_init(&r);
	r.status = status;
	if (status == 405)
		r.allow = "GET, HEAD, POST";
	(void)buf_addf(&r.body, "%d %s\n", status, http_reason(status));
	conn_answer(c, &r);
}

/* The same for a request after which nothing can be believed. */
static void
conn_refuse(struct conn *c, int status)
{
	c->last = 1;
	conn_status(c, status);
}

/* Takes bytes away at the front of what was read; they may be secret. */
static void
conn_drop(struct conn *c, size_t n)
{
	c->len -= n;
	memmove(c->in, c->in + n, c->len);
	explicit_bzero(c->in + c->len, n);
}

/* Takes the request out of what was read. */
static void
conn_consume(struct conn *c)
{
	conn_drop(c, c->head + c->message.length);
	c->head = 0;
	c->seen = 0;
	c->continued = 0;
	memset(&c->message, 0, sizeof(c->message));
	if (c->len > 0)
		return;
	free(c->in);
	c->in = NULL;
}

/* The answer has gone out. */
static void
conn_sent(struct conn *c)
{
	struct loop *l = &c->http->director->loop;

	buf_done(&c->out[0]);
	buf_done(&c->out[1]);
	c->sent = 0;
	c->since = l->now;
	if (c->last) {
		conn_linger(c);
		return;
	}
	conn_consume(c);
	c->state = STATE_READ;
	conn_next(c);
}

static void
conn_write(struct conn *c)
{
	struct loop *l = &c->http->director->loop;
	size_t first = c->out[0].len, all = first + c->out[1].len;
	size_t done, from = c->sent;
	enum io_result result;

	while (c->sent < all) {
		if (c->sent - from >= WRITE_BATCH)
			break;
		if (c->sent < first)
			result = conn_out(c, c->out[0].data + c->sent,
			    first - c->sent, &done);
		else
			result = conn_out(c, c->out[1].data +
			    (c->sent - first), all - c->sent, &done);
		if (result == IO_AGAIN)
			break;
		if (result != IO_DONE) {
			conn_end(c);
			return;
		}
		c->sent += done;
	}
	if (c->sent == all)
		conn_sent(c);
	else if (c->sent > from)
		loop_timer(l, &c->timer, WRITE_WAIT, conn_expire);
}

/* Requests. */

/* Arguments of the URL and the form. 0 or a status. */
static int
request_args(struct conn *c, char *body, struct arg *args, size_t *n)
{
	const struct http_message *m = &c->message;

	*n = 0;
	if (m->query != NULL && http_parse_args(m->query, args, n) == -1)
		return 400;
	if (m->method != HTTP_POST || m->length == 0)
		return 0;
	if (!http_is_form(m->content_type))
		return 415;
	if (memchr(body, '\0', m->length) != NULL ||
	    http_parse_args(body, args, n) == -1)
		return 400;
	return 0;
}

/* Bytes of answers that their clients have not taken yet. */
static size_t
conns_hold(const struct http *h)
{
	const struct conn *c;
	size_t n = 0;

	for (c = h->conns; c != NULL; c = c->next)
		n += c->out[0].len + c->out[1].len;
	return n;
}

/* Calls the handler. */
static void
request_run(struct conn *c, enum right right)
{
	const struct http_message *m = &c->message;
	char *body = c->in + c->head;
	struct arg args[HTTP_ARGS_MAX];
	struct http_request q;
	struct http_response r;
	char behind;
	int status;

	memset(&q, 0, sizeof(q));
	q.director = c->http->director;
	q.method = m->method;
	q.path = m->path;
	q.args = args;
	q.caller.user = c->user;
	q.caller.peer = c->peer_text;
	q.caller.right = right;
	q.wants_html = m->wants_html;
	q.host = m->host;
	q.origin = m->origin;
	q.referer = m->referer;
	q.fetch_site = m->fetch_site;
	q.browser = m->browser;
	/* There is always room for a NUL behind the body, but it may be the
	 * place of the next request's first byte. */
	behind = body[m->length];
	body[m->length] = '\0';
	status = request_args(c, body, args, &q.nargs);
	response_init(&r);
	c->http->asking = c;
	if (status == 0)
		c->http->handler(&q, &r);
	c->http->asking = NULL;
	body[m->length] = behind;
	if (status == 0 && conns_hold(c->http) + r.body.len > HOLD_MAX)
		status = 503;
	if (status != 0 || r.body.failed) {
		buf_done(&r.body);
		buf_done(&r.location);
		conn_status(c, status != 0 ? status : 500);
		return;
	}
	conn_answer(c, &r);
}

/* Runs the request, unless handlers have had their time of this round: what
 * passes through the balancer comes first. */
static void
conn_turn(struct task *t)
{
	struct conn *c = LOOP_OWNER(t, struct conn, task);
	struct http *h = c->http;
	struct loop *l = &h->director->loop;
	int64_t began;

	if (conns_spent(h) >= ROUND_TIME) {
		loop_later(l, t, conn_turn);
		return;
	}
	began = clock_us();
	request_run(c, c->right);
	h->spent += clock_us() - began;
}

static void
conn_verified(void *arg, enum right right, int busy)
{
	struct conn *c = arg;

	c->auth = NULL;
	if (busy)
		conn_status(c, 503);
	else if (right == RIGHT_NONE)
		conn_status(c, 401);
	else {
		c->known = 1;
		c->right = right;
		loop_later(&c->http->director->loop, &c->task, conn_turn);
	}
}

/* A whole request is there: who asks? */
static void
request_check(struct conn *c)
{
	struct http_message *m = &c->message;
	char *password;

	c->last = !m->keep;
	if (http_parse_basic(m->authorization, &c->user, &password) == -1) {
		conn_status(c, 401);
		return;
	}
	c->state = STATE_AUTH;
	loop_timer_del(&c->http->director->loop, &c->timer);
	c->auth = auth_check(c->http->director, c->user, password, &c->peer,
	    conn_verified, c);
}

/* Tells a client that waits before it sends a body to go on. Only a few bytes
 * after nothing: they fit, or the client goes on by itself. TLS would have to
 * send the same bytes again before anything else. */
static void
conn_continue(struct conn *c)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	enum io_result result;
	size_t done;

	if (!c->message.expects || c->continued)
		return;
	c->continued = 1;
	result = conn_out(c, text, sizeof(text) - 1, &done);
	if (result == IO_ERROR || (result == IO_AGAIN && c->tls != NULL) ||
	    (done > 0 && done < sizeof(text) - 1))
		conn_end(c);
}

/* Too slow: told when a request has begun. */
static void
conn_late(struct timer *t)
{
	struct conn *c = LOOP_OWNER(t, struct conn, timer);

	if (c->len > 0)
		conn_refuse(c, 408);
	else
		conn_end(c);
}

/* Looks for a head. 1: c->head says how long it is. */
static int
conn_head(struct conn *c)
{
	size_t n = 0;
	int status;

	if (c->head != 0)
		return 1;
	if (c->seen == 0) {
		/* Empty lines before a request are passed over. */
		while (n < c->len && (c->in[n] == '\r' || c->in[n] == '\n'))
			n++;
		conn_drop(c, n);
	}
	c->head = http_head_length(c->in, c->len, &c->seen);
	if (c->head > HTTP_HEAD_MAX ||
	    (c->head == 0 && c->len >= HTTP_HEAD_MAX)) {
		c->head = 0;
		conn_refuse(c, memchr(c->in, '\n', HTTP_LINE_MAX) == NULL ?
		    414 : 431);
		return 0;
	}
	if (c->head == 0)
		return 0;
	status = http_parse_head(c->in, c->head, &c->message);
	if (status != 0) {
		conn_refuse(c, status);
		return 0;
	}
	loop_timer(&c->http->director->loop, &c->timer, BODY_WAIT,
	    conn_late);
	return 1;
}

/* What is there is looked at: a request, the part of one, or nothing. */
static void
conn_look(struct conn *c)
{
	if (c->len > 0 && conn_head(c)) {
		if (c->len - c->head >= c->message.length) {
			request_check(c);
			return;
		}
		conn_continue(c);
	}
	if (c->state == STATE_READ && c->gone)
		conn_end(c);
}

/* After an answer: the next request may be here already. Others come before
 * it. */
static void
conn_next(struct conn *c)
{
	struct loop *l = &c->http->director->loop;

	if (c->len > 0 || c->gone || conn_pending(c)) {
		loop_timer(l, &c->timer, HEAD_WAIT, conn_late);
		loop_later(l, &c->task, conn_task);
	} else
		loop_timer(l, &c->timer, IDLE_WAIT, conn_expire);
}

/* Sockets. */

/* A place for what is read: as large as a request can be, since texts of its
 * head are used where they lie. -1: no memory. */
static int
conn_reserve(struct conn *c)
{
	if (c->in == NULL)
		c->in = malloc(IN_MAX);
	return c->in == NULL ? -1 : 0;
}

static void
conn_read(struct conn *c)
{
	struct loop *l = &c->http->director->loop;
	size_t done;

	if (conn_reserve(c) == -1) {
		conn_end(c);
		return;
	}
	switch (conn_in(c, c->in + c->len, READ_SIZE, &done)) {
	case IO_DONE:
		if (c->len == 0)
			loop_timer(l, &c->timer, HEAD_WAIT, conn_late);
		c->len += done;
		break;
	case IO_AGAIN:
		return;
	case IO_EOF:
		c->gone = 1;
		break;
	case IO_ERROR:
		conn_end(c);
		return;
	}
	conn_look(c);
	if (c->state == STATE_READ && conn_pending(c))
		loop_later(l, &c->task, conn_task);
}

/* Something is here already: a request behind the last one, or bytes that TLS
 * has and the socket has no more. */
static void
conn_task(struct task *t)
{
	struct conn *c = LOOP_OWNER(t, struct conn, task);

	if (c->state == STATE_READ)
		conn_look(c);
	/* When it has been answered already the task comes again. */
	if (c->state == STATE_READ && c->task.link == NULL && conn_pending(c))
		conn_read(c);
}

/* Plain HTTP where TLS is spoken: an answer that can be read, once. */
static void
conn_plain(struct conn *c)
{
	struct http_response r;

	c->tls_ops->free(c->tls);
	c->tls = NULL;
	c->last = 1;
	response_init(&r);
	r.status = 400;
	(void)buf_addf(&r.body, "400 %s: this port speaks HTTPS\n",
	    http_reason(400));
	conn_answer(c, &r);
}

static void
conn_shake(struct conn *c)
{
	switch (conn_handshake(c)) {
	case IO_DONE:
		c->state = STATE_READ;
		loop_timer(&c->http->director->loop, &c->timer, HEAD_WAIT,
		    conn_late);
		return;
	case IO_AGAIN:
		return;
	case IO_EOF:
	case IO_ERROR:
		break;
	}
	if (c->tls_ops->plain(c->tls))
		conn_plain(c);
	else
		conn_end(c);
}

/* Throws away what still comes. */
static void
conn_discard(struct conn *c)
{
	char nothing[READ_SIZE];
	size_t done;

	switch (net_read(c->io.fd, nothing, sizeof(nothing), &done)) {
	case IO_DONE:
	case IO_AGAIN:
		return;
	case IO_EOF:
	case IO_ERROR:
		conn_end(c);
		return;
	}
}

static int
conn_want(struct io *io)
{
	const struct conn *c = LOOP_OWNER(io, struct conn, io);

	switch (c->state) {
	case STATE_SHAKE:
		return c->wants;
	case STATE_READ:
		/* What is here already comes first. */
		if (c->task.link != NULL)
			return -1;
		return c->wants != 0 ? c->wants : POLLIN;
	case STATE_AUTH:
		return 0;
	case STATE_WRITE:
		return c->wants != 0 ? c->wants : POLLOUT;
	case STATE_LINGER:
		return POLLIN;
	case STATE_DEAD:
		break;
	}
	return -1;
}

/* One read, or one batch of writing: the others' turns come soon. */
static void
conn_step(struct conn *c, int broken)
{
	switch (c->state) {
	case STATE_SHAKE:
		conn_shake(c);
		break;
	case STATE_READ:
		conn_read(c);
		break;
	case STATE_AUTH:
		if (broken)
			conn_end(c);
		break;
	case STATE_WRITE:
		conn_write(c);
		break;
	case STATE_LINGER:
		conn_discard(c);
		break;
	case STATE_DEAD:
		break;
	}
}

/* TLS computes: that is counted, and when the time of this round is up, the
 * next one comes at once. */
static void
conn_event(struct io *io)
{
	struct conn *c = LOOP_OWNER(io, struct conn, io);
	struct http *h = c->http;
	int broken = io->ready & IO_BROKEN;
	int64_t began;

	io->ready = 0;		/* what is left over, poll tells again */
	if (c->tls == NULL) {
		conn_step(c, broken);
		return;
	}
	if (conns_spent(h) >= (c->state == STATE_SHAKE ? SHAKE_TIME :
	    ROUND_TIME))
		return;
	began = clock_us();
	conn_step(c, broken);
	h->spent += clock_us() - began;
}

static const struct io_ops conn_ops = { conn_want, conn_event };

void
conn_start(struct http *h, int fd, const struct addr *peer)
{
	struct loop *l = &h->director->loop;
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL || conn_secure(c, h, fd) == -1 ||
	    loop_add(l, &c->io, &conn_ops, fd) == -1) {
		if (c != NULL && c->tls != NULL)
			c->tls_ops->free(c->tls);
		free(c);
		net_close(fd);
		return;
	}
	net_nodelay(fd);
	c->http = h;
	c->peer = *peer;
	(void)addr_text(peer, c->peer_text);
	c->since = l->now;
	buf_init(&c->out[0], OUT_MAX);
	buf_init(&c->out[1], HTTP_ANSWER_MAX);
	c->next = h->conns;
	c->link = &h->conns;
	if (c->next != NULL)
		c->next->link = &c->next;
	h->conns = c;
	h->nconns++;
	loop_timer(l, &c->timer, c->tls != NULL ? SHAKE_WAIT : HEAD_WAIT,
	    c->tls != NULL ? conn_expire : conn_late);
}
