/* Peers that may hear and see each other: their sources, whose microphones are forwarded to all,
 * and who is speaking. */
#ifndef MEDIA_GROUP_H
#define MEDIA_GROUP_H

#include "media/agenda.h"
#include "media/forward.h"
#include "media/loudest.h"

struct packet;
struct peer;
struct source;

enum { GROUP_BUCKETS = 64 };

#define GROUP_TICK (200 * USEC_PER_MS)      /* speaking is told five times a second */
#define GROUP_QUIET (3000 * USEC_PER_MS)    /* no sound for so long: nothing to look at */

struct group {
	uint64_t id;
	struct forward *fw;
	struct group *next;
	struct peer *peers; /* linked by group_next */
	unsigned hearers;   /* peers with audio slots that fill by themselves */
	struct source *buckets[GROUP_BUCKETS]; /* by number */
	struct loudest loudest;

	/* who speaks */
	struct agenda_entry entry;
	usec heard_at;
	uint32_t dominant; /* source; 0 with has_dominant false */
	bool has_dominant;
	int told_count;
	uint32_t told_dominant;
	uint32_t told[FORWARD_SPEAKING_MAX];
};

/* Finds or makes it. -ERR_NOMEM. It goes when its last peer leaves. */
NODISCARD int group_get(struct forward *fw, uint64_t id, struct group **ret_group);
void group_join(struct group *g, struct peer *p);
void group_leave(struct group *g, struct peer *p);
void group_release(struct group *g);

/* A packet came from an open microphone: levels are noted, and it may get a place among those that
 * are heard, this packet included. */
void group_hear(struct group *g, struct source *s, const struct packet *p, usec now);

/* A source is closed or gone: if it was a microphone, another may be heard in its place. */
void group_unhear(struct group *g, const struct source *s);

#endif
