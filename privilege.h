/* SPDX-License-Identifier: ISC
 *
 * Option -u: going on as another user. */

#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include <sys/types.h>

#include <stddef.h>

/* All bytes 0: we stay who we are. */
struct privilege {
	const char	*user;		/* his name; NULL: nobody */
	uid_t		 uid;
	gid_t		 gid;
	int		 one_group;	/* that group and no other */
};

/* Reads `user[:group]`, names or numbers; the text has to stay. 0, or -1 with
 * a text in err: there is none such, or we cannot become him. */
int	 privilege_find(struct privilege *, char *text, char *err,
	    size_t size);
/* 1: we have what he does not have. */
int	 privilege_high(const struct privilege *);
/* Root gets his groups, and those alone, for files that are opened with his
 * rights; nobody else changes. 0, or -1 with a text in err. */
int	 privilege_groups(const struct privilege *, char *err, size_t size);
/* Becomes that user, for good: this has been tried when 0 is returned. -1 with
 * a text in err: nobody knows who we are now. */
int	 privilege_drop(const struct privilege *, char *err, size_t size);

#endif
