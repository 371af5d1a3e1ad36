/* One slot: a stream that a client receives, whatever it is filled from.
 *
 * Constant SSRC; numbers without a break (rewrite.h); the source's number as the only CSRC of
 * every packet. A picture begins with a keyframe, from the cache if there is a young one; another
 * layer takes over at a keyframe of its own. */
#ifndef MEDIA_DOWNLINK_H
#define MEDIA_DOWNLINK_H

#include "media/layer.h"
#include "media/peer.h"
#include "media/rewrite.h"
#include "media/source.h"

enum {
	DOWNLINK_BURST = 192,     /* packets of a keyframe's past that are sent at once */
	DOWNLINK_RESENT = 32,     /* repairs remembered; a power of two */
	DOWNLINK_RESENT_MAX = 5,  /* times that one packet is repaired */
	DOWNLINK_HEADER_MAX = 64,
};

/* What a slot needs once a packet of it has been repaired: on most lines none ever is. */
struct downlink_repairs {
	struct srtp_stream srtp;
	uint16_t seq;
	struct downlink_resent {
		uint16_t seq;
		uint8_t times; /* 0: nothing here */
		uint32_t at_ms; /* modulo 2^32 */
	} resent[DOWNLINK_RESENT]; /* by seq */
};

/* What a slot needs once it has been filled; most slots of most meetings never are. */
struct downlink_live {
	struct rewrite map;
	struct srtp_stream srtp;
	struct downlink_repairs *repairs; /* owned; NULL: none yet */
	uint16_t key_seq; /* outgoing number of the newest keyframe */
	uint32_t key_ts;
	bool has_key;
	usec key_at;
};

struct downlink {
	/* read for each packet */
	int8_t current; /* layer forwarded; LAYER_NONE: nothing yet */
	int8_t target;  /* layer wanted */
	uint8_t in_pt;  /* sender's payload type of the run */
	uint8_t pt;     /* receiver's */
	uint8_t level_id;
	bool begins;    /* the next packet of sound is the first of a run */
	uint32_t ssrc;
	struct downlink_live *live;
	struct source *source; /* borrowed; NULL: empty */
	const struct forward_ops *ops;
	void *transport;
	struct peer *peer;

	/* the rest */
	const struct peer_line *line; /* borrowed from the peer */
	uint32_t index;  /* place among the source's slots */
	int height;      /* how tall it is shown */
	uint8_t rtx_pt;  /* 0: no repairs */
	uint32_t rtx_ssrc;

	/* for reports */
	uint32_t packets, octets;
	usec sent_at;    /* of the newest packet; 0: none since the last start */
	uint8_t fraction_lost;
	usec loss_at;
};

/* line: borrowed for as long as it lives, and so is the peer. -ERR_NOMEM */
NODISCARD int downlink_new(struct peer *peer, const struct peer_line *line,
						   struct downlink **ret_downlink);
void downlink_free(struct downlink **d);

/* Fills it from source `number` of the group, 0: empties it. The same number again changes the
 * height only. -ERR_NOMEM */
NODISCARD int downlink_assign(struct downlink *d, uint32_t number, int height, usec now);

/* Empties it. */
void downlink_clear(struct downlink *d);

/* Decides which layer to show, and gets it going. */
void downlink_choose(struct downlink *d, usec now);

/* Nothing of what was sent can be asked for, and nothing is sent until the next start. */
void downlink_stop(struct downlink *d);

/* Begins with packet `from` of a layer, and all that has come since; not while its peer waits. */
void downlink_start(struct downlink *d, unsigned layer, uint16_t from, usec now);

/* Forwards one packet of the current layer. at: when it arrived, or is sent for the first time */
void downlink_send(struct downlink *d, const struct packet *p, usec at);

/* Repairs what the receiver asks for, within reason. budget: repairs that the peer may still be
 * sent now. Returns how many were sent. */
unsigned downlink_nack(struct downlink *d, const uint16_t *seqs, unsigned count, usec rtt,
					   usec now, unsigned budget);

/* The receiver can't show a picture. */
void downlink_pli(struct downlink *d, usec now);

/* Has it sent lately, so that a report makes sense? */
bool downlink_is_active(const struct downlink *d, usec now);

#endif
