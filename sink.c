/* SPDX-License-Identifier: ISC
 *
 * Lines that must never hold us up.
 *
 *	taken		in the buffer, whole
 *	written		in one write(2) a round, with all others of it; when
 *			that takes less, the buffer begins with a line that is
 *			out in part, and its rest goes first
 *	blocked		the target takes nothing: tried again by a timer, and
 *			with the next lines when it is only full
 *	lost		there is no room in the buffer
 *
 * A line that is out in part is written again from its start where its rest
 * would have no beginning: in a file that was opened anew or cut off, for
 * another reader of a FIFO, for another helper. For the helper each line
 * begins with its level, a digit. What the kernel or the helper has taken and
 * does not deliver is not counted. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/openas.h"
#include "buf.h"
#include "net.h"
#include "loop.h"
#include "child.h"
#include "sink.h"

#define SINK_MAX	(256 * 1024)	/* bytes that wait */
#define SINK_LARGE	(32 * 1024)	/* written before the round ends */
#define RETRY		100		/* ms until a target is tried again */
#define OPEN_WAIT	1000		/* ms between two starts or openings */
#define END_WAIT	1000		/* ms for a helper to finish */
#define TELL_FIRST	1000		/* ms from a loss until it is told */
#define TELL_WAIT	10000		/* ms between two tellings */

struct sink {
	struct loop	*loop;
	char		*name;		/* path of the file, or facility */
	char		*helper;	/* NULL: a file */
	uid_t		 uid;		/* as whom root opens it; 0: root */
	gid_t		 gid;
	int		 fd;		/* -1: none now */
	struct child	 child;
	struct buf	 lines;		/* not yet written */
	size_t		 torn;		/* bytes of the first that are out */
	off_t		 torn_at;	/* size of the file behind them */
	int		 error;		/* errno why nothing goes out, or 0 */
	int64_t		 open_at;	/* clock time; not before */
	struct task	 task;		/* writes at the end of the round */
	struct timer	 retry;
	struct timer	 tell;
	int64_t		 told_at;	/* clock time of the last telling */
	uint64_t	 taken;
	uint64_t	 lost;
	uint64_t	 told;		/* of those lost */
	int		 lost_error;	/* error when the last one was lost */
	int		 retired;
	sink_lost_fn	*lost_fn;
	void		*arg;
};

static void	 sink_retry_expire(struct timer *);

/* What was lost. */

static const char *
sink_why(const struct sink *s)
{
	switch (s->lost_error) {
	case 0:
		return "too many at once";
	case EAGAIN:
		return "its reader is slow";
	case ENXIO:
		return "nobody reads it";
	case EPIPE:
		return s->helper != NULL ? "the helper ended" :
		    "nobody reads it";
	}
	return strerror(s->lost_error);
}

static void
sink_tell(struct sink *s)
{
	uint64_t n = s->lost - s->told;

	if (n == 0)
		return;
	s->told = s->lost;
	s->told_at = s->loop->clock();
	s->lost_fn(s->arg, n, sink_why(s));
}

static void
sink_tell_expire(struct timer *t)
{
	sink_tell(LOOP_OWNER(t, struct sink, tell));
}

static void
sink_lose(struct sink *s, int error)
{
	int64_t wait;

	s->lost++;
	s->lost_error = error;
	if (loop_timer_set(&s->tell))
		return;
	wait = s->told_at + TELL_WAIT - s->loop->clock();
	loop_timer(s->loop, &s->tell, wait < TELL_FIRST ? TELL_FIRST : wait,
	    sink_tell_expire);
}

/* Opening. */

static int
sink_open_file(const struct sink *s)
{
	return open_as(s->uid, s->gid, s->name, O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

/* The path could not be opened: 1: it is a FIFO that nobody reads. */
static int
sink_is_unread(const char *path)
{
	struct stat st;
	int is, saved = errno;

	is = saved == ENXIO && stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
	errno = saved;
	return is;
}

/* Returns our end of the socket, or -1 with errno. */
static int
sink_open_helper(struct sink *s)
{
	char mode[] = "syslog", *argv[4];
	int fds[2], error;

	if (net_pair(fds) == -1)
		return -1;
	argv[0] = s->helper;
	argv[1] = mode;
	argv[2] = s->name;
	argv[3] = NULL;
	error = child_start(&s->child, argv, NULL, &fds[1], 1, 0);
	net_close(fds[1]);
	if (error == 0)
		return fds[0];
	net_close(fds[0]);
	errno = error;
	return -1;
}

/* 0, or -1 with errno: not yet, or not at all. */
static int
sink_open(struct sink *s)
{
	int64_t now = s->loop->clock();

	if (child_running(&s->child) || now < s->open_at) {
		errno = s->error != 0 ? s->error : EAGAIN;
		return -1;
	}
	s->open_at = now + OPEN_WAIT;
	s->fd = s->helper != NULL ? sink_open_helper(s) :
	    sink_open_file(s);
	return s->fd == -1 ? -1 : 0;
}

/* Writing. */

/* The first line is out in part. Where somebody has cut the file off its rest
 * would have no beginning. */
static void
sink_check_torn(struct sink *s)
{
	struct stat st;

	if (s->torn > 0 && s->helper == NULL && fstat(s->fd, &st) == 0 &&
	    S_ISREG(st.st_mode) && st.st_size < s->torn_at)
		s->torn = 0;
}

/* The first n bytes of the buffer are out. */
static void
sink_wrote(struct sink *s, size_t n)
{
	struct stat st;
	size_t whole = n;

	while (whole > 0 && s->lines.data[whole - 1] != '\n')
		whole--;
	s->torn = n - whole;
	buf_consume(&s->lines, whole);
	if (s->torn > 0 && s->helper == NULL)
		s->torn_at = fstat(s->fd, &st) == 0 ? st.st_size : 0;
}

static ssize_t
sink_write(struct sink *s)
{
	const char *from = s->lines.data + s->torn;
	size_t n = s->lines.len - s->torn, done = 0;
	ssize_t put;

	if (s->helper != NULL) {
		switch (net_write(s->fd, from, n, &done)) {
		case IO_DONE:
			return (ssize_t)done;
		case IO_AGAIN:
			errno = EAGAIN;
			return -1;
		case IO_EOF:
		case IO_ERROR:
			break;
		}
		return -1;
	}
	do
		put = write(s->fd, from, n);
	while (put == -1 && errno == EINTR);
	if (put == 0) {
		errno = EAGAIN;
		return -1;
	}
	return put;
}

static void
sink_child_done(struct child *c, int status)
{
	(void)c;
	(void)status;
}

/* The helper is gone, or of no use. */
static void
sink_drop_helper(struct sink *s)
{
	net_close(s->fd);
	s->fd = -1;
	child_reap(&s->child, END_WAIT, sink_child_done);
}

/* Nothing goes out now. */
static void
sink_block(struct sink *s, int error)
{
	if (error == EWOULDBLOCK)
		error = EAGAIN;
	if (s->fd != -1 && s->helper != NULL && error != EAGAIN) {
		sink_drop_helper(s);
		error = EPIPE;
	}
	/* What is left in a FIFO can end within a line: it goes, and the next
	 * reader gets the line from its start. */
	if (error == EPIPE) {
		if (s->fd != -1)
			close(s->fd);
		s->fd = -1;
		s->torn = 0;
	}
	s->error = error;
	loop_timer(s->loop, &s->retry, RETRY, sink_retry_expire);
}

void
sink_flush(struct sink *s)
{
	ssize_t put;

	loop_task_del(&s->task);
	if (s->fd != -1)
		sink_check_torn(s);
	while (s->lines.len > 0) {
		if ((s->fd == -1 && sink_open(s) == -1) ||
		    (put = sink_write(s)) == -1) {
			sink_block(s, errno);
			return;
		}
		sink_wrote(s, s->torn + (size_t)put);
		s->error = 0;
	}
	loop_timer_del(s->loop, &s->retry);
}

static void
sink_task(struct task *t)
{
	sink_flush(LOOP_OWNER(t, struct sink, task));
}

static void
sink_retry_expire(struct timer *t)
{
	sink_flush(LOOP_OWNER(t, struct sink, retry));
}

/* One line into the buffer: 0, or -1: no memory, and nothing has changed. */
static int
sink_append(struct sink *s, int level, const char *line, size_t n)
{
	size_t was = s->lines.len;
	char digit = (char)('0' + level);

	if ((s->helper == NULL || buf_add(&s->lines, &digit, 1) == 0) &&
	    buf_add(&s->lines, line, n) == 0 &&
	    buf_add(&s->lines, "\n", 1) == 0)
		return 0;
	s->lines.len = was;
	s->lines.failed = 0;
	return -1;
}

void
sink_line(struct sink *s, int level, const char *line, size_t n)
{
	if (n > SINK_LINE_MAX) {
		sink_lose(s, EMSGSIZE);
		return;
	}
	if (s->lines.len + n + 2 > SINK_MAX) {
		sink_lose(s, s->error);
		return;
	}
	if (sink_append(s, level, line, n) == -1) {
		sink_lose(s, ENOMEM);
		return;
	}
	s->taken++;
	/* Where only time helps, the timer looks. */
	if (s->error != 0 && s->error != EAGAIN)
		return;
	if (s->lines.len >= SINK_LARGE && s->error == 0)
		sink_flush(s);
	else
		loop_later(s->loop, &s->task, sink_task);
}

/* Making and freeing. */

static struct sink *
sink_new(struct loop *loop, const char *helper, const char *name, uid_t uid,
    gid_t gid, sink_lost_fn *fn, void *arg)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->name = strdup(name);
	if (helper != NULL)
		s->helper = strdup(helper);
	if (s->name == NULL || (helper != NULL && s->helper == NULL)) {
		free(s->name);
		free(s->helper);
		free(s);
		return NULL;
	}
	s->loop = loop;
	s->uid = uid;
	s->gid = gid;
	s->fd = -1;
	child_init(&s->child, loop);
	buf_init(&s->lines, SINK_MAX + 1);
	s->open_at = loop->clock();
	s->told_at = s->open_at - TELL_WAIT;
	s->lost_fn = fn;
	s->arg = arg;
	if (sink_open(s) == 0 || (helper == NULL && sink_is_unread(name)))
		return s;
	free(s->name);
	free(s->helper);
	free(s);
	return NULL;
}

struct sink *
sink_file(struct loop *loop, const char *path, uid_t uid, gid_t gid,
    sink_lost_fn *fn, void *arg)
{
	return sink_new(loop, NULL, path, uid, gid, fn, arg);
}

struct sink *
sink_syslog(struct loop *loop, const char *helper, const char *facility,
    sink_lost_fn *fn, void *arg)
{
	return sink_new(loop, helper, facility, 0, 0, fn, arg);
}

int
sink_reopen(struct sink *s)
{
	int fd;

	if (s->helper != NULL)
		return 0;
	/* What was said until now belongs to the old one. */
	sink_flush(s);
	fd = sink_open_file(s);
	if (fd == -1 && !sink_is_unread(s->name))
		return -1;
	if (s->fd != -1)
		close(s->fd);
	s->fd = fd;
	s->torn = 0;
	if (s->lines.len > 0)
		sink_flush(s);
	return 0;
}

void
sink_restart(struct sink *s)
{
	if (s->helper == NULL || s->fd == -1)
		return;
	sink_flush(s);
	if (s->fd != -1)
		sink_drop_helper(s);
	s->open_at = s->loop->clock();
}

/* What still waits is lost. */
static void
sink_forget(struct sink *s)
{
	size_t i;

	for (i = 0; i < s->lines.len; i++)
		if (s->lines.data[i] == '\n') {
			s->lost++;
			s->lost_error = s->error;
		}
	s->lines.len = 0;
	loop_timer_del(s->loop, &s->retry);
	loop_task_del(&s->task);
}

void
sink_retire(struct sink *s)
{
	sink_flush(s);
	sink_forget(s);
	loop_timer_del(s->loop, &s->tell);
	sink_tell(s);
	s->retired = 1;
	if (s->fd == -1)
		return;
	if (s->helper != NULL)
		sink_drop_helper(s);
	else
		close(s->fd);
	s->fd = -1;
}

void
sink_free(struct sink *s)
{
	if (s == NULL)
		return;
	if (s->retired)
		child_end(&s->child);
	else {
		sink_retire(s);
		child_finish(&s->child, END_WAIT);
	}
	buf_done(&s->lines);
	free(s->name);
	free(s->helper);
	free(s);
}

const char *
sink_name(const struct sink *s)
{
	return s->name;
}

uint64_t
sink_taken(const struct sink *s)
{
	return s->taken;
}

uint64_t
sink_lost(const struct sink *s)
{
	return s->lost;
}
