/* SPDX-License-Identifier: ISC
 *
 * SSH: a process of its own, pydirector-sshd, for each connection. Here are the
 * door, the number of connections, their beginning and end, and the lines in
 * the log. What a client sends is never read here: his process has the
 * connection, and talks to us over a command channel (channel.h), which knows
 * who he is. A process that ends in whatever way ends that one connection. Who
 * is not logged in makes room for others when all places are taken: silence
 * locks nobody out.
 *
 *	new		nobody is logged in: he has the grace time
 *	in		logged in
 *	leaving		the channel is closed: the process may send the rest
 *	gone		reaped, logged, freed */

#include "config.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/openas.h"
#include "path.h"
#include "child.h"
#include "director.h"
#include "given.h"
#include "channel.h"
#include "ssh.h"

#define SESSIONS_MAX	64
#define NEW_MAX		10	/* who are not logged in */
#define NEW_CHANCE	2000	/* ms that each has before another takes his
				 * place */
#define PACE		50	/* ms from the start of one process to the next:
				 * each takes some 10 ms of a processor */
#define LATE		5000	/* ms that a process may overrun the grace */
#define REST_TIME	60000	/* ms to send the rest */
#define KEY_TIME	5000	/* ms to look at the host key, or make it ... */
#define KEY_TIME_LIVE	200	/* ... while the loop waits */
#define KEEPALIVE	60000	/* ms */
#define KEY_NAME	"ssh_host_ed25519_key"

struct ssh_session {
	struct ssh_session *next, **link;
	struct ssh	*ssh;
	struct child	 child;
	struct channel	*channel;	/* NULL: closed */
	struct addr	 peer;
	char		 from[ADDR_TEXT_SIZE];
	char		*user;		/* NULL: not logged in */
	int64_t		 since;		/* when it began */
	int		 lost;		/* another has its place */
};

struct ssh {
	struct pydirector *director;
	struct door	 door;
	char		*key;		/* path of the host key */
	struct ssh_session *sessions;
	struct timer	 pace;		/* no process starts before */
	struct timer	 chance;	/* somebody new has had his */
};

static void
session_free(struct ssh_session *s)
{
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	if (s->channel != NULL)
		channel_close(s->channel);
	free(s->user);
	free(s);
}

/* Ends. */

/* Why a client is gone, as his process says. */
static const char *
session_why(int status)
{
	if (WIFEXITED(status)) {
		switch ((enum sshd_end)WEXITSTATUS(status)) {
		case SSHD_CLOSED:
			return "closed";
		case SSHD_GONE:
			return "lost";
		case SSHD_SLOW:
			return "no login in time";
		case SSHD_TRIES:
			return "too many failures";
		case SSHD_QUIET:
			return "no input for too long";
		case SSHD_ODD:
			return "nothing that is offered here was asked for";
		case SSHD_TROUBLE:
		case SSHD_USAGE:
			break;
		}
	}
	return NULL;
}

static void
session_gone(struct child *c, int status)
{
	struct ssh_session *s = LOOP_OWNER(c, struct ssh_session, child);
	struct log *log = s->ssh->director->log;
	const char *why = status == -1 ? "closed" : session_why(status);

	if (s->lost)
		why = "its place was wanted";
	else if (c->killed)
		why = "it took too long";
	if (why == NULL && WIFSIGNALED(status))
		log_warning(log, "ssh %s: ended: pydirector-sshd got signal "
		    "%d", s->from, WTERMSIG(status));
	else if (why == NULL)
		log_warning(log, "ssh %s: ended: pydirector-sshd failed with "
		    "status %d", s->from, WEXITSTATUS(status));
	if (s->user != NULL)
		log_notice(log, "ssh %s: user %s: logged out: %s", s->from,
		    s->user, why != NULL ? why : "failed");
	else if (why != NULL)
		log_info(log, "ssh %s: not logged in: %s", s->from, why);
	session_free(s);
}

/* Something has happened on the command channel. */
static void
session_event(void *arg, enum channel_event event, const char *user,
    const char *how)
{
	struct ssh_session *s = arg;
	struct log *log = s->ssh->director->log;

	switch (event) {
	case CHANNEL_LOGIN:
		log_notice(log, "ssh %s: user %s: logged in: %s", s->from,
		    user, how);
		free(s->user);
		s->user = strdup(user);
		child_reap(&s->child, -1, session_gone);
		break;
	case CHANNEL_REFUSED:
		/* A wrong password is told where it is found (auth.c). */
		if (strncmp(how, "key", 3) == 0)
			log_warning(log, "ssh %s: user %s: refused: %s",
			    s->from, user, how);
		break;
	case CHANNEL_END:
		s->channel = NULL;
		child_reap(&s->child, REST_TIME, session_gone);
		break;
	}
}

/* Beginnings. */

/* 1: it has a place of those for who is not logged in. */
static int
session_is_new(const struct ssh_session *s)
{
	return s->user == NULL && !s->lost;
}

/* 1: another may have its place. */
static int
session_due(const struct ssh_session *s)
{
	return session_is_new(s) &&
	    s->since <= s->ssh->director->loop.now - NEW_CHANCE;
}

/* How many are not logged in: all, or those of one customer. */
static int
news(const struct ssh *ssh, const struct addr *peer)
{
	const struct ssh_session *s;
	int n = 0;

	for (s = ssh->sessions; s != NULL; s = s->next)
		n += session_is_new(s) && (peer == NULL ||
		    addr_same_customer(&s->peer, peer));
	return n;
}

/* Who loses his place: of those who have had their chance one of an address
 * that has most of them, the oldest. NULL: there is none. */
static struct ssh_session *
news_victim(struct ssh *ssh)
{
	struct ssh_session *s, *victim = NULL;
	int many, most = 0;

	/* The newest come first. */
	for (s = ssh->sessions; s != NULL; s = s->next) {
		if (!session_due(s))
			continue;
		many = news(ssh, &s->peer);
		if (many < most)
			continue;
		victim = s;
		most = many;
	}
	return victim;
}

/* 1: one more may come in; another has lost his place for him if need be. */
static int
ssh_room(struct ssh *ssh)
{
	struct ssh_session *s;
	int all = 0;

	for (s = ssh->sessions; s != NULL; s = s->next)
		all++;
	if (all >= SESSIONS_MAX) {
		log_warning(ssh->director->log, "ssh: refused: "
		    "there are %d sessions", SESSIONS_MAX);
		return 0;
	}
	if (news(ssh, NULL) < NEW_MAX)
		return 1;
	s = news_victim(ssh);
	if (s == NULL)
		return 0;
	s->lost = 1;
	if (s->channel != NULL)
		channel_close(s->channel);
	s->channel = NULL;
	child_reap(&s->child, 0, session_gone);
	return 1;
}

/* Somebody has had his chance: the door asks again. */
static void
news_expire(struct timer *t)
{
	(void)t;
}

/* Waits for the first who will have had his. */
static void
news_wait(struct ssh *ssh)
{
	struct loop *l = &ssh->director->loop;
	const struct ssh_session *s, *oldest = NULL;
	int64_t left;

	for (s = ssh->sessions; s != NULL; s = s->next)
		if (session_is_new(s))
			oldest = s;
	left = oldest == NULL ? 0 : oldest->since + NEW_CHANCE - l->now;
	if (left > 0)
		loop_timer(l, &ssh->chance, left, news_expire);
}

/* The process: descriptors as ssh.h numbers them. Returns 0 or an errno. */
static int
session_spawn(struct ssh_session *s, int client, int link)
{
	struct pydirector *d = s->ssh->director;
	char sshd[] = "-h", ctl[] = "-c", *argv[6];
	int fds[2];

	fds[SSHD_CLIENT - SSHD_CLIENT] = client;
	fds[SSHD_CHANNEL - SSHD_CLIENT] = link;
	argv[0] = d->sshd_program;
	argv[1] = sshd;
	argv[2] = s->ssh->key;
	argv[3] = ctl;
	argv[4] = d->ctl_program;
	argv[5] = NULL;
	return child_start(&s->child, argv, NULL, fds, 2, SSHD_CLIENT);
}

/* A session with its channel and its process. 0 or an errno; the descriptor
 * stays the caller's. */
static int
session_new(struct ssh *ssh, int fd, const struct addr *peer)
{
	struct pydirector *d = ssh->director;
	struct ssh_session *s;
	int fds[2], error;

	if (net_pair(fds) == -1)
		return errno;
	s = calloc(1, sizeof(*s));
	if (s != NULL) {
		s->ssh = ssh;
		s->since = d->loop.now;
		s->peer = *peer;
		addr_text(peer, s->from);
		child_init(&s->child, &d->loop);
		s->channel = channel_new(d, fds[0], peer, session_event, s);
	}
	if (s == NULL || s->channel == NULL) {
		free(s);
		net_close(fds[0]);
		net_close(fds[1]);
		return ENOMEM;
	}
	error = session_spawn(s, fd, fds[1]);
	net_close(fds[1]);
	if (error != 0) {
		channel_close(s->channel);
		free(s);
		return error;
	}
	s->next = ssh->sessions;
	s->link = &ssh->sessions;
	if (s->next != NULL)
		s->next->link = &s->next;
	ssh->sessions = s;
	child_reap(&s->child, SSHD_GRACE * 1000 + LATE, session_gone);
	return 0;
}

/* The next one may come: the door asks again. */
static void
ssh_pace(struct timer *t)
{
	(void)t;
}

/* Those who come faster wait in the kernel's backlog, and those who find all
 * places taken by others who have not had their chance. */
static int
ssh_ready(struct door *door)
{
	const struct ssh *ssh = LOOP_OWNER(door, struct ssh, door);
	const struct ssh_session *s;

	if (loop_timer_set(&ssh->pace))
		return 0;
	if (news(ssh, NULL) < NEW_MAX)
		return 1;
	for (s = ssh->sessions; s != NULL; s = s->next)
		if (session_due(s))
			return 1;
	return 0;
}

static void
ssh_client(struct door *door, int fd, const struct addr *peer)
{
	struct ssh *ssh = LOOP_OWNER(door, struct ssh, door);
	struct log *log = ssh->director->log;
	char text[ADDR_TEXT_SIZE];
	int error;

	/* Who has hung up meanwhile costs no process. */
	if (!net_gone(fd) && ssh_room(ssh)) {
		net_keepalive(fd, KEEPALIVE);
		error = session_new(ssh, fd, peer);
		loop_timer(&ssh->director->loop, &ssh->pace, PACE, ssh_pace);
		news_wait(ssh);
		if (error == 0)
			log_debug(log, "ssh %s: connected",
			    addr_text(peer, text));
		else
			log_warning(log, "ssh: refused: cannot start %s: %s",
			    ssh->director->sshd_program, strerror(error));
	}
	net_close(fd);
}

static const struct door_ops ssh_ops = {
	ssh_ready, ssh_client
};

/* The host key. */

/* Has the program look at the key, which it makes if there is none: as the user
 * whom we will become, since he has to do it for each connection. It takes some
 * milliseconds, here and now: so what an operator asks for is refused when the
 * key is bad. The first line that it says is the fingerprint, or why not. */
static int
ssh_key_check(struct pydirector *d, char *path, char *err, size_t size)
{
	char word[] = "-k", said[256], *argv[4];
	char by[32] = "";
	int status = -1, error, good;
	struct as as;

	argv[0] = d->sshd_program;
	argv[1] = word;
	argv[2] = path;
	argv[3] = NULL;
	error = as_begin(&as, d->uid, d->gid) == -1 ? errno : child_ask(argv,
	    d->running ? KEY_TIME_LIVE : KEY_TIME, said, sizeof(said),
	    &status);
	if (as.changed)
		snprintf(by, sizeof(by), ", as user %ld", (long)d->uid);
	if (as_end(&as) == -1)
		error = errno;
	if (error == ETIMEDOUT) {
		snprintf(err, size, "ssh: host key %s: not looked at in time: "
		    "try again", path);
		return -1;
	}
	if (error != 0) {
		snprintf(err, size, "ssh: %s: %s", d->sshd_program,
		    strerror(error));
		return -1;
	}
	said[strcspn(said, "\n")] = '\0';
	/* Somebody else may have reaped it: then what it says counts. */
	good = status == -1 ? strncmp(said, "SHA256:", 7) == 0 :
	    WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!good) {
		snprintf(err, size, "ssh: %s%s", said[0] != '\0' ? said :
		    "pydirector-sshd failed", by);
		return -1;
	}
	log_notice(d->log, "ssh: host key %s: %s", path, said);
	return 0;
}

/* Start and stop. */

static struct ssh *
ssh_get(struct pydirector *d)
{
	if (d->ssh == NULL)
		d->ssh = calloc(1, sizeof(*d->ssh));
	if (d->ssh != NULL)
		d->ssh->director = d;
	return d->ssh;
}

int
ssh_start(struct pydirector *d, char *err, size_t size)
{
	const struct access_point *a = &d->model->ssh;
	struct ssh *ssh;
	char *key;

	/* Who is logged in stays: perhaps it was he who said so. */
	if (!a->present || !a->enable) {
		if (a->present && !d->running)
			log_warning(d->log,
			    "ssh: not started: enable is not true");
		if (d->ssh != NULL)
			door_close(&d->ssh->door);
		return 0;
	}
	ssh = ssh_get(d);
	key = path_beside(d->config_path, a->host_key != NULL ? a->host_key :
	    KEY_NAME);
	if (ssh == NULL || key == NULL) {
		free(key);
		snprintf(err, size, "ssh: out of memory");
		return -1;
	}
	if (((ssh->key == NULL || strcmp(ssh->key, key) != 0) &&
	    ssh_key_check(d, key, err, size) == -1) ||
	    door_start(d, &ssh->door, &ssh_ops, "ssh", a->address, 0, err,
	    size) == -1) {
		free(key);
		return -1;
	}
	free(ssh->key);
	ssh->key = key;
	return 0;
}

void
ssh_stop(struct pydirector *d)
{
	struct ssh *ssh = d->ssh;
	struct ssh_session *s;

	if (ssh == NULL)
		return;
	door_close(&ssh->door);
	loop_timer_del(&d->loop, &ssh->pace);
	loop_timer_del(&d->loop, &ssh->chance);
	for (s = ssh->sessions; s != NULL; s = s->next)
		child_kill(&s->child, SIGKILL);
	while ((s = ssh->sessions) != NULL) {
		child_end(&s->child);
		session_free(s);
	}
	free(ssh->key);
	free(ssh);
	d->ssh = NULL;
}
