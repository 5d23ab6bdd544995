/* SPDX-License-Identifier: ISC
 *
 * The program is going to be another user, or is. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "api.h"

int
pydirector_open_as(struct pydirector *d, uid_t uid, gid_t gid)
{
	if (api_begin(d) == -1)
		return -1;
	if (d->running)
		return api_fail(d, "it is too late");
	d->uid = uid;
	d->gid = gid;
	return 0;
}

int
pydirector_give(struct pydirector *d, uid_t uid, gid_t gid)
{
	char err[1024];

	if (api_begin(d) == -1)
		return -1;
	return door_give(d, uid, gid, err, sizeof(err)) == 0 ? 0 :
	    api_fail(d, "%s", err);
}

void
pydirector_given(struct pydirector *d)
{
	int i;

	if (d->config_path != NULL && access(d->config_path, R_OK) == -1)
		log_warning(d->log, "config: %s: cannot be read any more, "
		    "which reload and upgrade have to do: %s", d->config_path,
		    strerror(errno));
	for (i = 0; i < PARTS; i++)
		if (d->parts[i] != NULL && d->parts[i]->given != NULL)
			d->parts[i]->given(d);
}
