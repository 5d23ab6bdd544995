/* SPDX-License-Identifier: ISC
 *
 * HTTPS for the web admin: which certificate, and what the log tells of it. A
 * certificate is read whole before the one in use is given up. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/openas.h"
#include "path.h"
#include "tls.h"
#include "http-conn.h"
#include "given.h"
#include "secure.h"

/* The path of a file, or of the default name; to be freed. NULL: no memory. */
static char *
secure_path(const struct pydirector *d, const char *given, const char *name)
{
	return path_beside(d->config_path, given != NULL ? given : name);
}

/* By which name or number the web is reached, as far as the configuration
 * tells. */
static void
secure_node(const struct access_point *web, struct hostport *at)
{
	const char *why;

	if (addr_path(web->address) != NULL ||
	    addr_split(web->address, at, &why) == -1)
		at->node[0] = '\0';
}

/* What is made is made with the rights of the user whom we will become; what is
 * there is read with our own. */
static void
secure_read(const struct pydirector *d, struct secure *s, const char *key,
    int make, char *err, size_t size)
{
	struct hostport at;
	struct as as;
	size_t n;
	int makes = make && access(s->certificate, F_OK) == -1;

	secure_node(&d->model->web, &at);
	if (as_begin(&as, makes ? d->uid : 0, d->gid) == -1) {
		snprintf(err, size, "user of -u: %s", strerror(errno));
		return;
	}
	s->server = d->tls->server_new(s->certificate, key, make, at.node, err,
	    size);
	n = strlen(err);
	if (s->server == NULL && as.changed && n < size)
		snprintf(err + n, size - n, ", as user %ld", (long)d->uid);
	if (as_end(&as) == -1) {
		snprintf(err, size, "root's rights: %s", strerror(errno));
		if (s->server != NULL)
			d->tls->server_free(s->server);
		s->server = NULL;
	}
}

int
secure_prepare(const struct pydirector *d, struct secure *s, char *err,
    size_t size)
{
	const struct access_point *web = &d->model->web;
	int make = web->certificate == NULL && web->key == NULL;
	char *key;

	memset(s, 0, sizeof(*s));
	if (!web->secure)
		return 0;
	if (d->tls == NULL) {
		snprintf(err, size, "https: not built in");
		return -1;
	}
	s->certificate = secure_path(d, web->certificate, "admin.crt");
	key = secure_path(d, web->key, "admin.key");
	if (s->certificate != NULL && key != NULL)
		secure_read(d, s, key, make, err, size);
	else
		snprintf(err, size, "out of memory");
	free(key);
	if (s->server == NULL) {
		secure_done(d, s);
		return -1;
	}
	return 0;
}

void
secure_done(const struct pydirector *d, struct secure *s)
{
	if (s->server != NULL)
		d->tls->server_free(s->server);
	free(s->certificate);
	memset(s, 0, sizeof(*s));
}

void
secure_given(struct pydirector *d)
{
	const struct access_point *web = &d->model->web;
	char *key;

	if (d->http == NULL || d->http->tls == NULL)
		return;
	key = secure_path(d, web->key, "admin.key");
	if (key != NULL && access(key, R_OK) == -1)
		log_warning(d->log, "web: %s: cannot be read any more, which "
		    "reload and upgrade have to do: %s", key, strerror(errno));
	free(key);
}

void
secure_use(struct pydirector *d, struct secure *s)
{
	const char *warning = s->server == NULL ? NULL :
	    d->tls->server_warning(s->server);
	const char *address = d->model->web.address;

	/* The server is the web's from here on, and lives. */
	if (http_secure(d, s->server))
		log_notice(d->log, "web %s: certificate %s: %s: SHA-256 %s",
		    address, d->tls->server_made(s->server) ? "made" : "read",
		    s->certificate, d->tls->server_print(s->server));
	if (warning != NULL)
		log_warning(d->log, "web %s: %s: %s", address,
		    s->certificate, warning);
	free(s->certificate);
	memset(s, 0, sizeof(*s));
}
