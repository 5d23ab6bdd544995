/* SPDX-License-Identifier: ISC
 *
 * Commands on the state of one host: out of rotation and back, its
 * connections, a check at once. None of them waits for what it starts. */

#include "config.h"

#include "command.h"

/* Told after a change that keeps new connections away. */
static enum outcome
host_cmd_left(const struct request *rq, const struct target *t,
    const char *what)
{
	manager_adjust_group(rq->director, t->group);
	return command_say(rq, OUTCOME_OK, "host '%s': %s, %u connections left",
	    t->host->name, what, t->host->open);
}

enum outcome
host_cmd_admin_down(const struct request *rq)
{
	struct target t;
	enum outcome o = command_host(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	host_set_admin_down(t.host, 1, rq->director->loop.now);
	return host_cmd_left(rq, &t, "admin down");
}

enum outcome
host_cmd_admin_up(const struct request *rq)
{
	int64_t now = rq->director->loop.now;
	struct target t;
	enum outcome o = command_host(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	host_set_draining(t.host, 0, now);
	host_set_admin_down(t.host, 0, now);
	manager_adjust_group(rq->director, t.group);
	if (t.host->down != WHY_NONE)
		return command_say(rq, o, "host '%s': no more admin down, "
		    "but down: %s", t.host->name, why_word(t.host->down));
	return command_say(rq, o, "host '%s': in rotation", t.host->name);
}

enum outcome
host_cmd_drain(const struct request *rq)
{
	struct target t;
	enum outcome o = command_host(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	host_set_draining(t.host, 1, rq->director->loop.now);
	return host_cmd_left(rq, &t, "draining");
}

enum outcome
host_cmd_close(const struct request *rq)
{
	struct target t;
	size_t n;
	enum outcome o = command_host(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	n = relay_stop_host(rq->director, t.host);
	return command_say(rq, o, "host '%s': %zu connections closed",
	    t.host->name, n);
}

enum outcome
host_cmd_retry(const struct request *rq)
{
	struct target t;
	enum outcome o = command_host(rq, &t);

	if (o != OUTCOME_OK)
		return o;
	if (!rq->director->running)
		return command_say(rq, OUTCOME_CONFLICT,
		    "the director has not started");
	manager_retry(rq->director, t.host);
	return command_say(rq, o, "host '%s': is being checked", t.host->name);
}
