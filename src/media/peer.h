/* The forwarding half of one transport: what it sends, and the slots in which it receives.
 *
 * The transport decrypts and calls peer_recv_rtp and peer_recv_rtcp; everything that leaves goes
 * through the forward_ops. A source is named by member * 4 + kind and belongs to the newest peer
 * of its member in the group, so that a client which comes back takes its sources over. Slots
 * remember which source they are meant for, also while there is none. */
#ifndef MEDIA_PEER_H
#define MEDIA_PEER_H

#include "media/codec.h"
#include "media/forward.h"
#include "media/media.h"

enum {
	PEER_MID_MAX = 32,
	PEER_RID_MAX = 16,
	PEER_LAYERS_MAX = 3,
	PEER_CODECS_MAX = 10,
	PEER_CNAME_MAX = 48,
};

/* Header extension ids of a line; 0: not negotiated. */
struct peer_exts {
	uint8_t mid, rid, repaired_rid;
	uint8_t audio_level;
	uint8_t twcc;
	uint8_t abs_send_time;
};

/* A stream that the client sends on a line: one, or one a simulcast layer. */
struct peer_layer {
	char rid[PEER_RID_MAX + 1]; /* "": none */
	uint32_t ssrc;              /* as declared; 0: not declared, bound at first sight */
	uint32_t rtx_ssrc;
};

/* An accepted m-line. */
struct peer_line {
	char mid[PEER_MID_MAX + 1];
	enum media_role role; /* says direction and kind; two sending lines of one role: the first */
	uint8_t codec_count;
	const struct codec_format *codecs; /* preferred first; borrowed for the call */
	struct peer_exts ext;

	/* The client sends: layers low to high */
	uint8_t layer_count;
	struct peer_layer layers[PEER_LAYERS_MAX];

	/* The client receives */
	uint32_t ssrc;
	uint32_t rtx_ssrc; /* 0: no retransmissions */
	char cname[PEER_CNAME_MAX + 1];
};

struct peer_conf {
	uint64_t group;
	uint32_t member;
	void *transport; /* borrowed: what the forward_ops are called with */
	bool echo;       /* its own sources may go to its own slots, its own sound comes back */
	bool hears;      /* gets the loudest speakers of the group in its audio slots */
	bool rtcp_rsize; /* takes RTCP that does not begin with a report, RFC 5506 */
	bool waits;      /* can't be sent to before peer_start; only looked at by peer_new */
	const struct peer_line *lines; /* borrowed for the call */
	unsigned line_count;           /* at most MEDIA_LINES_MAX */
};

struct peer;

/* Slots' SSRCs are set, each its own. -ERR_NOMEM; -ERR_INVALID: too many lines, two of one mid or
 * SSRC, or no codec. */
NODISCARD int peer_new(struct forward *fw, const struct peer_conf *conf, usec now,
					   struct peer **ret_peer);

/* It can be sent to from now on: its slots begin, with a cached picture where there is one. */
void peer_start(struct peer *peer, usec now);

/* Its sources vanish from all slots at once. NULL or cleared does nothing. */
void peer_free(struct peer **peer);

/* Another offer on the same transport: lines are matched by mid; new ones are added, those that
 * are gone or changed direction end. A slot keeps its SSRCs, also when it goes and comes again.
 * group, member and transport must be the same.
 * -ERR_INVALID, also when a new slot has another's SSRC; -ERR_FULL: with the slots that are gone
 * more than MEDIA_LINES_MAX; -ERR_NOMEM. Nothing is changed then. */
NODISCARD int peer_update(struct peer *peer, const struct peer_conf *conf, usec now);

/* One packet that has been authenticated and decrypted. Malformed and unwanted ones are counted
 * and dropped.
 * pkt  borrowed: it takes references of its own; `len` and `arrived` are set */
void peer_recv_rtp(struct peer *peer, struct packet *pkt, usec now);

/* One compound packet, in the clear; borrowed. */
void peer_recv_rtcp(struct peer *peer, struct span compound, usec now);

/* Binds a source of the group to the slot with this mid; 0 empties it. height: how tall it is
 * shown, in device pixels. Not for audio slots of a peer that hears: those fill by themselves.
 * -ERR_NOTFOUND: no such slot; -ERR_DENIED its own source without echo, or the wrong kind of
 * slot; -ERR_NOMEM */
NODISCARD int peer_assign(struct peer *peer, const char *mid, uint32_t source, int height,
						  usec now);

/* Whether a source may be forwarded; closed at the start. */
void peer_gate(struct peer *peer, enum media_kind kind, bool open, usec now);

/* What is known here of the line: everything in media_stats except `tcp`, over the last second
 * or two where it is a rate. */
void peer_stats(const struct peer *peer, usec now, struct media_stats *ret);

/* Sends something that means nothing: the client knows by it whether its path works. */
void peer_show_life(const struct peer *peer);

/* Bytes this peer holds, caches apart: for tests and metrics. */
size_t peer_bytes(const struct peer *peer);

#endif
