/* SPDX-License-Identifier: ISC
 *
 * The two clocks. Neither call fails: where the system has no monotonic clock
 * configure has already said so. */

#include "config.h"

#include <string.h>
#include <time.h>

#include "clock.h"

int64_t
clock_us(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		return 0;
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

static char *
clock_text(time_t when, char buf[CLOCK_STAMP_SIZE])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(buf, CLOCK_STAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(buf, "0000-00-00T00:00:00Z", CLOCK_STAMP_SIZE);
	return buf;
}

char *
clock_stamp(char buf[CLOCK_STAMP_SIZE])
{
	return clock_text(time(NULL), buf);
}

/* In microseconds until the end: asked twice for one moment, it answers the
 * same but for a step of either clock. */
int64_t
clock_wall(int64_t ms)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == -1)
		return 0;
	return ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 -
	    clock_us() + ms * 1000) / 1000000;
}

char *
clock_stamp_at(int64_t ms, char buf[CLOCK_STAMP_SIZE])
{
	return clock_text((time_t)clock_wall(ms), buf);
}

int64_t
clock_wall_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == -1)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

char *
clock_stamp_of(int64_t seconds, char buf[CLOCK_STAMP_SIZE])
{
	return clock_text((time_t)seconds, buf);
}
