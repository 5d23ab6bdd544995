/* SPDX-License-Identifier: ISC
 *
 * The loop: descriptors, timers, tasks. It never sleeps by itself: the owner
 * collects (loop_pollfds, loop_timeout), calls poll(2) and dispatches
 * (loop_dispatch). No callback may call these three. */

#ifndef LOOP_H
#define LOOP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* Flags of struct io.ready. */
#define IO_IN	1	/* a read may find something: data, EOF or an error */
#define IO_OUT	2	/* a write may find room, or an error */
#define IO_HUP	4	/* a short read does not mean that nothing is left:
			 * EOF, an error or urgent data can be behind it */
#define IO_BROKEN 8	/* gone both ways, or an error waits */
#define IO_FIN	16	/* a read that comes back short has got the last byte */

struct io;

struct io_ops {
	/* The poll(2) events to wait for now, computed from the owner's state;
	 * 0: errors alone; -1: nothing at all. Not asked for descriptors in
	 * the kernel's set. */
	int	(*want)(struct io *);
	/* Something was added to io->ready. */
	void	(*event)(struct io *);
};

/* A descriptor in the loop. The owner embeds it, sets fd and ops, and clears
 * IO_IN and IO_OUT in ready when a call has shown that they no longer hold. */
struct io {
	const struct io_ops	*ops;
	int			 fd;	/* -1: not in use */
	int			 index;	/* in the loop's list; -1: not in it */
	int			 slot;	/* in the poll array; -1: none */
	unsigned char		 ready;	/* IO_* */
	unsigned char		 in_set; /* registered in the kernel's set */
};

/* A moment to wait for. at is in clock_ms() time. */
struct timer {
	struct timer	*child, *next;	/* the heap's */
	struct timer	*prev;		/* NULL: not set */
	int64_t		 at;
	void		(*expire)(struct timer *);
};

/* Something to run in the next dispatch, which then comes at once, or when
 * the next round starts (loop_bury). */
struct task {
	struct task	*next, **link;		/* link NULL: not queued */
	void		(*run)(struct task *);
};

/* The struct that embeds what p points to. */
#define LOOP_OWNER(p, type, member) \
	((type *)(void *)((char *)(p) - offsetof(type, member)))

/* Who has a descriptor in the kernel's set. */
struct seat {
	struct io	*io;
	uint32_t	 turn;		/* an event of another turn is stale */
};

struct loop {
	struct io	**ios;		/* those that go into the poll array */
	struct io	**slots;	/* who has which slot this round */
	int		 nios;
	int		 size;		/* room in both arrays */
	int		 nslots;
	struct io	 set;		/* the kernel's set; fd -1: not used */
	struct seat	*seats;		/* by descriptor */
	int		 nseats;
	int		 nset;		/* descriptors in the set */
	uint32_t	 turn;		/* of the last one added */
	struct timer	*timers;	/* a heap, the earliest on top */
	struct task	*tasks;		/* to run in the next dispatch */
	struct task	*dead;		/* to bury when the next round starts */
	int64_t		 now;		/* clock_ms() of this round */
	int64_t		(*clock)(void);	/* clock_ms, or a test's */
};

void	 loop_init(struct loop *);
/* Buries what is dead. The owner has removed everything else. */
void	 loop_done(struct loop *);

/* How relays wait: word `poll`: in the poll array; the word of the system's
 * set (`epoll`, `kqueue`): there; NULL: there where it is trusted. 0, or -1:
 * this system has no such set, or it has not passed a test under poll(2). */
int	 loop_use(struct loop *, const char *word);

/* Adds a descriptor, with nothing known to be ready. 0, or -1: no memory.
 * loop_del is called before the descriptor is closed; it sets io->fd to -1. */
int	 loop_add(struct loop *, struct io *, const struct io_ops *, int fd);
/* The same for a descriptor that is one of very many and mostly idle: it
 * waits in the kernel's set, if that is used. It has to be closed when it has
 * been removed from the loop: only that takes it out of the set. */
int	 loop_add_many(struct loop *, struct io *, const struct io_ops *,
	    int fd);
void	 loop_del(struct loop *, struct io *);

/* Sets a timer to ms from now (rounded up, never early), from anew if it was
 * set. loop_timer_del: also when it is not set. */
void	 loop_timer(struct loop *, struct timer *, int64_t ms,
	    void (*expire)(struct timer *));
void	 loop_timer_del(struct loop *, struct timer *);
#define loop_timer_set(t) ((t)->prev != NULL)

/* Runs the task once, in the next dispatch; already queued: nothing. */
void	 loop_later(struct loop *, struct task *, void (*run)(struct task *));
void	 loop_task_del(struct task *);
/* Keeps the task in a list of the owner's, until loop_task_del. */
void	 loop_park(struct task **list, struct task *,
	    void (*run)(struct task *));
/* Runs the task (which frees its owner) when the next round starts: until
 * then nothing that this round holds points to freed memory. */
void	 loop_bury(struct loop *, struct task *, void (*run)(struct task *));

/* Starts a round: fills at most max entries and returns how many there are.
 * More than max: call again with that much room. */
int	 loop_pollfds(struct loop *, struct pollfd *, int max);
/* Milliseconds until something is due; 0: at once; -1: nothing is. */
int	 loop_timeout(const struct loop *);
/* Does what became ready and what is due. fds, n: as loop_pollfds filled and
 * poll(2) marked them. */
void	 loop_dispatch(struct loop *, const struct pollfd *, int n);

#endif
