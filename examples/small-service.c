/* SPDX-License-Identifier: ISC
 *
 * A service that balances itself: it forks three workers and spreads its
 * clients over them, in its own poll(2) loop. It ends when its standard input
 * does. An argument is the address that it listens on.
 *
 *	cc -o small-service small-service.c \
 *	    $(pkg-config --cflags --libs --static pydirector)
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pydirector.h>

#define WORKERS	3
#define SLOTS	64

static void
die(const char *why)
{
	fprintf(stderr, "small-service: %s\n", why);
	exit(1);
}

/* Listens on a port of the system's choice; its number in *port. */
static int
worker_listen(unsigned *port)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, len) == -1 ||
	    listen(fd, 128) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		die("a worker cannot listen");
	*port = ntohs(a.sin_port);
	return fd;
}

/* Tells every client who serves it. */
static void
worker_run(int fd, int number)
{
	char text[32];
	int client;

	snprintf(text, sizeof(text), "worker %d\n", number);
	while ((client = accept(fd, NULL, NULL)) != -1) {
		if (write(client, text, strlen(text)) == -1)
			fprintf(stderr, "worker %d: a client is gone\n",
			    number);
		close(client);
	}
	_exit(0);
}

/* Told by the director. */
static void
host_changed(void *arg, const struct pydirector_host *h)
{
	(void)arg;
	printf("%s is %s\n", h->name, h->state);
	fflush(stdout);
}

/* The workers come first: they shall not have what the director opens. */
static void
start_workers(struct pydirector *d, pid_t pids[WORKERS])
{
	int fds[WORKERS], i, j;
	char address[32];
	unsigned port;

	for (i = 0; i < WORKERS; i++) {
		fds[i] = worker_listen(&port);
		snprintf(address, sizeof(address), "127.0.0.1:%u", port);
		if (pydirector_add_host(d, "web", "workers", NULL, address,
		    0) == -1)
			die(pydirector_error(d));
	}
	for (i = 0; i < WORKERS; i++) {
		if ((pids[i] = fork()) == 0) {
			for (j = 0; j < WORKERS; j++)
				if (j != i)
					close(fds[j]);
			worker_run(fds[i], i);
		}
	}
	for (i = 0; i < WORKERS; i++)
		close(fds[i]);
}

/* Our loop: standard input is ours, the rest is the director's. */
static void
loop(struct pydirector *d)
{
	struct pollfd fds[SLOTS];
	char text[64];
	int n;

	for (;;) {
		fds[0].fd = STDIN_FILENO;
		fds[0].events = POLLIN;
		fds[0].revents = 0;
		n = pydirector_pollfds(d, fds + 1, SLOTS - 1);
		if (n > SLOTS - 1)
			die("more descriptors than expected");
		if (poll(fds, (nfds_t)n + 1, pydirector_timeout(d)) == -1)
			n = 0;
		else if (fds[0].revents != 0 &&
		    read(STDIN_FILENO, text, sizeof(text)) <= 0)
			return;
		pydirector_dispatch(d, fds + 1, n);
	}
}

int
main(int argc, char *argv[])
{
	static const struct pydirector_events events = {
		host_changed, NULL, NULL, NULL
	};
	struct pydirector *d;
	pid_t pids[WORKERS];
	int i;

	signal(SIGPIPE, SIG_IGN);
	d = pydirector_new(NULL, NULL, PYDIRECTOR_NOTICE);
	if (d == NULL)
		die("out of memory");
	if (pydirector_add_service(d, "web",
	    argc > 1 ? argv[1] : "127.0.0.1:8080") == -1 ||
	    pydirector_add_group(d, "web", "workers", "roundrobin") == -1)
		die(pydirector_error(d));
	start_workers(d, pids);
	/* Relays wait in the kernel's set: the array stays small. */
	if (pydirector_use(d, NULL) == -1)
		fprintf(stderr, "small-service: %s\n", pydirector_error(d));
	if (pydirector_watch(d, &events, sizeof(events), NULL) == -1 ||
	    pydirector_start(d) == -1)
		die(pydirector_error(d));
	printf("listening on %u\n", pydirector_port(d, "web"));
	fflush(stdout);
	loop(d);
	pydirector_free(d);
	for (i = 0; i < WORKERS; i++)
		kill(pids[i], SIGTERM);
	return 0;
}
