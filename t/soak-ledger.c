/* SPDX-License-Identifier: ISC
 *
 * Compares what the clients of the soak, its servers and the balancer's
 * connection log say about the same connections:
 *
 *	soak-ledger CLIENTS SERVERS CONNLOG
 *
 * The first two are the ledgers of soak-client and soak-backend. It prints a
 * line `difference: ...` for all that does not fit, and then what the counters
 * of the balancer should be:
 *
 *	service NAME TOTAL REFUSED DENIED LIMITED
 *	host SERVICE NAME TOTAL IN OUT
 *	ends WORD NUMBER
 *	bytes ACKED TO-SERVERS TO-CLIENTS
 *
 * Hosts whose names begin with k are killed at times: their connections may
 * end anyhow, and their servers may have had no time to write. In the service
 * `rate` clients may be limited and denied, in `idle` they may idle. Exit
 * status 1: there was a difference. */

#include "config.h"

#include "soak.h"

#define MAXNAMES	4096
#define MAXTOLD		40

enum side_how {
	HOW_NONE, HOW_EOF, HOW_EARLY, HOW_RESET, HOW_CUT, HOW_CLOSED, HOW_LATE,
	HOW_UNCONNECTED
};

static const char *const hows[] = {
	"-", "eof", "early", "reset", "cut", "closed", "late", "unconnected"
};

/* What one end says. */
struct end {
	struct tally	 sent, got;
	uint64_t	 address;	/* the client; server: its peer */
	uint64_t	 told;		/* client: the sender; server: the
					 * client of a PROXY header; 0: none */
	unsigned char	 how;		/* enum side_how; 0: it says nothing */
};

struct entry {
	struct end	 client, server;
	uint64_t	 up, down;
	uint64_t	 in, out;	/* by the connection log */
	uint64_t	 local;
	uint16_t	 service, host, word;	/* names */
	char		 kind;
	unsigned char	 clean, acked;
	unsigned char	 lines;		/* of the connection log */
	unsigned char	 connected;
};

struct sum {
	uint64_t	 total, refused, denied, limited, in, out;
};

static struct entry *entries;
static size_t nentries, size_entries;
static char *names[MAXNAMES];
static unsigned nnames = 1;
static struct sum services[MAXNAMES], hosts[MAXNAMES];
static uint64_t words[MAXNAMES];
static unsigned host_service[MAXNAMES];
static uint64_t *map_keys;
static uint32_t *map_values;
static size_t map_size;
static unsigned long differences;
static uint64_t bytes_acked, bytes_in, bytes_out;

static void
differ(const struct entry *e, const char *fmt, ...)
{
	va_list ap;

	if (++differences > MAXTOLD)
		return;
	printf("difference: ");
	if (e != NULL)
		printf("connection %zu (%s, %c, %s%s%s): ",
		    (size_t)(e - entries), names[e->service] == NULL ? "-" :
		    names[e->service], e->kind, names[e->word] == NULL ? "-" :
		    names[e->word], e->host == 0 ? "" : " at ",
		    e->host == 0 ? "" : names[e->host]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static unsigned
name_of(const char *text)
{
	unsigned i;

	for (i = 1; i < nnames; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	if (nnames == MAXNAMES || (names[nnames] = strdup(text)) == NULL)
		tool_die("too many names");
	return nnames++;
}

/* `a.b.c.d:port` or `[::1]:port` as a number that is not 0; `-` is 0. */
static uint64_t
address_of(const char *text)
{
	unsigned a, b, c, d, port;

	if (sscanf(text, "%u.%u.%u.%u:%u", &a, &b, &c, &d, &port) == 5)
		return (uint64_t)a << 40 | (uint64_t)b << 32 |
		    (uint64_t)c << 24 | (uint64_t)d << 16 | port;
	if (sscanf(text, "[::1]:%u", &port) == 1)
		return UINT64_C(1) << 60 | port;
	if (strcmp(text, "-") != 0)
		differ(NULL, "an address: %s", text);
	return 0;
}

static struct entry *
entry_of(uint64_t n)
{
	size_t old = size_entries;

	if (n >= size_entries) {
		size_entries = n + n / 2 + 1024;
		entries = realloc(entries, size_entries * sizeof(*entries));
		if (entries == NULL)
			tool_die("no memory");
		memset(entries + old, 0,
		    (size_entries - old) * sizeof(*entries));
	}
	if (n >= nentries)
		nentries = n + 1;
	return &entries[n];
}

/* Who has which address: open addressing. */

static size_t
map_find(uint64_t key)
{
	size_t i = (size_t)pattern_word(0, key) & (map_size - 1);

	while (map_keys[i] != 0 && map_keys[i] != key)
		i = (i + 1) & (map_size - 1);
	return i;
}

static void
map_make(void)
{
	size_t n, i;
	int k;

	for (map_size = 1024; map_size < nentries * 4; map_size *= 2)
		;
	map_keys = calloc(map_size, sizeof(*map_keys));
	map_values = calloc(map_size, sizeof(*map_values));
	if (map_keys == NULL || map_values == NULL)
		tool_die("no memory");
	for (n = 0; n < nentries; n++)
		for (k = 0; k < 2; k++) {
			uint64_t key = k == 0 ? entries[n].client.address :
			    entries[n].client.told;

			if (key == 0)
				continue;
			/* Ports of ::1 come back; its header tells more. */
			i = map_find(key);
			map_keys[i] = key;
			map_values[i] = (uint32_t)n;
		}
}

/* Reading. */

static unsigned char
how_of(const char *text)
{
	unsigned i;

	for (i = 1; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (strcmp(text, hows[i]) == 0)
			return (unsigned char)i;
	tool_die("what is this: %s", text);
	return 0;
}

static void
read_client(char *line)
{
	char service[64], client[80], sender[80], clean[8], acked[8], how[16];
	struct entry *e;
	struct end one;
	uintmax_t up, down, n[4];
	unsigned number;
	char kind;

	if (sscanf(line, "%u %63s %79s %79s %c %7s %ju %ju %ju %jx %ju %jx"
	    " %7s %15s", &number, service, client, sender, &kind, clean, &up,
	    &down, &n[0], &n[1], &n[2], &n[3], acked, how) != 14)
		tool_die("clients: what is this: %s", line);
	e = entry_of(number);
	one.address = address_of(client);
	one.told = address_of(sender);
	one.sent.n = n[0];
	one.sent.hash = n[1];
	one.got.n = n[2];
	one.got.hash = n[3];
	one.how = how_of(how);
	e->client = one;
	e->service = (uint16_t)name_of(service);
	e->kind = kind;
	e->clean = strcmp(clean, "clean") == 0;
	e->acked = strcmp(acked, "acked") == 0;
	e->up = up;
	e->down = down;
}

static void
read_server(char *line)
{
	char name[64], peer[80], client[80], how[16];
	struct entry *e;
	struct end one;
	uintmax_t n[4];
	unsigned number;

	if (sscanf(line, "%u %63s %79s %79s %ju %jx %ju %jx %15s", &number,
	    name, peer, client, &n[0], &n[1], &n[2], &n[3], how) != 9)
		tool_die("servers: what is this: %s", line);
	e = entry_of(number);
	if (e->server.how != HOW_NONE)
		differ(e, "it came to two servers, the second is %s", name);
	one.address = address_of(peer);
	one.told = address_of(client);
	one.got.n = n[0];
	one.got.hash = n[1];
	one.sent.n = n[2];
	one.sent.hash = n[3];
	one.how = how_of(how);
	e->server = one;
}

/* The value of a field, or "-". */
static const char *
field(const char *line, const char *key, char value[160])
{
	const char *p = line;
	size_t len = strlen(key);

	while (p != NULL && (strncmp(p, key, len) != 0 || p[len] != '='))
		p = (p = strchr(p, ' ')) == NULL ? NULL : p + 1;
	strcpy(value, "-");
	if (p != NULL)
		sscanf(p + len + 1, "%159s", value);
	return value;
}

static void
read_relay(char *line)
{
	char value[160], service[160];
	struct entry *e;
	size_t i;

	if (strstr(line, " event=end ") == NULL)
		tool_die("connection log: what is this: %s", line);
	i = map_find(address_of(field(line, "client", value)));
	if (map_keys[i] == 0) {
		differ(NULL, "a line of nobody: %s", line);
		return;
	}
	e = &entries[map_values[i]];
	field(line, "service", service);
	if (e->service != name_of(service))
		differ(e, "it came to service %s", service);
	e->lines++;
	e->in = strtoull(field(line, "in", value), NULL, 10);
	e->out = strtoull(field(line, "out", value), NULL, 10);
	e->local = address_of(field(line, "local", value));
	e->connected = strcmp(field(line, "connect", value), "-") != 0;
	e->word = (uint16_t)name_of(field(line, "end", value));
	if (strcmp(field(line, "host", value), "-") == 0)
		return;
	/* The name of a host is that of its service too. */
	snprintf(line, 320, "%s %s", service, value);
	e->host = (uint16_t)name_of(line);
	host_service[e->host] = 1;
}

static void
read_file(const char *path, void (*take)(char *line))
{
	static char line[4096];
	FILE *f = fopen(path, "r");

	if (f == NULL)
		tool_die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '!')
			differ(NULL, "%s", line + 2);
		else
			take(line);
	}
	fclose(f);
}

/* Comparing. */

static int
ended(const struct entry *e, const char *word)
{
	return names[e->word] != NULL && strcmp(names[e->word], word) == 0;
}

static int
in_service(const struct entry *e, const char *name)
{
	return strcmp(names[e->service], name) == 0;
}

/* Its host may be killed. */
static int
is_mortal(const struct entry *e)
{
	return e->host != 0 && strstr(names[e->host], " k") != NULL;
}

/* Nobody has more than was sent, and who saw the end has all. */
static void
check_bytes(const struct entry *e)
{
	const struct end *c = &e->client, *s = &e->server;

	if (e->in > c->sent.n || s->got.n > e->in)
		differ(e, "sent %ju, relayed %ju, received %ju",
		    (uintmax_t)c->sent.n, (uintmax_t)e->in,
		    (uintmax_t)s->got.n);
	if (c->got.n > e->out ||
	    (s->how != HOW_NONE && e->out > s->sent.n))
		differ(e, "server sent %ju, relayed %ju, received %ju",
		    (uintmax_t)s->sent.n, (uintmax_t)e->out,
		    (uintmax_t)c->got.n);
	if (s->how == HOW_EOF && (s->got.n != c->sent.n ||
	    s->got.hash != c->sent.hash) && !ended(e, "idle"))
		differ(e, "the server saw the end after %ju bytes of %ju",
		    (uintmax_t)s->got.n, (uintmax_t)c->sent.n);
	if (c->how == HOW_EOF && s->how != HOW_NONE &&
	    (c->got.n != s->sent.n || c->got.hash != s->sent.hash) &&
	    !ended(e, "idle"))
		differ(e, "the client saw the end after %ju bytes of %ju",
		    (uintmax_t)c->got.n, (uintmax_t)s->sent.n);
	if (c->how == HOW_EOF && s->how == HOW_NONE && c->got.n > 0 &&
	    !is_mortal(e))
		differ(e, "%ju bytes of no server", (uintmax_t)c->got.n);
	if (s->how != HOW_NONE && s->got.n == c->sent.n &&
	    s->got.hash != c->sent.hash)
		differ(e, "other bytes than were sent");
}

/* It went as planned. */
static int
is_whole(const struct entry *e)
{
	const struct end *c = &e->client, *s = &e->server;

	switch (e->kind) {
	case 's':
	case 'h':
		return e->acked && c->how == HOW_EOF &&
		    s->got.n == e->up + SOAK_HEAD;
	case 'f':
		return s->got.n == e->up + SOAK_HEAD && s->how == HOW_EOF &&
		    c->got.n == e->down && c->how == HOW_EOF;
	}
	return 0;
}

/* The end that the log tells is the one that there was. */
static void
check_end(const struct entry *e)
{
	const struct end *c = &e->client, *s = &e->server;
	int closed = ended(e, "client-closed") || ended(e, "server-closed");
	int by_client = !e->clean || c->how == HOW_LATE;

	if (ended(e, "admin") || is_mortal(e))
		return;
	if (closed && e->clean && strchr("shf", e->kind) != NULL &&
	    !is_whole(e))
		differ(e, "not whole: client %s, server %s", hows[c->how],
		    hows[s->how]);
	else if (is_whole(e) && !closed && !ended(e, "client-reset"))
		differ(e, "whole, but it ended so");
	else if (ended(e, "client-reset") && !by_client)
		differ(e, "the client has not reset it: %s", hows[c->how]);
	else if (ended(e, "server-reset") && e->kind != 'r' && !by_client)
		differ(e, "the server has not reset it: %s", hows[s->how]);
	else if (ended(e, "idle") && !in_service(e, "idle"))
		differ(e, "it was not to idle");
	else if ((ended(e, "denied") || ended(e, "limited")) &&
	    !in_service(e, "rate"))
		differ(e, "it was to be let in");
	else if (ended(e, "bad-header") && e->kind != 'x' && !by_client)
		differ(e, "its header was good");
	else if (ended(e, "refused") || ended(e, "no-host") ||
	    ended(e, "connect-failed") || ended(e, "stop"))
		differ(e, "a host was there");
}

static void
check_one(const struct entry *e)
{
	const struct end *c = &e->client, *s = &e->server;

	if (c->how == HOW_NONE) {
		differ(e, "the clients do not know it");
		return;
	}
	if (c->how == HOW_UNCONNECTED) {
		if (e->lines != 0)
			differ(e, "it was never connected");
		return;
	}
	if (e->lines != 1) {
		differ(e, "%u lines in the connection log", e->lines);
		return;
	}
	check_bytes(e);
	check_end(e);
	if (s->how == HOW_NONE)
		return;
	if (s->address != e->local)
		differ(e, "the server saw another peer than the log");
	if (s->told != 0 && s->told != c->address)
		differ(e, "the server was told of another client");
}

static void
count_one(const struct entry *e)
{
	struct sum *s = &services[e->service], *h = &hosts[e->host];

	if (e->lines != 0) {
		s->total++;
		words[e->word]++;
	}
	s->refused += ended(e, "refused") || ended(e, "no-host") ||
	    ended(e, "connect-failed");
	s->denied += ended(e, "denied");
	s->limited += ended(e, "limited");
	if (e->connected)
		h->total++;
	h->in += e->in;
	h->out += e->out;
	bytes_in += e->server.got.n;
	bytes_out += e->client.got.n;
	if (e->acked)
		bytes_acked += e->client.sent.n;
}

static void
print_counts(void)
{
	const struct sum *s;
	unsigned i;

	for (i = 1; i < nnames; i++) {
		s = &services[i];
		if (s->total > 0)
			printf("service %s %ju %ju %ju %ju\n", names[i],
			    (uintmax_t)s->total, (uintmax_t)s->refused,
			    (uintmax_t)s->denied, (uintmax_t)s->limited);
		s = &hosts[i];
		if (host_service[i])
			printf("host %s %ju %ju %ju\n", names[i],
			    (uintmax_t)s->total, (uintmax_t)s->in,
			    (uintmax_t)s->out);
		if (words[i] > 0)
			printf("ends %s %ju\n", names[i],
			    (uintmax_t)words[i]);
	}
	printf("bytes %ju %ju %ju\n", (uintmax_t)bytes_acked,
	    (uintmax_t)bytes_in, (uintmax_t)bytes_out);
}

int
main(int argc, char **argv)
{
	size_t n;

	if (argc != 4)
		tool_die("usage: soak-ledger clients servers connlog");
	read_file(argv[1], read_client);
	read_file(argv[2], read_server);
	map_make();
	read_file(argv[3], read_relay);
	for (n = 1; n < nentries; n++) {
		check_one(&entries[n]);
		count_one(&entries[n]);
	}
	if (differences > MAXTOLD)
		printf("difference: %lu more\n", differences - MAXTOLD);
	print_counts();
	return differences > 0;
}
