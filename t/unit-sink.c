/* SPDX-License-Identifier: ISC
 *
 * sink.c: lines into files, FIFOs with and without readers, a file at its
 * limit, and a helper (this program itself) that reads, stops or dies. The
 * loop's clock can be made to run faster than time. */

#include "config.h"

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "loop.h"
#include "sink.h"
#include "t/tap.h"

#define TEXT_MAX (512 * 1024)

static struct loop	loop;
static int64_t		ahead;		/* ms that the clock is fast */
static uint64_t		lost_lines;	/* told */
static int		lost_calls;
static char		lost_why[128];
static char		text[TEXT_MAX + 1];

/* The helper: `syslog PATH`. Appends what it reads to the file; the word of a
 * line tells it what to do. */
static int
helper(const char *path)
{
	char in[65536];
	ssize_t n;
	int fd;

	fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
	alarm(20);
	while ((n = read(0, in, sizeof(in) - 1)) > 0) {
		in[n] = '\0';
		if (strstr(in, "die") != NULL)
			return 1;
		if (strstr(in, "stop") != NULL)
			for (;;)
				pause();
		if (write(fd, in, (size_t)n) != n)
			return 1;
	}
	return 0;
}

static int64_t
fast_clock(void)
{
	return clock_ms() + ahead;
}

static void
lost(void *arg, uint64_t lines, const char *why)
{
	(void)arg;
	lost_calls++;
	lost_lines += lines;
	snprintf(lost_why, sizeof(lost_why), "%s", why);
}

/* One round that waits wait ms at most. */
static void
turn(int wait)
{
	struct pollfd fds[16];
	int n = loop_pollfds(&loop, fds, 16), timeout = loop_timeout(&loop);

	if (timeout == -1 || timeout > wait)
		timeout = wait;
	poll(fds, (nfds_t)n, timeout);
	loop_dispatch(&loop, fds, n);
}

/* Rounds for that long, by the fast clock; real time goes by as well. */
static void
later(int ms)
{
	ahead += ms;
	turn(0);
	turn(0);
}

static void
say(struct sink *s, const char *line)
{
	sink_line(s, LOG_LEVEL_INFO, line, strlen(line));
}

/* What can be read now; `again` when there is nothing yet, `end`. */
static const char *
take(int fd)
{
	ssize_t got, n = 0;

	while ((got = read(fd, text + n, (size_t)(TEXT_MAX - n))) > 0)
		n += got;
	if (n == 0)
		return got == 0 ? "end" : "again";
	text[n] = '\0';
	return text;
}

/* All that comes until it is quiet, into text. */
static void
gather(int fd)
{
	ssize_t got, n = 0;
	int quiet;

	for (quiet = 0; quiet < 3; quiet++) {
		while ((got = read(fd, text + n, (size_t)(TEXT_MAX - n))) > 0) {
			n += got;
			quiet = 0;
		}
		turn(200);
	}
	text[n] = '\0';
}

static const char *
file_text(const char *path)
{
	int fd = open(path, O_RDONLY);
	const char *is;

	if (fd == -1)
		return "none";
	is = take(fd);
	close(fd);
	return is;
}

/* The lines `line N` in text, from *n on, in order and whole: how many, or
 * -1. */
static int
numbered(const char *p, int *n)
{
	char want[32];
	int lines = 0;
	size_t len;

	for (; *p != '\0'; p += len, lines++) {
		len = (size_t)snprintf(want, sizeof(want), "line %06d\n",
		    (*n)++);
		if (strncmp(p, want, len) != 0)
			return -1;
	}
	return lines;
}

static void
forget(void)
{
	lost_calls = 0;
	lost_lines = 0;
	lost_why[0] = '\0';
}

/* Says numbered lines until some are lost; returns how many were taken. */
static int
fill(struct sink *s)
{
	uint64_t was = sink_taken(s), lost_was = sink_lost(s);
	char line[32];
	int n, i;

	for (n = 0; sink_lost(s) == lost_was && n < 100000;) {
		for (i = 0; i < 100; i++) {
			snprintf(line, sizeof(line), "line %06d", n++);
			say(s, line);
		}
		turn(0);
	}
	return (int)(sink_taken(s) - was);
}

static void
test_file(void)
{
	struct sink *s;
	struct stat st;

	umask(0);
	s = sink_file(&loop, "file", 0, 0, lost, NULL);
	ok(s != NULL && stat("file", &st) == 0 && (st.st_mode & 0777) == 0640,
	    "a file is made, with mode 0640");
	say(s, "one");
	say(s, "two");
	is(file_text("file"), "end", "nothing is written at once");
	turn(0);
	is(file_text("file"), "one\ntwo\n", "but when the round ends");
	rename("file", "file.0");
	say(s, "three");
	ok(sink_reopen(s) == 0, "it is opened anew");
	say(s, "four");
	turn(0);
	is(file_text("file.0"), "one\ntwo\nthree\n",
	    "what was said before is in the old one");
	is(file_text("file"), "four\n", "the rest in the new one");
	mkdir("dir", 0700);
	rename("file", "file.1");
	mkdir("file", 0700);
	ok(sink_reopen(s) == -1 && errno == EISDIR, "it cannot be opened");
	say(s, "five");
	sink_free(s);
	is(file_text("file.1"), "four\nfive\n",
	    "then the old one stays, and takes the last line at the end");
	ok(sink_file(&loop, "no/file", 0, 0, lost, NULL) == NULL &&
	    errno == ENOENT,
	    "no such directory");
	ok(lost_calls == 0, "nothing was lost");
}

static void
test_long(void)
{
	struct sink *s = sink_file(&loop, "long", 0, 0, lost, NULL);

	if (s == NULL)
		abort();
	forget();
	sink_line(s, LOG_LEVEL_INFO, "", SINK_LINE_MAX + 1);
	later(1100);
	ok(sink_lost(s) == 1 && sink_taken(s) == 0, "a line that is too long");
	is(lost_why, strerror(EMSGSIZE), "is lost for that");
	sink_free(s);
	forget();
}

static void
test_fifo(void)
{
	struct sink *s;
	int fd, n = 0, told;

	mkfifo("fifo", 0600);
	s = sink_file(&loop, "fifo", 0, 0, lost, NULL);
	ok(s != NULL, "a FIFO that nobody reads");
	say(s, "one");
	later(0);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	later(2000);
	is(take(fd), "one\n", "somebody reads: the line comes");
	fill(s);
	told = (int)sink_lost(s);
	ok(told > 0 && sink_taken(s) > 20000,
	    "its reader stops: lines wait, then are lost");
	ok(lost_calls == 0, "that is not told at once");
	later(1100);
	ok(lost_calls == 1 && lost_lines == (uint64_t)told,
	    "but a second later");
	is(lost_why, "its reader is slow", "with the reason");
	say(s, "line 000000");
	later(5000);
	ok(lost_calls == 1, "and not again soon");
	later(5100);
	ok(lost_calls == 2 && lost_lines == sink_lost(s), "but in time");
	gather(fd);
	ok(numbered(text, &n) + 1 == (int)sink_taken(s),
	    "it reads again: every line that was taken, whole, in order");
	fill(s);
	close(fd);
	later(200);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	later(2000);
	gather(fd);
	n = sscanf(text, "line %d", &told) == 1 ? told : -1;
	ok(n > 0 && numbered(text, &n) > 10000,
	    "another reader gets whole lines from its first");
	sink_free(s);
	close(fd);
}

static void
test_limit(void)
{
	struct rlimit old, small;
	struct sink *s;

	forget();
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 10;
	s = sink_file(&loop, "limit", 0, 0, lost, NULL);
	setrlimit(RLIMIT_FSIZE, &small);
	say(s, "12345678");
	say(s, "abcdefgh");
	turn(0);
	setrlimit(RLIMIT_FSIZE, &old);
	is(file_text("limit"), "12345678\na", "a file at its limit");
	later(200);
	is(file_text("limit"), "12345678\nabcdefgh\n",
	    "room again: the rest of the line");
	small.rlim_cur = 20;
	setrlimit(RLIMIT_FSIZE, &small);
	say(s, "ABCDEFGH");
	turn(0);
	setrlimit(RLIMIT_FSIZE, &old);
	is(file_text("limit"), "12345678\nabcdefgh\nAB", "again");
	ok(truncate("limit", 0) == 0, "somebody empties it");
	later(200);
	is(file_text("limit"), "ABCDEFGH\n", "the line from its start");
	sink_free(s);
	ok(lost_calls == 0, "nothing was lost");
}

static void
test_full(void)
{
	struct sink *s;
	int taken;

	if (access("/dev/full", W_OK) == -1) {
		ok(1, "# SKIP no /dev/full");
		return;
	}
	forget();
	s = sink_file(&loop, "/dev/full", 0, 0, lost, NULL);
	taken = fill(s);
	taken += (int)sink_lost(s);
	later(1100);
	is(lost_why, strerror(ENOSPC), "a full disk");
	sink_free(s);
	ok((int)lost_lines == taken, "at the end all lines are lost, and told");
}

static void
test_helper(const char *self)
{
	struct sink *s;
	int64_t from;
	int i;

	forget();
	s = sink_syslog(&loop, self, "said", lost, NULL);
	ok(s != NULL, "a helper");
	sink_line(s, LOG_LEVEL_ERR, "bad", 3);
	say(s, "good");
	sink_free(s);
	is(file_text("said"), "0bad\n3good\n",
	    "it has all when it is ended, with levels");
	unlink("said");
	s = sink_syslog(&loop, self, "said", lost, NULL);
	say(s, "die");
	for (i = 0; i < 100; i++)
		turn(5);
	say(s, "lost");
	say(s, "again");
	for (i = 0; i < 40; i++)
		turn(5);
	is(file_text("said"), "end", "it dies: not started again at once");
	later(1000);
	for (i = 0; i < 50; i++)
		turn(5);
	ok(strcmp(file_text("said"), "3lost\n3again\n") == 0 ||
	    strcmp(file_text("said"), "3again\n") == 0, "but in a second");
	say(s, "stop");
	turn(0);
	for (i = 0; i < 20; i++)
		turn(5);
	fill(s);
	ok(sink_lost(s) > 0, "it stops reading: lines are lost");
	from = clock_ms();
	sink_free(s);
	ok(clock_ms() - from < 3000, "and ending it takes a second or so");
	ok(sink_syslog(&loop, "/no/helper", "x", lost, NULL) == NULL,
	    "no such program");
}

static void
test_retire(const char *self)
{
	struct sink *s;
	int64_t from = clock_ms();
	int i;

	unlink("said");
	s = sink_syslog(&loop, self, "said", lost, NULL);
	say(s, "last");
	sink_retire(s);
	ok(clock_ms() - from < 500, "a helper is retired without waiting");
	for (i = 0; i < 200 && strcmp(file_text("said"), "3last\n") != 0; i++)
		turn(5);
	is(file_text("said"), "3last\n", "and says what it has got");
	sink_free(s);
	ok(loop.timers == NULL && loop.tasks == NULL, "nothing is left over");
}

int
main(int argc, char *argv[])
{
	char dir[] = "/tmp/pydirector-sink.XXXXXX", self[4096];
	char command[64];

	if (argc == 3 && strcmp(argv[1], "syslog") == 0)
		return helper(argv[2]);
	if (realpath(argv[0], self) == NULL || mkdtemp(dir) == NULL ||
	    chdir(dir) == -1) {
		printf("Bail out! no directory\n");
		return 1;
	}
	/* A write that waits is the end of it. */
	alarm(60);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	loop_init(&loop);
	loop.clock = fast_clock;
	turn(0);
	test_file();
	test_long();
	test_fifo();
	test_limit();
	test_full();
	test_helper(self);
	test_retire(self);
	loop_done(&loop);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (chdir("/") == -1 || system(command) != 0)
		printf("# %s stays\n", dir);
	return tap_end();
}
