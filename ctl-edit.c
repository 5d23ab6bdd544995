/* SPDX-License-Identifier: ISC
 *
 * Talking to a person at a terminal: a prompt, and where there is libedit,
 * which only this file sees, a history of this session, editing, and
 * completion by what the balancer proposes. Nothing typed here can start a
 * program: libedit could be told to run an editor, so the keys that let it
 * take orders do nothing, no file of orders is read, and there is neither an
 * editor nor a path to one. */

#include "config.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <wchar.h>
#if HAVE_EDIT
#include <histedit.h>
#endif

#include "channel.h"
#include "words.h"
#include "ctl.h"

#define PROMPT_MAX	128
#define HISTORY_MAX	500	/* lines */
#define LIST_MAX	100	/* candidates shown */

/* libedit's functions are called with nothing of ours. */
static struct {
	struct ask	*ask;
	char		 prompt[PROMPT_MAX];
	int		 hidden;	/* the prompt, for now */
	int		 dropped;	/* the line, by ^C */
} edit;

/* Who we are for the balancer, and what we may do. */
static void
edit_whoami(void)
{
	char name[PROMPT_MAX - 16], right[16];
	struct buf text;
	int code;

	(void)snprintf(edit.prompt, PROMPT_MAX, "> ");
	buf_init(&text, CHANNEL_ANSWER);
	if (ask_line(edit.ask, "whoami", 6, &code, &text) == 0 &&
	    code == OUTCOME_OK && text.len > 0 &&
	    sscanf(text.data, "%111s %15s", name, right) == 2)
		(void)snprintf(edit.prompt, PROMPT_MAX, "%s%s> ", name,
		    strcmp(right, "full") == 0 ? "" : " (readonly)");
	buf_done(&text);
}

#if HAVE_EDIT

/* Completion. */

/* What the last word of a line may become. */
struct choices {
	struct buf	 text;
	const char	*words[LIST_MAX];
	int		 n;		/* there are so many */
	size_t		 prefix;	/* bytes that all have in common */
	size_t		 width;		/* of the longest */
};

static void
choices_add(struct choices *c, const char *word)
{
	size_t i = 0, n = strlen(word);

	if (c->n == 0)
		c->prefix = n;
	else
		for (; i < c->prefix && word[i] == c->words[0][i]; i++)
			continue;
	if (c->n > 0)
		c->prefix = i;
	if (c->n < LIST_MAX)
		c->words[c->n] = word;
	if (n > c->width)
		c->width = n;
	c->n++;
}

/* No part of a character, and no backslash without what it is for. */
static void
choices_trim(struct choices *c)
{
	const char *word = c->words[0];
	size_t n = c->prefix, slashes = 0;

	while (n > 0 && ((unsigned char)word[n] & 0xc0) == 0x80)
		n--;
	while (slashes < n && word[n - slashes - 1] == '\\')
		slashes++;
	c->prefix = n - slashes % 2;
}

/* Asks for those of a line, the words of this program too. */
static void
choices_get(struct choices *c, const char *line, size_t len, size_t at)
{
	static const char *const own[] = { "watch", "exit", "quit" };
	char *p, *end;
	struct buf ask;
	int code = 0;
	size_t i;

	memset(c, 0, sizeof(*c));
	buf_init(&ask, CHANNEL_LINE);
	buf_init(&c->text, CHANNEL_ANSWER);
	if (at >= 6 && strncmp(line, "watch ", 6) == 0) {
		line += 6;
		len -= 6;
		at -= 6;
	}
	(void)buf_add(&ask, "complete ", 9);
	(void)buf_add(&ask, line, len);
	if (!ask.failed)
		(void)ask_line(edit.ask, ask.data, ask.len, &code, &c->text);
	buf_done(&ask);
	for (p = c->text.data; code == OUTCOME_OK && p != NULL && *p != '\0';
	    p = end) {
		end = p + strcspn(p, "\n");
		if (*end != '\0')
			*end++ = '\0';
		choices_add(c, p);
	}
	for (i = 0; i < 3 && at == 0; i++)
		if (strncmp(own[i], line, len) == 0)
			choices_add(c, own[i]);
	if (c->n > 0)
		choices_trim(c);
}

/* Characters of a text, as libedit counts them. */
static int
edit_chars(const char *text, size_t len)
{
	size_t i;
	int n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* Shows them below the line. */
static void
edit_list(const struct choices *c)
{
	int i, columns = 80, across, shown = c->n < LIST_MAX ? c->n : LIST_MAX;
	struct winsize size;
	struct buf out;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	across = c->width > 500 ? 1 : columns / ((int)c->width + 2);
	across = across < 1 ? 1 : across;
	buf_init(&out, CHANNEL_ANSWER);
	(void)buf_add(&out, "\n", 1);
	for (i = 0; i < shown; i++)
		(void)buf_addf(&out, "%s%*s", c->words[i],
		    (i + 1) % across == 0 || i + 1 == shown ? 0 :
		    (int)c->width + 2 -
		    edit_chars(c->words[i], strlen(c->words[i])),
		    (i + 1) % across == 0 || i + 1 == shown ? "\n" : "");
	if (c->n > shown)
		(void)buf_addf(&out, "and %d more\n", c->n - shown);
	print_text(&out, 0);
	(void)fflush(stdout);
	buf_done(&out);
}

/* Puts text in place of the last word. */
static int
edit_replace(EditLine *el, const char *old, size_t len, const char *text,
    size_t n, const char *tail)
{
	struct buf b;
	int result;

	buf_init(&b, CHANNEL_LINE);
	(void)buf_add(&b, text, n);
	(void)buf_add(&b, tail, strlen(tail));
	el_deletestr(el, edit_chars(old, len));
	result = b.failed ? -1 : el_insertstr(el, b.data);
	buf_done(&b);
	return result;
}

static unsigned char
edit_complete(EditLine *el, int key)
{
	const LineInfo *li = el_line(el);
	size_t len = (size_t)(li->cursor - li->buffer);
	size_t at = words_last(li->buffer, len), n = len - at;
	struct choices c;
	unsigned char result = CC_ERROR;
	const char *word;

	(void)key;
	choices_get(&c, li->buffer, len, at);
	/* Asking for them may have said something. */
	li = el_line(el);
	word = c.n == 0 ? "" : c.words[0];
	if (c.n == 1)
		result = edit_replace(el, li->buffer + at, n, word, c.prefix,
		    word[c.prefix - (c.prefix > 0)] == '=' ? "" : " ") == -1 ?
		    CC_ERROR : CC_REFRESH;
	else if (c.n > 1 && c.prefix > n)
		result = edit_replace(el, li->buffer + at, n, word, c.prefix,
		    "") == -1 ? CC_ERROR : CC_REFRESH;
	else if (c.n > 1) {
		edit_list(&c);
		result = CC_REDISPLAY;
	} else if (edit.ask->fd == -1)
		result = CC_REDISPLAY;
	buf_done(&c.text);
	return result;
}

/* Lines. */

static unsigned char
edit_drop(EditLine *el, int key)
{
	(void)el;
	(void)key;
	edit.dropped = 1;
	(void)printf("^C\n");
	(void)fflush(stdout);
	return CC_EOF;
}

static unsigned char
edit_stop(EditLine *el, int key)
{
	(void)key;
	(void)el_set(el, EL_PREP_TERM, 0);
	(void)raise(SIGTSTP);
	(void)el_set(el, EL_PREP_TERM, 1);
	return CC_REDISPLAY;
}

/* A signal has come while keys were waited for. -1: the line is dropped. */
static int
edit_signal(EditLine *el, int number)
{
	if (number == SIGINT) {
		(void)edit_drop(el, 0);
		return -1;
	}
	if (number == SIGCONT) {
		/* A shell has had the terminal. */
		(void)el_set(el, EL_PREP_TERM, 0);
		(void)el_set(el, EL_PREP_TERM, 1);
	}
	el_resize(el);
	(void)el_set(el, EL_REFRESH);
	return 0;
}

/* Waits for a byte of standard input: 1; 0: the end; -1: the line is to be
 * dropped, or an error. */
static int
edit_byte(EditLine *el, char *byte)
{
	struct pollfd fds[2];
	ssize_t n;

	fds[0].fd = STDIN_FILENO;
	fds[0].events = POLLIN;
	fds[1].fd = edit.ask->wake;
	fds[1].events = POLLIN;
	for (;;) {
		fds[0].revents = 0;
		fds[1].revents = 0;
		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			return -1;
		if (fds[1].revents != 0 &&
		    edit_signal(el, signal_take()) == -1)
			return -1;
		if (fds[0].revents == 0)
			continue;
		n = read(STDIN_FILENO, byte, 1);
		if (n != -1 || (errno != EINTR && errno != EAGAIN))
			return (int)n;
	}
}

/* The next key for libedit, which has the terminal in its hands by now, but
 * has shown the prompt before that: keys that come with it would go astray.
 * So it is shown here. */
static int
edit_key(EditLine *el, wchar_t *key)
{
	mbstate_t state;
	char byte;
	size_t n = (size_t)-2;
	int result;

	if (edit.hidden) {
		edit.hidden = 0;
		(void)el_set(el, EL_REFRESH);
	}
	memset(&state, 0, sizeof(state));
	while (n == (size_t)-2) {
		result = edit_byte(el, &byte);
		if (result != 1)
			return result;
		n = mbrtowc(key, &byte, 1, &state);
		if (n == (size_t)-1) {
			/* No character: passed over. */
			memset(&state, 0, sizeof(state));
			n = (size_t)-2;
		}
	}
	return 1;
}

static char *
edit_prompt(EditLine *el)
{
	static char nothing[1];

	(void)el;
	return edit.hidden ? nothing : edit.prompt;
}

/* All that could make libedit run a program, or read how to. */
static void
edit_close_doors(EditLine *el)
{
	static const char *const keys[] = { "^[x", "^[X", "\\370", "\\330" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		(void)el_set(el, EL_BIND, keys[i], "ed-unassigned", NULL);
	(void)unsetenv("EDITOR");
	(void)unsetenv("EDITRC");
	(void)setenv("PATH", "/nonexistent", 1);
}

static EditLine *
edit_new(History *lines)
{
	EditLine *el = el_init("pydirectorctl", stdin, stdout, stderr);

	if (el == NULL)
		return NULL;
	(void)el_set(el, EL_PROMPT, edit_prompt);
	(void)el_set(el, EL_EDITOR, "emacs");
	(void)el_set(el, EL_GETCFN, edit_key);
	(void)el_set(el, EL_HIST, history, lines);
	/* ^C is a key like others while a line is typed. */
	(void)el_set(el, EL_SETTY, "-d", "-isig", NULL);
	/* el_set would copy these texts, and never free them. */
	(void)el_wset(el, EL_ADDFN, L"pyd-complete", L"completes a word",
	    edit_complete);
	(void)el_wset(el, EL_ADDFN, L"pyd-drop", L"drops the line", edit_drop);
	(void)el_wset(el, EL_ADDFN, L"pyd-stop", L"stops for a while",
	    edit_stop);
	(void)el_set(el, EL_BIND, "^I", "pyd-complete", NULL);
	(void)el_set(el, EL_BIND, "^C", "pyd-drop", NULL);
	(void)el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	if (edit.ask->path != NULL)
		(void)el_set(el, EL_BIND, "^Z", "pyd-stop", NULL);
	edit_close_doors(el);
	return el;
}

struct input {
	EditLine	*el;
	History		*lines;
};

/* The next line, of *len bytes; NULL: the end, or edit.dropped. */
static const char *
edit_next(struct input *in, int *len)
{
	HistEvent event;
	const char *line;

	edit.hidden = 1;
	line = el_gets(in->el, len);
	if (line == NULL || *len <= 0)
		return NULL;
	if (line[strspn(line, " \t\n")] != '\0')
		(void)history(in->lines, &event, H_ENTER, line);
	return line;
}

/* 0, or -1: no memory, or no terminal. */
static int
edit_start(struct input *in)
{
	HistEvent event;

	in->lines = history_init();
	if (in->lines == NULL)
		return -1;
	(void)history(in->lines, &event, H_SETSIZE, HISTORY_MAX);
	(void)history(in->lines, &event, H_SETUNIQUE, 1);
	in->el = edit_new(in->lines);
	if (in->el != NULL)
		return 0;
	history_end(in->lines);
	return -1;
}

static void
edit_end(struct input *in)
{
	el_end(in->el);
	history_end(in->lines);
}

#else

struct input {
	char		 line[CHANNEL_LINE];
};

static const char *
edit_next(struct input *in, int *len)
{
	(void)printf("%s", edit.prompt);
	(void)fflush(stdout);
	if (fgets(in->line, sizeof(in->line), stdin) == NULL) {
		edit.dropped = errno == EINTR && signal_take() == SIGINT;
		if (edit.dropped) {
			clearerr(stdin);
			(void)printf("\n");
		}
		return NULL;
	}
	*len = (int)strlen(in->line);
	return in->line;
}

static int
edit_start(struct input *in)
{
	in->line[0] = '\0';
	return 0;
}

static void
edit_end(struct input *in)
{
	in->line[0] = '\0';
}

#endif

enum status
edit_run(struct ask *a)
{
	static struct input in;
	const char *line;
	int len = 0, over = 0;

	edit.ask = a;
	edit_whoami();
	if (a->fd == -1)
		return STATUS_TROUBLE;
	if (edit_start(&in) == -1) {
		fprintf(stderr, "pydirectorctl: no terminal to edit on\n");
		return STATUS_TROUBLE;
	}
	/* Without a socket to connect to again there is nobody left. */
	while (!over && (a->fd != -1 || a->path != NULL)) {
		edit.dropped = 0;
		errno = 0;
		line = edit_next(&in, &len);
		if (line == NULL && !edit.dropped) {
			(void)printf("\n");
			break;
		}
		/* What was meant for the line has been done to it. */
		(void)signal_take();
		if (line != NULL)
			(void)run_line(a, line, (size_t)len, &over);
	}
	edit_end(&in);
	return a->fd == -1 ? STATUS_TROUBLE : STATUS_DONE;
}
