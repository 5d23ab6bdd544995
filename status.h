/* SPDX-License-Identifier: ISC
 *
 * What the views share: texts about the parts of a running model. */

#ifndef STATUS_H
#define STATUS_H

#include "director.h"

#define STATUS_NEVER	INT64_MIN	/* no moment */
#define STATUS_ADDRESS	320		/* bytes of a listener's address */

/* up, down, admin-down, draining. */
const char	*status_word(const struct host *);
/* clock_ms() of the last change of state; the start, where there was none. */
int64_t		 status_since(const struct pydirector *, const struct host *);
/* clock_ms() of the next probe of a host that is down, or STATUS_NEVER. */
int64_t		 status_next_try(const struct pydirector *,
		    const struct host *);
/* The address as configured, where that says port 0 with the port in use;
 * returns buf. */
char		*status_listener(const struct listener *,
		    char buf[STATUS_ADDRESS]);

#endif
