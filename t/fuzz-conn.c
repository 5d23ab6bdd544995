/* SPDX-License-Identifier: ISC
 *
 * Connections to the web admin under libFuzzer: http-conn.c with a client
 * that is the bytes made up. They are sent twice: as they are, and in pieces,
 * with answers taken in pieces and passwords verified later. Both times the
 * same requests are understood and the same answers are given: where one ends
 * and the next begins does not depend on how the bytes arrive. No header comes
 * out of what a client sends.
 *
 * The first byte seeds the pieces. A byte 1, a number n and a byte c stand for
 * 256 * n bytes c: so a short input reaches the limits. */

#include "config.h"

#include <poll.h>

#include "clock.h"
#include "http-conn.h"
#include "t/fuzz.h"

#define FD 1000			/* of the client; never used as one */
#define INPUT_MAX 200000	/* bytes, repeats written out */
#define ROUNDS_MAX 1000000	/* of the loop, for one connection */
#define BIG 20000		/* bytes of an answer that is long */

static struct {
	const char	*data;
	size_t		 left;
	unsigned	 seed;
	int		 pieces;
	struct conn	*conn;		/* NULL: it was freed */
	struct io	*io;
	struct task	*later, *dead;
	auth_fn		*verified;	/* not answered yet */
	void		*verified_arg;
	enum right	 right;
	int		 busy;
	struct buf	*sent;		/* to the client */
} world;

static unsigned
fuzz_number(unsigned n)
{
	world.seed = world.seed * 1103515245 + 12345;
	return (world.seed >> 16) % n;
}

/* In place of net.c, loop.c, log.c, auth.c, listen.c and clock.c. */

enum io_result
net_read(int fd, void *p, size_t size, size_t *done)
{
	size_t max = size;

	(void)fd;
	if (world.left == 0)
		return IO_EOF;
	if (world.pieces)
		max = 1 + fuzz_number(fuzz_number(4) == 0 ? 8192 : 20);
	if (size > max)
		size = max;
	if (size > world.left)
		size = world.left;
	memcpy(p, world.data, size);
	world.data += size;
	world.left -= size;
	*done = size;
	return IO_DONE;
}

enum io_result
net_write(int fd, const void *p, size_t size, size_t *done)
{
	(void)fd;
	fuzz_promise(size > 0, "there is something to write");
	*done = size;
	/* Sent only to a client that waits: a matter of pieces. */
	if (size == 25 && memcmp(p, "HTTP/1.1 100 ", 13) == 0)
		return IO_DONE;
	if (world.pieces && fuzz_number(3) == 0) {
		*done = 0;
		return IO_AGAIN;
	}
	if (world.pieces)
		*done = 1 + fuzz_number((unsigned)size);
	(void)buf_add(world.sent, p, *done);
	return IO_DONE;
}

void
net_close(int fd)
{
	fuzz_promise(fd == FD, "the right descriptor is closed");
}

void
net_shutdown(int fd)
{
	fuzz_promise(fd == FD, "the right descriptor is shut down");
}

void
net_nodelay(int fd)
{
	(void)fd;
}

int
loop_add(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	(void)l;
	io->fd = fd;
	io->ops = ops;
	world.io = io;
	return 0;
}

void
loop_del(struct loop *l, struct io *io)
{
	(void)l;
	io->fd = -1;
	world.io = NULL;
}

void
loop_timer(struct loop *l, struct timer *t, int64_t ms,
    void (*expire)(struct timer *))
{
	(void)l;
	(void)t;
	fuzz_promise(ms > 0 && expire != NULL, "a timer");
}

void
loop_timer_del(struct loop *l, struct timer *t)
{
	(void)l;
	(void)t;
}

void
loop_later(struct loop *l, struct task *t, void (*run)(struct task *))
{
	(void)l;
	t->run = run;
	t->link = &world.later;
	world.later = t;
}

void
loop_bury(struct loop *l, struct task *t, void (*run)(struct task *))
{
	(void)l;
	t->run = run;
	world.later = NULL;
	fuzz_promise(world.dead == NULL, "nobody is buried twice");
	world.dead = t;
}

void
log_line(struct log *l, enum log_level level, const char *format, ...)
{
	(void)l;
	(void)level;
	(void)format;
}

/* Handlers take no time, so that none is put off. */
int64_t
clock_us(void)
{
	return 0;
}

char *
clock_stamp(char buf[CLOCK_STAMP_SIZE])
{
	return strcpy(buf, "2026-01-31T23:59:59Z");
}

void
listen_given_back(struct pydirector *d, const struct service *s)
{
	(void)d;
	(void)s;
}

/* The name decides: `busy`, `no`, anything else is right. */
struct auth_request *
auth_check(struct pydirector *d, const char *user, const char *password,
    const struct addr *peer, auth_fn *fn, void *arg)
{
	(void)d;
	(void)peer;
	world.busy = strcmp(user, "busy") == 0;
	world.right = world.busy || strcmp(user, "no") == 0 ? RIGHT_NONE :
	    *password == '\0' ? RIGHT_READ : RIGHT_WRITE;
	if (!world.pieces) {
		fn(arg, world.right, world.busy);
		return NULL;
	}
	world.verified = fn;
	world.verified_arg = arg;
	return (struct auth_request *)&world;
}

void
auth_cancel(struct auth_request *q)
{
	fuzz_promise(q == (struct auth_request *)&world, "the question");
	world.verified = NULL;
}

/* Answers with what was understood, in an alphabet of its own. */
static void
fuzz_handler(const struct http_request *q, struct http_response *r)
{
	char big[BIG];
	size_t i;

	fuzz_promise(q->path[0] == '/', "a path begins with a slash");
	fuzz_promise(q->nargs <= HTTP_ARGS_MAX, "arguments are bounded");
	(void)buf_addf(&r->body, "%d %d ", (int)q->method,
	    (int)q->caller.right);
	http_encode(&r->body, q->path);
	for (i = 0; i < q->nargs; i++) {
		(void)buf_addf(&r->body, " ");
		http_encode(&r->body, q->args[i].name);
		(void)buf_addf(&r->body, "=");
		http_encode(&r->body, q->args[i].value);
	}
	if (q->nargs > 0) {
		r->status = 303;
		(void)buf_addf(&r->location, "%s", q->args[0].value);
	}
	if (strncmp(q->path, "/big", 4) != 0)
		return;
	memset(big, 'b', sizeof(big));
	(void)buf_add(&r->body, big, sizeof(big));
}

/* The loop, until the connection is gone. */
static void
fuzz_rounds(void)
{
	struct task *t;
	auth_fn *fn;
	int want, rounds;

	for (rounds = 0; world.dead == NULL; rounds++) {
		fuzz_promise(rounds < ROUNDS_MAX, "it comes to an end");
		if ((t = world.later) != NULL) {
			world.later = NULL;
			t->link = NULL;
			t->run(t);
			continue;
		}
		if ((fn = world.verified) != NULL) {
			world.verified = NULL;
			fn(world.verified_arg, world.right, world.busy);
			continue;
		}
		want = world.io->ops->want(world.io);
		fuzz_promise(want == POLLIN || want == POLLOUT,
		    "it waits for something");
		world.io->ready = want == POLLIN ? IO_IN : IO_OUT;
		world.io->ops->event(world.io);
	}
	world.dead->run(world.dead);
}

static void
fuzz_client(const char *data, size_t len, unsigned seed, int pieces,
    struct buf *sent)
{
	struct pydirector d;
	struct http h;
	struct addr peer;

	memset(&d, 0, sizeof(d));
	memset(&h, 0, sizeof(h));
	memset(&peer, 0, sizeof(peer));
	memset(&world, 0, sizeof(world));
	h.director = &d;
	h.handler = fuzz_handler;
	world.data = data;
	world.left = len;
	world.seed = seed;
	world.pieces = pieces;
	world.sent = sent;
	conn_start(&h, FD, &peer);
	fuzz_rounds();
	fuzz_promise(h.nconns == 0 && h.conns == NULL, "nothing is left");
}

/* Lines of heads are those that http-conn.c writes, and nobody else's. */
static void
fuzz_headers(const struct buf *sent)
{
	static const char *const names[] = { "\r\n", "Date: ",
	    "Content-Type: text/plain; charset=utf-8\r\n", "Content-Length: ",
	    "Connection: ", "Cache-Control: no-store\r\n",
	    "Content-Security-Policy: default-src 'none'; ",
	    "Cross-Origin-", "Referrer-Policy: ",
	    "X-Content-Type-Options: ", "X-Frame-Options: DENY\r\n",
	    "WWW-Authenticate: Basic ", "Retry-After: 1\r\n",
	    "Allow: GET, HEAD, POST\r\n", "Location: " };
	const char *p = sent->data;
	size_t i, n = sizeof(names) / sizeof(names[0]);

	while (p != NULL && (p = strchr(p, '\r')) != NULL) {
		fuzz_promise(p[1] == '\n', "no carriage return is alone");
		p += 2;
		if (strncmp(p - 4, "\r\n\r\n", 4) == 0)
			continue;
		for (i = 0; i < n; i++)
			if (strncmp(p, names[i], strlen(names[i])) == 0)
				break;
		fuzz_promise(i < n, "no header is the client's");
	}
}

/* The bytes with repeats written out. */
static char *
fuzz_expand(const uint8_t *data, size_t size, size_t *len)
{
	char *text = malloc(INPUT_MAX);
	size_t i, n;

	if (text == NULL)
		abort();
	*len = 0;
	for (i = 0; i < size && *len < INPUT_MAX; i++) {
		n = 1;
		if (data[i] == 1 && size - i > 2) {
			n = (size_t)data[i + 1] * 256;
			i += 2;
		}
		if (n > INPUT_MAX - *len)
			n = INPUT_MAX - *len;
		memset(text + *len, data[i], n);
		*len += n;
	}
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, pieces;
	char *text;
	size_t len;

	if (size == 0)
		return 0;
	text = fuzz_expand(data + 1, size - 1, &len);
	buf_init(&whole, 64 * 1024 * 1024);
	buf_init(&pieces, 64 * 1024 * 1024);
	fuzz_client(text, len, data[0], 0, &whole);
	fuzz_client(text, len, data[0], 1, &pieces);
	fuzz_promise(whole.len == pieces.len && (whole.len == 0 ||
	    memcmp(whole.data, pieces.data, whole.len) == 0),
	    "pieces make no difference");
	fuzz_headers(&whole);
	buf_done(&whole);
	buf_done(&pieces);
	free(text);
	return 0;
}
