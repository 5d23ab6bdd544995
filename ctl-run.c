/* SPDX-License-Identifier: ISC
 *
 * Lines of pydirectorctl: a few words are its own (watch, exit, quit), all
 * others are the balancer's business. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "channel.h"
#include "words.h"
#include "ctl.h"

#define INPUT_SIZE	CHANNEL_LINE

/* 1: the line begins with that word. */
static int
run_is(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && strncmp(line, word, n) == 0 &&
	    (len == n || line[n] == ' ' || line[n] == '\t');
}

/* What was said goes out before anything else is said. */
static enum status
run_flush(enum status status)
{
	if (fflush(stdout) != EOF)
		return status;
	perror("pydirectorctl: standard output");
	return STATUS_TROUBLE;
}

/* Told behind what the balancer says. */
static void
run_help(void)
{
	printf("watch [-n seconds] [command]: shows it again and again\n"
	    "exit, quit: ends pydirectorctl\n");
}

static enum status
run_ask(struct ask *a, const char *line, size_t len)
{
	enum status status = STATUS_TROUBLE;
	struct buf text;
	int code;

	buf_init(&text, CHANNEL_ANSWER);
	if (ask_line(a, line, len, &code, &text) == 0) {
		status = code == OUTCOME_OK ? STATUS_DONE : STATUS_REFUSED;
		if (a->raw && code == OUTCOME_OK && text.len > 0)
			(void)fwrite(text.data, 1, text.len, stdout);
		else
			print_text(&text, code != OUTCOME_OK);
	}
	buf_done(&text);
	if (status == STATUS_DONE && len == 4 && run_is(line, len, "help"))
		run_help();
	return run_flush(status);
}

enum status
run_line(struct ask *a, const char *line, size_t len, int *over)
{
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	*over = 0;
	if (len == 0 || *line == '#')
		return STATUS_DONE;
	if (run_is(line, len, "exit") || run_is(line, len, "quit")) {
		*over = 1;
		return STATUS_DONE;
	}
	if (run_is(line, len, "watch"))
		return watch_run(a, line + strlen("watch"),
		    len - strlen("watch"));
	return run_ask(a, line, len);
}

enum status
run_words(struct ask *a, char *const words[], int n)
{
	enum status status;
	struct buf line;
	int i, over;

	if (n == 1)
		return run_line(a, words[0], strlen(words[0]), &over);
	buf_init(&line, CHANNEL_LINE);
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)buf_add(&line, " ", 1);
		words_quote(&line, words[i], 1);
	}
	if (line.failed) {
		fprintf(stderr, "pydirectorctl: the command is too long\n");
		status = STATUS_TROUBLE;
	} else
		status = run_line(a, line.data, line.len, &over);
	buf_done(&line);
	return status;
}

/* Reads a line without its newline: its length, -1 at the end, or -2: it is too
 * long. */
static long
input_line(char line[INPUT_SIZE])
{
	long n = 0;
	int c;

	while ((c = getchar()) != EOF && c != '\n') {
		if (n == CHANNEL_LINE)
			return -2;
		line[n++] = (char)c;
	}
	return n == 0 && c == EOF ? -1 : n;
}

enum status
run_input(struct ask *a)
{
	enum status one, worst = STATUS_DONE;
	char *line = malloc(INPUT_SIZE);
	int over = 0;
	long n = -1;

	if (line == NULL) {
		fprintf(stderr, "pydirectorctl: out of memory\n");
		return STATUS_TROUBLE;
	}
	while (!over && !a->broken && (n = input_line(line)) >= 0) {
		one = run_line(a, line, (size_t)n, &over);
		if (one > worst)
			worst = one;
		if (a->fd == -1)
			break;
	}
	if (n == -2) {
		fprintf(stderr, "pydirectorctl: a line is too long\n");
		worst = STATUS_TROUBLE;
	}
	if (a->broken || ferror(stdin))
		worst = STATUS_TROUBLE;
	free(line);
	return worst;
}
