/* SPDX-License-Identifier: ISC
 *
 * A door: the listening sockets of one address, and accepting from them. What
 * comes in belongs to who opened the door. Services, web, SSH, console and
 * control socket all listen so. Accepting pauses while descriptors are short:
 * the clients wait in the kernel's backlog. */

#ifndef DOOR_H
#define DOOR_H

#include <sys/types.h>

#include "addr.h"
#include "loop.h"

#define DOOR_SOCKETS 8		/* addresses of a name, or of `*`, at most */

struct pydirector;
struct door;

struct door_ops {
	/* 1: another client may come in now. NULL: always. */
	int		(*ready)(struct door *);
	/* Takes over the descriptor. It must not close or move the door. */
	void		(*client)(struct door *, int fd,
			    const struct addr *peer);
};

struct door_socket {
	struct io	 io;
	struct door	*door;
	struct addr	 addr;		/* in use, with the port chosen */
	unsigned char	 dropped;	/* who it is lent to does not want it */
};

/* Embedded by its owner; all bytes 0: never opened. */
struct door {
	struct pydirector *director;
	const struct door_ops *ops;
	struct door	*next, **link;	/* in director->doors, while open */
	char		*subject;	/* who it is in log lines and errors:
					 * `web`, `listener NAME` */
	char		*address;	/* as asked for; NULL: closed */
	struct door_socket *socks;
	int		 nsocks;	/* 0: closed */
	unsigned char	 leaving;	/* door_leaves */
	unsigned char	 lent;		/* another process has its sockets too:
					 * a path stays when it is closed */
};

/* Opens it at `host:port` or `unix:/path` (with that mode) and logs `SUBJECT
 * ADDRESS: listening` for each socket. While the director runs no name is
 * looked up but localhost. What door_prepare made is taken. 0, or -1 with a
 * text in err: it stays closed. */
int	 door_open(struct pydirector *, struct door *, const struct door_ops *,
	    const char *subject, const char *address, mode_t mode, char *err,
	    size_t size);
/* Also when it is closed. A UNIX socket's path is removed, unless it is lent.
 */
void	 door_close(struct door *);
/* Lets those in who wait already, before it is closed: else the system resets
 * them. Of a door that is lent this means the sockets that were dropped. */
void	 door_last(struct door *);
/* It is not closed after all. */
void	 door_go_on(struct door *);
/* Opens it at another address, which may overlap with its own, and closes it
 * at the old one: 0, or -1 with a text in err: it is as it was. */
int	 door_move(struct door *, const char *address, mode_t mode, char *err,
	    size_t size);
/* Opens it, or moves it when it is open. */
int	 door_start(struct pydirector *, struct door *, const struct door_ops *,
	    const char *subject, const char *address, mode_t mode, char *err,
	    size_t size);
/* The address in use of its first socket; NULL: it is closed. */
const struct addr *door_addr(const struct door *);

/* For a change of several doors in one step: which of them will be closed in
 * it, and which addresses will be wanted. */
/* The door will be closed before door_forget: its sockets, with the clients in
 * them, may be taken over by what wants one of their addresses. */
void	 door_leaves(struct door *);
/* Binds an address that the next door_open will want, or keeps it bound when
 * the door that has it now is closed. 0, or -1 with a text in err. */
int	 door_prepare(struct pydirector *, const char *address, char *err,
	    size_t size);
/* Ends the step: closes what was prepared and not wanted. */
void	 door_forget(struct pydirector *);

/* Gives the paths of UNIX sockets to a user. 0, or -1 with a text in err. */
int	 door_give(struct pydirector *, uid_t, gid_t, char *err, size_t size);

#endif
