/* Token buckets kept as one time each: when the bucket will be full again. */
#include "identity/throttle.h"

#include "base/random.h"

#include <glib.h>
#include <string.h>

struct throttle {
	uint64_t seed; /* against chosen collisions */
	usec every, depth;
	unsigned slots;
	usec full_at[];
};

struct throttle *throttle_new(unsigned slots, unsigned burst, usec every)
{
	struct throttle *throttle = g_malloc0(sizeof *throttle + slots * sizeof(usec));
	throttle->seed = random_u64();
	throttle->every = every;
	throttle->depth = every * burst;
	throttle->slots = slots;
	return throttle;
}

void throttle_free(struct throttle **throttle)
{
	g_free(*throttle);
	*throttle = NULL;
}

/* FNV-1a, then a mix by the seed: not for secrecy, only so that collisions can't be chosen. */
static unsigned place_of(const struct throttle *throttle, const char *key)
{
	uint64_t h = 0xcbf29ce484222325u ^ throttle->seed;
	for (const char *p = key; *p; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3u;
	h ^= throttle->seed >> 32;
	h *= 0x9e3779b97f4a7c15u;
	return (unsigned)((h >> 32) % throttle->slots);
}

static unsigned place_of_addr(const struct throttle *throttle, const struct addr *addr)
{
	struct addr host = {.family = addr->family};
	memcpy(host.host, addr->host, addr->family == 6 ? 8 : 4);
	return (unsigned)(addr_hash(&host, throttle->seed) % throttle->slots);
}

static bool has_room(const struct throttle *throttle, unsigned place, usec now)
{
	usec full_at = usec_max(throttle->full_at[place], now);
	return full_at - now + throttle->every <= throttle->depth;
}

static bool take(struct throttle *throttle, unsigned place, usec now)
{
	if (!has_room(throttle, place, now))
		return false;
	throttle->full_at[place] = usec_max(throttle->full_at[place], now) + throttle->every;
	return true;
}

bool throttle_try(struct throttle *throttle, const char *key, usec now)
{
	return take(throttle, place_of(throttle, key), now);
}

bool throttle_try_addr(struct throttle *throttle, const struct addr *addr, usec now)
{
	return take(throttle, place_of_addr(throttle, addr), now);
}

static void give(struct throttle *throttle, unsigned place, usec now)
{
	usec *full_at = &throttle->full_at[place];
	if (*full_at > now)
		*full_at -= throttle->every;
}

void throttle_give(struct throttle *throttle, const char *key, usec now)
{
	give(throttle, place_of(throttle, key), now);
}

void throttle_give_addr(struct throttle *throttle, const struct addr *addr, usec now)
{
	give(throttle, place_of_addr(throttle, addr), now);
}

bool throttle_has_room(const struct throttle *throttle, const char *key, usec now)
{
	return has_room(throttle, place_of(throttle, key), now);
}

bool throttle_has_room_addr(const struct throttle *throttle, const struct addr *addr, usec now)
{
	return has_room(throttle, place_of_addr(throttle, addr), now);
}
