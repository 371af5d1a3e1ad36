/* One stream that a client sends: a microphone, or one simulcast layer of a camera.
 *
 * Counts what comes and what does not (RFC 3550), takes out doubles, knows which packets to ask
 * for again, holds the cache that repairs are made from, and when a keyframe is wanted. A machine
 * without output: report.c writes what it knows. */
#ifndef MEDIA_UPLINK_H
#define MEDIA_UPLINK_H

#include "media/cache.h"
#include "media/keyframe.h"
#include "media/missing.h"
#include "wire/rtcp.h"

enum {
	UPLINK_WINDOW = 1024,  /* packets behind the newest that doubles are told apart in */
	UPLINK_LEAP = 3000,    /* a sequence number this far ahead is a restart, seen twice */
};

#define UPLINK_ARRIVING (1 * USEC_PER_SEC)  /* a simulcast layer silent for longer is off … */
#define UPLINK_BEHIND (400 * USEC_PER_MS)   /* … and one silent so much longer than its fellows */

struct source;

struct uplink {
	/* given */
	struct source *source; /* borrowed; NULL: another peer has taken it over */
	uint8_t layer;
	bool video;
	bool nack;             /* the sender repairs what is asked for */
	uint32_t ssrc;
	struct codec_format format; /* of the newest packet; pt 0: none yet */

	/* which have come */
	bool started;
	uint16_t top;      /* newest sequence number */
	uint32_t cycles;   /* its rounds, in the upper 16 bits */
	uint32_t base;     /* extended number of the first */
	uint32_t leap_seq; /* the number that would confirm a restart; > 65535: none */
	uint64_t seen[UPLINK_WINDOW / 64];
	usec last_at;      /* when the newest came; 0: none, or it said goodbye */
	uint16_t height;   /* of the newest keyframe; 0: unknown */

	/* owned */
	struct missing *missing; /* NULL: nothing was, for a while, or not nack */
	struct cache cache;
	struct keyframe keyframe; /* video */
	uint8_t fir_command;      /* grows with each FIR, RFC 5104 4.3.1.2 */

	/* for reports */
	uint32_t received, expected_before, received_before;
	uint8_t fraction_lost; /* of the last report */
	uint32_t transit;
	uint32_t jitter;       /* RTP clock, times 16 */
	uint32_t sr_mid;       /* middle of the last sender report's time; 0: none */
	usec sr_at;
	uint64_t bytes;
};

/* -ERR_NOMEM */
NODISCARD int uplink_init(struct uplink *u, bool video, bool nack);
void uplink_done(struct uplink *u);

/* Another SSRC takes the stream over: what was counted and kept is of no use. */
void uplink_reset(struct uplink *u);

enum uplink_news {
	UPLINK_FRESH,   /* the packet is wanted */
	UPLINK_RESTART, /* … and the sender has begun anew: nothing before it counts */
};

/* A packet came: seq, ts and arrived of p->rtp.
 * repaired  it came as a retransmission: not counted as received from the line
 * clock     of its format, Hz
 * UPLINK_FRESH or UPLINK_RESTART; -ERR_REPLAY it came before; -ERR_PROTO a number too far off */
NODISCARD int uplink_recv(struct uplink *u, const struct packet *p, bool repaired, uint32_t clock);

/* A wanted packet's content is known: notes keyframe and height, keeps it for repairs when `keep`.
 */
void uplink_keep(struct uplink *u, struct packet *p, bool keep);

/* What to ask for again by now; at most RTCP_NACK_MAX. Returns how many. When some are given up
 * and it is a video, a keyframe is wanted. */
unsigned uplink_nack(struct uplink *u, usec rtt, usec now, uint16_t *ret_seqs);

/* When uplink_nack has something; USEC_NEVER. */
usec uplink_nack_deadline(const struct uplink *u);

/* Has it sent anything within `age`? */
bool uplink_is_arriving(const struct uplink *u, usec age, usec now);

/* A sender report came. RFC 3550 6.4.1 */
void uplink_sr(struct uplink *u, const struct rtcp_sr *sr, usec now);

/* It said goodbye: it does not arrive until it sends again. */
void uplink_bye(struct uplink *u);

/* The report block on it since the last one. RFC 3550 A.3 */
void uplink_block(struct uplink *u, usec now, struct rtcp_block *ret_block);

#endif
