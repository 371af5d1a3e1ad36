/* Time. Machines never ask for it: they are given `now`. Only loops and the edges call these. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds: of the monotonic clock unless a name says wall. */
typedef int64_t usec;

#define USEC_PER_MS 1000LL
#define USEC_PER_SEC 1000000LL
#define USEC_NEVER INT64_MAX /* a deadline that does not come */

/* The monotonic clock; never goes back, means nothing outside this boot. Any thread. */
usec clock_mono(void);

/* Wall time since 1970-01-01 UTC; may jump. Any thread. */
usec clock_wall(void);

/* A wall time as NTP's 32.32 fixed point since 1900, as RTCP carries it (RFC 3550 4). */
uint64_t clock_ntp(usec wall);

static inline usec usec_min(usec a, usec b)
{
	return a < b ? a : b;
}

static inline usec usec_max(usec a, usec b)
{
	return a > b ? a : b;
}

#endif
