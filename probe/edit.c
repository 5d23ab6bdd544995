/* SPDX-License-Identifier: ISC
 *
 * Probe: libedit, of a kind whose keys are wide characters. */

#include "config.h"

#include <stdio.h>
#include <wchar.h>
#include <histedit.h>

static int
key(EditLine *el, wchar_t *c)
{
	(void)el;
	(void)c;
	return 0;
}

int
main(void)
{
	EditLine *el = el_init("probe", stdin, stdout, stderr);
	el_rfunc_t read_key = key;

	if (el == NULL || el_set(el, EL_GETCFN, read_key) == -1 ||
	    el_wset(el, EL_EDITOR, L"emacs") == -1)
		return 1;
	el_end(el);
	return 0;
}
