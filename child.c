/* SPDX-License-Identifier: ISC
 *
 * Starting programs and reaping them. posix_spawn(3) does not copy the page
 * tables of a large process, and our descriptors are all close-on-exec. There
 * is no handler for SIGCHLD: while somebody waits for a child a timer looks,
 * soon at first, then less often.
 *
 *	running		child_reap: a timer looks
 *	looked for	still there: again, later; out of patience: killed
 *	reaped		done is called; it may start the next one */

#include "config.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "loop.h"
#include "child.h"

#define LOOK_FIRST	10	/* ms until it is looked for again; doubles */
#define LOOK_LAST	500	/* up to this */
#define END_TRIES	100	/* of 1 ms, at our own end */
#define ABOVE		16	/* few children get such a descriptor */

extern char **environ;

void
child_init(struct child *c, struct loop *loop)
{
	memset(c, 0, sizeof(*c));
	c->loop = loop;
	c->pid = -1;
}

int
child_running(const struct child *c)
{
	return c->pid != -1;
}

/* Starting. */

/* Default signals, nothing blocked, a process group of its own: what is typed
 * at our terminal is not meant for it. Returns 0 or an errno. */
static int
child_attr(posix_spawnattr_t *attr)
{
	static const int signals[] = { SIGPIPE, SIGHUP, SIGINT, SIGQUIT,
	    SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGCHLD, SIGTSTP, SIGTTIN,
	    SIGTTOU, SIGWINCH };
	sigset_t set;
	size_t i;
	int error;

	if ((error = posix_spawnattr_init(attr)) != 0)
		return error;
	sigemptyset(&set);
	posix_spawnattr_setsigmask(attr, &set);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	posix_spawnattr_setsigdefault(attr, &set);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	return 0;
}

/* Puts fds[] where they belong. Returns 0 or an errno. */
static int
child_place(posix_spawn_file_actions_t *actions, const int *fds, int n,
    int first)
{
	int error = 0, i;

	for (i = 0; i <= STDOUT_FILENO && first > STDERR_FILENO && error == 0;
	    i++)
		error = posix_spawn_file_actions_addopen(actions, i,
		    "/dev/null", O_RDWR, 0);
	for (i = 0; i < n && error == 0; i++)
		error = posix_spawn_file_actions_adddup2(actions, fds[i],
		    first + i);
	return error;
}

static int
child_spawn(struct child *c, char *const argv[], char *const env[],
    const int *fds, int n, int first)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid;
	int error;

	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		return error;
	if ((error = child_attr(&attr)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	error = child_place(&actions, fds, n, first);
	if (error == 0)
		error = posix_spawn(&pid, argv[0], &actions, &attr, argv,
		    env == NULL ? environ : env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		c->pid = pid;
	return error;
}

int
child_start(struct child *c, char *const argv[], char *const env[],
    const int *fds, int n, int first)
{
	int above = first + n > ABOVE ? first + n : ABOVE;
	int *copies, made = 0, error = 0;

	if (child_running(c))
		return EINVAL;
	copies = calloc((size_t)n + 1, sizeof(*copies));
	if (copies == NULL)
		return ENOMEM;
	/* Out of the way of the places: a copy onto itself would stay
	 * close-on-exec, one onto another would be lost. */
	while (made < n && error == 0) {
		copies[made] = fcntl(fds[made], F_DUPFD_CLOEXEC, above);
		if (copies[made] == -1)
			error = errno;
		else
			made++;
	}
	c->killed = 0;
	if (error == 0)
		error = child_spawn(c, argv, env, copies, n, first);
	while (made > 0)
		close(copies[--made]);
	free(copies);
	return error;
}

/* Its end. */

/* Takes its status: 1, or 0: it runs. Who was reaped by another waitpid() in
 * our program counts as gone. */
static int
child_look(struct child *c, int *status)
{
	pid_t pid;

	do
		pid = waitpid(c->pid, status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid == 0)
		return 0;
	if (pid == -1)
		*status = -1;
	c->pid = -1;
	return 1;
}

/* Its end was seen by child_ended. */
static void
child_tell(struct timer *t)
{
	struct child *c = LOOP_OWNER(t, struct child, timer);

	c->done(c, c->status);
}

int
child_ended(struct child *c)
{
	if (c->pid == -1)
		return 1;
	if (!child_look(c, &c->status))
		return 0;
	loop_timer(c->loop, &c->timer, 0, child_tell);
	return 1;
}

static void
child_expire(struct timer *t)
{
	struct child *c = LOOP_OWNER(t, struct child, timer);
	int64_t now = c->loop->now;
	int status;

	if (child_look(c, &status)) {
		c->done(c, status);
		return;
	}
	if (c->patience != -1 && now >= c->patience && !c->killed) {
		child_kill(c, SIGKILL);
		c->wait = 0;
	}
	c->wait = c->wait == 0 ? LOOK_FIRST : c->wait * 2;
	if (c->wait > LOOK_LAST)
		c->wait = LOOK_LAST;
	if (c->patience > now && c->wait > c->patience - now)
		c->wait = c->patience - now;
	loop_timer(c->loop, &c->timer, c->wait, child_expire);
}

void
child_reap(struct child *c, int64_t grace,
    void (*done)(struct child *, int status))
{
	if (!child_running(c))
		return;
	c->done = done;
	c->wait = 0;
	c->patience = grace == -1 ? -1 : c->loop->clock() + grace;
	if (grace == 0)
		child_kill(c, SIGKILL);
	loop_timer(c->loop, &c->timer, 0, child_expire);
}

void
child_kill(struct child *c, int sig)
{
	if (!child_running(c))
		return;
	if (sig == SIGKILL)
		c->killed = 1;
	/* Its group is there when posix_spawn() has returned, and its number
	 * is its own until it is reaped. */
	if (kill(-c->pid, sig) == -1)
		(void)kill(c->pid, sig);
}

void
child_end(struct child *c)
{
	int i, status;

	loop_timer_del(c->loop, &c->timer);
	if (!child_running(c) || child_look(c, &status))
		return;
	child_kill(c, SIGKILL);
	for (i = 0; i < END_TRIES && !child_look(c, &status); i++)
		poll(NULL, 0, 1);
	c->pid = -1;
}

void
child_finish(struct child *c, int ms)
{
	int status;

	loop_timer_del(c->loop, &c->timer);
	for (; ms > 0 && child_running(c) && !child_look(c, &status); ms--)
		poll(NULL, 0, 1);
	child_end(c);
}

/* Asking one. */

/* Reads until the end, or the deadline: 0 or an errno. */
static int
child_read(int fd, int64_t deadline, char *out, size_t size)
{
	struct pollfd pfd;
	char rest[256];
	size_t n = 0;
	ssize_t got;
	int64_t left;

	pfd.fd = fd;
	pfd.events = POLLIN;
	out[0] = '\0';
	while ((left = deadline - clock_ms()) > 0) {
		if (poll(&pfd, 1, (int)left) < 1)
			continue;
		got = n + 1 < size ? read(fd, out + n, size - 1 - n) :
		    read(fd, rest, sizeof(rest));
		if (got == 0)
			return 0;
		if (got == -1 && errno != EINTR)
			return errno;
		if (got > 0 && n + 1 < size)
			n += (size_t)got;
		out[n] = '\0';
	}
	return ETIMEDOUT;
}

int
child_ask(char *const argv[], int64_t ms, char *out, size_t size, int *status)
{
	int64_t deadline = clock_ms() + ms;
	struct child c;
	int fds[2], ends[2], error;

	memset(&c, 0, sizeof(c));
	c.pid = -1;
	if (pipe(fds) == -1)
		return errno;
	ends[0] = ends[1] = fds[1];
	if (fcntl(fds[0], F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fds[1], F_SETFD, FD_CLOEXEC) == -1)
		error = errno;
	else
		error = child_start(&c, argv, NULL, ends, 2, STDOUT_FILENO);
	close(fds[1]);
	if (error == 0)
		error = child_read(fds[0], deadline, out, size);
	close(fds[0]);
	if (!child_running(&c))
		return error;
	while (error == 0 && !child_look(&c, status)) {
		if (clock_ms() >= deadline)
			error = ETIMEDOUT;
		else
			poll(NULL, 0, 1);
	}
	child_end(&c);
	return error;
}
