/* How often somebody may try: token buckets in a table of fixed size.
 *
 * Whom a try counts against (an address, a login) is hashed to a place in the table; two that
 * share a place share a bucket, so a flood of invented names costs no memory and frees nobody. An
 * IPv6 host counts by its /64. */
#ifndef IDENTITY_THROTTLE_H
#define IDENTITY_THROTTLE_H

#include "base/addr.h"
#include "base/clock.h"

#include <stdbool.h>

struct throttle;

/* slots    places in the table
 * burst    tries that may come at once, at least 1
 * every    one more each so long */
struct throttle *throttle_new(unsigned slots, unsigned burst, usec every);
void throttle_free(struct throttle **throttle);

/* Counts a try. False: too many. */
bool throttle_try(struct throttle *throttle, const char *key, usec now);
bool throttle_try_addr(struct throttle *throttle, const struct addr *addr, usec now);

/* That try was right, and doesn't count. */
void throttle_give(struct throttle *throttle, const char *key, usec now);
void throttle_give_addr(struct throttle *throttle, const struct addr *addr, usec now);

/* Would a try be let through? Counts nothing. */
bool throttle_has_room(const struct throttle *throttle, const char *key, usec now);
bool throttle_has_room_addr(const struct throttle *throttle, const struct addr *addr, usec now);

#endif
