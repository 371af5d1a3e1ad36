/* Streams that go through a forwarder: each packet's payload says which packet of which stream it
 * is, so that a receiver can tell whether it got the right one. */
#ifndef TESTS_MEDIA_FORWARD_RIG_H
#define TESTS_MEDIA_FORWARD_RIG_H

#include "media/forward_ends.h"

/* ── Packets in ── */

/* What to send. A stream's numbers are its own business. */
struct rig_packet {
	uint32_t ssrc;
	uint8_t pt;
	uint16_t seq;
	uint32_t ts;
	bool marker;
	const char *mid, *rid, *rrid; /* NULL: not said */
	int level;                    /* -1 in a mic's packet: not said; + 1, so 0 is none */
	int twcc;                     /* + 1 */
	/* VP8 */
	bool start, key;
	uint16_t picture, height;
	uint8_t tl0;
	bool no_picture_id;
	/* others */
	bool padding;   /* nothing but that */
	int osn;        /* a retransmission of this number, + 1 */
	unsigned bytes; /* of payload behind the marks */
};

static inline void rig_write_payload(struct wr *w, const struct rig_packet *p, bool vp8)
{
	if (p->osn)
		wr_u16(w, (uint16_t)(p->osn - 1));
	if (vp8) {
		wr_u8(w, (uint8_t)(0x80 | (p->start ? 0x10 : 0)));
		wr_u8(w, p->no_picture_id ? 0x40 : 0xc0); /* TL0PICIDX, and the picture id */
		if (!p->no_picture_id)
			wr_u16(w, 0x8000 | p->picture);
		wr_u8(w, p->tl0);
		if (p->start) {
			wr_u8(w, p->key ? 0x10 : 0x11);
			wr_u16(w, 0);
			if (p->key) {
				wr_u24(w, 0x9d012a);
				wr_u8(w, 0x40);
				wr_u8(w, 0x01);
				wr_u8(w, (uint8_t)p->height);
				wr_u8(w, (uint8_t)(p->height >> 8));
			}
		}
	}
	/* the marks: whose, and which */
	wr_u32(w, p->ssrc);
	wr_u16(w, p->osn ? (uint16_t)(p->osn - 1) : p->seq);
	wr_u16(w, 0xabcd);
	for (unsigned i = 0; i < p->bytes; i++)
		wr_u8(w, (uint8_t)(i * 7 + p->seq));
}

static inline size_t rig_write(const struct rig_packet *p, uint8_t *buf, size_t cap)
{
	struct rtp_ext ext[5];
	unsigned n = 0;
	uint8_t level[1], twcc[2];
	struct rtp_head head = {
		.marker = p->marker, .padding = p->padding, .pt = p->pt, .seq = p->seq, .ts = p->ts,
		.ssrc = p->ssrc, .ext = ext,
	};
	struct wr w = wr_init(buf, cap);

	if (p->mid)
		ext[n++] = (struct rtp_ext){EXT_MID, span_str(p->mid)};
	if (p->rid)
		ext[n++] = (struct rtp_ext){EXT_RID, span_str(p->rid)};
	if (p->rrid)
		ext[n++] = (struct rtp_ext){EXT_RRID, span_str(p->rrid)};
	if (p->level > 0) {
		ext_write_level(level, true, (uint8_t)(p->level - 1));
		ext[n++] = (struct rtp_ext){EXT_LEVEL, span_of(level, 1)};
	}
	if (p->twcc) {
		ext_write_twcc(twcc, (uint16_t)(p->twcc - 1));
		ext[n++] = (struct rtp_ext){EXT_TWCC, span_of(twcc, 2)};
	}
	head.ext_count = n;
	rtp_write_header(&w, &head);
	if (p->padding)
		rtp_write_padding(&w, 20);
	else
		rig_write_payload(&w, p, p->pt == VP8_PT || p->pt == VP8_RTX_PT);
	assert_false(w.bad);
	return wr_len(&w);
}

static inline void rig_recv(struct rig_end *e, struct span bytes)
{
	struct packet *p = packet_new(e->rig->pool);

	assert_non_null(p);
	memcpy(p->buf, bytes.ptr, bytes.len);
	p->len = (uint16_t)bytes.len;
	p->arrived = e->rig->now;
	peer_recv_rtp(e->peer, p, e->rig->now);
	packet_unref(p);
}

static inline void rig_feed(struct rig_end *e, const struct rig_packet *p)
{
	uint8_t buf[PACKET_CAP];

	rig_recv(e, span_of(buf, rig_write(p, buf, sizeof(buf))));
}

/* ── Streams ── */

/* A camera layer, or a microphone, that goes on by itself. */
struct rig_stream {
	struct rig_end *end;
	uint32_t ssrc;
	const char *mid, *rid;
	uint16_t seq;
	uint32_t ts;
	uint16_t picture, height;
	uint8_t tl0;
	usec ts_at; /* when ts was */
	bool silent_marks;
};

static inline void stream_clock(struct rig_stream *s, unsigned per_ms)
{
	usec now = s->end->rig->now;

	if (s->ts_at)
		s->ts += (uint32_t)((now - s->ts_at) * per_ms / 1000);
	s->ts_at = now;
}

/* One picture of n packets. */
static inline void stream_picture(struct rig_stream *s, bool key, unsigned n)
{
	stream_clock(s, 90);
	for (unsigned i = 0; i < n; i++) {
		struct rig_packet p = {
			.ssrc = s->ssrc, .pt = VP8_PT, .seq = s->seq++, .ts = s->ts, .marker = i + 1 == n,
			.mid = s->silent_marks ? NULL : s->mid, .rid = s->silent_marks ? NULL : s->rid,
			.start = i == 0, .key = key && i == 0, .picture = s->picture & 0x7fff,
			.height = s->height, .tl0 = s->tl0, .bytes = 20,
		};
		rig_feed(s->end, &p);
	}
	s->picture++;
	s->tl0++;
}

/* 20 ms of sound. level: 0 loudest … 127; -1: not said */
static inline void stream_sound(struct rig_stream *s, int level)
{
	stream_clock(s, 48);
	struct rig_packet p = {
		.ssrc = s->ssrc, .pt = OPUS_PT, .seq = s->seq++, .ts = s->ts, .mid = s->mid,
		.level = level + 1, .bytes = 40,
	};
	rig_feed(s->end, &p);
}

static inline struct rig_stream camera_of(struct rig_end *e, int layer)
{
	static const char *const rids[] = {"q", "h", "f"};

	return (struct rig_stream){
		.end = e, .ssrc = 100 * e->member + 10 + (uint32_t)layer, .mid = "cam",
		.rid = rids[layer], .seq = (uint16_t)(1000 * layer + 77 * e->member),
		.ts = 5000000 * e->member + 777777 * (uint32_t)layer, .picture = (uint16_t)(300 * layer),
		.tl0 = (uint8_t)(50 * layer), .height = (uint16_t)(180 << layer),
	};
}

static inline struct rig_stream mic_of(struct rig_end *e)
{
	return (struct rig_stream){
		.end = e, .ssrc = 100 * e->member + 1, .mid = "mic",
		.seq = (uint16_t)(65500 + e->member), .ts = 96000 * e->member,
	};
}

/* ── What was sent ── */

/* The marks a payload carries: which stream's which packet it was. descriptor: VP8 before it */
static inline bool marks_of(const struct rig_sent *s, uint32_t *ret_ssrc, uint16_t *ret_seq)
{
	struct span p = s->rtp.payload;

	for (size_t at = 0; at + MARK_LEN <= p.len; at++) {
		if (get_u16(p.ptr + at + 6) != 0xabcd)
			continue;
		*ret_ssrc = get_u32(p.ptr + at);
		*ret_seq = get_u16(p.ptr + at + 4);
		return true;
	}
	return false;
}

/* RTP sent to a peer's slot (its SSRC), number i from 0; NULL: not so many. */
static inline struct rig_sent *slot_packet(struct rig *r, uint32_t ssrc, unsigned i)
{
	for (unsigned k = 0; k < r->sent_count; k++) {
		struct rig_sent *s = &r->sent[k];
		if (!s->rtcp && s->rtp.ssrc == ssrc && i-- == 0)
			return s;
	}
	return NULL;
}

static inline unsigned slot_count(struct rig *r, uint32_t ssrc)
{
	unsigned n = 0;

	while (slot_packet(r, ssrc, n))
		n++;
	return n;
}

static inline uint32_t slot_ssrc(const struct rig_end *e, const char *mid)
{
	for (unsigned i = 0; i < e->peer->line_count; i++) {
		if (strcmp(e->peer->lines[i]->conf.mid, mid) == 0)
			return e->peer->lines[i]->conf.ssrc;
	}
	return 0;
}

/* How many RTCP packets of a type (and feedback format; -1 any) were sent to a peer; the last one
 * if asked for. */
static inline unsigned rtcp_count(struct rig *r, const struct rig_end *to, int type, int fmt,
								  struct rtcp *ret_last)
{
	unsigned n = 0;

	for (unsigned k = 0; k < r->sent_count; k++) {
		struct rig_sent *s = &r->sent[k];
		struct rtcp p;
		if (!s->rtcp || s->to != to)
			continue;
		struct rd in = rd_init(span_of(s->bytes, s->len));
		while (rtcp_next(&in, &p) > 0) {
			if (p.type != type || (fmt >= 0 && p.count != fmt))
				continue;
			n++;
			if (ret_last)
				*ret_last = p;
		}
	}
	return n;
}

static inline unsigned pli_count(struct rig *r, const struct rig_end *to)
{
	return rtcp_count(r, to, RTCP_PSFB, RTCP_PSFB_PLI, NULL);
}

static inline void rig_clear(struct rig *r)
{
	r->sent_count = 0;
}

/* RTCP from a peer. */
static inline void rig_pli(struct rig_end *from, uint32_t media)
{
	uint8_t buf[64];
	struct wr w = wr_init(buf, sizeof(buf));

	rtcp_write_pli(&w, 1, media);
	peer_recv_rtcp(from->peer, wr_span(&w), from->rig->now);
}

static inline void rig_nack(struct rig_end *from, uint32_t media, const uint16_t *seqs, size_t n)
{
	uint8_t buf[1500];
	struct wr w = wr_init(buf, sizeof(buf));

	rtcp_write_nack(&w, 1, media, seqs, n);
	peer_recv_rtcp(from->peer, wr_span(&w), from->rig->now);
}

#endif
