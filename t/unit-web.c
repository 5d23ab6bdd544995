/* SPDX-License-Identifier: ISC
 *
 * http.c and http-conn.c over loopback: requests whole, in pieces and one
 * behind the other, answers of any size, clients that are slow, loud, many or
 * gone. */

#include "config.h"

#include "t/web-tools.h"
#include "http-conn.h"
#include "t/tap.h"

#define AUTH "Authorization: Basic ZnVsbDpzZWNyZXQ=\r\n"
#define HOST "Host: a\r\n"
#define LAST "Connection: close\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST AUTH
#define BIG (15 * 1024 * 1024)	/* more than the sockets hold */

static int handled;

/* /echo: the request; /big: BIG bytes; /full: more than may be; /split: a
 * location that would be a header. */
static void
handler(const struct http_request *q, struct http_response *r)
{
	static const char *methods[] = { "GET", "HEAD", "POST" };
	char line[1024];
	size_t i;

	handled++;
	if (strcmp(q->path, "/echo") == 0) {
		(void)buf_addf(&r->body, "%s %s %s %d html=%d origin=%s",
		    methods[q->method], q->caller.user,
		    strchr(q->caller.peer, ':') != NULL ? "peer" : "-",
		    q->caller.right, q->wants_html,
		    q->origin == NULL ? "-" : q->origin);
		for (i = 0; i < q->nargs; i++)
			(void)buf_addf(&r->body, " %s=%s", q->args[i].name,
			    q->args[i].value);
		(void)buf_addf(&r->body, "\n");
	} else if (strcmp(q->path, "/big") == 0 ||
	    strcmp(q->path, "/full") == 0) {
		memset(line, 'b', sizeof(line));
		for (i = 0; i < (q->path[1] == 'b' ? BIG :
		    HTTP_ANSWER_MAX + 1); i += sizeof(line))
			(void)buf_add(&r->body, line, sizeof(line));
	} else if (strcmp(q->path, "/split") == 0) {
		r->status = 303;
		(void)buf_addf(&r->location, "/x?%s", http_arg(q, "TO"));
	} else {
		r->status = 404;
		r->type = "text/html; charset=utf-8";
		r->policy = "default-src 'self'";
	}
}

/* Clients. */

static int
client(void)
{
	int fd = net_connect(http_address(&d));

	if (fd == -1)
		abort();
	net_nodelay(fd);	/* pieces are sent as they are */
	return fd;
}

/* Some rounds, without waiting for anything. */
static void
turns(int n)
{
	web_wait = 0;
	while (n-- > 0)
		web_turn();
	web_wait = 5;
}

/* What one client says and hears. */
struct talk {
	int		 fd;
	struct buf	 answer;
	int		 eof;
	int		 error;
};

static void
talk_open(struct talk *t)
{
	memset(t, 0, sizeof(*t));
	t->fd = client();
	buf_init(&t->answer, 32 * 1024 * 1024);
}

static void
talk_close(struct talk *t)
{
	net_close(t->fd);
	buf_done(&t->answer);
}

static void
talk_hear(struct talk *t)
{
	char text[65536];
	size_t done;

	for (;;) {
		switch (net_read(t->fd, text, sizeof(text), &done)) {
		case IO_DONE:
			(void)buf_add(&t->answer, text, done);
			continue;
		case IO_AGAIN:
			return;
		case IO_EOF:
			t->eof = 1;
			return;
		case IO_ERROR:
			t->error = 1;
			return;
		}
	}
}

static void
talk_say(struct talk *t, const char *text, size_t len)
{
	int64_t end = clock_ms() + 20000;
	size_t done;

	while (len > 0 && clock_ms() < end) {
		if (net_write(t->fd, text, len, &done) == IO_ERROR)
			return;
		text += done;
		len -= done;
		if (len > 0)
			web_turn();
	}
}

/* Hears until there is a text, or the end. */
static int
talk_until(struct talk *t, const char *text)
{
	int64_t end = clock_ms() + 20000;

	while (!t->eof && !t->error && clock_ms() < end) {
		talk_hear(t);
		if (text != NULL && t->answer.len > 0 &&
		    strstr(t->answer.data, text) != NULL)
			return 1;
		web_turn();
	}
	return text == NULL && t->eof;
}

/* Says all of it, in pieces, and returns all that is heard up to the end of
 * the connection, without dates: the caller frees it. */
static char *
exchange(const char *text, size_t len, size_t piece)
{
	struct talk t;
	size_t at, n;
	char *all, *date, *end;

	talk_open(&t);
	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		talk_say(&t, text + at, n);
		if (n < len)
			turns(2);
	}
	if (!talk_until(&t, NULL))
		(void)buf_addf(&t.answer, "(no end)");
	all = strdup(t.answer.data == NULL ? "" : t.answer.data);
	talk_close(&t);
	if (all == NULL)
		abort();
	while ((date = strstr(all, "Date: ")) != NULL &&
	    (end = strstr(date, "\r\n")) != NULL)
		memmove(date, end + 2, strlen(end + 2) + 1);
	return all;
}

/* The answer has every one of the texts, NULL at the end. */
static void
says(const char *request, const char *name, const char *a, const char *b)
{
	char *all = exchange(request, strlen(request), 1 << 20);
	int good = strstr(all, a) != NULL &&
	    (b == NULL || strstr(all, b) != NULL);

	ok(good, "%s", name);
	if (!good)
		printf("# %.2000s\n", all);
	free(all);
}

/* Tests. */

static void
test_requests(void)
{
	says(GET("/echo?a=b&a=%41") "Accept: text/html\r\nOrigin: o\r\n" LAST
	    "\r\n", "a request", "HTTP/1.1 200 OK\r\n",
	    "\r\n\r\nGET full peer 2 html=1 origin=o a=b a=A\n");
	says("GET /echo HTTP/1.1\r\n" HOST LAST
	    "Authorization: Basic cmVhZGVyOm90aGVy\r\n\r\n", "a reader",
	    "GET reader peer 1 html=0 origin=-\n", NULL);
	says("POST /echo?a=1 HTTP/1.1\r\n" HOST AUTH LAST
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: 5\r\n\r\nb=%32", "a form", " a=1 b=2\n",
	    "Content-Length: 41\r\n");
	says("HEAD /echo HTTP/1.1\r\n" HOST AUTH LAST "\r\n", "HEAD",
	    "Content-Length: 33\r\n", "X-Frame-Options: DENY\r\n\r\n");
	says("GET /echo HTTP/1.0\r\n" AUTH "\r\n", "1.0", " 200 OK\r\n",
	    "Connection: close\r\n");
	says(GET("/none") LAST "\r\n", "the handler's status, type, policy",
	    "404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\n",
	    "Content-Security-Policy: default-src 'self'\r\n");
	says(GET("/echo") LAST "\r\n", "the rest by default",
	    "Content-Security-Policy: default-src 'none'; ",
	    "Cache-Control: no-store\r\n");
	says(GET("/split?to=a%0d%0aX-Evil:%20b%ff") LAST "\r\n",
	    "no header from a location", "303 See Other\r\n",
	    "Location: /x?a%0D%0AX-Evil:%20b%FF\r\n");
	says(GET("/full") LAST "\r\n", "an answer that is too long",
	    "HTTP/1.1 500 ", "\r\n\r\n500 Internal Server Error\n");
	says("\r\n\r\n" GET("/echo") LAST "\r\n", "empty lines before",
	    " 200 OK\r\n", NULL);
}

static void
test_refusals(void)
{
	int before = handled;

	says("GET /echo HTTP/1.1\r\n" HOST LAST "\r\n", "nobody",
	    "HTTP/1.1 401 Unauthorized\r\n",
	    "WWW-Authenticate: Basic realm=\"pydirector\", ");
	says("GET /echo HTTP/1.1\r\n" HOST LAST
	    "Authorization: Basic ZnVsbDp4\r\n\r\n", "a wrong password",
	    " 401 ", NULL);
	says("GET /none HTTP/1.1\r\n" HOST LAST
	    "Authorization: Bearer x\r\n\r\n", "another scheme", " 401 ",
	    NULL);
	says("PUT / HTTP/1.1\r\n" HOST AUTH "\r\n", "PUT", " 405 ",
	    "Allow: GET, HEAD, POST\r\n");
	says("GET /\r\n\r\n", "no HTTP", " 400 ", "Connection: close\r\n");
	says("POST /echo HTTP/1.1\r\n" HOST AUTH "\r\n", "no length", " 411 ",
	    NULL);
	says("POST /echo HTTP/1.1\r\n" HOST AUTH
	    "Content-Length: 99999\r\n\r\n", "a long form", " 413 ", NULL);
	says("POST /echo HTTP/1.1\r\n" HOST AUTH LAST "Content-Length: 2\r\n"
	    "Content-Type: text/plain\r\n\r\nab", "no form", " 415 ", NULL);
	says("POST /echo HTTP/1.1\r\n" HOST AUTH LAST "Content-Length: 3\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\na=%",
	    "a bad form", " 400 ", NULL);
	says(GET("/echo?a=%00") LAST "\r\n", "a bad query", " 400 ", NULL);
	ok(handled == before, "the handler has seen none of them");
}

static void
test_sizes(void)
{
	char *text = malloc(70000), *all;

	if (text == NULL)
		abort();
	memset(text, 'a', 70000);
	memcpy(text, "GET /", 5);
	all = exchange(text, 40000, 1000);
	ok(strncmp(all, "HTTP/1.1 414 ", 13) == 0, "an endless line");
	free(all);
	memcpy(text, "GET / HTTP/1.1\r\nX: ", 19);
	all = exchange(text, 40000, 1000);
	ok(strncmp(all, "HTTP/1.1 431 ", 13) == 0, "an endless header");
	free(all);
	/* A line that is too long is found when the head is whole, too. */
	memset(text, 'a', 70000);
	memcpy(text, "GET /", 5);
	memcpy(text + 9000, " HTTP/1.1\r\nHost: a\r\n\r\n", 22);
	all = exchange(text, 9022, 20000);
	ok(strncmp(all, "HTTP/1.1 414 ", 13) == 0, "a long line");
	free(all);
	free(text);
}

/* Requests one behind the other, cut at every byte: the same answers. */
static void
test_pieces(void)
{
	static const char text[] =
	    GET("/echo?x=1") "\r\n"
	    "POST /echo HTTP/1.1\r\n" HOST AUTH "Content-Length: 7\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\ny=2&z=3"
	    "GET /echo HTTP/1.1\r\n" HOST "\r\n"
	    "HEAD /echo HTTP/1.1\n" HOST AUTH "\n\r\n"
	    GET("/none") LAST "\r\n" GET("/echo?late=1") "\r\n";
	const size_t len = sizeof(text) - 1;
	char *whole = exchange(text, len, len), *all, *p;
	size_t i, wrong = 0;
	int n = 0;

	for (p = whole; (p = strstr(p, "HTTP/1.1 ")) != NULL; p++)
		n++;
	ok(n == 5, "five of six answered: %d", n);
	ok(strstr(whole, "x=1\n") != NULL && strstr(whole, "y=2 z=3\n") != NULL
	    && strstr(whole, " 401 ") != NULL &&
	    strstr(whole, " 404 ") != NULL, "each with its own");
	ok(strstr(whole, "late") == NULL, "none after the last");
	ok(strstr(whole, "HEAD full") == NULL, "no body behind HEAD");
	all = exchange(text, len, 1);
	ok(strcmp(all, whole) == 0, "the same byte by byte");
	free(all);
	for (i = 1; i < len; i++) {
		/* The first piece has that length, and so have the others. */
		if (i > 40 && i % 7 != 0)
			continue;
		all = exchange(text, len, i);
		wrong += strcmp(all, whole) != 0;
		free(all);
	}
	ok(wrong == 0, "in pieces of any length: %d differ", (int)wrong);
	free(whole);
}

static void
test_cuts(void)
{
	static const char text[] =
	    "POST /echo HTTP/1.1\r\n" HOST AUTH "Content-Length: 7\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\ny=2&z=3"
	    GET("/echo") LAST "\r\n";
	const size_t len = sizeof(text) - 1;
	struct talk t;
	size_t i, wrong = 0;

	for (i = 1; i < len; i++) {
		talk_open(&t);
		talk_say(&t, text, i);
		turns(2);
		talk_say(&t, text + i, len - i);
		(void)talk_until(&t, NULL);
		wrong += t.answer.len == 0 || !t.eof ||
		    strstr(t.answer.data, "y=2 z=3\n") == NULL ||
		    strstr(t.answer.data, "GET full") == NULL;
		talk_close(&t);
	}
	ok(wrong == 0, "cut in two at every byte: %d differ", (int)wrong);
	wrong = 0;
	for (i = 1; i < len; i += 3) {
		talk_open(&t);
		talk_say(&t, text, i);
		net_shutdown(t.fd);
		(void)talk_until(&t, NULL);
		wrong += !t.eof;
		talk_close(&t);
	}
	ok(wrong == 0, "ended after every third byte: %d hang", (int)wrong);
}

/* Does a connection live? */
static int
alive(struct talk *t)
{
	t->answer.len = 0;
	talk_say(t, GET("/echo") "\r\n", sizeof(GET("/echo") "\r\n") - 1);
	return talk_until(t, "GET full");
}

static void
later(int64_t ms)
{
	skew += ms;
	turns(3);
}

static void
test_waits(void)
{
	struct talk t;
	int64_t start;

	talk_open(&t);
	turns(3);
	later(9000);
	ok(alive(&t), "nine silent seconds at the start");
	later(74000);
	ok(alive(&t), "and 74 between requests");
	talk_say(&t, "GET", 3);
	turns(2);
	later(9000);
	talk_say(&t, " ", 1);
	turns(2);
	t.answer.len = 0;
	start = clock_ms();
	later(1500);
	ok(talk_until(&t, NULL) && clock_ms() - start < 5000 &&
	    strncmp(t.answer.data, "HTTP/1.1 408 ", 13) == 0,
	    "ten seconds for a head, however it dribbles");
	talk_close(&t);
	talk_open(&t);
	turns(3);
	later(10500);
	ok(talk_until(&t, NULL) && t.answer.len == 0,
	    "silent from the start: closed without a word");
	talk_close(&t);
	talk_open(&t);
	ok(alive(&t), "a request");
	later(75500);
	t.answer.len = 0;
	ok(talk_until(&t, NULL) && t.answer.len == 0, "then idle: closed");
	talk_close(&t);
	talk_open(&t);
	talk_say(&t, "POST /echo HTTP/1.1\r\n" HOST AUTH
	    "Content-Length: 7\r\nExpect: 100-continue\r\n\r\n",
	    sizeof("POST /echo HTTP/1.1\r\n" HOST AUTH
	    "Content-Length: 7\r\nExpect: 100-continue\r\n\r\n") - 1);
	ok(talk_until(&t, "\r\n\r\n") && strcmp(t.answer.data,
	    "HTTP/1.1 100 Continue\r\n\r\n") == 0, "100 Continue");
	later(30500);
	ok(talk_until(&t, " 408 "), "and 30 s for a form");
	talk_close(&t);
}

static void
test_big(void)
{
	struct talk t;
	int64_t end;

	talk_open(&t);
	talk_say(&t, GET("/big") LAST "\r\n", sizeof(GET("/big") LAST "\r\n")
	    - 1);
	turns(50);
	ok(d.http->nconns == 1, "an answer waits for its reader");
	(void)talk_until(&t, NULL);
	ok(t.answer.len > BIG && t.answer.len < BIG + 1000 &&
	    strstr(t.answer.data, "\r\n\r\nbbbb") != NULL, "all of it: %d",
	    (int)t.answer.len);
	talk_close(&t);
	talk_open(&t);
	talk_say(&t, GET("/big") "\r\n" GET("/big") "\r\n" GET("/echo") LAST
	    "\r\n", sizeof(GET("/big") "\r\n" GET("/big") "\r\n" GET("/echo")
	    LAST "\r\n") - 1);
	(void)talk_until(&t, NULL);
	ok(t.answer.len > 2 * BIG && t.answer.len < 2 * BIG + 3000,
	    "two, and a small one behind");
	talk_close(&t);
	talk_open(&t);
	talk_say(&t, GET("/big") "\r\n", sizeof(GET("/big") "\r\n") - 1);
	turns(50);
	later(30500);
	ok(d.http->nconns == 0, "nobody reads for 30 s: closed");
	talk_close(&t);
	talk_open(&t);
	talk_say(&t, GET("/big") "\r\n", sizeof(GET("/big") "\r\n") - 1);
	turns(10);
	net_reset(t.fd);
	end = clock_ms() + 10000;
	while (d.http->nconns > 0 && clock_ms() < end)
		web_turn();
	ok(d.http->nconns == 0, "a reset in the middle");
	buf_done(&t.answer);
}

static void
test_gone(void)
{
	static const char hang[] = "GET /echo HTTP/1.1\r\n" HOST
	    "Authorization: Basic ZnVsbDpoYW5n\r\n\r\n";	/* full:hang */
	struct talk t, u;
	int64_t start = clock_ms(), end = start + 10000;

	talk_open(&t);
	talk_say(&t, hang, sizeof(hang) - 1);
	turns(10);
	net_reset(t.fd);
	while (d.http->nconns > 0 && clock_ms() < end)
		web_turn();
	ok(d.http->nconns == 0, "gone while the password is verified");
	buf_done(&t.answer);
	talk_open(&t);
	talk_say(&t, hang, sizeof(hang) - 1);
	turns(10);
	talk_open(&u);
	ok(alive(&u), "others do not wait for it");
	while (clock_ms() < start + 100)
		web_turn();		/* the helper has been asked */
	later(10500);
	(void)talk_until(&t, " 503 ");
	ok(t.answer.len > 0 && strstr(t.answer.data, "Retry-After: 1") != NULL,
	    "no answer from the helper: 503");
	ok(alive(&u), "the other goes on");
	talk_close(&t);
	talk_close(&u);
}

static void
test_many(void)
{
	enum { MANY = 400 };
	struct talk t, *crowd = calloc(MANY, sizeof(*crowd));
	int i, open = 0;

	if (crowd == NULL)
		abort();
	talk_open(&t);
	ok(alive(&t), "a user");
	for (i = 0; i < MANY; i++) {
		talk_open(&crowd[i]);
		talk_say(&crowd[i], "GET /", 5);
		web_turn();
	}
	turns(50);
	ok(d.http->nconns == 256, "not more than 256: %d", d.http->nconns);
	ok(alive(&t), "the user was not sent away");
	talk_close(&t);
	turns(3);
	talk_open(&t);
	ok(alive(&t), "another gets in");
	for (i = 0; i < MANY; i++) {
		talk_hear(&crowd[i]);
		open += !crowd[i].eof && !crowd[i].error;
		if (i == 0)
			ok(crowd[i].eof || crowd[i].error, "the oldest went");
		if (i == MANY - 1)
			ok(!crowd[i].eof && !crowd[i].error,
			    "the newest stayed");
		talk_close(&crowd[i]);
	}
	ok(open >= 254, "%d of the crowd stayed", open);
	turns(50);
	ok(d.http->nconns == 1, "all gone: %d", d.http->nconns);
	talk_close(&t);
	free(crowd);
}

static void
test_listen(void)
{
	char err[256], first[64], text[ADDR_TEXT_SIZE];
	struct talk t;

	snprintf(first, sizeof(first), "%s", addr_text(http_address(&d), text));
	talk_open(&t);
	ok(alive(&t), "a connection");
	ok(http_start(&d, "127.0.0.1:0", handler, err, sizeof(err)) == 0 &&
	    strcmp(addr_text(http_address(&d), text), first) == 0,
	    "the same address: nothing happens");
	ok(http_start(&d, "x", handler, err, sizeof(err)) == -1,
	    "a bad address: %s", err);
	ok(http_start(&d, "192.0.2.1:0", handler, err, sizeof(err)) == -1 &&
	    strstr(err, "web 192.0.2.1:0: not listening: ") == err,
	    "one that is not ours: %s", err);
	is(addr_text(http_address(&d), text), first, "it stays where it was");
	ok(alive(&t), "and the connection is open");
	ok(http_start(&d, "*:0", handler, err, sizeof(err)) == 0, "another");
	ok(strcmp(addr_text(http_address(&d), text), first) != 0, "moved: %s",
	    text);
	ok(strstr(web_log, "web ") == web_log &&
	    strstr(web_log, ": listening") != NULL, "told: %s", web_log);
	ok(alive(&t), "the connection is still open");
	d.short_of = 1;
	ok(alive(&t), "short of descriptors: it goes on");
	talk_close(&t);
	turns(5);
	ok(!d.short_of && d.http->nconns == 0, "one was given back");
}

int
main(int argc, char *argv[])
{
	struct talk t;
	char err[256];

	(void)argc;
	web_helper();
	web_init(argv[0]);
	web_user("full", "secret", 1);
	web_user("reader", "other", 0);
	ok(http_address(&d) == NULL, "no address yet");
	ok(http_start(&d, "127.0.0.1:0", handler, err, sizeof(err)) == 0,
	    "it listens");
	test_requests();
	test_refusals();
	test_sizes();
	test_pieces();
	test_cuts();
	test_waits();
	test_big();
	test_gone();
	test_many();
	test_listen();
	talk_open(&t);
	talk_say(&t, GET("/big") "\r\n", sizeof(GET("/big") "\r\n") - 1);
	turns(5);
	ok(d.http->nconns == 1, "one connection at the end");
	http_stop(&d);
	ok(http_address(&d) == NULL, "stopped");
	ok(web_done(), "nothing left in the loop");
	talk_close(&t);
	return tap_end();
}
