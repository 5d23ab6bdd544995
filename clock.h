/* SPDX-License-Identifier: ISC
 *
 * The two clocks. */

#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define CLOCK_STAMP_SIZE sizeof("2026-01-31T23:59:59Z")

/* Milliseconds of the monotonic clock: for waiting and for durations. */
int64_t	 clock_ms(void);
/* Microseconds of the same clock. */
int64_t	 clock_us(void);
/* The wall clock as UTC text, `2026-01-31T23:59:59Z`; returns buf. */
char	*clock_stamp(char buf[CLOCK_STAMP_SIZE]);
/* The wall clock at a moment of clock_ms(), past or to come: seconds since
 * 1970, and as text. */
int64_t	 clock_wall(int64_t ms);
char	*clock_stamp_at(int64_t ms, char buf[CLOCK_STAMP_SIZE]);
/* The wall clock now, in milliseconds since 1970; and such a second as text. */
int64_t	 clock_wall_ms(void);
char	*clock_stamp_of(int64_t seconds, char buf[CLOCK_STAMP_SIZE]);

#endif
