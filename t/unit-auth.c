/* SPDX-License-Identifier: ISC
 *
 * auth.c: right and wrong passwords, what is remembered and for how long, how
 * much may be asked at once, how addresses that guess are slowed down; and
 * siphash.c by the vectors of its authors. */

#include "config.h"

#include "t/web-tools.h"
#include "siphash.h"
#include "t/tap.h"

/* What became of a check. */
struct answer {
	int		 calls;
	enum right	 right;
	int		 busy;
	int		 order;
	struct answer	*again;	/* asked from the answer, once */
};

static int answers;

static struct auth_request *check(struct answer *, const char *user,
		    const char *password, const char *peer);

static void
answered(void *arg, enum right right, int busy)
{
	struct answer *a = arg;

	a->calls++;
	a->right = right;
	a->busy = busy;
	a->order = ++answers;
	if (a->again != NULL)
		check(a->again, "full", "new", "1.1.1.1:1");
}

static struct auth_request *
check(struct answer *a, const char *user, const char *password,
    const char *peer)
{
	struct hostport hp;
	struct addr addr;
	const char *why;

	memset(a, 0, sizeof(*a));
	if (addr_split(peer, &hp, &why) == -1 ||
	    addr_number(&hp, &addr) == -1)
		abort();
	return auth_check(&d, user, password, &addr, answered, a);
}

static int
wait_for(const int *what, int n)
{
	int64_t end = clock_ms() + 60000;

	while (*what < n && clock_ms() < end)
		web_turn();
	return *what >= n;
}

/* Asks and waits; returns the right. */
static enum right
ask(const char *user, const char *password, const char *peer)
{
	struct answer a;

	check(&a, user, password, peer);
	wait_for(&a.calls, 1);
	return a.busy ? (enum right)99 : a.right;
}

/* 1: it is answered at once. */
static int
cached(const char *user, const char *password)
{
	struct answer a;
	struct auth_request *q = check(&a, user, password, "9.9.9.9:1");

	if (q != NULL)
		auth_cancel(q);
	return q == NULL && a.calls == 1 && a.right != RIGHT_NONE;
}

/* Milliseconds, of the clock that can be set forward, that a check takes. The
 * clock jumps over long waits. */
static int64_t
time_of(const char *user, const char *password, const char *peer)
{
	struct answer a;
	int64_t start = web_clock(), end = clock_ms() + 60000;
	int wait;

	check(&a, user, password, peer);
	while (a.calls == 0 && clock_ms() < end) {
		wait = loop_timeout(&d.loop);
		/* The helper's deadline is farther away. */
		if (wait > 20 && wait < 9000)
			skew += wait;
		web_turn();
	}
	return web_clock() - start;
}

static void
test_answers(const char *self)
{
	struct answer a, b, c;
	struct user *u;
	char text[400];

	web_init(self);
	web_user("full", "secret", 1);
	u = web_user("reader", "other", 0);
	d.loop.now = d.loop.clock();
	ok(ask("full", "secret", "1.1.1.1:1") == RIGHT_WRITE, "a full user");
	ok(ask("reader", "other", "1.1.1.1:1") == RIGHT_READ, "readonly");
	ok(ask("full", "other", "1.1.1.1:1") == RIGHT_NONE, "wrong");
	is(web_warning, "auth: user full: refused: from 1.1.1.1:1", "told");
	ok(ask("nobody", "secret", "1.1.1.2:1") == RIGHT_NONE, "nobody");
	ok(ask("", "", "1.1.1.2:1") == RIGHT_NONE, "nothing");
	ok(ask("FULL", "secret", "1.1.1.3:1") == RIGHT_NONE, "FULL");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ok(ask(text, "secret", "1.1.1.3:1") == RIGHT_NONE, "a long name");
	ok(ask("full", text, "1.1.1.3:1") == RIGHT_NONE, "a long password");
	ok(cached("full", "secret") && cached("reader", "other"),
	    "right answers are remembered");
	ok(!cached("full", "other") && !cached("nobody", "secret"),
	    "wrong ones are not");
	u->full = 1;
	ok(ask("reader", "other", "1.1.1.1:1") == RIGHT_WRITE,
	    "a new right counts at once");
	strcpy(u->password, "=OTHER");
	ok(!cached("reader", "other"), "another hash: not remembered");
	ok(ask("reader", "OTHER", "1.1.1.1:1") == RIGHT_WRITE, "the new one");
	strcpy(u->password, "=other");
	skew += 299000;
	web_turn();
	ok(cached("full", "secret"), "after five minutes less a second");
	skew += 2000;
	web_turn();
	ok(cached("full", "secret"), "each use counts anew");
	skew += 301000;
	web_turn();
	ok(!cached("full", "secret"), "but not after five minutes");

	check(&a, "reader", "other", "1.1.1.4:1");
	strcpy(u->password, "=xxxxx");
	wait_for(&a.calls, 1);
	ok(a.right == RIGHT_NONE, "changed while it was asked");
	check(&a, "full", "die", "1.1.1.4:1");
	wait_for(&a.calls, 1);
	ok(a.busy && a.right == RIGHT_NONE, "the helper ends: not known");
	check(&a, "full", "hang", "1.1.1.5:1");
	while (web_log[0] != 'h' || strstr(web_log, "started") == NULL)
		web_turn();
	web_turn();
	skew += 11000;
	wait_for(&a.calls, 1);
	ok(a.busy, "it takes too long: not known");
	check(&a, "full", "x", "1.1.1.6:1");
	check(&b, "full", "x", "1.1.1.6:1");
	check(&c, "full", "x", "1.1.1.6:1");
	wait_for(&c.calls, 1);
	ok(a.calls == 1 && b.calls == 1, "the same at once is asked once");
	ok(a.order + b.order + c.order == 3 * b.order, "and told together");
	auth_cancel(auth_check(&d, "full", "y", NULL, answered, &c));
	check(&a, "full", "z", "1.1.1.7:1");
	b.calls = 0;
	a.again = &b;
	wait_for(&b.calls, 1);
	ok(a.calls == 1 && b.calls == 1, "asked again from an answer");
	ok(c.calls == 1, "a cancelled one is not told");
	check(&a, "full", "q", "1.1.1.8:1");
	ok(web_done(), "nothing left in the loop");
	ok(a.calls == 0, "the end: nobody is told");
}

static void
test_limits(const char *self)
{
	struct answer a[40];
	char password[16], peer[32];
	int i, busy = 0, wrong = 0;

	web_init(self);
	check(&a[0], "full", "secret", "1.1.1.1:1");
	ok(a[0].calls == 1 && a[0].right == RIGHT_NONE && !a[0].busy,
	    "no users at all");
	web_user("full", "secret", 1);
	for (i = 0; i < 5; i++) {
		snprintf(password, sizeof(password), "p%d", i);
		check(&a[i], "full", password, "1.1.1.1:1");
	}
	ok(a[3].calls == 0 && a[4].calls == 1 && a[4].busy,
	    "four of one address at once");
	wait_for(&a[3].calls, 1);
	for (i = 0; i < 40; i++) {
		snprintf(peer, sizeof(peer), "2.2.2.%d:1", i);
		snprintf(password, sizeof(password), "p%d", i);
		check(&a[i], "full", password, peer);
	}
	for (i = 0; i < 40; i++) {
		wait_for(&a[i].calls, 1);
		busy += a[i].busy;
		wrong += !a[i].busy && a[i].right == RIGHT_NONE;
	}
	ok(busy > 0 && wrong >= 16, "of 40 at once %d answered, %d refused",
	    wrong, busy);
	helper_free(d.crypt);
	d.crypt = NULL;
	check(&a[0], "full", "new", "1.1.1.9:1");
	wait_for(&a[0].calls, 1);
	ok(a[0].busy, "no helper: not known");
	ok(web_done(), "nothing left in the loop");
}

static void
test_delays(const char *self)
{
	struct answer a, b;
	char peer[32];
	int64_t t[12], total = 0;
	int i;

	web_init(self);
	web_user("full", "secret", 1);
	for (i = 0; i < 10; i++)
		t[i] = time_of("full", "wrong", "1.1.1.1:1");
	ok(t[0] < 200 && t[1] < 200 && t[2] < 200, "three are free: %d %d %d",
	    (int)t[0], (int)t[1], (int)t[2]);
	ok(t[3] >= 250 && t[4] >= 500 && t[5] >= 1000,
	    "then it takes longer each time: %d %d %d",
	    (int)t[3], (int)t[4], (int)t[5]);
	ok(t[9] >= 8000 && t[9] < 17000, "up to 8 s: %d", (int)t[9]);
	for (i = 3; i < 10; i++)
		total += t[i];
	ok(total > 20000, "seven took %d ms", (int)total);
	ok(time_of("full", "wrong", "1.1.1.2:1") < 200, "another address");
	ok(time_of("full", "secret", "1.1.1.2:1") < 200, "and the right one");
	ok(time_of("full", "secret", "1.1.1.1:1") < 200,
	    "which is remembered for all");
	for (i = 0; i < 6; i++) {
		snprintf(peer, sizeof(peer), "[2001:db8::%d]:1", i);
		t[0] = time_of("full", "wrong", peer);
	}
	ok(t[0] >= 900, "an IPv6 network counts as one: %d", (int)t[0]);
	ok(time_of("full", "wrong", "[2001:db8:0:1::1]:1") < 200,
	    "its neighbour");
	for (i = 0; i < 3; i++)
		(void)time_of("full", "wrong", "3.3.3.3:1");
	strcpy(d.model->users[0]->password, "=new");
	ok(time_of("full", "new", "3.3.3.3:1") >= 250, "a right one waits too");
	ok(time_of("full", "wrong", "3.3.3.3:1") < 200, "and clears the list");
	skew += 601000;
	web_turn();
	ok(time_of("full", "wrong", "1.1.1.1:1") < 200,
	    "forgotten after ten minutes");
	for (i = 0; i < 5; i++)
		(void)time_of("full", "wrong", "4.4.4.4:1");
	check(&a, "full", "a", "4.4.4.4:1");
	check(&b, "full", "b", "4.4.4.4:1");
	t[0] = time_of("full", "c", "4.4.4.4:1");
	ok(a.calls == 1 && b.calls == 1 && t[0] >= 2900,
	    "three at once wait for each other: %d", (int)t[0]);
	for (i = 0; i < 300; i++) {
		snprintf(peer, sizeof(peer), "5.5.%d.%d:1", i / 250, i % 250);
		(void)time_of("full", "wrong", peer);
	}
	ok(time_of("full", "wrong", "4.4.4.4:1") < 200,
	    "the table is bounded: the oldest is forgotten");
	ok(web_done(), "nothing left in the loop");
}

static void
test_tokens(const char *self)
{
	char a[AUTH_TOKEN_SIZE], b[AUTH_TOKEN_SIZE], c[AUTH_TOKEN_SIZE];

	web_init(self);
	ok(auth_token(&d, "full", a) == 0 && strlen(a) == 32 &&
	    strspn(a, "0123456789abcdef") == 32, "a token: %s", a);
	auth_token(&d, "full", b);
	auth_token(&d, "reader", c);
	ok(strcmp(a, b) == 0 && strcmp(a, c) != 0, "one for each user");
	ok(auth_token_good(&d, "full", a), "it is good");
	ok(!auth_token_good(&d, "reader", a), "not for another");
	a[31] = a[31] == '0' ? '1' : '0';
	ok(!auth_token_good(&d, "full", a), "damaged at the end");
	b[0] = b[0] == '0' ? '1' : '0';
	ok(!auth_token_good(&d, "full", b), "at the start");
	a[31] = '\0';
	ok(!auth_token_good(&d, "full", a) && !auth_token_good(&d, "full", "")
	    && !auth_token_good(&d, "full", NULL), "short, empty, none");
	ok(web_done(), "nothing left");
	web_init(self);
	auth_token(&d, "full", b);
	auth_token(&d, "reader", a);
	ok(strcmp(a, c) != 0, "another process, other tokens");
	(void)web_done();
}

static void
test_siphash(void)
{
	static const struct {
		size_t		 len;
		unsigned char	 hash[SIPHASH_SIZE];
	} v[] = {
	{ 0, { 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
	    0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93 } },
	{ 1, { 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44,
	    0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45 } },
	{ 8, { 0x3b, 0x62, 0xa9, 0xba, 0x62, 0x58, 0xf5, 0x61,
	    0x0f, 0x83, 0xe2, 0x64, 0xf3, 0x14, 0x97, 0xb4 } }
	};
	unsigned char key[SIPHASH_KEY], text[64], hash[SIPHASH_SIZE];
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
	memcpy(key, text, sizeof(key));
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		siphash(key, text, v[i].len, hash);
		ok(siphash_same(hash, v[i].hash), "siphash of %d bytes",
		    (int)v[i].len);
	}
	hash[15] ^= 128;
	ok(!siphash_same(hash, v[2].hash), "one bit makes a difference");
}

int
main(int argc, char *argv[])
{
	(void)argc;
	web_helper();
	test_siphash();
	test_answers(argv[0]);
	test_limits(argv[0]);
	test_delays(argv[0]);
	test_tokens(argv[0]);
	return tap_end();
}
