/* SPDX-License-Identifier: ISC
 *
 * Binding: the listening sockets of an address, before a door has them. A name
 * or `*` can mean several addresses, a socket each.
 *
 * Addresses of ours may overlap, `*:80` and `127.0.0.1:80`, also where the
 * system wants that said on both sockets: the more exact one gets the client.
 * The same address twice is refused as everywhere. */

#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compat/give.h"
#include "compat/openas.h"
#include "bound.h"

/* How often another port is tried when port 0 was asked for. */
#define PORT_TRIES 16

int
bound_same_address(const char *a, const char *b)
{
	struct hostport at, other;
	const char *why;

	if (addr_path(a) != NULL || addr_path(b) != NULL)
		return strcmp(a, b) == 0;
	return addr_split(a, &at, &why) == 0 &&
	    addr_split(b, &other, &why) == 0 && address_same(&at, &other);
}

/* A socket of ours with exactly this address. */
static const struct door_socket *
bound_find(const struct pydirector *d, const struct addr *a)
{
	const struct door *door;
	int i;

	for (door = d->doors; door != NULL; door = door->next)
		for (i = 0; i < door->nsocks; i++)
			if (addr_same(&door->socks[i].addr, a))
				return &door->socks[i];
	return NULL;
}

int
bound_wanted(const struct pydirector *d, const struct bound *b, int i)
{
	const struct door *door;

	if (addr_path(b->address) == NULL)
		return bound_find(d, &b->addrs[i]) != NULL;
	for (door = d->doors; door != NULL; door = door->next)
		if (strcmp(door->address, b->address) == 0)
			return 1;
	return 0;
}

int
bound_is_lent(const struct pydirector *d, const char *subject)
{
	const struct bound *b;

	for (b = d->bound; b != NULL; b = b->next)
		if (b->lent && b->subject != NULL &&
		    strcmp(b->subject, subject) == 0)
			return 1;
	return 0;
}

/* Says of all our sockets with this port that they may overlap with another
 * one, or no longer. How many there are; -1: one has exactly this address. */
static int
bound_share(const struct pydirector *d, const struct addr *a, int on)
{
	const struct bound *b;
	const struct door *door;
	int i, n = 0, same = 0;

	for (door = d->doors; door != NULL; door = door->next) {
		for (i = 0; i < door->nsocks; i++) {
			if (addr_port(&door->socks[i].addr) != addr_port(a))
				continue;
			same |= addr_same(&door->socks[i].addr, a);
			net_share(door->socks[i].io.fd, on);
			n++;
		}
	}
	for (b = d->bound; b != NULL; b = b->next) {
		for (i = 0; i < b->n; i++) {
			if (addr_port(&b->addrs[i]) != addr_port(a))
				continue;
			same |= addr_same(&b->addrs[i], a);
			net_share(b->fds[i], on);
			n++;
		}
	}
	return same ? -1 : n;
}

void
bound_close(struct bound *b)
{
	while (b->n > 0)
		net_close(b->fds[--b->n]);
	free(b->address);
	free(b->subject);
	b->address = b->subject = NULL;
}

/* The descriptor that another process has lent us for exactly this address,
 * or -1. */
static int
bound_lent(const struct pydirector *d, const struct addr *a)
{
	const struct bound *b;
	int i;

	for (b = d->bound; b != NULL && addr_port(a) != 0; b = b->next)
		for (i = 0; b->lent && i < b->n; i++)
			if (addr_same(&b->addrs[i], a))
				return b->fds[i];
	return -1;
}

/* A socket for the address: another descriptor for that of a door which
 * leaves, or a new one. -1 with errno. */
static int
bound_socket(const struct pydirector *d, const struct addr *a)
{
	const struct door_socket *s = addr_port(a) == 0 ? NULL :
	    bound_find(d, a);
	int fd, saved;

	if (s != NULL && s->door->leaving)
		return net_dup(s->io.fd);
	fd = bound_lent(d, a);
	if (fd != -1)
		return net_dup(fd);
	fd = net_listen(a, 0);
	if (fd != -1 || errno != EADDRINUSE || addr_port(a) == 0)
		return fd;
	saved = EADDRINUSE;
	if (bound_share(d, a, 1) > 0) {
		fd = net_listen(a, 1);
		saved = errno;
	}
	(void)bound_share(d, a, 0);
	errno = saved;
	return fd;
}

/* One more socket: 0, or -1 with errno. */
static int
bound_add(const struct pydirector *d, struct bound *b, const struct addr *a)
{
	int fd = bound_socket(d, a), saved;

	if (fd == -1)
		return -1;
	if (net_local(fd, &b->addrs[b->n]) == -1) {
		saved = errno;
		net_close(fd);
		errno = saved;
		return -1;
	}
	b->fds[b->n++] = fd;
	return 0;
}

/* An address of several that this machine does not have is left out. */
static int
bound_skips(int error, int n)
{
	return n > 1 && (error == EADDRNOTAVAIL || error == EAFNOSUPPORT ||
	    error == EPROTONOSUPPORT);
}

/* Binds all addresses, on one port where 0 was asked for. */
static int
bound_all(const struct pydirector *d, struct bound *b, struct addr *addrs,
    int n)
{
	int i, saved = EADDRNOTAVAIL;

	for (i = 0; i < n; i++) {
		if (b->at.port == 0)
			addr_set_port(&addrs[i], b->n == 0 ? 0 :
			    addr_port(&b->addrs[0]));
		if (bound_add(d, b, &addrs[i]) == 0)
			continue;
		saved = errno;
		if (bound_skips(saved, n))
			continue;
		while (b->n > 0)
			net_close(b->fds[--b->n]);
		errno = saved;
		return -1;
	}
	errno = saved;
	return b->n > 0 ? 0 : -1;
}

/* The addresses to listen on. While the director runs no name is looked up:
 * that may block. */
static int
bound_lookup(const struct pydirector *d, const struct hostport *at,
    struct addr *addrs, const char **why)
{
	struct hostport both = *at;
	int i, n;

	if (!d->running || at->node[0] == '\0')
		return addr_lookup(at, 1, addrs, DOOR_SOCKETS, why);
	if (addr_number(at, &addrs[0]) == 0)
		return 1;
	if (strcasecmp(at->node, "localhost") != 0) {
		*why = "a name is looked up at the start only: "
		    "expected a number, localhost or *";
		return -1;
	}
	both.node[0] = '\0';
	n = addr_lookup(&both, 0, addrs, DOOR_SOCKETS, why);
	for (i = 0; i < n; i++)
		addr_set_port(&addrs[i], at->port);
	return n;
}

/* The error, and what it means here where that is not plain. */
static const char *
bound_why(int error, unsigned port)
{
	if (error == EACCES && port > 0 && port < 1024)
		return "Permission denied: root alone may listen below 1024";
	if (error == EADDRNOTAVAIL)
		return "Cannot assign requested address: "
		    "it is none of this machine's";
	return strerror(error);
}

/* The same for a path. */
static const char *
bound_path_why(int error)
{
	if (error == ENOENT)
		return "No such file or directory: its directory is missing";
	if (error == EACCES)
		return "Permission denied: its directory has to be writable";
	if (error == EADDRINUSE)
		return "Address already in use: "
		    "a process listens there, or it is another file";
	return strerror(error);
}

/* At b->at; 0, or -1 with a text in why. */
static int
bound_open_ip(const struct pydirector *d, struct bound *b, const char **why)
{
	struct addr addrs[DOOR_SOCKETS];
	int n, tries = 0;

	n = bound_lookup(d, &b->at, addrs, why);
	if (n == -1)
		return -1;
	while (bound_all(d, b, addrs, n) == -1) {
		if (b->at.port == 0 && errno == EADDRINUSE && n > 1 &&
		    ++tries < PORT_TRIES)
			continue;
		*why = bound_why(errno, b->at.port);
		return -1;
	}
	return 0;
}

/* A UNIX socket, made by the user whom we will become where he may do that:
 * given to him afterwards, its name could lead elsewhere by then. In a
 * directory of root's it is made by root. -1 with errno. */
static int
bound_listen_path(const struct pydirector *d, const char *path, mode_t mode)
{
	/* He may not connect to what root has left behind. */
	int fd, saved, changed, left = d->uid != 0 && net_left_behind(path);
	struct as as;

	if (as_begin(&as, d->uid, d->gid) == -1)
		return -1;
	fd = left && unlink(path) == -1 ? -1 : net_listen_path(path, mode);
	saved = errno;
	changed = as.changed;
	/* Some systems take the directory's group. */
	if (fd != -1 && changed)
		(void)lchown(path, (uid_t)-1, d->gid);
	if (as_end(&as) == -1) {
		saved = errno;
		if (fd != -1) {
			net_close(fd);
			(void)unlink(path);
		}
		errno = saved;
		return -1;
	}
	if (fd == -1 && changed && (saved == EACCES || saved == EPERM) &&
	    give_is_safe(path))
		return net_listen_path(path, mode);
	errno = saved;
	return fd;
}

/* 0, or -1 with a text in why. */
static int
bound_open_path(const struct pydirector *d, struct bound *b, const char *path,
    mode_t mode, const char **why)
{
	int fd = bound_listen_path(d, path, mode);

	if (fd == -1) {
		*why = bound_path_why(errno);
		return -1;
	}
	memset(&b->addrs[0], 0, sizeof(b->addrs[0]));
	b->fds[b->n++] = fd;
	return 0;
}

/* Other descriptors for the sockets of a door: they stay bound, with the
 * clients in them, when it is closed. 0, or -1 with a text in why. */
static int
bound_dup(struct bound *b, const struct door *door, const char **why)
{
	int fd;

	while (b->n < door->nsocks) {
		fd = net_dup(door->socks[b->n].io.fd);
		if (fd == -1) {
			*why = strerror(errno);
			return -1;
		}
		b->addrs[b->n] = door->socks[b->n].addr;
		b->fds[b->n++] = fd;
	}
	return 0;
}

int
bound_open(const struct pydirector *d, struct bound *b, const char *address,
    mode_t mode, const struct door *has, const char **why)
{
	const char *path = addr_path(address);
	int result;

	memset(b, 0, sizeof(*b));
	*why = "out of memory";
	b->address = strdup(address);
	if (b->address == NULL)
		return -1;
	if (path == NULL && addr_split(address, &b->at, why) == -1)
		result = -1;
	else if (has != NULL)
		result = bound_dup(b, has, why);
	else if (path != NULL)
		result = bound_open_path(d, b, path, mode, why);
	else
		result = bound_open_ip(d, b, why);
	if (result == -1)
		bound_close(b);
	return result;
}

/* 1: what was prepared is for this. */
static int
bound_suits(const struct bound *b, const char *subject, const char *address)
{
	return bound_same_address(b->address, address) && (b->subject == NULL ||
	    addr_path(address) != NULL || b->at.port != 0 ||
	    strcmp(b->subject, subject) == 0);
}

int
bound_take(struct pydirector *d, struct bound *b, const char *subject,
    const char *address, mode_t mode)
{
	struct bound **link = &d->bound, *found;

	while (*link != NULL && !bound_suits(*link, subject, address))
		link = &(*link)->next;
	found = *link;
	if (found == NULL)
		return 0;
	*link = found->next;
	*b = *found;
	free(found);
	if (addr_path(address) != NULL)
		(void)chmod(addr_path(address), mode);
	return 1;
}
