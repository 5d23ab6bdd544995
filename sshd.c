/* SPDX-License-Identifier: ISC
 *
 * pydirector-sshd: one SSH connection, from its first byte to its last. It is
 * started by pydirector for each client, with the connection and a command
 * channel, or with -k to look at the host key. It is the only program that
 * sees libssh: what a client can do to that, he does to a process of his own.
 * It gives a console and nothing else: no forwarding, no files, no second
 * channel. Everything has a deadline; an alarm stands behind the first.
 *
 *	key exchange, login	within the grace time
 *	a program asked for	within the grace time again
 *	the program runs	until it ends, the client goes, or is quiet
 *				for too long
 *	closing			the client closes, within seconds */

#include "config.h"

#include <sys/types.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/harden.h"
#include "compat/openas.h"
#include "clock.h"
#include "sshd.h"

#define MOST_FILES	1024	/* descriptors that a careless parent left */
#define FILES		64	/* that this process needs, at most */
#define MEMORY		((rlim_t)256 * 1024 * 1024)
#define GONE_WAIT	500	/* ms for a console without a balancer */
#define LOGIN_CPU	10	/* seconds of processor time until login */

#define KEX	"curve25519-sha256,curve25519-sha256@libssh.org," \
		"ecdh-sha2-nistp256"
#define CIPHERS	"chacha20-poly1305@openssh.com,aes256-gcm@openssh.com," \
		"aes128-gcm@openssh.com,aes256-ctr,aes128-ctr"
#define MACS	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com," \
		"hmac-sha2-256,hmac-sha2-512"
#define USERKEYS "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384," \
		"ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"

static int
usage(void)
{
	fprintf(stderr, "pydirector-sshd: "
	    "it is started by pydirector, not by hand\n"
	    "usage: pydirector-sshd -k hostkey\n");
	return SSHD_USAGE;
}

void
sshd_over(struct sshd *d, enum sshd_end why)
{
	if (d->over)
		return;
	d->over = 1;
	d->why = why;
}

/* Limits. */

static void
limit(int what, rlim_t most, int hard)
{
	struct rlimit r;

	if (getrlimit(what, &r) == -1)
		return;
	if (r.rlim_max != RLIM_INFINITY && most > r.rlim_max)
		most = r.rlim_max;
	r.rlim_cur = most;
	if (hard)
		r.rlim_max = most;
	(void)setrlimit(what, &r);
}

/* A limit that is exceeded already (a debugger's memory) is none. */
static void
limit_memory(void)
{
#ifdef RLIMIT_AS
	struct rlimit old;
	void *page;

	if (getrlimit(RLIMIT_AS, &old) == -1)
		return;
	limit(RLIMIT_AS, MEMORY, 0);
	page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON,
	    -1, 0);
	if (page == MAP_FAILED)
		(void)setrlimit(RLIMIT_AS, &old);
	else
		munmap(page, 1);
#endif
}

static void
limit_all(void)
{
	harden_core();
	harden_child();
	limit(RLIMIT_NOFILE, FILES, 1);
	limit(RLIMIT_CPU, LOGIN_CPU, 0);
	limit_memory();
}

void
sshd_lift(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_CPU, &r) == -1)
		return;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &r);
}

/* The session. */

/* The options of a bind that never listens. 0 or -1. */
static int
session_options(ssh_bind b, ssh_key key)
{
	static const struct {
		enum ssh_bind_options_e	 option;
		const char		*value;
	} lists[] = {
		{ SSH_BIND_OPTIONS_BANNER,		"pydirector" },
		{ SSH_BIND_OPTIONS_KEY_EXCHANGE,	KEX },
		{ SSH_BIND_OPTIONS_CIPHERS_C_S,		CIPHERS },
		{ SSH_BIND_OPTIONS_CIPHERS_S_C,		CIPHERS },
		{ SSH_BIND_OPTIONS_HMAC_C_S,		MACS },
		{ SSH_BIND_OPTIONS_HMAC_S_C,		MACS },
		{ SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS,	"ssh-ed25519" },
		{ SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, USERKEYS }
	};
	int off = 0, bits = 2048;
	size_t i;

	/* The key last: it belongs to the bind then. */
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (ssh_bind_options_set(b, lists[i].option,
		    lists[i].value) != SSH_OK)
			return -1;
	if (ssh_bind_options_set(b, SSH_BIND_OPTIONS_PROCESS_CONFIG,
	    &off) != SSH_OK || ssh_bind_options_set(b,
	    SSH_BIND_OPTIONS_RSA_MIN_SIZE, &bits) != SSH_OK)
		return -1;
	return ssh_bind_options_set(b, SSH_BIND_OPTIONS_IMPORT_KEY,
	    key) == SSH_OK ? 0 : -1;
}

/* A session on the connection, which sends its banner. libssh writes and reads
 * without waiting only when the descriptor itself does not block. */
static int
session_open(struct sshd *d, ssh_bind b)
{
	int flags = fcntl(d->client, F_GETFL), result;

	if (flags == -1 ||
	    fcntl(d->client, F_SETFL, flags | O_NONBLOCK) == -1)
		return -1;
	d->session = ssh_new();
	d->event = ssh_event_new();
	if (d->session == NULL || d->event == NULL ||
	    ssh_bind_accept_fd(b, d->session, d->client) != SSH_OK)
		return -1;
	ssh_set_blocking(d->session, 0);
	(void)ssh_options_set(d->session, SSH_OPTIONS_COMPRESSION, "none");
	auth_setup(d);
	result = ssh_handle_key_exchange(d->session);
	if (result == SSH_ERROR ||
	    ssh_event_add_session(d->event, d->session) != SSH_OK)
		return -1;
	return 0;
}

/* The loop. */

/* When it has been quiet for too long; 0: never. A command may be quiet as
 * long as it likes, but not a client who does not take what it says. */
static int64_t
loop_quiet(const struct sshd *d)
{
	if (!d->shell.started || d->closing ||
	    (d->shell.command && !shell_stuck(d)))
		return 0;
	return d->last + d->idle;
}

/* How long to sleep, in ms. */
static int
loop_timeout(const struct sshd *d)
{
	int64_t at = loop_quiet(d);
	int soon = shell_timeout(d);

	if (soon != -1)
		return soon;
	if (d->deadline != 0 && (at == 0 || d->deadline < at))
		at = d->deadline;
	if (at == 0)
		return -1;
	return at > d->now ? (int)(at - d->now) + 1 : 0;
}

/* What was waited for too long. */
static void
loop_deadlines(struct sshd *d)
{
	int64_t quiet = loop_quiet(d);

	if (d->deadline != 0 && d->now >= d->deadline)
		sshd_over(d, d->closing ? SSHD_CLOSED : d->shell.started ?
		    SSHD_GONE : d->user ? SSHD_ODD : SSHD_SLOW);
	if (quiet != 0 && d->now >= quiet)
		sshd_over(d, SSHD_QUIET);
}

static void
loop_client(struct sshd *d)
{
	int had = d->user;

	if (ssh_event_dopoll(d->event, 0) == SSH_ERROR)
		sshd_over(d, d->closing || d->user ? SSHD_CLOSED : SSHD_ODD);
	else if (!ssh_is_connected(d->session))
		sshd_over(d, d->closing || d->user ? SSHD_CLOSED : SSHD_GONE);
	if (d->user && !had) {
		sshd_lift();
		alarm(0);
	}
}

/* The balancer has closed the command channel: the console, which sees it too,
 * has a moment to say so. */
static void
loop_balancer(struct sshd *d)
{
	d->gone = 1;
	if (!d->shell.started)
		sshd_over(d, SSHD_GONE);
	else if (!d->closing)
		d->deadline = d->now + GONE_WAIT;
}

/* While something waits to be written nothing is read: who does not listen is
 * not heard. */
static short
loop_events(struct sshd *d)
{
	return ssh_get_poll_flags(d->session) & SSH_WRITE_PENDING ?
	    POLLOUT : POLLIN;
}

static void
loop_run(struct sshd *d)
{
	struct pollfd fds[5];
	nfds_t n;

	while (!d->over) {
		memset(fds, 0, sizeof(fds));
		fds[0].fd = d->client;
		fds[0].events = loop_events(d);
		/* The balancer says nothing unasked, and its answers are the
		 * console's: only its end is seen. */
		fds[1].fd = d->gone ? -1 : d->link;
		fds[1].events = d->shell.started ? 0 : POLLIN;
		n = 2 + shell_poll(d, fds + 2);
		if (poll(fds, n, loop_timeout(d)) == -1) {
			if (errno != EINTR && errno != EAGAIN)
				sshd_over(d, SSHD_TROUBLE);
			continue;
		}
		d->now = clock_ms();
		if (fds[0].revents != 0)
			loop_client(d);
		if (fds[1].revents != 0)
			loop_balancer(d);
		shell_step(d);
		loop_deadlines(d);
	}
}

/* Says goodbye, with a reason where there is one, as far as the client takes
 * it without being waited for. */
static void
session_close(struct sshd *d)
{
	const char *text = d->why == SSHD_QUIET ?
	    "\r\npydirector: nothing was typed for too long: goodbye\r\n" :
	    d->gone ? "\r\npydirector: the balancer has gone\r\n" : NULL;

	if (text != NULL && d->channel != NULL && !d->closing &&
	    ssh_channel_window_size(d->channel) >= strlen(text))
		ssh_channel_write_stderr(d->channel, text,
		    (uint32_t)strlen(text));
	shell_end(d);
	if (d->session != NULL)
		ssh_disconnect(d->session);
}

/* All that can be freed. */
static void
session_free(struct sshd *d)
{
	auth_forget_keys(d);
	if (d->event != NULL) {
		if (d->session != NULL)
			ssh_event_remove_session(d->event, d->session);
		ssh_event_free(d->event);
	}
	ssh_free(d->session);
}

static int
serve(struct sshd *d)
{
	ssh_bind b = ssh_bind_new();
	ssh_key key = key_host(d->host_key);
	int result = SSHD_TROUBLE;

	d->now = clock_ms();
	d->deadline = d->now + d->grace;
	alarm((unsigned)(d->grace / 1000) + 2);
	shell_init(d);
	if (b == NULL || key == NULL) {
		ssh_key_free(key);
	} else if (session_options(b, key) == -1) {
		fprintf(stderr, "pydirector-sshd: %s\n", ssh_get_error(b));
	} else if (session_open(d, b) == -1) {
		result = SSHD_ODD;
	} else {
		loop_run(d);
		session_close(d);
		result = (int)d->why;
	}
	session_free(d);
	ssh_bind_free(b);
	return result;
}

/* -k: prints the fingerprint of the host key, which is made if need be. */
static int
print_key(const char *path)
{
	ssh_key key = key_host(path);
	char *text;

	if (key == NULL)
		return SSHD_TROUBLE;
	text = key_fingerprint(key);
	ssh_key_free(key);
	if (text == NULL)
		return SSHD_TROUBLE;
	printf("%s\n", text);
	ssh_string_free_char(text);
	return fflush(stdout) == EOF ? SSHD_TROUBLE : 0;
}

/* Seconds that the environment asks for: a limit can be made shorter. In ms. */
static int64_t
seconds(const char *name, long most)
{
	const char *text = getenv(name);
	long n = text == NULL ? most : strtol(text, NULL, 10);

	return (int64_t)(n < 1 || n > most ? most : n) * 1000;
}

static int
is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

int
main(int argc, char *argv[])
{
	static struct sshd d;	/* too large for some stacks */
	const char *look = NULL;
	int c, fd;

	while ((c = getopt(argc, argv, "c:h:k:")) != -1) {
		switch (c) {
		case 'c':
			d.ctl = optarg;
			break;
		case 'h':
			d.host_key = optarg;
			break;
		case 'k':
			look = optarg;
			break;
		default:
			return usage();
		}
	}
	if (look != NULL && argc == optind) {
		if (as_stay() == -1) {
			fprintf(stderr, "user: %s\n", strerror(errno));
			return 1;
		}
		return print_key(look);
	}
	if (d.ctl == NULL || d.host_key == NULL || argc != optind ||
	    !is_socket(SSHD_CLIENT) || !is_socket(SSHD_CHANNEL))
		return usage();
	for (fd = SSHD_CHANNEL + 1; fd < MOST_FILES; fd++)
		close(fd);
	signal(SIGPIPE, SIG_IGN);
	limit_all();
	d.client = SSHD_CLIENT;
	d.link = SSHD_CHANNEL;
	(void)fcntl(d.client, F_SETFD, FD_CLOEXEC);
	(void)fcntl(d.link, F_SETFD, FD_CLOEXEC);
	d.grace = seconds("PYDIRECTOR_SSH_GRACE", SSHD_GRACE);
	d.idle = seconds("PYDIRECTOR_SSH_IDLE", SSHD_IDLE);
	return serve(&d);
}
