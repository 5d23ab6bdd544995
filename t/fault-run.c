/* SPDX-License-Identifier: ISC
 *
 * Runs the balancer, as the program that it is, over and over through the same
 * short life (start, requests, commands, a save, a reload, pages, stop) while
 * one system call or allocation fails (fault.c), and looks at what that costs.
 *
 *	faulty [-apqs] [-U old|new] [-j WORKERS] [-k KIND] [-n NTH] [-u USER]
 *	    PROGRAM DIRECTORY
 *	faulty -x FILE PROGRAM [ARGUMENT...]
 *
 * PROGRAM is the path of pydirector: its helpers are looked for beside it.
 * Prints TAP. -a: every call of each kind, not a sample. -p: relays in the
 * poll array. -s: pages by HTTPS. -U: a life with an upgrade, in which calls
 * of the process fail that is told to, from then on, or of the one that it
 * starts; PROGRAM has to be this one. -q: no clients come meanwhile, and so
 * the number of a call is always the same. -u: the balancer becomes that user.
 * -k: only that kind; -n: only that call, and its log is shown. -x: is the
 * balancer, with a wall clock that is ahead by as many seconds as FILE says at
 * each moment, in 20 bytes at least. */

#include "config.h"

#include <sys/types.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "tool.h"
#include "fault.h"
#include "fault-life.h"

#define WORKERS_MAX	16
#define SAMPLE		8	/* calls of a kind with one error */
#define SAMPLE_MEMORY	90
#define SAMPLE_UPGRADE	45
#define SAMPLE_TLS	40
#define MOST_TLS	1000	/* of tens of thousands */

struct word {
	int		 error;
	const char	*name;
};

static const struct word words[] = {
	{ FAULT_SHORT, "short" }, { FAULT_LIES, "lies" }, { EACCES, "EACCES" },
	{ EADDRINUSE, "EADDRINUSE" }, { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EAGAIN, "EAGAIN" }, { ECHILD, "ECHILD" },
	{ ECONNABORTED, "ECONNABORTED" }, { ECONNREFUSED, "ECONNREFUSED" },
	{ ECONNRESET, "ECONNRESET" }, { EINTR, "EINTR" },
	{ EINVAL, "EINVAL" }, { EIO, "EIO" }, { EMFILE, "EMFILE" },
	{ ENETUNREACH, "ENETUNREACH" }, { ENFILE, "ENFILE" },
	{ ENOBUFS, "ENOBUFS" }, { ENOENT, "ENOENT" }, { ENOMEM, "ENOMEM" },
	{ ENOSPC, "ENOSPC" }, { ENOSYS, "ENOSYS" }, { ENOTCONN, "ENOTCONN" },
	{ EPERM, "EPERM" }, { EPIPE, "EPIPE" }, { ETIMEDOUT, "ETIMEDOUT" }
};

/* What may fail how, and what that may cost: so many requests; commands may
 * cost one each. */
static const struct kind {
	const char	*name;
	int		 lost;
	int		 errors[8];	/* 0 ends them */
} kinds[FAULT_KINDS] = {
	[FAULT_MEMORY] = { "memory", 1, { ENOMEM } },
	[FAULT_XML] = { "libxml2", 0, { ENOMEM } },
	[FAULT_TLS] = { "openssl", 0, { ENOMEM } },
	[FAULT_ACCEPT] = { "accept", 0, { EMFILE, ENFILE, ENOBUFS, ENOMEM,
	    ECONNABORTED, EPERM, EINTR } },
	[FAULT_SOCKET] = { "socket", 0, { EMFILE, ENFILE, ENOBUFS, ENOMEM } },
	[FAULT_CONNECT] = { "connect", 0, { EADDRNOTAVAIL, ECONNREFUSED,
	    ENETUNREACH, EAGAIN, ENOBUFS, EPERM, EINTR } },
	[FAULT_RECV] = { "recv", 1, { ECONNRESET, ETIMEDOUT, ENOMEM, EINTR } },
	[FAULT_SEND] = { "send", 1, { EPIPE, ECONNRESET, ENOBUFS, ENOMEM,
	    EINTR } },
	[FAULT_READ] = { "read", 0, { EIO, EINTR, FAULT_SHORT } },
	[FAULT_WRITE] = { "write", 0, { ENOSPC, EIO, EINTR, EAGAIN,
	    FAULT_SHORT } },
	[FAULT_SPAWN] = { "posix_spawn", 0, { ENOMEM, EAGAIN, ENOENT } },
	[FAULT_SET] = { "epoll", 0, { ENOMEM, ENOSPC, EINTR } },
	[FAULT_POLL] = { "poll", 0, { EINTR, ENOMEM } },
	[FAULT_OPEN] = { "open", 0, { EMFILE, EACCES, ENOENT, ENOSPC } },
	[FAULT_NAME] = { "getsockname", 0, { ENOBUFS, ENOTCONN } },
	[FAULT_PAIR] = { "socketpair", 0, { EMFILE, ENFILE } },
	[FAULT_BIND] = { "bind", 0, { EADDRINUSE, EACCES } },
	[FAULT_LISTEN] = { "listen", 0, { EADDRINUSE } },
	[FAULT_ASK] = { "getsockopt", 0, { ENOBUFS, EINVAL } },
	[FAULT_OPTION] = { "setsockopt", 0, { EINVAL } },
	[FAULT_FCNTL] = { "fcntl", 0, { EMFILE, EINVAL } },
	[FAULT_IOCTL] = { "ioctl", 0, { EINVAL } },
	[FAULT_STAT] = { "stat", 0, { EIO, EACCES } },
	[FAULT_FILE] = { "file", 0, { EIO, ENOSPC, EPERM } },
	[FAULT_RANDOM] = { "getentropy", 0, { ENOSYS } },
	[FAULT_CLOSE] = { "close", 0, { EINTR, EIO } },
	[FAULT_SHUTDOWN] = { "shutdown", 0, { ENOTCONN } },
	[FAULT_WAIT] = { "waitpid", 0, { EINTR, ECHILD } },
	[FAULT_SIGNAL] = { "sigaction", 0, { EINVAL } },
	[FAULT_LOOKUP] = { "getaddrinfo", 0, { EAGAIN } },
	[FAULT_FORK] = { "fork", 0, { EAGAIN, ENOMEM } },
	[FAULT_USER] = { "setuid", 0, { EPERM, EAGAIN, ENOMEM, FAULT_LIES } },
	[FAULT_ACCOUNT] = { "getpwnam", 0, { EMFILE, EIO } },
	[FAULT_PATH] = { "realpath", 0, { EIO, ENOMEM } },
	[FAULT_HEAR] = { "recv-local", 0, { ECONNRESET, ENOMEM, EINTR } },
	[FAULT_TELL] = { "send-local", 0, { EPIPE, ENOBUFS, ENOMEM, EINTR } }
};

/* What a worker has found, for all to see. */
struct result {
	long		 runs[FAULT_KINDS];
	long		 fired[FAULT_KINDS];
	long		 bad[FAULT_KINDS];
};

static int every, show, only = -1;
static long only_nth;

static const char *
error_name(int error)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].error == error)
			return words[i].name;
	return "?";
}

static void *
shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		tool_die("mmap: %s", strerror(errno));
	memset(p, 0, n);
	return p;
}

/* Errors that say something about a host, or about its name. */
static int
may_blame(const struct life *l)
{
	if (l->kind == FAULT_LOOKUP)
		return 1;
	return l->kind == FAULT_CONNECT && l->error != EADDRNOTAVAIL &&
	    l->error != ENOBUFS && l->error != EINTR;
}

/* OpenSSL prepares some of its parts once and never again, also when that has
 * failed: a key cannot be made any more, there are no pages, and it is told. */
static int
no_tls(const struct life *l)
{
	return l->kind == FAULT_TLS && l->fault->nports < 2 &&
	    life_logged(l, " err web ");
}

/* One life with one fault; prints what is wrong. Returns how much is. */
static int
try(struct life *l, int kind, long nth, int error)
{
	char why[TEXT_MAX + 80];
	int lost = kind == -1 ? 0 : kinds[kind].lost;

	l->daemon = kind == FAULT_FORK;
	life_run(l, kind, nth, error);
	why[0] = '\0';
	if (l->fatal[0] != '\0')
		snprintf(why, sizeof(why), "%s", l->fatal);
	else if (l->requests_lost > lost)
		snprintf(why, sizeof(why), "%d requests lost, last: %s",
		    l->requests_lost, l->why);
	else if (l->commands_lost > (kind != -1) && !no_tls(l))
		snprintf(why, sizeof(why), "%d commands lost, last: %s",
		    l->commands_lost, l->why);
	else if (!may_blame(l) && life_logged(l, ": down: "))
		snprintf(why, sizeof(why), "a host is blamed");
	if (why[0] == '\0' && !show)
		return 0;
	printf("# %s %ld %s at 0x%lx: %s\n", kind == -1 ? "none" :
	    kinds[kind].name, nth, error_name(error), l->site,
	    why[0] == '\0' ? "good" : why);
	life_show(l);
	fflush(stdout);
	return why[0] != '\0';
}

/* A set tells of room when what is under way has arrived, if the system itself
 * was short of it; of a shortage that is made up it knows nothing. */
static int
cannot_be(int kind, int error, int poll_only)
{
	return kind == FAULT_SEND && error == ENOBUFS && !poll_only;
}

/* Of HTTPS only these are of interest. */
static int
is_wanted(int kind, const struct how *how)
{
	if (only != -1)
		return only == kind;
	return !how->secure || kind == FAULT_TLS || kind == FAULT_MEMORY ||
	    kind == FAULT_RECV || kind == FAULT_SEND || kind == FAULT_READ ||
	    kind == FAULT_WRITE || kind == FAULT_OPEN || kind == FAULT_STAT ||
	    kind == FAULT_FILE;
}

/* From one call that fails to the next. */
static long
step_of(const struct how *how, int kind, long count)
{
	long most;

	if (kind == FAULT_TLS)
		most = every ? MOST_TLS : SAMPLE_TLS;
	else if (every)
		return 1;
	else if (kinds[kind].errors[1] != 0)
		most = kind == FAULT_USER ? count : SAMPLE;
	else
		most = how->upgrade ? SAMPLE_UPGRADE : SAMPLE_MEMORY;
	return only_nth || count <= most ? 1 : (count + most - 1) / most;
}

/* The calls that this worker makes fail: those of its turn, all of them or a
 * sample of them, each with each error. */
static void
work(struct life *l, struct result *r, const long counts[FAULT_KINDS],
    int worker, int workers)
{
	const struct kind *k;
	pid_t parent = getppid();
	long step, n, turn = 0;
	int i, e;

	for (i = 0; i < FAULT_KINDS; i++) {
		k = &kinds[i];
		if (!is_wanted(i, l->how) || counts[i] == 0)
			continue;
		step = step_of(l->how, i, counts[i]);
		for (e = 0; e < 8 && k->errors[e] != 0; e++)
			for (n = 1; n <= counts[i] + 1; n += step) {
				if ((only_nth && n != only_nth) ||
				    (i == FAULT_FORK && n > 1) ||
				    cannot_be(i, k->errors[e],
				    l->how->poll_only))
					continue;
				if (turn++ % workers != worker)
					continue;
				if (getppid() != parent)
					return;
				r->runs[i]++;
				r->bad[i] += try(l, i, n, k->errors[e]);
				r->fired[i] += l->fired;
			}
	}
}

/* How often each kind is called when nothing fails. */
static int
count(struct life *l, long counts[FAULT_KINDS])
{
	int bad, i, was = show;

	show = 0;
	bad = try(l, -1, 0, 0);
	show = was;
	if (!l->fault->looping && !bad) {
		printf("# it does not start\n");
		life_show(l);
		bad = 1;
	}
	for (i = 0; i < FAULT_KINDS; i++)
		counts[i] = l->fault[l->how->failing].counts[i];
	/* That is for the background alone. */
	counts[FAULT_FORK] = !l->how->upgrade;
	printf("%sok 1 - a life without a fault\n", bad ? "not " : "");
	fflush(stdout);
	return bad;
}

/* Sums up what the workers have found. */
static int
report(const struct result *results, int workers,
    const long counts[FAULT_KINDS], const struct how *how)
{
	long runs, fired, bad;
	int i, w, n = 1, failed = 0;

	for (i = 0; i < FAULT_KINDS; i++) {
		if (!is_wanted(i, how) || counts[i] == 0)
			continue;
		runs = fired = bad = 0;
		for (w = 0; w < workers; w++) {
			runs += results[w].runs[i];
			fired += results[w].fired[i];
			bad += results[w].bad[i];
		}
		/* A call or two may be there by chance. */
		if (fired == 0 && runs > 0 && counts[i] > 2 && !only_nth)
			bad++;
		failed |= bad > 0;
		printf("%sok %d - %s: %ld calls, %ld faults: each costs what "
		    "it may\n", bad > 0 ? "not " : "", ++n, kinds[i].name,
		    counts[i], fired);
	}
	printf("1..%d\n", n);
	return failed;
}

static int
run_workers(const struct how *how, const char *dir, int workers)
{
	struct result *results = shared(sizeof(*results) * WORKERS_MAX);
	long counts[FAULT_KINDS];
	struct life life;
	int w, status, failed = 0;

	life_init(&life, how, dir, 0);
	if (count(&life, counts)) {
		life_done(&life);
		printf("1..1\n");
		return 1;
	}
	life_done(&life);
	for (w = 0; w < workers; w++) {
		fflush(stdout);
		if (fork() != 0)
			continue;
		life_init(&life, how, dir, w);
		work(&life, &results[w], counts, w, workers);
		life_done(&life);
		fflush(stdout);
		_exit(0);
	}
	while (wait(&status) != -1 || errno == EINTR)
		failed |= status != 0;
	if (failed)
		printf("# a worker has failed\n");
	return report(results, workers, counts, how) || failed;
}

static int
kind_of(const char *name)
{
	int i;

	for (i = 0; i < FAULT_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	tool_die("%s: no such kind", name);
	return -1;
}

static int
run_clock(const char *path, int argc, char *argv[])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *seconds;

	if (fd == -1)
		tool_die("%s: %s", path, strerror(errno));
	seconds = mmap(NULL, 20, PROT_READ, MAP_SHARED, fd, 0);
	if (seconds == MAP_FAILED)
		tool_die("%s: %s", path, strerror(errno));
	close(fd);
	optind = 1;
	return fault_clock(seconds, argc, argv);
}

/* As the successor of a balancer, or as what it has started instead. */
static int
run_next(const char *path, int argc, char *argv[])
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct fault *all;

	if (fd == -1)
		tool_die("%s: %s", path, strerror(errno));
	all = mmap(NULL, sizeof(*all) * FAULT_PROCESSES,
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (all == MAP_FAILED)
		tool_die("%s: %s", path, strerror(errno));
	close(fd);
	return fault_main(&all[FAULT_NEW], 1, argc, argv);
}

static enum fault_process
process_of(const char *name)
{
	if (strcmp(name, "old") != 0 && strcmp(name, "new") != 0)
		tool_die("%s: no such process", name);
	return strcmp(name, "old") == 0 ? FAULT_OLD : FAULT_NEW;
}

/* Returns the number of workers. */
static int
run_options(struct how *how, int argc, char *argv[])
{
	int c, workers = 2;

	while ((c = getopt(argc, argv, "+aj:k:n:pqsU:u:")) != -1) {
		switch (c) {
		case 'a':
			every = 1;
			break;
		case 'j':
			workers = (int)tool_number(optarg);
			break;
		case 'k':
			only = kind_of(optarg);
			break;
		case 'n':
			only_nth = (long)tool_number(optarg);
			show = 1;
			break;
		case 'p':
			how->poll_only = 1;
			break;
		case 'q':
			how->quiet = 1;
			break;
		case 's':
			how->secure = 1;
			break;
		case 'U':
			how->upgrade = 1;
			how->failing = process_of(optarg);
			break;
		case 'u':
			how->user = optarg;
			user_init(how);
			break;
		default:
			tool_die("faulty: see t/fault-run.c");
		}
	}
	return workers;
}

int
fault_run(int argc, char *argv[])
{
	const char *path = getenv(FAULT_VARIABLE);
	struct how how;
	int workers;

	if (path != NULL)
		return run_next(path, argc, argv);
	if (argc > 2 && strcmp(argv[1], "-x") == 0)
		return run_clock(argv[2], argc - 3, argv + 3);
	memset(&how, 0, sizeof(how));
	workers = run_options(&how, argc, argv);
	if (argc - optind != 2 || workers < 1 || workers > WORKERS_MAX)
		tool_die("faulty: see t/fault-run.c");
	how.program = argv[optind];
	signal(SIGPIPE, SIG_IGN);
	if (how.secure)
		fault_tls_memory(fault_tls_malloc, fault_tls_realloc,
		    fault_tls_free);
	return run_workers(&how, argv[optind + 1], workers);
}
