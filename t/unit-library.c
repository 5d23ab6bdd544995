/* SPDX-License-Identifier: ISC
 *
 * The library as a program sees it: nothing is included but pydirector.h.
 * Building call by call, from tables and texts, errors, commands, names. */

#include "config.h"

#include "t/library-tools.h"
#include "t/tap.h"

static const char config[] =
    "<pdconfig><service name=\"web\"><listen ip=\"127.0.0.1:0\"/>"
    "<group name=\"main\" scheduler=\"roundrobin\">"
    "<host name=\"a\" ip=\"127.0.0.1:1\"/></group>"
    "<enable group=\"main\"/></service></pdconfig>";

static int
count_service(void *arg, const struct pydirector_service *s)
{
	*(int *)arg += PYDIRECTOR_HAS(s, limited);
	return 0;
}

static int
services(const struct pydirector *d)
{
	int n = 0;

	(void)pydirector_each_service(d, count_service, &n);
	return n;
}

static void
test_version(void)
{
	ok(pydirector_api_version() == PYDIRECTOR_API_VERSION, "version");
	is(pydirector_version(), VERSION, "as text");
	is(pydirector_level_word(PYDIRECTOR_WARNING), "warning", "a level");
	is(pydirector_level_word(99), "-", "none");
}

static void
test_errors(void)
{
	struct heard h;
	struct pydirector *d = make(&h);

	is(pydirector_error(d), "", "no error");
	fails(d, pydirector_add_service(d, "web", "nonsense"), "nonsense");
	fails(d, pydirector_add_service(d, "web", NULL), "missing: listen");
	fails(d, pydirector_add_group(d, "web", "g", NULL), "no service");
	fails(d, pydirector_run(d), "not started");
	ok(services(d) == 0, "nothing is there");
	ok(pydirector_add_service(d, "web", "127.0.0.1:0") == 0, "a service");
	is(pydirector_error(d), "", "no error any more");
	fails(d, pydirector_add_service(d, "web", "127.0.0.1:0"), "already");
	fails(d, pydirector_add_group(d, "web", "g", "best"), "best");
	ok(pydirector_add_group(d, "web", "g", NULL) == 0, "a group");
	fails(d, pydirector_enable(d, "web", "g"), "no host");
	fails(d, pydirector_add_host(d, "web", "h", NULL, "127.0.0.1:1", 0),
	    "no group");
	fails(d, pydirector_add_host(d, "web", "g", NULL, "127.0.0.1", 0),
	    "127.0.0.1");
	fails(d, pydirector_add_host(d, "web", "g", NULL, "127.0.0.1:1",
	    4000000000U), "weight");
	ok(pydirector_add_host(d, "web", "g", NULL, "127.0.0.1:1", 3) == 0,
	    "a host");
	fails(d, pydirector_add_host(d, "web", "g", "host.0", "127.0.0.1:2",
	    0), "already");
	fails(d, pydirector_set(d, NULL, NULL, NULL, "hostCheck.interval",
	    "never"), "never");
	ok(pydirector_set(d, NULL, NULL, NULL, "hostCheck.interval", "5") == 0,
	    "an attribute of no service");
	ok(pydirector_set(d, "web", "g", "host.0", "weight", "7") == 0,
	    "of a host");
	fails(d, pydirector_switch_port(d, "web", "127.0.0.1:9", "*:1"),
	    "does not listen");
	fails(d, pydirector_use(d, "nonsense"), "does not work");
	fails(d, pydirector_scheduler(d, "web", "none", heard_choice, &h),
	    "no group");
	fails(d, pydirector_reload(d), "no file can be read");
	pydirector_free(d);
	pydirector_free(NULL);
}

static void
test_commands(void)
{
	static const struct pydirector_arg args[] = {
		{ "service", "web" }, { "group", "main" }, { "name", "host.0" }
	};
	struct heard h;
	struct pydirector *d;
	unsigned port = 1;
	char text[16] = "", all[8192];
	size_t len;

	d = made(&h, &port, 1);
	ok(pydirector_command(d, "drainHost", args, 3, all, sizeof(all),
	    &len) == PYDIRECTOR_OK && len == strlen(all), "%s", all);
	is(h.line, "command: drainHost service=web group=main name=host.0: "
	    "by - from program", "logged");
	is(h.host, "web/main/host.0 draining draining", "told");
	ok(pydirector_command(d, "help", NULL, 0, text, sizeof(text), &len) ==
	    PYDIRECTOR_OK && len > 1000 && strlen(text) == 15, "cut off");
	ok(pydirector_command(d, "help", NULL, 0, NULL, 0, NULL) ==
	    PYDIRECTOR_OK, "no room at all");
	ok(pydirector_command(d, "nonsense", NULL, 0, text, sizeof(text),
	    NULL) == PYDIRECTOR_UNKNOWN, "no such command");
	ok(pydirector_command(d, "delHost", NULL, 0, text, sizeof(text),
	    NULL) == PYDIRECTOR_BAD, "what is missing");
	ok(pydirector_command_line(d, "setWeight?service=web&group=main&"
	    "name=host%2E0&weight=9", all, sizeof(all), NULL) ==
	    PYDIRECTOR_OK, "a line: %s", all);
	ok(pydirector_command_line(d, "reload", all, sizeof(all), NULL) ==
	    PYDIRECTOR_CONFLICT, "no file");
	is(all, "no file can be read", "as it says");
	ok(pydirector_command_line(d, "save", all, sizeof(all), NULL) ==
	    PYDIRECTOR_CONFLICT && pydirector_command_line(d, "compare", all,
	    sizeof(all), NULL) == PYDIRECTOR_CONFLICT, "nor to save");
	ok(pydirector_command_line(d, "closeLog", all, sizeof(all), NULL) ==
	    PYDIRECTOR_CONFLICT, "no log file");
	ok(pydirector_view(d, "running.txt", all, sizeof(all), &len) ==
	    PYDIRECTOR_OK && strstr(all, "group main enabled") != NULL &&
	    len == strlen(all), "a view");
	ok(pydirector_view(d, "nonsense", all, sizeof(all), NULL) ==
	    PYDIRECTOR_UNKNOWN, "no such view");
	ok(pydirector_view(d, "running.xml", all, sizeof(all), NULL) ==
	    PYDIRECTOR_FAILED, "none in XML: %s", all);
	pydirector_free(d);
}

static void
test_map(void)
{
	static const struct pydirector_mapper rows[] = {
		{ .listen = "127.0.0.1:0", .address = "127.0.0.1:1" },
		{ .listen = "127.0.0.1:0", .address = "127.0.0.1:2" },
		{ .service = "b", .listen = "127.0.0.1:0 [::1]:0",
		    .group = "old", .address = "127.0.0.1:3", .disabled = 1 },
		{ .service = "b", .group = "new", .scheduler = "weightr",
		    .host = "x", .address = "127.0.0.1:4", .weight = 5 }
	};
	static const struct pydirector_mapper bad[] = {
		{ .service = "c", .listen = "127.0.0.1:0",
		    .address = "127.0.0.1:1" },
		{ .service = "d", .listen = "127.0.0.1:0",
		    .address = "127.0.0.1:1" },
		{ .service = "d", .listen = "127.0.0.1:0",
		    .address = "127.0.0.1:1" }
	};
	static const struct {
		const char	*service, *listen, *group, *scheduler, *host;
		const char	*address;
	} old[] = {
		{ "e", "127.0.0.1:0", NULL, NULL, NULL, "127.0.0.1:1" },
		{ "f", "127.0.0.1:0", NULL, NULL, NULL, "127.0.0.1:2" }
	};
	struct heard h;
	struct pydirector *d = make(&h);
	char all[4096];

	ok(pydirector_map(d, rows, 4, sizeof(rows[0])) == 0, "a table: %s",
	    pydirector_error(d));
	(void)pydirector_view(d, "running.txt", all, sizeof(all), NULL);
	is(all, "service 127.0.0.1:0 127.0.0.1:0 default\n"
	    "group default enabled\nhost host.0 127.0.0.1:1 0 -\n"
	    "host host.1 127.0.0.1:2 0 -\nservice b 127.0.0.1:0 new\n"
	    "service b [::1]:0 new\ngroup old inactive\n"
	    "host host.0 127.0.0.1:3 0 -\ngroup new enabled\n"
	    "host x 127.0.0.1:4 0 -\n", "as it says");
	fails(d, pydirector_map(d, bad, 3, sizeof(bad[0])), "row 2");
	ok(services(d) == 2, "nothing of a table with a fault");
	fails(d, pydirector_map(d, rows, 1, sizeof(rows[0])), "already");
	ok(pydirector_set(d, "b", "new", NULL, "scheduler", "random") == 0 &&
	    pydirector_start(d) == 0, "it starts: %s", pydirector_error(d));
	fails(d, pydirector_map(d, bad, 3, sizeof(bad[0])), "row 2");
	ok(services(d) == 2, "nor while it runs");
	ok(pydirector_map(d, (const struct pydirector_mapper *)(const void *)
	    old, 2, sizeof(old[0])) == 0 && services(d) == 4 &&
	    pydirector_port(d, "f") != 0, "rows of an older header");
	pydirector_free(d);
}

static void
test_load(void)
{
	static const char bad[] = "<pdconfig>\n<x/>\n<y/>\n</pdconfig>";
	struct heard h;
	struct pydirector *d = make(&h);
	char all[4096];

	fails(d, pydirector_load_text(d, "text", bad, sizeof(bad) - 1),
	    "text:2: ");
	ok(strstr(pydirector_error(d), "\ntext:3: ") != NULL, "every error");
	fails(d, pydirector_load(d, "/nowhere/at/all.xml"), "/nowhere");
	ok(services(d) == 0, "nothing is there");
	ok(pydirector_load_text(d, "text", config, sizeof(config) - 1) == 0,
	    "a text: %s", pydirector_error(d));
	fails(d, pydirector_load_text(d, "text", config, sizeof(config) - 1),
	    "already");
	ok(pydirector_log_file(d) == NULL, "no log file");
	ok(pydirector_add_host(d, "web", "main", "b", "127.0.0.1:2", 2) == 0 &&
	    pydirector_start(d) == 0, "it can be added to");
	fails(d, pydirector_reload(d), "not from a file");
	ok(pydirector_view(d, "running.xml", all, sizeof(all), NULL) ==
	    PYDIRECTOR_OK && strstr(all, "weight=\"2\"") != NULL, "as XML");
	pydirector_free(d);
}

static void
test_names(void)
{
	struct heard h;
	struct pydirector_host host;
	struct pydirector *d = make(&h);

	ok(pydirector_add_service(d, "web", "localhost:0") == 0 &&
	    pydirector_add_group(d, "web", "main", "random") == 0 &&
	    pydirector_add_host(d, "web", "main", "a", "localhost:1", 0) == 0,
	    "a name");
	ok(pydirector_start(d) == 0, "not looked up");
	(void)pydirector_each_host(d, "web", one_host, &host);
	is(host.why, "unresolved", "it is down");
	ok(pydirector_resolve(d) == 0, "looked up: %s", pydirector_error(d));
	pydirector_stop(d);
	ok(pydirector_resolve(d) == 0 && pydirector_start(d) == 0, "again");
	(void)pydirector_each_host(d, "web", one_host, &host);
	is(host.state, "up", "it is up");
	fails(d, pydirector_add_host(d, "web", "main", "b", "b.invalid:1", 0),
	    "no name can be looked up");
	pydirector_stop(d);
	ok(pydirector_add_host(d, "web", "main", "b", "b.invalid:1", 0) == 0,
	    "a name that is none");
	fails(d, pydirector_resolve(d), "not all names");
	pydirector_free(d);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	test_version();
	test_errors();
	test_commands();
	test_map();
	test_load();
	test_names();
	return tap_end();
}
