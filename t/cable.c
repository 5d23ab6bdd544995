/* SPDX-License-Identifier: ISC
 *
 * A bad cable between two network namespaces, for tests on Linux:
 *
 *	cable [-d MS] [-j MS] [-l PERCENT] [-s SEED] NEAR FAR PID
 *
 * It makes a TUN device NEAR in its own namespace and FAR in that of the
 * process PID, prints `ready` and carries IP packets from one to the other.
 * Each is lost with a chance of PERCENT (0), and held for -d ms (0) and by
 * chance for up to -j ms (0) more, so that one may overtake another. What
 * becomes of the Nth packet of a direction depends on SEED (1) and nothing
 * else. What it has no room for, and what a device does not take, is dropped.
 *
 * `loss PERCENT` on standard input changes that. When it has, and at the end,
 * it prints what became of the packets that came in at each end until then:
 *
 *	loss PERCENT near came N lost N dropped N far came N lost N dropped N
 *
 * A signal ends it, as does the end of its parent or of PID. TUN devices have
 * no neighbours to ask for, and packets come without anything left to the
 * hardware, neither checksums nor segments. */

#include "config.h"

#include <sys/ioctl.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>

#include "tool.h"

#define PACKET		2048	/* bytes; a device is made for 1500 */
#define HELD		512	/* packets under way in a direction */
#define BATCH		64	/* packets read before anything else */
#define LOOK		1000	/* ms between looks for parent and PID */
#define LONGEST		10000	/* ms of -d and -j */

struct packet {
	int64_t		 due;	/* ms */
	uint64_t	 number; /* as it came */
	size_t		 len;
	char		 bytes[PACKET];
};

/* A direction: what comes in at one end. */
struct way {
	int		 from, to;
	uint64_t	 number;	/* of packets ever */
	uint64_t	 came, lost, dropped;	/* since the last report */
	int		 nheld;
	struct packet	*held[HELD];	/* the first nheld are in use */
	struct packet	 packets[HELD];
};

static struct way ways[2];
static unsigned seed = 1;
static unsigned loss;		/* percent */
static int64_t delay, jitter;	/* ms */
static char typed[64];
static size_t ntyped;
static volatile sig_atomic_t ended;

static void
on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static int64_t
number_up_to(const char *s, uint64_t max)
{
	uint64_t n = tool_number(s);

	if (n > max)
		tool_die("too large: %s", s);
	return (int64_t)n;
}

static void
report(void)
{
	static const char *const ends[] = { "near", "far" };
	struct way *w;
	int i;

	printf("loss %u", loss);
	for (i = 0; i < 2; i++) {
		w = &ways[i];
		printf(" %s came %" PRIu64 " lost %" PRIu64 " dropped %" PRIu64,
		    ends[i], w->came, w->lost, w->dropped);
		w->came = w->lost = w->dropped = 0;
	}
	printf("\n");
	if (fflush(stdout) == EOF)
		tool_die("standard output: %s", strerror(errno));
}

static int
open_namespace(const char *pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		tool_die("%s: %s", path, strerror(errno));
	return fd;
}

static void
enter(int namespace)
{
	if (setns(namespace, CLONE_NEWNET) == -1)
		tool_die("setns: %s", strerror(errno));
}

/* A device in the namespace that we are in now. */
static int
open_device(const char *name)
{
	struct ifreq ifr;
	int fd, n;

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_TUN | IFF_NO_PI;
	n = snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (n <= 0 || (size_t)n >= sizeof(ifr.ifr_name))
		tool_die("no name of a device: %s", name);
	if ((fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC)) == -1)
		tool_die("/dev/net/tun: %s", strerror(errno));
	if (ioctl(fd, TUNSETIFF, &ifr) == -1)
		tool_die("device %s: %s", name, strerror(errno));
	tool_nonblock(fd);
	return fd;
}

static void
open_ends(const char *near, const char *far, const char *pid)
{
	int here, there;

	here = open_namespace("self");
	there = open_namespace(pid);
	ways[0].from = ways[1].to = open_device(near);
	enter(there);
	ways[1].from = ways[0].to = open_device(far);
	enter(here);
	close(here);
	close(there);
}

/* A number below n that belongs to the packet that came last, the same in
 * every run; which: for what. */
static uint64_t
draw(const struct way *w, uint64_t which, uint64_t n)
{
	return pattern_word(2 * seed + (w == ways), 2 * w->number + which) % n;
}

/* Takes what is ready. 0: nothing is. */
static int
take(struct way *w)
{
	static char surplus[PACKET];
	struct packet *p = w->nheld < HELD ? w->held[w->nheld] : NULL;
	ssize_t n;

	n = read(w->from, p == NULL ? surplus : p->bytes, PACKET);
	if (n == -1 && tool_again(errno))
		return 0;
	if (n <= 0)
		tool_die("a device: %s", n == 0 ? "EOF" : strerror(errno));
	w->number++;
	w->came++;
	if (draw(w, 0, 100) < loss)
		w->lost++;
	else if (p == NULL)
		w->dropped++;
	else {
		p->len = (size_t)n;
		p->number = w->number;
		p->due = tool_now() + delay +
		    (int64_t)draw(w, 1, (uint64_t)jitter + 1);
		w->nheld++;
	}
	return 1;
}

/* The place of the packet that goes next, or -1. */
static int
next(const struct way *w)
{
	int best = -1, i;

	for (i = 0; i < w->nheld; i++)
		if (best == -1 || w->held[i]->due < w->held[best]->due ||
		    (w->held[i]->due == w->held[best]->due &&
		    w->held[i]->number < w->held[best]->number))
			best = i;
	return best;
}

/* Sends what is due. Returns the ms until more is, at most LOOK. */
static int
give(struct way *w)
{
	struct packet *p;
	int64_t now;
	int i;

	while ((i = next(w)) != -1) {
		p = w->held[i];
		now = tool_now();
		if (p->due > now)
			return p->due - now < LOOK ? (int)(p->due - now) : LOOK;
		if (write(w->to, p->bytes, p->len) != (ssize_t)p->len)
			w->dropped++;
		w->nheld--;
		w->held[i] = w->held[w->nheld];
		w->held[w->nheld] = p;
	}
	return LOOK;
}

/* Returns 0 when no more commands can come. */
static int
obey(void)
{
	char *end;
	ssize_t n;

	n = read(STDIN_FILENO, typed + ntyped, sizeof(typed) - 1 - ntyped);
	if (n == -1 && tool_again(errno))
		return 1;
	if (n <= 0)
		return 0;
	ntyped += (size_t)n;
	typed[ntyped] = '\0';
	while ((end = strchr(typed, '\n')) != NULL) {
		*end = '\0';
		if (strncmp(typed, "loss ", 5) != 0)
			tool_die("no command: %s", typed);
		report();
		loss = (unsigned)number_up_to(typed + 5, 100);
		ntyped -= (size_t)(end + 1 - typed);
		memmove(typed, end + 1, ntyped + 1);
	}
	if (ntyped == sizeof(typed) - 1)
		tool_die("no command: %s", typed);
	return 1;
}

static void
carry(pid_t parent, pid_t pid)
{
	struct pollfd p[3];
	int first, second, i, j;

	p[0].fd = ways[0].from;
	p[1].fd = ways[1].from;
	p[2].fd = STDIN_FILENO;
	p[0].events = p[1].events = p[2].events = POLLIN;
	while (!ended && getppid() == parent && kill(pid, 0) == 0) {
		first = give(&ways[0]);
		second = give(&ways[1]);
		if (poll(p, 3, first < second ? first : second) == -1) {
			if (errno != EINTR)
				tool_die("poll: %s", strerror(errno));
			continue;
		}
		for (i = 0; i < 2; i++)
			for (j = 0; p[i].revents != 0 && j < BATCH; j++)
				if (!take(&ways[i]))
					break;
		if (p[2].revents != 0 && !obey())
			p[2].fd = -1;
	}
}

static void
set_up(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa;
	size_t i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], &sa, NULL) == -1)
			tool_die("sigaction: %s", strerror(errno));
	for (i = 0; i < HELD; i++) {
		ways[0].held[i] = &ways[0].packets[i];
		ways[1].held[i] = &ways[1].packets[i];
	}
}

int
main(int argc, char *argv[])
{
	pid_t parent = getppid();
	int c;

	while ((c = getopt(argc, argv, "d:j:l:s:")) != -1)
		switch (c) {
		case 'd':
			delay = number_up_to(optarg, LONGEST);
			break;
		case 'j':
			jitter = number_up_to(optarg, LONGEST);
			break;
		case 'l':
			loss = (unsigned)number_up_to(optarg, 100);
			break;
		case 's':
			seed = (unsigned)number_up_to(optarg, 1000000);
			break;
		default:
			return 2;
		}
	if (argc - optind != 3)
		tool_die("usage: cable [-d MS] [-j MS] [-l PERCENT] [-s SEED] "
		    "NEAR FAR PID");
	set_up();
	open_ends(argv[optind], argv[optind + 1], argv[optind + 2]);
	printf("ready\n");
	if (fflush(stdout) == EOF)
		tool_die("standard output: %s", strerror(errno));
	carry(parent, (pid_t)number_up_to(argv[optind + 2], INT32_MAX));
	report();
	return 0;
}
