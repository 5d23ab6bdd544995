/* SPDX-License-Identifier: ISC
 *
 * pydirector_with_helper: a program that answers what may block. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"

int
pydirector_with_helper(struct pydirector *d, const char *path)
{
	static const struct helper_ops ops = {
		helper_lookup, helper_cancel, helper_free
	};

	if (api_begin(d) == -1)
		return -1;
	if (d->running || d->helper != NULL)
		return api_fail(d, "helper: it is too late");
	d->helper = strdup(path);
	d->lookup = helper_new(&d->loop, d->log, path, "lookup");
	d->crypt = helper_new(&d->loop, d->log, path, "crypt");
	if (d->helper != NULL && d->lookup != NULL && d->crypt != NULL) {
		d->helpers = &ops;
		return 0;
	}
	free(d->helper);
	d->helper = NULL;
	helper_free(d->lookup);
	d->lookup = NULL;
	helper_free(d->crypt);
	d->crypt = NULL;
	return api_fail(d, "out of memory");
}
