/* SPDX-License-Identifier: ISC
 *
 * What relay.c (the life of a relay) and flow.c (its bytes) share. */

#ifndef RELAY_H
#define RELAY_H

#include "director.h"

enum relay_state {
	RELAY_STARVED,
	RELAY_CONNECT,
	RELAY_FLOW,
	RELAY_RESET,
	RELAY_DEAD
};

/* One end of a relay. */
struct side {
	struct io	 io;		/* fd -1: closed */
	struct chunk	*rest;		/* read here, not yet written there */
	unsigned char	 eof;		/* it sends no more */
	unsigned char	 shut;		/* we have closed our half */
	unsigned char	 broken;	/* writing to it is in vain */
	unsigned char	 bulk;		/* a fast sender: large chunks */
};

struct relay {
	struct side	 client, server;
	struct pydirector *director;
	struct service	*service;
	struct host	*host;		/* held; NULL: none chosen */
	struct relay	*next, *prev;	/* in director->relays */
	struct task	 task;		/* to go on, to starve, to be buried */
	struct timer	 timer;		/* connect, idle, starved or reset */
	int64_t		 started;	/* clock_us() */
	int64_t		 active;	/* loop.now of the last byte */
	uint64_t	 id;
	uint64_t	 bytes_in;	/* client to server */
	uint64_t	 bytes_out;	/* server to client */
	struct host	**tried;	/* held; they failed this client */
	unsigned	 ntried;
	struct dial	 dial;
	struct addr	 addr;		/* the client's */
	unsigned char	 state;		/* enum relay_state */
	unsigned char	 local;		/* an attempt met a shortage of ours */
	unsigned char	 nodelay;	/* the server's socket has it */
	unsigned char	 connected;	/* host->total counts it */
	unsigned char	 end;		/* enum relay_end, once it is known */
};

/* The one way out: writes the log line, gives everything back, closes both
 * sides by how (net_close or net_reset). END_NONE: as r->end has it. */
void	 relay_end(struct relay *, enum relay_end, void (*how)(int));
void	 relay_close_side(struct relay *, struct side *, void (*how)(int));

/* Both sides are connected: moves bytes from now on. */
void	 flow_start(struct relay *);
/* The poll events to wait for on a side while bytes flow; -1: none. */
int	 flow_want(const struct relay *, const struct side *);
/* Readiness of a side has changed. */
void	 flow_event(struct relay *, struct side *);

#endif
