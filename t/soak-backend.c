/* SPDX-License-Identifier: ISC
 *
 * The servers of the soak:
 *
 *	soak-backend LEDGER NAME=ADDR:PORT[+p] ...
 *
 * It prints `listening NAME ADDR:PORT` for each. Connections do as their head
 * says (soak.h); with +p a PROXY header comes first. For each connection that
 * had a head it appends a line to LEDGER at its end:
 *
 *	NUMBER NAME PEER CLIENT GOT HASH SENT HASH eof|early|reset|cut
 *
 * CLIENT: of the PROXY header, or `-`. eof: the client has closed; early: we
 * have, before it did; reset: it has reset the connection; cut: we have. What
 * is not as it should be is a line `! TEXT` there.
 *
 * SIGUSR1: stops listening but keeps ports and connections; SIGUSR2: listens
 * again. */

#include "config.h"

#include <poll.h>
#include <signal.h>

#include "soak.h"
#include "proxy-text.h"

#define MAXCONNS	4096
#define MAXDOORS	16

struct door {
	const char	*name;
	int		 proxied;
	int		 fd;		/* listens; -1: not now */
	int		 keeper;	/* has the port */
	struct sockaddr_storage at;
	socklen_t	 len;
};

struct conn {
	int		 fd;		/* -1: ended */
	const struct door *door;
	char		 peer[160];
	char		 client[128];	/* of the PROXY header, or `-` */
	unsigned char	 head[4096];	/* a PROXY header, then the head */
	int		 nproxy;	/* bytes of it; -1: it is over */
	struct soak_plan plan;		/* n 0: the head is not whole */
	struct tally	 got, sent;
	uint64_t	 to_send;
	unsigned char	 tail[SOAK_TAIL];
	int		 tailed;	/* it is made */
	int		 eof;		/* the client has closed its half */
	int		 broken;	/* sending is in vain */
	int		 shut;		/* we have closed our half */
};

static struct door doors[MAXDOORS];
static int ndoors;
static struct conn *conns[MAXCONNS];
static int nconns;
static struct pollfd pfds[MAXDOORS + MAXCONNS];
static FILE *ledger;
static volatile sig_atomic_t got_usr1, got_usr2;

static void
on_signal(int sig)
{
	if (sig == SIGUSR1)
		got_usr1 = 1;
	else
		got_usr2 = 1;
}

static int
door_socket(const struct door *d)
{
	int fd, on = 1;

	fd = socket(d->at.ss_family, SOCK_STREAM, 0);
	if (fd == -1)
		tool_die("socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
#ifdef SO_REUSEPORT
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
#endif
	if (bind(fd, (const struct sockaddr *)&d->at, d->len) == -1)
		tool_die("bind: %s", strerror(errno));
	tool_nonblock(fd);
	return fd;
}

static void
door_listen(struct door *d)
{
	d->fd = door_socket(d);
	if (listen(d->fd, 511) == -1)
		tool_die("listen: %s", strerror(errno));
}

/* NAME=ADDR:PORT[+p] */
static void
door_open(char *text)
{
	struct door *d = &doors[ndoors];
	struct addrinfo *ai;
	char *at = strchr(text, '='), *plus, buf[160];

	if (ndoors == MAXDOORS || at == NULL)
		tool_die("NAME=ADDRESS:PORT expected: %s", text);
	*at++ = '\0';
	if ((plus = strchr(at, '+')) != NULL)
		*plus = '\0';
	d->name = text;
	d->proxied = plus != NULL;
	ai = tool_address(at, AI_PASSIVE);
	memcpy(&d->at, ai->ai_addr, ai->ai_addrlen);
	d->len = ai->ai_addrlen;
	freeaddrinfo(ai);
	d->keeper = door_socket(d);
	if (getsockname(d->keeper, (struct sockaddr *)&d->at, &d->len) == -1)
		tool_die("getsockname: %s", strerror(errno));
	door_listen(d);
	ndoors++;
	printf("listening %s %s\n", d->name, tool_text(
	    (struct sockaddr *)&d->at, d->len, buf, sizeof(buf)));
}

static void
conn_bad(const struct conn *c, const char *what)
{
	fprintf(ledger, "! backend %s: connection %u from %s: %s at %ju\n",
	    c->door->name, c->plan.n, c->peer, what, (uintmax_t)c->got.n);
}

static void
conn_end(struct conn *c, const char *how)
{
	if (strcmp(how, "cut") == 0)
		tool_reset(c->fd);
	else
		close(c->fd);
	c->fd = -1;
	if (c->plan.n != 0)
		fprintf(ledger, "%u %s %s %s %ju %jx %ju %jx %s\n", c->plan.n,
		    c->door->name, c->peer, c->client, (uintmax_t)c->got.n,
		    (uintmax_t)c->got.hash, (uintmax_t)c->sent.n,
		    (uintmax_t)c->sent.hash, how);
}

/* The head is whole. */
static void
conn_start(struct conn *c)
{
	if (soak_head_get(c->head, &c->plan) == -1) {
		conn_bad(c, "no head");
		return;
	}
	c->to_send = c->plan.kind == 'i' ? 0 : c->plan.down;
}

/* Bytes of the client; those of the head first. */
static void
conn_in(struct conn *c, const unsigned char *p, size_t n)
{
	size_t part;
	int64_t bad;

	if (c->got.n < SOAK_HEAD) {
		part = SOAK_HEAD - (size_t)c->got.n;
		if (part > n)
			part = n;
		memcpy(c->head + c->got.n, p, part);
		tally_add(&c->got, p, part);
		p += part;
		n -= part;
		if (c->got.n == SOAK_HEAD)
			conn_start(c);
	}
	if (n == 0)
		return;
	bad = pattern_check(soak_seed(&c->plan, 0), c->got.n - SOAK_HEAD,
	    (const char *)p, n);
	tally_add(&c->got, p, n);
	if (bad != -1)
		conn_bad(c, "bytes altered before");
	else if (c->got.n > c->plan.up + SOAK_HEAD)
		conn_bad(c, "more bytes than there are");
}

/* A byte of a PROXY header. */
static void
conn_read_proxy(struct conn *c)
{
	char text[PROXY_TEXT_MAX], host[101];
	unsigned port;
	int len;

	if (recv(c->fd, c->head + c->nproxy, 1, 0) != 1) {
		conn_end(c, "early");
		return;
	}
	len = proxy_text_len(c->head, ++c->nproxy);
	if (len > c->nproxy && len < (int)sizeof(c->head))
		return;
	if (len != c->nproxy) {
		conn_bad(c, "no PROXY header");
		conn_end(c, "cut");
		return;
	}
	proxy_text(c->head, len, text);
	if (sscanf(text, "%*s %*s %100s %*s %u", host, &port) == 2)
		snprintf(c->client, sizeof(c->client),
		    strchr(host, ':') == NULL ? "%s:%u" : "[%s]:%u", host,
		    port);
	c->nproxy = -1;
}

static void
conn_read(struct conn *c)
{
	static unsigned char buf[SOAK_BUFFER];
	ssize_t n;

	if (c->nproxy != -1) {
		conn_read_proxy(c);
		return;
	}
	n = recv(c->fd, buf, sizeof(buf), 0);
	if (n == -1 && tool_again(errno))
		return;
	if (n == -1)
		conn_end(c, "reset");
	else if (n == 0)
		c->eof = 1;
	else
		conn_in(c, buf, (size_t)n);
}

static int
conn_has_all(const struct conn *c)
{
	return c->plan.n != 0 && c->got.n >= c->plan.up + SOAK_HEAD;
}

/* How much may be sent by now. */
static uint64_t
conn_may_send(const struct conn *c)
{
	if (c->plan.n == 0 || c->broken ||
	    (c->plan.kind == 'h' && !c->eof))
		return 0;
	return c->tailed ? c->to_send + SOAK_TAIL : c->to_send;
}

static void
conn_write(struct conn *c)
{
	static unsigned char buf[SOAK_BUFFER];
	uint64_t at = c->sent.n;
	size_t want;
	ssize_t n;

	if (at < c->to_send) {
		want = sizeof(buf);
		if (c->to_send - at < want)
			want = (size_t)(c->to_send - at);
		pattern_fill(soak_seed(&c->plan, 1), at, (char *)buf, want);
	} else {
		want = (size_t)(c->to_send + SOAK_TAIL - at);
		memcpy(buf, c->tail + (at - c->to_send), want);
	}
	n = send(c->fd, buf, want, 0);
	if (n == -1 && tool_again(errno))
		return;
	if (n == -1)
		c->broken = 1;
	else
		tally_add(&c->sent, buf, (size_t)n);
}

/* What follows from what has come and gone. */
static void
conn_settle(struct conn *c)
{
	int sent = c->plan.n != 0 && c->sent.n >= c->to_send;

	if (soak_has_tail(&c->plan) && !c->tailed && sent &&
	    (c->plan.kind == 's' ? conn_has_all(c) : c->eof)) {
		soak_tail_put(c->tail, &c->got);
		c->tailed = 1;
	}
	if (c->tailed && c->sent.n == c->to_send + SOAK_TAIL)
		conn_end(c, c->eof ? "eof" : "early");
	else if (c->plan.kind == 'r' && (sent || c->broken || c->eof))
		conn_end(c, "cut");
	else if (c->plan.kind == 'f' && sent && !c->shut && !c->broken) {
		(void)shutdown(c->fd, SHUT_WR);
		c->shut = 1;
	}
	if (c->fd == -1 || !c->eof)
		return;
	/* It sends no more: nothing is left to do, or sending is in vain, or
	 * it has said too little. */
	if (c->broken || c->plan.kind == 'i' || c->shut || c->plan.n == 0 ||
	    (c->plan.kind == 's' && sent && !conn_has_all(c)))
		conn_end(c, c->broken ? "reset" : "eof");
}

static void
door_in(struct door *d)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct conn *c;
	int fd;

	fd = accept(d->fd, (struct sockaddr *)&ss, &len);
	if (fd == -1)
		return;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		tool_die("no memory");
	tool_nonblock(fd);
	c->fd = fd;
	c->door = d;
	c->nproxy = d->proxied ? 0 : -1;
	strcpy(c->client, "-");
	(void)tool_text((struct sockaddr *)&ss, len, c->peer,
	    sizeof(c->peer));
	tally_start(&c->got);
	tally_start(&c->sent);
	conns[nconns++] = c;
}

static void
take_signals(void)
{
	int i;

	for (i = 0; i < ndoors; i++) {
		if (got_usr1 && doors[i].fd != -1) {
			close(doors[i].fd);
			doors[i].fd = -1;
		}
		if (got_usr2 && doors[i].fd == -1)
			door_listen(&doors[i]);
	}
	got_usr1 = got_usr2 = 0;
}

/* Frees what has ended, fills the poll array. */
static void
collect(void)
{
	struct conn *c;
	int i, n = 0;

	for (i = 0; i < nconns; i++) {
		if (conns[i]->fd == -1)
			free(conns[i]);
		else
			conns[n++] = conns[i];
	}
	nconns = n;
	for (i = 0; i < ndoors; i++) {
		pfds[i].fd = nconns < MAXCONNS - MAXDOORS ? doors[i].fd : -1;
		pfds[i].events = POLLIN;
	}
	for (i = 0; i < nconns; i++) {
		c = conns[i];
		pfds[ndoors + i].fd = c->fd;
		pfds[ndoors + i].events = (short)((c->eof ? 0 : POLLIN) |
		    (c->sent.n < conn_may_send(c) ? POLLOUT : 0));
	}
}

static void
conn_event(struct conn *c, int events)
{
	if ((events & (POLLIN | POLLERR | POLLHUP)) != 0 && !c->eof)
		conn_read(c);
	else if ((events & POLLERR) != 0) {
		conn_end(c, "reset");
		return;
	}
	if (c->fd != -1 && c->sent.n < conn_may_send(c))
		conn_write(c);
	if (c->fd != -1)
		conn_settle(c);
}

int
main(int argc, char **argv)
{
	struct sigaction sa;
	int i, n;

	if (argc < 3)
		tool_die("usage: soak-backend ledger name=address[+p] ...");
	if ((ledger = fopen(argv[1], "a")) == NULL)
		tool_die("%s: %s", argv[1], strerror(errno));
	setvbuf(ledger, NULL, _IOLBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sa.sa_handler = on_signal;
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	for (i = 2; i < argc; i++)
		door_open(argv[i]);
	for (;;) {
		collect();
		n = nconns;
		if (poll(pfds, (nfds_t)(ndoors + n), 500) == -1) {
			if (errno != EINTR)
				tool_die("poll: %s", strerror(errno));
			take_signals();
			continue;
		}
		for (i = 0; i < n; i++)
			if (pfds[ndoors + i].revents != 0)
				conn_event(conns[i], pfds[ndoors + i].revents);
		for (i = 0; i < ndoors; i++)
			if (pfds[i].revents != 0)
				door_in(&doors[i]);
		take_signals();
	}
}
