/* SPDX-License-Identifier: ISC
 *
 * A server for tests, in one process, on one poll():
 *
 *	backend -n NAME [-l ADDR:PORT] [-c MAXCONNS] [-w MS] [-pq] [MODE [N]]
 *
 * It prints `listening ADDR:PORT`, then (without -q) a line for every event:
 *
 *	open ID PEER
 *	eof ID COUNT good|bad		the peer has closed its half
 *	close ID COUNT good|bad SENT closed|reset
 *
 * COUNT bytes were received; good: they are the client's pattern. Modes:
 *
 *	http		answers requests with `NAME PORT-OF-PEER`, or for the
 *			path /bytes/N with N bytes of the server's pattern
 *	echo		sends back what it gets
 *	sink		reads until EOF, answers `COUNT good|bad`, closes
 *	source N	sends N bytes of pattern, closes
 *	half N		reads until EOF, then as source
 *	firsthalf N	sends N bytes, closes its half, reads until EOF
 *	duplex N	sends N bytes and reads until EOF at the same time
 *	reset N		sends N bytes, resets when they have arrived
 *	hold		reads, never answers, never closes
 *	deaf		reads and sends nothing
 *	slow N		as sink, but reads N bytes every 10 ms
 *	refuse		has the port but does not listen
 *	blackhole	listens, and lets no connection be established
 *	narrow		lets one or two be established, then is a black hole
 *
 * -p: each connection begins with a PROXY header, shown as `proxy ID TEXT`
 * (proxy-text.h); what is none is shown as `proxy ID none` and cut off.
 * -w: an http answer comes that many milliseconds after its request.
 * SIGUSR1: stops listening but keeps port and connections; SIGUSR2: listens
 * again (refuse, blackhole and narrow become http). SIGTERM ends it. */

#include "config.h"

#include <sys/ioctl.h>

#include <poll.h>
#include <signal.h>

#include "tool.h"
#include "proxy-text.h"

enum mode {
	MODE_HTTP, MODE_ECHO, MODE_SINK, MODE_SOURCE, MODE_HALF,
	MODE_FIRSTHALF, MODE_DUPLEX, MODE_RESET, MODE_HOLD, MODE_DEAF,
	MODE_SLOW, MODE_REFUSE, MODE_BLACKHOLE, MODE_NARROW
};

static const char *const modes[] = {
	"http", "echo", "sink", "source", "half", "firsthalf", "duplex",
	"reset", "hold", "deaf", "slow", "refuse", "blackhole",
	"narrow"
};

/* What to do when everything has been sent. */
enum then {
	THEN_NOTHING,
	THEN_CLOSE,
	THEN_SHUT,
	THEN_RESET
};

struct conn {
	int		 fd;	/* -1: ended */
	unsigned	 id;
	unsigned	 port;	/* of the peer */
	uint64_t	 got;	/* bytes received */
	int64_t		 bad;	/* first byte out of pattern; -1: none */
	uint64_t	 sent;	/* bytes sent */
	uint64_t	 at;	/* place in the server's pattern */
	uint64_t	 todo;	/* bytes of pattern to send */
	enum then	 then;
	int		 eof;	/* the peer has closed its half */
	int		 nhead;	/* bytes of a PROXY header; -1: it is over */
	int64_t		 wake;	/* no sending (slow: no reading) before */
	size_t		 from, to; /* what is in out */
	size_t		 nreq;	/* bytes of a request */
	char		 req[4096];
	char		 out[16384];
};

#define MAXCONNS 8192

static struct conn *conns[MAXCONNS];
static int nconns;
static struct pollfd pfds[MAXCONNS + 1];
static int lfd = -1;		/* listens */
static int keeper = -1;		/* holds the port */
static struct sockaddr_storage where;
static socklen_t where_len;
static const char *name = "backend";
static enum mode mode = MODE_HTTP;
static uint64_t amount;
static int maxconns = MAXCONNS;
static int64_t delay;
static int quiet;
static int proxied;
static volatile sig_atomic_t got_usr1, got_usr2;

static void
on_signal(int sig)
{
	if (sig == SIGTERM || sig == SIGINT)
		_exit(0);
	if (sig == SIGUSR1)
		got_usr1 = 1;
	else
		got_usr2 = 1;
}

/* A socket on the port; the option lets the keeper stay there beside it. */
static int
bind_socket(void)
{
	int fd, on = 1;

	fd = socket(where.ss_family, SOCK_STREAM, 0);
	if (fd == -1)
		tool_die("socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
#ifdef SO_REUSEPORT
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
#endif
	if (where.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
		    sizeof(on));
	if (bind(fd, (struct sockaddr *)&where, where_len) == -1)
		tool_die("bind: %s", strerror(errno));
	tool_nonblock(fd);
	return fd;
}

static void
start_listening(int backlog)
{
	lfd = bind_socket();
	if (listen(lfd, backlog) == -1)
		tool_die("listen: %s", strerror(errno));
}

/* Connects to the own port until a connection hangs. */
static void
fill_queue(void)
{
	struct pollfd p;
	int i;

	for (i = 0; i < 16; i++) {
		p.fd = socket(where.ss_family, SOCK_STREAM, 0);
		tool_nonblock(p.fd);
		(void)connect(p.fd, (struct sockaddr *)&where, where_len);
		p.events = POLLOUT;
		if (poll(&p, 1, 200) == 0)
			return;
	}
	tool_die("this system has no black holes");
}

static void
take_address(const char *text)
{
	struct addrinfo *ai;
	char buf[160];

	ai = tool_address(text, AI_PASSIVE);
	memcpy(&where, ai->ai_addr, ai->ai_addrlen);
	where_len = ai->ai_addrlen;
	freeaddrinfo(ai);
	keeper = bind_socket();
	if (getsockname(keeper, (struct sockaddr *)&where, &where_len) == -1)
		tool_die("getsockname: %s", strerror(errno));
	if (mode != MODE_REFUSE)
		start_listening(mode >= MODE_BLACKHOLE ? 0 : 511);
	snprintf(buf, sizeof(buf), "?");
	tool_text((struct sockaddr *)&where, where_len, buf, sizeof(buf));
	if (mode == MODE_BLACKHOLE)
		fill_queue();
	printf("listening %s\n", buf);
}

static void
conn_end(struct conn *c, const char *how, int by_reset)
{
	if (by_reset)
		tool_reset(c->fd);
	else
		close(c->fd);
	c->fd = -1;
	if (!quiet)
		printf("close %u %ju %s %ju %s\n", c->id, (uintmax_t)c->got,
		    c->bad == -1 ? "good" : "bad", (uintmax_t)c->sent, how);
}

/* 1 when the peer's system has all bytes, or it cannot be asked: then the
 * caller's wait has to be enough. */
static int
all_arrived(int fd)
{
	int n = 0;

#if defined(FIONWRITE)
	if (ioctl(fd, FIONWRITE, &n) == -1)
		return 1;
#elif defined(TIOCOUTQ)
	if (ioctl(fd, TIOCOUTQ, &n) == -1)
		return 1;
#else
	(void)fd;
#endif
	return n == 0;
}

static void
answer(struct conn *c, const char *text, size_t n)
{
	if (c->from == c->to)
		c->from = c->to = 0;
	if (n > sizeof(c->out) - c->to)
		n = sizeof(c->out) - c->to;
	memcpy(c->out + c->to, text, n);
	c->to += n;
}

/* One request, its end replaced by a NUL. */
static void
http_request(struct conn *c, const char *req)
{
	char body[128], head[256];
	unsigned long long n;
	int close_it, len;

	close_it = strstr(req, "HTTP/1.0") != NULL ||
	    strstr(req, "Connection: close") != NULL;
	snprintf(body, sizeof(body), "%.64s %u\n", name, c->port);
	n = strlen(body);
	if (sscanf(req, "%*s /bytes/%llu", &n) == 1)
		body[0] = '\0';
	len = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/plain\r\nContent-Length: %llu\r\n%s\r\n%s", n,
	    close_it ? "Connection: close\r\n" : "", body);
	answer(c, head, (size_t)len);
	if (body[0] == '\0') {
		c->at = 0;
		c->todo = n;
	}
	if (close_it)
		c->then = THEN_CLOSE;
	if (delay > 0)
		c->wake = tool_now() + delay;
}

static void
http_input(struct conn *c, const char *p, size_t n)
{
	char *end;
	size_t len;

	if (n > sizeof(c->req) - 1 - c->nreq) {
		c->then = THEN_CLOSE;
		return;
	}
	memcpy(c->req + c->nreq, p, n);
	c->nreq += n;
	c->req[c->nreq] = '\0';
	while ((end = strstr(c->req, "\r\n\r\n")) != NULL) {
		*end = '\0';
		http_request(c, c->req);
		len = (size_t)(end + 4 - c->req);
		c->nreq -= len;
		memmove(c->req, end + 4, c->nreq + 1);
	}
}

static void
conn_started(struct conn *c)
{
	switch (mode) {
	case MODE_FIRSTHALF:
		c->then = THEN_SHUT;
		c->todo = amount;
		break;
	case MODE_SOURCE:
		c->then = THEN_CLOSE;
		c->todo = amount;
		break;
	case MODE_RESET:
		c->then = THEN_RESET;
		c->todo = amount;
		break;
	case MODE_DUPLEX:
		c->todo = amount;
		break;
	case MODE_HTTP: case MODE_ECHO: case MODE_SINK: case MODE_HALF:
	case MODE_HOLD: case MODE_DEAF: case MODE_SLOW: case MODE_REFUSE:
	case MODE_BLACKHOLE: case MODE_NARROW:
		break;
	}
}

static void
conn_input(struct conn *c, const char *p, size_t n)
{
	if (c->bad == -1)
		c->bad = pattern_check(SEED_CLIENT, c->got, p, n);
	c->got += n;
	if (mode == MODE_HTTP)
		http_input(c, p, n);
	else if (mode == MODE_ECHO)
		answer(c, p, n);
	else if (mode == MODE_SLOW)
		c->wake = tool_now() + 10;
}

static void
conn_eof(struct conn *c)
{
	char text[64];
	int len;

	c->eof = 1;
	if (!quiet)
		printf("eof %u %ju %s\n", c->id, (uintmax_t)c->got,
		    c->bad == -1 ? "good" : "bad");
	if (mode == MODE_SINK || mode == MODE_SLOW) {
		len = snprintf(text, sizeof(text), "%ju %s\n",
		    (uintmax_t)c->got, c->bad == -1 ? "good" : "bad");
		answer(c, text, (size_t)len);
	}
	if (mode == MODE_HALF)
		c->todo = amount;
	if (mode != MODE_HOLD && mode != MODE_RESET)
		c->then = THEN_CLOSE;
}

static int
wants_in(const struct conn *c, int64_t now)
{
	if (c->eof || mode == MODE_DEAF)
		return 0;
	if (mode == MODE_ECHO)
		return c->from == c->to;
	if (mode == MODE_SLOW)
		return now >= c->wake;
	/* Answers have to fit into out. */
	return c->to < sizeof(c->out) / 2 || c->from == c->to;
}

static int
wants_out(const struct conn *c, int64_t now)
{
	if (mode == MODE_HTTP && now < c->wake)
		return 0;
	return c->from < c->to || c->todo > 0;
}

/* Reads one more byte of a PROXY header. */
static void
conn_read_head(struct conn *c)
{
	unsigned char *p = (unsigned char *)c->req;
	char text[PROXY_TEXT_MAX];
	ssize_t n;
	int len;

	n = recv(c->fd, p + c->nhead, 1, 0);
	if (n == -1 && tool_again(errno))
		return;
	len = n <= 0 ? -1 : proxy_text_len(p, ++c->nhead);
	if (len > c->nhead && len < (int)sizeof(c->req))
		return;
	printf("proxy %u %s\n", c->id, len == c->nhead ?
	    proxy_text(p, len, text) : "none");
	if (len != c->nhead) {
		conn_end(c, n == -1 ? "reset" : "closed", n > 0);
		return;
	}
	c->nhead = -1;
	conn_started(c);
}

static void
conn_read(struct conn *c)
{
	char buf[16384];
	size_t size;
	ssize_t n;

	if (c->nhead != -1) {
		conn_read_head(c);
		return;
	}

	size = mode == MODE_HTTP ? 2048 : sizeof(buf);
	if (mode == MODE_SLOW && amount < size)
		size = amount;
	n = recv(c->fd, buf, size, 0);
	if (n == -1 && tool_again(errno))
		return;
	if (n == -1)
		conn_end(c, "reset", 0);
	else if (n == 0)
		conn_eof(c);
	else
		conn_input(c, buf, (size_t)n);
}

/* Reset while nothing was to be read: what had come is still there. */
static void
conn_cut(struct conn *c)
{
	if (c->eof || mode == MODE_DEAF)
		conn_end(c, "reset", 0);
	while (c->fd != -1 && !c->eof)
		conn_read(c);
}

static void
conn_write(struct conn *c)
{
	ssize_t n;

	if (c->from == c->to) {
		c->from = 0;
		c->to = c->todo < sizeof(c->out) ? c->todo : sizeof(c->out);
		pattern_fill(SEED_SERVER, c->at, c->out, c->to);
		c->todo -= c->to;
		c->at += c->to;
	}
	n = send(c->fd, c->out + c->from, c->to - c->from, 0);
	if (n == -1 && tool_again(errno))
		return;
	if (n == -1) {
		conn_end(c, "reset", 0);
		return;
	}
	c->from += (size_t)n;
	c->sent += (size_t)n;
}

/* Everything is sent: what was to come then. */
static void
conn_then(struct conn *c, int64_t now)
{
	switch (c->then) {
	case THEN_NOTHING:
		break;
	case THEN_CLOSE:
		conn_end(c, "closed", 0);
		break;
	case THEN_SHUT:
		(void)shutdown(c->fd, SHUT_WR);
		c->then = THEN_NOTHING;
		break;
	case THEN_RESET:
		if (!all_arrived(c->fd) || now < c->wake)
			break;
		conn_end(c, "closed", 1);
		break;
	}
}

static void
accept_one(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct conn *c;
	char text[160];
	static unsigned id;
	int fd, small = 4096;

	fd = accept(lfd, (struct sockaddr *)&ss, &len);
	if (fd == -1)
		return;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		tool_die("no memory");
	tool_nonblock(fd);
	if (mode == MODE_DEAF)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small,
		    sizeof(small));
	c->fd = fd;
	c->id = ++id;
	c->bad = -1;
	c->nhead = proxied ? 0 : -1;
	c->port = ntohs(ss.ss_family == AF_INET6 ?
	    ((struct sockaddr_in6 *)&ss)->sin6_port :
	    ((struct sockaddr_in *)&ss)->sin_port);
	/* Where the kernel cannot be asked, time for the bytes to arrive. */
	c->wake = mode == MODE_RESET && amount > 0 ? tool_now() + 100 : 0;
	conns[nconns++] = c;
	snprintf(text, sizeof(text), "?");
	if (!quiet)
		printf("open %u %s\n", c->id, tool_text(
		    (struct sockaddr *)&ss, len, text, sizeof(text)));
	if (!proxied)
		conn_started(c);
}

static void
drop_ended(void)
{
	int i, n = 0;

	for (i = 0; i < nconns; i++) {
		if (conns[i]->fd == -1)
			free(conns[i]);
		else
			conns[n++] = conns[i];
	}
	nconns = n;
}

static void
take_signals(void)
{
	if (got_usr1 && lfd != -1) {
		close(lfd);
		lfd = -1;
	}
	if (got_usr2) {
		if (mode >= MODE_REFUSE)
			mode = MODE_HTTP;
		if (lfd == -1)
			start_listening(511);
		else
			(void)listen(lfd, 511);	/* was a black hole */
	}
	if ((got_usr1 || got_usr2) && !quiet)
		printf("%s\n", lfd == -1 ? "down" : "up");
	got_usr1 = got_usr2 = 0;
}

/* Fills the poll array; returns the number of ms to sleep at most. */
static int
collect(int64_t now)
{
	int i, sleep_ms = 1000;
	struct conn *c;

	pfds[0].fd = nconns < maxconns && mode < MODE_BLACKHOLE ? lfd : -1;
	pfds[0].events = POLLIN;
	pfds[0].revents = 0;
	for (i = 0; i < nconns; i++) {
		c = conns[i];
		pfds[i + 1].fd = c->fd;
		pfds[i + 1].revents = 0;
		pfds[i + 1].events = 0;
		if (wants_in(c, now))
			pfds[i + 1].events |= POLLIN;
		if (wants_out(c, now))
			pfds[i + 1].events |= POLLOUT;
		if (c->wake > now || c->then == THEN_RESET)
			sleep_ms = 1;
	}
	return sleep_ms;
}

static void
run(void)
{
	struct conn *c;
	int64_t now;
	int i, n, e;

	for (;;) {
		drop_ended();
		n = nconns;
		if (poll(pfds, (nfds_t)n + 1, collect(tool_now())) == -1 &&
		    errno != EINTR)
			tool_die("poll: %s", strerror(errno));
		now = tool_now();
		for (i = 0; i < n; i++) {
			c = conns[i];
			e = pfds[i + 1].revents;
			if ((e & POLLIN) != 0)
				conn_read(c);
			else if ((e & (POLLERR | POLLHUP)) != 0)
				conn_cut(c);
			if (c->fd != -1 && wants_out(c, now))
				conn_write(c);
			if (c->fd != -1 && c->from == c->to && c->todo == 0)
				conn_then(c, now);
		}
		if (pfds[0].revents != 0)
			accept_one();
		take_signals();
	}
}

static void
take_mode(const char *text, const char *n)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(text, modes[i]) == 0) {
			mode = (enum mode)i;
			amount = n == NULL ? 0 : tool_number(n);
			return;
		}
	tool_die("no such mode: %s", text);
}

int
main(int argc, char **argv)
{
	const char *at = "127.0.0.1:0";
	struct sigaction sa;
	int c;

	while ((c = getopt(argc, argv, "c:l:n:pqw:")) != -1)
		switch (c) {
		case 'c':
			maxconns = (int)tool_number(optarg);
			if (maxconns > MAXCONNS)
				maxconns = MAXCONNS;
			break;
		case 'l':
			at = optarg;
			break;
		case 'n':
			name = optarg;
			break;
		case 'p':
			proxied = 1;
			break;
		case 'q':
			quiet = 1;
			break;
		case 'w':
			delay = (int64_t)tool_number(optarg);
			break;
		default:
			tool_die("usage: backend [-pq] [-c conns] [-l address]"
			    " [-n name] [-w ms] [mode [n]]");
		}
	if (optind < argc)
		take_mode(argv[optind], argv[optind + 1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	take_address(at);
	run();
	return 0;
}
