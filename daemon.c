/* SPDX-License-Identifier: ISC
 *
 * What makes a program a daemon: log output, pid file, background, signals,
 * paths. Lines go out whole, in one write(2), and never wait for a reader.
 * Signal handlers only take notes; the state that they
 * need is static, as there is one process and one set of signals. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/openas.h"
#include "clock.h"
#include "log.h"
#include "pydirector.h"
#include "daemon.h"

#define SECOND		1000	/* ms */
#define PID_TRIES	10	/* a pid file that goes while it is locked */
#define MOST_FILES	1024	/* descriptors that we may be started with */

/* In the order in which daemon_signal tells of them. */
static const int	signals[] = {
	SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGHUP, SIGUSR2
};

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static volatile sig_atomic_t	caught[SIGNALS];
static volatile sig_atomic_t	running;
static int			self_pipe[2] = { -1, -1 };
static const char		*remove_path;	/* the pid file, or NULL */

/* Log output. */

static int
daemon_log_file(const struct daemon_log *l, const char *path)
{
	/* Not waiting: it can be a FIFO. */
	return open_as(l->uid, l->gid, path, O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

int
daemon_log_open(struct daemon_log *l, const char *path, int to_stderr,
    uid_t uid, gid_t gid)
{
	l->uid = uid;
	l->gid = gid;
	l->fd = -1;
	l->path = NULL;
	l->torn = 0;
	l->lost = 0;
	if (path != NULL) {
		if ((l->fd = daemon_log_file(l, path)) == -1)
			return -1;
		if ((l->path = strdup(path)) == NULL) {
			daemon_log_close(l);
			return -1;
		}
		return 0;
	}
	if (to_stderr)
		l->fd = STDERR_FILENO;
	return 0;
}

int
daemon_log_reopen(struct daemon_log *l)
{
	int fd;

	if (l->path == NULL)
		return 0;
	fd = daemon_log_file(l, l->path);
	if (fd == -1)
		return -1;
	close(l->fd);
	l->fd = fd;
	l->torn = 0;
	return 0;
}

/* 1: a write goes out without waiting. What standard error is we share with
 * others, so it cannot be made non-blocking. */
static int
daemon_log_may_write(const struct daemon_log *l)
{
	struct pollfd p;

	if (l->path != NULL)
		return 1;
	p.fd = l->fd;
	p.events = POLLOUT;
	p.revents = 0;
	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0;
}

/* One line into the file. 1: it went out. */
static int
daemon_log_write(struct daemon_log *l, int level, const char *line)
{
	char text[LOG_LINE_MAX + 64], stamp[CLOCK_STAMP_SIZE];
	ssize_t put;
	int n;

	if (!daemon_log_may_write(l))
		return 0;
	n = snprintf(text, sizeof(text), "%s%s %s %.*s\n",
	    l->torn ? "\n" : "", clock_stamp(stamp),
	    pydirector_level_word(level), LOG_LINE_MAX, line);
	if (n < 0 || n >= (int)sizeof(text))
		return 0;
	do
		put = write(l->fd, text, (size_t)n);
	while (put == -1 && errno == EINTR);
	if (put > 0)
		l->torn = put < n;
	return put == n;
}

void
daemon_log_line(struct daemon_log *l, int level, const char *line)
{
	char text[64];

	if (l->fd == -1)
		return;
	if (l->lost > 0) {
		snprintf(text, sizeof(text), "log: lost %lu lines", l->lost);
		if (!daemon_log_write(l, LOG_LEVEL_WARNING, text)) {
			l->lost++;
			return;
		}
		l->lost = 0;
	}
	if (!daemon_log_write(l, level, line))
		l->lost++;
}

void
daemon_log_close(struct daemon_log *l)
{
	if (l->fd != -1 && l->fd != STDERR_FILENO)
		close(l->fd);
	l->fd = -1;
	free(l->path);
	l->path = NULL;
}

/* The pid file. */

/* 1: the path still names the file that is open. */
static int
daemon_pid_is(const char *path, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && lstat(path, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Opens and locks it. -1 with errno, EAGAIN: *owner has the lock. */
static int
daemon_pid_lock(const char *path, pid_t *owner)
{
	struct flock lock;
	int fd, i, saved;

	for (i = 0; i < PID_TRIES; i++) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY |
		    O_NOFOLLOW | O_NONBLOCK, 0644);
		if (fd == -1)
			return -1;
		memset(&lock, 0, sizeof(lock));
		lock.l_type = F_WRLCK;
		lock.l_whence = SEEK_SET;
		if (fcntl(fd, F_SETLK, &lock) == -1) {
			saved = errno == EACCES ? EAGAIN : errno;
			if (fcntl(fd, F_GETLK, &lock) == 0 &&
			    lock.l_type != F_UNLCK)
				*owner = lock.l_pid;
			close(fd);
			errno = saved;
			return -1;
		}
		/* The one before us may have removed it in between. */
		if (daemon_pid_is(path, fd))
			return fd;
		close(fd);
	}
	errno = EBUSY;
	return -1;
}

/* 1: it holds a number or nothing, so nobody's other file is overwritten. */
static int
daemon_pid_is_ours(int fd)
{
	struct stat st;
	char text[32];
	ssize_t n;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return 0;
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		return 0;
	text[n] = '\0';
	return strspn(text, "0123456789 \n") == (size_t)n;
}

static int
daemon_pid_write(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == -1)
		return -1;
	return pwrite(fd, text, (size_t)n, 0) == n ? 0 : -1;
}

static int
daemon_pid_take(const char *path, char *err, size_t size)
{
	pid_t owner = 0;
	int fd = daemon_pid_lock(path, &owner);

	if (fd == -1 && errno == EAGAIN) {
		snprintf(err, size, "%s: another instance is running: pid %ld",
		    path, (long)owner);
		errno = EAGAIN;
		return -1;
	}
	if (fd == -1) {
		snprintf(err, size, "%s: %s", path, strerror(errno));
		errno = 0;
		return -1;
	}
	if (!daemon_pid_is_ours(fd)) {
		snprintf(err, size, "%s: not a pid file, left as it is", path);
		close(fd);
		errno = 0;
		return -1;
	}
	if (daemon_pid_write(fd) == -1) {
		snprintf(err, size, "%s: %s", path, strerror(errno));
		daemon_pid_close(path, fd);
		errno = 0;
		return -1;
	}
	return fd;
}

int
daemon_pid_open(const char *path, char *err, size_t size)
{
	sigset_t all, before;
	int fd, saved;

	/* No signal ends us between the file and the note of it. */
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, &before) == -1) {
		snprintf(err, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	fd = daemon_pid_take(path, err, size);
	saved = errno;
	if (fd != -1)
		remove_path = path;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return fd;
}

int
daemon_each_second(int64_t *next, int *timeout)
{
	int64_t now = clock_ms();
	int due = now >= *next;

	if (due)
		*next = now + SECOND;
	if (*timeout == -1 || *timeout > *next - now)
		*timeout = (int)(*next - now);
	return due;
}

void
daemon_pid_close(const char *path, int fd)
{
	if (fd == -1)
		return;
	remove_path = NULL;
	/* Who may not remove it, or cannot tell whose it is, leaves no number
	 * that means another process some day. */
	if ((!daemon_pid_is(path, fd) || unlink(path) == -1) &&
	    ftruncate(fd, 0) == -1)
		errno = 0;
	close(fd);
}

void
daemon_pid_release(int fd)
{
	if (fd != -1)
		close(fd);
}

/* The background. */

void
daemon_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
}

void
daemon_close_others(int first)
{
	int fd;

	for (fd = first; fd < MOST_FILES; fd++)
		close(fd);
}

/* In the parent: waits for the child's word or its end. */
static void
daemon_wait(int fd, pid_t child)
{
	char word;
	ssize_t n;
	int status;

	do
		n = read(fd, &word, 1);
	while (n == -1 && errno == EINTR);
	if (n == 1)
		_exit(0);
	while (waitpid(child, &status, 0) == -1)
		if (errno != EINTR)
			_exit(1);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int
daemon_detach(void)
{
	int fds[2], saved;
	pid_t child;

	if (pipe(fds) == -1)
		return -1;
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	/* The parent has to learn how its child ended. */
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == -1) {
		saved = errno;
		close(fds[0]);
		close(fds[1]);
		errno = saved;
		return -1;
	}
	if (child > 0) {
		close(fds[1]);
		daemon_wait(fds[0], child);
	}
	close(fds[0]);
	return fds[1];
}

int
daemon_ready(int fd)
{
	int null, left;

	/* Only now: until here an interrupt from the terminal is meant for
	 * us, too. */
	setsid();
	left = chdir("/");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (fd == -1)
		return left;
	/* A parent that is gone does not matter any more. */
	while (write(fd, "", 1) == -1 && errno == EINTR)
		continue;
	close(fd);
	return left;
}

/* Signals. */

static void
daemon_catch(int sig)
{
	int saved = errno;
	size_t i;

	if (!running && sig != SIGHUP && sig != SIGUSR1 && sig != SIGUSR2) {
		/* Root may be acting as somebody else. */
		if (remove_path != NULL && seteuid(getuid()) == 0)
			unlink(remove_path);
		_exit(1);
	}
	for (i = 0; i < SIGNALS; i++)
		if (signals[i] == sig)
			caught[i] = 1;
	/* A full pipe is readable, which is all that is wanted. */
	if (write(self_pipe[1], "", 1) == -1)
		errno = saved;
	errno = saved;
}

int
daemon_signals(void)
{
	struct sigaction sa;
	size_t i;
	int j;

	if (pipe(self_pipe) == -1)
		return -1;
	for (j = 0; j < 2; j++) {
		if (fcntl(self_pipe[j], F_SETFD, FD_CLOEXEC) == -1 ||
		    fcntl(self_pipe[j], F_SETFL, O_NONBLOCK) == -1)
			return -1;
	}
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = daemon_catch;
	sa.sa_flags = SA_RESTART;
	sigfillset(&sa.sa_mask);
	for (i = 0; i < SIGNALS; i++)
		if (sigaction(signals[i], &sa, NULL) == -1)
			return -1;
	signal(SIGPIPE, SIG_IGN);
	/* A log file at the limit of its size is an error of write(2). */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&sa.sa_mask);
	if (sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL) == -1)
		return -1;
	return self_pipe[0];
}

void
daemon_running(void)
{
	running = 1;
}

int
daemon_signal(void)
{
	char bytes[64];
	size_t i;

	/* The pipe before the notes: what is caught in between wakes again. */
	while (read(self_pipe[0], bytes, sizeof(bytes)) > 0)
		continue;
	for (i = 0; i < SIGNALS; i++)
		if (caught[i]) {
			caught[i] = 0;
			return signals[i];
		}
	return 0;
}

/* Paths. */

static char *
daemon_join(const char *dir, size_t n, const char *name)
{
	size_t size = n + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		snprintf(path, size, "%.*s/%s", (int)n, dir, name);
	return path;
}

char *
daemon_absolute(const char *path)
{
	char *dir, *joined;

	if (*path == '/')
		return strdup(path);
	dir = realpath(".", NULL);
	if (dir == NULL)
		return NULL;
	joined = daemon_join(dir, strlen(dir), path);
	free(dir);
	return joined;
}

/* 1: a file that can be executed. */
static int
daemon_is_program(const char *path)
{
	struct stat st;

	return access(path, X_OK) == 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

char *
daemon_self(const char *argv0)
{
	const char *dir = getenv("PATH");
	size_t n;
	char *path, *found;

	if (strchr(argv0, '/') != NULL)
		return daemon_absolute(argv0);
	/* As the shell has found it. */
	for (; dir != NULL; dir = dir[n] == ':' ? dir + n + 1 : NULL) {
		n = strcspn(dir, ":");
		path = daemon_join(n > 0 ? dir : ".", n > 0 ? n : 1, argv0);
		if (path == NULL)
			return NULL;
		if (daemon_is_program(path)) {
			found = daemon_absolute(path);
			free(path);
			return found;
		}
		free(path);
	}
	return NULL;
}

char *
daemon_beside(const char *argv0, const char *name, const char *dir)
{
	char *found, *path, *self;
	int error;

	errno = 0;
	found = daemon_self(argv0);
	self = found == NULL ? NULL : realpath(found, NULL);
	error = errno;
	free(found);
	/* Another program than the one beside us is worse than none. */
	if (self == NULL && error == ENOMEM)
		return NULL;
	if (self != NULL) {
		path = daemon_join(self, (size_t)(strrchr(self, '/') - self),
		    name);
		free(self);
		if (path == NULL || access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return daemon_join(dir, strlen(dir), name);
}
