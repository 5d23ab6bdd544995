/* SPDX-License-Identifier: ISC
 *
 * helper.c against pydirector-helper, and against children that die, hang,
 * flood and lie: this program itself, started with their name as its mode.
 * The loop's clock can be made to run faster than time. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "addr.h"
#include "net.h"
#include "loop.h"
#include "helper.h"
#include "t/tap.h"

/* The children. */

static void
child_read(void *p, size_t n)
{
	size_t have = 0;
	ssize_t got;

	while (have < n) {
		got = read(0, (char *)p + have, n - have);
		if (got <= 0)
			_exit(0);
		have += (size_t)got;
	}
}

static void
child_write(const void *p, size_t n)
{
	if (write(0, p, n) != (ssize_t)n)
		_exit(0);
}

/* The next question's name; returns its id. */
static uint32_t
child_question(char name[HELPER_PAYLOAD + 1])
{
	struct helper_head head;

	child_read(&head, sizeof(head));
	if (head.len > HELPER_PAYLOAD)
		_exit(1);
	child_read(name, head.len);
	name[head.len] = '\0';
	return head.id;
}

/* 127.0.0.1, port 0, n times. */
static void
child_answer(uint32_t id, uint32_t len, uint32_t n, int dribble)
{
	struct {
		struct helper_head	head;
		struct helper_found	found;
		char			room[HELPER_PAYLOAD];
	} a;
	size_t i;

	memset(&a, 0, sizeof(a));
	a.head.len = len;
	a.head.id = id;
	a.found.n = n;
	for (i = 0; i < HELPER_ADDRS; i++) {
		a.found.addrs[i].u.in.sin_family = AF_INET;
		a.found.addrs[i].u.in.sin_addr.s_addr = htonl(0x7f000001);
	}
	memset(a.found.why, 'w', sizeof(a.found.why));
	if (!dribble)
		child_write(&a, sizeof(a.head) + len);
	for (i = 0; dribble && i < sizeof(a.head) + len; i++)
		child_write((char *)&a + i, 1);
}

/* Signals as a program expects them, and no descriptor but its own. */
static int
child_is_clean(void)
{
	struct sigaction sa;
	sigset_t mask;
	int fd;

	if (sigaction(SIGPIPE, NULL, &sa) == -1 || sa.sa_handler != SIG_DFL ||
	    sigprocmask(SIG_SETMASK, NULL, &mask) == -1 ||
	    sigismember(&mask, SIGTERM))
		return 0;
	for (fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			return 0;
	return getpgrp() == getpid();
}

static void
child_serve(const char *mode)
{
	char name[HELPER_PAYLOAD + 1], noise[4096];
	const uint32_t full = sizeof(struct helper_found);
	uint32_t id;
	int n;

	memset(noise, 'x', sizeof(noise));
	if (strcmp(mode, "early") == 0)
		child_write(noise, 1);
	for (n = 1;; n++) {
		id = child_question(name);
		if (strcmp(mode, "die") == 0 ||
		    (strcmp(mode, "second") == 0 && n == 2))
			_exit(7);
		if (strcmp(mode, "hang") == 0 && strcmp(name, "hang") == 0)
			pause();
		while (strcmp(mode, "flood") == 0)
			child_write(noise, sizeof(noise));
		if (strcmp(mode, "huge") == 0)
			child_answer(id, HELPER_PAYLOAD + 1, 1, 0);
		if (strcmp(mode, "stranger") == 0)
			child_answer(id + 1, full, 1, 0);
		if (strcmp(mode, "twice") == 0)
			child_answer(id, full, 1, 0);
		if (strncmp(mode, "byte", 4) == 0) {
			struct helper_head head = { 1, id };
			char byte = (char)(mode[4] - '0');

			child_write(&head, sizeof(head));
			child_write(&byte, 1);
			continue;
		}
		if (strcmp(mode, "shut") == 0) {
			close(0);
			pause();
		}
		child_answer(id, strcmp(mode, "short") == 0 ? 20 : full,
		    strcmp(mode, "many") == 0 ? 1000 :
		    strcmp(mode, "none") == 0 ? 0 :
		    strcmp(mode, "clean") == 0 ? (uint32_t)child_is_clean() :
		    1, strcmp(mode, "dribble") == 0);
	}
}

/* The parent. */

static struct loop loop;
static struct log *logger;
static const char *self;
static int64_t speed;
static char warning[LOG_LINE_MAX];

static void
sink(void *arg, int level, const char *line)
{
	(void)arg;
	if (level <= LOG_LEVEL_NOTICE)
		snprintf(warning, sizeof(warning), "%s", line);
}

static int64_t
fast_clock(void)
{
	return clock_ms() * speed;
}

/* What became of a question. */
struct outcome {
	struct helper	*again;		/* ask it once more from the answer */
	int		 calls;
	int		 order;		/* when, among all */
	int		 n;
	struct addr	 first;
	char		 why[200];
};

static int answers;

static void
found(void *arg, const struct addr *addrs, int n, const char *why)
{
	struct outcome *o = arg;
	struct hostport hp = { "again", 5 };

	o->calls++;
	o->order = ++answers;
	o->n = n;
	if (n > 0)
		o->first = addrs[0];
	snprintf(o->why, sizeof(o->why), "%s", n > 0 ? "" : why);
	if (o->again != NULL) {
		helper_lookup(o->again, &hp, found, o);
		o->again = NULL;
	}
}

static struct helper_request *
ask(struct helper *h, const char *name, struct outcome *o)
{
	struct hostport hp;

	memset(o, 0, sizeof(*o));
	memset(&hp, 0, sizeof(hp));
	snprintf(hp.node, sizeof(hp.node), "%s", name);
	hp.port = 99;
	return helper_lookup(h, &hp, found, o);
}

static void
turn(void)
{
	struct pollfd fds[8];
	int n = loop_pollfds(&loop, fds, 8), wait = loop_timeout(&loop);

	if (wait == -1 || wait > 5)
		wait = 5;
	poll(fds, (nfds_t)n, wait);
	loop_dispatch(&loop, fds, n);
}

/* Runs the loop until *what is at least n, at most a minute. */
static int
until(const int *what, int n)
{
	int64_t end = clock_ms() + 60000;

	while (*what < n && clock_ms() < end)
		turn();
	return *what >= n;
}

static int
until_warning(const char *part)
{
	int64_t end = clock_ms() + 60000;

	while (strstr(warning, part) == NULL && clock_ms() < end)
		turn();
	return strstr(warning, part) != NULL;
}

static struct helper *
start(const char *mode, int64_t factor)
{
	speed = factor;
	warning[0] = '\0';
	answers = 0;
	loop_init(&loop);
	loop.clock = fast_clock;
	return helper_new(&loop, logger, self, mode);
}

static void
stop(struct helper *h)
{
	helper_free(h);
	ok(loop.nios == 0 && loop.timers == NULL && loop.tasks == NULL,
	    "free: nothing left in the loop");
	ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
	    "free: no child left");
	loop_done(&loop);
}

/* One question to a child of that kind, and why it fails. */
static void
fails(const char *mode, const char *why)
{
	struct helper *h = start(mode, 1);
	struct outcome a;

	ask(h, "a", &a);
	until(&a.calls, 1);
	ok(a.calls == 1 && a.n == 0, "%s: no address", mode);
	is(a.why, why, "and why");
	stop(h);
}

static void
test_good(void)
{
	struct helper *h = start("good", 1);
	struct outcome o[66];
	struct helper_request *q[66];
	char buf[ADDR_TEXT_SIZE];
	int i, good = 1;

	for (i = 0; i < 64; i++)
		q[i] = ask(h, "a", &o[i]);
	ok(q[63] != NULL, "64 questions");
	ok(ask(h, "a", &o[64]) == NULL, "not one more");
	ok(answers == 0, "nothing is answered from helper_lookup");
	helper_cancel(q[10]);
	ok(ask(h, "a", &o[64]) != NULL, "one is cancelled: one more");
	turn();
	helper_cancel(q[0]);
	until(&o[64].calls, 1);
	ok(answers == 63, "63 answers: %d", answers);
	ok(o[0].calls == 0 && o[10].calls == 0, "those cancelled have none");
	for (i = 2; i < 65; i++)
		good = good && (i == 10 || i == 11 ||
		    o[i].order == o[i - 1].order + 1);
	ok(good, "in the order of the questions");
	is(addr_text(&o[64].first, buf), "127.0.0.1:99", "address and port");
	o[0].again = h;
	o[0].calls = 0;
	q[0] = ask(h, "a", &o[0]);
	o[0].again = h;
	ok(until(&o[0].calls, 2), "asked again from an answer");
	ask(h, "a", &o[1]);
	turn();
	ask(h, "a", &o[2]);
	stop(h);
	ok(o[1].calls == 0 && o[2].calls == 0, "free: no answers any more");
	is(warning, "", "no warning");
}

static void
test_children(void)
{
	struct helper *h;
	struct outcome a;

	fails("flood", "the helper talks nonsense");
	fails("huge", "the helper talks nonsense");
	fails("stranger", "the helper talks nonsense");
	fails("early", "the helper talks nonsense");
	is(warning, "helper early: stopped: it talks nonsense", "warning");
	fails("short", "the helper is of another version");
	fails("shut", "the helper ended");

	h = start("twice", 1);
	ask(h, "a", &a);
	ok(until_warning("it talks nonsense"), "an answer to no question");
	stop(h);
	h = start("many", 1);
	ask(h, "a", &a);
	ok(until(&a.calls, 1) && a.n == HELPER_ADDRS,
	    "more addresses than there can be: all that fit");
	stop(h);
	h = start("none", 1);
	ask(h, "a", &a);
	ok(until(&a.calls, 1) && a.n == 0 && strlen(a.why) == 127,
	    "a text without an end");
	stop(h);
	h = start("dribble", 1);
	ask(h, "a", &a);
	ok(until(&a.calls, 1) && a.n == 1, "an answer byte by byte");
	stop(h);
	signal(SIGPIPE, SIG_IGN);
	h = start("clean", 1);
	ask(h, "a", &a);
	ok(until(&a.calls, 1) && a.n == 1, "a clean start: signals, files");
	stop(h);
	signal(SIGPIPE, SIG_DFL);
}

static void
test_death(void)
{
	struct helper *h = start("die", 1);
	struct outcome a, b, c;
	int64_t at;

	ask(h, "a", &a);
	ask(h, "b", &b);
	at = clock_ms();
	until(&b.calls, 1);
	is(a.why, "the helper ended", "the one asked fails");
	is(b.why, "the helper ended", "so does the one in the queue");
	ok(until_warning("exit status"), "its end is told");
	is(warning, "helper die: ended: exit status 7", "with the status");
	warning[0] = '\0';
	ask(h, "c", &c);
	until(&c.calls, 1);
	ok(clock_ms() - at >= 900, "started again, after a second");
	ok(until_warning("exit status 7"), "and ended again");
	stop(h);

	h = start("second", 20);
	ask(h, "a", &a);
	ask(h, "b", &b);
	ask(h, "c", &c);
	until(&c.calls, 1);
	ok(a.n == 1 && c.n == 1, "a death costs one question alone");
	is(b.why, "the helper ended", "the one asked");
	stop(h);

	h = start("hang", 200);
	ask(h, "a", &a);
	ask(h, "hang", &b);
	ask(h, "c", &c);
	until(&c.calls, 1);
	ok(a.n == 1 && c.n == 1, "a slow one costs itself alone");
	is(b.why, "no answer in time", "the slow one");
	is(warning, "helper hang: stopped: no answer in 30 s", "told");
	stop(h);

	self = "/nonexistent/helper";
	h = start("good", 1);
	ask(h, "a", &a);
	ask(h, "b", &b);
	until(&b.calls, 1);
	ok(a.calls == 1 && a.n == 0, "no program");
	/* Some systems report it only by the child's exit status. */
	ok(strcmp(b.why, "the helper cannot be started") == 0 ||
	    strcmp(b.why, "the helper ended") == 0, "%s", b.why);
	stop(h);
}

/* Standard error goes nowhere, or to where it went before. */
static void
quiet(int on)
{
	static int kept;
	int fd;

	if (on) {
		kept = dup(2);
		fd = open("/dev/null", O_WRONLY);
		dup2(fd, 2);
		close(fd);
	} else {
		dup2(kept, 2);
		close(kept);
	}
}

static void
test_real(const char *program)
{
	struct helper *h;
	struct outcome a, b, c;
	char name[260];

	if (access(program, X_OK) == -1) {
		ok(1, "%s # SKIP not built", program);
		return;
	}
	self = program;
	h = start("lookup", 1);
	ask(h, "localhost", &a);
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	ask(h, name, &b);
	ask(h, "127.0.0.1", &c);
	until(&c.calls, 1);
	ok(a.n > 0 && addr_port(&a.first) == 99, "localhost, and the port");
	ok(b.calls == 1 && b.n == 0 && b.why[0] != '\0', "no such name: %s",
	    b.why);
	ok(c.n == 1, "a number");
	stop(h);
	h = start("nothing", 1);
	/* Its complaint is not for the one who reads our results. */
	quiet(1);
	ask(h, "localhost", &a);
	until(&a.calls, 1);
	quiet(0);
	is(a.why, "the helper ended", "a mode that it does not have");
	ok(until_warning("exit status 2"), "exit status 2");
	stop(h);
}

/* Passwords. */

static void
verified(void *arg, int right)
{
	struct outcome *o = arg;

	o->calls++;
	o->order = ++answers;
	o->n = right;
}

static struct helper_request *
ask_password(struct helper *h, const char *hash, const char *password,
    struct outcome *o)
{
	memset(o, 0, sizeof(*o));
	return helper_verify(h, hash, password, verified, o);
}

static void
test_verify_child(const char *mode, int expected)
{
	struct helper *h = start(mode, 1);
	struct outcome a;

	ask_password(h, "hash", "password", &a);
	until(&a.calls, 1);
	ok(a.calls == 1 && a.n == expected, "password, %s: %d", mode, a.n);
	stop(h);
}

static void
test_verify_limits(void)
{
	char text[HELPER_HASH_MAX + 2];
	struct outcome o[18];
	struct helper *h = start("hang", 200);
	struct helper_request *q = NULL;
	int i;

	memset(text, 'x', sizeof(text));
	text[HELPER_HASH_MAX + 1] = '\0';
	ok(ask_password(h, text, "p", &o[0]) == NULL, "a long hash");
	ok(ask_password(h, text + 1, "p", &o[0]) != NULL, "the longest");
	ok(ask_password(h, "h", text + HELPER_HASH_MAX - HELPER_PASSWORD_MAX,
	    &o[1]) == NULL, "a long password");
	ok(ask_password(h, "h", text + 1 + HELPER_HASH_MAX -
	    HELPER_PASSWORD_MAX, &o[1]) != NULL, "the longest");
	for (i = 2; i < 16; i++)
		q = ask_password(h, "hash", "password", &o[i]);
	ok(q != NULL && ask_password(h, "h", "p", &o[16]) == NULL,
	    "16 questions, and not one more");
	helper_cancel(q);
	ok(ask_password(h, "h", "p", &o[16]) != NULL,
	    "one is cancelled: one more");
	until(&o[16].calls, 1);
	ok(o[15].calls == 0, "it is not answered");
	stop(h);
}

/* The hash of s3cr3t by a method that the system knows; both are of it. */
static const char sha512[] =
    "$6$saltsalt$9RCzQpw081WGeK3mcWoX80W9GPZfKv49diTYqxky"
    "SopsNM50xSTDBTpgGXEQIrMuxjvAnmOnyTpa46zqy.fYR1";
static const char bcrypt[] =
    "$2b$04$abcdefghijklmnopqrstuu35fBIWlNgF8BcAW/t2cO158N8svSFHy";

static void
test_verify_real(const char *program)
{
	struct helper *h;
	struct outcome o[8];
	int i;

	if (access(program, X_OK) == -1)
		return;
	self = program;
	h = start("crypt", 1);
	ask_password(h, sha512, "s3cr3t", &o[0]);
	ask_password(h, bcrypt, "s3cr3t", &o[1]);
	ask_password(h, sha512, "s3cr3u", &o[2]);
	ask_password(h, bcrypt, "s3cr3", &o[3]);
	ask_password(h, "*0", "s3cr3t", &o[4]);
	ask_password(h, "", "s3cr3t", &o[5]);
	ask_password(h, "s3cr3t", "s3cr3t", &o[6]);
	ask_password(h, sha512, "", &o[7]);
	until(&o[7].calls, 1);
	ok(o[0].n == 1 || o[1].n == 1, "the right password");
	ok(o[0].n >= 0 && o[1].n >= 0, "an answer to both methods");
	for (i = 2; i < 8; i++)
		ok(o[i].calls == 1 && o[i].n == 0, "not right: %d", i);
	is(warning, "", "no warning");
	stop(h);
}

static void
test_verify(const char *program)
{
	test_verify_child("byte1", 1);
	test_verify_child("byte0", 0);
	test_verify_child("byte2", -1);
	test_verify_child("good", -1);
	test_verify_child("die", -1);
	test_verify_limits();
	test_verify_real(program);
}

/* The lowest descriptor that is free. */
static int
lowest(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

int
main(int argc, char *argv[])
{
	struct stat st;
	char program[1024], *slash;
	int before, fd;

	if (argc == 2 && fstat(0, &st) == 0 && S_ISSOCK(st.st_mode)) {
		child_serve(argv[1]);
		return 0;
	}
	slash = strrchr(argv[0], '/');
	snprintf(program, sizeof(program), "%.*s../pydirector-helper",
	    slash == NULL ? 0 : (int)(slash - argv[0]) + 1, argv[0]);
	self = argv[0];
	/* What we were given by others is not for our children. */
	for (fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	before = lowest();
	logger = log_new(sink, NULL, LOG_LEVEL_DEBUG);
	test_good();
	test_children();
	test_verify(program);
	self = argv[0];
	test_death();
	test_real(program);
	ok(lowest() == before, "no descriptor left open");
	log_free(logger);
	return tap_end();
}
