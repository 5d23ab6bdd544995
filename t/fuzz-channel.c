/* SPDX-License-Identifier: ISC
 *
 * Command channels under libFuzzer, of somebody who has not logged in and, by
 * the first byte, of the machine's owner, on a director that does not run:
 * whatever lines come, each answer is as long as it says, and the channel ends
 * when its asker does. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include "console.h"
#include "pydirector.h"
#include "t/fuzz.h"

#define ROUNDS 64

static const char base[] =
    "<config><service name=\"web\"><listen ip=\"127.0.0.1:2001\"/>"
    "<group name=\"main\" scheduler=\"roundr\" enable=\"true\">"
    "<host name=\"a\" ip=\"10.0.0.1:80\"/></group></service>"
    "<admin><user name=\"bob\" password=\"$6$ab$cd\" access=\"full\"/>"
    "</admin></config>";

static struct pydirector *
fuzz_director(void)
{
	struct pydirector *d;
	struct buf errors;
	size_t i;

	d = pydirector_new(NULL, NULL, PYDIRECTOR_NOTICE);
	buf_init(&errors, 65536);
	if (d == NULL || conf_parse(&d->model, "text", base, sizeof(base) - 1,
	    &errors) == -1)
		abort();
	buf_done(&errors);
	for (i = 0; i < d->model->nservices; i++)
		d->model->services[i]->director = d;
	return d;
}

static void
fuzz_turn(struct pydirector *d)
{
	struct pollfd fds[16];
	int n = loop_pollfds(&d->loop, fds, 16);

	(void)poll(fds, (nfds_t)n, 0);
	loop_dispatch(&d->loop, fds, n);
}

static void
fuzz_event(void *arg, enum channel_event e, const char *user, const char *how)
{
	(void)user;
	fuzz_promise(e != CHANNEL_LOGIN, "nobody can log in");
	fuzz_promise(how != NULL, "there is a text");
	if (e == CHANNEL_END)
		*(int *)arg = 1;
}

/* `CODE LENGTH` and so many bytes, over and over; the last may be cut off. */
static void
fuzz_answers(const char *p)
{
	unsigned long n;
	char *end;

	while (*p != '\0') {
		fuzz_promise(strtoul(p, &end, 10) >= CHANNEL_INTERIM &&
		    *end == ' ', "a code");
		n = strtoul(end + 1, &end, 10);
		fuzz_promise(*end == '\n', "a length");
		p = end + 1;
		if (strlen(p) < n)
			return;
		fuzz_promise(n == 0 || p[n - 1] == '\n', "whole lines");
		p += n;
	}
}

static void
fuzz_channel(struct pydirector *d, int fds[2], const char *bytes, size_t size)
{
	static char answers[1 << 20];
	size_t n = 0;
	ssize_t got;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		got = size == 0 ? 0 : send(fds[1], bytes, size,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (got > 0) {
			bytes += got;
			size -= (size_t)got;
		}
		if (size == 0)
			(void)shutdown(fds[1], SHUT_WR);
		fuzz_turn(d);
		got = recv(fds[1], answers + n, sizeof(answers) - 1 - n,
		    MSG_DONTWAIT);
		if (got > 0)
			n += (size_t)got;
		else if (got == 0)
			break;
	}
	answers[n] = '\0';
	if (strlen(answers) == n)
		fuzz_answers(answers);
	close(fds[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pydirector *d;
	struct addr peer;
	int fds[2], ended = 0, local;

	if (size == 0)
		return 0;
	local = data[0] == 'l';
	d = fuzz_director();
	memset(&peer, 0, sizeof(peer));
	peer.u.in.sin_family = AF_INET;
	if (net_pair(fds) == -1)
		abort();
	if (local)
		channel_local(console_get(d), fds[0], "root");
	else if (channel_new(d, fds[0], &peer, fuzz_event, &ended) == NULL)
		abort();
	fuzz_channel(d, fds, (const char *)data + 1, size - 1);
	fuzz_turn(d);
	fuzz_turn(d);
	fuzz_promise(local || ended, "it ends with its asker");
	console_stop(d);
	pydirector_free(d);
	return 0;
}
