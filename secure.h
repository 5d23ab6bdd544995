/* SPDX-License-Identifier: ISC
 *
 * HTTPS for the web admin: the certificate that the model asks for. */

#ifndef SECURE_H
#define SECURE_H

#include "director.h"

struct tls_server;

/* A certificate that was read and is not in use yet. */
struct secure {
	struct tls_server *server;	/* NULL: the web is plain */
	char		*certificate;	/* the file */
};

/* Reads certificate and key anew, or makes them. 0, or -1 with a text in err;
 * then there is nothing to be given back. */
int	 secure_prepare(const struct pydirector *, struct secure *, char *err,
	    size_t size);
/* Gives it back unused. */
void	 secure_done(const struct pydirector *, struct secure *);
/* The web, which has been started, takes it, or is plain from now on. The log
 * tells a certificate that is new. */
void	 secure_use(struct pydirector *, struct secure *);

#endif
