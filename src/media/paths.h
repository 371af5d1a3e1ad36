/* Which transport an address belongs to: a worker's table, one look-up a datagram.
 *
 * Entered only by addresses that ICE has authenticated, so a stranger can't make it grow; the hash
 * is seeded, so a member can't make it slow. One thread. */
#ifndef MEDIA_PATHS_H
#define MEDIA_PATHS_H

#include "base/addr.h"

struct paths;
struct transport;

/* -ERR_NOMEM */
NODISCARD int paths_new(struct paths **ret_p);
void paths_free(struct paths **p);

/* The address's transport, or NULL. */
struct transport *paths_find(const struct paths *p, const struct addr *a);

/* Enters an address, also when another transport had it: who authenticated last has it.
 * -ERR_NOMEM */
NODISCARD int paths_put(struct paths *p, const struct addr *a, struct transport *t);

/* Takes it out if it is t's. */
void paths_del(struct paths *p, const struct addr *a, const struct transport *t);

size_t paths_count(const struct paths *p);

#endif
