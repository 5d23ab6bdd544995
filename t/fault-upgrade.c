/* SPDX-License-Identifier: ISC
 *
 * A life of the balancer with an upgrade, for t/faulty. Clients come all the
 * time, or only before and afterwards; one is there from before the upgrade
 * to its end. When a call fails, of the old process or of the new one, the
 * upgrade fails, the old process tells why and goes on, and a second one
 * succeeds; or it succeeds all the same. */

#include "config.h"

#include <sys/types.h>

#include <poll.h>
#include <signal.h>

#include "tool.h"
#include "fault-life.h"

#define UPGRADE_TIME	20000
#define END_TIME	5000
#define PID_TIME	5000
#define CLIENTS		3

#define FAILED " err director: upgrade: "
#define READY " is ready: draining "

/* Who was started is gone, and ended by itself, if it was not killed. */
static void
failed(struct life *l)
{
	const struct fault *f = &l->fault[FAULT_NEW];

	if (f->looping)
		life_fatal(l, "the upgrade has failed and not failed");
	if (f->pid != 0 && kill((pid_t)f->pid, 0) == 0)
		life_fatal(l, "a new process that has failed is there");
	if (life_logged(l, "ended by signal ") > 0)
		life_fatal(l, "the new process was ended by a signal");
	if (f->ended && f->status != 1)
		life_fatal(l, "a new process has failed with another status "
		    "than 1");
	life_left(l, f);
}

/* Asks for one: 0: another process is in charge, -1: it has failed. */
static int
upgrade(struct life *l)
{
	int64_t until = tool_now() + UPGRADE_TIME * tool_patience();
	int failures = life_logged(l, FAILED), clients[CLIENTS], i, n;

	/* These come before there is a new process. */
	n = l->how->quiet ? 0 : CLIENTS;
	for (i = 0; i < n; i++)
		clients[i] = client_open(l);
	(void)kill(l->pid, SIGUSR2);
	for (i = 0; i < n; i++)
		client_finish(l, clients[i], 1000);
	do {
		if (!l->how->quiet)
			client_request(l, 1000);
		if (l->fault[FAULT_NEW].looping)
			return 0;
		if (life_logged(l, FAILED) > failures) {
			failed(l);
			return -1;
		}
		if (life_ended(l) && life_logged(l, READY) == 0) {
			life_fatal(l, "the old process has ended");
			return -1;
		}
	} while (tool_now() < until && poll(NULL, 0, 1) == 0);
	life_fatal(l, "the upgrade hangs");
	return -1;
}

/* The old process ends with its last client; from then on the other one is in
 * charge. */
static void
succeed(struct life *l, int client)
{
	client_finish(l, client, 1000);
	if (life_wait(l, END_TIME) == -1)
		life_fatal(l, "the old process does not end");
	life_judge(l, &l->fault[FAULT_OLD], 1);
	l->pid = (pid_t)l->fault[FAULT_NEW].pid;
}

/* The pid file tells of who is in charge. */
static void
check_pid(struct life *l)
{
	int64_t until = tool_now() + PID_TIME * tool_patience();
	FILE *f;
	long pid;

	do {
		pid = 0;
		f = fopen(life_file(l, "pid"), "r");
		if (f == NULL)
			continue;
		if (fscanf(f, "%ld", &pid) != 1)
			pid = 0;
		fclose(f);
	} while (pid != (long)l->pid && tool_now() < until &&
	    poll(NULL, 0, 1) == 0);
	if (pid != (long)l->pid)
		life_fatal(l, "the pid file tells of another process");
}

void
life_upgrade(struct life *l)
{
	char answer[ANSWER_MAX];
	int client, i;

	client_request(l, 1000);
	client_relays(l, 0);
	client = client_open(l);
	client_relays(l, 1);
	life_arm(l, FAULT_OLD);
	if (upgrade(l) == -1) {
		if (life_ended(l))
			return;
		for (i = 0; i < 3; i++)
			client_request(l, 1000);
		life_forget(l, FAULT_NEW);
		if (upgrade(l) == -1) {
			life_fatal(l, "no upgrade succeeds any more");
			client_finish(l, client, 1000);
			return;
		}
	}
	succeed(l, client);
	if (life_ended(l))
		return;
	check_pid(l);
	for (i = 0; i < 3; i++)
		client_request(l, 1000);
	client_page(l, "running.txt");
	client_command(l, "reload\n", answer);
	client_relays(l, 0);
}
