/* The packets of one worker: a fixed number, counted references, no heap once it runs.
 *
 * A datagram is received straight into a packet, decrypted in place, parsed once, and from then
 * on only read: the cache and every receiver share it. Packets never leave their worker. */
#ifndef MEDIA_PACKET_H
#define MEDIA_PACKET_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "media/codec.h"
#include "wire/rtp.h"
#include "wire/vp8.h"

enum {
	PACKET_CAP = 1500, /* bytes of room: a datagram with its SRTP tag */
};

struct packet_pool;

struct packet {
	/* owned by the pool */
	struct packet_pool *pool;
	struct packet *next_free;
	uint32_t refs;

	/* given by whoever received it */
	uint16_t len; /* bytes in buf: plain RTP by the time the forwarder sees it */
	usec arrived;

	/* said by the forwarder, on the way in */
	struct rtp rtp; /* a retransmission stands here as the packet it repeats */
	uint8_t codec; /* enum codec */
	bool key;      /* the first packet of a keyframe */
	uint16_t height; /* of a keyframe's picture, where the codec says; else 0 */
	bool has_level; /* RFC 6464 */
	bool voice;
	uint8_t level; /* 0 loudest … 127 silent */
	struct vp8 vp8; /* VP8 only */

	uint8_t buf[PACKET_CAP];
};

/* count packets. Memory is touched only as packets come into use. -ERR_NOMEM */
NODISCARD int packet_pool_new(unsigned count, struct packet_pool **ret_pool);

/* All packets must be back: it is a bug otherwise. */
void packet_pool_free(struct packet_pool **pool);

/* One packet with one reference, its content undefined; NULL when all are in use (counted).
 * gives */
struct packet *packet_new(struct packet_pool *pool);

static inline struct packet *packet_ref(struct packet *p)
{
	p->refs++;
	return p;
}

/* Gives a reference back; the last one frees the packet. NULL does nothing. */
void packet_unref(struct packet *p);

/* For leak checks, limits and metrics. */
unsigned packet_pool_in_use(const struct packet_pool *pool);
unsigned packet_pool_count(const struct packet_pool *pool);
unsigned packet_pool_used(const struct packet_pool *pool); /* at any time: memory it takes */
uint64_t packet_pool_misses(const struct packet_pool *pool); /* times it was empty */

#endif
