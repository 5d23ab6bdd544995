/* SPDX-License-Identifier: ISC
 *
 * The user's program: pydirectorctl, which gets the command channel. Behind a
 * terminal when the client asked for one, else between three pipes. Bytes are
 * taken from one side only when the other takes them: libssh keeps what the
 * client sends until the program reads, and gives the client no more room; the
 * program is not read while the client's window is full or something waits to
 * be sent. What the program has written goes out before its exit status.
 *
 *	asked		pty, size: noted
 *	started		shell or exec: bytes both ways
 *	ended		out and err closed, reaped: exit status, EOF, close */

#include "config.h"

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "sshd.h"

#define CTL_CHANNEL	3	/* where the program has the command channel */
#define REAP_LOOK	10	/* ms */
#define REAP_WAIT	2000	/* ms for a program without output */
#define CLOSE_WAIT	5000	/* ms for a client to close */
#define CTRL_D		'\004'

/* The child. */

/* Of the environment only what a terminal needs. */
static void
child_exec(struct sshd *d, const char *command)
{
	char term[SSHD_TERM + 8], channel[8];
	char *env[5], *argv[6];
	int n = 0;

	snprintf(term, sizeof(term), "TERM=%s", d->shell.term);
	snprintf(channel, sizeof(channel), "%d", CTL_CHANNEL);
	env[n++] = (char *)(uintptr_t)"PATH=/nonexistent";
	env[n++] = (char *)(uintptr_t)"LANG=C.UTF-8";
	env[n++] = (char *)(uintptr_t)"LC_CTYPE=C.UTF-8";
	if (d->shell.pty)
		env[n++] = term;
	env[n] = NULL;
	n = 0;
	argv[n++] = (char *)(uintptr_t)"pydirectorctl";
	argv[n++] = (char *)(uintptr_t)"-c";
	argv[n++] = channel;
	if (command != NULL) {
		argv[n++] = (char *)(uintptr_t)"--";
		argv[n++] = (char *)(uintptr_t)command;
	}
	argv[n] = NULL;
	execve(d->ctl, argv, env);
}

/* A console has no use for other programs. Login and command can come in one
 * turn of the loop: then the limit until login is still there. */
static void
child_limit(void)
{
#ifdef RLIMIT_NPROC
	struct rlimit none = { 0, 0 };
#endif

	sshd_lift();
#ifdef RLIMIT_NPROC
	(void)setrlimit(RLIMIT_NPROC, &none);
#endif
}

/* Takes the ends that are its own and becomes the program. All that it can
 * still do without them is end. */
static void
child_main(struct sshd *d, const int ends[3], const char *command)
{
	int link, i;

	signal(SIGPIPE, SIG_DFL);
	alarm(0);
	if (d->shell.pty && pty_control(ends[0]) == -1)
		_exit(2);
	/* 0 to 4 are open: what is duplicated here lies above them. */
	link = fcntl(d->link, F_DUPFD_CLOEXEC, CTL_CHANNEL + 1);
	for (i = 0; i < 3; i++)
		if (dup2(ends[i], i) == -1)
			_exit(2);
	if (link == -1 || dup2(link, CTL_CHANNEL) == -1)
		_exit(2);
	child_limit();
	child_exec(d, command);
	_exit(2);
}

/* Its start. */

static int
pipe_open(int fds[2])
{
	if (pipe(fds) == -1)
		return -1;
	if (fcntl(fds[0], F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fds[1], F_SETFD, FD_CLOEXEC) == -1) {
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	return 0;
}

static void
close_all(int *fds, int n)
{
	while (n-- > 0)
		if (fds[n] != -1)
			close(fds[n]);
}

static int
nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags == -1 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Three pipes: ends[] for the program, the others ours. 0 or -1. */
static int
shell_pipes(struct sshd_shell *sh, int ends[3])
{
	int fds[6] = { -1, -1, -1, -1, -1, -1 };

	if (pipe_open(fds) == -1 || pipe_open(fds + 2) == -1 ||
	    pipe_open(fds + 4) == -1 || nonblocking(fds[1]) == -1 ||
	    nonblocking(fds[2]) == -1 || nonblocking(fds[4]) == -1) {
		close_all(fds, 6);
		return -1;
	}
	ends[0] = fds[0];
	ends[1] = fds[3];
	ends[2] = fds[5];
	sh->in = fds[1];
	sh->out = fds[2];
	sh->err = fds[4];
	return 0;
}

/* The program, with a command or without (NULL). SSH_OK or SSH_ERROR. */
static int
shell_start(struct sshd *d, const char *command)
{
	struct sshd_shell *sh = &d->shell;
	int ends[3];

	if (sh->started)
		return SSH_ERROR;
	if (sh->pty)
		ends[0] = ends[1] = ends[2] = sh->terminal;
	else if (shell_pipes(sh, ends) == -1)
		return SSH_ERROR;
	sh->pid = fork();
	if (sh->pid == 0)
		child_main(d, ends, command);
	close_all(ends, sh->pty ? 1 : 3);
	sh->terminal = -1;
	if (sh->pid == -1) {
		sshd_over(d, SSHD_TROUBLE);
		return SSH_ERROR;
	}
	sh->started = 1;
	sh->command = command != NULL;
	d->deadline = 0;
	d->last = d->now;
	return SSH_OK;
}

/* What the client asks for. */

static int
ask_pty(ssh_session s, ssh_channel ch, const char *term, int cols, int rows,
    int x, int y, void *arg)
{
	struct sshd *d = arg;
	struct sshd_shell *sh = &d->shell;

	(void)s;
	(void)ch;
	(void)x;
	(void)y;
	if (sh->started || sh->pty || pty_open(&sh->in, &sh->terminal, cols,
	    rows) == -1)
		return SSH_ERROR;
	sh->pty = 1;
	sh->out = sh->in;
	snprintf(sh->term, sizeof(sh->term), "%s",
	    term != NULL && pty_term_good(term) ? term : "dumb");
	return SSH_OK;
}

static int
ask_size(ssh_session s, ssh_channel ch, int cols, int rows, int x, int y,
    void *arg)
{
	struct sshd *d = arg;

	(void)s;
	(void)ch;
	(void)x;
	(void)y;
	if (!d->shell.pty || d->shell.out == -1)
		return SSH_ERROR;
	pty_size(d->shell.out, cols, rows);
	return SSH_OK;
}

static int
ask_shell(ssh_session s, ssh_channel ch, void *arg)
{
	(void)s;
	(void)ch;
	return shell_start(arg, NULL);
}

static int
ask_exec(ssh_session s, ssh_channel ch, const char *command, void *arg)
{
	(void)s;
	(void)ch;
	if (command == NULL || strlen(command) > SSHD_LINE ||
	    strchr(command, '\n') != NULL)
		return SSH_ERROR;
	return shell_start(arg, command);
}

static int
ask_env(ssh_session s, ssh_channel ch, const char *name, const char *value,
    void *arg)
{
	(void)s;
	(void)ch;
	(void)name;
	(void)value;
	(void)arg;
	return SSH_ERROR;
}

static int
ask_subsystem(ssh_session s, ssh_channel ch, const char *name, void *arg)
{
	(void)s;
	(void)ch;
	(void)name;
	(void)arg;
	return SSH_ERROR;
}

static void
ask_signal(ssh_session s, ssh_channel ch, const char *name, void *arg)
{
	static const struct {
		const char	*name;
		int		 sig;
	} signals[] = { { "INT", SIGINT }, { "TERM", SIGTERM },
	    { "HUP", SIGHUP }, { "KILL", SIGKILL } };
	struct sshd *d = arg;
	size_t i;

	(void)s;
	(void)ch;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (d->shell.pid > 0 && strcmp(name, signals[i].name) == 0)
			(void)kill(d->shell.pid, signals[i].sig);
}

/* Takes nothing: libssh keeps it, and counts it against the window. */
static int
took_data(ssh_session s, ssh_channel ch, void *data, uint32_t len, int is_err,
    void *arg)
{
	struct sshd *d = arg;

	(void)s;
	(void)ch;
	(void)data;
	(void)len;
	d->last = d->now;
	if (!is_err)
		d->shell.more = 1;
	return 0;
}

static void
took_eof(ssh_session s, ssh_channel ch, void *arg)
{
	struct sshd *d = arg;

	(void)s;
	(void)ch;
	d->shell.eof = 1;
}

static void
took_close(ssh_session s, ssh_channel ch, void *arg)
{
	(void)s;
	(void)ch;
	sshd_over(arg, SSHD_CLOSED);
}

void
shell_init(struct sshd *d)
{
	struct sshd_shell *sh = &d->shell;

	sh->pid = -1;
	sh->in = sh->out = sh->err = sh->terminal = -1;
}

void
shell_setup(struct sshd *d)
{
	struct ssh_channel_callbacks_struct *cb = &d->channel_cb;

	cb->userdata = d;
	cb->channel_pty_request_function = ask_pty;
	cb->channel_pty_window_change_function = ask_size;
	cb->channel_shell_request_function = ask_shell;
	cb->channel_exec_request_function = ask_exec;
	cb->channel_env_request_function = ask_env;
	cb->channel_subsystem_request_function = ask_subsystem;
	cb->channel_signal_function = ask_signal;
	cb->channel_data_function = took_data;
	cb->channel_eof_function = took_eof;
	cb->channel_close_function = took_close;
	ssh_callbacks_init(cb);
	ssh_set_channel_callbacks(d->channel, cb);
}

/* Bytes. */

static void
close_in(struct sshd_shell *sh)
{
	if (!sh->pty)
		close(sh->in);
	sh->in = -1;
}

static void
close_out(struct sshd_shell *sh, int *fd)
{
	close(*fd);
	*fd = -1;
	if (sh->pty)
		sh->in = -1;
}

/* From libssh to the program, until one of them has no more. */
static void
shell_input(struct sshd *d)
{
	struct sshd_shell *sh = &d->shell;
	struct sshd_rest *r = &sh->input;
	ssize_t n;
	int got;

	while (sh->in != -1) {
		if (r->from == r->to && sh->more) {
			got = ssh_channel_read_nonblocking(d->channel, r->data,
			    sizeof(r->data), 0);
			sh->more = got > 0;
			r->from = 0;
			r->to = got > 0 ? (size_t)got : 0;
		}
		if (r->from == r->to)
			break;
		n = write(sh->in, r->data + r->from, r->to - r->from);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n == -1) {
			close_in(sh);
			return;
		}
		r->from += (size_t)n;
	}
	if (!sh->eof || sh->in == -1)
		return;
	sh->eof = 0;
	if (!sh->pty) {
		close_in(sh);
		return;
	}
	/* What a terminal has for it. */
	r->data[0] = CTRL_D;
	r->from = 0;
	r->to = (size_t)(write(sh->in, r->data, 1) != 1);
}

/* 1: the client takes bytes now. */
static int
shell_room(const struct sshd *d)
{
	return d->shell.output.from == d->shell.output.to &&
	    ssh_channel_window_size(d->channel) > 0 &&
	    !(ssh_get_poll_flags(d->session) & SSH_WRITE_PENDING);
}

/* Gives libssh what was read, as far as it takes it. */
static void
shell_send(struct sshd *d)
{
	struct sshd_rest *r = &d->shell.output;
	int n;

	if (r->from == r->to)
		return;
	n = d->shell.is_err ?
	    ssh_channel_write_stderr(d->channel, r->data + r->from,
	    (uint32_t)(r->to - r->from)) :
	    ssh_channel_write(d->channel, r->data + r->from,
	    (uint32_t)(r->to - r->from));
	if (n < 0 && n != SSH_AGAIN)
		sshd_over(d, SSHD_GONE);
	else if (n > 0) {
		r->from += (size_t)n;
		if (d->shell.command)
			d->last = d->now;
	}
}

/* Reads one end of the program, when the client has room. A terminal whose
 * other side is closed gives an error. */
static void
shell_output(struct sshd *d, int *fd, int is_err)
{
	struct sshd_shell *sh = &d->shell;
	struct sshd_rest *r = &sh->output;
	size_t room;
	ssize_t n;

	if (*fd == -1 || !shell_room(d))
		return;
	room = ssh_channel_window_size(d->channel);
	do
		n = read(*fd, r->data,
		    room < sizeof(r->data) ? room : sizeof(r->data));
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n <= 0) {
		close_out(sh, fd);
		return;
	}
	r->from = 0;
	r->to = (size_t)n;
	sh->is_err = is_err;
	shell_send(d);
}

/* Its end. */

static void
shell_reap(struct sshd *d)
{
	struct sshd_shell *sh = &d->shell;
	pid_t pid;

	if (sh->out != -1 || sh->err != -1 || sh->pid == -1)
		return;
	if (sh->closed == 0) {
		sh->closed = d->now;
		/* The balancer need not wait for the client. */
		close(d->link);
		d->link = -1;
	}
	pid = waitpid(sh->pid, &sh->status, WNOHANG);
	if (pid == sh->pid || (pid == -1 && errno == ECHILD))
		sh->pid = -1;
	else if (d->now - sh->closed > REAP_WAIT)
		(void)kill(sh->pid, SIGKILL);
}

/* Everything was sent: how it ended, and that nothing follows. */
static void
shell_tell(struct sshd *d)
{
	struct sshd_shell *sh = &d->shell;

	if (sh->told || sh->pid != -1 || sh->out != -1 || sh->err != -1 ||
	    sh->output.from != sh->output.to)
		return;
	sh->told = 1;
	if (WIFEXITED(sh->status))
		ssh_channel_request_send_exit_status(d->channel,
		    WEXITSTATUS(sh->status));
	else
		ssh_channel_request_send_exit_signal(d->channel, "KILL", 0,
		    "the console was killed", "");
	ssh_channel_send_eof(d->channel);
	ssh_channel_close(d->channel);
	d->closing = 1;
	d->deadline = d->now + CLOSE_WAIT;
}

nfds_t
shell_poll(struct sshd *d, struct pollfd *fds)
{
	struct sshd_shell *sh = &d->shell;
	int room, full = sh->input.from != sh->input.to;
	nfds_t n = 0;

	if (!sh->started || sh->told)
		return 0;
	room = shell_room(d);
	memset(fds, 0, 3 * sizeof(*fds));
	if (sh->in != -1 && full) {
		fds[n].fd = sh->in;
		fds[n++].events = POLLOUT;
	}
	if (sh->out != -1 && room) {
		fds[n].fd = sh->out;
		fds[n++].events = POLLIN;
	}
	if (sh->err != -1 && room) {
		fds[n].fd = sh->err;
		fds[n++].events = POLLIN;
	}
	return n;
}

void
shell_step(struct sshd *d)
{
	struct sshd_shell *sh = &d->shell;

	if (!sh->started || sh->told || d->over)
		return;
	shell_input(d);
	shell_send(d);
	shell_output(d, &sh->out, 0);
	shell_output(d, &sh->err, 1);
	shell_reap(d);
	shell_tell(d);
}

int
shell_timeout(const struct sshd *d)
{
	const struct sshd_shell *sh = &d->shell;

	return sh->started && !sh->told && sh->out == -1 && sh->err == -1 &&
	    sh->pid != -1 ? REAP_LOOK : -1;
}

int
shell_stuck(const struct sshd *d)
{
	return d->shell.started && !d->shell.told && !shell_room(d);
}

void
shell_end(struct sshd *d)
{
	struct sshd_shell *sh = &d->shell;

	if (sh->in != -1)
		close_in(sh);
	if (sh->out != -1)
		close_out(sh, &sh->out);
	if (sh->err != -1)
		close_out(sh, &sh->err);
	if (sh->terminal != -1)
		close(sh->terminal);
	if (sh->pid == -1)
		return;
	(void)kill(sh->pid, SIGKILL);
	while (waitpid(sh->pid, &sh->status, 0) == -1 && errno == EINTR)
		continue;
}
