/* SPDX-License-Identifier: ISC
 *
 * What relay.c (the life of a relay) and flow.c (its bytes) share. */

#ifndef RELAY_H
#define RELAY_H

#include "director.h"

enum relay_state {
	RELAY_HEADER,		/* header.c */
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

/* What only some want to know of a relay; made when somebody does: watchers,
 * or a PROXY header that comes or goes. */
struct relay_more {
	struct addr	 peer;		/* who sent the PROXY header; AF_UNSPEC:
					 * there was none */
	struct addr	 at;		/* where the client came to: an address
					 * of ours, or what the header says */
	struct addr	 local;		/* ours towards the server; AF_UNSPEC:
					 * never connected, or nobody
					 * wanted to know then */
	int64_t		 connected;	/* clock_us(); 0: never */
	unsigned	 tries;		/* hosts chosen for it */
	struct relay	*same;		/* origin.c: the next of its bucket */
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
	struct relay_more *more;	/* NULL: nobody wants it */
	struct host	**tried;	/* held; they failed this client */
	unsigned	 ntried;
	struct dial	 dial;
	struct addr	 addr;		/* the client's */
	unsigned char	 state;		/* enum relay_state */
	unsigned char	 local;		/* an attempt met a shortage of ours */
	unsigned char	 nodelay;	/* the server's socket has it */
	unsigned char	 connected;	/* host->total counts it */
	unsigned char	 told;		/* watchers know of its start */
	unsigned char	 send_proxy;	/* version of the header that the
					 * server expects; 0: none */
	unsigned char	 header;	/* bytes of it not yet written */
	unsigned char	 wrote;		/* the server was written to */
	unsigned char	 end;		/* enum relay_end, once it is known */
};

/* Moments in the life of a relay. */
enum relay_event {
	RELAY_EVENT_START,	/* the client is known, or it ended before */
	RELAY_EVENT_CONNECTED,	/* so is the server */
	RELAY_EVENT_END		/* end says how; its sides are still open, if
				 * they were to the last */
};

/* Who wants to be told. It must not end relays. While there is one, each new
 * relay has its `more`. Each START is followed by one END; one who begins to
 * watch meets relays that started before, perhaps without `more`. */
struct relay_watcher {
	struct relay_watcher *next;
	void		(*event)(struct relay_watcher *, struct relay *,
			    enum relay_event);
	/* Its own address towards a server that it is connecting to; NULL: it
	 * has none any more. 1: another relay has that too, and another would
	 * be better. NULL: it does not matter. */
	int		(*address)(struct relay_watcher *, struct relay *,
			    const struct addr *);
};

void	 relay_watch(struct pydirector *, struct relay_watcher *);
/* Also when it does not watch. */
void	 relay_unwatch(struct pydirector *, struct relay_watcher *);
void	 relay_tell(struct relay *, enum relay_event);
/* As dial_next; and keeps more->local. */
int	 relay_dial_next(struct relay *);
/* It has no address towards a server any more. */
void	 relay_no_address(struct relay *);

/* The one way out: writes the log line, gives everything back, closes both
 * sides by how (net_close or net_reset). END_NONE: as r->end has it. */
void	 relay_end(struct relay *, enum relay_end, void (*how)(int));
void	 relay_close_side(struct relay *, struct side *, void (*how)(int));
/* The same for want of memory, with a warning. */
void	 relay_no_memory(struct relay *);
/* The client is known: it is let in and gets a server, or the relay ends. */
void	 relay_known(struct relay *);
/* Makes r->more, if there is none. 0, or -1: no memory. */
int	 relay_want_more(struct relay *);
/* Waits for the connect on fd: 0, or -1: no memory. */
int	 relay_add_server(struct relay *, int fd);

/* Tries hosts until a connect is under way, or the relay waits for its turn,
 * or ends. */
void	 relay_connect(struct relay *);
/* It may be known how the connect went. */
void	 relay_connect_event(struct relay *);
void	 relay_leave_host(struct relay *);
void	 relay_forget_tried(struct relay *);

/* Waits for the header of the client (state RELAY_HEADER), which relay_known
 * is told of. r->more is there. */
void	 header_await(struct relay *);
/* The client can be read. */
void	 header_in(struct relay *);
/* Puts the header for the server (r->send_proxy) in front of the client's rest.
 * 0, or -1: no memory. */
int	 header_put(struct relay *);

/* Both sides are connected: moves bytes from now on. */
void	 flow_start(struct relay *);
/* The poll events to wait for on a side while bytes flow; -1: none. */
int	 flow_want(const struct relay *, const struct side *);
/* Readiness of a side has changed. */
void	 flow_event(struct relay *, struct side *);

#endif
