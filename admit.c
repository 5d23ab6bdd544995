/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "director.h"
enum admission admit(struct service *s, const struct addr *a, int64_t now) { (void)s; (void)a; (void)now; return ADMIT_YES; }
void admit_forget(struct service *s) { (void)s; }
