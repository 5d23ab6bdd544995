/* SPDX-License-Identifier: ISC
 *
 * HTTP requests as text (RFC 9112, 9110): heads, queries, forms, Basic
 * authentication. Everything is parsed in place; texts found are ended by a
 * NUL written over what stood behind them. Where two readers of one text could
 * come to different ends (two lengths, folded lines, a lone carriage return,
 * blanks before a colon) it is refused. Nothing here allocates or waits. */

#include "config.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "http.h"

static int
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* What a method or a header's name is made of. */
static int
is_token(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static size_t
token_length(const char *p)
{
	size_t n = 0;

	while (is_token((unsigned char)p[n]))
		n++;
	return n;
}

static int
hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes percent escapes, and `+` where form is set. 0, or -1: a bad escape,
 * or one of a NUL. */
static int
decode(char *text, int form)
{
	char *to = text;
	const char *p;
	int high, low;

	for (p = text; *p != '\0'; p++) {
		if (*p == '+' && form) {
			*to++ = ' ';
			continue;
		}
		if (*p != '%') {
			*to++ = *p;
			continue;
		}
		high = hex_value((unsigned char)p[1]);
		low = high == -1 ? -1 : hex_value((unsigned char)p[2]);
		if (low == -1 || (high == 0 && low == 0))
			return -1;
		*to++ = (char)(high * 16 + low);
		p += 2;
	}
	*to = '\0';
	return 0;
}

int
http_parse_args(char *text, struct arg args[HTTP_ARGS_MAX], size_t *n)
{
	char *name, *value, *next;

	for (name = text; name != NULL; name = next) {
		next = strchr(name, '&');
		if (next != NULL)
			*next++ = '\0';
		if (*name == '\0')
			continue;
		value = strchr(name, '=');
		if (value != NULL)
			*value++ = '\0';
		else
			value = name + strlen(name);
		if (*n == HTTP_ARGS_MAX || decode(name, 1) == -1 ||
		    decode(value, 1) == -1)
			return -1;
		args[*n].name = name;
		args[*n].value = value;
		(*n)++;
	}
	return 0;
}

/* The head. */

size_t
http_head_length(const char *data, size_t len, size_t *seen)
{
	size_t i;

	/* The last two bytes seen may be the start of an empty line. */
	for (i = *seen > 2 ? *seen - 2 : 0; i < len; i++) {
		if (data[i] != '\n')
			continue;
		if (i + 1 < len && data[i + 1] == '\n')
			return i + 2;
		if (i + 2 < len && data[i + 1] == '\r' && data[i + 2] == '\n')
			return i + 3;
	}
	*seen = len;
	return 0;
}

/* Ends the line at p: its line feed, and the carriage return before it, become
 * NULs. Returns where the next one starts; NULL: there is no more, or a
 * control character is in it. */
static char *
line_end(char *p, const char *end)
{
	char *q;

	for (q = p; q < end && *q != '\n'; q++) {
		if (*q == '\r' && q + 1 < end && q[1] == '\n') {
			*q++ = '\0';
			break;
		}
		if (((unsigned char)*q < ' ' && *q != '\t') || *q == 127)
			return NULL;
	}
	if (q == end)
		return NULL;
	*q = '\0';
	return q + 1;
}

/* The method at the start of a line; returns what follows its blank, or NULL:
 * *status says why. */
static char *
method_parse(char *line, enum http_method *method, int *status)
{
	size_t n = token_length(line);

	*status = 400;
	if (n == 0 || line[n] != ' ')
		return NULL;
	line[n] = '\0';
	if (strcmp(line, "GET") == 0)
		*method = HTTP_GET;
	else if (strcmp(line, "HEAD") == 0)
		*method = HTTP_HEAD;
	else if (strcmp(line, "POST") == 0)
		*method = HTTP_POST;
	else {
		*status = 405;
		return NULL;
	}
	return line + n + 1;
}

/* `HTTP/1.x` at the end of the line. 0 or a status. */
static int
version_parse(const char *p, int *minor)
{
	if (strncmp(p, "HTTP/", 5) != 0 || !is_digit(p[5]) || p[6] != '.' ||
	    !is_digit(p[7]) || p[8] != '\0')
		return 400;
	if (p[5] != '1')
		return 505;
	*minor = p[7] - '0';
	return 0;
}

/* What may stand between `http://` and the path, or in Host. */
static int
is_authority(const char *p)
{
	for (; *p != '\0'; p++) {
		if (!is_token((unsigned char)*p) &&
		    strchr(":[]", *p) == NULL)
			return 0;
	}
	return 1;
}

/* An absolute URL: the path, with host set; NULL: it is none. */
static char *
absolute_parse(char *target, struct http_message *m)
{
	char *path;
	size_t n;

	n = strncasecmp(target, "http://", 7) == 0 ? 7 :
	    strncasecmp(target, "https://", 8) == 0 ? 8 : 0;
	if (n == 0)
		return NULL;
	path = strchr(target + n, '/');
	if (path == NULL || path == target + n)
		return NULL;
	/* Moved to the front by one byte: its end needs a place. */
	m->host = target + n - 1;
	memmove(m->host, m->host + 1, (size_t)(path - m->host) - 1);
	path[-1] = '\0';
	return is_authority(m->host) ? path : NULL;
}

static int
target_parse(char *target, struct http_message *m)
{
	char *p;

	if (*target != '/')
		target = absolute_parse(target, m);
	if (target == NULL)
		return 400;
	for (p = target; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '#')
			return 400;
	m->query = strchr(target, '?');
	if (m->query != NULL)
		*m->query++ = '\0';
	m->path = target;
	return decode(target, 0) == -1 ? 400 : 0;
}

/* `METHOD TARGET HTTP/1.x`. 0 or a status. */
static int
request_line_parse(char *line, struct http_message *m, int *minor)
{
	char *target, *version;
	int status;

	target = method_parse(line, &m->method, &status);
	if (target == NULL)
		return status;
	version = strrchr(target, ' ');
	if (version == NULL)
		return 400;
	*version++ = '\0';
	status = version_parse(version, minor);
	if (status != 0)
		return status;
	return target_parse(target, m);
}

/* 1: the comma-separated list has the word. */
static int
list_has(const char *list, const char *word)
{
	size_t n, len = strlen(word);

	while (*list != '\0') {
		list += strspn(list, " \t,");
		n = strcspn(list, " \t,;");
		if (n == len && strncasecmp(list, word, n) == 0)
			return 1;
		list += n;
		list += strcspn(list, ",");
	}
	return 0;
}

static int
length_parse(const char *text, size_t *length)
{
	size_t n = 0;

	if (*text == '\0')
		return 400;
	for (; is_digit((unsigned char)*text); text++)
		if (n <= HTTP_FORM_MAX)
			n = n * 10 + (size_t)(*text - '0');
	if (*text != '\0')
		return 400;
	*length = n;
	return n > HTTP_FORM_MAX ? 413 : 0;
}

/* What the head has said so far. */
struct head {
	struct http_message *m;
	int		 minor;		/* of the version */
	unsigned char	 has_host;
	unsigned char	 has_length;
	unsigned char	 coded;		/* Transfer-Encoding */
	unsigned char	 close;		/* Connection: close */
	int		 status;	/* of an error that can wait */
};

/* A header that may be there once. */
static int
single(char **where, char *value)
{
	if (*where != NULL)
		return 400;
	*where = value;
	return 0;
}

static int
host_field(struct head *h, char *value)
{
	if (h->has_host || !is_authority(value))
		return 400;
	h->has_host = 1;
	if (h->m->host == NULL)
		h->m->host = value;
	return 0;
}

/* Content-Length: a length that is too large is told after the head was found
 * to be good in all else. */
static int
length_field(struct head *h, const char *value)
{
	int status;

	if (h->has_length)
		return 400;
	h->has_length = 1;
	status = length_parse(value, &h->m->length);
	if (status == 413) {
		h->status = 413;
		return 0;
	}
	return status;
}

static int
expect_field(struct head *h, const char *value)
{
	if (strcasecmp(value, "100-continue") == 0)
		h->m->expects = 1;
	else
		h->status = 417;
	return 0;
}

static int
field_use(struct head *h, const char *name, char *value)
{
	struct http_message *m = h->m;

	if (strcasecmp(name, "Host") == 0)
		return host_field(h, value);
	if (strcasecmp(name, "Content-Length") == 0)
		return length_field(h, value);
	if (strcasecmp(name, "Expect") == 0)
		return expect_field(h, value);
	if (strcasecmp(name, "Transfer-Encoding") == 0)
		h->coded = 1;
	else if (strcasecmp(name, "Connection") == 0)
		h->close |= (unsigned char)list_has(value, "close");
	else if (strcasecmp(name, "Accept") == 0)
		m->wants_html |= (unsigned char)list_has(value, "text/html");
	else if (strcasecmp(name, "User-Agent") == 0)
		m->browser |= strncmp(value, "Mozilla/", 8) == 0;
	else if (strcasecmp(name, "Authorization") == 0)
		return single(&m->authorization, value);
	else if (strcasecmp(name, "Content-Type") == 0)
		return single(&m->content_type, value);
	else if (strcasecmp(name, "Origin") == 0)
		return single(&m->origin, value);
	else if (strcasecmp(name, "Referer") == 0)
		return single(&m->referer, value);
	else if (strcasecmp(name, "Sec-Fetch-Site") == 0)
		return single(&m->fetch_site, value);
	return 0;
}

/* `Name: value`, without blanks around the value. 0 or a status. */
static int
field_parse(struct head *h, char *line)
{
	size_t n = token_length(line), len;
	char *value;

	if (n == 0 || line[n] != ':')
		return 400;
	line[n] = '\0';
	value = line + n + 1;
	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		value[--len] = '\0';
	return field_use(h, line, value);
}

/* What can be judged only with the whole head at hand. */
static int
head_check(struct head *h)
{
	struct http_message *m = h->m;

	if (h->minor > 0 && !h->has_host)
		return 400;
	/* Two ways to tell the end of a body, or one that 1.0 lacks. */
	if (h->coded && (h->has_length || h->minor == 0))
		return 400;
	if (h->status != 0)
		return h->status;
	if (h->coded || (m->method == HTTP_POST && !h->has_length))
		return 411;
	m->keep = h->minor > 0 && !h->close;
	if (h->minor == 0)
		m->expects = 0;
	return 0;
}

int
http_parse_head(char *head, size_t len, struct http_message *m)
{
	struct head h;
	char *line = head, *next, *end = head + len;
	int status, fields = 0;

	memset(m, 0, sizeof(*m));
	memset(&h, 0, sizeof(h));
	h.m = m;
	next = line_end(line, end);
	if (next == NULL)
		return 400;
	if (next - line > HTTP_LINE_MAX)
		return 414;
	status = request_line_parse(line, m, &h.minor);
	if (status != 0)
		return status;
	for (line = next; line < end; line = next) {
		next = line_end(line, end);
		if (next == NULL)
			return 400;
		if (*line == '\0')
			break;
		if (++fields > HTTP_FIELDS_MAX)
			return 431;
		status = field_parse(&h, line);
		if (status != 0)
			return status;
	}
	return head_check(&h);
}

int
http_is_form(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t n = sizeof(form) - 1;

	return content_type != NULL &&
	    strncasecmp(content_type, form, n) == 0 &&
	    strchr("; \t", content_type[n]) != NULL;
}

/* Basic authentication. */

static int
base64_value(int c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes in place; 0, or -1: it is no base64, or holds a NUL. */
static int
base64_decode(char *text)
{
	uint32_t bits = 0;
	char *to = text;
	const char *p;
	int have = 0, value;
	size_t n;

	for (p = text; (value = base64_value((unsigned char)*p)) != -1; p++) {
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		*to = (char)(bits >> have & 0xff);
		if (*to++ == '\0')
			return -1;
	}
	n = strspn(p, "=");
	if (n > 2 || p[n] != '\0' || have == 6 ||
	    (n > 0 && ((size_t)(p - text) + n) % 4 != 0))
		return -1;
	*to = '\0';
	return 0;
}

int
http_parse_basic(char *authorization, char **user, char **password)
{
	char *text, *colon;

	if (authorization == NULL ||
	    strncasecmp(authorization, "Basic ", 6) != 0)
		return -1;
	text = authorization + 6;
	text += strspn(text, " ");
	if (base64_decode(text) == -1)
		return -1;
	colon = strchr(text, ':');
	if (colon == NULL)
		return -1;
	*colon = '\0';
	*user = text;
	*password = colon + 1;
	return 0;
}

/* Both ways. */

void
http_encode(struct buf *out, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c;
	char escape[3];

	for (; *text != '\0'; text++) {
		c = (unsigned char)*text;
		if (is_digit(c) || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("-._~", c) != NULL) {
			(void)buf_add(out, text, 1);
			continue;
		}
		escape[0] = '%';
		escape[1] = hex[c >> 4];
		escape[2] = hex[c & 15];
		(void)buf_add(out, escape, 3);
	}
}

const char *
http_reason(int status)
{
	static const struct {
		int		 status;
		const char	*reason;
	} reasons[] = {
		{ 200, "OK" },
		{ 303, "See Other" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" }
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Other";
}
