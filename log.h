/* SPDX-License-Identifier: ISC
 *
 * Log lines: formatting, levels, limiting of repeated lines. Where a line
 * goes is the sink's business. */

#ifndef LOG_H
#define LOG_H

#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERR,		/* someone must act */
	LOG_LEVEL_WARNING,	/* a request was lost */
	LOG_LEVEL_NOTICE,	/* a state changed */
	LOG_LEVEL_INFO,		/* one line per relay */
	LOG_LEVEL_DEBUG		/* transitions */
};

#define LOG_LINE_MAX 1024	/* bytes of a line, its NUL included */

#if defined(__GNUC__)
#define LOG_PRINTF(f, a) __attribute__((__format__(__printf__, f, a)))
#else
#define LOG_PRINTF(f, a)
#endif

struct log;

/* Makes a log that hands each line of at most that level to sink: without
 * time, level or newline, control bytes replaced by '?'. NULL: no memory. */
struct log	*log_new(void (*sink)(void *arg, int level, const char *line),
		    void *arg, enum log_level);
/* Tells the counts not told yet. */
void		 log_free(struct log *);
/* 1 when a line of that level would be handed on. */
int		 log_wants(const struct log *, enum log_level);
/* Logs `subject: what: why`. Of warnings that repeat each other word for word
 * only the first few in ten seconds pass; the number left out is told later. */
void		 log_line(struct log *, enum log_level, const char *, ...)
		    LOG_PRINTF(3, 4);
#define log_err(l, ...)		log_line(l, LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warning(l, ...)	log_line(l, LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(l, ...)	log_line(l, LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(l, ...)	log_line(l, LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(l, ...)	log_line(l, LOG_LEVEL_DEBUG, __VA_ARGS__)

/* When the next count of lines left out is due to be told, in clock_ms()
 * time; -1: none was left out. */
int64_t		 log_due(const struct log *);
/* Tells the counts that are due at now. */
void		 log_tick(struct log *, int64_t now);
/* The stable word for a level: err, warning, notice, info, debug. */
const char	*log_level_word(enum log_level);

#endif
