/* SPDX-License-Identifier: ISC
 *
 * The program pydirector: options, start, and the poll(2) loop around a
 * director, with nothing but its public interface. It is also the example of
 * a program that embeds one. It exits before the loop starts or when told to
 * by a signal, never because of what a client, a server or the system does. */

#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/give.h"
#include "compat/harden.h"
#include "daemon.h"
#include "notify.h"
#include "password.h"
#include "privilege.h"
#include "pydirector.h"
#include "upgrade.h"

#define FIRST_SLOTS	64	/* of the poll array */
#define TEXT_MAX	1024	/* bytes of a message */

/* What the command line says, and what is made of it. */
struct program {
	int			 foreground;	/* -d */
	int			 check;		/* -n */
	int			 verbose;	/* -v, how often */
	const char		*wait;		/* -o */
	const char		*log_path;	/* -l */
	const char		*pid_option;	/* -p */
	char			*user;		/* -u */
	const char		*config;
	char			*pid_path;	/* the same, absolute */
	int			 pid_fd;
	int			 pid_waits;	/* it could not be written */
	int64_t			 pid_next;	/* when it is tried again */
	int			 lifeline;	/* to our parent, or -1 */
	int			 log_open;
	struct daemon_log	 log;
	struct notify		 notify;
	struct privilege	 privilege;
	struct upgrade		 upgrade;
	char			*programs[5];	/* that we start; NULL ends */
	struct pydirector	*director;
	int			 draining;	/* ends with the last relay */
	struct pollfd		*fds;		/* the first: caught signals */
	int			 slots;
};

static int
usage(void)
{
	fprintf(stderr, "usage: pydirector [-dnPVv] [-l logfile] "
	    "[-o poll|epoll|kqueue]\n"
	    "           [-p pidfile] [-u user[:group]] [config.xml]\n");
	return 2;
}

/* Log lines and messages. */

static void
log_sink(void *arg, int level, const char *line)
{
	struct program *p = arg;

	if (p->log_open)
		daemon_log_line(&p->log, level, line);
	else
		fprintf(stderr, "%s: %s\n", p->config, line);
	if (p->director != NULL)
		pydirector_syslog_line(p->director, level, line);
}

/* A line of the program's own. */
static void
log_say(struct program *p, enum pydirector_level level, const char *format,
    ...)
{
	char line[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_sink(p, level, line);
}

/* The start has failed: tells on standard error, in the log when that is
 * elsewhere, and the process whose place we would have taken. Returns -1. */
static int
complain(struct program *p, const char *what, const char *why)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%s%s%s", what, *what != '\0' ? ": " : "",
	    why);
	fprintf(stderr, "pydirector: %s\n", text);
	if (p->log_open && p->log.fd != STDERR_FILENO)
		log_say(p, PYDIRECTOR_ERR, "start: failed: %s", text);
	if (p->director != NULL)
		pydirector_failed(p->director, text);
	return -1;
}

/* The start. */

/* To syslog when the configuration says so, or the lines would go nowhere. */
static int
open_syslog(struct program *p)
{
	if (pydirector_with_syslog(p->director,
	    p->log.fd == -1 ? "daemon" : NULL) == 0)
		return 0;
	return complain(p, "", pydirector_error(p->director));
}

/* -l, else what the configuration names, else standard error with -d; and
 * syslog. Returns 0 or -1. */
static int
open_log(struct program *p)
{
	const char *path = p->log_path;
	char *absolute = NULL, text[TEXT_MAX];
	int result;

	if (path == NULL)
		path = pydirector_log_file(p->director);
	if (path != NULL && (absolute = daemon_absolute(path)) == NULL)
		return complain(p, path, strerror(errno));
	result = daemon_log_open(&p->log, absolute, p->foreground,
	    p->privilege.uid, p->privilege.gid);
	if (result == -1) {
		snprintf(text, sizeof(text), "%s%s", strerror(errno),
		    privilege_high(&p->privilege) ? ", for the user of -u" :
		    "");
		complain(p, path == NULL ? "log" : path, text);
	} else
		p->log_open = 1;
	free(absolute);
	return result == -1 ? -1 : open_syslog(p);
}

static int
open_pid(struct program *p)
{
	char err[TEXT_MAX];

	if (p->pid_path == NULL)
		return 0;
	p->pid_fd = daemon_pid_open(p->pid_path, err, sizeof(err));
	if (p->pid_fd != -1)
		return 0;
	return complain(p, "", err);
}

/* That of the old process, which has given it up. What fails may work a second
 * later: until then the file tells of a process that is gone. */
static void
inherit_pid(struct program *p)
{
	int waited = p->pid_waits;
	char err[TEXT_MAX];

	if (p->pid_path == NULL)
		return;
	p->pid_fd = daemon_pid_open(p->pid_path, err, sizeof(err));
	p->pid_waits = p->pid_fd == -1;
	if (p->pid_fd != -1 && waited)
		log_say(p, PYDIRECTOR_NOTICE, "pid file: written");
	if (p->pid_fd == -1 && !waited)
		log_say(p, PYDIRECTOR_WARNING, "pid file: %s: tried again "
		    "each second", err);
}

/* What operators ask for, by signals or by commands. */

static int
reopen_log(void *arg)
{
	struct program *p = arg;
	int result = 0;

	if (daemon_log_reopen(&p->log) == -1) {
		log_say(p, PYDIRECTOR_ERR, "log: not reopened: %s: %s",
		    p->log.path, strerror(errno));
		result = -1;
	}
	if (pydirector_reopen(p->director) == -1) {
		log_say(p, PYDIRECTOR_ERR, "connlog: not reopened: %s",
		    strerror(errno));
		result = -1;
	}
	if (result == 0)
		log_say(p, PYDIRECTOR_NOTICE, "log: reopened");
	return result;
}

/* Ends with the last relay. */
static int
drain(void *arg)
{
	struct program *p = arg;

	if (!p->draining)
		log_say(p, PYDIRECTOR_NOTICE,
		    "director: draining: %lu relays open",
		    (unsigned long)pydirector_relays(p->director));
	p->draining = 1;
	notify_say(&p->notify, "STOPPING=1");
	notify_status(&p->notify, "draining");
	pydirector_drain(p->director);
	return 0;
}

/* Each line of why it failed. */
static void
reload_failed(struct program *p, const char *line)
{
	size_t n;

	for (; *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		log_say(p, PYDIRECTOR_ERR, "config: not reloaded: %.*s",
		    (int)n, line);
	}
}

static void
reload(struct program *p)
{
	notify_reloading(&p->notify);
	if (pydirector_reload(p->director) == -1)
		reload_failed(p, pydirector_error(p->director));
	notify_say(&p->notify, "READY=1");
}

/* The new process is in our place, or never will be. */
static void
upgraded(void *arg, long pid, const char *why)
{
	struct program *p = arg;

	if (why != NULL) {
		log_say(p, PYDIRECTOR_ERR, "director: upgrade: %ld failed: %s",
		    pid, why);
		return;
	}
	log_say(p, PYDIRECTOR_NOTICE,
	    "director: upgrade: %ld is ready: draining %lu relays", pid,
	    (unsigned long)pydirector_relays(p->director));
	p->draining = 1;
	notify_successor(&p->notify, pid);
	daemon_pid_release(p->pid_fd);
	p->pid_fd = -1;
	p->pid_waits = 0;
}

static int
upgrade(void *arg)
{
	struct program *p = arg;
	long pid = upgrade_start(&p->upgrade, &p->notify, p->director, upgraded,
	    p);

	if (pid == -1) {
		log_say(p, PYDIRECTOR_ERR, "director: upgrade: not started: %s",
		    p->upgrade.why != NULL ? p->upgrade.why :
		    pydirector_error(p->director));
		return -1;
	}
	log_say(p, PYDIRECTOR_NOTICE, "director: upgrade: started %ld", pid);
	return 0;
}

/* The process before this one has let go of what only one can have. It is too
 * late to fail. */
static void
inherit(void *arg)
{
	struct program *p = arg;

	inherit_pid(p);
	notify_say(&p->notify, "READY=1");
	notify_status(&p->notify, "running");
}

/* More of the start. */

/* Before the first file: logs are opened with the user's rights. */
static int
prepare(struct program *p)
{
	const struct privilege *u = &p->privilege;
	char err[TEXT_MAX];

	if (p->pid_option != NULL &&
	    (p->pid_path = daemon_absolute(p->pid_option)) == NULL)
		return complain(p, p->pid_option, strerror(errno));
	if (privilege_groups(u, err, sizeof(err)) == -1)
		return complain(p, "", err);
	return pydirector_open_as(p->director, u->uid, u->gid);
}

/* Everything is bound and open: what it needs later becomes the user's, and so
 * do we. */
static int
drop(struct program *p)
{
	const struct privilege *u = &p->privilege;
	int high = privilege_high(u);
	char err[TEXT_MAX];

	if (u->user == NULL)
		return 0;
	if (high && p->pid_fd != -1 &&
	    give_file(p->pid_fd, p->pid_path, u->uid, u->gid) == -1)
		return complain(p, "pid file: cannot be given away",
		    strerror(errno));
	if (high && pydirector_give(p->director, u->uid, u->gid) == -1)
		return complain(p, "", pydirector_error(p->director));
	if (privilege_drop(u, err, sizeof(err)) == -1)
		return complain(p, "", err);
	if (harden_confine((const char *const *)p->programs) == -1)
		return complain(p, "pledge", strerror(errno));
	if (high)
		log_say(p, PYDIRECTOR_NOTICE, "director: user %s", u->user);
	pydirector_given(p->director);
	return 0;
}

/* Takes the place of the old process. */
static void
succeed(struct program *p)
{
	if (pydirector_ready(p->director) == -1)
		inherit(p);
	if (!p->foreground && daemon_ready(-1) == -1)
		log_say(p, PYDIRECTOR_WARNING, "director: not in /: %s",
		    strerror(errno));
}

/* The way relays wait: 0, or -1: not as it was asked for. */
static int
choose_wait(struct program *p)
{
	if (pydirector_use(p->director, p->wait) == 0)
		return 0;
	if (p->wait != NULL)
		return complain(p, p->wait, "does not work here");
	log_say(p, PYDIRECTOR_NOTICE,
	    "director: the kernel's set fails its test: poll is used");
	return 0;
}

/* Files, signals, sockets; then we are another user. */
static int
begin(struct program *p)
{
	int successor = p->upgrade.sockets != -1;

	if (!p->foreground && !successor &&
	    (p->lifeline = daemon_detach()) == -1)
		return complain(p, "fork", strerror(errno));
	if (prepare(p) == -1 || open_log(p) == -1)
		return -1;
	p->fds[0].fd = daemon_signals();
	p->fds[0].events = POLLIN;
	if (p->fds[0].fd == -1)
		return complain(p, "signals", strerror(errno));
	if ((!successor && open_pid(p) == -1) || choose_wait(p) == -1)
		return -1;
	(void)pydirector_raise_files();
	(void)pydirector_resolve(p->director);
	if (pydirector_start(p->director) == -1)
		return complain(p, "", pydirector_error(p->director));
	return drop(p);
}

/* From a configuration that was read to a director that runs. */
static int
start(struct program *p)
{
	static const struct pydirector_hooks hooks = {
		reopen_log, drain, upgrade, inherit
	};

	if (begin(p) == -1)
		return -1;
	pydirector_hooks(p->director, &hooks, sizeof(hooks), p);
	/* From here on signals wait for the loop: an end is an orderly one. */
	daemon_running();
	if (p->upgrade.sockets != -1)
		succeed(p);
	log_say(p, PYDIRECTOR_NOTICE, "director: started: version %s, %s",
	    pydirector_version(), p->config);
	if (p->lifeline != -1 && daemon_ready(p->lifeline) == -1)
		log_say(p, PYDIRECTOR_WARNING, "director: not in /: %s",
		    strerror(errno));
	if (p->upgrade.sockets == -1) {
		notify_say(&p->notify, "READY=1");
		notify_status(&p->notify, "running");
	}
	return 0;
}

/* The loop. */

/* Collects, and makes room when there are more. Returns how many entries
 * there are, ours included. */
static int
collect(struct program *p)
{
	struct pollfd *fds;
	int n, room;

	n = pydirector_pollfds(p->director, p->fds + 1, p->slots - 1);
	if (n < p->slots)
		return n + 1;
	room = n + n / 2 + 1;
	fds = realloc(p->fds, (size_t)room * sizeof(*fds));
	/* No memory: the others have to wait. */
	if (fds == NULL)
		return p->slots;
	p->fds = fds;
	p->slots = room;
	n = pydirector_pollfds(p->director, p->fds + 1, p->slots - 1);
	return (n < p->slots ? n : p->slots - 1) + 1;
}

/* Does what the signals ask for. 1: stop. */
static int
obey(struct program *p)
{
	int sig;

	while ((sig = daemon_signal()) != 0) {
		switch (sig) {
		case SIGTERM:
		case SIGINT:
			return 1;
		case SIGQUIT:
			drain(p);
			break;
		case SIGUSR1:
			reopen_log(p);
			break;
		case SIGHUP:
			reload(p);
			break;
		case SIGUSR2:
			(void)upgrade(p);
			break;
		}
	}
	return 0;
}

static void
run(struct program *p)
{
	int i, n, timeout;

	while (!p->draining || !pydirector_finished(p->director)) {
		n = collect(p);
		p->fds[0].revents = 0;
		timeout = notify_timeout(&p->notify,
		    pydirector_timeout(p->director));
		if (p->pid_waits && daemon_each_second(&p->pid_next, &timeout))
			inherit_pid(p);
		if (poll(p->fds, (nfds_t)n, timeout) == -1) {
			for (i = 0; i < n; i++)
				p->fds[i].revents = 0;
			/* Short of memory: the others need a moment. */
			if (errno != EINTR)
				poll(NULL, 0, 10);
		}
		if (p->fds[0].revents != 0 && obey(p))
			return;
		pydirector_dispatch(p->director, p->fds + 1, n - 1);
	}
}

/* Looks for the programs that we start, our own file among them: -1: no
 * memory. */
static int
find_programs(struct program *p, const char *argv0)
{
	p->programs[0] = daemon_beside(argv0, "pydirector-helper",
	    CONFIG_LIBEXECDIR);
	p->programs[1] = daemon_beside(argv0, "pydirector-sshd",
	    CONFIG_LIBEXECDIR);
	p->programs[2] = daemon_beside(argv0, "pydirectorctl",
	    CONFIG_SBINDIR);
	if (p->upgrade.program != NULL)
		p->programs[3] = strdup(p->upgrade.program);
	return p->programs[0] == NULL || p->programs[1] == NULL ||
	    p->programs[2] == NULL || (p->upgrade.program != NULL &&
	    p->programs[3] == NULL) ? -1 : 0;
}

/* The director can do everything: 0, or -1: no memory. */
static int
parts(struct program *p)
{
	struct pydirector *d = p->director;

	if (pydirector_with_helper(d, p->programs[0]) == -1 ||
	    pydirector_with_web(d) == -1 || pydirector_with_tls(d) == -1 ||
	    pydirector_with_console(d) == -1 ||
	    pydirector_with_control(d) == -1 ||
	    pydirector_with_connlog(d) == -1)
		return -1;
#if HAVE_SSH
	return pydirector_with_ssh(d, p->programs[1], p->programs[2]);
#else
	return 0;
#endif
}

/* Makes the director: 0, or -1: no memory. */
static int
make(struct program *p, const char *argv0)
{
	enum pydirector_level level = p->verbose > 1 ? PYDIRECTOR_DEBUG :
	    p->verbose == 1 ? PYDIRECTOR_INFO : PYDIRECTOR_NOTICE;

	p->fds = calloc(FIRST_SLOTS, sizeof(*p->fds));
	p->slots = FIRST_SLOTS;
	if (p->fds == NULL || find_programs(p, argv0) == -1)
		return -1;
	p->director = pydirector_new(log_sink, p, level);
	return p->director == NULL ? -1 : parts(p);
}

/* Makes the director, takes what an old process hands down, and reads the
 * configuration. */
static int
load(struct program *p, const char *argv0)
{
	char err[TEXT_MAX];

	if (make(p, argv0) == -1)
		return complain(p, "", strerror(ENOMEM));
	if (p->upgrade.sockets != -1 && pydirector_take_over(p->director,
	    UPGRADE_FD, p->upgrade.sockets) == -1)
		return complain(p, "upgrade", pydirector_error(p->director));
	if (p->user != NULL && privilege_find(&p->privilege, p->user, err,
	    sizeof(err)) == -1)
		return complain(p, "", err);
	if (pydirector_load(p->director, p->config) == 0)
		return 0;
	fprintf(stderr, "%s\n", pydirector_error(p->director));
	pydirector_failed(p->director, pydirector_error(p->director));
	return -1;
}

static void
free_all(struct program *p)
{
	size_t i;

	pydirector_free(p->director);
	p->director = NULL;
	free(p->fds);
	for (i = 0; i < sizeof(p->programs) / sizeof(p->programs[0]); i++)
		free(p->programs[i]);
	upgrade_done(&p->upgrade);
	notify_done(&p->notify);
	if (p->pid_path != NULL)
		daemon_pid_close(p->pid_path, p->pid_fd);
	free(p->pid_path);
	if (p->log_open)
		daemon_log_close(&p->log);
}

/* Returns the exit status. */
static int
serve(struct program *p, const char *argv0)
{
	int status = 1, started = 0;

	if (load(p, argv0) == 0) {
		if (p->check) {
			printf("%s: ok\n", p->config);
			status = fflush(stdout) == EOF;
		} else if (start(p) == 0) {
			started = 1;
			run(p);
			status = 0;
		}
	}
	if (started) {
		notify_say(&p->notify, "STOPPING=1");
		pydirector_stop(p->director);
		log_say(p, PYDIRECTOR_NOTICE, "director: stopped");
	}
	free_all(p);
	return status;
}

/* The options: -1, or the exit status. */
static int
options(struct program *p, int argc, char *argv[])
{
	int c;

	while ((c = getopt(argc, argv, "dl:no:Pp:u:Vv")) != -1) {
		switch (c) {
		case 'd':
			p->foreground = 1;
			break;
		case 'l':
			p->log_path = optarg;
			break;
		case 'n':
			p->check = 1;
			break;
		case 'o':
			p->wait = optarg;
			if (strcmp(optarg, "poll") == 0 ||
			    strcmp(optarg, "epoll") == 0 ||
			    strcmp(optarg, "kqueue") == 0)
				break;
			fprintf(stderr, "pydirector: -o %s: poll, epoll or "
			    "kqueue expected\n", optarg);
			return usage();
		case 'P':
			return password_print();
		case 'p':
			p->pid_option = optarg;
			break;
		case 'u':
			if ((p->user = strdup(optarg)) != NULL)
				break;
			perror("pydirector");
			return 1;
		case 'V':
			printf("pydirector %s\n", pydirector_version());
			return fflush(stdout) == EOF;
		case 'v':
			p->verbose++;
			break;
		default:
			return usage();
		}
	}
	if (argc - optind > 1)
		return usage();
	if (argc > optind)
		p->config = argv[optind];
	return -1;
}

int
main(int argc, char *argv[])
{
	struct program p;
	int status;

	memset(&p, 0, sizeof(p));
	p.pid_fd = -1;
	p.lifeline = -1;
	p.config = CONFIG_SYSCONFDIR "/pydirector.xml";
	daemon_standard();
	harden_core();
	status = options(&p, argc, argv);
	if (status != -1)
		return status;
	notify_init(&p.notify);
	if (upgrade_init(&p.upgrade, argv) == -1) {
		fprintf(stderr, "pydirector: this directory: %s\n",
		    strerror(errno));
		notify_done(&p.notify);
		free(p.user);
		return 1;
	}
	/* What a daemon keeps open, somebody waits for. */
	if (!p.foreground)
		daemon_close_others(p.upgrade.sockets == -1 ? UPGRADE_FD :
		    UPGRADE_FD + 1 + p.upgrade.sockets);
	status = serve(&p, argv[0]);
	free(p.user);
	return status;
}
