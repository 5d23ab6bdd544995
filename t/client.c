/* SPDX-License-Identifier: ISC
 *
 * A client for tests: runs a script of steps on one or many connections.
 *
 *	client [-b ADDR] [-c CONNS] [-n ROUNDS] [-r RCVBUF] [-t MS]
 *	    ADDR:PORT STEP...
 *
 * Each round opens CONNS connections and takes each step on all of them, one
 * after the other, before the next step. Steps:
 *
 *	get, get:PATH	an HTTP request; prints the body of the answer
 *	text:TEXT	sends TEXT; \n and \r are known
 *	hex:HEX		sends those bytes, at once
 *	crumbs:HEX	the same, one byte a packet, 2 ms apart
 *	send:N		sends N bytes of the client's pattern
 *	dribble:N	the same, one byte a write, 1 ms apart
 *	both:N		sends N bytes and closes its half while it reads N
 *			bytes and EOF; prints as read
 *	echo:N		the same with a server that sends back what it gets
 *	pong:N		sends N small messages, each when the one before has
 *			come back; prints `pong N good|bad`
 *	eof		closes its half
 *	line		reads a line and prints it
 *	read, read:N	reads until EOF (or N bytes); prints
 *			`COUNT good|bad eof|reset|timeout|more`, good: it is
 *			the server's pattern
 *	sip:N		as read, but N bytes every 10 ms
 *	finish		as read, then closes
 *	stall:MS	does nothing
 *	port		prints the own port
 *	pause		prints `paused` and waits for SIGUSR1
 *	close, reset	ends the connection
 *
 * A step has MS (-t, default 10000) for all its connections. Exit status: 0
 * when all went well, 1 when a connection failed (`connect WORD` is printed),
 * a step was late or bytes were wrong; 2 for mistakes. */

#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <poll.h>
#include <signal.h>

#include "tool.h"

enum end {
	END_DONE,	/* the goal is reached */
	END_EOF,
	END_RESET,
	END_TIMEOUT
};

struct conn {
	int		 fd;	/* -1: closed */
	uint64_t	 sent;	/* bytes of the client's pattern */
	uint64_t	 got;	/* bytes of pattern received */
	int64_t		 bad;	/* first byte out of pattern; -1: none */
	int		 cut;	/* a write has met a reset */
	int64_t		 deadline;
};

/* What a step moves. */
struct goal {
	uint64_t	 send;	/* bytes to send */
	uint64_t	 recv;	/* bytes to receive */
	size_t		 piece;	/* bytes a write or read */
	int		 gap;	/* ms between them */
	int		 shut;	/* close our half when all is sent */
	unsigned	 seed;	/* what is to come back */
};

#define MAXCONNS 20000
#define FOREVER UINT64_MAX

static struct conn conns[MAXCONNS];
static int nconns = 1;
static int64_t limit = 10000;
static int rcvbuf;
static struct addrinfo *to, *from;
static int failed;
static volatile sig_atomic_t resumed;

static const char *const ends[] = { "more", "eof", "reset", "timeout" };

static void
on_usr1(int sig)
{
	(void)sig;
	resumed = 1;
}

static void
nap(int64_t ms)
{
	(void)poll(NULL, 0, (int)ms);
}

/* Waits for events until the deadline; 0 when it has passed. */
static int
wait_for(const struct conn *c, short events)
{
	struct pollfd p;
	int64_t left;

	p.fd = c->fd;
	p.events = events;
	for (;;) {
		left = c->deadline - tool_now();
		if (left <= 0)
			return 0;
		if (poll(&p, 1, (int)left) > 0)
			return p.revents;
	}
}

static const char *
connect_word(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return "refused";
	case ECONNRESET:
		return "reset";
	case ETIMEDOUT:
		return "timeout";
	default:
		return strerror(error);
	}
}

/* 0 or an errno. */
static int
start_connect(struct conn *c)
{
	socklen_t len = sizeof(int);
	int error = 0;

	c->fd = socket(to->ai_family, SOCK_STREAM, 0);
	if (c->fd == -1)
		return errno;
	tool_nonblock(c->fd);
	if (rcvbuf > 0)
		(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf,
		    sizeof(rcvbuf));
	if (from != NULL &&
	    bind(c->fd, from->ai_addr, from->ai_addrlen) == -1)
		return errno;
	if (connect(c->fd, to->ai_addr, to->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (wait_for(c, POLLOUT) == 0)
		return ETIMEDOUT;
	(void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

static void
conn_close(struct conn *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

static void
conn_open(struct conn *c, int64_t deadline)
{
	int error;

	memset(c, 0, sizeof(*c));
	c->bad = -1;
	c->deadline = deadline;
	if ((error = start_connect(c)) == 0)
		return;
	printf("connect %s\n", connect_word(error));
	conn_close(c);
	failed = 1;
}

/* Sends a piece. END_DONE: go on. */
static enum end
send_piece(struct conn *c, uint64_t *left, size_t piece)
{
	char buf[65536];
	size_t size;
	ssize_t n;

	size = piece < sizeof(buf) ? piece : sizeof(buf);
	if (*left < size)
		size = (size_t)*left;
	pattern_fill(SEED_CLIENT, c->sent, buf, size);
	n = send(c->fd, buf, size, 0);
	if (n == -1 && tool_again(errno))
		return END_DONE;
	if (n == -1) {
		c->cut = 1;
		return END_RESET;
	}
	c->sent += (uint64_t)n;
	*left -= (uint64_t)n;
	return END_DONE;
}

static enum end
recv_piece(struct conn *c, uint64_t *left, const struct goal *goal)
{
	char buf[65536];
	size_t size;
	ssize_t n;

	size = goal->piece < sizeof(buf) ? goal->piece : sizeof(buf);
	if (*left < size)
		size = (size_t)*left;
	n = recv(c->fd, buf, size, 0);
	if (n == -1)
		return tool_again(errno) ? END_DONE : END_RESET;
	/* A system tells of a reset once: here the write has heard of it. */
	if (n == 0)
		return c->cut ? END_RESET : END_EOF;
	if (c->bad == -1)
		c->bad = pattern_check(goal->seed, c->got, buf, (size_t)n);
	c->got += (uint64_t)n;
	if (*left != FOREVER)
		*left -= (uint64_t)n;
	return END_DONE;
}

/* Moves bytes until the goal is reached or something ends it. */
static enum end
pump(struct conn *c, struct goal goal)
{
	enum end e;
	int events, ready;

	for (;;) {
		if (goal.send == 0 && goal.shut) {
			(void)shutdown(c->fd, SHUT_WR);
			goal.shut = 0;
		}
		events = (goal.send > 0 ? POLLOUT : 0) |
		    (goal.recv > 0 ? POLLIN : 0);
		if (events == 0)
			return END_DONE;
		if ((ready = wait_for(c, (short)events)) == 0)
			return END_TIMEOUT;
		e = END_DONE;
		if (goal.send > 0 && (ready & ~POLLIN) != 0)
			e = send_piece(c, &goal.send, goal.piece);
		/* A reset while sending: what had come is still readable. */
		if (e == END_RESET && goal.recv > 0)
			goal.send = 0;
		else if (e != END_DONE)
			return e;
		if (goal.recv > 0 && (ready & ~POLLOUT) != 0)
			e = recv_piece(c, &goal.recv, &goal);
		if (e != END_DONE)
			return e;
		if (goal.gap > 0)
			nap(goal.gap);
	}
}

static void
print_read(const struct conn *c, enum end e)
{
	if (c->bad == -1)
		printf("%ju good %s\n", (uintmax_t)c->got, ends[e]);
	else
		printf("%ju bad@%jd %s\n", (uintmax_t)c->got,
		    (intmax_t)c->bad, ends[e]);
	if (c->bad != -1 || e == END_TIMEOUT)
		failed = 1;
}

static void
step_send(struct conn *c, uint64_t n, size_t piece, int gap)
{
	struct goal goal;
	enum end e;

	memset(&goal, 0, sizeof(goal));
	goal.send = n;
	goal.piece = piece;
	goal.gap = gap;
	if ((e = pump(c, goal)) == END_DONE)
		return;
	printf("sent %ju %s\n", (uintmax_t)c->sent, ends[e]);
	failed = 1;
}

static void
step_read(struct conn *c, uint64_t n, size_t piece, int gap)
{
	struct goal goal;

	memset(&goal, 0, sizeof(goal));
	goal.recv = n;
	goal.piece = piece;
	goal.gap = gap;
	goal.seed = SEED_SERVER;
	print_read(c, pump(c, goal));
}

static void
step_both(struct conn *c, uint64_t n, unsigned seed)
{
	struct goal goal;
	enum end e;

	memset(&goal, 0, sizeof(goal));
	goal.send = n;
	goal.recv = FOREVER;
	goal.piece = 65536;
	goal.seed = seed;
	goal.shut = 1;
	e = pump(c, goal);
	print_read(c, e);
	if (e != END_EOF || c->got != n || c->sent != n)
		failed = 1;
}

/* Reads exactly size bytes, or up to and with a newline when line is set,
 * into buf of at least size + 1. The number, or -1. */
static int
read_some(struct conn *c, char *buf, size_t size, int line)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		if (wait_for(c, POLLIN) == 0)
			return -1;
		n = recv(c->fd, buf + len, line ? 1 : size - len, 0);
		if (n == -1 && tool_again(errno))
			continue;
		if (n <= 0)
			return -1;
		len += (size_t)n;
		if (line && buf[len - 1] == '\n')
			break;
	}
	buf[len] = '\0';
	return (int)len;
}

static int
send_text(struct conn *c, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(c->fd, p, len, 0);
		if (n == -1 && !tool_again(errno))
			return -1;
		if (n == -1 && wait_for(c, POLLOUT) == 0)
			return -1;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static void
step_text(struct conn *c, const char *arg)
{
	char buf[8192];
	size_t n = 0;

	for (; *arg != '\0' && n < sizeof(buf); arg++) {
		if (arg[0] == '\\' && (arg[1] == 'n' || arg[1] == 'r'))
			buf[n++] = *++arg == 'n' ? '\n' : '\r';
		else
			buf[n++] = *arg;
	}
	if (send_text(c, buf, n) == -1) {
		printf("text failed\n");
		failed = 1;
	}
}

static int
hex_digit(int c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = strchr(digits, c);

	if (c == 0 || p == NULL)
		tool_die("not a digit of hex: %c", c);
	return (int)(p - digits);
}

static void
step_hex(struct conn *c, const char *arg, int crumbs)
{
	char buf[8192];
	size_t n = 0, i, piece;
	int on = 1;

	for (; arg[0] != 0 && n < sizeof(buf); arg += 2)
		buf[n++] = (char)(hex_digit(arg[0]) << 4 | hex_digit(arg[1]));
	if (crumbs)
		(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof(on));
	piece = crumbs ? 1 : n;
	for (i = 0; i < n; i += piece) {
		if (send_text(c, buf + i, piece) == -1) {
			printf("hex cut at %zu\n", i);
			failed = 1;
			return;
		}
		if (crumbs)
			nap(2);
	}
}

static void
step_line(struct conn *c)
{
	char buf[1024];
	int n;

	n = read_some(c, buf, sizeof(buf) - 1, 1);
	if (n == -1) {
		printf("no line\n");
		failed = 1;
		return;
	}
	buf[n] = '\0';
	fputs(buf, stdout);
}

/* The body's length, or -1. */
static long
read_head(struct conn *c)
{
	char buf[1024];
	long n = -1;

	for (;;) {
		if (read_some(c, buf, sizeof(buf) - 1, 1) == -1)
			return -1;
		if (strcmp(buf, "\r\n") == 0)
			return n;
		if (strncmp(buf, "Content-Length: ", 16) == 0)
			n = strtol(buf + 16, NULL, 10);
	}
}

static void
step_get(struct conn *c, const char *path)
{
	char buf[65536];
	long n;
	int len;

	len = snprintf(buf, sizeof(buf), "GET %.512s HTTP/1.1\r\n"
	    "Host: test\r\n\r\n", *path == '\0' ? "/" : path);
	if (send_text(c, buf, (size_t)len) == -1 ||
	    (n = read_head(c)) < 0 || n >= (long)sizeof(buf) ||
	    read_some(c, buf, (size_t)n, 0) == -1) {
		printf("get failed\n");
		failed = 1;
		return;
	}
	fwrite(buf, 1, (size_t)n, stdout);
}

static void
step_pong(struct conn *c, uint64_t n)
{
	char out[64], in[64];
	uint64_t i;
	size_t len;

	for (i = 0; i < n; i++) {
		len = 1 + (size_t)(i % 50);
		pattern_fill(SEED_CLIENT, i * 64, out, len);
		if (send_text(c, out, len) == -1 ||
		    read_some(c, in, len, 0) == -1 ||
		    memcmp(in, out, len) != 0)
			break;
	}
	printf("pong %ju %s\n", (uintmax_t)i, i == n ? "good" : "bad");
	if (i < n)
		failed = 1;
}

static void
step_port(const struct conn *c)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char buf[160];

	if (getsockname(c->fd, (struct sockaddr *)&ss, &len) == -1)
		return;
	printf("%s\n", strrchr(tool_text((struct sockaddr *)&ss, len, buf,
	    sizeof(buf)), ':') + 1);
}

static void
step_pause(void)
{
	int64_t end;

	end = tool_now() + 60000 * tool_patience();
	printf("paused\n");
	while (!resumed && tool_now() < end)
		nap(20);
	if (!resumed)
		tool_die("nobody woke the client");
	resumed = 0;
}

/* 1 when the step is called name; *arg is what follows the colon, or "". */
static int
is_step(const char *step, const char *name, const char **arg)
{
	size_t len;

	len = strlen(name);
	if (strncmp(step, name, len) != 0)
		return 0;
	if (step[len] != '\0' && step[len] != ':')
		return 0;
	*arg = step[len] == ':' ? step + len + 1 : "";
	return 1;
}

/* Steps that move bytes of the patterns. 1: it was one. */
static int
take_bulk_step(struct conn *c, const char *step)
{
	const char *arg;

	if (is_step(step, "send", &arg))
		step_send(c, tool_number(arg), 65536, 0);
	else if (is_step(step, "dribble", &arg))
		step_send(c, tool_number(arg), 1, 1);
	else if (is_step(step, "both", &arg))
		step_both(c, tool_number(arg), SEED_SERVER);
	else if (is_step(step, "echo", &arg))
		step_both(c, tool_number(arg), SEED_CLIENT);
	else if (is_step(step, "pong", &arg))
		step_pong(c, tool_number(arg));
	else if (is_step(step, "read", &arg))
		step_read(c, *arg == '\0' ? FOREVER : tool_number(arg), 65536,
		    0);
	else if (is_step(step, "finish", &arg)) {
		step_read(c, FOREVER, 65536, 0);
		conn_close(c);
	} else if (is_step(step, "sip", &arg))
		step_read(c, FOREVER, (size_t)tool_number(arg), 10);
	else
		return 0;
	return 1;
}

static void
take_step(struct conn *c, const char *step)
{
	const char *arg;

	if (take_bulk_step(c, step))
		return;
	if (is_step(step, "get", &arg))
		step_get(c, arg);
	else if (is_step(step, "text", &arg))
		step_text(c, arg);
	else if (is_step(step, "hex", &arg))
		step_hex(c, arg, 0);
	else if (is_step(step, "crumbs", &arg))
		step_hex(c, arg, 1);
	else if (is_step(step, "line", &arg))
		step_line(c);
	else if (is_step(step, "eof", &arg))
		(void)shutdown(c->fd, SHUT_WR);
	else if (is_step(step, "port", &arg))
		step_port(c);
	else if (is_step(step, "close", &arg))
		conn_close(c);
	else if (is_step(step, "reset", &arg)) {
		tool_reset(c->fd);
		c->fd = -1;
	} else
		tool_die("no such step: %s", step);
}

/* Steps that are taken once, however many connections there are. 1: done. */
static int
take_common_step(const char *step)
{
	const char *arg;

	if (is_step(step, "stall", &arg))
		nap((int64_t)tool_number(arg));
	else if (is_step(step, "pause", &arg))
		step_pause();
	else
		return 0;
	return 1;
}

static void
run_round(char **steps)
{
	int64_t deadline;
	int i;

	deadline = tool_now() + limit;
	for (i = 0; i < nconns; i++)
		conn_open(&conns[i], deadline);
	for (; *steps != NULL; steps++) {
		if (take_common_step(*steps))
			continue;
		deadline = tool_now() + limit;
		for (i = 0; i < nconns; i++) {
			conns[i].deadline = deadline;
			if (conns[i].fd != -1)
				take_step(&conns[i], *steps);
		}
	}
	for (i = 0; i < nconns; i++)
		conn_close(&conns[i]);
}

static void
set_up(void)
{
	struct sigaction sa;

	setvbuf(stdout, NULL, _IOLBF, 0);
	limit *= tool_patience();
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_usr1;
	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

int
main(int argc, char **argv)
{
	uint64_t rounds = 1;
	char text[300];
	int c;

	while ((c = getopt(argc, argv, "b:c:n:r:t:")) != -1)
		switch (c) {
		case 'b':
			snprintf(text, sizeof(text), "%.280s:0", optarg);
			from = tool_address(text, AI_NUMERICHOST);
			break;
		case 'c':
			nconns = (int)tool_number(optarg);
			break;
		case 'n':
			rounds = tool_number(optarg);
			break;
		case 'r':
			rcvbuf = (int)tool_number(optarg);
			break;
		case 't':
			limit = (int64_t)tool_number(optarg);
			break;
		default:
			tool_die("usage: client [-b addr] [-c conns] "
			    "[-n rounds] [-r rcvbuf] [-t ms] address:port "
			    "step...");
		}
	if (argc - optind < 2 || nconns < 1 || nconns > MAXCONNS)
		tool_die("usage: client [options] address:port step...");
	set_up();
	to = tool_address(argv[optind], 0);
	while (rounds-- > 0)
		run_round(argv + optind + 1);
	if (from != NULL)
		freeaddrinfo(from);
	freeaddrinfo(to);
	return failed;
}
