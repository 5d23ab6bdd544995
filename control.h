/* SPDX-License-Identifier: ISC
 *
 * What control.c (the control socket, and what it knows of relays) and
 * asker.c (who asks there) share. */

#ifndef CONTROL_H
#define CONTROL_H

#include "amp.h"
#include "door.h"
#include "origin.h"

struct control {
	struct pydirector *director;
	struct door	 door;
	struct relay_watcher watcher;
	struct origins	 origins;
	unsigned	 mode;		/* of the socket */
	struct asker	*askers;	/* the newest first */
	unsigned	 naskers;
};

/* One who asks. */
struct asker {
	struct io	 io;
	struct control	*control;
	struct asker	*next, **link;
	struct task	 task;		/* to be buried */
	struct timer	 timer;		/* for the box, or for the answers */
	int64_t		 since;		/* loop.now of the last whole box */
	unsigned char	 gone;		/* it sends no more */
	unsigned char	 last;		/* nothing more is answered */
	char		 in[AMP_BOX_MAX];
	size_t		 len, seen;	/* as amp_box wants it */
	struct buf	 out;
	size_t		 sent;		/* of out */
};

/* Takes over the descriptor of one more; -1: no memory, it is closed. */
int	 asker_start(struct control *, int fd);
void	 asker_end(struct asker *);

#endif
