/* SPDX-License-Identifier: ISC
 *
 * watch: the same question again and again. On a terminal the answer takes the
 * place of the one before, as much as fits; elsewhere it is printed behind it.
 * The terminal is as it was when it is over. */

#include "config.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "clock.h"
#include "channel.h"
#include "ctl.h"

#define INTERVAL	2000	/* ms */
#define INTERVAL_MAX	86400	/* s */
#define LINE_DEFAULT	"show"

struct watch_state {
	struct ask	*ask;
	const char	*line;
	size_t		 len;
	int64_t		 interval;	/* ms */
	int		 screen;	/* there is one */
};

/* `[-n SECONDS] [line]`: 0, or -1. */
static int
watch_args(struct watch_state *w, const char *args, size_t len)
{
	size_t n;
	double seconds = 0, tenth = 1;

	for (n = 0; n < len && args[n] == ' '; n++)
		continue;
	w->interval = INTERVAL;
	if (len - n >= 2 && strncmp(args + n, "-n", 2) == 0) {
		for (n += 2; n < len && args[n] == ' '; n++)
			continue;
		/* By hand: the locale must not decide on the point. */
		for (; n < len && args[n] >= '0' && args[n] <= '9'; n++)
			seconds = seconds * 10 + (args[n] - '0');
		if (n < len && args[n] == '.')
			for (n++; n < len && args[n] >= '0' && args[n] <= '9';
			    n++)
				seconds += (args[n] - '0') * (tenth /= 10);
		if (seconds < 0.1 || seconds > INTERVAL_MAX ||
		    (n < len && args[n] != ' '))
			return -1;
		w->interval = (int64_t)(seconds * 1000);
	}
	while (n < len && args[n] == ' ')
		n++;
	w->line = n < len ? args + n : LINE_DEFAULT;
	w->len = n < len ? len - n : strlen(LINE_DEFAULT);
	return 0;
}

/* Keys come at once and are not shown. */
static int
watch_terminal(struct termios *before)
{
	struct termios keys;

	if (tcgetattr(STDIN_FILENO, before) == -1)
		return -1;
	keys = *before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
}

static void
watch_show(const struct watch_state *w, const struct buf *text)
{
	struct winsize size;
	char stamp[CLOCK_STAMP_SIZE];
	int rows = 24, columns = 80;

	if (!w->screen) {
		print_text(text, 0);
		return;
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_row > 0 && size.ws_col > 0) {
		rows = size.ws_row;
		columns = size.ws_col;
	}
	/* Home, and all below is cleared. */
	(void)printf("\033[H\033[J%.*s  %s\n", columns > 30 ? columns - 30 : 0,
	    "watch: any key ends it", clock_stamp(stamp));
	print_screen(text, rows - 1, columns);
}

/* Asks once: the status; *more 1: it can go on. */
static enum status
watch_ask(const struct watch_state *w, int *more)
{
	struct buf text;
	int code;

	*more = 0;
	buf_init(&text, CHANNEL_ANSWER);
	if (ask_line(w->ask, w->line, w->len, &code, &text) == -1) {
		buf_done(&text);
		return STATUS_TROUBLE;
	}
	if (code == OUTCOME_OK)
		watch_show(w, &text);
	else
		print_text(&text, 1);
	buf_done(&text);
	if (fflush(stdout) == EOF)
		return STATUS_TROUBLE;
	*more = code == OUTCOME_OK;
	return code == OUTCOME_OK ? STATUS_DONE : STATUS_REFUSED;
}

/* Waits for the time to ask again. 1: it has come; 0: a key, or a signal that
 * ends it. */
static int
watch_wait(const struct watch_state *w)
{
	struct pollfd fds[2];
	int64_t left, until = clock_ms() + w->interval;
	int signal;
	char key;

	fds[0].fd = w->ask->wake;
	fds[0].events = POLLIN;
	fds[1].fd = STDIN_FILENO;
	fds[1].events = POLLIN;
	while ((left = until - clock_ms()) > 0) {
		fds[0].revents = 0;
		fds[1].revents = 0;
		if (poll(fds, w->screen ? 2 : 1, (int)left) == -1 &&
		    errno != EINTR)
			return 0;
		signal = signal_take();
		if (signal == SIGINT)
			return 0;
		if (signal != 0)
			return 1;	/* a window of another size */
		if (w->screen && fds[1].revents != 0) {
			(void)!read(STDIN_FILENO, &key, 1);
			return 0;
		}
	}
	return 1;
}

enum status
watch_run(struct ask *a, const char *args, size_t len)
{
	struct watch_state w = { a, NULL, 0, 0, 0 };
	enum status status;
	struct termios before;
	int more;

	if (watch_args(&w, args, len) == -1) {
		fprintf(stderr, "usage: watch [-n seconds] [command]\n");
		return STATUS_REFUSED;
	}
	w.screen = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    watch_terminal(&before) == 0;
	do
		status = watch_ask(&w, &more);
	while (more && watch_wait(&w));
	if (w.screen) {
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
		(void)printf("\n");
	}
	return status;
}
