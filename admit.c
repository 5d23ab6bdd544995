/* SPDX-License-Identifier: ISC
 *
 * Who may come in: the access rules of a service, and how many new
 * connections a second one client address may make.
 *
 * Each address has a bucket of one second's worth of connections that fills
 * up as time goes on. Of buckets only a bounded number is kept, found by a
 * hash with a secret key, so that nobody can choose whose he pushes out: an
 * address that was not heard of for a second has a full one anyway. When more
 * addresses than that come within a second, some are forgiven too much; none
 * is refused too early. */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "siphash.h"
#include "admit.h"

/* Buckets of a service: so many rows of so many. */
#define RATES_ROWS	1024
#define RATES_WAYS	8
/* What a bucket holds for one connection. */
#define RATES_UNIT	1000
/* ms between two lines about a service. */
#define RATES_TELL	60000

struct rates_bucket {
	uint64_t	 key;		/* hash of the address; 0: not used */
	uint64_t	 level;		/* when it was looked at last ... */
	int64_t		 at;		/* ... in ms */
};

/* One allocation, which goes with the service. */
struct rates {
	unsigned char	 secret[SIPHASH_KEY];
	int64_t		 told;		/* when it was logged; 0: never */
	uint64_t	 told_of;	/* service->limited at that time */
	struct rates_bucket rows[RATES_ROWS][RATES_WAYS];
};

/* Rules. */

/* The first rule that has the address decides. */
static int
admit_allows(const struct service *s, const struct addr *a)
{
	struct access_rule *rule;
	size_t i;

	for (i = 0; i < s->nrules; i++) {
		rule = s->rules[i];
		if (!networks_have(&rule->from, a))
			continue;
		rule->hits++;
		return rule->allow;
	}
	return s->nrules == 0 || !s->rules[s->nrules - 1]->allow;
}

/* Rates. */

static struct rates *
rates_new(void)
{
	struct rates *rates = calloc(1, sizeof(*rates));
	uint64_t seed;

	if (rates == NULL)
		return NULL;
	seed = random_seed();
	memcpy(rates->secret, &seed, sizeof(seed));
	seed = random_seed();
	memcpy(rates->secret + sizeof(seed), &seed, sizeof(seed));
	return rates;
}

/* The hash of a customer, never 0. */
static uint64_t
rates_key(const struct rates *rates, const struct addr *a)
{
	unsigned char hash[SIPHASH_SIZE];
	const unsigned char *ip;
	size_t len = addr_customer(a, &ip);
	uint64_t key;

	siphash(rates->secret, ip, len, hash);
	memcpy(&key, hash, sizeof(key));
	return key == 0 ? 1 : key;
}

/* The bucket of that key; the oldest of its row makes room for a new one,
 * which is full. */
static struct rates_bucket *
rates_find(struct rates *rates, uint64_t key, uint64_t full, int64_t now)
{
	struct rates_bucket *row = rates->rows[key % RATES_ROWS];
	struct rates_bucket *oldest = row;
	int i;

	for (i = 0; i < RATES_WAYS && row[i].key != 0; i++) {
		if (row[i].key == key)
			return &row[i];
		if (row[i].at < oldest->at)
			oldest = &row[i];
	}
	if (i < RATES_WAYS)
		oldest = &row[i];
	oldest->key = key;
	oldest->level = full;
	oldest->at = now;
	return oldest;
}

/* Takes one connection out of the bucket: 1, or 0: it is empty. */
static int
rates_take(struct rates_bucket *b, unsigned rate, int64_t now)
{
	const uint64_t full = (uint64_t)rate * RATES_UNIT;
	const int64_t passed = now - b->at;

	if (passed >= 1000)
		b->level = full;
	else if (passed > 0)
		b->level += (uint64_t)passed * rate * RATES_UNIT / 1000;
	if (b->level > full)
		b->level = full;
	b->at = now;
	if (b->level < RATES_UNIT)
		return 0;
	b->level -= RATES_UNIT;
	return 1;
}

/* The log hears of those who are limited, not of each of them. */
static void
rates_tell(const struct service *s, const struct addr *a, int64_t now)
{
	struct rates *rates = s->rates;
	char text[ADDR_TEXT_SIZE];

	if (s->director == NULL ||
	    (rates->told != 0 && now - rates->told < RATES_TELL))
		return;
	log_warning(s->director->log, "service %s: limited: %" PRIu64
	    " clients, the last %s", s->name, s->limited - rates->told_of,
	    addr_text(a, text));
	rates->told = now;
	rates->told_of = s->limited;
}

enum admission
admit(struct service *s, const struct addr *a, int64_t now)
{
	const unsigned char *ip;
	uint64_t key;

	if (s->rate == 0) {
		free(s->rates);
		s->rates = NULL;
	}
	if (addr_ip(a, &ip) == 0)
		return ADMIT_YES;
	if (!admit_allows(s, a)) {
		s->denied++;
		return ADMIT_DENIED;
	}
	if (s->rate == 0)
		return ADMIT_YES;
	if (s->rates == NULL)
		s->rates = rates_new();
	if (s->rates == NULL)
		return ADMIT_YES;
	key = rates_key(s->rates, a);
	if (rates_take(rates_find(s->rates, key, (uint64_t)s->rate *
	    RATES_UNIT, now), s->rate, now))
		return ADMIT_YES;
	s->limited++;
	rates_tell(s, a, now);
	return ADMIT_LIMITED;
}
