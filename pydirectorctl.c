/* SPDX-License-Identifier: ISC
 *
 * The program pydirectorctl: what an operator does from a shell, or at a
 * prompt of its own. Locally it connects to the balancer's command socket; for
 * SSH it is started with a channel that is open, for somebody who may have
 * nothing but that. */

#include "config.h"

#include <sys/types.h>

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/harden.h"
#include "channel.h"
#include "ctl.h"

static int
usage(void)
{
	fprintf(stderr,
	    "usage: pydirectorctl [-c descriptor] [-f file] [-s socket] "
	    "[command ...]\n"
	    "       pydirectorctl compareconf old new\n");
	return STATUS_TROUBLE;
}

/* The path of the socket that the configuration names, to be freed; NULL: why
 * not has been told. */
static char *
ctl_socket(const char *file)
{
	struct model *m = NULL;
	struct buf errors;
	char *path = NULL;

	buf_init(&errors, 64 * 1024);
	if (conf_read(&m, file, &errors) == -1)
		fprintf(stderr, "%s", errors.data == NULL ?
		    "pydirectorctl: out of memory\n" : errors.data);
	else if (m->console_socket == NULL)
		fprintf(stderr, "pydirectorctl: %s: it has no element "
		    "console: expected <console socket=\"/PATH\"/> in admin\n",
		    file);
	else
		path = strdup(m->console_socket);
	buf_done(&errors);
	model_free(m);
	return path;
}

/* Whoever is at the other end of SSH gets nothing of this process but what it
 * prints. */
static void
ctl_confine(void)
{
	harden_core();
	harden_child();
	(void)signal(SIGTSTP, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
}

/* A descriptor that is open: 0, or -1. */
static int
ctl_channel(struct ask *a, const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || fd > 1000000 ||
	    fcntl((int)fd, F_SETFD, FD_CLOEXEC) == -1) {
		fprintf(stderr, "pydirectorctl: -c %s: not open\n", text);
		return -1;
	}
	a->fd = (int)fd;
	return 0;
}

/* Who connects has to say something soon, and standard input may take its
 * time: so an empty line goes before its lines. */
static enum status
ctl_input(struct ask *a)
{
	struct buf text;
	int code, result;

	buf_init(&text, CHANNEL_ANSWER);
	result = ask_line(a, "", 0, &code, &text);
	if (result == 0 && code != OUTCOME_OK)
		print_text(&text, 1);
	buf_done(&text);
	if (result == -1)
		return STATUS_TROUBLE;
	return code == OUTCOME_OK ? run_input(a) : STATUS_REFUSED;
}

static enum status
ctl_talk(struct ask *a, char *const words[], int n)
{
	a->wake = signal_start();
	if (a->wake == -1) {
		perror("pydirectorctl");
		return STATUS_TROUBLE;
	}
	if (ask_open(a) == -1)
		return STATUS_TROUBLE;
	if (n > 0)
		return run_words(a, words, n);
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return edit_run(a);
	return ctl_input(a);
}

int
main(int argc, char *argv[])
{
	const char *file = CONFIG_SYSCONFDIR "/pydirector.xml";
	const char *channel = NULL, *path = NULL;
	struct ask a = { .fd = -1, .wake = -1 };
	char *found = NULL;
	enum status status;
	int c;

	/* Options end with the first word, on every system. */
	(void)setenv("POSIXLY_CORRECT", "1", 1);
	(void)setlocale(LC_CTYPE, "");
	while ((c = getopt(argc, argv, "c:f:s:")) != -1) {
		if (c == 'c')
			channel = optarg;
		else if (c == 'f')
			file = optarg;
		else if (c == 's')
			path = optarg;
		else
			return usage();
	}
	argc -= optind;
	argv += optind;
	buf_init(&a.in, 2 * CHANNEL_ANSWER);
	if (channel != NULL) {
		ctl_confine();
		if (ctl_channel(&a, channel) == -1)
			return STATUS_TROUBLE;
	} else if (argc > 0 && strcmp(argv[0], "compareconf") == 0)
		return argc == 3 ? compare_files(argv[1], argv[2]) : usage();
	else if (path == NULL && (path = found = ctl_socket(file)) == NULL)
		return STATUS_TROUBLE;
	a.path = channel == NULL ? path : NULL;
	a.raw = channel == NULL && !isatty(STDOUT_FILENO);
	status = ctl_talk(&a, argv, argc);
	ask_close(&a);
	free(found);
	return status;
}
