/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_ssh: SSH, by two programs for each connection. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "api.h"

int
pydirector_with_ssh(struct pydirector *d, const char *sshd, const char *ctl)
{
	static const struct part part = {
		ssh_start, ssh_stop, NULL, NULL, NULL
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running || d->sshd_program != NULL)
		return api_fail(d, "ssh: it is too late");
	d->sshd_program = strdup(sshd);
	d->ctl_program = strdup(ctl);
	if (d->sshd_program != NULL && d->ctl_program != NULL) {
		d->parts[PART_SSH] = &part;
		return 0;
	}
	free(d->sshd_program);
	d->sshd_program = NULL;
	free(d->ctl_program);
	d->ctl_program = NULL;
	return api_fail(d, "out of memory");
}
