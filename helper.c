/* SPDX-License-Identifier: ISC
 *
 * The client side of pydirector-helper. Questions wait in a queue; the child
 * has one of them at a time, so that a question that ends it, or keeps it too
 * long, costs no other. It promises that every question is answered: by the
 * child, or with a text when the child ended, was too slow or cannot be
 * started. What the child sends is believed as little as a stranger's bytes.
 *
 *	no child	a question: started, not more than once in START_WAIT
 *	idle		a question goes to it
 *	asked		answer: the next question; end, nonsense or too long:
 *			the question fails, the child is ended
 *	dying		socket closed, not reaped yet; no new one until it is */

#include "config.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/compat.h"
#include "log.h"
#include "addr.h"
#include "net.h"
#include "loop.h"
#include "child.h"
#include "helper.h"

#define LOOKUP_MAX	64	/* questions outstanding */
#define LOOKUP_WAIT	30000	/* ms that the child has for one */
#define VERIFY_MAX	16
#define VERIFY_WAIT	10000
#define START_WAIT	1000	/* ms between two starts */
#define REAP_WAIT	20	/* ms to end in, with its socket closed */

/* A question. frame is what is written, head and payload. */
struct helper_request {
	struct helper_request	*next, **link;	/* link NULL: not queued */
	struct helper		*helper;
	/* Decodes an answer and gives it on; why not NULL: there is none.
	 * NULL: cancelled. */
	void			(*answer)(struct helper_request *,
				    const char *payload, size_t,
				    const char *why);
	union {
		helper_lookup_fn *found;
		helper_verify_fn *verified;
	} fn;
	void			*arg;
	int64_t			 wait;		/* ms for an answer */
	unsigned		 port;		/* for the addresses found */
	size_t			 len;		/* of frame */
	char			 frame[];
};

struct helper {
	struct loop		*loop;
	struct log		*log;
	char			*path;
	char			*mode;
	struct io		 io;		/* fd -1: no child to talk to */
	struct child		 child;
	int			 answered;	/* by this child, once */
	int			 told;		/* why it has to end */
	struct helper_request	*queue, **tail;	/* not with the child yet */
	struct helper_request	*asked;		/* with the child, or NULL */
	int			 nrequests;	/* all of them */
	uint32_t		 id;		/* of the last one asked */
	size_t			 written;	/* of the frame of asked */
	int64_t			 start_at;	/* not before */
	struct timer		 deadline;	/* of asked */
	struct timer		 again;		/* when it may be started */
	struct task		 task;		/* asks the next */
	size_t			 have;		/* bytes in in[] */
	char			 in[sizeof(struct helper_head) +
				    HELPER_PAYLOAD];
};

static void	 helper_next(struct helper *);
static void	 helper_end(struct helper *, const char *why);

struct helper *
helper_new(struct loop *loop, struct log *log, const char *path,
    const char *mode)
{
	struct helper *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->path = strdup(path);
	h->mode = strdup(mode);
	if (h->path == NULL || h->mode == NULL) {
		free(h->path);
		free(h->mode);
		free(h);
		return NULL;
	}
	h->loop = loop;
	h->log = log;
	h->io.fd = -1;
	h->io.index = -1;
	child_init(&h->child, loop);
	h->tail = &h->queue;
	h->start_at = loop->clock();
	return h;
}

/* The queue. */

static void
helper_append(struct helper *h, struct helper_request *q)
{
	q->next = NULL;
	q->link = h->tail;
	*h->tail = q;
	h->tail = &q->next;
}

static void
helper_remove(struct helper *h, struct helper_request *q)
{
	*q->link = q->next;
	if (q->next != NULL)
		q->next->link = q->link;
	else
		h->tail = q->link;
	q->next = NULL;
	q->link = NULL;
}

/* A question may be a secret. */
static void
helper_request_free(struct helper_request *q)
{
	if (q == NULL)
		return;
	explicit_bzero(q->frame, q->len);
	free(q);
}

/* The end of a question: with an answer, or with why there is none. */
static void
helper_answer(struct helper_request *q, const char *payload, size_t len,
    const char *why)
{
	q->helper->nrequests--;
	if (q->answer != NULL)
		q->answer(q, payload, len, why);
	helper_request_free(q);
}

/* Fails those in the queue now; the ones that are asked meanwhile stay. */
static void
helper_fail_queue(struct helper *h, const char *why)
{
	int n = h->nrequests - (h->asked != NULL);
	struct helper_request *q;

	while (n-- > 0 && (q = h->queue) != NULL) {
		helper_remove(h, q);
		helper_answer(q, NULL, 0, why);
	}
}

/* The child. */

static void
helper_log_status(struct helper *h, int status)
{
	if (WIFSIGNALED(status))
		log_warning(h->log, "helper %s: ended: signal %d", h->mode,
		    WTERMSIG(status));
	else
		log_warning(h->log, "helper %s: ended: exit status %d",
		    h->mode, WEXITSTATUS(status));
}

static void
helper_gone(struct child *c, int status)
{
	struct helper *h = LOOP_OWNER(c, struct helper, child);

	if (!h->told && c->killed)
		log_warning(h->log, "helper %s: stopped: "
		    "it has closed its socket", h->mode);
	else if (!h->told && status != -1)
		helper_log_status(h, status);
	helper_next(h);
}

static void
helper_again_expire(struct timer *t)
{
	helper_next(LOOP_OWNER(t, struct helper, again));
}

/* A child whose socket is closed: one that has closed it itself has REAP_WAIT
 * to exit, else (now) it is killed. */
static void
helper_bury(struct helper *h, int now)
{
	h->told = now;
	child_reap(&h->child, now ? 0 : REAP_WAIT, helper_gone);
}

/* The program has the socket as its standard input. Returns 0 or an errno. */
static int
helper_spawn(struct helper *h, int fd)
{
	char *argv[3];

	argv[0] = h->path;
	argv[1] = h->mode;
	argv[2] = NULL;
	return child_start(&h->child, argv, NULL, &fd, 1, STDIN_FILENO);
}

static int
helper_want(struct io *io)
{
	struct helper *h = LOOP_OWNER(io, struct helper, io);

	if (h->asked != NULL && h->written < h->asked->len)
		return POLLIN | POLLOUT;
	return POLLIN;
}

static void	 helper_event(struct io *);

static const struct io_ops helper_ops = {
	helper_want,
	helper_event
};

/* Returns 0 or an errno. */
static int
helper_start(struct helper *h)
{
	int fds[2], error;

	if (net_pair(fds) == -1)
		return errno;
	error = helper_spawn(h, fds[1]);
	net_close(fds[1]);
	if (error != 0) {
		net_close(fds[0]);
		return error;
	}
	if (loop_add(h->loop, &h->io, &helper_ops, fds[0]) == -1) {
		h->io.fd = -1;
		net_close(fds[0]);
		helper_bury(h, 1);
		return ENOMEM;
	}
	h->answered = 0;
	h->told = 0;
	h->have = 0;
	log_debug(h->log, "helper %s: started: pid %ld", h->mode,
	    (long)h->child.pid);
	return 0;
}

/* 1: there is a child to ask. Otherwise one comes in time, or everybody has
 * been told that none can be started. */
static int
helper_ready(struct helper *h)
{
	int64_t wait = h->start_at - h->loop->clock();
	int error;

	if (h->io.fd != -1)
		return 1;
	if (child_running(&h->child))
		return 0;
	if (wait > 0) {
		loop_timer(h->loop, &h->again, wait, helper_again_expire);
		return 0;
	}
	h->start_at = h->loop->clock() + START_WAIT;
	if ((error = helper_start(h)) == 0)
		return 1;
	log_err(h->log, "helper %s: cannot start %s: %s", h->mode, h->path,
	    strerror(error));
	helper_fail_queue(h, "the helper cannot be started");
	return 0;
}

/* Talking to it. */

static void
helper_deadline_expire(struct timer *t)
{
	struct helper *h = LOOP_OWNER(t, struct helper, deadline);

	log_notice(h->log, "helper %s: stopped: no answer in %d s", h->mode,
	    (int)(h->asked->wait / 1000));
	/* The child is slow, not broken: those in the queue are not failed. */
	h->answered = 1;
	helper_end(h, "no answer in time");
}

/* Writes what is left of the question. */
static void
helper_write(struct helper *h)
{
	struct helper_request *q = h->asked;
	size_t done;

	while (q != NULL && h->written < q->len) {
		switch (net_write(h->io.fd, q->frame + h->written,
		    q->len - h->written, &done)) {
		case IO_DONE:
			h->written += done;
			break;
		case IO_AGAIN:
			h->io.ready &= (unsigned char)~IO_OUT;
			return;
		case IO_EOF:
		case IO_ERROR:
			helper_end(h, NULL);
			return;
		}
	}
}

/* Asks the next question, if there is one and the child is free. */
static void
helper_next(struct helper *h)
{
	struct helper_request *q;
	struct helper_head head;

	if (h->asked != NULL || h->queue == NULL || !helper_ready(h))
		return;
	q = h->queue;
	helper_remove(h, q);
	h->asked = q;
	h->written = 0;
	head.len = (uint32_t)(q->len - sizeof(head));
	head.id = ++h->id;
	memcpy(q->frame, &head, sizeof(head));
	loop_timer(h->loop, &h->deadline, q->wait, helper_deadline_expire);
	helper_write(h);
}

static void
helper_task(struct task *t)
{
	helper_next(LOOP_OWNER(t, struct helper, task));
}

/* Ends the child. The question that it has fails; when it has never answered
 * anything it is taken for broken, and those in the queue fail too, rather
 * than one in a second. why NULL: it has ended by itself. */
static void
helper_end(struct helper *h, const char *why)
{
	struct helper_request *q = h->asked;
	int fd = h->io.fd, broken = !h->answered;

	loop_del(h->loop, &h->io);
	net_close(fd);
	h->io.fd = -1;
	h->have = 0;
	h->asked = NULL;
	loop_timer_del(h->loop, &h->deadline);
	helper_bury(h, why != NULL);
	if (why == NULL)
		why = "the helper ended";
	if (q != NULL)
		helper_answer(q, NULL, 0, why);
	if (broken)
		helper_fail_queue(h, why);
	loop_later(h->loop, &h->task, helper_task);
}

/* One whole answer, if there is one in in[]: 1, 0 not yet, -1 nonsense. */
static int
helper_take(struct helper *h)
{
	struct helper_request *q = h->asked;
	struct helper_head head;
	size_t len;

	if (h->have == 0)
		return 0;
	if (q == NULL || h->written < q->len)
		return -1;
	if (h->have < sizeof(head))
		return 0;
	memcpy(&head, h->in, sizeof(head));
	if (head.len > HELPER_PAYLOAD || head.id != h->id)
		return -1;
	len = sizeof(head) + head.len;
	if (h->have < len)
		return 0;
	if (h->have > len)
		return -1;
	h->asked = NULL;
	h->have = 0;
	h->answered = 1;
	loop_timer_del(h->loop, &h->deadline);
	helper_answer(q, h->in + sizeof(head), head.len, NULL);
	return 1;
}

static void
helper_read(struct helper *h)
{
	size_t done;

	switch (net_read(h->io.fd, h->in + h->have, sizeof(h->in) - h->have,
	    &done)) {
	case IO_DONE:
		h->have += done;
		break;
	case IO_AGAIN:
		h->io.ready &= (unsigned char)~IO_IN;
		return;
	case IO_EOF:
	case IO_ERROR:
		helper_end(h, NULL);
		return;
	}
	if (helper_take(h) == -1) {
		log_warning(h->log, "helper %s: stopped: it talks nonsense",
		    h->mode);
		helper_end(h, "the helper talks nonsense");
		return;
	}
	helper_next(h);
}

static void
helper_event(struct io *io)
{
	struct helper *h = LOOP_OWNER(io, struct helper, io);

	if (io->ready & IO_OUT)
		helper_write(h);
	/* One read an event: a flood costs no more than the others' turns. */
	if (io->fd != -1 && (io->ready & IO_IN))
		helper_read(h);
}

void
helper_free(struct helper *h)
{
	struct helper_request *q;
	int fd;

	if (h == NULL)
		return;
	if ((fd = h->io.fd) != -1) {
		loop_del(h->loop, &h->io);
		net_close(fd);
	}
	loop_timer_del(h->loop, &h->deadline);
	loop_timer_del(h->loop, &h->again);
	loop_task_del(&h->task);
	child_end(&h->child);
	while ((q = h->queue) != NULL) {
		helper_remove(h, q);
		helper_request_free(q);
	}
	helper_request_free(h->asked);
	free(h->path);
	free(h->mode);
	free(h);
}

/* Puts a question into the queue, where at most max may be. It is asked from
 * the loop, so that nothing is answered before the caller knows its request.
 */
static struct helper_request *
helper_ask(struct helper *h, int max, int64_t wait, const char *payload,
    size_t n)
{
	struct helper_request *q;

	if (h->nrequests >= max || n > HELPER_PAYLOAD)
		return NULL;
	q = calloc(1, sizeof(*q) + sizeof(struct helper_head) + n);
	if (q == NULL)
		return NULL;
	q->helper = h;
	q->wait = wait;
	q->len = sizeof(struct helper_head) + n;
	memcpy(q->frame + sizeof(struct helper_head), payload, n);
	helper_append(h, q);
	h->nrequests++;
	loop_later(h->loop, &h->task, helper_task);
	return q;
}

/* Checks an answer to a lookup and gives it on. */
static void
helper_found(struct helper_request *q, const char *payload, size_t len,
    const char *why)
{
	struct helper_found found;
	uint32_t i;

	if (why != NULL) {
		q->fn.found(q->arg, NULL, 0, why);
		return;
	}
	if (len != sizeof(found)) {
		q->fn.found(q->arg, NULL, 0,
		    "the helper is of another version");
		return;
	}
	memcpy(&found, payload, sizeof(found));
	found.why[sizeof(found.why) - 1] = '\0';
	for (i = 0; i < found.n && i < HELPER_ADDRS; i++) {
		if (addr_len(&found.addrs[i]) == 0)
			break;
		addr_set_port(&found.addrs[i], q->port);
	}
	if (i > 0)
		q->fn.found(q->arg, found.addrs, (int)i, NULL);
	else
		q->fn.found(q->arg, NULL, 0, found.why);
}

struct helper_request *
helper_lookup(struct helper *h, const struct hostport *to,
    helper_lookup_fn *fn, void *arg)
{
	struct helper_request *q;

	q = helper_ask(h, LOOKUP_MAX, LOOKUP_WAIT, to->node,
	    strlen(to->node));
	if (q == NULL)
		return NULL;
	q->answer = helper_found;
	q->fn.found = fn;
	q->arg = arg;
	q->port = to->port;
	return q;
}

static void
helper_verified(struct helper_request *q, const char *payload, size_t len,
    const char *why)
{
	if (why != NULL || len != 1 || (payload[0] != 0 && payload[0] != 1))
		q->fn.verified(q->arg, -1);
	else
		q->fn.verified(q->arg, payload[0]);
}

struct helper_request *
helper_verify(struct helper *h, const char *hash, const char *password,
    helper_verify_fn *fn, void *arg)
{
	char payload[HELPER_HASH_MAX + 1 + HELPER_PASSWORD_MAX];
	size_t n = strlen(hash), len = strlen(password);
	struct helper_request *q;

	if (n > HELPER_HASH_MAX || len > HELPER_PASSWORD_MAX)
		return NULL;
	memcpy(payload, hash, n + 1);
	memcpy(payload + n + 1, password, len);
	q = helper_ask(h, VERIFY_MAX, VERIFY_WAIT, payload, n + 1 + len);
	explicit_bzero(payload, sizeof(payload));
	if (q == NULL)
		return NULL;
	q->answer = helper_verified;
	q->fn.verified = fn;
	q->arg = arg;
	return q;
}

void
helper_cancel(struct helper_request *q)
{
	struct helper *h = q->helper;

	/* The one with the child stays until its answer is there. */
	q->answer = NULL;
	if (q == h->asked || q->link == NULL)
		return;
	helper_remove(h, q);
	h->nrequests--;
	helper_request_free(q);
}
