/* SPDX-License-Identifier: ISC
 *
 * What a helper answers, under libFuzzer: helper.c with a child that is the
 * bytes made up. The first byte says whether a lookup or a password was
 * asked, whether the bytes are the payload of an answer with the right head or
 * all of it, and in which pieces they come. Every question has one answer,
 * within its bounds. No process is started. */

#include "config.h"

#include "helper.c"
#include "t/fuzz.h"

#define FD 1000		/* of the child; never used as one */

static struct {
	const char	*data;		/* what it sends */
	size_t		 left, piece;
	int		 answers;
} child;

/* In place of net.c, loop.c and log.c. */

enum io_result
net_read(int fd, void *p, size_t size, size_t *done)
{
	(void)fd;
	if (child.left == 0)
		return IO_EOF;
	if (size > child.piece)
		size = child.piece;
	if (size > child.left)
		size = child.left;
	memcpy(p, child.data, size);
	child.data += size;
	child.left -= size;
	*done = size;
	return IO_DONE;
}

enum io_result
net_write(int fd, const void *p, size_t size, size_t *done)
{
	(void)fd;
	(void)p;
	*done = size;
	return IO_DONE;
}

void
net_close(int fd)
{
	fuzz_promise(fd == FD, "the right descriptor is closed");
}

int
net_pair(int fds[2])
{
	(void)fds;
	errno = EMFILE;
	return -1;
}

int
loop_add(struct loop *l, struct io *io, const struct io_ops *ops, int fd)
{
	(void)l;
	(void)io;
	(void)ops;
	(void)fd;
	return -1;
}

void
loop_del(struct loop *l, struct io *io)
{
	(void)l;
	(void)io;
}

void
loop_timer(struct loop *l, struct timer *t, int64_t ms,
    void (*expire)(struct timer *))
{
	(void)l;
	(void)t;
	(void)ms;
	(void)expire;
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
	(void)t;
	(void)run;
}

void
loop_task_del(struct task *t)
{
	(void)t;
}

void
log_line(struct log *l, enum log_level level, const char *format, ...)
{
	(void)l;
	(void)level;
	(void)format;
}

static int64_t
fuzz_clock(void)
{
	return 1;
}

static void
fuzz_found(void *arg, const struct addr *a, int n, const char *why)
{
	char text[ADDR_TEXT_SIZE];
	int i;

	(void)arg;
	child.answers++;
	fuzz_promise(n >= 0 && n <= HELPER_ADDRS, "a number of addresses");
	fuzz_promise(n > 0 || (why != NULL && strlen(why) < 128),
	    "none, and why");
	for (i = 0; i < n; i++) {
		fuzz_promise(addr_len(&a[i]) > 0 && addr_port(&a[i]) == 80,
		    "an address is one");
		fuzz_promise(strlen(addr_text(&a[i], text)) < sizeof(text),
		    "and has a text");
	}
}

static void
fuzz_verified(void *arg, int right)
{
	(void)arg;
	child.answers++;
	fuzz_promise(right >= -1 && right <= 1, "right, wrong or unknown");
}

/* Asks two questions and hears what comes. */
static void
fuzz_talk(int lookup)
{
	const struct hostport to = { "name", 80 };
	struct loop loop;
	struct helper *h;
	int i;

	memset(&loop, 0, sizeof(loop));
	loop.clock = fuzz_clock;
	h = helper_new(&loop, NULL, "none", lookup ? "lookup" : "crypt");
	if (h == NULL)
		abort();
	h->io.fd = FD;
	for (i = 0; i < 2; i++)
		fuzz_promise((lookup ?
		    helper_lookup(h, &to, fuzz_found, NULL) :
		    helper_verify(h, "$6$a", "b", fuzz_verified, NULL)) !=
		    NULL, "a question is taken");
	helper_next(h);
	while (h->io.fd != -1) {
		h->io.ready = IO_IN;
		helper_event(&h->io);
	}
	/* No child now, and none can be started. */
	helper_next(h);
	helper_again_expire(&h->again);
	fuzz_promise(child.answers <= 2, "one answer a question");
	fuzz_promise(child.answers + h->nrequests == 2, "none is lost");
	helper_free(h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct helper_head head;
	char *bytes;
	size_t n;

	if (size < 2)
		return 0;
	n = size - 2;
	head.len = (uint32_t)n;
	head.id = 1;
	bytes = malloc(sizeof(head) + n);
	if (bytes == NULL)
		abort();
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), data + 2, n);
	memset(&child, 0, sizeof(child));
	child.piece = (size_t)data[1] + 1;
	child.data = data[0] & 1 ? bytes : bytes + sizeof(head);
	child.left = data[0] & 1 ? sizeof(head) + n : n;
	fuzz_talk(data[0] >> 1 & 1);
	free(bytes);
	return 0;
}
