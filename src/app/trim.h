/* Gives memory back to the system that joins and leaves have freed. */
#ifndef APP_TRIM_H
#define APP_TRIM_H

#include "http/server.h"

struct trim;

/* On the default main context. stats: of what happens on connections; borrowed for its life.
 * gives */
struct trim *trim_new(const struct server_stats *stats);
void trim_free(struct trim **trim);

/* A look whether it is worth it, for the timer and for tests: true when memory was given back. */
bool trim_look(struct trim *trim);

#endif
