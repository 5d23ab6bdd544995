/* SPDX-License-Identifier: ISC
 *
 * HTTP/1.1 for the web admin: what a request handler sees (http.c calls it),
 * and the parser (http-parse.c), which knows no sockets. */

#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>

#include "director.h"

#define HTTP_LINE_MAX	8192	/* bytes of a request line */
#define HTTP_HEAD_MAX	16384	/* bytes of request line and headers */
#define HTTP_FIELDS_MAX	100	/* headers */
#define HTTP_FORM_MAX	65536	/* bytes of a request's body */
#define HTTP_ARGS_MAX	64	/* arguments, of the URL and the form */
#define HTTP_ANSWER_MAX	(16 * 1024 * 1024)	/* bytes of a response's */

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST
};

/* A whole request of a user who is known: caller.right is at least
 * RIGHT_READ. All texts are valid only until the handler returns. They hold
 * no NUL, but any other byte: not even valid UTF-8 is promised. */
struct http_request {
	struct pydirector *director;
	enum http_method method;
	const char	*path;		/* decoded, begins with a slash */
	const struct arg *args;		/* of the URL, then of the form,
					 * decoded; value is never NULL */
	size_t		 nargs;
	struct caller	 caller;
	unsigned char	 wants_html;	/* Accept names text/html */
	/* Headers; NULL: not there. */
	const char	*host;		/* or that of an absolute URL */
	const char	*origin;
	const char	*referer;
	const char	*fetch_site;	/* Sec-Fetch-Site */
	unsigned char	 browser;	/* User-Agent is that of one */
};

/* What becomes of it. The core adds the headers that every answer has
 * (length, date, no caching, no sniffing, no framing), and leaves the body of
 * an answer to HEAD out. All texts live at least until the handler returns. */
struct http_response {
	int		 status;	/* 200 unless set */
	const char	*type;		/* text/plain in UTF-8 unless set */
	const char	*policy;	/* Content-Security-Policy: default-src
					 * 'none' and no more, unless set */
	const char	*allow;		/* for 405: `GET, POST` */
	struct buf	 location;	/* for 303: encoded by the caller; bytes
					 * that cannot stand there are encoded
					 * by the core */
	struct buf	 body;		/* at most HTTP_ANSWER_MAX; when it has
					 * failed, the answer is a 500 */
};

/* Answers at once: it never waits. */
typedef void	 http_handler_fn(const struct http_request *,
		    struct http_response *);

/* http.c: connections. */
/* Listens on `host:port`, a name looked up in line, and answers by handler.
 * When it runs already, it moves there: connections stay. 0, or -1 with a
 * text in err: nothing has changed. */
int		 http_start(struct pydirector *, const char *address,
		    http_handler_fn *handler, char *err, size_t size);
/* New connections are TLS from now on, as that server's (which it takes), or
 * plain: NULL. Returns 1 when the certificate is another one than before. */
struct tls_server;
int		 http_secure(struct pydirector *, struct tls_server *);
/* Closes everything at once. From a handler: but for its own answer. */
void		 http_stop(struct pydirector *);
/* Connections end with their next answer, those that wait for a request at
 * once. */
void		 http_leave(struct pydirector *);
/* The address in use, with the port chosen; NULL: none. */
const struct addr *http_address(const struct pydirector *);
/* The value of an argument (name without case), or NULL. */
const char	*http_arg(const struct http_request *, const char *name);
/* Appends the text percent-encoded: for an argument or a part of a path. */
void		 http_encode(struct buf *, const char *text);

/* http-parse.c: requests as text. Everything is parsed in place. */
struct http_message {
	enum http_method method;
	char		*path;		/* decoded */
	char		*query;		/* not decoded; NULL: none */
	char		*host;		/* these NULL: not there */
	char		*origin;
	char		*referer;
	char		*fetch_site;
	char		*authorization;
	char		*content_type;
	size_t		 length;	/* of the body */
	unsigned char	 keep;		/* the connection may stay open */
	unsigned char	 expects;	/* waits for 100 Continue */
	unsigned char	 wants_html;
	unsigned char	 browser;	/* User-Agent begins with Mozilla/ */
};

/* The length of the head at the start of a text, with the empty line; 0: it
 * is not whole yet. *seen, 0 at the start, is how far it was looked at. */
size_t		 http_head_length(const char *, size_t len, size_t *seen);
/* Parses a head of that length, whose last byte is a line feed. Returns 0, or
 * the status of the error. */
int		 http_parse_head(char *head, size_t len,
		    struct http_message *);
/* Adds the arguments of a query or a form to those that are there. Returns 0,
 * or -1: a bad escape, a NUL, too many. */
int		 http_parse_args(char *text, struct arg args[HTTP_ARGS_MAX],
		    size_t *n);
/* 1: the body is an urlencoded form. */
int		 http_is_form(const char *content_type);
/* Name and password of Basic authentication. 0, or -1: there are none. */
int		 http_parse_basic(char *authorization, char **user,
		    char **password);
/* `OK` for 200 and so on; never NULL. */
const char	*http_reason(int status);

#endif
