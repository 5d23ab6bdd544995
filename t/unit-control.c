/* SPDX-License-Identifier: ISC
 *
 * control.c and asker.c over a UNIX socket, with a clock that can be set
 * forward and relays that are made up: addresses that two of them have,
 * deadlines, places, the socket that moves. */

#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"
#include "t/tap.h"

#define PLACES 64	/* of the control socket */

static struct pydirector d;
static struct model model;
static int64_t skew;		/* ms that the clock is ahead */
static char directory[64], path[80], other[80];
static int warnings;

static int64_t
test_clock(void)
{
	return clock_ms() + skew;
}

static void
sink(void *arg, int level, const char *line)
{
	(void)arg;
	if (level <= LOG_LEVEL_WARNING) {
		warnings++;
		printf("# %s\n", line);
	}
}

/* Returns how many descriptors were ready. */
static int
round_of(int wait)
{
	struct pollfd fds[PLACES + 16];
	int n, ready, timeout;

	n = loop_pollfds(&d.loop, fds, PLACES + 16);
	timeout = loop_timeout(&d.loop);
	if (timeout == -1 || timeout > wait)
		timeout = wait;
	ready = poll(fds, (nfds_t)n, timeout);
	loop_dispatch(&d.loop, fds, n);
	return ready;
}

static void
turns(int n)
{
	while (n-- > 0)
		(void)round_of(0);
}

/* Clients of the socket. */

static int
caller_of(const char *at)
{
	struct sockaddr_un a;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sun_family = AF_UNIX;
	strcpy(a.sun_path, at);
	if (fd == -1)
		abort();
	if (connect(fd, (struct sockaddr *)(void *)&a, sizeof(a)) == -1) {
		close(fd);
		return -1;
	}
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		abort();
	turns(3);
	return fd;
}

static struct buf heard;

/* What there is to be read: its length, which is 0 when nothing has come, or
 * -1: the connection has ended. heard has the bytes. */
static long
hear(int fd)
{
	char bytes[4096];
	ssize_t n;

	buf_done(&heard);
	buf_init(&heard, 1024 * 1024);
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		(void)buf_add(&heard, bytes, (size_t)n);
	if (heard.len > 0)
		return (long)heard.len;
	return n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

static int
say(int fd, const void *bytes, size_t n)
{
	return send(fd, bytes, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

static void
ask(int fd, const char *tag, const char *host, unsigned port)
{
	static const char command[] = "GetClientAddress";
	char number[16];
	struct buf b;

	buf_init(&b, 1000);
	amp_add(&b, "_ask", tag, strlen(tag));
	amp_add(&b, "_command", command, sizeof(command) - 1);
	amp_add(&b, "host", host, strlen(host));
	snprintf(number, sizeof(number), "%u", port);
	amp_add(&b, "port", number, strlen(number));
	amp_end(&b);
	(void)say(fd, b.data, b.len);
	buf_done(&b);
}

/* 1: what was heard is one box, with that value of the key. */
static int
tells(const char *key, const char *value)
{
	size_t n, seen = 0;
	const char *p;

	if (amp_box(heard.data, heard.len, &seen) != AMP_WHOLE ||
	    seen != heard.len)
		return 0;
	p = amp_value(heard.data, seen, key, &n);
	return p != NULL && n == strlen(value) && memcmp(p, value, n) == 0;
}

/* Relays. */

static struct addr
address(const char *node, unsigned port)
{
	struct hostport at;
	struct addr a;

	memset(&at, 0, sizeof(at));
	strcpy(at.node, node);
	at.port = port;
	if (addr_number(&at, &a) == -1)
		abort();
	return a;
}

static struct relay *
relay_from(const char *client, unsigned port)
{
	struct relay *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->more = calloc(1, sizeof(*r->more))) == NULL)
		abort();
	r->client.io.fd = r->server.io.fd = -1;
	r->addr = address(client, port);
	d.nrelays++;
	return r;
}

static void
tell(struct relay *r, enum relay_event event)
{
	struct relay_watcher *w;

	for (w = d.watchers; w != NULL; w = w->next)
		w->event(w, r, event);
}

/* 1: another one has that too. */
static int
dials(struct relay *r, const char *local, unsigned port)
{
	struct addr a = address(local, port);

	r->server.io.fd = 0;
	return d.watchers->address(d.watchers, r, &a);
}

static void
ended(struct relay *r)
{
	tell(r, RELAY_EVENT_END);
	d.nrelays--;
	free(r->more);
	free(r);
}

static void
test_answers(void)
{
	struct relay *r = relay_from("10.1.2.3", 40000);
	struct relay *six = relay_from("2001:db8::7", 1);
	int fd = caller_of(path);

	(void)dials(r, "127.0.0.1", 51234);
	(void)dials(six, "::1", 51234);
	ask(fd, "1", "127.0.0.1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("_answer", "1") &&
	    tells("host", "10.1.2.3") && tells("port", "40000"),
	    "whose it is");
	ask(fd, "2", "0::1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("host", "2001:db8::7") && tells("port", "1"),
	    "in IPv6 too, without brackets");
	ask(fd, "3", "127.0.0.1", 51235);
	turns(2);
	ok(hear(fd) > 0 && tells("_error", "3") &&
	    tells("_error_code", "UNKNOWN_PORT"),
	    "nobody's");
	ended(r);
	ask(fd, "4", "127.0.0.1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("_error_code", "UNKNOWN_PORT"),
	    "no longer when it has ended");
	ended(six);
	close(fd);
	turns(3);
	ok(d.control->naskers == 0, "the end is seen");
}

static void
test_addresses(void)
{
	struct relay *r = relay_from("10.1.2.3", 40000);
	struct relay *s = relay_from("10.1.2.4", 40001);
	int fd = caller_of(path);

	ok(dials(r, "127.0.0.1", 51234) == 0, "an address of its own");
	ask(fd, "1", "127.0.0.1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("host", "10.1.2.3"),
	    "it counts before we are connected");
	ok(dials(s, "127.0.0.1", 51234) == 1, "another one with the same");
	ask(fd, "2", "127.0.0.1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("_error_code", "UNKNOWN_PORT"),
	    "which of them is not known");
	ok(dials(s, "127.0.0.1", 51235) == 0, "it takes another one");
	ask(fd, "3", "127.0.0.1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("host", "10.1.2.3"), "the first is known");
	ask(fd, "4", "127.0.0.1", 51235);
	turns(2);
	ok(hear(fd) > 0 && tells("host", "10.1.2.4"), "so is the other");
	(void)d.watchers->address(d.watchers, s, NULL);
	ask(fd, "5", "127.0.0.1", 51235);
	turns(2);
	ok(hear(fd) > 0 && tells("_error_code", "UNKNOWN_PORT"),
	    "until its connect fails");
	ok(d.control->origins.n == 1, "one is left");
	ended(r);
	ended(s);
	ok(d.control->origins.n == 0, "none is left");
	close(fd);
	turns(3);
}

static void
test_deadlines(void)
{
	int slow = caller_of(path), idle = caller_of(path);
	int deaf = caller_of(path), i;
	char boxes[22 * 100];

	/* As many unknown commands as it takes until nothing moves. */
	for (i = 0; i < 100; i++)
		memcpy(boxes + 22 * i,
		    "\0\4_ask\0\0\0\10_command\0\0\0", 22);
	for (i = 0; i < 10000; i++) {
		if (say(deaf, boxes, sizeof(boxes)) == -1)
			break;
		turns(2);
	}
	turns(100);
	ok(i < 10000, "one who reads nothing is not read: %d", i);
	ok(round_of(0) == 0, "nor does that keep us busy");
	for (i = 0; i < 28; i++) {
		(void)say(slow, &"\0\4_ask"[i % 6], 1);
		if (i == 5)
			(void)say(slow, "\0\377", 2);
		skew += 1000;
		turns(2);
	}
	ok(hear(slow) == 0, "a box may take half a minute");
	skew += 4000;
	turns(3);
	ok(hear(slow) == -1, "and no longer");
	(void)hear(deaf);
	ok(hear(deaf) == -1, "nor may reading");
	skew += 3600 * 1000;
	turns(3);
	ok(hear(idle) == 0, "one who asks nothing stays");
	close(slow);
	close(deaf);
	close(idle);
	turns(3);
}

static void
test_places(void)
{
	int fds[PLACES], i, fd, good = 0, before = warnings;

	for (i = 0; i < PLACES; i++)
		fds[i] = caller_of(path);
	ok(d.control->naskers == PLACES, "all places are taken");
	fd = caller_of(path);
	ok(hear(fd) == -1, "one more is sent away");
	ok(warnings == before + 1, "and told of");
	close(fd);
	skew += 6000;
	turns(1);
	ask(fds[0], "1", "127.0.0.1", 9);
	turns(2);
	fd = caller_of(path);
	ok(hear(fd) == 0, "later it gets the place of a silent one");
	ok(hear(fds[0]) > 0, "not of one that has spoken");
	for (i = 1; i < PLACES; i++)
		good += hear(fds[i]) == 0;
	ok(good == PLACES - 2, "one has lost its place");
	ask(fd, "1", "127.0.0.1", 9);
	turns(2);
	ok(hear(fd) > 0, "it is answered");
	for (i = 0; i < PLACES; i++)
		close(fds[i]);
	close(fd);
	turns(3);
	ok(d.control->naskers == 0, "all are gone");
}

static unsigned
mode_of(const char *file)
{
	struct stat st;

	return stat(file, &st) == -1 ? 0 : (unsigned)st.st_mode & 0777;
}

static void
test_moves(void)
{
	struct relay *r = relay_from("10.1.2.3", 40000);
	char err[256] = "";
	int fd = caller_of(path), moved;

	ok(mode_of(path) == 0640, "its mode");
	model.control_mode = 0600;
	ok(control_start(&d, err, sizeof(err)) == 0 && mode_of(path) == 0600,
	    "another mode");
	(void)dials(r, "127.0.0.1", 51234);
	model.control_socket = other;
	ok(control_start(&d, err, sizeof(err)) == 0 && mode_of(other) == 0600,
	    "it moves: %s", err);
	ok(mode_of(path) == 0, "the old path is gone");
	moved = caller_of(other);
	ask(fd, "1", "127.0.0.1", 51234);
	ask(moved, "1", "127.0.0.1", 51234);
	turns(2);
	ok(hear(fd) > 0 && tells("host", "10.1.2.3"), "who was there stays");
	ok(hear(moved) > 0 && tells("host", "10.1.2.3"), "it answers there");
	model.control_socket = directory;
	ok(control_start(&d, err, sizeof(err)) == -1, "not over a directory");
	ok(strstr(err, directory) != NULL, "told: %s", err);
	ask(moved, "2", "127.0.0.1", 51234);
	turns(2);
	ok(hear(moved) > 0 && mode_of(other) == 0600, "it is as it was");
	model.control_socket = NULL;
	ok(control_start(&d, err, sizeof(err)) == 0 && d.control == NULL,
	    "off");
	ok(mode_of(other) == 0 && hear(moved) == -1, "all is closed");
	ok(d.watchers == NULL, "nobody watches");
	close(fd);
	close(moved);
	d.nrelays--;
	free(r->more);
	free(r);
}

/* Relays that were there before the socket was. */
static void
test_late(void)
{
	struct relay *r = relay_from("10.1.2.3", 40000);
	struct addr a = address("127.0.0.1", 0);
	char err[256];
	int fd, at = net_listen(&a, 0);

	if (at == -1 || net_local(at, &a) == -1)
		abort();
	free(r->more);
	r->more = NULL;
	r->server.io.fd = net_connect(&a);
	r->connected = 1;
	d.relays = r;
	if (r->server.io.fd == -1 || net_local(r->server.io.fd, &a) == -1)
		abort();
	model.control_socket = path;
	ok(control_start(&d, err, sizeof(err)) == 0, "on again");
	fd = caller_of(path);
	ask(fd, "1", "127.0.0.1", addr_port(&a));
	turns(2);
	ok(hear(fd) > 0 && tells("host", "10.1.2.3"),
	    "an old connection is known");
	net_close(r->server.io.fd);
	net_close(at);
	d.relays = NULL;
	ended(r);
	close(fd);
}

int
main(void)
{
	char err[256] = "";

	snprintf(directory, sizeof(directory), "/tmp/unit-control.%ld",
	    (long)getpid());
	snprintf(path, sizeof(path), "%s/a", directory);
	snprintf(other, sizeof(other), "%s/b", directory);
	if (mkdir(directory, 0700) == -1)
		return 1;
	loop_init(&d.loop);
	d.loop.clock = test_clock;
	d.loop.now = test_clock();
	d.log = log_new(sink, NULL, LOG_LEVEL_NOTICE);
	d.model = &model;
	model.control_socket = path;
	model.control_mode = 0640;
	buf_init(&heard, 0);
	ok(control_start(&d, err, sizeof(err)) == 0, "it starts: %s", err);
	if (d.control != NULL) {
		test_answers();
		test_addresses();
		test_deadlines();
		test_places();
		test_moves();
		test_late();
	}
	control_stop(&d);
	control_stop(&d);
	ok(mode_of(path) == 0, "the path is gone");
	loop_done(&d.loop);
	log_free(d.log);
	buf_done(&heard);
	ok(rmdir(directory) == 0, "nothing is left");
	return tap_end();
}
