/* SPDX-License-Identifier: ISC
 *
 * Who may: names and passwords against the users of the model. A hash is
 * computed by the helper, never here. A right answer is remembered for
 * CACHE_TIME under a keyed hash of name, stored hash and password; the
 * password itself is kept no longer than it takes to ask. An address that
 * guesses wrong waits longer each time, and has few questions under way, so
 * that nobody can keep the helper busy alone. Whether a name exists cannot be
 * told from the time that an answer takes.
 *
 *	waits		the address has to wait: a timer
 *	asked		the helper has it
 *	answered	everybody who asked the same is told; gone */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/compat.h"
#include "siphash.h"
#include "director.h"

#define NAME_MAX_LEN	255	/* bytes of a user's name */
#define CACHE_SIZE	64
#define CACHE_TIME	300000	/* ms that a right answer is remembered */
#define PEERS_MAX	256	/* addresses that failed, remembered */
#define PEER_TIME	600000	/* ms after the last failure: forgotten */
#define PEER_SIZE	9	/* bytes of an address, and what kind */
#define FREE_FAILURES	3	/* without a delay */
#define DELAY_FIRST	250	/* ms; doubles up to */
#define DELAY_MAX	8000
#define WAIT_MAX	20000	/* ms: whoever had to wait longer is refused */
#define JOBS_MAX	128	/* under way */
#define JOBS_PEER	4	/* of one address */

/* Somebody who waits for an answer. */
struct auth_request {
	struct auth_request *next, **link;
	auth_fn		*fn;
	void		*arg;
};

/* A name and password that are being verified. */
struct auth_job {
	struct auth_job	*next, **link;
	struct pydirector *director;
	struct auth_request *waiting;
	struct helper_request *question; /* NULL: not asked yet */
	struct timer	 timer;		/* when it may be asked */
	struct addr	 peer;		/* of the first who asked */
	unsigned char	 from[PEER_SIZE];	/* the same as a key */
	unsigned char	 tag[SIPHASH_SIZE];	/* of all three texts */
	unsigned char	 known;		/* there is such a user */
	char		 user[NAME_MAX_LEN + 1];
	char		 hash[HELPER_HASH_MAX + 1];
	char		 password[HELPER_PASSWORD_MAX + 1]; /* until asked */
};

/* An address that failed. */
struct auth_peer {
	unsigned char	 from[PEER_SIZE];
	unsigned	 failures;	/* 0: not in use */
	int64_t		 last;		/* of them, when */
	int64_t		 free_at;	/* may ask again */
};

struct auth {
	unsigned char	 key[SIPHASH_KEY];
	struct {
		unsigned char	 tag[SIPHASH_SIZE];
		int64_t		 until;	/* 0: not in use */
	} cache[CACHE_SIZE];
	struct auth_peer peers[PEERS_MAX];
	struct auth_job	*jobs;
	unsigned	 njobs;
};

static struct auth *
auth_get(struct pydirector *d)
{
	struct auth *a = d->auth;

	if (a != NULL)
		return a;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	if (getentropy(a->key, sizeof(a->key)) == -1) {
		free(a);
		return NULL;
	}
	d->auth = a;
	d->auth_done = auth_done;
	return a;
}

/* Right answers. */

/* The tag of a name, the user's hash and a password. */
static void
auth_tag(const struct auth *a, const char *user, const char *hash,
    const char *password, unsigned char tag[SIPHASH_SIZE])
{
	char text[1 + NAME_MAX_LEN + 1 + HELPER_HASH_MAX + 1 +
	    HELPER_PASSWORD_MAX];
	size_t n = 0, len;

	text[n++] = 'p';
	len = strlen(user);
	memcpy(text + n, user, len + 1);
	n += len + 1;
	len = strlen(hash);
	memcpy(text + n, hash, len + 1);
	n += len + 1;
	len = strlen(password);
	memcpy(text + n, password, len);
	siphash(a->key, text, n + len, tag);
	explicit_bzero(text, sizeof(text));
}

/* 1: remembered, and from now on for as long again. All entries are looked
 * at, whatever they hold. */
static int
cache_has(struct auth *a, const unsigned char tag[SIPHASH_SIZE], int64_t now)
{
	int found = 0, same;
	size_t i;

	for (i = 0; i < CACHE_SIZE; i++) {
		same = siphash_same(a->cache[i].tag, tag) &
		    (a->cache[i].until > now);
		if (same)
			a->cache[i].until = now + CACHE_TIME;
		found |= same;
	}
	return found;
}

/* Takes the place of one that ends first. */
static void
cache_add(struct auth *a, const unsigned char tag[SIPHASH_SIZE], int64_t now)
{
	size_t i, at = 0;

	for (i = 1; i < CACHE_SIZE; i++)
		if (a->cache[i].until < a->cache[at].until)
			at = i;
	memcpy(a->cache[at].tag, tag, SIPHASH_SIZE);
	a->cache[at].until = now + CACHE_TIME;
}

/* Addresses. */

/* What stands for an address: its customer. */
static void
peer_key(const struct addr *peer, unsigned char key[PEER_SIZE])
{
	const unsigned char *bytes = NULL;
	size_t n = peer == NULL ? 0 : addr_customer(peer, &bytes);

	memset(key, 0, PEER_SIZE);
	key[0] = (unsigned char)n;
	if (n > 0)
		memcpy(key + 1, bytes, n);
}

static struct auth_peer *
peer_find(struct auth *a, const unsigned char key[PEER_SIZE], int64_t now)
{
	struct auth_peer *p;
	size_t i;

	for (i = 0; i < PEERS_MAX; i++) {
		p = &a->peers[i];
		if (p->failures == 0 || memcmp(p->from, key, PEER_SIZE) != 0)
			continue;
		if (now - p->last < PEER_TIME)
			return p;
		p->failures = 0;
	}
	return NULL;
}

static int64_t
peer_delay(const struct auth_peer *p)
{
	int64_t delay = DELAY_FIRST;
	unsigned i;

	if (p->failures < FREE_FAILURES)
		return 0;
	for (i = FREE_FAILURES; i < p->failures && delay < DELAY_MAX; i++)
		delay *= 2;
	return delay < DELAY_MAX ? delay : DELAY_MAX;
}

/* The address has failed; without a place for it the one that failed longest
 * ago is forgotten. */
static void
peer_failed(struct auth *a, const unsigned char key[PEER_SIZE], int64_t now)
{
	struct auth_peer *p = peer_find(a, key, now);
	size_t i, at = 0;

	if (p == NULL) {
		for (i = 1; i < PEERS_MAX && a->peers[at].failures > 0; i++)
			if (a->peers[i].failures == 0 ||
			    a->peers[i].last < a->peers[at].last)
				at = i;
		p = &a->peers[at];
		memset(p, 0, sizeof(*p));
		memcpy(p->from, key, PEER_SIZE);
	}
	p->failures++;
	p->last = now;
	if (p->free_at < now + peer_delay(p))
		p->free_at = now + peer_delay(p);
}

/* Jobs. */

static void
job_unlink(struct auth_job *j)
{
	if (j->link == NULL)
		return;
	*j->link = j->next;
	if (j->next != NULL)
		j->next->link = j->link;
	j->link = NULL;
	j->director->auth->njobs--;
}

static void
job_free(struct auth_job *j)
{
	job_unlink(j);
	loop_timer_del(&j->director->loop, &j->timer);
	if (j->question != NULL)
		helper_cancel(j->question);
	while (j->waiting != NULL)
		auth_cancel(j->waiting);
	explicit_bzero(j, sizeof(*j));
	free(j);
}

/* Ends the job: tells those who asked. They may ask anew, or give up others
 * that wait. */
static void
job_end(struct auth_job *j, enum right right, int busy)
{
	struct auth_request *q;
	auth_fn *fn;
	void *arg;

	job_unlink(j);
	while ((q = j->waiting) != NULL) {
		fn = q->fn;
		arg = q->arg;
		auth_cancel(q);
		fn(arg, right, busy);
	}
	job_free(j);
}

static enum right
job_right(const struct auth_job *j)
{
	const struct user *u;

	/* Meanwhile the user may have changed. */
	u = j->known ? user_find(j->director->model, j->user) : NULL;
	if (u == NULL || strcmp(u->password, j->hash) != 0)
		return RIGHT_NONE;
	return u->full ? RIGHT_WRITE : RIGHT_READ;
}

static void
job_verified(void *arg, int good)
{
	struct auth_job *j = arg;
	struct pydirector *d = j->director;
	struct auth_peer *p;
	enum right right = good == 1 ? job_right(j) : RIGHT_NONE;
	char text[ADDR_TEXT_SIZE];

	j->question = NULL;
	if (good == -1) {
		job_end(j, RIGHT_NONE, 1);
		return;
	}
	if (right != RIGHT_NONE) {
		cache_add(d->auth, j->tag, d->loop.now);
		p = peer_find(d->auth, j->from, d->loop.now);
		if (p != NULL)
			p->failures = 0;
	} else {
		log_warning(d->log, "auth: user %s: refused: from %s",
		    j->user, addr_text(&j->peer, text));
		peer_failed(d->auth, j->from, d->loop.now);
	}
	job_end(j, right, 0);
}

static void
job_ask(struct auth_job *j)
{
	struct pydirector *d = j->director;

	if (d->crypt != NULL)
		j->question = helper_verify(d->crypt, j->hash, j->password,
		    job_verified, j);
	explicit_bzero(j->password, sizeof(j->password));
	if (j->question == NULL)
		job_end(j, RIGHT_NONE, 1);
}

static void
job_expire(struct timer *t)
{
	job_ask(LOOP_OWNER(t, struct auth_job, timer));
}

/* Milliseconds until the address may ask, -1: too long. What it asks counts as
 * failed until it is known. */
static int64_t
job_wait(struct auth *a, const struct auth_job *j, int64_t now)
{
	struct auth_peer *p = peer_find(a, j->from, now);
	int64_t at;

	if (p == NULL || peer_delay(p) == 0)
		return 0;
	at = p->free_at > now ? p->free_at : now;
	if (at - now > WAIT_MAX)
		return -1;
	p->free_at = at + peer_delay(p);
	return at - now;
}

/* Room for one more job of that address? */
static int
job_allowed(const struct auth *a, const unsigned char from[PEER_SIZE])
{
	const struct auth_job *j;
	unsigned n = 0;

	for (j = a->jobs; j != NULL; j = j->next)
		n += memcmp(j->from, from, PEER_SIZE) == 0;
	return a->njobs < JOBS_MAX && n < JOBS_PEER;
}

static struct auth_job *
job_find(const struct auth *a, const unsigned char tag[SIPHASH_SIZE])
{
	struct auth_job *j;

	for (j = a->jobs; j != NULL; j = j->next)
		if (siphash_same(j->tag, tag))
			return j;
	return NULL;
}

/* NULL: no room, or no memory. The texts fit. */
static struct auth_job *
job_new(struct pydirector *d, const struct addr *peer, const char *user,
    const char *hash, const char *password)
{
	struct auth *a = d->auth;
	unsigned char from[PEER_SIZE];
	struct auth_job *j;

	peer_key(peer, from);
	if (!job_allowed(a, from))
		return NULL;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return NULL;
	j->director = d;
	memcpy(j->from, from, sizeof(from));
	if (peer != NULL)
		j->peer = *peer;
	memcpy(j->user, user, strlen(user) + 1);
	memcpy(j->hash, hash, strlen(hash) + 1);
	memcpy(j->password, password, strlen(password) + 1);
	j->next = a->jobs;
	j->link = &a->jobs;
	if (j->next != NULL)
		j->next->link = &j->next;
	a->jobs = j;
	a->njobs++;
	return j;
}

/* Adds somebody who waits for a job; NULL: no memory. */
static struct auth_request *
job_join(struct auth_job *j, auth_fn *fn, void *arg)
{
	struct auth_request *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->fn = fn;
	q->arg = arg;
	q->next = j->waiting;
	q->link = &j->waiting;
	if (q->next != NULL)
		q->next->link = &q->next;
	j->waiting = q;
	return q;
}

/* A job with one who waits for it, from when the address may ask. NULL: there
 * is none. */
static struct auth_request *
job_start(struct auth_job *j, auth_fn *fn, void *arg)
{
	struct pydirector *d = j->director;
	struct auth_request *q;
	int64_t wait;

	q = job_join(j, fn, arg);
	wait = q == NULL ? -1 : job_wait(d->auth, j, d->loop.now);
	if (wait == -1) {
		job_free(j);
		return NULL;
	}
	/* Also without a wait: nobody is answered before he knows his
	 * request. */
	loop_timer(&d->loop, &j->timer, wait, job_expire);
	return q;
}

/* Checks. */

/* A name that nobody has is checked all the same, against the hash of
 * somebody: always the same, and not to be guessed. */
static const char *
auth_hash(const struct auth *a, const struct model *m, const char *user)
{
	const struct user *u = user_find(m, user);
	unsigned char tag[SIPHASH_SIZE];

	if (u == NULL && a == NULL)
		u = m->users[0];
	if (u == NULL) {
		siphash(a->key, user, strlen(user), tag);
		u = m->users[(tag[0] << 8 | tag[1]) % m->nusers];
	}
	return u->password;
}

struct auth_request *
auth_check(struct pydirector *d, const char *user, const char *password,
    const struct addr *peer, auth_fn *fn, void *arg)
{
	struct auth *a = auth_get(d);
	const struct user *u = user_find(d->model, user);
	unsigned char tag[SIPHASH_SIZE];
	struct auth_request *q = NULL;
	struct auth_job *j;
	const char *hash;

	if (d->model->nusers == 0 || strlen(user) > NAME_MAX_LEN ||
	    strlen(password) > HELPER_PASSWORD_MAX ||
	    strlen(hash = auth_hash(a, d->model, user)) > HELPER_HASH_MAX) {
		fn(arg, RIGHT_NONE, 0);
		return NULL;
	}
	if (a != NULL) {
		auth_tag(a, user, hash, password, tag);
		if (u != NULL && cache_has(a, tag, d->loop.now)) {
			fn(arg, u->full ? RIGHT_WRITE : RIGHT_READ, 0);
			return NULL;
		}
		if ((j = job_find(a, tag)) != NULL)
			q = job_join(j, fn, arg);
		else if ((j = job_new(d, peer, user, hash, password)) != NULL) {
			memcpy(j->tag, tag, sizeof(tag));
			j->known = u != NULL;
			q = job_start(j, fn, arg);
		}
	}
	if (q == NULL)
		fn(arg, RIGHT_NONE, 1);
	return q;
}

void
auth_cancel(struct auth_request *q)
{
	/* The question goes on: who hangs up before the answer has guessed all
	 * the same. */
	*q->link = q->next;
	if (q->next != NULL)
		q->next->link = q->link;
	free(q);
}

void
auth_done(struct pydirector *d)
{
	struct auth *a = d->auth;

	if (a == NULL)
		return;
	while (a->jobs != NULL)
		job_free(a->jobs);
	explicit_bzero(a, sizeof(*a));
	free(a);
	d->auth = NULL;
}

/* Tokens. */

static int
auth_token_make(struct pydirector *d, const char *user,
    unsigned char hash[SIPHASH_SIZE])
{
	struct auth *a = auth_get(d);
	char text[1 + NAME_MAX_LEN];
	size_t n = strlen(user);

	if (a == NULL || n > NAME_MAX_LEN)
		return -1;
	text[0] = 't';		/* no password's tag begins so */
	memcpy(text + 1, user, n);
	siphash(a->key, text, 1 + n, hash);
	return 0;
}

int
auth_token(struct pydirector *d, const char *user,
    char token[AUTH_TOKEN_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char hash[SIPHASH_SIZE];
	size_t i;

	if (auth_token_make(d, user, hash) == -1)
		return -1;
	for (i = 0; i < sizeof(hash); i++) {
		token[2 * i] = hex[hash[i] >> 4];
		token[2 * i + 1] = hex[hash[i] & 15];
	}
	token[2 * i] = '\0';
	return 0;
}

int
auth_token_good(struct pydirector *d, const char *user, const char *token)
{
	char right[AUTH_TOKEN_SIZE];
	const unsigned char *a = (const unsigned char *)right;
	const unsigned char *b = (const unsigned char *)token;

	if (token == NULL || strlen(token) != AUTH_TOKEN_SIZE - 1 ||
	    auth_token(d, user, right) == -1)
		return 0;
	return siphash_same(a, b) &
	    siphash_same(a + SIPHASH_SIZE, b + SIPHASH_SIZE);
}
