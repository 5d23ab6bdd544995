/* SPDX-License-Identifier: ISC
 *
 * Tests of what runs as text: escapes, the fixed forms of running.txt and
 * status.txt, and that a number is the same in every view. Prints TAP; with
 * the word json or metrics that document instead, for other programs to
 * judge. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "status.h"
#include "t/tap.h"

#define HOSTS 4

typedef void	 view_fn(const struct pydirector *, struct buf *);

static void *
need(void *p)
{
	if (p == NULL) {
		printf("Bail out! no memory\n");
		exit(1);
	}
	return p;
}

/* Escapes. */

static void
escaped(void (*escape)(struct buf *, const char *), const char *text,
    const char *expected, const char *name)
{
	struct buf b;

	buf_init(&b, 1000);
	escape(&b, text);
	is(b.data, expected, name);
	buf_done(&b);
}

static void
test_escape(void)
{
	struct buf b;

	escaped(escape_word, "a b%c\td", "a%20b%25c%09d", "word: white space");
	escaped(escape_word, "\303\244\302\240\342\200\250x",
	    "\303\244%C2%A0%E2%80%A8x", "word: white space of Unicode");
	escaped(escape_word, "a\377\302", "a%FF%C2", "word: broken UTF-8");
	escaped(escape_html, "<a href=\"x\" id='y'>&amp;",
	    "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;", "html");
	escaped(escape_html, "\303\244\360\237\230\200\355\240\200",
	    "\303\244\360\237\230\200\357\277\275\357\277\275\357\277\275",
	    "html: a surrogate is no character");
	escaped(escape_json, "\"\\\n\r\t\001\037x",
	    "\"\\\"\\\\\\n\\r\\t\\u0001\\u001fx\"", "json");
	escaped(escape_json, "\300\200\370", "\"\357\277\275\357\277\275"
	    "\357\277\275\"", "json: overlong and too long");
	escaped(escape_label, "a\"b\\c\nd\001", "\"a\\\"b\\\\c\\nd\001\"",
	    "label");
	escaped(escape_html, "", "", "nothing");
	buf_init(&b, 4);
	escape_html(&b, "<<<");
	ok(b.failed, "a full buffer says so");
	buf_done(&b);
}

/* A model whose every counter is another number. */

static void
count(struct host *h, unsigned n)
{
	h->weight = n + 1;
	h->open = n + 2;
	h->total = UINT64_C(10000000000) + n;
	h->failed = UINT64_C(20000000000) + n;
	h->bytes_in = UINT64_C(30000000000) + n;
	h->bytes_out = UINT64_C(40000000000) + n;
}

static struct service *
make(struct pydirector *d)
{
	static const char *const names[HOSTS] = {
		"one", "t w%o", "\"<three>\\&", "four"
	};
	char address[32];
	struct service *s, *empty;
	struct group *g;
	struct listener *l;
	static struct door_socket sock;
	const char *why;
	unsigned i;

	memset(d, 0, sizeof(*d));
	d->loop.now = clock_ms();
	d->started = d->loop.now - 3600 * 1000;
	d->nrelays = 77;
	d->model = need(model_new());
	s = need(service_new(d->model, "w\303\251b s"));
	l = need(listener_new(s, "[::1]:0"));
	l->door.socks = &sock;
	l->door.nsocks = 1;
	l->door.socks[0].addr.u.in6.sin6_family = AF_INET6;
	addr_set_port(&l->door.socks[0].addr, 4711);
	need(listener_new(s, "*:80"));
	g = need(group_new(s, "main \"x\""));
	g->rule = RULE_LEASTCONNSRR;
	for (i = 0; i < HOSTS; i++) {
		snprintf(address, sizeof(address), "10.0.0.%u:80", i + 1);
		count(need(host_new(g, names[i], address)), i * 100);
	}
	sched_rebuild(g);
	s->enabled = g;
	need(group_new(s, "spare"));
	s->open = 501;
	s->total = 502;
	s->refused = 503;
	s->denied = 504;
	s->limited = 505;
	s->nrules = 1;
	s->rules = need(calloc(1, sizeof(struct access_rule *)));
	s->rules[0] = need(calloc(1, sizeof(struct access_rule)));
	(void)networks_parse(&s->rules[0]->from, "10.0.0.0/8, ::1", &why);
	s->rules[0]->hits = 506;
	host_set_down(g->hosts[1], WHY_REFUSED, d->loop.now - 61000);
	host_set_admin_down(g->hosts[2], 1, d->loop.now);
	host_set_draining(g->hosts[3], 1, d->loop.now);
	empty = need(service_new(d->model, "empty"));
	need(listener_new(empty, "127.0.0.1:81"));
	return s;
}

static void
view(view_fn *fn, struct pydirector *d, struct buf *b)
{
	buf_init(b, 1 << 20);
	fn(d, b);
	ok(!b->failed, "there was room");
}

static void
test_txt(struct pydirector *d)
{
	struct buf b;

	view(status_running_txt, d, &b);
	is(b.data, "service w\303\251b%20s [::1]:4711 main%20\"x\"\n"
	    "service w\303\251b%20s *:80 main%20\"x\"\n"
	    "group main%20\"x\" enabled\n"
	    "host one 10.0.0.1:80 2 -\n"
	    "disabled t%20w%25o 10.0.0.2:80 refused -\n"
	    "disabled \"<three>\\& 10.0.0.3:80 admin-down -\n"
	    "disabled four 10.0.0.4:80 draining -\n"
	    "group spare inactive\n"
	    "service empty 127.0.0.1:81 -\n", "running.txt");
	buf_done(&b);
	view(status_txt, d, &b);
	is(b.data, "service: w\303\251b%20s\n"
	    "listen: [::1]:4711 leastconnsrr\n"
	    "host: 10.0.0.1:80 2\n"
	    "disabled: 10.0.0.2:80 refused\n"
	    "disabled: 10.0.0.3:80 admin-down\n"
	    "disabled: 10.0.0.4:80 draining\n"
	    "service: w\303\251b%20s\n"
	    "listen: *:80 leastconnsrr\n"
	    "host: 10.0.0.1:80 2\n"
	    "disabled: 10.0.0.2:80 refused\n"
	    "disabled: 10.0.0.3:80 admin-down\n"
	    "disabled: 10.0.0.4:80 draining\n"
	    "service: empty\nlisten: 127.0.0.1:81 -\n", "status.txt");
	buf_done(&b);
}

static int
has(const struct buf *b, const char *text)
{
	if (strstr(b->data, text) != NULL)
		return 1;
	printf("# not there: %s\n", text);
	return 0;
}

/* The number of the host under a key of the JSON and as a metric. */
static void
same(const struct buf *json, const struct buf *metrics, const char *name,
    uint64_t n, const char *key, const char *metric, const char *label)
{
	char text[300];

	snprintf(text, sizeof(text), "\"%s\": %" PRIu64 "%s", key, n,
	    strcmp(key, "bytesOut") == 0 ? "}" : ",");
	ok(has(json, text), "%s in the json: %s", key, text);
	snprintf(text, sizeof(text), "pydirector_host_%s{service="
	    "\"w\303\251b s\",group=\"main \\\"x\\\"\",host=\"%s\"%s} "
	    "%" PRIu64 "\n", metric, name, label, n);
	ok(has(metrics, text), "and in the metrics: %s", metric);
}

static void
test_numbers(struct pydirector *d, const struct service *s)
{
	static const char *const names[HOSTS] = {
		"one", "t w%o", "\\\"<three>\\\\&", "four"
	};
	struct buf j, m;
	const struct host *h;
	size_t i;

	view(status_json, d, &j);
	view(status_metrics, d, &m);
	for (i = 0; i < HOSTS; i++) {
		h = s->enabled->hosts[i];
		same(&j, &m, names[i], h->weight, "weight", "weight", "");
		same(&j, &m, names[i], h->open, "open", "connections_open", "");
		same(&j, &m, names[i], h->total, "total", "connections_total",
		    "");
		same(&j, &m, names[i], h->failed, "failed", "failures_total",
		    "");
		same(&j, &m, names[i], h->bytes_in, "bytesIn", "bytes_total",
		    ",direction=\"in\"");
		same(&j, &m, names[i], h->bytes_out, "bytesOut", "bytes_total",
		    ",direction=\"out\"");
	}
	ok(has(&j, "\"open\": 501, \"total\": 502, \"refused\": 503, "
	    "\"denied\": 504, \"limited\": 505, \"rules\": [{\"access\": "
	    "\"deny\", \"from\": \"10.0.0.0/8, ::1\", \"hits\": 506}]"),
	    "the service in the json");
	ok(has(&m, "pydirector_service_denied_total{service=\"w\303\251b "
	    "s\"} 504\n") && has(&m, "pydirector_service_limited_total"
	    "{service=\"w\303\251b s\"} 505\n"), "denied and limited");
	ok(has(&m, "pydirector_service_rule_hits_total{service=\"w\303\251b "
	    "s\",rule=\"0\",access=\"deny\",from=\"10.0.0.0/8, ::1\"} "
	    "506\n"), "the hits of a rule");
	ok(has(&m, "service_connections_total{service=\"w\303\251b s\"} 502\n"),
	    "and in the metrics");
	ok(has(&m, "pydirector_host_up{service=\"w\303\251b s\",group="
	    "\"main \\\"x\\\"\",host=\"one\"} 1\n") &&
	    has(&m, "host=\"four\"} 0\n"), "up");
	buf_done(&j);
	buf_done(&m);
}

static void
test_json(struct pydirector *d)
{
	char stamp[CLOCK_STAMP_SIZE], text[100];
	struct buf b;

	view(status_json, d, &b);
	ok(has(&b, "\"name\": \"t w%o\", \"address\": \"10.0.0.2:80\", "
	    "\"state\": \"down\", \"why\": \"refused\""),
	    "a host that is down");
	ok(has(&b, "\"state\": \"up\", \"why\": null"), "one that is up");
	ok(has(&b, "\"state\": \"admin-down\", \"why\": \"admin-down\"") &&
	    has(&b, "\"state\": \"draining\", \"why\": \"draining\""),
	    "the operator's");
	snprintf(text, sizeof(text), "\"started\": \"%s\"",
	    clock_stamp_at(d->started, stamp));
	ok(has(&b, text), "the start");
	snprintf(text, sizeof(text), "\"since\": \"%s\", \"nextTry\": null",
	    clock_stamp_at(d->loop.now - 61000, stamp));
	ok(has(&b, text), "since");
	ok(has(&b, "\"listeners\": [\"[::1]:4711\", \"*:80\"], \"enabled\": "
	    "\"main \\\"x\\\"\""), "listeners with the port in use");
	ok(has(&b, "\"listeners\": [\"127.0.0.1:81\"], \"enabled\": null"),
	    "no group is enabled");
	buf_done(&b);
}

static void
test_obj(struct pydirector *d)
{
	struct buf b;

	d->model->has_admin = 1;
	need(user_new(d->model, "bob", "$6$secret"));
	view(status_obj, d, &b);
	ok(has(&b, "\n    group main%20\"x\"\n        enabled true\n"
	    "        scheduler leastconnsrr\n        easeIn true\n"
	    "        sendProxy no\n"
	    "        host one\n            ip 10.0.0.1:80\n"
	    "            weight 1\n"), "config.obj");
	ok(has(&b, "    connectTimeout 5\n"), "seconds");
	ok(has(&b, "admin\n    user bob\n        access readonly\n"), "users");
	ok(strstr(b.data, "secret") == NULL, "and no hashes");
	buf_done(&b);
}

static void
test_clock(void)
{
	char a[CLOCK_STAMP_SIZE], b[CLOCK_STAMP_SIZE];
	int64_t now = clock_ms();

	ok(clock_wall(now + 60000) - clock_wall(now) == 60 &&
	    clock_wall(now) - clock_wall(now - 60000) == 60, "clock_wall");
	clock_stamp_at(now, a);
	clock_stamp(b);
	ok(strncmp(a, b, 15) == 0, "clock_stamp_at is of this hour");
}

int
main(int argc, char **argv)
{
	struct pydirector d;
	struct service *s = make(&d);
	struct buf b;

	if (argc > 1) {
		buf_init(&b, 1 << 20);
		if (strcmp(argv[1], "json") == 0)
			status_json(&d, &b);
		else
			status_metrics(&d, &b);
		printf("%s", b.data);
		buf_done(&b);
	} else {
		test_escape();
		test_txt(&d);
		test_numbers(&d, s);
		test_json(&d);
		test_obj(&d);
		test_clock();
	}
	model_free(d.model);
	return argc > 1 ? 0 : tap_end();
}
