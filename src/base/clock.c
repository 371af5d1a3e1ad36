/* The two clocks of the operating system, and NTP's way to write one. */
#include "base/clock.h"

#include <time.h>

static usec clock_of(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (usec)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

usec clock_mono(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

usec clock_wall(void)
{
	return clock_of(CLOCK_REALTIME);
}

uint64_t clock_ntp(usec wall)
{
	const uint64_t from_1900_to_1970 = 2208988800ULL; /* RFC 868 */
	uint64_t sec = (uint64_t)(wall / USEC_PER_SEC) + from_1900_to_1970;
	uint64_t frac = ((uint64_t)(wall % USEC_PER_SEC) << 32) / USEC_PER_SEC;
	return sec << 32 | frac;
}
