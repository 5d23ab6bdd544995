/* SPDX-License-Identifier: ISC
 *
 * Telling the service manager how we are, as sd_notify(3) of systemd does it:
 * one datagram for each message. Nothing here waits or fails. */

#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "notify.h"

static char *
notify_variable(const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + 2;
	char *text = malloc(n);

	if (text != NULL)
		snprintf(text, n, "%s=%s", name, value);
	return text;
}

/* Half the time that the manager waits. */
static void
notify_watchdog(struct notify *n)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uintmax_t us;

	if (usec == NULL ||
	    (pid != NULL && strtol(pid, NULL, 10) != (long)getpid()))
		return;
	us = strtoumax(usec, NULL, 10);
	if (us == 0 || us > UINTMAX_C(1000000) * 1000000)
		return;
	n->every = us < 2000 ? 1 : (int64_t)(us / 2000);
	n->due = clock_ms() + n->every;
	n->env[1] = notify_variable("WATCHDOG_USEC", usec);
}

void
notify_init(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");

	memset(n, 0, sizeof(*n));
	if (path != NULL && (*path == '/' || *path == '@') &&
	    (n->path = strdup(path)) != NULL) {
		n->env[0] = notify_variable("NOTIFY_SOCKET", path);
		notify_watchdog(n);
	}
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void
notify_done(struct notify *n)
{
	int i;

	free(n->path);
	for (i = 0; i < NOTIFY_ENV; i++)
		free(n->env[i]);
	memset(n, 0, sizeof(*n));
}

void
notify_say(const struct notify *n, const char *text)
{
	if (n->path != NULL)
		(void)net_notify(n->path, text);
}

void
notify_status(const struct notify *n, const char *format, ...)
{
	char text[256] = "STATUS=";
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text + 7, sizeof(text) - 7, format, args);
	va_end(args);
	notify_say(n, text);
}

void
notify_reloading(const struct notify *n)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    clock_us());
	notify_say(n, text);
}

void
notify_successor(struct notify *n, long pid)
{
	char text[64];

	snprintf(text, sizeof(text), "MAINPID=%ld", pid);
	notify_say(n, text);
	/* What we say from now on would pass for the other's word. */
	notify_done(n);
}

int
notify_timeout(struct notify *n, int timeout)
{
	int64_t now, wait;

	if (n->every == 0)
		return timeout;
	now = clock_ms();
	if (now >= n->due) {
		notify_say(n, "WATCHDOG=1");
		n->due = now + n->every;
	}
	wait = n->due - now;
	return timeout == -1 || wait < timeout ? (int)wait : timeout;
}
