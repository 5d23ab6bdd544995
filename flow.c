/* SPDX-License-Identifier: ISC
 *
 * The bytes of a relay: both ways, each half closed when it is done, a reset
 * passed on behind the data.
 *
 * An event sets flags in io->ready; a call that finds nothing, or less than
 * it asked for, clears them; a step goes on while the flags allow. So it does
 * not matter whether events come by level or by edge. What one side takes
 * slower than the other sends is kept in one chunk, and the sender is not
 * read until that is gone: this is the whole back-pressure. A sender that
 * fills its chunks, and whose receiver takes all of them, is read in larger
 * ones, of which there are few. */

#include "config.h"

#include <stddef.h>

#include "relay.h"

/* Reads of one direction in one step: a fast peer must let others run. */
#define STEP_READS 4
/* A side that will get a reset has so long to take what was sent to it, and
 * so long after each byte to take what is still here; the kernel is asked so
 * often what it has taken; ms. */
#define RESET_MAX 1000
#define RESET_ASK 10

/* Large chunks in use at a time, at most. */
#define BULK_OUT 16
/* The first write to a server leaves at once whatever TCP_NODELAY says, when
 * it fits into the smallest segment; bytes. */
#define FIRST_WRITE 536

static void	 flow_step(struct relay *);

static struct side *
flow_other(struct relay *r, const struct side *side)
{
	return side == &r->client ? &r->server : &r->client;
}

/* A side is gone, the other one is not: what that got must reach it before
 * the reset does. */

static void
flow_reset_expire(struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, timer);
	struct side *left = r->client.io.fd != -1 ? &r->client : &r->server;
	int unsent;

	unsent = left->broken ? 0 : net_unsent(left->io.fd);
	if (unsent == -1) {
		/* Cannot be asked here: a reset might throw data away. */
		relay_end(r, END_NONE, net_close);
	} else if (unsent == 0 ||
	    r->director->loop.now - r->active >= RESET_MAX) {
		relay_end(r, END_NONE, net_reset);
	} else {
		loop_timer(&r->director->loop, &r->timer, RESET_ASK,
		    flow_reset_expire);
	}
}

static void
flow_reset(struct relay *r, struct side *gone)
{
	r->state = RELAY_RESET;
	r->active = r->director->loop.now;
	loop_task_del(&r->task);
	relay_close_side(r, gone, net_reset);
	flow_reset_expire(&r->timer);
}

/* The other side does not take the last bytes. */
static void
flow_stuck_expire(struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, timer);
	int64_t quiet = r->director->loop.now - r->active;

	if (quiet >= RESET_MAX)
		relay_end(r, END_NONE, net_reset);
	else
		loop_timer(&r->director->loop, t, RESET_MAX - quiet,
		    flow_stuck_expire);
}

/* Nothing more can be written to this side. What it sent before may still be
 * there to be read and passed on. */
static void
flow_broken(struct relay *r, struct side *side)
{
	struct side *other = flow_other(r, side);

	side->broken = 1;
	/* The first reset tells more than a close before it. */
	if (!other->broken)
		r->end = side == &r->client ?
		    END_CLIENT_RESET : END_SERVER_RESET;
	if (other->rest != NULL) {
		pool_put(other->rest);
		other->rest = NULL;
	}
	r->active = r->director->loop.now;
	loop_timer(&r->director->loop, &r->timer, RESET_MAX,
	    flow_stuck_expire);
}

/* A header of ours that went ahead is nobody's byte. */
static size_t
flow_count_header(struct relay *r, size_t n)
{
	size_t header = n < r->header ? n : r->header;

	r->header = (unsigned char)(r->header - header);
	r->wrote = 1;
	return n - header;
}

static void
flow_count(struct relay *r, const struct side *from, size_t n)
{
	if (from == &r->client) {
		n = flow_count_header(r, n);
		r->bytes_in += n;
		r->host->bytes_in += n;
	} else {
		r->bytes_out += n;
		r->host->bytes_out += n;
	}
	r->active = r->director->loop.now;
}

static enum io_result
flow_send(const struct side *to, const struct chunk *c, int last, size_t *done)
{
	if (last)
		return net_write_last(to->io.fd, c->data + c->from,
		    c->to - c->from, done);
	return net_write(to->io.fd, c->data + c->from, c->to - c->from,
	    done);
}

/* Writes what came from one side to the other; what does not go stays with
 * the side as its rest. */
static void
flow_write(struct relay *r, struct side *from, struct side *to, struct chunk *c)
{
	size_t done, want = c->to - c->from;

	from->rest = c;
	if (to == &r->server && !r->nodelay &&
	    (r->wrote || want > FIRST_WRITE)) {
		net_nodelay(to->io.fd);
		r->nodelay = 1;
	}
	switch (flow_send(to, c, from->eof, &done)) {
	case IO_DONE:
		flow_count(r, from, done);
		c->from += done;
		if (done < want)
			break;
		from->bulk = want >= r->director->pool.size;
		from->rest = NULL;
		pool_put(c);
		return;
	case IO_AGAIN:
		break;
	case IO_EOF:
	case IO_ERROR:
		flow_broken(r, to);
		return;
	}
	to->io.ready &= (unsigned char)~IO_OUT;
	from->bulk = 0;
}

static void
flow_eof(struct relay *r, struct side *from)
{
	from->eof = 1;
	if (r->end == END_NONE)
		r->end = from == &r->client ?
		    END_CLIENT_CLOSED : END_SERVER_CLOSED;
}

/* A read came back short: nothing is left, or EOF or an error, and which of
 * them may be known already. */
static void
flow_drained(struct relay *r, struct side *from)
{
	if ((from->io.ready & (IO_FIN | IO_BROKEN)) == IO_FIN)
		flow_eof(r, from);
	else if (!(from->io.ready & IO_HUP))
		from->io.ready &= (unsigned char)~IO_IN;
}

/* Large chunks are for those who do not keep them: when many are kept by
 * stalled relays, all read small ones. */
static struct pool *
flow_pool(struct pydirector *d, const struct side *from)
{
	return from->bulk && d->bulk.out < BULK_OUT ? &d->bulk : &d->pool;
}

/* Reads once from a side into what is free of a chunk. 1: bytes have come. */
static int
flow_fill(struct relay *r, struct side *from, struct chunk *c)
{
	size_t done, room = c->pool->size - c->to;

	switch (net_read(from->io.fd, c->data + c->to, room, &done)) {
	case IO_DONE:
		c->to += done;
		if (done < room)
			flow_drained(r, from);
		return 1;
	case IO_AGAIN:
		from->io.ready &= (unsigned char)~IO_IN;
		break;
	case IO_EOF:
		flow_eof(r, from);
		break;
	case IO_ERROR:
		from->eof = 1;
		flow_broken(r, from);
		break;
	}
	return 0;
}

/* Reads once from a side and passes it on. */
static void
flow_read(struct relay *r, struct side *from, struct side *to)
{
	struct chunk *c;

	c = pool_get(flow_pool(r->director, from));
	if (c == NULL)
		relay_no_memory(r);
	else if (flow_fill(r, from, c))
		flow_write(r, from, to, c);
	else
		pool_put(c);
}

/* The server is told who the client is before it gets a byte of it, in one
 * piece with what has come from it. */
static void
flow_header(struct relay *r)
{
	int more = r->client.rest == NULL && (r->client.io.ready & IO_IN);

	if (header_put(r) == -1)
		relay_no_memory(r);
	else if (more)
		(void)flow_fill(r, &r->client, r->client.rest);
}

/* Moves bytes one way while both ends allow. Returns 1 when it stopped only
 * to let others run. */
static int
flow_pump(struct relay *r, struct side *from, struct side *to)
{
	int n;

	for (n = 0; n < STEP_READS; n++) {
		if (from->rest != NULL && (to->io.ready & IO_OUT))
			flow_write(r, from, to, from->rest);
		if (from->rest != NULL || from->eof || to->broken ||
		    !(from->io.ready & IO_IN) || !(to->io.ready & IO_OUT))
			return 0;
		flow_read(r, from, to);
		if (r->state == RELAY_DEAD)
			return 0;
	}
	return 1;
}

/* What follows when a side has sent its last byte and the other has it.
 * Returns 1 when the flow is over. */
static int
flow_settle(struct relay *r)
{
	struct side *c = &r->client, *s = &r->server;
	int client_done = c->eof && c->rest == NULL;
	int server_done = s->eof && s->rest == NULL;

	if (c->broken && s->broken) {
		relay_end(r, END_NONE, net_reset);
		return 1;
	}
	if ((client_done && c->broken) || (server_done && s->broken)) {
		flow_reset(r, client_done && c->broken ? c : s);
		return 1;
	}
	if (client_done && server_done) {
		relay_end(r, END_NONE, net_close);
		return 1;
	}
	if (client_done && !s->shut && !s->broken) {
		net_shutdown(s->io.fd);
		s->shut = 1;
	}
	if (server_done && !c->shut && !c->broken) {
		net_shutdown(c->io.fd);
		c->shut = 1;
	}
	return 0;
}

static void
flow_again(struct task *t)
{
	flow_step(LOOP_OWNER(t, struct relay, task));
}

static void
flow_step(struct relay *r)
{
	int more;

	more = flow_pump(r, &r->client, &r->server);
	if (r->state == RELAY_DEAD)
		return;
	more |= flow_pump(r, &r->server, &r->client);
	if (r->state == RELAY_DEAD || flow_settle(r))
		return;
	if (more)
		loop_later(&r->director->loop, &r->task, flow_again);
}

static void
flow_idle_expire(struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, timer);
	struct pydirector *d = r->director;
	int64_t quiet = d->loop.now - r->active;
	int64_t limit = r->service->idle_timeout;

	/* A byte does not touch the timer: it finds out when it expires. */
	if (limit == 0)
		return;
	if (quiet >= limit)
		relay_end(r, END_IDLE, net_close);
	else
		loop_timer(&d->loop, t, limit - quiet, flow_idle_expire);
}

void
flow_start(struct relay *r)
{
	struct loop *loop = &r->director->loop;

	r->state = RELAY_FLOW;
	r->active = loop->now;
	if (r->service->idle_timeout != 0)
		loop_timer(loop, &r->timer, r->service->idle_timeout,
		    flow_idle_expire);
	if (r->server.broken)
		flow_broken(r, &r->server);
	else if (r->send_proxy != 0)
		flow_header(r);
	if (r->state != RELAY_FLOW)
		return;
	flow_step(r);
	/* The server may be the one who speaks first. */
	if (r->state == RELAY_FLOW && !r->wrote && !r->server.shut)
		net_ack_now(r->server.io.fd);
}

int
flow_want(const struct relay *r, const struct side *side)
{
	const struct side *other =
	    side == &r->client ? &r->server : &r->client;
	int events = 0;

	if (!side->eof && side->rest == NULL && !other->broken &&
	    !(side->io.ready & IO_IN))
		events |= POLLIN;
	if (!side->broken && !(side->io.ready & IO_OUT) &&
	    (other->rest != NULL || (!other->eof && (other->io.ready & IO_IN))))
		events |= POLLOUT;
	/* What is known to be broken, or closed both ways, would wake poll for
	 * ever. */
	if (events == 0 && ((side->eof && side->shut) ||
	    (side->io.ready & IO_BROKEN)))
		return -1;
	return events;
}

void
flow_event(struct relay *r, struct side *side)
{
	/* No read will tell any more that this side has been reset. */
	if ((side->io.ready & IO_BROKEN) && !side->shut && !side->broken &&
	    (side->eof || flow_other(r, side)->broken))
		flow_broken(r, side);
	flow_step(r);
}
