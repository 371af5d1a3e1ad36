/* What a peer holds, and what the forwarder's own files ask of it. */
#ifndef MEDIA_PEER_STATE_H
#define MEDIA_PEER_STATE_H

#include "media/agenda.h"
#include "media/codec_set.h"
#include "media/downlink.h"
#include "media/feedback.h"
#include "media/peer.h"
#include "media/source.h"
#include "media/uplink.h"

enum {
	PEER_BINDINGS_MAX = MEDIA_KINDS * PEER_LAYERS_MAX * 2, /* SSRCs received, RTX included */
	PEER_REPAIR_BURST = 500,  /* repairs that may be sent at once … */
	PEER_REPAIR_RATE = 1000,  /* … and a second, over all slots */
};

#define PEER_HOUSE (200 * USEC_PER_MS)    /* between looks at layers, caches and arrivals */
#define PEER_REPORT (1000 * USEC_PER_MS)  /* between reports */

/* An m-line at work. */
struct line {
	struct peer_line conf; /* its codecs are those of `codecs` */
	struct codec_set *codecs; /* got from the peer's */

	/* sends */
	struct source *source; /* borrowed; NULL: the role is taken by another line or peer */
	struct uplink *uplinks[LAYER_MAX]; /* owned; NULL: never came */

	/* receives */
	struct downlink *slot; /* owned */
	bool gone; /* not in the newest offer; only its SSRCs' state is kept */
};

/* Which stream an SSRC is. */
struct binding {
	struct line *line;
	uint8_t layer;
	bool rtx;
	usec last_at; /* when it last came */
};

/* What the header extensions of a packet say. */
enum peer_ext {
	PEER_EXT_NONE,
	PEER_EXT_MID,
	PEER_EXT_RID,
	PEER_EXT_REPAIRED_RID,
	PEER_EXT_AUDIO_LEVEL,
	PEER_EXT_TWCC,
};

struct peer {
	/* read for each packet */
	struct forward *fw;
	struct group *group;
	unsigned binding_count;
	uint32_t ssrcs[PEER_BINDINGS_MAX]; /* by which `bindings` are found */
	struct binding bindings[PEER_BINDINGS_MAX];
	struct feedback *feedback;  /* owned; NULL: no transport-wide numbers yet */
	uint8_t ext_of_id[256];     /* enum peer_ext */
	struct agenda_entry entry;

	/* given */
	void *transport;
	uint32_t member;
	bool echo, hears, rsize;
	bool waits; /* can't be sent to yet */
	bool open[MEDIA_KINDS]; /* by peer_gate */

	/* links */
	struct peer *next, *group_next;

	/* owned; places do not move */
	struct codec_set *codec_sets;
	unsigned line_count;
	struct line *lines[MEDIA_LINES_MAX];
	unsigned hearing_count;
	struct downlink *hearing[FORWARD_AUDIO_SLOTS_MAX]; /* borrowed: slots that fill themselves */

	/* state */
	uint32_t ssrc;       /* ours, as sender of RTCP */
	usec rtt;            /* 0: unknown */
	usec house_at, report_at;
	usec repair_at;      /* of the last repair; how many may be sent by then */
	unsigned repair_left;
	int quality;         /* as told; -1: not yet */
	int quality_next;    /* as last judged */
	usec came_at;        /* when anything last came */
	uint16_t came;       /* in which of the last looks at the house it did; the newest lowest */

	/* counted since the start, and as they were at the last report */
	struct media_stats stats;
	uint64_t bytes_in, bytes_out, bytes_in_then, bytes_out_then;
	uint64_t packets_in_then; /* at the last look at the house */
	usec rates_at;
};

/* Is a line of this role one on which the client sends? */
static inline bool peer_role_sends(enum media_role role)
{
	return role >= MEDIA_ROLE_MIC && role <= MEDIA_ROLE_SCREEN_AUDIO;
}

static inline bool peer_role_receives(enum media_role role)
{
	return role >= MEDIA_ROLE_SLOT_AUDIO && role < MEDIA_ROLE_COUNT;
}

static inline enum media_kind peer_role_kind(enum media_role role)
{
	return (enum media_kind)(role - MEDIA_ROLE_MIC);
}

/* Its turn comes at `at` or sooner. */
void peer_sooner(struct peer *p, usec at);

/* What is due, called by the agenda. */
void peer_due(void *peer, usec now);

/* Takes what an offer says: all of it, or nothing and an error, as peer_update. */
NODISCARD int peer_take_lines(struct peer *p, const struct peer_conf *conf, usec now);
void peer_free_line(struct peer *p, struct line *line);

/* Another peer sends a source of its now. */
void peer_lose_source(struct peer *p, struct source *s);

/* Fills its audio slots from those that are heard in its group. */
void peer_hear(struct peer *p, usec now);

/* Makes the stream of a line's layer, which has come for the first time. -ERR_NOMEM */
NODISCARD int peer_add_uplink(struct line *line, unsigned layer);

#endif
