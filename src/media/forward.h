/* The forwarder of one worker: groups of peers, what they send and what they are sent.
 *
 * Reading order of the packet path: peer_recv.c (whose packet is it), uplink.c (counted, missed,
 * asked for again), fanout.c (the one loop over receivers), downlink.c (a slot: rewritten and
 * sent), rewrite.c (the numbers). Beside it: source.c and group.c (what is bound to what), cache.c,
 * keyframe.c, layer.c, speaker.c, loudest.c, feedback.c, report.c; peer_due.c and agenda.c (time).
 *
 * Single-threaded; no socket, no clock, no log. After a peer is set up nothing is allocated per
 * packet. Callbacks are made from inside the calls below and must not call back in. */
#ifndef MEDIA_FORWARD_H
#define MEDIA_FORWARD_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "media/packet.h"
#include "media/srtp.h"

enum {
	FORWARD_AUDIO_SLOTS_MAX = 4,
	FORWARD_SPEAKING_MAX = 8,
};

/* What the forwarder needs done. All set; `transport` is the pointer given to peer_new, `arg` the
 * one in the configuration. */
struct forward_ops {
	/* Seals a packet under the slot's SSRC straight into a send slot, and sends it.
	 * stream  owned by the slot, zeroed before its first use, kept while the peer lives
	 * header  borrowed: the whole RTP header
	 * payload borrowed: a rewritten descriptor (may be empty), the shared rest, padding
	 * 0 or more: taken; negative: not sent, which is like a loss */
	int (*send_rtp)(void *transport, struct srtp_stream *stream, struct span header,
					const struct srtp_piece *payload);

	/* Seals and sends a compound RTCP packet, at most FORWARD_RTCP_MAX bytes. */
	void (*send_rtcp)(void *transport, struct span compound);

	/* Whether a source of this transport arrives, and to how many it goes; when it changed. */
	void (*on_source)(void *arg, void *transport, uint32_t source, bool arriving,
					  unsigned receivers);

	/* Who speaks in a group, loudest first, and who is shown as the speaker (member, 0: none);
	 * when it changed, at most five times a second. */
	void (*on_speaking)(void *arg, uint64_t group, uint32_t dominant, const uint32_t *members,
						int count);

	/* How good a transport's line is, 3 good … 0 lost; when it changed. */
	void (*on_quality)(void *arg, void *transport, int quality);

	/* RTP came from a transport steadily for a second or two, and none for half a second: its path
	 * broke, or there is nothing to send any more. Once each time. */
	void (*on_quiet)(void *arg, void *transport);
};

enum { FORWARD_RTCP_MAX = 1200 };

struct forward_conf {
	const struct forward_ops *ops; /* borrowed for good */
	void *arg;
	struct packet_pool *pool;      /* borrowed for good */
	int audio_slots;               /* loudest speakers forwarded: 1 … FORWARD_AUDIO_SLOTS_MAX */
	uint64_t seed;                 /* of first sequence numbers and the like */
	usec wall_offset;              /* wall clock less monotonic clock, for sender reports */
};

struct forward;

NODISCARD int forward_new(const struct forward_conf *conf, struct forward **ret_fw);

/* All peers must be gone. */
void forward_free(struct forward **fw);

/* Does what is due: feedback, repairs, reports, layers, speakers. */
void forward_tick(struct forward *fw, usec now);

/* When forward_tick is to be called next; USEC_NEVER: only after something else happened. */
usec forward_deadline(const struct forward *fw);

/* Gives cached packets back, oldest first, when the pool runs low: call before receiving a batch
 * of `want` packets. */
void forward_make_room(struct forward *fw, unsigned want);

/* Counters, since the start. */
struct forward_counts {
	uint64_t packets_in, packets_out, resent;
	uint64_t repaired;      /* came by retransmission */
	uint64_t late;          /* doubles, and too old to matter */
	uint64_t malformed;     /* RTP, descriptors, RTCP */
	uint64_t unbound;       /* no line for its SSRC, or against its binding */
	uint64_t gated;         /* not meant or not allowed to be sent */
	uint64_t send_failures;
	uint64_t nacks_refused; /* repairs asked for too often, or of packets gone */
	unsigned peers, groups;
	unsigned cached;        /* packets held for repair now, of about 2 kB */
};

void forward_counts(const struct forward *fw, struct forward_counts *ret);

#endif
