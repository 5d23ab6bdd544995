/* SPDX-License-Identifier: ISC
 *
 * Load for the bench, in one light process that waits in epoll:
 *
 *	flood [-k] [-b BYTES] [-c CLIENTS] [-d MS] [-i IDLE] [-m]
 *	    [-n REQUESTS] [-p PID]... [-w MS] ADDRESS:PORT
 *	flood -g PATH ADDRESS:PORT	prints the body of one answer
 *	flood -f			prints a port that is free now
 *
 * Each of CLIENTS (64) sends a request when the one before is answered: on a
 * new connection, which the server closes, or with -k always on the same.
 * After -w ms (0) comes the window that is measured: -d ms (1000), or with -n
 * so many requests. With -b each client makes one request, for so many
 * bytes, and that is the window. IDLE connections, each with one request
 * served, stay open beside it. It prints one line:
 *
 *	requests N bytes N failed N ns N cpu NS p50 NS p99 NS max NS total N
 *	private BYTES rss BYTES size BYTES
 *
 * cpu: what the processes of -p used in the window; total: all requests
 * answered, those outside of the window too; with -m, private and rss: by how
 * much the memory of the processes grew from the idle connections, size: to
 * how much of it. The status is 1 when a request failed. It checks how long an
 * answer is, not what is in it. */

#include "config.h"

#if HAVE_EPOLL
#include <sys/epoll.h>
#endif
#if HAVE_EPOLL
#include <sys/epoll.h>
#endif
#include <sys/socket.h>
#include <netinet/in.h>

#include "tool.h"

#if HAVE_EPOLL

#define MAXCLIENTS	1024
#define MAXPIDS		16
#define BASE		100	/* idle connections before -m looks first */
#define EVENTS		64	/* taken from the kernel at once */
#define PATIENCE	10000	/* ms without an answer: given up */
#define SUB		64	/* classes of a histogram in each octave */
#define LIMIT		120	/* s: no run takes longer */
#define NSEC		1000000000

struct client {
	int		 fd;	/* -1: no connection */
	int		 unsent; /* waits for the connection */
	uint64_t	 began;	/* ns */
	uint64_t	 got;	/* bytes of the answer so far */
	uint64_t	 want;	/* bytes of the answer; 0: not known yet */
};

struct memory {
	uint64_t	 private, rss;	/* bytes */
};

/* What was counted since the window began. */
struct window {
	uint64_t	 began;	/* ns */
	uint64_t	 cpu;	/* ns */
	uint64_t	 requests;
	uint64_t	 bytes;
	uint64_t	 classes[64 * SUB];
	uint64_t	 max;	/* ns */
};

static struct client clients[MAXCLIENTS];
static struct window window;
static struct sockaddr_storage server;
static socklen_t server_len;
static char request[256];
static size_t request_len;
static char buf[256 * 1024];
static clockid_t clocks[MAXPIDS];
static long pids[MAXPIDS];
static int npids;
static int nclients = 64, nactive, set;
static int keep, opening, stopping;
static uint64_t download, amount, idle, to_open, total, failed;
static uint64_t window_ns = NSEC, warm_ns;

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1)
		tool_die("clock_gettime: %s", strerror(errno));
	return (uint64_t)ts.tv_sec * NSEC + (uint64_t)ts.tv_nsec;
}

static uint64_t
used_cpu(void)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < npids; i++)
		sum += now_ns(clocks[i]);
	return sum;
}

/* The class of a number: exact to one part in SUB. */
static unsigned
class_of(uint64_t v)
{
	unsigned shift = 0;

	while (v >> shift >= 2 * SUB)
		shift++;
	return shift * SUB + (unsigned)(v >> shift);
}

/* The largest number of a class. */
static uint64_t
class_top(unsigned class)
{
	unsigned shift = class < 2 * SUB ? 0 : class / SUB - 1;

	return (((uint64_t)class - shift * SUB + 1) << shift) - 1;
}

static uint64_t
percentile(unsigned percent)
{
	uint64_t seen = 0;
	unsigned i;

	for (i = 0; i < sizeof(window.classes) / sizeof(uint64_t); i++) {
		seen += window.classes[i];
		if (seen > 0 && seen * 100 >= window.requests * percent)
			return class_top(i) < window.max ? class_top(i) :
			    window.max;
	}
	return 0;
}

static void
take_memory(struct memory *sum)
{
	char line[128];
	unsigned long long kb;
	FILE *f;
	int i;

	sum->private = sum->rss = 0;
	for (i = 0; i < npids; i++) {
		snprintf(line, sizeof(line), "/proc/%ld/smaps_rollup", pids[i]);
		if ((f = fopen(line, "r")) == NULL)
			tool_die("%s: %s", line, strerror(errno));
		while (fgets(line, sizeof(line), f) != NULL) {
			if (sscanf(line, "Private_Dirty: %llu", &kb) == 1)
				sum->private += kb * 1024;
			else if (sscanf(line, "Rss: %llu", &kb) == 1)
				sum->rss += kb * 1024;
		}
		fclose(f);
	}
}

static void
take_address(const char *text)
{
	struct addrinfo *ai = tool_address(text, 0);

	memcpy(&server, ai->ai_addr, ai->ai_addrlen);
	server_len = ai->ai_addrlen;
	freeaddrinfo(ai);
}

static void
take_request(const char *path)
{
	int n;

	n = snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
	if (n < 0 || (size_t)n >= sizeof(request))
		tool_die("path too long");
	request_len = (size_t)n;
}

/* The length of an answer from its head, which has to be there; or 0. */
static uint64_t
answer_length(const char *head, size_t n)
{
	const char *end, *p;
	unsigned long long body;

	end = memmem(head, n, "\r\n\r\n", 4);
	if (end == NULL || memcmp(head, "HTTP/1.1 200", 12) != 0)
		return 0;
	p = memmem(head, (size_t)(end - head), "Content-Length: ", 16);
	if (p == NULL)
		return 0;
	for (p += 16, body = 0; *p >= '0' && *p <= '9'; p++)
		body = body * 10 + (unsigned)(*p - '0');
	return (uint64_t)(end + 4 - head) + body;
}

/* One request on a new connection, waiting for the answer, which stays in
 * buf; returns the connection. */
static int
get_one(uint64_t *want)
{
	struct timeval wait = { PATIENCE / 1000, 0 };
	uint64_t got = 0;
	ssize_t n;
	int fd;

	fd = socket(server.ss_family, SOCK_STREAM, 0);
	if (fd == -1)
		tool_die("socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&server, server_len) == -1)
		tool_die("connect: %s", strerror(errno));
	if (send(fd, request, request_len, 0) != (ssize_t)request_len)
		tool_die("send: %s", strerror(errno));
	*want = 0;
	while (got == 0 || got < *want) {
		n = recv(fd, buf + got, sizeof(buf) - 1 - got, 0);
		if (n <= 0)
			tool_die("recv: %s", n == 0 ? "closed" :
			    strerror(errno));
		got += (uint64_t)n;
		if (*want == 0)
			*want = answer_length(buf, (size_t)n);
		if (*want == 0 || *want >= sizeof(buf))
			tool_die("not the answer that was expected");
	}
	buf[got] = '\0';
	return fd;
}

/* Sends the request; on a new connection that may have to wait. */
static int
client_send(struct client *c)
{
	struct epoll_event e;
	ssize_t n;
	int was_unsent = c->unsent;

	n = send(c->fd, request, request_len, MSG_NOSIGNAL);
	c->unsent = n == -1 && errno == EAGAIN;
	if (!c->unsent && n != (ssize_t)request_len)
		return -1;
	if (c->unsent == was_unsent)
		return 0;
	e.events = EPOLLIN | EPOLLRDHUP;
	if (c->unsent)
		e.events = EPOLLOUT;
	e.data.ptr = c;
	return epoll_ctl(set, EPOLL_CTL_MOD, c->fd, &e);
}

static int
client_connect(struct client *c)
{
	struct epoll_event e;

	c->fd = socket(server.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1)
		tool_die("socket: %s", strerror(errno));
	if (connect(c->fd, (struct sockaddr *)&server, server_len) == -1 &&
	    errno != EINPROGRESS)
		tool_die("connect: %s", strerror(errno));
	e.events = EPOLLIN | EPOLLRDHUP;
	e.data.ptr = c;
	return epoll_ctl(set, EPOLL_CTL_ADD, c->fd, &e);
}

static void
client_close(struct client *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

static void	 client_failed(struct client *);

static void
client_start(struct client *c)
{
	if (stopping || (opening && to_open == 0)) {
		client_close(c);
		nactive--;
		return;
	}
	if (opening)
		to_open--;
	c->got = c->want = 0;
	c->unsent = 0;
	c->began = now_ns(CLOCK_MONOTONIC);
	if ((c->fd == -1 && client_connect(c) == -1) || client_send(c) == -1)
		client_failed(c);
}

static void
client_failed(struct client *c)
{
	if (++failed > 100)
		tool_die("too many requests failed: %s", strerror(errno));
	client_close(c);
	client_start(c);
}

static void
client_answered(struct client *c)
{
	uint64_t took = now_ns(CLOCK_MONOTONIC) - c->began;

	if (took > window.max)
		window.max = took;
	window.classes[class_of(took)]++;
	window.requests++;
	total++;
	if (!opening && amount != 0 && window.requests >= amount)
		stopping = 1;
	if (opening) {
		/* Stays open until the process ends. */
		(void)epoll_ctl(set, EPOLL_CTL_DEL, c->fd, NULL);
		c->fd = -1;
	} else if (!keep || download != 0)
		client_close(c);
	client_start(c);
}

/* Reads until an answer is whole and, where the server closes, its end is
 * seen: both together cost one more call, but no more waking. */
static void
client_read(struct client *c, unsigned events)
{
	ssize_t n;

	do {
		n = recv(c->fd, buf, sizeof(buf), 0);
		if (n == -1 && tool_again(errno))
			return;
		if (n <= 0)
			break;
		if (c->got == 0)
			c->want = answer_length(buf, (size_t)n);
		c->got += (uint64_t)n;
		window.bytes += (uint64_t)n;
		if (c->got > c->want)
			break;
	} while (!keep && c->got == c->want && (events & EPOLLRDHUP) != 0);
	if (n == 0 && !keep && c->got == c->want && c->got != 0)
		client_answered(c);
	else if (n <= 0 || c->got > c->want)
		client_failed(c);
	else if (keep && c->got == c->want)
		client_answered(c);
}

static void
client_event(struct client *c, unsigned events)
{
	if (!c->unsent)
		client_read(c, events);
	else if (client_send(c) == -1)
		client_failed(c);
}

static void
window_start(void)
{
	memset(&window, 0, sizeof(window));
	window.cpu = used_cpu();
	window.began = now_ns(CLOCK_MONOTONIC);
}

static void
window_print(const struct memory *grown, uint64_t size)
{
	uint64_t ns, cpu;

	cpu = used_cpu() - window.cpu;
	ns = now_ns(CLOCK_MONOTONIC) - window.began;
	printf("requests %ju bytes %ju failed %ju ns %ju cpu %ju"
	    " p50 %ju p99 %ju max %ju",
	    (uintmax_t)window.requests, (uintmax_t)window.bytes,
	    (uintmax_t)failed, (uintmax_t)ns, (uintmax_t)cpu,
	    (uintmax_t)percentile(50), (uintmax_t)percentile(99),
	    (uintmax_t)window.max);
	printf(" private %ju rss %ju size %ju", (uintmax_t)grown->private,
	    (uintmax_t)grown->rss, (uintmax_t)size);
	stopping = 1;
}

/* Waits once; gives up when nothing came for too long. */
static void
wait_events(int ms)
{
	static int64_t last;
	struct epoll_event e[EVENTS];
	int i, n;

	n = epoll_wait(set, e, EVENTS, ms);
	if (n == -1 && errno != EINTR)
		tool_die("epoll_wait: %s", strerror(errno));
	if (n > 0 || last == 0)
		last = tool_now();
	else if (tool_now() - last > PATIENCE)
		tool_die("no answer for %d ms", PATIENCE);
	for (i = 0; i < n; i++)
		client_event(e[i].data.ptr, e[i].events);
}

static void
start_clients(void)
{
	int i;

	nactive = nclients;
	for (i = 0; i < nclients; i++) {
		clients[i].fd = -1;
		client_start(&clients[i]);
	}
}

static void
open_idle(uint64_t n)
{
	int kept = keep;

	take_request("/");
	to_open = n;
	keep = opening = 1;
	start_clients();
	while (nactive > 0)
		wait_events(100);
	opening = 0;
	keep = kept;
}

/* All the load: before, in and after the window. */
static void
run(const struct memory *grown, uint64_t size)
{
	uint64_t start, now;
	int warm = warm_ns != 0;

	start = now_ns(CLOCK_MONOTONIC);
	window_start();
	start_clients();
	if (download != 0)
		stopping = 1;
	while (nactive > 0) {
		wait_events(100);
		if (download != 0 || amount != 0)
			continue;
		now = now_ns(CLOCK_MONOTONIC);
		if (warm && now - start >= warm_ns) {
			warm = 0;
			window_start();
		} else if (!warm && !stopping &&
		    now - window.began >= window_ns)
			window_print(grown, size);
	}
	if (download != 0 || amount != 0)
		window_print(grown, size);
	printf(" total %ju\n", (uintmax_t)total);
}

static int
free_port(void)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int fd;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		tool_die("bind: %s", strerror(errno));
	printf("%u\n", (unsigned)ntohs(sin.sin_port));
	return 0;
}

static int
print_one(const char *path)
{
	uint64_t want;
	char *body;

	take_request(path);
	(void)get_one(&want);
	body = strstr(buf, "\r\n\r\n");
	if (body != NULL)
		fputs(body + 4, stdout);
	return 0;
}

static void
take_pid(const char *text)
{
	if (npids == MAXPIDS)
		tool_die("too many processes");
	pids[npids] = (long)tool_number(text);
	if (clock_getcpuclockid((pid_t)pids[npids], &clocks[npids]) != 0)
		tool_die("no process %s", text);
	npids++;
}

static void
usage(void)
{
	tool_die("usage: flood [-km] [-b bytes] [-c clients] [-d ms] [-i idle]"
	    " [-n requests] [-p pid] [-w ms] address:port\n"
	    "       flood -g path address:port\n"
	    "       flood -f");
}

int
main(int argc, char **argv)
{
	struct memory before = { 0, 0 }, grown = { 0, 0 };
	const char *get = NULL;
	char path[64];
	uint64_t size = 0;
	int c, memory = 0;

	while ((c = getopt(argc, argv, "b:c:d:fg:i:kmn:p:w:")) != -1)
		switch (c) {
		case 'b': download = tool_number(optarg); break;
		case 'c': nclients = (int)tool_number(optarg); break;
		case 'd': window_ns = tool_number(optarg) * 1000000; break;
		case 'f': return free_port();
		case 'g': get = optarg; break;
		case 'i': idle = tool_number(optarg); break;
		case 'k': keep = 1; break;
		case 'm': memory = 1; break;
		case 'n': amount = tool_number(optarg); break;
		case 'p': take_pid(optarg); break;
		case 'w': warm_ns = tool_number(optarg) * 1000000; break;
		default: usage();
		}
	if (optind + 1 != argc || nclients < 1 || nclients > MAXCLIENTS)
		usage();
	(void)alarm(LIMIT);
	take_address(argv[optind]);
	if (get != NULL)
		return print_one(get);
	set = epoll_create1(EPOLL_CLOEXEC);
	if (set == -1)
		tool_die("epoll_create1: %s", strerror(errno));
	if (memory) {
		open_idle(BASE);
		take_memory(&before);
	}
	open_idle(idle);
	if (memory) {
		take_memory(&grown);
		size = grown.rss;
		grown.private -= before.private;
		grown.rss -= before.rss;
	}
	snprintf(path, sizeof(path), "/bytes/%ju", (uintmax_t)download);
	take_request(download != 0 ? path : keep ? "/" : "/close");
	if (download != 0)
		keep = 1;
	run(&grown, size);
	return failed != 0;
}

#else

int
main(void)
{
	tool_die("this program needs epoll");
	return 2;
}

#endif
