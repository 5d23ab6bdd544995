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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#if HAVE_CRYPT_H
#include <crypt.h>
#endif

#include "compat/compat.h"
#include "daemon.h"
#include "pydirector.h"

#define PASSWORD_MAX	128	/* bytes */
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
	const char		*config;
	char			*pid_path;	/* the same, absolute */
	int			 pid_fd;
	int			 lifeline;	/* to our parent, or -1 */
	int			 log_open;
	struct daemon_log	 log;
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
	    "           [-p pidfile] [config.xml]\n");
	return 2;
}

/* Passwords. */

/* The terminal as it was, for the handler that restores it. */
static struct termios	terminal;

static void
terminal_restore(int sig)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* One line from standard input. Returns its length, or -1: the text of why
 * was written. */
static int
password_line(char password[PASSWORD_MAX + 1])
{
	int c, n = 0;

	while ((c = getchar()) != EOF && c != '\n') {
		if (n == PASSWORD_MAX) {
			fprintf(stderr, "pydirector: a password has at most "
			    "%d bytes\n", PASSWORD_MAX);
			return -1;
		}
		if (c == '\0') {
			fprintf(stderr, "pydirector: a password has no NUL "
			    "byte\n");
			return -1;
		}
		password[n++] = (char)c;
	}
	password[n] = '\0';
	if (n == 0) {
		fprintf(stderr, "pydirector: a password cannot be empty\n");
		return -1;
	}
	return n;
}

/* The terminal shows nothing from now on. */
static int
terminal_silence(void)
{
	struct termios silent;

	if (tcgetattr(STDIN_FILENO, &terminal) == -1)
		return -1;
	silent = terminal;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	signal(SIGINT, terminal_restore);
	signal(SIGTERM, terminal_restore);
	signal(SIGQUIT, terminal_restore);
	signal(SIGHUP, terminal_restore);
	/* A stopped program would leave the terminal silent. */
	signal(SIGTSTP, SIG_IGN);
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

static int
password_ask(const char *prompt, char password[PASSWORD_MAX + 1])
{
	int n;

	fprintf(stderr, "%s", prompt);
	n = password_line(password);
	fprintf(stderr, "\n");
	return n;
}

/* The same line twice. */
static int
password_ask_twice(char password[PASSWORD_MAX + 1])
{
	char again[PASSWORD_MAX + 1];
	int result = -1;

	if (password_ask("Password: ", password) == -1 ||
	    password_ask("Again: ", again) == -1)
		return -1;
	if (strcmp(password, again) == 0)
		result = 0;
	else
		fprintf(stderr, "pydirector: the two differ\n");
	explicit_bzero(again, sizeof(again));
	return result;
}

static int
password_get(char password[PASSWORD_MAX + 1])
{
	int result;

	if (!isatty(STDIN_FILENO))
		return password_line(password) == -1 ? -1 : 0;
	if (terminal_silence() == -1) {
		perror("pydirector: terminal");
		return -1;
	}
	result = password_ask_twice(password);
	/* What was typed too much is not for the shell. */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
	return result;
}

/* crypt(3) with that prefix and n characters of salt; NULL where the system
 * does not know the method (some then answer with an older one). */
static const char *
password_crypt(const char *password, const char *prefix, size_t n)
{
	static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz";
	unsigned char random[32];
	char setting[64];
	const char *hash;
	size_t i, at = strlen(prefix);

	if (getentropy(random, n) == -1)
		return NULL;
	memcpy(setting, prefix, at);
	for (i = 0; i < n; i++)
		setting[at++] = letters[random[i] & 63];
	/* bcrypt uses two bits of the last of its 22 letters. */
	if (n == 22)
		setting[at - 1] = ".Oeu"[random[n - 1] & 3];
	else
		setting[at++] = '$';
	setting[at] = '\0';
	hash = crypt(password, setting);
	if (hash == NULL || strncmp(hash, setting, at) != 0 ||
	    strlen(hash) <= at)
		return NULL;
	return hash;
}

/* -P: returns the exit status. */
static int
password_print(void)
{
	char password[PASSWORD_MAX + 1];
	const char *hash = NULL;

	if (password_get(password) == 0) {
		hash = password_crypt(password, "$6$", 16);
		/* bcrypt would cut it without a word. */
		if (hash == NULL && strlen(password) <= 72)
			hash = password_crypt(password, "$2b$10$", 22);
		if (hash == NULL)
			fprintf(stderr, "pydirector: crypt(3) cannot hash "
			    "this password\n");
	}
	explicit_bzero(password, sizeof(password));
	if (hash == NULL)
		return 1;
	if (printf("%s\n", hash) < 0 || fflush(stdout) == EOF) {
		perror("pydirector: standard output");
		return 1;
	}
	return 0;
}

/* Log lines and messages. */

static void
log_sink(void *arg, int level, const char *line)
{
	struct program *p = arg;

	if (p->log_open)
		daemon_log_line(&p->log, level, line);
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

/* The start has failed: tells on standard error, and in the log when that is
 * elsewhere. */
static void
complain(struct program *p, const char *what, const char *why)
{
	fprintf(stderr, "pydirector: %s%s%s\n", what, *what != '\0' ? ": " : "",
	    why);
	if (p->log_open && p->log.fd != STDERR_FILENO)
		log_say(p, PYDIRECTOR_ERR, "start: failed: %s%s%s", what,
		    *what != '\0' ? ": " : "", why);
}

static void
config_error(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

/* The start. */

/* To syslog when the configuration says so, or the lines would go nowhere. */
static int
open_syslog(struct program *p)
{
	char err[TEXT_MAX];

	if (pydirector_syslog(p->director, p->log.fd == -1 ? "daemon" : NULL,
	    err, sizeof(err)) == 0)
		return 0;
	complain(p, "", err);
	return -1;
}

/* -l, else what the configuration names, else standard error with -d; and
 * syslog. Returns 0 or -1. */
static int
open_log(struct program *p)
{
	const char *path = p->log_path;
	char *absolute = NULL;
	int result;

	if (path == NULL)
		path = pydirector_log_file(p->director);
	if (path != NULL && (absolute = daemon_absolute(path)) == NULL) {
		complain(p, path, strerror(errno));
		return -1;
	}
	result = daemon_log_open(&p->log, absolute, p->foreground);
	if (result == -1)
		complain(p, path, strerror(errno));
	else
		p->log_open = 1;
	free(absolute);
	return result == -1 ? -1 : open_syslog(p);
}

static int
open_pid(struct program *p)
{
	char err[TEXT_MAX];

	if (p->pid_option == NULL)
		return 0;
	p->pid_path = daemon_absolute(p->pid_option);
	if (p->pid_path == NULL) {
		complain(p, p->pid_option, strerror(errno));
		return -1;
	}
	p->pid_fd = daemon_pid_open(p->pid_path, err, sizeof(err));
	if (p->pid_fd == -1) {
		complain(p, "", err);
		return -1;
	}
	return 0;
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
	pydirector_drain(p->director);
	return 0;
}

static void
reload_error(void *arg, const char *text)
{
	log_say(arg, PYDIRECTOR_ERR, "config: not reloaded: %s", text);
}

/* From a configuration that was read to a director that runs. */
static int
start(struct program *p)
{
	char err[TEXT_MAX];

	if (!p->foreground && (p->lifeline = daemon_detach()) == -1) {
		complain(p, "fork", strerror(errno));
		return -1;
	}
	if (open_log(p) == -1 || open_pid(p) == -1)
		return -1;
	p->fds[0].fd = daemon_signals(p->pid_path);
	p->fds[0].events = POLLIN;
	if (p->fds[0].fd == -1) {
		complain(p, "signals", strerror(errno));
		return -1;
	}
	if (pydirector_use(p->director, p->wait) == -1) {
		if (p->wait != NULL) {
			complain(p, p->wait, "does not work here");
			return -1;
		}
		log_say(p, PYDIRECTOR_NOTICE,
		    "director: the kernel's set fails its test: poll is used");
	}
	if (pydirector_start(p->director, err, sizeof(err)) == -1) {
		complain(p, "", err);
		return -1;
	}
	pydirector_hooks(p->director, reopen_log, drain, p);
	daemon_running();
	log_say(p, PYDIRECTOR_NOTICE, "director: started: version %s, %s",
	    pydirector_version(), p->config);
	if (p->lifeline != -1 && daemon_ready(p->lifeline) == -1)
		log_say(p, PYDIRECTOR_WARNING, "director: not in /: %s",
		    strerror(errno));
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
			pydirector_reload(p->director, reload_error, p);
			break;
		}
	}
	return 0;
}

static void
run(struct program *p)
{
	int i, n;

	while (!p->draining || pydirector_relays(p->director) > 0) {
		n = collect(p);
		p->fds[0].revents = 0;
		if (poll(p->fds, (nfds_t)n,
		    pydirector_timeout(p->director)) == -1) {
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

/* Tells the director where the programs for SSH are. 0, or -1: no memory. */
static int
programs(struct program *p, const char *argv0)
{
#if HAVE_SSH
	char *sshd = daemon_beside(argv0, "pydirector-sshd",
	    CONFIG_LIBEXECDIR);
	char *ctl = daemon_beside(argv0, "pydirectorctl", CONFIG_SBINDIR);
	int result = sshd == NULL || ctl == NULL ? -1 :
	    pydirector_programs(p->director, sshd, ctl);

	free(sshd);
	free(ctl);
	return result;
#else
	(void)p;
	(void)argv0;
	return 0;
#endif
}

/* Makes the director and reads its configuration. */
static int
load(struct program *p, const char *argv0)
{
	enum pydirector_level level = p->verbose > 1 ? PYDIRECTOR_DEBUG :
	    p->verbose == 1 ? PYDIRECTOR_INFO : PYDIRECTOR_NOTICE;
	char *helper = daemon_beside(argv0, "pydirector-helper",
	    CONFIG_LIBEXECDIR);

	if (helper != NULL)
		p->director = pydirector_new(log_sink, p, level, helper);
	free(helper);
	p->fds = calloc(FIRST_SLOTS, sizeof(*p->fds));
	p->slots = FIRST_SLOTS;
	if (p->director == NULL || p->fds == NULL ||
	    programs(p, argv0) == -1) {
		complain(p, "", strerror(ENOMEM));
		return -1;
	}
	return pydirector_load(p->director, p->config, config_error, p);
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
		pydirector_stop(p->director);
		log_say(p, PYDIRECTOR_NOTICE, "director: stopped");
	}
	pydirector_free(p->director);
	p->director = NULL;
	free(p->fds);
	if (p->pid_path != NULL)
		daemon_pid_close(p->pid_path, p->pid_fd);
	free(p->pid_path);
	if (p->log_open)
		daemon_log_close(&p->log);
	return status;
}

int
main(int argc, char *argv[])
{
	struct program p;
	int c;

	memset(&p, 0, sizeof(p));
	p.pid_fd = -1;
	p.lifeline = -1;
	p.config = CONFIG_SYSCONFDIR "/pydirector.xml";
	daemon_standard();
	while ((c = getopt(argc, argv, "dl:no:Pp:Vv")) != -1) {
		switch (c) {
		case 'd':
			p.foreground = 1;
			break;
		case 'l':
			p.log_path = optarg;
			break;
		case 'n':
			p.check = 1;
			break;
		case 'o':
			p.wait = optarg;
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
			p.pid_option = optarg;
			break;
		case 'V':
			printf("pydirector %s\n", pydirector_version());
			return fflush(stdout) == EOF;
		case 'v':
			p.verbose++;
			break;
		default:
			return usage();
		}
	}
	if (argc - optind > 1)
		return usage();
	if (argc > optind)
		p.config = argv[optind];
	/* What a daemon keeps open, somebody waits for. */
	if (!p.foreground)
		daemon_close_others();
	return serve(&p, argv[0]);
}
