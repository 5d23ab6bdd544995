/* SPDX-License-Identifier: ISC
 *
 * door.c and bound.c where the system says no: to one of several sockets, to
 * another descriptor, to memory; where a door keeps a socket when it moves; and
 * paths that change their modes and owners. Prints TAP. */

#include "config.h"

#include <sys/stat.h>

#include <netinet/in.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "director.h"
#include "pydirector.h"

static int added, add_fails;	/* calls of loop_add; the one that fails */
static int listened;		/* calls of net_listen */
static int listen_error;	/* of every second one; 0: none */
static int listen_left;		/* so often; -1: always */
static int no_dup;

static int
test_add(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	return ++added == add_fails ? -1 : loop_add(l, io, ops, fd);
}

static int
test_listen(const struct addr *a, int shared)
{
	if (++listened % 2 != 0 || listen_error == 0 || listen_left == 0)
		return net_listen(a, shared);
	if (listen_left > 0)
		listen_left--;
	errno = listen_error;
	return -1;
}

static int
test_dup(int fd)
{
	if (!no_dup)
		return net_dup(fd);
	errno = EMFILE;
	return -1;
}

#define loop_add test_add
#define net_listen test_listen
#define net_dup test_dup
#include "bound.c"
#include "door.c"
#undef loop_add
#undef net_listen
#undef net_dup
#include "t/tap.h"

#define ROUNDS 500		/* of 10 ms at most: a deadline */

static char dir[64], err[256];
static int clients;		/* that have come in */

static void
one_client(struct door *door, int fd, const struct addr *peer)
{
	(void)door;
	(void)peer;
	clients++;
	close(fd);
}

static const struct door_ops ops = { NULL, one_client };

static struct pydirector *
director(void)
{
	struct pydirector *d = pydirector_new(NULL, NULL, PYDIRECTOR_ERR);

	if (d == NULL) {
		printf("Bail out! no director\n");
		exit(1);
	}
	added = add_fails = listened = listen_error = no_dup = 0;
	listen_left = -1;
	clients = 0;
	err[0] = '\0';
	return d;
}

static int
opens(struct pydirector *d, struct door *door, const char *address)
{
	return door_open(d, door, &ops, "test", address, 0600, err,
	    sizeof(err));
}

static int
moves(struct door *door, const char *address, mode_t mode)
{
	return door_move(door, address, mode, err, sizeof(err));
}

static const char *
in_dir(const char *name)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ & 3];

	snprintf(path, sizeof(paths[0]), "unix:%s/%s", dir, name);
	return path;
}

/* The lowest descriptor that is free. */
static int
free_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

/* Turns until so many clients have come in: 1, or 0: they do not. */
static int
come_in(struct pydirector *d, int wanted)
{
	struct pollfd fds[16];
	int i, n;

	for (i = 0; clients < wanted && i < ROUNDS; i++) {
		n = loop_pollfds(&d->loop, fds, 16);
		if (poll(fds, (nfds_t)n, 10) == -1)
			n = 0;
		loop_dispatch(&d->loop, fds, n);
	}
	return clients == wanted;
}

static int
client_of(const struct door *door)
{
	struct addr a = *door_addr(door);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || connect(fd, &a.u.sa, sizeof(a.u.in)) == -1)
		abort();
	return fd;
}

/* How many sockets `*` means here. */
static int
sockets(void)
{
	struct pydirector *d = director();
	struct door door;
	int n;

	if (opens(d, &door, "*:0") == -1)
		abort();
	n = door.nsocks;
	door_close(&door);
	pydirector_free(d);
	return n;
}

/* The second of two sockets cannot be had. */
static void
test_second(void)
{
	struct pydirector *d = director();
	struct door door;
	int fd = free_fd();

	listen_error = EADDRNOTAVAIL;
	ok(opens(d, &door, "*:0") == 0 && door.nsocks == 1,
	    "an address that is not there is left out");
	door_close(&door);
	listened = 0;
	listen_error = EACCES;
	ok(opens(d, &door, "*:0") == -1 && door.nsocks == 0 &&
	    strstr(err, strerror(EACCES)) != NULL, "one that is refused is "
	    "not: %s", err);
	ok(free_fd() == fd && d->doors == NULL, "and nothing stays open");
	listened = 0;
	listen_error = EADDRINUSE;
	listen_left = 3;
	ok(opens(d, &door, "*:0") == 0 && door.nsocks == 2 && listened == 8 &&
	    addr_port(&door.socks[0].addr) == addr_port(&door.socks[1].addr),
	    "a port that is in use there: another one for both");
	door_close(&door);
	listened = 0;
	listen_left = -1;
	ok(opens(d, &door, "*:0") == -1 && listened == 2 * PORT_TRIES &&
	    strstr(err, strerror(EADDRINUSE)) != NULL, "not for ever: %s", err);
	listen_error = 0;
	added = 0;
	add_fails = 2;
	ok(opens(d, &door, "*:0") == -1 && strstr(err, "out of memory") &&
	    d->loop.nios == 0 && free_fd() == fd, "no memory: %s", err);
	pydirector_free(d);
}

/* A door that cannot move stays where it was. */
static void
test_move(void)
{
	struct pydirector *d = director();
	struct door door;
	struct stat st;
	int fd;

	if (opens(d, &door, in_dir("a")) == -1)
		abort();
	fd = net_connect_path(addr_path(door.address));
	add_fails = added + 1;
	ok(moves(&door, in_dir("b"), 0600) == -1 &&
	    strstr(err, "out of memory") != NULL, "no memory: %s", err);
	is(door.address, in_dir("a"), "it is where it was");
	ok(lstat(addr_path(in_dir("b")), &st) == -1 && errno == ENOENT,
	    "and nothing is left elsewhere");
	ok(come_in(d, 1), "a client comes in");
	close(fd);
	ok(moves(&door, in_dir("a"), 0640) == 0 &&
	    stat(addr_path(in_dir("a")), &st) == 0 &&
	    (st.st_mode & 0777) == 0640, "a path gets another mode");
	door_close(&door);
	pydirector_free(d);
}

/* It moves to several addresses, one of which it has: that socket stays, with
 * who waits there, and is never deaf. */
static void
test_kept(void)
{
	struct pydirector *d = director();
	struct door door;
	char to[64];
	int first, second;

	if (opens(d, &door, "127.0.0.1:0") == -1)
		abort();
	d->running = 1;
	snprintf(to, sizeof(to), "localhost:%u", addr_port(door_addr(&door)));
	first = client_of(&door);
	if (moves(&door, to, 0) == -1) {
		/* Somebody else may have the port of another address. */
		ok(1, "a socket is kept # SKIP %s", err);
		goto out;
	}
	is(door.address, to, "it has moved");
	ok(clients == 0, "who waits is not hurried");
	second = client_of(&door);
	ok(come_in(d, 2), "he and the next one come in at once");
	close(second);
out:
	close(first);
	d->running = 0;
	door_close(&door);
	pydirector_free(d);
}

static void
test_prepare(void)
{
	struct pydirector *d = director();
	struct door door;
	char at[64];
	int c, fd;

	if (opens(d, &door, "127.0.0.1:0") == -1)
		abort();
	snprintf(at, sizeof(at), "127.0.0.1:%u", addr_port(door_addr(&door)));
	if (moves(&door, at, 0) == -1)
		abort();
	fd = free_fd();
	no_dup = 1;
	ok(door_prepare(d, at, err, sizeof(err)) == -1 && d->bound == NULL &&
	    strstr(err, strerror(EMFILE)) != NULL,
	    "no other descriptor: %s", err);
	ok(free_fd() == fd, "none is left");
	c = client_of(&door);
	ok(come_in(d, 1), "the door is open as before");
	close(c);
	door_close(&door);
	pydirector_free(d);
}

/* A path goes from one door to another, with who waits there. */
static void
test_inherit(void)
{
	struct pydirector *d = director();
	struct door old, new;
	struct stat st;
	int c;

	if (opens(d, &old, in_dir("d")) == -1)
		abort();
	c = net_connect_path(addr_path(old.address));
	ok(door_prepare(d, in_dir("d"), err, sizeof(err)) == 0,
	    "somebody will want this path");
	door_close(&old);
	ok(lstat(addr_path(in_dir("d")), &st) == 0,
	    "it stays when its door is closed");
	ok(opens(d, &new, in_dir("d")) == 0 && d->bound == NULL, "it is taken");
	door_forget(d);
	ok(come_in(d, 1), "who waits comes in");
	close(c);
	door_close(&new);
	ok(lstat(addr_path(in_dir("d")), &st) == -1, "then it goes");
	pydirector_free(d);
}

static void
test_give(void)
{
	struct pydirector *d = director();
	struct door path, port;
	struct stat st;
	uid_t uid = getuid() == 0 ? 1 : getuid();

	if (opens(d, &port, "127.0.0.1:0") == -1 ||
	    opens(d, &path, in_dir("c")) == -1)
		abort();
	ok(door_give(d, uid, getgid(), err, sizeof(err)) == 0 &&
	    stat(addr_path(in_dir("c")), &st) == 0 && st.st_uid == uid,
	    "a path is given away");
	(void)unlink(addr_path(in_dir("c")));
	ok(door_give(d, uid, getgid(), err, sizeof(err)) == -1 &&
	    strstr(err, "/c: cannot be given away: ") != NULL,
	    "one that is gone is not: %s", err);
	door_close(&path);
	ok(door_give(d, uid, getgid(), err, sizeof(err)) == 0,
	    "ports belong to nobody");
	door_close(&port);
	pydirector_free(d);
}

int
main(void)
{
	snprintf(dir, sizeof(dir), "/tmp/pydirector-door.XXXXXX");
	if (mkdtemp(dir) == NULL)
		abort();
	if (sockets() == 2)
		test_second();
	else
		ok(1, "the second of two # SKIP there is one");
	test_move();
	test_kept();
	test_prepare();
	test_inherit();
	test_give();
	ok(rmdir(dir) == 0, "no path is left");
	return tap_end();
}
