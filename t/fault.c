/* SPDX-License-Identifier: ISC
 *
 * Wrappers of what the system does for the balancer, by the linker's --wrap:
 * each call of a kind is counted, one fails, and what was allocated or opened
 * and never given back is known at the end. Calls within libraries are not
 * seen, but for the memory of libxml2 and
 * OpenSSL. Outside of fault_main() they do
 * nothing. */

#include "config.h"

#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>

#include "fault.h"

#define BLOCKS	(1 << 16)	/* room for blocks of memory */
#define FDS	256

static struct fault *fault;	/* NULL: calls are what they are */

static const char *ahead;	/* seconds, for the wall clock; or NULL */

static struct {
	void		*block;		/* NULL: no block */
	unsigned long	 site;
} blocks[BLOCKS];

extern char __executable_start[];
#define SITE ((unsigned long)((char *)__builtin_return_address(0) - \
	__executable_start))

/* 1: this call fails; errno is set. */
static int
fails(enum fault_kind kind, unsigned long site)
{
	if (fault == NULL)
		return 0;
	if (++fault->counts[kind] != fault->nth || fault->kind != (int)kind)
		return 0;
	fault->fired = 1;
	fault->site = site;
	errno = fault->error;
	return 1;
}

/* Wrappers that fail or do nothing else. */
#define WRAP(kind, type, name, params, args, failed)		\
	type	 __real_##name params;				\
	type	 __wrap_##name params;				\
	type							\
	__wrap_##name params					\
	{							\
		if (fails(kind, SITE))				\
			return failed;				\
		return __real_##name args;			\
	}

WRAP(FAULT_ACCEPT, int, accept, (int fd, struct sockaddr *a, socklen_t *n),
    (fd, a, n), -1)
WRAP(FAULT_ACCEPT, int, accept4, (int fd, struct sockaddr *a, socklen_t *n,
    int flags), (fd, a, n, flags), -1)
WRAP(FAULT_SOCKET, int, socket, (int f, int t, int p), (f, t, p), -1)
WRAP(FAULT_SPAWN, int, posix_spawn, (pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *fa, const posix_spawnattr_t *at,
    char *const argv[], char *const env[]), (pid, path, fa, at, argv, env),
    errno)
WRAP(FAULT_SPAWN, int, posix_spawnattr_init, (posix_spawnattr_t *a), (a),
    errno)
WRAP(FAULT_SPAWN, int, posix_spawn_file_actions_init,
    (posix_spawn_file_actions_t *a), (a), errno)
WRAP(FAULT_SPAWN, int, posix_spawn_file_actions_adddup2,
    (posix_spawn_file_actions_t *a, int from, int to), (a, from, to), errno)
WRAP(FAULT_SPAWN, int, posix_spawn_file_actions_addopen,
    (posix_spawn_file_actions_t *a, int fd, const char *path, int flags,
    mode_t mode), (a, fd, path, flags, mode), errno)
WRAP(FAULT_FORK, pid_t, fork, (void), (), -1)
WRAP(FAULT_SET, int, epoll_create1, (int flags), (flags), -1)
WRAP(FAULT_SET, int, epoll_ctl, (int set, int op, int fd,
    struct epoll_event *e), (set, op, fd, e), -1)
WRAP(FAULT_SET, int, epoll_wait, (int set, struct epoll_event *e, int n,
    int ms), (set, e, n, ms), -1)
WRAP(FAULT_NAME, int, getsockname, (int fd, struct sockaddr *a, socklen_t *n),
    (fd, a, n), -1)
WRAP(FAULT_NAME, int, getpeername, (int fd, struct sockaddr *a, socklen_t *n),
    (fd, a, n), -1)
WRAP(FAULT_PAIR, int, socketpair, (int f, int t, int p, int fds[2]),
    (f, t, p, fds), -1)
WRAP(FAULT_PAIR, int, pipe, (int fds[2]), (fds), -1)
WRAP(FAULT_BIND, int, bind, (int fd, const struct sockaddr *a, socklen_t n),
    (fd, a, n), -1)
WRAP(FAULT_ASK, int, getsockopt, (int fd, int level, int name, void *p,
    socklen_t *n), (fd, level, name, p, n), -1)
WRAP(FAULT_OPTION, int, setsockopt, (int fd, int level, int name,
    const void *p, socklen_t n), (fd, level, name, p, n), -1)
WRAP(FAULT_STAT, int, stat, (const char *path, struct stat *st), (path, st),
    -1)
WRAP(FAULT_STAT, int, lstat, (const char *path, struct stat *st), (path, st),
    -1)
WRAP(FAULT_STAT, int, fstat, (int fd, struct stat *st), (fd, st), -1)
WRAP(FAULT_STAT, char *, getcwd, (char *p, size_t n), (p, n), NULL)
WRAP(FAULT_PATH, char *, realpath, (const char *path, char *p), (path, p),
    NULL)
WRAP(FAULT_PATH, int, access, (const char *path, int mode), (path, mode), -1)
WRAP(FAULT_PATH, int, chdir, (const char *path), (path), -1)
WRAP(FAULT_FILE, int, fsync, (int fd), (fd), -1)
WRAP(FAULT_FILE, int, rename, (const char *a, const char *b), (a, b), -1)
WRAP(FAULT_FILE, int, link, (const char *a, const char *b), (a, b), -1)
WRAP(FAULT_FILE, int, mkstemp, (char *path), (path), -1)
WRAP(FAULT_FILE, int, chmod, (const char *path, mode_t m), (path, m), -1)
WRAP(FAULT_FILE, int, fchmod, (int fd, mode_t m), (fd, m), -1)
WRAP(FAULT_FILE, int, fchown, (int fd, uid_t u, gid_t g), (fd, u, g), -1)
WRAP(FAULT_FILE, int, lchown, (const char *path, uid_t u, gid_t g),
    (path, u, g), -1)
WRAP(FAULT_FILE, int, ftruncate, (int fd, off_t n), (fd, n), -1)
WRAP(FAULT_FILE, ssize_t, pread, (int fd, void *p, size_t n, off_t at),
    (fd, p, n, at), -1)
WRAP(FAULT_FILE, ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
    (fd, p, n, at), -1)
WRAP(FAULT_RANDOM, int, getentropy, (void *p, size_t n), (p, n), -1)
WRAP(FAULT_SHUTDOWN, int, shutdown, (int fd, int how), (fd, how), -1)
WRAP(FAULT_SIGNAL, int, sigaction, (int sig, const struct sigaction *a,
    struct sigaction *old), (sig, a, old), -1)
WRAP(FAULT_ACCOUNT, struct passwd *, getpwnam, (const char *name), (name),
    NULL)
WRAP(FAULT_ACCOUNT, struct passwd *, getpwuid, (uid_t uid), (uid), NULL)
WRAP(FAULT_ACCOUNT, struct group *, getgrnam, (const char *name), (name),
    NULL)
WRAP(FAULT_LOOKUP, int, getaddrinfo, (const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **ai),
    (node, service, hints, ai), EAI_AGAIN)

/* Who we are: where a lie can be seen through, there are lies. */
#define WRAP_USER(name, params, args, lies)			\
	int	 __real_##name params;				\
	int	 __wrap_##name params;				\
	int							\
	__wrap_##name params					\
	{							\
		if (!fails(FAULT_USER, SITE) ||			\
		    (errno == FAULT_LIES && !(lies)))		\
			return __real_##name args;		\
		return errno == FAULT_LIES ? 0 : -1;		\
	}

WRAP_USER(setuid, (uid_t u), (u), 1)
WRAP_USER(setgid, (gid_t g), (g), 1)
WRAP_USER(seteuid, (uid_t u), (u), 0)
WRAP_USER(setegid, (gid_t g), (g), 0)
WRAP_USER(setgroups, (size_t n, const gid_t *g), (n, g), 0)
WRAP_USER(initgroups, (const char *name, gid_t g), (name, g), 0)

/* Those with something of their own. */

int	 __real_connect(int, const struct sockaddr *, socklen_t);
int	 __wrap_connect(int, const struct sockaddr *, socklen_t);

int
__wrap_connect(int fd, const struct sockaddr *a, socklen_t n)
{
	if (!fails(FAULT_CONNECT, SITE))
		return __real_connect(fd, a, n);
	/* It goes on after a signal. */
	if (errno == EINTR && (__real_connect(fd, a, n) == 0 ||
	    errno == EINPROGRESS))
		errno = EINTR;
	return -1;
}

/* A UNIX socket: a process of ours, or a console. */
static int
is_local(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	return __real_getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
	    a.ss_family == AF_UNIX;
}

ssize_t	 __real_recv(int, void *, size_t, int);
ssize_t	 __wrap_recv(int, void *, size_t, int);

ssize_t
__wrap_recv(int fd, void *p, size_t n, int flags)
{
	if (fault != NULL &&
	    fails(is_local(fd) ? FAULT_HEAR : FAULT_RECV, SITE))
		return -1;
	return __real_recv(fd, p, n, flags);
}

ssize_t	 __real_send(int, const void *, size_t, int);
ssize_t	 __wrap_send(int, const void *, size_t, int);

ssize_t
__wrap_send(int fd, const void *p, size_t n, int flags)
{
	if (fault != NULL &&
	    fails(is_local(fd) ? FAULT_TELL : FAULT_SEND, SITE))
		return -1;
	return __real_send(fd, p, n, flags);
}

ssize_t	 __real_read(int, void *, size_t);
ssize_t	 __wrap_read(int, void *, size_t);

ssize_t
__wrap_read(int fd, void *p, size_t n)
{
	if (!fails(FAULT_READ, SITE))
		return __real_read(fd, p, n);
	return errno == FAULT_SHORT ? __real_read(fd, p, n > 0) : -1;
}

ssize_t	 __real_write(int, const void *, size_t);
ssize_t	 __wrap_write(int, const void *, size_t);

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	/* A byte into our own pipe, by a handler that nothing interrupts: it
	 * is written, or the pipe is full and wakes us all the same. */
	if (n == 1 || !fails(FAULT_WRITE, SITE))
		return __real_write(fd, p, n);
	return errno == FAULT_SHORT ? __real_write(fd, p, n > 0) : -1;
}

int	 __real_close(int);
int	 __wrap_close(int);

/* Whatever close(2) says, the descriptor is gone. Where there was none it is
 * not counted. */
int
__wrap_close(int fd)
{
	int result = __real_close(fd);

	return result == 0 && fails(FAULT_CLOSE, SITE) ? -1 : result;
}

pid_t	 __real_waitpid(pid_t, int *, int);
pid_t	 __wrap_waitpid(pid_t, int *, int);

/* A child that is there is nobody else's: ECHILD is for one that has ended, and
 * was waited for by another. */
pid_t
__wrap_waitpid(pid_t pid, int *status, int flags)
{
	pid_t result;

	if (!fails(FAULT_WAIT, SITE))
		return __real_waitpid(pid, status, flags);
	if (errno != ECHILD)
		return -1;
	result = __real_waitpid(pid, status, flags);
	if (result > 0)
		errno = ECHILD;
	return result > 0 ? -1 : result;
}

int	 __real_open(const char *, int, ...);
int	 __wrap_open(const char *, int, ...);

int
__wrap_open(const char *path, int flags, ...)
{
	va_list args;
	int mode = 0;

	if (fails(FAULT_OPEN, SITE))
		return -1;
	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, int);
	va_end(args);
	return __real_open(path, flags, mode);
}

int	 __real_fcntl(int, int, ...);
int	 __wrap_fcntl(int, int, ...);

int
__wrap_fcntl(int fd, int cmd, ...)
{
	va_list args;
	void *p;

	if (cmd != F_GETLK && fails(FAULT_FCNTL, SITE))
		return -1;
	va_start(args, cmd);
	p = va_arg(args, void *);
	va_end(args);
	return __real_fcntl(fd, cmd, p);
}

int	 __real_ioctl(int, unsigned long, ...);
int	 __wrap_ioctl(int, unsigned long, ...);

int
__wrap_ioctl(int fd, unsigned long cmd, ...)
{
	va_list args;
	void *p;

	if (fails(FAULT_IOCTL, SITE))
		return -1;
	va_start(args, cmd);
	p = va_arg(args, void *);
	va_end(args);
	return __real_ioctl(fd, cmd, p);
}

int	 __real_listen(int, int);
int	 __wrap_listen(int, int);

int
__wrap_listen(int fd, int backlog)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	int result;

	if (fails(FAULT_LISTEN, SITE))
		return -1;
	result = __real_listen(fd, backlog);
	if (fault != NULL && result == 0 && fault->nports < FAULT_PORTS &&
	    __real_getsockname(fd, (struct sockaddr *)&in, &len) == 0 &&
	    in.sin_family == AF_INET)
		fault->ports[fault->nports++] = ntohs(in.sin_port);
	return result;
}

/* It waits for clients: by now it is who it will be. */
static void
look_user(void)
{
	/* In the background it is another process than at the start. */
	fault->pid = (long)getpid();
	fault->looping = 1;
	if (fault->user != 0 && (getuid() != fault->user ||
	    geteuid() != fault->user || getgid() == 0 || getegid() == 0))
		fault->high = 1;
}

int	 __real_poll(struct pollfd *, nfds_t, int);
int	 __wrap_poll(struct pollfd *, nfds_t, int);

int
__wrap_poll(struct pollfd *fds, nfds_t n, int ms)
{
	/* The loop's own: the signals and a listener, at least. */
	if (fault != NULL && n >= 2)
		look_user();
	if (fails(FAULT_POLL, SITE))
		return -1;
	return __real_poll(fds, n, ms);
}

/* The wall clock. */

int	 __real_clock_gettime(clockid_t, struct timespec *);
int	 __wrap_clock_gettime(clockid_t, struct timespec *);
time_t	 __wrap_time(time_t *);

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	int result = __real_clock_gettime(id, ts);

	if (result == 0 && id == CLOCK_REALTIME && ahead != NULL)
		ts->tv_sec += (time_t)atol(ahead);
	return result;
}

time_t
__wrap_time(time_t *t)
{
	struct timespec ts;

	(void)__wrap_clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

/* Memory. */

static void
block_add(void *p, unsigned long site)
{
	size_t i = (size_t)((uintptr_t)p >> 4) % BLOCKS, n;

	if (fault == NULL || p == NULL)
		return;
	for (n = 0; n < BLOCKS && blocks[i].block != NULL; n++)
		i = (i + 1) % BLOCKS;
	if (n == BLOCKS)
		abort();
	blocks[i].block = p;
	blocks[i].site = site;
}

/* Those behind it move up, so that no search ends too early. */
static void
block_del(const void *p)
{
	size_t i = (size_t)((uintptr_t)p >> 4) % BLOCKS, j;
	void *q;
	unsigned long site;

	if (fault == NULL || p == NULL)
		return;
	while (blocks[i].block != p) {
		if (blocks[i].block == NULL)
			return;
		i = (i + 1) % BLOCKS;
	}
	blocks[i].block = NULL;
	for (j = (i + 1) % BLOCKS; blocks[j].block != NULL;
	    j = (j + 1) % BLOCKS) {
		q = blocks[j].block;
		site = blocks[j].site;
		blocks[j].block = NULL;
		block_add(q, site);
	}
}

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
char	*__real_strdup(const char *);
void	 __real_free(void *);
void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_realloc(void *, size_t);
char	*__wrap_strdup(const char *);
void	 __wrap_free(void *);

static void *
memory_malloc(enum fault_kind kind, size_t n, unsigned long site)
{
	void *p = fails(kind, site) ? NULL : __real_malloc(n);

	block_add(p, site);
	return p;
}

static void *
memory_realloc(enum fault_kind kind, void *old, size_t n, unsigned long site)
{
	void *p;

	if (fails(kind, site))
		return NULL;
	block_del(old);
	p = __real_realloc(old, n);
	block_add(p, site);
	return p;
}

static char *
memory_strdup(enum fault_kind kind, const char *s, unsigned long site)
{
	char *p = fails(kind, site) ? NULL : __real_strdup(s);

	block_add(p, site);
	return p;
}

void *
__wrap_malloc(size_t n)
{
	return memory_malloc(FAULT_MEMORY, n, SITE);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = fails(FAULT_MEMORY, SITE) ? NULL : __real_calloc(n, size);

	block_add(p, SITE);
	return p;
}

void *
__wrap_realloc(void *old, size_t n)
{
	return memory_realloc(FAULT_MEMORY, old, n, SITE);
}

char *
__wrap_strdup(const char *s)
{
	return memory_strdup(FAULT_MEMORY, s, SITE);
}

void
__wrap_free(void *p)
{
	block_del(p);
	__real_free(p);
}

static void *
xml_malloc(size_t n)
{
	return memory_malloc(FAULT_XML, n, SITE);
}

static void *
xml_realloc(void *old, size_t n)
{
	return memory_realloc(FAULT_XML, old, n, SITE);
}

void *
fault_tls_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails(FAULT_TLS, SITE) ? NULL : __real_malloc(n);
}

void *
fault_tls_realloc(void *old, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails(FAULT_TLS, SITE) ? NULL : __real_realloc(old, n);
}

void
fault_tls_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	__real_free(p);
}

static char *
xml_strdup(const char *s)
{
	return memory_strdup(FAULT_XML, s, SITE);
}

/* The balancer as a whole. */

int	 __real_main(int, char *[]);
int	 __wrap_main(int, char *[]);

int
fault_clock(const char *seconds, int argc, char *argv[])
{
	ahead = seconds;
	return __real_main(argc, argv);
}

static void
look_fds(unsigned char open[FDS])
{
	int fd;

	for (fd = 0; fd < FDS; fd++)
		open[fd] = __real_fcntl(fd, F_GETFD, NULL) != -1;
}

static void
look_blocks(struct fault *f)
{
	size_t i;

	for (i = 0; i < BLOCKS; i++) {
		if (blocks[i].block == NULL)
			continue;
		f->live++;
		f->live_site = blocks[i].site;
	}
}

int
fault_main(struct fault *f, int handed, int argc, char *argv[])
{
	unsigned char before[FDS], after[FDS];
	int fd, status;

	/* The lists of blocks are the process's own: it is called once. */
	xmlMemSetup(__wrap_free, xml_malloc, xml_realloc, xml_strdup);
	/* It leaves blocks behind when it fails. */
	xmlInitParser();
	look_fds(before);
	f->pid = (long)getpid();
	fault = f;
	status = f->status = __real_main(argc, argv);
	/* It may end between two users; who looks for leaks has to be one. */
	if (geteuid() != getuid())
		(void)__real_seteuid(getuid());
	xmlCleanupParser();
	look_blocks(f);
	fault = NULL;
	look_fds(after);
	if (handed && status == 0)
		memset(before + STDERR_FILENO + 1, 0,
		    sizeof(before) - STDERR_FILENO - 1);
	for (fd = 0; fd < FDS; fd++) {
		if (!after[fd] || before[fd])
			continue;
		f->fds++;
		f->fd = fd;
	}
	f->ended = 1;
	return status;
}

int
__wrap_main(int argc, char *argv[])
{
	return fault_run(argc, argv);
}
