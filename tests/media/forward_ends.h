/* The forwarder of a test and the ends around it: what it sends is kept and looked at, time is a
 * number. What would seal one (SSRC, sequence number) twice fails. forward_rig.h goes on. */
#ifndef TESTS_MEDIA_FORWARD_ENDS_H
#define TESTS_MEDIA_FORWARD_ENDS_H

#include "media/forward.h"
#include "media/group.h"
#include "media/peer.h"
#include "media/peer_state.h"
#include "wire/ext.h"
#include "wire/rtcp.h"
#include "wire/twcc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
	RIG_POOL = 4096,
	RIG_SENT_MAX = 16384,
	RIG_ENDS_MAX = 40,
	RIG_SSRCS_MAX = 64,

	/* what every rig peer negotiates */
	OPUS_PT = 111,
	VP8_PT = 96,
	VP8_RTX_PT = 97,
	H264_PT = 102,
	H264_RTX_PT = 103,
	EXT_LEVEL = 1,
	EXT_MID = 4,
	EXT_RID = 10,
	EXT_RRID = 11,
	EXT_TWCC = 3,

	/* where a test's payload has its marks, behind a VP8 descriptor or alone */
	MARK_LEN = 8,
};

#define START (10 * USEC_PER_SEC)

struct rig;

struct rig_end {
	struct rig *rig;
	struct peer *peer;
	uint32_t member;
	int quality;
	unsigned quiets;
	unsigned ssrc_count;
	struct rig_ssrc {
		uint32_t ssrc;
		uint8_t used[65536 / 8];
	} *ssrcs;
};

struct rig_sent {
	struct rig_end *to;
	bool rtcp;
	usec at;
	struct rtp rtp; /* parsed, RTP only */
	size_t len;
	uint8_t bytes[1600];
};

struct rig {
	struct packet_pool *pool;
	struct forward *fw;
	usec now;
	int end_count;
	struct rig_end ends[RIG_ENDS_MAX];
	unsigned sent_count;
	struct rig_sent *sent;
	/* told */
	unsigned source_events, speaking_events;
	struct {
		bool arriving;
		unsigned receivers;
	} told[RIG_ENDS_MAX * 4 + 8]; /* by source */
	uint32_t dominant;
	int speaking;
	uint32_t speakers[FORWARD_SPEAKING_MAX];
	/* keeps only what is sent to this one; NULL: all */
	const struct rig_end *only;
	/* instead of keeping what is sent */
	void (*take)(struct rig_end *to, bool rtcp, struct span bytes);
};

/* ── What the forwarder calls ── */

static inline void rig_use(struct rig_end *e, uint32_t ssrc, uint16_t seq)
{
	unsigned i = 0;

	while (i < e->ssrc_count && e->ssrcs[i].ssrc != ssrc)
		i++;
	if (i == e->ssrc_count) {
		assert_true(i < RIG_SSRCS_MAX);
		if (!e->ssrcs)
			e->ssrcs = calloc(RIG_SSRCS_MAX, sizeof(*e->ssrcs));
		e->ssrcs[i].ssrc = ssrc;
		e->ssrc_count++;
	}
	uint8_t *used = e->ssrcs[i].used;
	uint16_t far = (uint16_t)(seq + 32768);
	assert_int_equal(used[seq / 8] >> seq % 8 & 1, 0);
	used[seq / 8] |= (uint8_t)(1 << seq % 8);
	used[far / 8] &= (uint8_t) ~(1 << far % 8);
}

static inline void rig_keep(struct rig_end *e, bool rtcp, struct span bytes)
{
	struct rig *r = e->rig;

	if (r->take) {
		r->take(e, rtcp, bytes);
		return;
	}
	if (r->only && r->only != e)
		return;
	assert_true(r->sent_count < RIG_SENT_MAX && bytes.len <= sizeof(r->sent[0].bytes));
	struct rig_sent *s = &r->sent[r->sent_count++];
	*s = (struct rig_sent){.to = e, .rtcp = rtcp, .at = r->now, .len = bytes.len};
	memcpy(s->bytes, bytes.ptr, bytes.len);
	if (!rtcp)
		assert_int_equal(rtp_parse(span_of(s->bytes, s->len), &s->rtp), 0);
}

static inline int rig_send_rtp(void *transport, struct srtp_stream *stream, struct span header,
							   const struct srtp_piece *payload)
{
	struct rig_end *e = transport;
	uint8_t buf[1600];
	struct wr w = wr_init(buf, sizeof(buf));

	if (!stream->started) {
		stream->started = true;
		stream->ssrc = get_u32(header.ptr + 8);
	}
	assert_int_equal(stream->ssrc, get_u32(header.ptr + 8));
	rig_use(e, stream->ssrc, get_u16(header.ptr + 2));
	wr_bytes(&w, header);
	wr_bytes(&w, payload->a);
	wr_bytes(&w, payload->b);
	if (payload->pad)
		rtp_write_padding(&w, payload->pad);
	assert_int_equal(payload->pad > 0, header.ptr[0] >> 5 & 1);
	rig_keep(e, false, wr_span(&w));
	return 0;
}

static inline void rig_send_rtcp(void *transport, struct span compound)
{
	assert_true(compound.len > 0 && compound.len <= FORWARD_RTCP_MAX && compound.len % 4 == 0);
	rig_keep(transport, true, compound);
}

static inline void rig_on_source(void *arg, void *transport, uint32_t source, bool arriving,
								 unsigned receivers)
{
	struct rig *r = arg;
	struct rig_end *e = transport;

	assert_int_equal(source / 4, e->member);
	r->source_events++;
	r->told[source].arriving = arriving;
	r->told[source].receivers = receivers;
}

static inline void rig_on_speaking(void *arg, uint64_t group, uint32_t dominant,
								   const uint32_t *members, int count)
{
	struct rig *r = arg;

	r->speaking_events++;
	r->dominant = dominant;
	r->speaking = count;
	memcpy(r->speakers, members, (size_t)count * sizeof(members[0]));
}

static inline void rig_on_quality(void *arg, void *transport, int quality)
{
	((struct rig_end *)transport)->quality = quality;
}

static inline void rig_on_quiet(void *arg, void *transport)
{
	(void)arg;
	((struct rig_end *)transport)->quiets++;
}

static const struct forward_ops rig_ops = {
	.send_rtp = rig_send_rtp,
	.send_rtcp = rig_send_rtcp,
	.on_source = rig_on_source,
	.on_speaking = rig_on_speaking,
	.on_quality = rig_on_quality,
	.on_quiet = rig_on_quiet,
};

/* ── Life ── */

static inline struct rig *rig_new(int audio_slots)
{
	struct rig *r = calloc(1, sizeof(*r));

	r->sent = malloc(RIG_SENT_MAX * sizeof(*r->sent));
	r->now = START;
	assert_int_equal(packet_pool_new(RIG_POOL, &r->pool), 0);
	struct forward_conf conf = {
		.ops = &rig_ops,
		.arg = r,
		.pool = r->pool,
		.audio_slots = audio_slots,
		.seed = 7,
		.wall_offset = 1790000000 * USEC_PER_SEC,
	};
	assert_int_equal(forward_new(&conf, &r->fw), 0);
	return r;
}

static inline void rig_free(struct rig *r)
{
	for (int i = 0; i < r->end_count; i++) {
		peer_free(&r->ends[i].peer);
		free(r->ends[i].ssrcs);
	}
	assert_int_equal(packet_pool_in_use(r->pool), 0);
	struct forward_counts counts;
	forward_counts(r->fw, &counts);
	assert_int_equal(counts.peers, 0);
	assert_int_equal(counts.groups, 0);
	assert_true(forward_deadline(r->fw) == USEC_NEVER);
	forward_free(&r->fw);
	packet_pool_free(&r->pool);
	free(r->sent);
	free(r);
}

/* ── Peers ── */

static inline struct codec_format opus_format(void)
{
	return (struct codec_format){
		.codec = CODEC_OPUS, .clock = 48000, .channels = 2, .pt = OPUS_PT, .opus_fec = true,
	};
}

static inline struct codec_format vp8_format(void)
{
	return (struct codec_format){
		.codec = CODEC_VP8,
		.clock = 90000,
		.pt = VP8_PT,
		.rtx_pt = VP8_RTX_PT,
		.fb = CODEC_FB_NACK | CODEC_FB_PLI | CODEC_FB_FIR | CODEC_FB_TWCC,
	};
}

static inline struct codec_format h264_format(void)
{
	return (struct codec_format){
		.codec = CODEC_H264,
		.clock = 90000,
		.pt = H264_PT,
		.rtx_pt = H264_RTX_PT,
		.fb = CODEC_FB_NACK | CODEC_FB_PLI,
		.h264_profile_level_id = 0x42e01f,
		.h264_packetization_mode = 1,
	};
}

static inline struct peer_line line_of_role(const char *mid, enum media_role role, bool video)
{
	static struct codec_format sound[1], picture[2];
	struct peer_line l = {.role = role, .layer_count = 1};

	sound[0] = opus_format();
	picture[0] = vp8_format();
	picture[1] = h264_format();
	snprintf(l.mid, sizeof(l.mid), "%s", mid);
	l.codecs = video ? picture : sound;
	l.codec_count = video ? 2 : 1;
	l.ext = (struct peer_exts){
		.mid = EXT_MID,
		.rid = EXT_RID,
		.repaired_rid = EXT_RRID,
		.audio_level = video ? 0 : EXT_LEVEL,
		.twcc = EXT_TWCC,
	};
	return l;
}

/* mic, cam (q, h, f), screen; a0… audio slots, v0… camera slots: a browser of a rig. Slot SSRCs
 * are 1000 * member and up. */
struct rig_offer {
	int mics, cameras, screens, layers, audio_slots, video_slots;
	struct peer_line lines[32];
	struct peer_conf conf;
};

static inline void rig_offer(struct rig_offer *o, uint32_t member)
{
	static const char *const rids[] = {"q", "h", "f"};
	unsigned n = 0;
	uint32_t ssrc = 1000 * member;
	char mid[16];

	for (int i = 0; i < o->mics; i++)
		o->lines[n++] = line_of_role("mic", MEDIA_ROLE_MIC, false);
	for (int i = 0; i < o->cameras; i++) {
		struct peer_line *l = &o->lines[n++];
		*l = line_of_role("cam", MEDIA_ROLE_CAMERA, true);
		l->layer_count = (uint8_t)(o->layers ? o->layers : 1);
		for (int k = 0; k < o->layers; k++)
			snprintf(l->layers[k].rid, sizeof(l->layers[k].rid), "%s", rids[k]);
	}
	for (int i = 0; i < o->screens; i++)
		o->lines[n++] = line_of_role("screen", MEDIA_ROLE_SCREEN, true);
	for (int i = 0; i < o->audio_slots + o->video_slots; i++) {
		bool video = i >= o->audio_slots;
		snprintf(mid, sizeof(mid), "%c%d", video ? 'v' : 'a', video ? i - o->audio_slots : i);
		struct peer_line *l = &o->lines[n++];
		*l = line_of_role(mid, video ? MEDIA_ROLE_SLOT_CAMERA : MEDIA_ROLE_SLOT_AUDIO, video);
		l->ssrc = ++ssrc;
		l->rtx_ssrc = video ? ++ssrc : 0;
		snprintf(l->cname, sizeof(l->cname), "slot-%s", mid);
	}
	o->conf.lines = o->lines;
	o->conf.line_count = n;
	o->conf.group = o->conf.group ? o->conf.group : 1;
	o->conf.member = member;
	o->conf.hears = o->audio_slots > 0;
	o->conf.rtcp_rsize = true;
}

static inline struct rig_end *rig_join(struct rig *r, uint32_t member, struct rig_offer *o)
{
	struct rig_end *e = &r->ends[r->end_count++];

	*e = (struct rig_end){.rig = r, .member = member, .quality = -1};
	rig_offer(o, member);
	o->conf.transport = e;
	assert_int_equal(peer_new(r->fw, &o->conf, r->now, &e->peer), 0);
	return e;
}

/* A whole participant: both directions of everything, gates open. */
static inline struct rig_end *rig_browser(struct rig *r, uint32_t member)
{
	struct rig_offer o = {
		.mics = 1, .cameras = 1, .screens = 1, .layers = 3, .audio_slots = 4, .video_slots = 4,
	};
	struct rig_end *e = rig_join(r, member, &o);

	for (int k = 0; k < MEDIA_KINDS; k++)
		peer_gate(e->peer, (enum media_kind)k, true, r->now);
	return e;
}

/* ── Time ── */

static inline void rig_run(struct rig *r, usec until)
{
	while (forward_deadline(r->fw) <= until) {
		if (forward_deadline(r->fw) > r->now)
			r->now = forward_deadline(r->fw);
		forward_tick(r->fw, r->now);
		assert_true(forward_deadline(r->fw) > r->now);
	}
	r->now = until;
}

static inline void rig_pass(struct rig *r, usec time)
{
	rig_run(r, r->now + time);
}

#endif
