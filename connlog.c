/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "director.h"
int connlog_start(struct pydirector *d, char *err, size_t size) { (void)d; (void)err; (void)size; return 0; }
void connlog_stop(struct pydirector *d) { (void)d; }
int connlog_reopen(struct pydirector *d) { (void)d; return 0; }
