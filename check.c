/* SPDX-License-Identifier: ISC
 *
 * Probing one host: some connects, one after the other, all of which must
 * succeed. A server that waits for a PROXY header gets one, of no client, so
 * that it has nothing to complain of. It ends in one call of done, from the
 * loop; what follows from the answer is the manager's business. */

#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "proxy.h"
#include "director.h"

static void	 check_expire(struct timer *);

static int
check_want(struct io *io)
{
	(void)io;
	return POLLOUT;
}

static void
check_close(struct check *c)
{
	int fd = c->io.fd;

	loop_timer_del(&c->director->loop, &c->timer);
	if (fd == -1)
		return;
	loop_del(&c->director->loop, &c->io);
	net_close(fd);
	listen_given_back(c->director, NULL);
}

static void
check_answer(struct task *t)
{
	struct check *c = LOOP_OWNER(t, struct check, task);

	c->left = 0;
	c->done(c, c->why, c->local);
}

static void	 check_connect(struct task *);

/* A connect of this probe has failed: the host's next address is tried, and
 * without one the probe is over. */
static void
check_failed(struct check *c, int error)
{
	check_close(c);
	c->dial.error = error;
	check_connect(&c->task);
}

/* A connect to a port of this machine that nobody listens on can be given
 * that very port as its own, and then meets itself. */
static int
check_met_itself(const struct check *c)
{
	struct addr own;

	return net_local(c->io.fd, &own) == 0 &&
	    addr_same(&own, &c->host->addrs[c->dial.at]);
}

/* The header: LOCAL, or in version 1, where not every server takes UNKNOWN,
 * from us to the server. Returns its length. */
static size_t
check_header(const struct check *c, int version, unsigned char *bytes)
{
	struct proxy_ends own;

	if (version != 1 || net_local(c->io.fd, &own.src) == -1)
		return proxy_make(version, NULL, bytes);
	own.dst = c->host->addrs[c->dial.at];
	return proxy_make(version, &own, bytes);
}

/* Writes what is left of the header. Returns 1 when there is nothing more to
 * write, or no point in it. */
static int
check_greet(struct check *c)
{
	unsigned char bytes[PROXY_MADE_MAX];
	int version = dial_proxy(c->host);
	size_t len, done;

	if (version == 0)
		return 1;
	len = check_header(c, version, bytes);
	if (c->sent >= len)
		return 1;
	switch (net_write(c->io.fd, bytes + c->sent, len - c->sent, &done)) {
	case IO_DONE:
		c->sent += done;
		return c->sent == len;
	case IO_AGAIN:
		return 0;
	case IO_EOF:
	case IO_ERROR:
		break;
	}
	return 1;
}

/* It is known how the connect went. Returns 0 when more must be written. */
static int
check_known(struct check *c)
{
	int error;

	error = net_connected(c->io.fd, c->io.ready & IO_BROKEN);
	if (error == NET_RESET)
		error = 0;
	if (error == 0 && check_met_itself(c))
		error = ECONNREFUSED;
	if (error != 0) {
		check_failed(c, error);
		return 1;
	}
	if (!check_greet(c))
		return 0;
	dial_good(&c->dial, c->host);
	check_close(c);
	c->why = WHY_NONE;
	if (--c->left > 0) {
		c->dial.next = 0;
		loop_later(&c->director->loop, &c->task, check_connect);
	} else
		loop_later(&c->director->loop, &c->task, check_answer);
	return 1;
}

static void
check_out(struct io *io)
{
	struct check *c = LOOP_OWNER(io, struct check, io);

	if (!(io->ready & IO_OUT))
		return;
	if (!check_known(c))
		io->ready = 0;		/* poll tells again */
}

static const struct io_ops check_ops = { check_want, check_out };

static void
check_expire(struct timer *t)
{
	struct check *c = LOOP_OWNER(t, struct check, timer);

	/* When we were held up, its event may still wait to be seen. */
	if (!net_has_peer(c->io.fd) || !check_known(c))
		check_failed(c, ETIMEDOUT);
}

static void
check_connect(struct task *t)
{
	struct check *c = LOOP_OWNER(t, struct check, task);
	struct pydirector *d = c->director;
	int fd;

	c->sent = 0;
	fd = dial_next(&c->dial, c->host);
	if (fd == -1) {
		c->why = why_errno(c->dial.error);
		c->local = net_is_local(c->dial.error);
	} else if (loop_add(&d->loop, &c->io, &check_ops, fd) == -1) {
		net_close(fd);
		c->local = 1;
		c->io.fd = -1;
	} else {
		loop_timer(&d->loop, &c->timer, c->timeout, check_expire);
		return;
	}
	loop_later(&d->loop, &c->task, check_answer);
}

void
check_init(struct check *c, struct pydirector *d, struct host *h)
{
	memset(c, 0, sizeof(*c));
	c->director = d;
	c->host = h;
	c->io.fd = -1;
}

void
check_start(struct check *c, unsigned tries, int64_t timeout,
    void (*done)(struct check *, enum why, int local))
{
	c->left = tries;
	c->timeout = timeout;
	c->done = done;
	c->local = 0;
	c->dial.next = 0;
	loop_later(&c->director->loop, &c->task, check_connect);
}

void
check_stop(struct check *c)
{
	c->left = 0;
	loop_task_del(&c->task);
	check_close(c);
}

int
check_running(const struct check *c)
{
	return c->left > 0;
}
