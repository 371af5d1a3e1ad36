/* What the files of this folder share of `struct rooms`. */
#ifndef MEETING_ROOMS_INTERNAL_H
#define MEETING_ROOMS_INTERNAL_H

#include "identity/throttle.h"
#include "meeting/rooms.h"
#include "store/q_rating.h"

struct link;

struct rooms {
	struct rooms_conf conf;
	GHashTable *by_code;  /* code to struct room; none of a test page: nobody else gets in there */
	GHashTable *by_group; /* group to struct room; owned */
	GHashTable *links;    /* serial to struct link */
	uint64_t last_serial;
	uint64_t last_stats;
	uint64_t ratings[RATING_GRADES], ratings_back[RATING_GRADES]; /* since the start */
	unsigned tests;       /* of the rooms: of a test page */
	struct throttle *misses, *joins;
	guint timer;
	bool closing;
};

usec rooms_mono(const struct rooms *rooms);
int64_t rooms_wall_ms(const struct rooms *rooms);

/* Is there room in memory for one more, test page or meeting? */
bool rooms_has_room(const struct rooms *rooms, bool test);
/* Adds a room that is in no database or has just been loaded; takes. */
void rooms_add(struct rooms *rooms, struct room *room);
/* There is something that time must be told to. */
void rooms_wake(struct rooms *rooms);

/* NULL: gone. */
struct link *rooms_link(const struct rooms *rooms, uint64_t serial);

#endif
