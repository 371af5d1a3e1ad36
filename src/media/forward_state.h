/* What one worker's forwarder holds. Seen by the forwarder's own files only. */
#ifndef MEDIA_FORWARD_STATE_H
#define MEDIA_FORWARD_STATE_H

#include "media/agenda.h"
#include "media/forward.h"

struct group;
struct peer;

struct forward {
	/* given */
	const struct forward_ops *ops;
	void *arg;
	struct packet_pool *pool;
	unsigned audio_slots;
	usec wall_offset;

	/* owned */
	struct agenda agenda;
	struct group *groups; /* linked by next */
	struct peer *peers;   /* linked by next */

	/* state */
	usec now; /* as last given */
	uint64_t random;
	int entries; /* of the agenda: peers and groups */
	struct forward_counts counts;
};

/* Where to begin: not secret, only never the same. */
uint32_t forward_random(struct forward *fw);

#endif
