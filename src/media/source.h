/* A source: one thing that a member sends (its microphone, its camera), in one or more layers, and
 * the slots it is bound to.
 *
 * It lives while somebody sends it or some slot is meant for it: a slot may be bound before its
 * source is there, and stays bound while a member comes back on a new transport. */
#ifndef MEDIA_SOURCE_H
#define MEDIA_SOURCE_H

#include "media/group.h"
#include "media/layer.h"
#include "media/media.h"
#include "media/speaker.h"
#include "media/uplink.h"

struct downlink;
struct peer;

#define SOURCE_ARRIVING (1500 * USEC_PER_MS)
/* A still screen sends a picture a second, or none */
#define SOURCE_ARRIVING_SCREEN (3500 * USEC_PER_MS)

struct source {
	/* read for each packet */
	struct downlink **slots; /* owned array of borrowed slots */
	unsigned slot_count, slot_cap;
	bool open; /* may be forwarded */

	/* given */
	uint32_t number;
	struct group *group;
	struct source *next; /* in the group's bucket */

	/* who sends it; NULL: nobody now */
	struct peer *owner;
	uint8_t layer_count;
	struct uplink *layers[LAYER_MAX]; /* owned by the peer's line; NULL: never came */

	/* owned */
	struct speaker *speaker; /* of a microphone */

	/* as told by on_source */
	bool told_arriving;
	unsigned told_receivers;
};

static inline enum media_kind source_kind(const struct source *s)
{
	return (enum media_kind)(s->number & 3);
}

static inline uint32_t source_member(const struct source *s)
{
	return s->number >> 2;
}

static inline bool source_is_video(const struct source *s)
{
	return source_kind(s) == MEDIA_CAMERA || source_kind(s) == MEDIA_SCREEN;
}

/* May its packets be forwarded now? */
static inline bool source_is_open(const struct source *s)
{
	return s->open && s->owner;
}

/* NULL: none with this number. */
struct source *source_find(const struct group *g, uint32_t number);

/* Finds or makes it. -ERR_NOMEM. One that nobody holds goes with source_release. */
NODISCARD int source_get(struct group *g, uint32_t number, struct source **ret_source);
void source_release(struct source *s);

/* A peer sends it from now on; its slots start anew. Whoever sent it before, does not any more.
 * layer_count: 1 … LAYER_MAX */
void source_own(struct source *s, struct peer *owner, unsigned layer_count, bool open);

/* Its peer is gone, or does not send it any more. May free it. */
void source_disown(struct source *s);

/* A layer comes for the first time. */
void source_add_layer(struct source *s, unsigned layer, struct uplink *u);

/* Its slots decide anew which layer to show. */
void source_choose(struct source *s, usec now);

/* A layer's stream began anew: its slots wait for a keyframe. */
void source_restart(struct source *s, unsigned layer, usec now);

/* Opens or closes it. Closed, it keeps nothing of what it was. */
void source_gate(struct source *s, bool open, usec now);

/* Who receives it. -ERR_NOMEM. Unbinding may free it. */
NODISCARD int source_bind(struct source *s, struct downlink *d);
void source_unbind(struct source *s, struct downlink *d);

/* The layer to show in a place so tall. LAYER_NONE: none arrives. */
int source_layer(const struct source *s, int height, usec now);

/* A keyframe of a layer is needed: asks the sender now, or as soon as is decent. */
void source_want_key(struct source *s, unsigned layer, usec now);

/* Does it arrive; to how many does it go. */
bool source_is_arriving(const struct source *s, usec now);
unsigned source_receivers(const struct source *s);

/* Tells both, when they changed. */
void source_tell(struct source *s, usec now);

#endif
