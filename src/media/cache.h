/* What one incoming stream carried in the last second or two: for repairs, and for showing a
 * newly assigned slot a picture at once (the newest keyframe and everything since).
 *
 * A ring of packet references by sequence number, which widens as a stream turns out to need it: a
 * small picture is 20 packets a second and a large one 300. One reference a packet, whoever reads
 * it. */
#ifndef MEDIA_CACHE_H
#define MEDIA_CACHE_H

#include "media/packet.h"

enum {
	CACHE_FIRST = 32,  /* places at first */
	CACHE_VIDEO = 512, /* packets; powers of two */
	CACHE_AUDIO = 64,
};

#define CACHE_AGE (1 * USEC_PER_SEC)     /* for repairs */
#define CACHE_KEY_AGE (2 * USEC_PER_SEC) /* as long as the newest keyframe is no older */

struct cache {
	struct packet **ring; /* by seq modulo cap; owned, and a reference each */
	uint16_t cap;  /* of the ring as it is … */
	uint16_t most; /* … and at most; powers of two */
	uint16_t count;
	uint16_t first; /* when count > 0: no packet before this is held */
	uint16_t top;   /* … nor behind this */
	bool has_key;
	uint16_t key_seq; /* where the newest keyframe begins */
	uint32_t key_ts;
	usec key_at;
};

/* most: CACHE_VIDEO or CACHE_AUDIO. -ERR_NOMEM */
NODISCARD int cache_init(struct cache *c, unsigned most);
void cache_done(struct cache *c);

/* Keeps a packet by its rtp.seq; takes a reference of its own. What lies `most` behind the newest
 * is not kept, nor, without memory, what lies the ring's length behind. Returns how the number of
 * packets held changed. */
int cache_add(struct cache *c, struct packet *p, usec now);

/* NULL: not held. borrowed */
struct packet *cache_find(const struct cache *c, uint16_t seq);

/* Gives back what is too old by `now`. */
void cache_expire(struct cache *c, usec now);

/* Gives back the oldest n, or as many as there are. Returns how many. */
unsigned cache_evict(struct cache *c, unsigned n);

/* Gives everything back. */
void cache_clear(struct cache *c);

/* When the oldest packet arrived; USEC_NEVER: holds none. */
usec cache_oldest(const struct cache *c);

/* May a receiver start from the keyframe held? It is complete from its first packet on, no older
 * than CACHE_KEY_AGE, and at most `most` packets behind the newest.
 * ret_from: where it begins */
bool cache_has_start(const struct cache *c, usec now, unsigned most, uint16_t *ret_from);

#endif
