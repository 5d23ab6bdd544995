/* SPDX-License-Identifier: ISC
 *
 * Channels: logins and what they lead to, keys, users that change meanwhile,
 * waits, deadlines, and ends at every moment. Prints TAP. */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "t/web-tools.h"
#include "console.h"
#include "t/tap.h"

static int asker = -1;		/* our end of the channel */
static struct channel *channel;
static char events[1000];	/* `login NAME HOW,...` */

static void
event(void *arg, enum channel_event e, const char *user, const char *how)
{
	size_t n = strlen(events);

	(void)arg;
	snprintf(events + n, sizeof(events) - n, "%s %s %s,",
	    e == CHANNEL_LOGIN ? "login" : e == CHANNEL_REFUSED ? "refused" :
	    "end", user == NULL ? "-" : user, how);
}

static void
open_channel(void)
{
	struct hostport hp;
	struct addr peer;
	const char *why;
	int fds[2];

	if (asker != -1)
		close(asker);
	web_turn();
	web_turn();
	events[0] = '\0';
	if (addr_split("192.0.2.1:5", &hp, &why) == -1 ||
	    addr_number(&hp, &peer) == -1 || net_pair(fds) == -1)
		abort();
	asker = fds[1];
	channel = channel_new(&d, fds[0], &peer, event, NULL);
	if (channel == NULL)
		abort();
}

static void
open_local(void)
{
	int fds[2];

	if (asker != -1)
		close(asker);
	if (net_pair(fds) == -1)
		abort();
	asker = fds[1];
	channel_local(console_get(&d), fds[0], "root");
}

static void
put(const char *text)
{
	if (send(asker, text, strlen(text), 0) != (ssize_t)strlen(text))
		abort();
}

/* What comes within some rounds without a byte; `EOF` behind it at the end. */
static const char *
get(void)
{
	static char text[200000];
	size_t n = 0;
	int quiet = 0;
	ssize_t got;

	while (quiet < 20 && n < sizeof(text) - 4) {
		web_turn();
		got = recv(asker, text + n, sizeof(text) - 4 - n, MSG_DONTWAIT);
		if (got == 0) {
			memcpy(text + n, "EOF", 4);
			return text;
		}
		quiet = got > 0 ? 0 : quiet + 1;
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
	return text;
}

static void
says(const char *line, const char *wanted, const char *name)
{
	put(line);
	is(get(), wanted, name);
}

static void
test_login(void)
{
	open_channel();
	says("whoami\n", "403 8\nrefused\n", "nobody may ask");
	is(events, "refused - -,", "which is told");
	says("login password full wrong\n", "403 8\nrefused\n", "wrong");
	says("login password nobody full\n", "403 8\nrefused\n", "nobody");
	says("login password full\n", "403 8\nrefused\n", "no password");
	open_channel();
	says("login password full full\n", "200 5\nfull\n", "a password");
	is(events, "login full password,", "which is told");
	says("whoami\n", "200 22\nfull full 192.0.2.1:5\n", "who he is");
	put("login key look\n");
	ok(strncmp(get(), "404 ", 4) == 0, "no second login");
	put("keys look\n");
	ok(strncmp(get(), "404 ", 4) == 0, "no keys");
	close(asker);
	asker = -1;
	web_turn();
	web_turn();
	is(events, "login full password,end full ,", "the end is told");

	open_channel();
	says("login password l%6Fok l%6fok\nwhoami\n", "200 9\nreadonly\n"
	    "200 26\nlook readonly 192.0.2.1:5\n", "encoded, and pipelined");
	put("addUser x $6$a$b full\n");
	ok(strncmp(get(), "403 ", 4) == 0, "readonly: no change");

	open_channel();
	says("login key nobody X\n", "403 8\nrefused\n", "a key of nobody");
	is(events, "refused nobody key X,", "which is told");
	says("login password my%20user a%20%2Bb\n", "200 5\nfull\n",
	    "blanks and a plus");
}

static void
test_limits(void)
{
	char line[400];
	int i;

	open_channel();
	for (i = 0; i < CHANNEL_FAILURES - 1; i++) {
		put("login key nobody\n");
		is(get(), "403 8\nrefused\n", "a failure");
	}
	says("login key nobody\n", "403 8\nrefused\nEOF", "the last one");
	ok(strstr(events, "end - ,") != NULL, "the end is told");

	open_channel();
	says("login password full %00\n", "403 8\nrefused\n", "a NUL");
	says("login password full %zz\n", "403 8\nrefused\n", "no code");
	says("login password full a b\n", "403 8\nrefused\n", "a word more");
	says("\n", "403 8\nrefused\n", "nothing");
	memset(line, 'a', sizeof(line) - 1);
	memcpy(line, "login password full ", 20);
	memcpy(line + sizeof(line) - 2, "\n", 2);
	says(line, "403 8\nrefused\n", "a long password");
}

/* The right is looked up for each line. */
static void
test_changes(void)
{
	struct user *u;

	open_channel();
	says("login password full full\n", "200 5\nfull\n", "a full user");
	u = user_find(d.model, "full");
	u->full = 0;
	says("whoami\n", "200 26\nfull readonly 192.0.2.1:5\n", "demoted");
	put("delUser look\n");
	ok(strncmp(get(), "403 ", 4) == 0, "no more changes");
	u->full = 1;
	user_remove(d.model, user_find(d.model, "full"));
	says("whoami\nwhoami\n", "403 18\nthis user is gone\nEOF", "removed");
	web_user("full", "full", 1);
}

/* Ends while a password is being verified. */
static void
test_hang_up(void)
{
	open_channel();
	put("login password full hang\n");
	web_turn();
	web_turn();
	close(asker);
	asker = -1;
	web_turn();
	web_turn();
	is(events, "end - ,", "gone before the answer");
	skew += 20000;
	web_turn();
	open_channel();
	put("login password look hang\n");
	web_turn();
	channel_close(channel);
	is(get(), "EOF", "closed before the answer");
	is(events, "", "of which nobody is told");
	skew += 600000;
}

static void
write_keys(const char *path, mode_t mode, const char *text, size_t pad)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		abort();
	fprintf(f, "%s%*s", text, (int)pad, "");
	fclose(f);
	chmod(path, mode);
}

static void
test_keys(const char *dir)
{
	char path[300], common[300], conf[300];
	struct user *u = user_find(d.model, "look");

	snprintf(path, sizeof(path), "%s/look.keys", dir);
	snprintf(common, sizeof(common), "%s/%%u.pub", dir);
	snprintf(conf, sizeof(conf), "%s/pydirector.xml", dir);
	open_channel();
	says("keys nobody\n", "200 0\n", "keys of nobody");
	says("keys look\n", "200 0\n", "of a user without");
	says("login key look X\n", "403 8\nrefused\n", "who has none has no "
	    "key to sign with");
	u->keys = path;
	says("keys look\n", "200 0\n", "of a file that is not there");
	ok(web_warnings == 0, "which is no fault");
	write_keys(path, 0644, "ssh-ed25519 AAAA", 0);
	says("keys look\n", "200 17\nssh-ed25519 AAAA\n", "of a file");
	says("login key look SHA256:abc\n", "200 9\nreadonly\n", "a key");
	ok(strstr(events, ",login look key SHA256:abc,") != NULL,
	    "which is told");
	open_channel();
	says("login key look\n", "200 9\nreadonly\n", "without a fingerprint");
	open_channel();
	d.model->ssh.keys = common;
	snprintf(conf, sizeof(conf), "%s/look.pub", dir);
	write_keys(conf, 0600, "two\n", 0);
	says("keys look\n", "200 21\nssh-ed25519 AAAA\ntwo\n", "of two");
	write_keys(path, 0666, "ssh-ed25519 AAAA", 0);
	chmod(path, 0666);
	says("keys look\n", "200 4\ntwo\n", "one that others can write");
	ok(web_warnings == 1 && strstr(web_warning, "look.keys: not used"),
	    "which is told");
	write_keys(path, 0644, "x", 65536);
	chmod(path, 0644);
	says("keys look\n", "200 4\ntwo\n", "a large one");
	unlink(path);
	mkfifo(path, 0600);
	says("keys look\n", "200 4\ntwo\n", "a fifo");
	unlink(path);
	unlink(conf);

	/* Names that would lead elsewhere. */
	web_user("..", "x", 1);
	web_user(".hidden", "x", 1);
	web_user("a/b", "x", 1);
	snprintf(conf, sizeof(conf), "%s/.hidden.pub", dir);
	write_keys(conf, 0600, "key\n", 0);
	says("keys ..\nkeys .hidden\nkeys a%2Fb\n", "200 0\n200 0\n200 0\n",
	    "names that are parts of a path");
	unlink(conf);

	/* Beside the configuration. */
	snprintf(path, sizeof(path), "%s/pydirector.xml", dir);
	snprintf(conf, sizeof(conf), "%s/full.pub", dir);
	snprintf(common, sizeof(common), "%%u.pub");
	d.config_path = path;
	write_keys(conf, 0600, "beside\n", 0);
	says("keys full\n", "200 7\nbeside\n", "a path that is relative");
	unlink(conf);
	d.config_path = NULL;
	d.model->ssh.keys = NULL;
	u->keys = NULL;
}

static void
test_deadlines(void)
{
	int i;

	open_local();
	says("whoami\n", "200 18\nroot full console\n", "a local one");
	skew += 86400000;
	says("whoami\n", "200 18\nroot full console\n", "idle for a day");
	says("who", "", "a line begins");
	skew += 29000;
	is(get(), "", "29 s later");
	skew += 1500;
	is(get(), "EOF", "30 s later");
	open_local();
	skew += 30500;
	is(get(), "EOF", "one that never says anything");

	open_local();
	for (i = 0; i < 400; i++) {
		if (send(asker, "help\n", 5, MSG_DONTWAIT) == -1)
			break;
		web_turn();
	}
	ok(d.console->nchannels == 1, "it does not read");
	skew += 61000;
	web_turn();
	web_turn();
	ok(d.console->nchannels == 0, "for a minute: closed");
}

/* A host with connections. */
static struct host *
make_host(void)
{
	struct service *s = service_new(d.model, "web");
	struct group *g = s == NULL ? NULL : group_new(s, "main");
	struct host *h = g == NULL ? NULL : host_new(g, "a", "127.0.0.1:9");

	if (h == NULL || host_new(g, "b", "127.0.0.1:10") == NULL)
		abort();
	s->enabled = g;
	sched_rebuild(g);
	return h;
}

static void
test_drain(void)
{
	struct host *h = make_host();
	int i;

	h->open = 2;
	open_local();
	put("drainHost web main a --wait\n");
	is(get(), "", "it waits");
	skew += 5000;
	is(get(), "102 29\nhost 'a': 2 connections left\n",
	    "and says so now and then");
	h->open = 1;
	skew += 1000;
	is(get(), "", "not too often");
	put("whoami\n");
	is(get(), "", "lines wait too");
	h->open = 0;
	skew += 200;
	is(get(), "200 38\nhost 'a': drained, 0 connections left\n"
	    "200 18\nroot full console\n", "and then it is over");
	h->open = 1;
	put("drainHost web main a --wait=10\n");
	is(get(), "", "with an end");
	put("\003");
	is(get(), "409 45\nhost 'a': still draining, 1 connections left\n",
	    "which can be now");
	put("drainHost web main a --wait=10\n");
	for (i = 0; i < 100; i++) {
		skew += 100;
		web_turn();
	}
	ok(strstr(get(), "\n409 ") != NULL, "or when the time is over");
	put("drainHost web main a --wait\n");
	is(get(), "", "with nobody");
	close(asker);
	asker = -1;
	web_turn();
	web_turn();
	ok(h->refs == 1, "it is not held any more");
	h->open = 0;
}

/* The console ends with channels in every state. */
static void
test_stop(void)
{
	struct host *h = d.model->services[0]->groups[0]->hosts[0];
	int kept[3];

	h->open = 1;
	asker = -1;
	open_local();
	put("drainHost web main a --wait\n");
	is(get(), "", "one that waits");
	kept[0] = asker;
	asker = -1;
	open_channel();
	put("login password full hang\n");
	is(get(), "", "one that is being verified");
	kept[1] = asker;
	asker = -1;
	open_local();
	put("who");
	is(get(), "", "one that types");
	kept[2] = asker;
	asker = -1;
	open_local();
	console_stop(&d);
	ok(d.console == NULL, "stopped");
	ok(h->refs == 1, "nothing is held");
	close(kept[0]);
	close(kept[1]);
	close(kept[2]);
	close(asker);
	h->open = 0;
}

int
main(int argc, char *argv[])
{
	char dir[] = "/tmp/unit-channel.XXXXXX";

	(void)argc;
	web_helper();
	if (mkdtemp(dir) == NULL)
		abort();
	umask(022);
	web_init(argv[0]);
	web_user("full", "full", 1);
	web_user("look", "look", 0);
	web_user("my user", "a +b", 1);
	test_login();
	test_limits();
	test_changes();
	test_hang_up();
	web_warnings = 0;
	test_keys(dir);
	test_deadlines();
	test_drain();
	test_stop();
	ok(web_done(), "nothing is left in the loop");
	rmdir(dir);
	return tap_end();
}
