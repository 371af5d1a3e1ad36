/* A slot: one unbroken stream over changes of source, layer and codec; repairs; keyframes. */
#include "media/downlink.h"

#include "media/forward_rig.h"

#define MS(x) ((x) * USEC_PER_MS)
#define CAM(member) ((member) * 4 + MEDIA_CAMERA)

static struct rig *r;
static struct rig_end *a, *b, *c; /* a and b send, c receives */

static int setup(void **state)
{
	r = rig_new(4);
	a = rig_browser(r, 1);
	b = rig_browser(r, 2);
	c = rig_browser(r, 3);
	return 0;
}

static int teardown(void **state)
{
	rig_free(r);
	return 0;
}

static void assign(const char *mid, uint32_t source, int height)
{
	assert_int_equal(peer_assign(c->peer, mid, source, height, r->now), 0);
}

/* One picture of each stream every 40 ms. */
static void pictures(int n, struct rig_stream *s[], int streams, int key_every)
{
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < streams; k++)
			stream_picture(s[k], key_every && i % key_every == 0, 3);
		rig_pass(r, MS(40));
	}
}

/* Checks that what the slot got is one stream, and gives how often the sender of it changed. */
static unsigned check_unbroken(uint32_t ssrc)
{
	const struct rig_sent *before = NULL, *s;
	struct vp8 v, vb = {0};
	uint32_t from = 0, from_before = 0;
	uint16_t seq = 0;
	unsigned changes = 0;

	for (unsigned i = 0; (s = slot_packet(r, ssrc, i)) != NULL; i++) {
		assert_true(marks_of(s, &from, &seq));
		assert_int_equal(vp8_parse(s->rtp.payload, &v), 0);
		if (before) {
			assert_int_equal(s->rtp.seq, (uint16_t)(before->rtp.seq + 1));
			if (vp8_is_start(&v)) {
				assert_true((int32_t)(s->rtp.ts - before->rtp.ts) > 0);
				/* the timeline never leaves the time by more than 100 ms */
				int32_t off = (int32_t)(s->rtp.ts - slot_packet(r, ssrc, 0)->rtp.ts) -
							  (int32_t)((s->at - slot_packet(r, ssrc, 0)->at) * 90 / 1000);
				assert_in_range(off + 9000, 0, 18000);
				assert_int_equal(v.picture_id, (vb.picture_id + 1) & 0x7fff);
				assert_int_equal(v.tl0picidx, (uint8_t)(vb.tl0picidx + 1));
			} else {
				assert_int_equal(s->rtp.ts, before->rtp.ts);
				assert_int_equal(v.picture_id, vb.picture_id);
			}
			if (from != from_before) {
				changes++;
				assert_true(v.keyframe);
			}
		} else {
			assert_true(v.keyframe);
		}
		before = s;
		vb = v;
		from_before = from;
	}
	return changes;
}

static void test_forwards(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	assign("v0", CAM(1), 360);
	pictures(10, all, 1, 100);
	assert_int_equal(slot_count(r, ssrc), 30);
	for (unsigned i = 0; i < 30; i++) {
		const struct rig_sent *p = slot_packet(r, ssrc, i);
		assert_ptr_equal(p->to, c);
		assert_true(marks_of(p, &from, &seq));
		assert_int_equal(from, s.ssrc);
		assert_int_equal(seq, 1077 + i);
		assert_int_equal(p->rtp.csrc_count, 1);
		assert_int_equal(rtp_csrc(&p->rtp, 0), CAM(1));
		assert_int_equal(p->rtp.pt, VP8_PT);
		assert_int_equal(p->rtp.marker, i % 3 == 2);
		for (unsigned k = 0; k < 20; k++) /* to the last byte */
			assert_int_equal(p->rtp.payload.ptr[p->rtp.payload.len - 20 + k],
							 (uint8_t)(k * 7 + seq));
	}
	assert_int_equal(check_unbroken(ssrc), 0);
}

/* From one source to another and back, in the middle of things. */
static void test_switch_source(void **state)
{
	struct rig_stream s1 = camera_of(a, 1), s2 = camera_of(b, 2), *all[] = {&s1, &s2};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	for (int round = 0; round < 40; round++) {
		assign("v0", round % 2 ? CAM(2) : CAM(1), 360);
		unsigned before = slot_count(r, ssrc);
		/* the old one is gone at once, the new one waits for its keyframe */
		pictures(round % 5 + 1, all, 2, 0);
		for (unsigned i = before; i < slot_count(r, ssrc); i++) {
			assert_true(marks_of(slot_packet(r, ssrc, i), &from, &seq));
			assert_int_equal(from, round % 2 ? s2.ssrc : s1.ssrc);
			assert_int_equal(rtp_csrc(&slot_packet(r, ssrc, i)->rtp, 0),
							 round % 2 ? CAM(2) : CAM(1));
		}
		pictures(5, all, 2, 5);
		assert_true(slot_count(r, ssrc) > before);
	}
	assert_int_equal(check_unbroken(ssrc), 39);
}

/* From layer to layer: the old one goes on until the new one's keyframe. */
static void test_switch_layer(void **state)
{
	struct rig_stream q = camera_of(a, 0), h = camera_of(a, 1), f = camera_of(a, 2);
	struct rig_stream *all[] = {&q, &h, &f};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	assign("v0", CAM(1), 180);
	pictures(10, all, 3, 10);
	assert_true(marks_of(slot_packet(r, ssrc, 0), &from, &seq));
	assert_int_equal(from, q.ssrc);
	for (int round = 0; round < 30; round++) {
		static const int heights[] = {720, 360, 180};
		const struct rig_stream *want = all[2 - round % 3];
		unsigned before = slot_count(r, ssrc), plis = pli_count(r, a);

		assign("v0", CAM(1), heights[round % 3]);
		pictures(4, all, 3, 0);
		assert_int_equal(slot_count(r, ssrc), before + 12);
		assert_true(pli_count(r, a) > plis || round > 0);
		pictures(10, all, 3, 10);
		/* going up, the lower layer's keyframe is still sent */
		assert_in_range(slot_count(r, ssrc), before + 42, before + 45);
		assert_true(marks_of(slot_packet(r, ssrc, slot_count(r, ssrc) - 1), &from, &seq));
		assert_int_equal(from, want->ssrc);
	}
	assert_int_equal(check_unbroken(ssrc), 30);
}

/* A layer that stops is left for one that comes, and taken again when it does. */
static void test_layer_lost(void **state)
{
	struct rig_stream q = camera_of(a, 0), f = camera_of(a, 2);
	struct rig_stream *both[] = {&q, &f}, *low[] = {&q};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	assign("v0", CAM(1), 720);
	pictures(50, both, 2, 10);
	assert_true(marks_of(slot_packet(r, ssrc, slot_count(r, ssrc) - 1), &from, &seq));
	assert_int_equal(from, f.ssrc);
	pictures(50, low, 1, 10);
	assert_true(marks_of(slot_packet(r, ssrc, slot_count(r, ssrc) - 1), &from, &seq));
	assert_int_equal(from, q.ssrc);
	pictures(50, both, 2, 10);
	assert_true(marks_of(slot_packet(r, ssrc, slot_count(r, ssrc) - 1), &from, &seq));
	assert_int_equal(from, f.ssrc);
	assert_int_equal(slot_count(r, slot_ssrc(c, "v1")), 0);
}

/* The first keyframe is shown, whatever the layer: any picture now is better than the right one
 * soon, which then takes over. */
static void test_any_first(void **state)
{
	struct rig_stream q = camera_of(a, 0), f = camera_of(a, 2), *both[] = {&q, &f}, *low[] = {&q};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	pictures(5, both, 2, 0);
	assign("v0", CAM(1), 720);
	pictures(5, both, 2, 0);
	assert_int_equal(slot_count(r, ssrc), 0);
	pictures(1, low, 1, 1);
	assert_int_equal(slot_count(r, ssrc), 3);
	pictures(5, both, 2, 5);
	assert_true(marks_of(slot_packet(r, ssrc, slot_count(r, ssrc) - 1), &from, &seq));
	assert_int_equal(from, f.ssrc);
	assert_int_equal(check_unbroken(ssrc), 1);
}

/* A slot that is filled while the source runs begins with the cached picture, at once. */
static void test_cached_start(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0");

	pictures(20, all, 1, 100); /* a keyframe 0.8 s ago: 60 packets */
	rig_clear(r);
	assign("v0", CAM(1), 360);
	assert_int_equal(slot_count(r, ssrc), 60);
	assert_int_equal(pli_count(r, a), 0);
	/* sent at once, worth little time */
	int32_t span = (int32_t)(slot_packet(r, ssrc, 59)->rtp.ts - slot_packet(r, ssrc, 0)->rtp.ts);
	assert_in_range(span, 1, 90 * REWRITE_BURST_MS);
	pictures(20, all, 1, 0);
	assert_int_equal(slot_count(r, ssrc), 120);
	assert_int_equal(check_unbroken(ssrc), 0);

	/* after two seconds the picture is too old: a request, at once */
	pictures(20, all, 1, 0);
	rig_clear(r);
	assign("v1", CAM(1), 360);
	assert_int_equal(slot_count(r, slot_ssrc(c, "v1")), 0);
	assert_int_equal(pli_count(r, a), 1);
	pictures(1, all, 1, 1);
	assert_int_equal(slot_count(r, slot_ssrc(c, "v1")), 3);
}

/* The first packet of the keyframe is overtaken: nothing of it is lost to the receiver. */
static void test_key_out_of_order(void **state)
{
	struct rig_packet p = {.ssrc = 110, .pt = VP8_PT, .seq = 501, .ts = 9, .mid = "cam",
						   .rid = "h"};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	assign("v0", CAM(1), 360);
	rig_feed(a, &p);
	p.seq = 502;
	rig_feed(a, &p);
	assert_int_equal(slot_count(r, ssrc), 0);
	p.seq = 500;
	p.start = p.key = true;
	rig_feed(a, &p);
	assert_int_equal(slot_count(r, ssrc), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(marks_of(slot_packet(r, ssrc, i), &from, &seq));
		assert_int_equal(seq, 500 + i);
	}
}

/* ── Keyframe requests ── */

static void test_pli(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0");

	assign("v0", CAM(1), 360);
	pictures(30, all, 1, 100);
	rig_clear(r);
	rig_pli(c, ssrc);
	assert_int_equal(pli_count(r, a), 1); /* passed on at once */
	for (int i = 0; i < 100; i++)
		rig_pli(c, ssrc);
	assert_int_equal(pli_count(r, a), 1); /* a storm is not */
	rig_pass(r, MS(299));
	assert_int_equal(pli_count(r, a), 1);
	rig_pass(r, MS(3));
	assert_int_equal(pli_count(r, a), 2); /* repeated until one comes */
	rig_pass(r, MS(950));
	assert_int_equal(pli_count(r, a), 2);
	pictures(1, all, 1, 1);
	rig_pass(r, MS(3000));
	assert_int_equal(pli_count(r, a), 2);
	/* one that was just sent is on its way */
	pictures(1, all, 1, 1);
	rig_pli(c, ssrc);
	assert_int_equal(pli_count(r, a), 2);
	/* of an SSRC that is no slot, or another's */
	rig_pli(c, 999);
	rig_pli(b, ssrc);
	rig_pli(c, slot_ssrc(c, "v1"));
	assert_int_equal(pli_count(r, a), 2);
	/* RFC 5104: the other way to ask */
	rig_pass(r, MS(1000));
	uint8_t buf[64];
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_fir(&w, 1, ssrc, 1);
	peer_recv_rtcp(c->peer, wr_span(&w), r->now);
	assert_int_equal(pli_count(r, a), 3);
}

/* ── Repairs ── */

/* RFC 4588: the lost packet comes back, as it was, in a stream of its own. */
static void test_nack(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0"), rtx = ssrc + 1;

	assign("v0", CAM(1), 360);
	pictures(10, all, 1, 100);
	const struct rig_sent *lost = slot_packet(r, ssrc, 13);
	uint16_t seqs[] = {lost->rtp.seq, (uint16_t)(lost->rtp.seq + 1)};
	size_t before = peer_bytes(c->peer);
	rig_nack(c, ssrc, seqs, 2);
	assert_int_equal(peer_bytes(c->peer), before + sizeof(struct downlink_repairs));
	assert_int_equal(slot_count(r, rtx), 2);
	const struct rig_sent *repair = slot_packet(r, rtx, 0);
	assert_int_equal(repair->rtp.pt, VP8_RTX_PT);
	assert_int_equal(repair->rtp.ts, lost->rtp.ts);
	assert_int_equal(repair->rtp.marker, lost->rtp.marker);
	assert_int_equal(repair->rtp.csrc_count, 1);
	assert_int_equal(rtp_csrc(&repair->rtp, 0), CAM(1));
	assert_int_equal(get_u16(repair->rtp.payload.ptr), lost->rtp.seq);
	assert_true(span_eq(span_sub(repair->rtp.payload, 2, 9999), lost->rtp.payload));
	assert_int_equal(slot_packet(r, rtx, 1)->rtp.seq, (uint16_t)(repair->rtp.seq + 1));
}

/* Asked for again and again: three times, a round trip apart; and never what is not there. */
static void test_nack_limits(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0"), rtx = ssrc + 1;
	uint16_t many[RTCP_NACK_MAX];

	assign("v0", CAM(1), 360);
	pictures(10, all, 1, 100);
	uint16_t first = slot_packet(r, ssrc, 0)->rtp.seq, one = (uint16_t)(first + 20);
	for (int i = 0; i < 200; i++) {
		rig_nack(c, ssrc, &one, 1);
		rig_pass(r, MS(4));
	}
	assert_int_equal(slot_count(r, rtx), DOWNLINK_RESENT_MAX);
	/* never sent, or before the slot began */
	one = (uint16_t)(first + 30);
	rig_nack(c, ssrc, &one, 1);
	one = (uint16_t)(first - 1);
	rig_nack(c, ssrc, &one, 1);
	rig_nack(c, slot_ssrc(c, "v1"), &one, 1);
	rig_nack(c, 12345, &one, 1);
	assert_int_equal(slot_count(r, rtx), DOWNLINK_RESENT_MAX);

	/* a storm over everything: bounded by the budget */
	rig_clear(r);
	pictures(80, all, 1, 0); /* 240 packets, all held */
	for (int i = 0; i < RTCP_NACK_MAX; i++)
		many[i] = (uint16_t)(slot_packet(r, ssrc, 100)->rtp.seq + i);
	for (int i = 0; i < 100; i++)
		rig_nack(c, ssrc, many, RTCP_NACK_MAX);
	assert_in_range(slot_count(r, rtx), 1, PEER_REPAIR_BURST);

	/* nothing before the newest keyframe */
	pictures(1, all, 1, 1);
	one = (uint16_t)(slot_packet(r, ssrc, 235)->rtp.seq);
	unsigned before = slot_count(r, rtx);
	rig_pass(r, MS(100));
	rig_nack(c, ssrc, &one, 1);
	assert_int_equal(slot_count(r, rtx), before);
}

/* Of a source that the slot does not show any more, nothing. */
static void test_nack_after_switch(void **state)
{
	struct rig_stream s1 = camera_of(a, 1), s2 = camera_of(b, 1), *all[] = {&s1, &s2};
	uint32_t ssrc = slot_ssrc(c, "v0"), rtx = ssrc + 1;

	assign("v0", CAM(1), 360);
	pictures(5, all, 2, 100);
	uint16_t old = slot_packet(r, ssrc, 4)->rtp.seq;
	assign("v0", CAM(2), 360);
	pictures(5, all, 2, 5);
	rig_nack(c, ssrc, &old, 1);
	assert_int_equal(slot_count(r, rtx), 0);
}

/* Without a stream for repairs nothing is sent twice: it would repeat a nonce. */
static void test_nack_without_rtx(void **state)
{
	struct rig_offer o = {.video_slots = 1};
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	struct rig_end *d = &r->ends[r->end_count++];

	*d = (struct rig_end){.rig = r, .member = 9};
	rig_offer(&o, 9);
	o.lines[0].rtx_ssrc = 0; /* though it has a payload type for them */
	o.conf.transport = d;
	assert_int_equal(peer_new(r->fw, &o.conf, r->now, &d->peer), 0);
	assert_int_equal(peer_assign(d->peer, "v0", CAM(1), 360, r->now), 0);
	pictures(5, all, 1, 100);
	unsigned n = r->sent_count;
	uint16_t seq = slot_packet(r, slot_ssrc(d, "v0"), 3)->rtp.seq;
	rig_nack(d, slot_ssrc(d, "v0"), &seq, 1);
	assert_int_equal(r->sent_count, n);
}

/* A late packet, repaired on the way to us, has its place on the way on. */
static void test_late(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0"), from = 0;
	uint16_t seq = 0;

	assign("v0", CAM(1), 360);
	pictures(3, all, 1, 100);
	struct rig_packet late = {.ssrc = s.ssrc, .pt = VP8_PT, .seq = s.seq, .ts = s.ts + 3600,
							  .start = true, .picture = s.picture, .tl0 = s.tl0};
	s.seq++;
	s.picture++;
	s.tl0++;
	s.ts += 3600;
	pictures(1, all, 1, 0);
	assert_int_equal(slot_count(r, ssrc), 12);
	late.ssrc = 119;
	late.pt = VP8_RTX_PT;
	late.osn = late.seq + 1;
	late.seq = 1;
	late.mid = "cam";
	late.rrid = "h";
	rig_feed(a, &late);
	assert_int_equal(slot_count(r, ssrc), 13);
	const struct rig_sent *p = slot_packet(r, ssrc, 12);
	assert_int_equal(p->rtp.seq, (uint16_t)(slot_packet(r, ssrc, 8)->rtp.seq + 1));
	assert_int_equal(p->rtp.pt, VP8_PT);
	assert_true(marks_of(p, &from, &seq));
	rig_feed(a, &late); /* and only once */
	assert_int_equal(slot_count(r, ssrc), 13);
}

/* The sender changes its codec: the receiver's numbers go on with its own payload type. */
static void test_codec_change(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0");
	uint8_t idr[200], buf[PACKET_CAP];

	assign("v0", CAM(1), 360);
	pictures(5, all, 1, 100);
	for (int i = 0; i < 6; i++) {
		struct rtp_head head = {.pt = H264_PT, .seq = s.seq++, .ts = s.ts += 3600, .ssrc = s.ssrc};
		struct wr w = wr_init(buf, sizeof(buf));
		memset(idr, 0x80 + i, sizeof(idr));
		idr[0] = i < 2 ? 0x41 : 0x65; /* slices that need what was before, then an IDR picture */
		rtp_write_header(&w, &head);
		wr_bytes(&w, span_of(idr, sizeof(idr)));
		rig_recv(a, wr_span(&w));
		rig_pass(r, MS(40));
	}
	assert_int_equal(slot_count(r, ssrc), 15 + 4);
	const struct rig_sent *last = slot_packet(r, ssrc, 14), *next = slot_packet(r, ssrc, 15);
	assert_int_equal(next->rtp.pt, H264_PT);
	assert_int_equal(next->rtp.seq, (uint16_t)(last->rtp.seq + 1));
	assert_true((int32_t)(next->rtp.ts - last->rtp.ts) > 0);
	assert_int_equal(next->rtp.payload.ptr[0], 0x65);
	assert_int_equal(next->rtp.payload.ptr[9], 0x82);
	assert_true(pli_count(r, a) > 0);
}

/* One packet of H.264, from its payload. */
static void h264(struct rig_stream *s, const uint8_t *payload, size_t len)
{
	uint8_t buf[PACKET_CAP];
	struct rtp_head head = {.pt = H264_PT, .seq = s->seq++, .ts = s->ts, .ssrc = s->ssrc};
	struct wr w = wr_init(buf, sizeof(buf));

	rtp_write_header(&w, &head);
	wr_bytes(&w, span_of(payload, len));
	rig_recv(s->end, wr_span(&w));
}

/* Parameter sets that stand in a packet of their own are part of the keyframe: without them it is
 * worth nothing, so they are repaired too. */
static void test_parameter_sets(void **state)
{
	static const uint8_t sps[] = {0x67, 0x42, 0xe0, 0x1f}, pps[] = {0x68, 0xce, 0x3c, 0x80};
	static const uint8_t idr[] = {0x65, 1, 2, 3};
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0"), rtx = ssrc + 1;

	assign("v0", CAM(1), 360);
	pictures(1, all, 1, 1); /* the SSRC is known by its marks from here on */
	s.ts += 3600;
	h264(&s, sps, sizeof(sps));
	h264(&s, pps, sizeof(pps));
	h264(&s, idr, sizeof(idr));
	assert_int_equal(slot_count(r, ssrc), 6);
	for (unsigned i = 3; i < 6; i++) {
		uint16_t seq = slot_packet(r, ssrc, i)->rtp.seq;
		rig_nack(c, ssrc, &seq, 1);
		assert_int_equal(slot_count(r, rtx), i - 2);
	}
	/* what came before them is not */
	uint16_t old = slot_packet(r, ssrc, 2)->rtp.seq;
	rig_nack(c, ssrc, &old, 1);
	assert_int_equal(slot_count(r, rtx), 3);
}

/* A slot begins in the lower half of the circle of sequence numbers: when its first packets are
 * lost, the receiver must not miss that they went round. RFC 3711 3.3.1 */
static void test_first_numbers(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	struct rig_end *ends[30];

	for (int i = 0; i < 30; i++) {
		ends[i] = rig_browser(r, (uint32_t)(4 + i));
		for (int k = 0; k < 4; k++) {
			char mid[] = {'v', (char)('0' + k), 0};
			assert_int_equal(peer_assign(ends[i]->peer, mid, CAM(1), 360, r->now), 0);
		}
	}
	pictures(1, all, 1, 1);
	for (int i = 0; i < 30; i++) {
		for (int k = 0; k < 4; k++) {
			char mid[] = {'v', (char)('0' + k), 0};
			uint32_t ssrc = slot_ssrc(ends[i], mid);
			uint16_t seq = slot_packet(r, ssrc, 0)->rtp.seq;
			assert_in_range(seq, 0, 0x7fff);
			rig_nack(ends[i], ssrc, &seq, 1);
			assert_in_range(slot_packet(r, ssrc + 1, 0)->rtp.seq, 0, 0x7fff);
		}
	}
}

/* A packet of padding alone keeps its number, or the receiver would ask for it for ever. */
static void test_padding(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	uint32_t ssrc = slot_ssrc(c, "v0");

	assign("v0", CAM(1), 360);
	pictures(2, all, 1, 100);
	struct rig_packet pad = {.ssrc = s.ssrc, .pt = VP8_PT, .seq = s.seq++, .ts = s.ts,
							 .padding = true};
	rig_feed(a, &pad);
	pictures(1, all, 1, 0);
	assert_int_equal(slot_count(r, ssrc), 10);
	assert_int_equal(slot_packet(r, ssrc, 6)->rtp.payload.len, 0);
	assert_true(slot_packet(r, ssrc, 6)->rtp.padding);
	assert_int_equal(slot_packet(r, ssrc, 7)->rtp.seq,
					 (uint16_t)(slot_packet(r, ssrc, 5)->rtp.seq + 2));
	/* and does not confuse the picture numbers, when it is the last before a change */
	struct rig_stream s2 = camera_of(b, 1), *other[] = {&s2};
	struct vp8 before, after;
	pad.seq = s.seq++;
	rig_feed(a, &pad);
	assign("v0", CAM(2), 360);
	pictures(1, other, 1, 1);
	assert_int_equal(vp8_parse(slot_packet(r, ssrc, 9)->rtp.payload, &before), 0);
	assert_int_equal(vp8_parse(slot_packet(r, ssrc, 11)->rtp.payload, &after), 0);
	assert_int_equal(after.picture_id, (before.picture_id + 1) & 0x7fff);
	assert_int_equal(after.tl0picidx, (uint8_t)(before.tl0picidx + 1));
}

/* A receiver without the codec gets nothing, and costs the sender nothing. */
static void test_undecodable(void **state)
{
	struct rig_offer o = {.video_slots = 1};
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};
	struct rig_end *d = &r->ends[r->end_count++];

	*d = (struct rig_end){.rig = r, .member = 9};
	rig_offer(&o, 9);
	const struct codec_format h264 = h264_format();
	o.lines[0].codecs = &h264;
	o.lines[0].codec_count = 1;
	o.conf.transport = d;
	assert_int_equal(peer_new(r->fw, &o.conf, r->now, &d->peer), 0);
	pictures(5, all, 1, 2);
	rig_clear(r);
	assert_int_equal(peer_assign(d->peer, "v0", CAM(1), 360, r->now), 0);
	pictures(20, all, 1, 2);
	assert_int_equal(slot_count(r, slot_ssrc(d, "v0")), 0);
	assert_int_equal(pli_count(r, a), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_forwards), T(test_switch_source), T(test_switch_layer), T(test_layer_lost),
		T(test_any_first), T(test_cached_start), T(test_key_out_of_order), T(test_pli),
		T(test_nack), T(test_nack_limits), T(test_nack_after_switch), T(test_nack_without_rtx),
		T(test_late), T(test_codec_change), T(test_padding), T(test_undecodable),
		T(test_parameter_sets), T(test_first_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
