/* SPDX-License-Identifier: ISC
 *
 * Byte buffers: a bounded text that grows, and chunks of one size from a
 * pool. */

#ifndef BUF_H
#define BUF_H

#include <stddef.h>

#include "log.h"	/* LOG_PRINTF */

/* A text of at most max bytes. It stays NUL-terminated behind its last byte,
 * which is not counted. An addition that does not fit, or finds no memory,
 * changes nothing and sets failed, which then stays set: look once, at the
 * end. */
struct buf {
	char	*data;		/* never NULL after the first addition */
	size_t	 len;		/* bytes in use */
	size_t	 size;		/* bytes allocated */
	size_t	 max;		/* bytes allowed */
	int	 failed;	/* an addition was refused */
};

void	 buf_init(struct buf *, size_t max);
void	 buf_done(struct buf *);
int	 buf_add(struct buf *, const void *, size_t);
int	 buf_addf(struct buf *, const char *, ...) LOG_PRINTF(2, 3);
/* Takes n bytes away at the front. */
void	 buf_consume(struct buf *, size_t n);

/* Chunks: what a relay keeps of bytes that the other side would not take. */
struct chunk {
	struct chunk	*next;	/* in the pool's list of free ones */
	struct pool	*pool;	/* where it came from */
	size_t		 from;	/* first byte not yet written */
	size_t		 to;	/* behind the last byte */
	char		 data[];
};

struct pool {
	struct chunk	*free;
	size_t		 nfree;	/* in that list */
	size_t		 out;	/* in use */
	size_t		 keep;	/* at most this many of them */
	size_t		 size;	/* bytes of data in each chunk */
};

void		 pool_init(struct pool *, size_t size, size_t keep);
void		 pool_done(struct pool *);
/* An empty chunk (from = to = 0), or NULL: no memory. */
struct chunk	*pool_get(struct pool *);
void		 pool_put(struct chunk *);

#endif
