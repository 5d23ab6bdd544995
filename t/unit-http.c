/* SPDX-License-Identifier: ISC
 *
 * http-parse.c: what is a request and what is refused, with which status;
 * escapes, forms, Basic authentication. Every head is parsed in an allocation
 * of its own size, so that a sanitizer sees a byte too far. */

#include "config.h"

#include <stdlib.h>

#include "random.h"
#include "http.h"
#include "t/tap.h"

#define N(table) (sizeof(table) / sizeof(table[0]))
#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

static char *
copy(const char *text, size_t len)
{
	char *p = malloc(len == 0 ? 1 : len);

	if (p == NULL)
		abort();
	memcpy(p, text, len);
	return p;
}

/* The status of a head whose last lines are missing. */
static int
status_of(const char *text, size_t len)
{
	struct http_message m;
	char *p = malloc(len + 2);
	int status;

	if (p == NULL)
		abort();
	memcpy(p, text, len);
	memcpy(p + len, "\r\n", 2);
	status = http_parse_head(p, len + 2, &m);
	free(p);
	return status;
}

static const struct {
	int		 status;
	const char	*head;
	const char	*name;
} heads[] = {
	{ 0, GET HOST, "a plain one" },
	{ 0, "GET / HTTP/1.0\r\n", "1.0 needs no Host" },
	{ 0, "HEAD /x?y HTTP/1.1\nHost: a\n", "line feeds alone" },
	{ 0, POST "Content-Length: 0\r\n", "an empty form" },
	{ 0, "GET http://a:1/x HTTP/1.1\r\n" HOST, "an absolute URL" },
	{ 0, "GET / HTTP/1.9\r\n" HOST, "1.9" },
	{ 0, GET "Host:\r\n", "an empty Host" },
	{ 0, GET "Host: [::1]:80\r\n", "IPv6" },
	{ 0, GET HOST "X: \t \r\nY:\xff\x80\r\n", "blank, and other bytes" },
	{ 0, POST "Content-Length: 65536\r\n", "the longest form" },

	{ 400, "\r\n", "nothing" },
	{ 400, "GET\r\n", "a method alone" },
	{ 400, "GET /\r\n", "no version: HTTP/0.9" },
	{ 400, " GET / HTTP/1.1\r\n" HOST, "a blank first" },
	{ 400, "GET  / HTTP/1.1\r\n" HOST, "two blanks" },
	{ 400, "GET / HTTP/1.1 \r\n" HOST, "a blank last" },
	{ 400, "GET\t/ HTTP/1.1\r\n" HOST, "a tab" },
	{ 400, "GET / a HTTP/1.1\r\n" HOST, "a blank in the path" },
	{ 400, "GET x HTTP/1.1\r\n" HOST, "no slash" },
	{ 400, "GET * HTTP/1.1\r\n" HOST, "a star" },
	{ 400, "GET http:///x HTTP/1.1\r\n" HOST, "a URL without a host" },
	{ 400, "GET http://a HTTP/1.1\r\n" HOST, "a URL without a path" },
	{ 400, "GET http://u@a/ HTTP/1.1\r\n" HOST, "a URL with a user" },
	{ 400, "GET ftp://a/ HTTP/1.1\r\n" HOST, "another scheme" },
	{ 400, "GET /#x HTTP/1.1\r\n" HOST, "a fragment" },
	{ 400, "GET /%00 HTTP/1.1\r\n" HOST, "an escaped NUL" },
	{ 400, "GET /%0 HTTP/1.1\r\n" HOST, "half an escape" },
	{ 400, "GET /% HTTP/1.1\r\n" HOST, "less of one" },
	{ 400, "GET /%gg HTTP/1.1\r\n" HOST, "no hex" },
	{ 400, "GET / HTTP/1\r\n" HOST, "half a version" },
	{ 400, "GET / HTTP/1.10\r\n" HOST, "too much of one" },
	{ 400, "GET / http/1.1\r\n" HOST, "in small letters" },
	{ 400, GET "Host : a\r\n", "a blank before the colon" },
	{ 400, GET HOST " X: y\r\n", "a folded line" },
	{ 400, GET HOST "X: a\r\n\ty\r\n", "folded by a tab" },
	{ 400, GET HOST "X\r\n", "no colon" },
	{ 400, GET HOST ": y\r\n", "no name" },
	{ 400, GET HOST "X(: y\r\n", "a name that is none" },
	{ 400, GET HOST "X: a\rY: b\r\n", "a lone carriage return" },
	{ 400, GET HOST "X: a\r\r\n", "two of them" },
	{ 400, GET HOST "X: \x01\r\n", "a control character" },
	{ 400, GET HOST "X: \x7f\r\n", "DEL" },
	{ 400, GET, "1.1 without Host" },
	{ 400, GET HOST HOST, "two Hosts" },
	{ 400, GET "Host: a b\r\n", "a Host that is none" },
	{ 400, GET "Host: a/b\r\n", "a path in it" },
	{ 400, GET HOST "Origin: a\r\nOrigin: b\r\n", "two Origins" },
	{ 400, GET HOST "Authorization: a\r\nauthorization: b\r\n",
	    "two Authorizations" },
	{ 400, POST "Content-Length: 1\r\nContent-Length: 1\r\n",
	    "two lengths" },
	{ 400, POST "Content-Length: 1, 1\r\n", "two in one" },
	{ 400, POST "Content-Length: -1\r\n", "a negative one" },
	{ 400, POST "Content-Length: +1\r\n", "a sign" },
	{ 400, POST "Content-Length: 0x1\r\n", "hex" },
	{ 400, POST "Content-Length:\r\n", "an empty one" },
	{ 400, POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
	    "a length and chunks" },
	{ 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n",
	    "chunks in 1.0" },

	{ 405, "PUT / HTTP/1.1\r\n" HOST, "PUT" },
	{ 405, "get / HTTP/1.1\r\n" HOST, "get" },
	{ 405, "OPTIONS * HTTP/1.1\r\n" HOST, "OPTIONS" },
	{ 411, POST, "POST without a length" },
	{ 411, POST "Transfer-Encoding: chunked\r\n", "chunks" },
	{ 411, GET HOST "Transfer-Encoding: identity\r\n", "in a GET too" },
	{ 413, POST "Content-Length: 65537\r\n", "a form too long" },
	{ 413, POST "Content-Length: 99999999999999999999999999999\r\n",
	    "more than a number" },
	{ 413, GET HOST "Content-Length: 65537\r\n", "of a GET" },
	{ 417, POST "Content-Length: 1\r\nExpect: 200-ok\r\n", "Expect" },
	{ 505, "GET / HTTP/2.0\r\n" HOST, "2.0" },
	{ 505, "GET / HTTP/0.9\r\n" HOST, "0.9" }
};

static void
test_heads(void)
{
	static const char nul[] = "GET /\0 HTTP/1.1\r\nHost: a\r\n";
	static const char nul2[] = "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n";
	size_t i;
	int status;

	for (i = 0; i < N(heads); i++) {
		status = status_of(heads[i].head, strlen(heads[i].head));
		ok(status == heads[i].status, "%s: %d", heads[i].name, status);
	}
	ok(status_of(nul, sizeof(nul) - 1) == 400, "a NUL in the path");
	ok(status_of(nul2, sizeof(nul2) - 1) == 400, "a NUL in a header");
}

static void
test_sizes(void)
{
	char *text = malloc(HTTP_HEAD_MAX), *p;
	int i;

	if (text == NULL)
		abort();
	memset(text, 'a', HTTP_HEAD_MAX);
	memcpy(text, "GET /", 5);
	p = text + HTTP_LINE_MAX - 11;
	memcpy(p, " HTTP/1.1\r\nHost: a\r\n", 20);
	ok(status_of(text, (size_t)(p - text) + 20) == 0, "the longest line");
	memcpy(p + 1, " HTTP/1.1\r\nHost: a\r\n", 20);
	*p = 'a';
	ok(status_of(text, (size_t)(p - text) + 21) == 414, "one byte more");
	p = text + sprintf(text, GET HOST);
	for (i = 1; i < HTTP_FIELDS_MAX; i++)
		p += sprintf(p, "X: %d\r\n", i);
	ok(status_of(text, (size_t)(p - text)) == 0, "the most headers");
	p += sprintf(p, "X: y\r\n");
	ok(status_of(text, (size_t)(p - text)) == 431, "one more");
	free(text);
}

static void
test_fields(void)
{
	static const char head[] = "POST http://b:1/a%20b%2fc?d=e HTTP/1.1\r\n"
	    "hOST: c\r\nACCEPT: text/plain, Text/HTML;q=1\r\n"
	    "Origin:  http://o \t\r\nReferer: r\r\n"
	    "Sec-Fetch-Site: cross-site\r\n"
	    "Authorization: Basic eDp5\r\nConnection: keep-alive, CLOSE\r\n"
	    "Content-Type: t\r\nContent-Length: 007\r\n"
	    "Expect: 100-Continue\r\n\r\n";
	struct http_message m;
	char *p = copy(head, sizeof(head) - 1);

	ok(http_parse_head(p, sizeof(head) - 1, &m) == 0, "all headers");
	ok(m.method == HTTP_POST, "method");
	is(m.path, "/a b/c", "path");
	is(m.query, "d=e", "query");
	is(m.host, "b:1", "the URL's host counts");
	is(m.origin, "http://o", "Origin, without blanks");
	is(m.referer, "r", "Referer");
	is(m.fetch_site, "cross-site", "Sec-Fetch-Site");
	is(m.authorization, "Basic eDp5", "Authorization");
	is(m.content_type, "t", "Content-Type");
	ok(m.length == 7 && m.expects && m.wants_html && !m.keep,
	    "length, Expect, Accept, Connection");
	free(p);
	p = copy(GET HOST "\r\n", sizeof(GET HOST "\r\n") - 1);
	ok(http_parse_head(p, sizeof(GET HOST "\r\n") - 1, &m) == 0, "few");
	ok(m.keep && !m.expects && !m.wants_html && m.length == 0 &&
	    m.query == NULL && m.authorization == NULL, "what was not said");
	is(m.host, "a", "Host");
	free(p);
}

static void
test_length(void)
{
	static const char *texts[] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest",
		"GET / HTTP/1.1\nHost: a\n\nrest",
		"GET / HTTP/1.1\r\nHost: a\n\r\nrest"
	};
	size_t i, n, len, seen, got, wrong = 0;
	char *p;

	for (i = 0; i < N(texts); i++) {
		len = (size_t)(strstr(texts[i], "rest") - texts[i]);
		seen = 0;
		for (n = 1; n <= len; n++) {
			p = copy(texts[i], n);
			got = http_head_length(p, n, &seen);
			wrong += got != (n < len ? 0 : len);
			free(p);
		}
		seen = 0;
		wrong += http_head_length(texts[i], strlen(texts[i]),
		    &seen) != len;
	}
	ok(wrong == 0, "the end of a head, byte by byte");
}

/* `name=value,` for each argument, or `-`. */
static char *
args_of(const char *text, size_t *n)
{
	static char out[2048];
	struct arg args[HTTP_ARGS_MAX];
	char *p = copy(text, strlen(text) + 1);
	size_t i, at = 0;

	*n = 0;
	if (http_parse_args(p, args, n) == -1) {
		free(p);
		return strcpy(out, "-");
	}
	out[0] = '\0';
	for (i = 0; i < *n && at < sizeof(out); i++)
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s=%s,",
		    args[i].name, args[i].value);
	free(p);
	return out;
}

static void
test_args(void)
{
	char text[4 * HTTP_ARGS_MAX + 8] = "";
	size_t n, i;

	is(args_of("a=b&c=d", &n), "a=b,c=d,", "two");
	is(args_of("", &n), "", "none");
	is(args_of("a&=b&&c=&d==e", &n), "a=,=b,c=,d==e,", "odd ones");
	is(args_of("a+b=c+%2B%3d%26%41%c3%A4", &n), "a b=c +=&A\xc3\xa4,",
	    "escapes, decoded once");
	is(args_of("a=%2541", &n), "a=%41,", "not twice");
	is(args_of("a=%0d%0aX:y", &n), "a=\r\nX:y,", "line ends are data");
	is(args_of("a=%00", &n), "-", "a NUL");
	is(args_of("%00=a", &n), "-", "in a name");
	is(args_of("a=%", &n), "-", "a bad escape");
	is(args_of("a=%4", &n), "-", "half of one");
	is(args_of("a=%-1", &n), "-", "no hex");
	for (i = 0; i < HTTP_ARGS_MAX; i++)
		strcat(text, "a=&");
	(void)args_of(text, &n);
	ok(n == HTTP_ARGS_MAX, "as many as there may be");
	strcat(text, "b");
	is(args_of(text, &n), "-", "one more");
}

static void
basic(const char *text, const char *expected)
{
	char *p = copy(text, strlen(text) + 1), *user, *password;
	char got[64] = "-";

	if (http_parse_basic(p, &user, &password) == 0)
		snprintf(got, sizeof(got), "%s %s", user, password);
	is(got, expected, text);
	free(p);
}

static void
test_basic(void)
{
	char *user, *password;

	basic("Basic eDp5", "x y");
	basic("bAsIC  eDp5", "x y");
	basic("Basic eDp5eg==", "x yz");
	basic("Basic eDp5eg", "x yz");
	basic("Basic eHk6eg==", "xy z");
	basic("Basic Ojo6", " ::");
	basic("Basic w6Q6w7Y=", "\xc3\xa4 \xc3\xb6");
	basic("Basic", "-");
	basic("Basic ", "-");
	basic("Basic eDp5=", "-");
	basic("Basic eDp5eg=", "-");
	basic("Basic eDp5e", "-");
	basic("Basic eDp5eg===", "-");
	basic("Basic eD p5", "-");
	basic("Basic eDp5-_", "-");
	basic("Basic eHl6", "-");
	basic("Basic eDoAeQ==", "-");
	basic("Digest eDp5", "-");
	basic("Basiceee", "-");
	ok(http_parse_basic(NULL, &user, &password) == -1, "none at all");
}

static void
test_rest(void)
{
	struct buf b;

	buf_init(&b, 100);
	http_encode(&b, "aZ09-._~ /&=%\r\n\xff");
	is(b.data, "aZ09-._~%20%2F%26%3D%25%0D%0A%FF", "encoded");
	buf_done(&b);
	ok(http_is_form("application/x-www-form-urlencoded"), "a form");
	ok(http_is_form("Application/X-WWW-Form-Urlencoded; charset=x"),
	    "with a charset");
	ok(!http_is_form("application/x-www-form-urlencodedx") &&
	    !http_is_form("text/plain") && !http_is_form(NULL), "no forms");
	is(http_reason(431), "Request Header Fields Too Large", "a reason");
	is(http_reason(999), "Other", "for any number");
}

/* Damaged heads: nothing but a sanitizer can fail here, and a loop. */
static void
test_damage(void)
{
	static const char head[] =
	    "POST http://b:1/a%20b?d=e&f=%41 HTTP/1.1\r\n"
	    "Host: c\r\nAccept: text/html;q=1,\r\nAuthorization: Basic eDp5\r\n"
	    "Connection: ,close\r\nContent-Length: 7\r\n\r\n";
	static const char bytes[] = "\0\r\n\t :%&=/,;?#A\x7f\xff";
	struct arg args[HTTP_ARGS_MAX];
	struct http_message m;
	uint64_t seed = 7, r;
	char *p, *user, *password;
	size_t len, i, n;
	int turn, good = 0;

	for (turn = 0; turn < 20000; turn++) {
		r = random_next(&seed);
		len = sizeof(head) - 1 - (r % 8 == 0 ? r >> 8 & 63 : 0);
		p = copy(head, len);
		for (i = r >> 32 & 3; i > 0; i--) {
			r = random_next(&seed);
			p[r % len] = bytes[(r >> 32) % (sizeof(bytes) - 1)];
		}
		p[len - 1] = '\n';
		n = 0;
		if (http_parse_head(p, len, &m) == 0) {
			good++;
			(void)http_parse_basic(m.authorization, &user,
			    &password);
			if (m.query != NULL)
				(void)http_parse_args(m.query, args, &n);
		}
		free(p);
	}
	ok(good > 1000 && good < 19000, "20000 damaged heads: %d good", good);
}

int
main(void)
{
	test_heads();
	test_sizes();
	test_fields();
	test_length();
	test_args();
	test_basic();
	test_rest();
	test_damage();
	return tap_end();
}
