/* SPDX-License-Identifier: ISC
 *
 * The clients of the soak:
 *
 *	soak-client -o LEDGER -s SEED [-c CONNS] [-r RATE] [-t SECONDS]
 *	    SERVICE=ADDR:PORT[,TRAIT...] ...
 *
 * Up to CONNS connections at a time, about RATE new ones a second, each with
 * a plan drawn from SEED: what it sends and wants (soak.h), how fast it reads
 * and writes, whether it cuts the connection off. Each comes from an address
 * of its own in 127.0.0.0/8, or names one in its PROXY header, so that every
 * line about it can be told from all others; on IPv6 only the header does that,
 * and nobody ends before it was read. Traits of a service: `proxy` (a
 * header comes first), `idle` (some clients say nothing), `few` (clients
 * share addresses), `xN` (N times as many connections as others get). For
 * each connection a line is appended to LEDGER at its end:
 *
 *	NUMBER SERVICE CLIENT SENDER KIND clean|cut UP DOWN SENT HASH GOT \
 *	    HASH acked|- HOW
 *
 * CLIENT: as the balancer should call it; SENDER: its own address, where that
 * is another, else `-`. acked: the server has said that it got all. HOW: eof,
 * reset, cut, closed (by us, before the end), late (SECONDS, default 60, have
 * passed), unconnected. What is not as it should be is a line `! TEXT` there.
 *
 * SIGUSR1: makes no new connections, prints `quiet` when none is left;
 * SIGUSR2: goes on; SIGTERM: ends when none is left. */

#include "config.h"

#include <poll.h>
#include <signal.h>

#include "soak.h"

#define MAXCONNS	1024
#define MAXSERVICES	16
#define HEADER_MAX	108

struct service {
	const char	*name;
	struct sockaddr_storage at;
	socklen_t	 len;
	int		 proxy, idle, few;
	unsigned	 share;
};

struct conn {
	int		 fd;		/* -1: ended */
	const struct service *service;
	struct soak_plan plan;
	char		 client[80];	/* what the balancer is to call it */
	char		 sender[80];	/* its own address, or `-` */
	unsigned char	 head[HEADER_MAX + SOAK_HEAD];
	size_t		 nhead;		/* PROXY header and head */
	size_t		 nproxy;	/* bytes of the PROXY header */
	size_t		 head_sent;
	struct tally	 sent, got;	/* without the PROXY header */
	unsigned char	 tail[SOAK_TAIL];
	uint64_t	 cut_at;	/* bytes both ways; UINT64_MAX: never */
	int		 by_reset;	/* cut off so; else by close */
	int		 shut_wanted, shut;
	size_t		 piece_in, piece_out;	/* bytes in one go ... */
	int		 pause_in, pause_out;	/* ... then so many ms */
	int64_t		 wake_in, wake_out, deadline;
	int		 connected;
	int		 eof, broken;
};

static struct service services[MAXSERVICES];
static int nservices;
static unsigned shares;
static struct conn *conns[MAXCONNS];
static int nconns, maxconns = 64;
static struct pollfd pfds[MAXCONNS];
static FILE *ledger;
static uint64_t seed;
static uint32_t last;			/* number of the last connection */
static int64_t patience = 60000;
static volatile sig_atomic_t got_usr1, got_usr2, got_term;

static void
on_signal(int sig)
{
	if (sig == SIGUSR1)
		got_usr1 = 1;
	else if (sig == SIGUSR2)
		got_usr2 = 1;
	else
		got_term = 1;
}

/* A number below n. */
static uint64_t
draw(uint64_t n)
{
	static uint64_t i;

	return pattern_word((unsigned)(seed % 1000003), ++i + seed) % n;
}

/* Mostly small, seldom large: at most max. */
static uint64_t
draw_size(uint64_t max)
{
	uint64_t limit = max;
	uint64_t n = draw(4);

	while (n-- > 0)
		limit /= 16;
	return draw(limit + 1);
}

static void
take_trait(struct service *s, const char *trait)
{
	if (strcmp(trait, "proxy") == 0)
		s->proxy = 1;
	else if (strcmp(trait, "idle") == 0)
		s->idle = 1;
	else if (strcmp(trait, "few") == 0)
		s->few = 1;
	else if (*trait == 'x')
		s->share = (unsigned)tool_number(trait + 1);
	else
		tool_die("no such trait: %s", trait);
}

static void
take_service(char *text)
{
	struct service *s = &services[nservices];
	struct addrinfo *ai;
	char *at = strchr(text, '='), *trait;

	if (nservices == MAXSERVICES || at == NULL)
		tool_die("SERVICE=ADDRESS:PORT expected: %s", text);
	*at++ = '\0';
	s->name = text;
	s->share = 1;
	(void)strtok(at, ",");
	while ((trait = strtok(NULL, ",")) != NULL)
		take_trait(s, trait);
	ai = tool_address(at, 0);
	memcpy(&s->at, ai->ai_addr, ai->ai_addrlen);
	s->len = ai->ai_addrlen;
	freeaddrinfo(ai);
	shares += s->share;
	nservices++;
}

static void
conn_bad(const struct conn *c, const char *what)
{
	fprintf(ledger, "! client of %s: connection %u, %s: %s at %ju\n",
	    c->service->name, c->plan.n, c->client, what,
	    (uintmax_t)c->got.n);
}

/* Everything is there, and the server says that it got everything. */
static int
conn_acked(const struct conn *c)
{
	unsigned char tail[SOAK_TAIL];

	if (!soak_has_tail(&c->plan) ||
	    c->got.n != c->plan.down + SOAK_TAIL)
		return 0;
	soak_tail_put(tail, &c->sent);
	return memcmp(tail, c->tail, sizeof(tail)) == 0 &&
	    c->sent.n == c->plan.up + SOAK_HEAD;
}

static void
conn_end(struct conn *c, const char *how)
{
	const struct soak_plan *p = &c->plan;

	if (strcmp(how, "cut") == 0)
		tool_reset(c->fd);
	else
		close(c->fd);
	c->fd = -1;
	fprintf(ledger,
	    "%u %s %s %s %c %s %ju %ju %ju %jx %ju %jx %s %s\n", p->n,
	    c->service->name, c->client, c->sender, p->kind,
	    c->cut_at == UINT64_MAX ? "clean" : "cut", (uintmax_t)p->up,
	    (uintmax_t)p->down, (uintmax_t)c->sent.n, (uintmax_t)c->sent.hash,
	    (uintmax_t)c->got.n, (uintmax_t)c->got.hash,
	    conn_acked(c) ? "acked" : "-", how);
}

/* Where it comes from: an address that nobody else has, with `few` one of
 * four and a port that nobody else has. */
static void
conn_bind(struct conn *c)
{
	static uint32_t nfew;
	struct sockaddr_in in;
	uint32_t n = c->plan.n;

	if (c->service->at.ss_family != AF_INET)
		return;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = htonl(0x7f010000 + n % 0xfe0000);
	if (nfew == 0)
		nfew = (uint32_t)tool_now() % 160000 + 1;
	do {
		if (c->service->few) {
			n = nfew++;
			in.sin_addr.s_addr = htonl(0x7f000101 + n % 4);
			in.sin_port = htons((uint16_t)
			    (20000 + n / 4 % 40000));
		}
		if (bind(c->fd, (struct sockaddr *)&in, sizeof(in)) == 0)
			return;
		/* Another run has used that port. */
	} while (c->service->few && errno == EADDRINUSE);
	tool_die("bind: %s", strerror(errno));
}

/* The PROXY header, written from its specification. */
static void
conn_make_proxy(struct conn *c)
{
	static const unsigned char v2[] = {
		13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10, 0x21
	};
	uint32_t n = c->plan.n;
	unsigned char ip[4], *p = c->head;
	unsigned port = 1024 + n % 60000;

	strcpy(c->sender, c->client);
	ip[0] = 10;
	ip[1] = (unsigned char)(n >> 16);
	ip[2] = (unsigned char)(n >> 8);
	ip[3] = (unsigned char)n;
	snprintf(c->client, sizeof(c->client), "10.%u.%u.%u:%u", ip[1], ip[2],
	    ip[3], port);
	if (draw(2) == 0) {
		c->nproxy = (size_t)snprintf((char *)p, HEADER_MAX,
		    "PROXY TCP4 10.%u.%u.%u 192.0.2.1 %u 80\r\n", ip[1],
		    ip[2], ip[3], port);
		return;
	}
	memset(p, 0, HEADER_MAX);
	memcpy(p, v2, sizeof(v2));
	p[13] = 0x11;
	p[15] = 12;
	memcpy(p + 16, ip, 4);
	p[20] = 192;
	p[22] = 2;
	p[23] = 1;
	p[24] = (unsigned char)(port >> 8);
	p[25] = (unsigned char)port;
	p[27] = 80;
	c->nproxy = 28;
}

static void
plan_speed(struct conn *c)
{
	c->piece_in = c->piece_out = SOAK_BUFFER;
	switch (draw(8)) {
	case 0:
		c->piece_in = 1 + (size_t)draw(4096);
		c->pause_in = 1 + (int)draw(20);
		break;
	case 1:
		c->piece_out = 1 + (size_t)draw(4096);
		c->pause_out = 1 + (int)draw(20);
		break;
	case 2:
		c->piece_in = c->piece_out = 1 + (size_t)draw(SOAK_BUFFER);
		break;
	}
	/* What is slow is small, so that it comes to its end. */
	if (c->pause_in > 0)
		c->plan.down %= c->piece_in * 50;
	if (c->pause_out > 0)
		c->plan.up %= c->piece_out * 50;
}

/* What this connection is to do. */
static void
plan_make(struct conn *c)
{
	static const char kinds[] = "sssssshhhffr";
	struct soak_plan *p = &c->plan;
	uint64_t most = draw(50) == 0 ? 8 << 20 : 256 << 10;

	p->n = ++last;
	p->kind = kinds[draw(sizeof(kinds) - 1)];
	p->up = draw_size(most);
	p->down = draw_size(most);
	if (c->service->idle && draw(3) == 0)
		p->kind = 'i';
	plan_speed(c);
	c->shut_wanted = p->kind == 'h' || p->kind == 'f' || draw(2);
	c->cut_at = UINT64_MAX;
	if (draw(10) == 0)
		c->cut_at = draw(3) == 0 ? 0 : draw(p->up + p->down + 1);
	c->by_reset = (int)draw(2);
	if (c->service->at.ss_family != AF_INET)
		c->cut_at = UINT64_MAX;
	else if (c->service->proxy && draw(30) == 0)
		p->kind = 'x';
}

static void
plan_head(struct conn *c)
{
	if (c->plan.kind == 'x') {
		c->plan.up = c->plan.down = 0;
		memset(c->head, 'x', SOAK_HEAD);
		c->nhead = SOAK_HEAD;
		return;
	}
	if (c->service->proxy)
		conn_make_proxy(c);
	soak_head_put(c->head + c->nproxy, &c->plan);
	c->nhead = c->nproxy + SOAK_HEAD;
}

static void
conn_start(void)
{
	struct conn *c = calloc(1, sizeof(*c));
	uint64_t which = draw(shares);
	const struct service *s = services;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (c == NULL)
		tool_die("no memory");
	while (which >= s->share)
		which -= s++->share;
	c->service = s;
	plan_make(c);
	c->fd = socket(s->at.ss_family, SOCK_STREAM, 0);
	if (c->fd == -1)
		tool_die("socket: %s", strerror(errno));
	tool_nonblock(c->fd);
	conn_bind(c);
	c->deadline = tool_now() + patience;
	strcpy(c->client, "-");
	strcpy(c->sender, "-");
	tally_start(&c->sent);
	tally_start(&c->got);
	conns[nconns++] = c;
	if (connect(c->fd, (const struct sockaddr *)&s->at, s->len) == -1 &&
	    errno != EINPROGRESS) {
		conn_bad(c, strerror(errno));
		conn_end(c, "unconnected");
		return;
	}
	/* As long as it is there: it may be reset at once. */
	if (getsockname(c->fd, (struct sockaddr *)&ss, &len) == 0)
		(void)tool_text((struct sockaddr *)&ss, len, c->client,
		    sizeof(c->client));
	plan_head(c);
}

/* It is, or it is not. */
static void
conn_connected(struct conn *c)
{
	socklen_t len = sizeof(int);
	int error = 0;

	(void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	c->connected = 1;
	if (error == 0)
		return;
	/* Denied before we looked: it had been connected. */
	if (error != ECONNRESET && error != EPIPE)
		conn_bad(c, strerror(error));
	conn_end(c, error == ECONNRESET || error == EPIPE ? "reset" :
	    "unconnected");
}

static void
conn_in(struct conn *c, const unsigned char *p, size_t n)
{
	uint64_t at = c->got.n, down = c->plan.down, part = n;
	uint64_t all = down + (soak_has_tail(&c->plan) ? SOAK_TAIL : 0);

	tally_add(&c->got, p, n);
	if (c->got.n > all) {
		conn_bad(c, "more bytes than there are");
		return;
	}
	if (at < down) {
		if (part > down - at)
			part = down - at;
		if (pattern_check(soak_seed(&c->plan, 1), at,
		    (const char *)p, (size_t)part) != -1)
			conn_bad(c, "bytes altered before");
		p += part;
		n -= (size_t)part;
		at += part;
	}
	if (n > 0)
		memcpy(c->tail + (at - down), p, n);
}

static void
conn_read(struct conn *c, int64_t now)
{
	static unsigned char buf[SOAK_BUFFER];
	ssize_t n;

	n = recv(c->fd, buf, c->piece_in, 0);
	if (n == -1 && tool_again(errno))
		return;
	if (n == -1)
		conn_end(c, "reset");
	else if (n == 0)
		c->eof = 1;
	else
		conn_in(c, buf, (size_t)n);
	c->wake_in = c->pause_in > 0 ? now + c->pause_in : 0;
}

static int
conn_sent_all(const struct conn *c)
{
	return c->head_sent == c->nhead &&
	    c->sent.n >= c->plan.up + SOAK_HEAD;
}

static void
conn_write(struct conn *c, int64_t now)
{
	static unsigned char buf[SOAK_BUFFER];
	const unsigned char *p = buf;
	uint64_t left = c->plan.up + SOAK_HEAD - c->sent.n;
	size_t want = c->piece_out, skip;
	ssize_t n;

	if (c->head_sent < c->nhead) {
		p = c->head + c->head_sent;
		left = c->nhead - c->head_sent;
	}
	if (left < want)
		want = (size_t)left;
	if (p == buf)
		pattern_fill(soak_seed(&c->plan, 0), c->sent.n - SOAK_HEAD,
		    (char *)buf, want);
	n = send(c->fd, p, want, 0);
	if (n == -1 && tool_again(errno))
		return;
	if (n == -1) {
		/* Reset; this takes the error away from the next read. */
		c->broken = 1;
		return;
	}
	skip = 0;
	if (p != buf) {
		if (c->head_sent < c->nproxy)
			skip = c->nproxy - c->head_sent;
		if (skip > (size_t)n)
			skip = (size_t)n;
		c->head_sent += (size_t)n;
	}
	tally_add(&c->sent, p + skip, (size_t)n - skip);
	c->wake_out = c->pause_out > 0 ? now + c->pause_out : 0;
}

/* What follows from what has come and gone. */
static void
conn_settle(struct conn *c, int64_t now)
{
	if (!c->connected) {
		if (now >= c->deadline)
			conn_end(c, "unconnected");
		return;
	}
	if (c->sent.n + c->got.n >= c->cut_at) {
		conn_end(c, c->by_reset ? "cut" : "closed");
		return;
	}
	if (conn_sent_all(c) && c->shut_wanted && !c->shut && !c->broken) {
		(void)shutdown(c->fd, SHUT_WR);
		c->shut = 1;
	}
	if (c->eof && (c->broken || conn_sent_all(c))) {
		conn_end(c, c->broken ? "reset" : "eof");
	} else if (now >= c->deadline) {
		conn_bad(c, "not over in time");
		conn_end(c, "late");
	}
}

static int
conn_events(const struct conn *c, int64_t now)
{
	int events = 0;

	if (!c->connected)
		return POLLOUT;
	if (!c->eof && now >= c->wake_in)
		events |= POLLIN;
	if (!c->broken && !conn_sent_all(c) && now >= c->wake_out)
		events |= POLLOUT;
	return events;
}

static void
conn_event(struct conn *c, int events, int64_t now)
{
	int wanted = conn_events(c, now);

	if (!c->connected && events != 0)
		conn_connected(c);
	else if (c->connected) {
		if ((wanted & POLLIN) != 0 &&
		    (events & (POLLIN | POLLERR | POLLHUP)) != 0)
			conn_read(c, now);
		if (c->fd != -1 && (wanted & POLLOUT) != 0 &&
		    (events & (POLLOUT | POLLERR | POLLHUP)) != 0)
			conn_write(c, now);
	}
	if (c->fd != -1)
		conn_settle(c, now);
}

/* Frees what has ended and fills the poll array: ms to sleep at most. */
static int
collect(int64_t now)
{
	struct conn *c;
	int i, n = 0, sleep_ms = 20;

	for (i = 0; i < nconns; i++) {
		if (conns[i]->fd == -1)
			free(conns[i]);
		else
			conns[n++] = conns[i];
	}
	nconns = n;
	for (i = 0; i < nconns; i++) {
		c = conns[i];
		pfds[i].events = (short)conn_events(c, now);
		pfds[i].fd = pfds[i].events == 0 ? -1 : c->fd;
		pfds[i].revents = 0;
		if (c->wake_in > now || c->wake_out > now)
			sleep_ms = 2;
	}
	return sleep_ms;
}

/* New connections that are due: in bursts, on the average rate a second. */
static int64_t
start_due(int64_t due, int64_t now, unsigned rate)
{
	int64_t n;

	if (now < due)
		return due;
	for (n = 1 + (int64_t)draw(8); n > 0 && nconns < maxconns; n--) {
		conn_start();
		due += (int64_t)draw(2 * 1000 / rate + 1);
	}
	return due < now - 100 ? now - 100 : due;
}

static void
run(unsigned rate)
{
	int64_t now, due = tool_now();
	int i, n, quiet = 0, told = 0;

	while (!got_term || nconns > 0) {
		now = tool_now();
		if (!quiet && !got_term)
			due = start_due(due, now, rate);
		n = collect(now);
		if (poll(pfds, (nfds_t)nconns, n) == -1 && errno != EINTR)
			tool_die("poll: %s", strerror(errno));
		now = tool_now();
		for (i = nconns - 1; i >= 0; i--)
			conn_event(conns[i], pfds[i].revents, now);
		(void)collect(now);
		if (got_usr1)
			quiet = 1;
		if (got_usr2)
			quiet = told = 0;
		got_usr1 = got_usr2 = 0;
		if (quiet && nconns == 0 && !told) {
			fflush(ledger);
			printf("quiet\n");
			told = 1;
		}
	}
}

int
main(int argc, char **argv)
{
	unsigned rate = 200;
	struct sigaction sa;
	int c;

	while ((c = getopt(argc, argv, "c:o:r:s:t:")) != -1) {
		if (c == 'c')
			maxconns = (int)tool_number(optarg);
		else if (c == 'o')
			ledger = fopen(optarg, "a");
		else if (c == 'r')
			rate = (unsigned)tool_number(optarg);
		else if (c == 's')
			seed = tool_number(optarg);
		else if (c == 't')
			patience = (int64_t)tool_number(optarg) * 1000;
		else
			return 2;
	}
	for (; optind < argc; optind++)
		take_service(argv[optind]);
	if (ledger == NULL || shares == 0 || maxconns > MAXCONNS ||
	    rate == 0 || rate > 1000)
		tool_die("usage: soak-client -o ledger -s seed [-c conns]"
		    " [-r rate] [-t seconds] service=address[,trait] ...");
	setvbuf(stdout, NULL, _IOLBF, 0);
	patience *= tool_patience();
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sa.sa_handler = on_signal;
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	run(rate);
	return 0;
}
