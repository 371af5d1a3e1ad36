/* What peers are told by RTCP, and what is made of what they tell. */
#include "media/report.h"

#include "media/forward_rig.h"

#define MS(x) ((x) * USEC_PER_MS)
#define CAM(member) ((member) * 4 + MEDIA_CAMERA)

static struct rig *r;
static struct rig_end *a, *b;

static int setup(void **state)
{
	r = rig_new(4);
	a = rig_browser(r, 1);
	b = rig_browser(r, 2);
	return 0;
}

static int teardown(void **state)
{
	rig_free(r);
	return 0;
}

static void pictures(struct rig_stream *s, int n, bool key)
{
	for (int i = 0; i < n; i++) {
		stream_picture(s, key && i == 0, 2);
		rig_pass(r, MS(40));
	}
}

/* Feedback from the first packet on, about every 100 ms, on all streams of the transport. */
static void test_feedback(void **state)
{
	struct rig_packet v = {.ssrc = 110, .pt = VP8_PT, .seq = 1, .mid = "cam", .rid = "q"};
	struct rig_packet s = {.ssrc = 101, .pt = OPUS_PT, .seq = 1, .mid = "mic"};
	uint16_t number = 65500;
	unsigned reported = 0, lost = 0, feedbacks = 0;

	for (int i = 0; i < 100; i++, number += 2) {
		if (i % 10 == 3)
			number++; /* lost on its way */
		v.twcc = number + 1;
		s.twcc = (uint16_t)(number + 1) + 1;
		v.seq++;
		s.seq++;
		rig_feed(a, &v);
		rig_feed(a, &s);
		rig_pass(r, MS(10));
	}
	rig_pass(r, MS(200));
	uint16_t next = 65500;
	for (unsigned i = 0; i < r->sent_count; i++) {
		struct rd in = rd_init(span_of(r->sent[i].bytes, r->sent[i].len));
		struct rtcp p;
		struct twcc t;
		struct twcc_status status;
		while (r->sent[i].rtcp && rtcp_next(&in, &p) > 0) {
			if (p.type != RTCP_RTPFB || p.count != RTCP_RTPFB_TWCC)
				continue;
			assert_ptr_equal(r->sent[i].to, a);
			assert_int_equal(twcc_parse(&p, &t), 0);
			feedbacks++;
			while (twcc_next(&t, &status)) {
				assert_int_equal(status.seq, next);
				next++;
				reported++;
				lost += !status.received;
				if (feedbacks == 1)
					assert_true(r->sent[i].at <= START + MS(101));
			}
		}
	}
	assert_int_equal(reported, 210);
	assert_int_equal(lost, 10);
	assert_in_range(feedbacks, 11, 22);
}

/* Sender reports on the server's clock, never the sender's own; with the slot's name. */
static void test_sender_reports(void **state)
{
	struct rig_stream s = camera_of(a, 0);
	uint32_t ssrc = slot_ssrc(b, "v0");
	struct rtcp p = {0};
	struct rtcp_sr sr;
	uint8_t buf[256];

	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	/* the sender's own report, with a clock of its own */
	struct wr w = wr_init(buf, sizeof(buf));
	sr = (struct rtcp_sr){.ssrc = s.ssrc, .ntp = 12345, .ts = 1, .packets = 1};
	rtcp_write_sr(&w, &sr, NULL, 0);
	peer_recv_rtcp(a->peer, wr_span(&w), r->now);
	pictures(&s, 60, true);
	assert_in_range(rtcp_count(r, b, RTCP_SR, -1, &p), 2, 3);
	assert_int_equal(rtcp_count(r, a, RTCP_SR, -1, NULL), 0);
	assert_int_equal(rtcp_parse_sr(&p, &sr), 0);
	assert_int_equal(sr.ssrc, ssrc);
	/* its moment lies on the timeline of the packets */
	const struct rig_sent *last = NULL, *report = NULL;
	unsigned packets = 0, octets = 0;
	for (unsigned i = 0; i < r->sent_count && !report; i++) {
		struct rig_sent *x = &r->sent[i];
		if (x->to == b && x->rtcp && x->bytes[1] == RTCP_SR) {
			struct rd in = rd_init(span_of(x->bytes, x->len));
			assert_int_equal(rtcp_next(&in, &p), 1);
			assert_int_equal(rtcp_parse_sr(&p, &sr), 0);
			report = x;
		} else if (x->to == b && !x->rtcp && x->rtp.ssrc == ssrc) {
			last = x;
			packets++;
			octets += (unsigned)x->rtp.payload.len;
		}
	}
	assert_non_null(report);
	assert_int_equal(sr.packets, packets);
	assert_int_equal(sr.octets, octets);
	assert_true(sr.ntp == clock_ntp(report->at + 1790000000 * USEC_PER_SEC));
	int32_t off = (int32_t)(sr.ts - last->rtp.ts) - (int32_t)((report->at - last->at) * 90 / 1000);
	assert_in_range(off + 90, 0, 180);
	/* and who it is */
	bool named = false;
	struct rd in = rd_init(span_of(report->bytes, report->len));
	while (rtcp_next(&in, &p) > 0) {
		struct rd chunks = rd_init(p.body);
		uint32_t who;
		struct span cname;
		while (p.type == RTCP_SDES && rtcp_sdes_next(&chunks, &who, &cname) > 0)
			named = named || (who == ssrc && span_is(cname, "slot-v0"));
	}
	assert_true(named);
	/* a slot that sends nothing any more is not reported */
	rig_pass(r, MS(6000));
	rig_clear(r);
	rig_pass(r, MS(3000));
	assert_int_equal(rtcp_count(r, b, RTCP_SR, -1, NULL), 0);
}

/* A block on each stream that comes, with what its last sender report said. */
static void test_receiver_reports(void **state)
{
	struct rig_stream q = camera_of(a, 0), f = camera_of(a, 2);
	struct rtcp p = {0};
	struct rtcp_block block;
	uint8_t buf[256];

	pictures(&q, 5, true);
	pictures(&f, 5, true);
	struct wr w = wr_init(buf, sizeof(buf));
	struct rtcp_sr sr = {.ssrc = f.ssrc, .ntp = UINT64_C(0xaabbccddeeff0011)};
	rtcp_write_sr(&w, &sr, NULL, 0);
	usec sr_at = r->now;
	peer_recv_rtcp(a->peer, wr_span(&w), r->now);
	for (int i = 0; i < 30; i++) {
		pictures(&q, 1, false);
		f.seq++; /* one of three is lost */
		pictures(&f, 1, false);
	}
	rig_clear(r);
	for (int i = 0; i < 20; i++) {
		pictures(&q, 1, false);
		f.seq++;
		pictures(&f, 1, false);
	}
	assert_true(rtcp_count(r, a, RTCP_RR, -1, &p) >= 1);
	assert_int_equal(p.count, 2);
	assert_int_equal(rtcp_parse_block(&p, 0, &block), 0);
	assert_int_equal(block.ssrc, q.ssrc);
	assert_int_equal(block.lost, 0);
	assert_int_equal(block.lsr, 0);
	assert_int_equal(rtcp_parse_block(&p, 1, &block), 0);
	assert_int_equal(block.ssrc, f.ssrc);
	assert_in_range(block.fraction_lost, 80, 90);
	assert_int_equal(block.lsr, 0xccddeeff);
	usec kept = (usec)block.dlsr * USEC_PER_SEC / 65536;
	assert_in_range(kept, 1000, r->now - sr_at);
	/* silent for long: no block, and so no report */
	rig_pass(r, MS(4000));
	rig_clear(r);
	rig_pass(r, MS(3000));
	assert_int_equal(rtcp_count(r, a, RTCP_RR, -1, NULL), 0);
}

/* What is missing is asked for, and given up for a keyframe. */
static void test_missing(void **state)
{
	struct rig_stream s = camera_of(a, 0);
	struct rtcp p = {0};
	struct rtcp_fb fb;
	uint16_t seqs[10];

	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	pictures(&s, 3, true);
	s.seq += 2;
	uint16_t lost = (uint16_t)(s.seq - 2);
	pictures(&s, 1, false); /* 40 ms */
	assert_int_equal(rtcp_count(r, a, RTCP_RTPFB, RTCP_RTPFB_NACK, &p), 1);
	assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
	assert_int_equal(fb.media, s.ssrc);
	assert_int_equal(rtcp_parse_nack(fb.fci, seqs, 10), 2);
	assert_int_equal(seqs[0], lost);
	assert_int_equal(seqs[1], (uint16_t)(lost + 1));
	for (unsigned i = 0; i < r->sent_count; i++) {
		if (r->sent[i].to == a && r->sent[i].rtcp && r->sent[i].bytes[1] == RTCP_RTPFB)
			assert_true(r->now - r->sent[i].at <= MS(28)); /* 12 ms after the gap was seen */
	}
	unsigned plis = pli_count(r, a);
	pictures(&s, 40, false);
	assert_int_equal(rtcp_count(r, a, RTCP_RTPFB, RTCP_RTPFB_NACK, NULL), MISSING_TRIES);
	assert_true(pli_count(r, a) > plis);
	/* nothing is asked of one who is muted */
	pictures(&s, 1, true);
	rig_clear(r);
	peer_gate(a->peer, MEDIA_CAMERA, false, r->now);
	s.seq += 5;
	pictures(&s, 20, false);
	assert_int_equal(rtcp_count(r, a, RTCP_RTPFB, RTCP_RTPFB_NACK, NULL), 0);
	assert_int_equal(pli_count(r, a), 0);
	peer_gate(a->peer, MEDIA_CAMERA, true, r->now);
	pictures(&s, 5, true);
	assert_int_equal(rtcp_count(r, a, RTCP_RTPFB, RTCP_RTPFB_NACK, NULL), 0);
}

/* Reduced-size packets only to those who take them: RFC 5506, else RFC 3550 6.1. */
static void test_compound(void **state)
{
	struct rig_offer o = {.mics = 1, .cameras = 1, .layers = 3};
	struct rig_end *full = &r->ends[r->end_count++];

	*full = (struct rig_end){.rig = r, .member = 7};
	rig_offer(&o, 7);
	o.conf.transport = full;
	o.conf.rtcp_rsize = false;
	assert_int_equal(peer_new(r->fw, &o.conf, r->now, &full->peer), 0);
	peer_gate(full->peer, MEDIA_CAMERA, true, r->now);
	struct rig_stream s = camera_of(full, 0);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(7), 180, r->now), 0);
	pictures(&s, 2, false);
	pictures(&s, 40, true);
	s.seq += 3;
	pictures(&s, 40, false);
	assert_true(pli_count(r, full) > 0);
	for (unsigned i = 0; i < r->sent_count; i++) {
		const struct rig_sent *x = &r->sent[i];
		if (x->to != full || !x->rtcp)
			continue;
		assert_int_equal(x->bytes[1], RTCP_RR);
		struct rd in = rd_init(span_of(x->bytes, x->len));
		struct rtcp p;
		assert_int_equal(rtcp_next(&in, &p), 1);
		assert_int_equal(rtcp_next(&in, &p), 1);
		assert_int_equal(p.type, RTCP_SDES);
	}
}

/* ── What receivers say ── */

static void report_from(struct rig_end *e, uint32_t ssrc, uint8_t fraction, uint32_t lsr,
						uint32_t dlsr)
{
	uint8_t buf[256];
	struct wr w = wr_init(buf, sizeof(buf));
	struct rtcp_block block = {.ssrc = ssrc, .fraction_lost = fraction, .lsr = lsr, .dlsr = dlsr};

	rtcp_write_rr(&w, 1, &block, 1);
	peer_recv_rtcp(e->peer, wr_span(&w), e->rig->now);
}

static void test_rtt_and_quality(void **state)
{
	struct rig_stream s = camera_of(a, 0);
	uint32_t ssrc = slot_ssrc(b, "v0");
	struct media_stats stats;
	uint8_t fraction = 0;
	usec trip = MS(80);

	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	/* answers each sender report `trip` after it, of which 30 ms it was kept */
	for (int i = 0; i < 500; i++) {
		rig_clear(r);
		stream_picture(&s, i == 0, 2);
		rig_pass(r, MS(20));
		if (i == 250) {
			assert_int_equal(b->quality, 3);
			assert_int_equal(a->quality, 3);
			fraction = 64;
		}
		for (unsigned k = 0; k < r->sent_count; k++) {
			const struct rig_sent *x = &r->sent[k];
			if (x->to != b || !x->rtcp || x->bytes[1] != RTCP_SR)
				continue;
			uint32_t lsr = get_u32(x->bytes + 10);
			rig_run(r, x->at + trip);
			report_from(b, ssrc, fraction, lsr, 30 * 65536 / 1000);
			break;
		}
	}
	peer_stats(b->peer, r->now, &stats);
	assert_in_range(stats.rtt_us, 49000, 51000);
	assert_in_range(stats.down_loss_permille, 245, 255);
	assert_int_equal(b->quality, 1);
	assert_int_equal(a->quality, 3);
	assert_true(stats.down_bps > 10000);
	peer_stats(a->peer, r->now, &stats);
	assert_true(stats.up_bps > 10000);
	assert_true(stats.packets_in == 1000);

	/* of streams that are not its own, and times that can't be, nothing is believed */
	report_from(b, 9999, 255, 1, 1);
	report_from(b, ssrc, 0, 1, 1);
	report_from(b, ssrc, 0, 0, 0);
	rig_pass(r, MS(1100));
	peer_stats(b->peer, r->now, &stats);
	assert_in_range(stats.rtt_us, 49000, 51000);
	assert_int_equal(stats.down_loss_permille, 0);
	/* silence is the worst line */
	rig_pass(r, MS(8000));
	assert_int_equal(b->quality, 0);
}

/* ── Silence ── */

static void sound(struct rig_stream *s, int count, usec apart)
{
	for (int i = 0; i < count; i++) {
		stream_sound(s, 20);
		rig_pass(r, apart);
	}
}

static void test_quiet(void **state)
{
	struct rig_stream s = mic_of(a);
	struct media_stats stats;

	peer_stats(a->peer, r->now, &stats);
	assert_int_equal(stats.quiet_ms, UINT32_MAX);
	/* steady: not quiet, and its last packet just came */
	sound(&s, 100, MS(20));
	peer_stats(a->peer, r->now, &stats);
	assert_int_equal(stats.quiet_ms, 20);
	assert_int_equal(a->quiets, 0);
	/* a break of 300 ms is nothing */
	rig_pass(r, MS(300));
	sound(&s, 100, MS(20));
	assert_int_equal(a->quiets, 0);
	/* a longer one is told once, for as long as it lasts */
	rig_pass(r, MS(900));
	assert_int_equal(a->quiets, 1);
	peer_stats(a->peer, r->now, &stats);
	assert_int_equal(stats.quiet_ms, 920);
	rig_pass(r, MS(9000));
	assert_int_equal(a->quiets, 1);
	/* a packet now and then, as when nobody speaks, is not steady; then it is again */
	sound(&s, 100, MS(20));
	sound(&s, 20, MS(400));
	assert_int_equal(a->quiets, 1);
	sound(&s, 100, MS(20));
	rig_pass(r, MS(900));
	assert_int_equal(a->quiets, 2);
	/* a hiccup shortly before does not hide it */
	sound(&s, 60, MS(20));
	rig_pass(r, MS(380));
	sound(&s, 10, MS(20));
	rig_pass(r, MS(900));
	assert_int_equal(a->quiets, 3);
	assert_int_equal(b->quiets, 0);
}

static void test_life(void **state)
{
	rig_clear(r);
	peer_show_life(b->peer);
	assert_int_equal(r->sent_count, 2);
	for (unsigned i = 0; i < r->sent_count; i++) {
		const struct rig_sent *x = &r->sent[i];
		assert_ptr_equal(x->to, b);
		assert_true(x->rtcp);
		assert_int_equal(x->bytes[1], RTCP_RR);
	}
}

static void test_bye(void **state)
{
	struct rig_stream s = camera_of(a, 0);
	uint8_t buf[64];
	struct wr w = wr_init(buf, sizeof(buf));

	pictures(&s, 10, true);
	assert_true(r->told[CAM(1)].arriving);
	rtcp_write_bye(&w, &s.ssrc, 1, span_str("off"));
	peer_recv_rtcp(b->peer, wr_span(&w), r->now); /* not b's to say */
	rig_pass(r, MS(220));
	assert_true(r->told[CAM(1)].arriving);
	peer_recv_rtcp(a->peer, wr_span(&w), r->now);
	rig_pass(r, MS(220));
	assert_false(r->told[CAM(1)].arriving);
	pictures(&s, 10, true);
	assert_true(r->told[CAM(1)].arriving);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_feedback), T(test_sender_reports), T(test_receiver_reports), T(test_missing),
		T(test_compound), T(test_rtt_and_quality), T(test_quiet), T(test_life), T(test_bye),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
