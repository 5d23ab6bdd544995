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

int
secure_prepare(const struct pydirector *d, struct secure *s, char *err,
    size_t size)
{
	const struct access_point *web = &d->model->web;
	int make = web->certificate == NULL && web->key == NULL;
	struct hostport at;
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
	secure_node(web, &at);
	if (s->certificate != NULL && key != NULL)
		s->server = d->tls->server_new(s->certificate, key, make,
		    at.node, err, size);
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

int
secure_give(struct pydirector *d, uid_t uid, gid_t gid, char *err,
    size_t size)
{
	static const char *const names[] = { "admin.key", "admin.crt" };
	char *path;
	int i, result = 0;

	if (d->http == NULL || d->http->tls == NULL ||
	    !d->tls->server_made(d->http->tls))
		return 0;
	for (i = 0; i < 2 && result == 0; i++) {
		path = secure_path(d, NULL, names[i]);
		result = path == NULL ? -1 : lchown(path, uid, gid);
		if (result == -1)
			snprintf(err, size, "%s: cannot be given away: %s",
			    names[i], strerror(errno));
		free(path);
	}
	return result;
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
