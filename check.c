/* SPDX-License-Identifier: ISC
 *
 * Probing one host: some connects, one after the other, all of which must
 * succeed. It ends in one call of done, from the loop; what follows from the
 * answer is the manager's business. */

#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

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
	listen_given_back(c->director);
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

static void
check_out(struct io *io)
{
	struct check *c = LOOP_OWNER(io, struct check, io);
	int error;

	if (!(io->ready & IO_OUT))
		return;
	error = net_connected(io->fd, io->ready & IO_BROKEN);
	if (error == NET_RESET)
		error = 0;
	if (error == 0 && check_met_itself(c))
		error = ECONNREFUSED;
	if (error != 0) {
		check_failed(c, error);
		return;
	}
	dial_good(&c->dial, c->host);
	check_close(c);
	c->why = WHY_NONE;
	if (--c->left > 0) {
		c->dial.next = 0;
		loop_later(&c->director->loop, &c->task, check_connect);
	} else
		loop_later(&c->director->loop, &c->task, check_answer);
}

static const struct io_ops check_ops = { check_want, check_out };

static void
check_expire(struct timer *t)
{
	struct check *c = LOOP_OWNER(t, struct check, timer);

	/* When we were held up, its event may still wait to be seen. */
	if (net_has_peer(c->io.fd)) {
		c->io.ready |= IO_OUT;
		check_out(&c->io);
	} else
		check_failed(c, ETIMEDOUT);
}

static void
check_connect(struct task *t)
{
	struct check *c = LOOP_OWNER(t, struct check, task);
	struct pydirector *d = c->director;
	int fd;

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
