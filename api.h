/* SPDX-License-Identifier: ISC
 *
 * What the files behind pydirector.h share. Each of them refers to what its
 * functions need and to nothing else: a program links what it calls. */

#ifndef API_H
#define API_H

#include "director.h"
#include "pydirector.h"

/* A call begins: no error yet. 0, or -1: not from a callback. */
int	 api_begin(struct pydirector *);
/* Adds a line to the error of this call; returns -1. */
int	 api_fail(struct pydirector *, const char *, ...) LOG_PRINTF(2, 3);
/* There is a model from now on: 0, or -1: no memory. */
int	 api_model(struct pydirector *);
/* Runs a command as the program's: 0, or -1 and its answer is the error. */
int	 api_command(struct pydirector *, const char *name, const struct arg *,
	    size_t nargs);
/* As pydirector_add_host; no group is enabled by it. */
int	 api_add_host(struct pydirector *, const char *service,
	    const char *group, const char *host, const char *address,
	    unsigned weight);
/* While the program's function runs it may not change anything. */
void	 api_call(struct pydirector *);
void	 api_called(struct pydirector *);

/* Fills what a callback is given. */
void	 api_host(const struct pydirector *, const struct host *,
	    struct pydirector_host *);
/* The socket address; NULL: it has none. */
const struct sockaddr *api_addr(const struct addr *, socklen_t *len);

#endif
