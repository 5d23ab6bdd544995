/* SPDX-License-Identifier: ISC
 *
 * Doors: accepting, and moving from one address to another without a moment in
 * which nobody listens. bound.c binds. */

#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bound.h"

/* Clients accepted from one socket in one round, at most; and when it is
 * about to be closed. */
#define ACCEPT_BATCH 32
#define ACCEPT_LAST 4096
/* Of a UNIX socket until it is taken. */
#define PREPARED_MODE 0600

/* Accepting. */

static int
door_ready(struct door *door)
{
	return !door->director->short_of && !door->director->yielding &&
	    (door->ops->ready == NULL || door->ops->ready(door));
}

static void
door_accept(struct door *door, int listening, int deaf)
{
	struct addr peer;
	int fd, max = deaf ? ACCEPT_LAST : ACCEPT_BATCH;

	for (; max > 0 && door_ready(door); max--) {
		fd = net_accept(listening, &peer);
		if (fd == -1) {
			if (errno != EAGAIN)
				listen_shortage(door->director, errno);
			return;
		}
		if (deaf)
			net_deaf(fd, 0);
		door->ops->client(door, fd, &peer);
	}
}

static int
door_want(struct io *io)
{
	struct door *door = LOOP_OWNER(io, struct door_socket, io)->door;

	return door_ready(door) ? POLLIN : -1;
}

static void
door_in(struct io *io)
{
	io->ready = 0;		/* what is left over, poll tells again */
	door_accept(LOOP_OWNER(io, struct door_socket, io)->door, io->fd, 0);
}

static const struct io_ops door_socket_ops = { door_want, door_in };

/* Who has what. */

/* A door with this address. */
static struct door *
door_find(const struct pydirector *d, const char *address)
{
	struct door *door;

	for (door = d->doors; door != NULL; door = door->next)
		if (bound_same_address(door->address, address))
			return door;
	return NULL;
}

/* Removes the path of a UNIX socket that is closed, unless something else has
 * it or will have it. */
static void
door_unlink(const struct pydirector *d, const char *address)
{
	const char *path = addr_path(address);
	const struct bound *b;

	if (path == NULL || door_find(d, address) != NULL)
		return;
	for (b = d->bound; b != NULL; b = b->next)
		if (strcmp(b->address, address) == 0)
			return;
	(void)unlink(path);
}

/* What was bound is not wanted. */
static void
door_give_up(const struct pydirector *d, struct bound *b)
{
	if (!b->lent)
		door_unlink(d, b->address);
	bound_close(b);
}

/* 1: the socket stays open when this one is closed. */
static int
door_is_shared(const struct door *door, const struct addr *a)
{
	const struct bound *b;
	const struct door *other;
	int i;

	if (addr_port(a) == 0)
		return 0;
	for (other = door->director->doors; other != NULL; other = other->next)
		for (i = 0; other != door && i < other->nsocks; i++)
			if (addr_same(&other->socks[i].addr, a))
				return 1;
	for (b = door->director->bound; b != NULL; b = b->next)
		for (i = 0; i < b->n; i++)
			if (addr_same(&b->addrs[i], a))
				return 1;
	return 0;
}

void
door_last(struct door *door)
{
	int i, fd;

	for (i = 0; i < door->nsocks; i++) {
		if (door->lent ? !door->socks[i].dropped :
		    door_is_shared(door, &door->socks[i].addr))
			continue;
		/* Nobody comes between the last accept and the close. */
		fd = door->socks[i].io.fd;
		net_deaf(fd, 1);
		door_accept(door, fd, 1);
	}
}

void
door_go_on(struct door *door)
{
	int i;

	door->lent = 0;
	for (i = 0; i < door->nsocks; i++) {
		if (door->socks[i].dropped)
			net_deaf(door->socks[i].io.fd, 0);
		door->socks[i].dropped = 0;
	}
}

/* Opening and closing. */

/* The sockets of a door that will be at b, in the loop; NULL: no memory. b's
 * descriptors are theirs, or still b's. */
static struct door_socket *
door_sockets(struct door *door, const struct bound *b)
{
	struct loop *loop = &door->director->loop;
	struct door_socket *socks = calloc((size_t)b->n, sizeof(*socks));
	int i;

	for (i = 0; socks != NULL && i < b->n; i++) {
		socks[i].door = door;
		socks[i].addr = b->addrs[i];
		if (loop_add(loop, &socks[i].io, &door_socket_ops,
		    b->fds[i]) == 0)
			continue;
		while (i > 0)
			loop_del(loop, &socks[--i].io);
		free(socks);
		socks = NULL;
	}
	return socks;
}

static void
door_close_sockets(struct door *door)
{
	char *address = door->address;
	struct io *io;
	int fd;

	door->address = NULL;
	*door->link = door->next;
	if (door->next != NULL)
		door->next->link = door->link;
	while (door->nsocks > 0) {
		io = &door->socks[--door->nsocks].io;
		fd = io->fd;
		loop_del(&door->director->loop, io);
		net_close(fd);
	}
	free(door->socks);
	door->socks = NULL;
	if (!door->lent)
		door_unlink(door->director, address);
	free(address);
}

/* It listens at b, and is closed where it was before: 0, or -1: no memory,
 * and nothing has changed. */
static int
door_take(struct door *door, struct bound *b)
{
	struct door_socket *socks = door_sockets(door, b);
	char text[ADDR_TEXT_SIZE];
	int i;

	if (socks == NULL)
		return -1;
	if (door->nsocks > 0) {
		/* A socket that it keeps is in b too: not the last of it. */
		b->next = door->director->bound;
		door->director->bound = b;
		door_last(door);
		door->director->bound = b->next;
		door_close_sockets(door);
	}
	door->socks = socks;
	door->nsocks = b->n;
	door->lent = b->lent;
	door->address = b->address;
	free(b->subject);
	door->next = door->director->doors;
	door->link = &door->director->doors;
	if (door->next != NULL)
		door->next->link = &door->next;
	*door->link = door;
	for (i = 0; i < b->n; i++)
		log_notice(door->director->log, "%s %s: listening",
		    door->subject, addr_path(door->address) != NULL ?
		    door->address : addr_text(&socks[i].addr, text));
	return 0;
}

int
door_open(struct pydirector *d, struct door *door, const struct door_ops *ops,
    const char *subject, const char *address, mode_t mode, char *err,
    size_t size)
{
	const char *why = "out of memory";
	struct bound b;
	int bound;

	memset(door, 0, sizeof(*door));
	door->director = d;
	door->ops = ops;
	door->subject = strdup(subject);
	bound = door->subject != NULL &&
	    (bound_take(d, &b, subject, address, mode) ||
	    bound_open(d, &b, address, mode, NULL, &why) == 0);
	if (bound && door_take(door, &b) == 0)
		return 0;
	snprintf(err, size, "%s %s: not listening: %s", subject, address, why);
	if (bound)
		door_give_up(d, &b);
	free(door->subject);
	memset(door, 0, sizeof(*door));
	return -1;
}

void
door_close(struct door *door)
{
	if (door->nsocks == 0)
		return;
	door_close_sockets(door);
	free(door->subject);
	memset(door, 0, sizeof(*door));
}

int
door_move(struct door *door, const char *address, mode_t mode, char *err,
    size_t size)
{
	struct pydirector *d = door->director;
	const char *why;
	struct bound b;
	int result;

	if (strcmp(door->address, address) == 0) {
		if (addr_path(address) != NULL)
			(void)chmod(addr_path(address), mode);
		return 0;
	}
	door->leaving = 1;
	result = bound_take(d, &b, door->subject, address, mode) ||
	    bound_open(d, &b, address, mode, NULL, &why) == 0 ? 0 : -1;
	door->leaving = 0;
	if (result == 0 && door_take(door, &b) == -1) {
		why = "out of memory";
		door_give_up(d, &b);
		result = -1;
	}
	if (result == -1)
		snprintf(err, size, "%s %s: not listening: %s", door->subject,
		    address, why);
	return result;
}

int
door_start(struct pydirector *d, struct door *door, const struct door_ops *ops,
    const char *subject, const char *address, mode_t mode, char *err,
    size_t size)
{
	return door->nsocks > 0 ? door_move(door, address, mode, err, size) :
	    door_open(d, door, ops, subject, address, mode, err, size);
}

const struct addr *
door_addr(const struct door *door)
{
	return door->nsocks == 0 ? NULL : &door->socks[0].addr;
}

/* A step of several. */

void
door_leaves(struct door *door)
{
	door->leaving = 1;
}

int
door_prepare(struct pydirector *d, const char *address, char *err,
    size_t size)
{
	struct bound *b = calloc(1, sizeof(*b));
	const char *why = "out of memory";
	struct hostport at;
	const struct door *has = NULL;

	if (addr_path(address) != NULL ||
	    (addr_split(address, &at, &why) == 0 && at.port != 0))
		has = door_find(d, address);
	if (b == NULL || bound_open(d, b, address, PREPARED_MODE, has,
	    &why) == -1) {
		snprintf(err, size, "%s: not listening: %s", address, why);
		free(b);
		return -1;
	}
	b->next = d->bound;
	d->bound = b;
	return 0;
}

void
door_forget(struct pydirector *d)
{
	struct bound *b;
	struct door *door;

	while ((b = d->bound) != NULL) {
		d->bound = b->next;
		door_give_up(d, b);
		free(b);
	}
	for (door = d->doors; door != NULL; door = door->next)
		door->leaving = 0;
}

/* A path that is his was made by him (bound.c). 0, or -1 with errno. */
static int
door_give_path(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return -1;
	if (st.st_uid == uid)
		return 0;
	if (S_ISSOCK(st.st_mode))
		return lchown(path, uid, gid);
	errno = EINVAL;
	return -1;
}

int
door_give(struct pydirector *d, uid_t uid, gid_t gid, char *err, size_t size)
{
	const struct door *door;
	const char *path;

	for (door = d->doors; door != NULL; door = door->next) {
		path = addr_path(door->address);
		if (path == NULL || door_give_path(path, uid, gid) == 0)
			continue;
		snprintf(err, size, "%s: cannot be given away: %s", path,
		    strerror(errno));
		return -1;
	}
	return 0;
}
