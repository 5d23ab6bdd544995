/* SPDX-License-Identifier: ISC
 *
 * What the compareconf files share. Only they include it. */

#ifndef COMPARECONF_H
#define COMPARECONF_H

#include "conf.h"

/* Where an attribute is: in the service, in a group of it, in a host of that,
 * or, without a service, in the element. */
struct place {
	const char	*service, *group, *host;
};

struct diff {
	const struct model *from, *to;
	struct buf	*out;
	int		 n;		/* calls so far */
	int		 no_memory;
	/* After diff_admin_off: where web and SSH listen, and sockets. */
	const char	*at[2];
	const char	*console, *control;
};

#define DIFF_WEB	0	/* in diff.at */
#define DIFF_SSH	1

/* Where something listens while addresses change hands. */
#define DIFF_STAND_IN	"127.0.0.1:0"

#define END ((const char *)NULL)

/* One call: pairs of name and value, then NULL. A value NULL is left out. */
void	 diff_call(struct diff *, const char *name, ...);
/* Sets what differs. Of several attributes that mean one thing the last in
 * rank is set. Names, and what commands of their own set, are left out. */
void	 diff_attrs(struct diff *, enum conf_kind, const struct place *,
	    const void *from, const void *to);

/* compareconf-admin.c: what is no service. */
/* What moves, or makes room, before any address changes hands. */
void	 diff_admin_off(struct diff *);
void	 diff_globals(struct diff *);
void	 diff_admin_on(struct diff *);
void	 diff_users(struct diff *);
/* Last of all: what is turned off. */
void	 diff_admin_end(struct diff *);

/* compareconf-host.c: groups and their hosts. f NULL: the service has just
 * been made. */
void	 diff_groups(struct diff *, const struct service *f,
	    const struct service *t);

#endif
