/* Peers and their groups: gates, assignments, who comes and goes, what is told, room. */
#include "media/forward.h"

#include "media/forward_rig.h"

#define MS(x) ((x) * USEC_PER_MS)
#define CAM(member) ((member) * 4 + MEDIA_CAMERA)
#define MIC(member) ((member) * 4 + MEDIA_MIC)

static struct rig *r;

static int setup(void **state)
{
	r = rig_new(4);
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

/* ── Gates ── */

static void test_gate(void **state)
{
	struct rig_offer o = {.mics = 1, .cameras = 1, .layers = 3};
	struct rig_end *a = rig_join(r, 1, &o), *b = rig_browser(r, 2);
	struct rig_stream s = camera_of(a, 0);
	uint32_t ssrc = slot_ssrc(b, "v0");
	struct forward_counts counts;

	/* closed at the start */
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	pictures(&s, 5, true);
	assert_int_equal(slot_count(r, ssrc), 0);
	forward_counts(r->fw, &counts);
	assert_int_equal(counts.gated, 10);
	assert_int_equal(counts.cached, 0);
	/* opened: a keyframe is asked for, as nothing of before is kept */
	peer_gate(a->peer, MEDIA_CAMERA, true, r->now);
	assert_int_equal(slot_count(r, ssrc), 0);
	assert_int_equal(pli_count(r, a), 1);
	pictures(&s, 5, true);
	assert_int_equal(slot_count(r, ssrc), 10);
	/* closed: at once, and what was cached is gone */
	peer_gate(a->peer, MEDIA_CAMERA, false, r->now);
	pictures(&s, 5, true);
	assert_int_equal(slot_count(r, ssrc), 10);
	forward_counts(r->fw, &counts);
	assert_int_equal(counts.cached, 0);
	peer_gate(a->peer, MEDIA_CAMERA, true, r->now);
	assert_int_equal(peer_assign(b->peer, "v1", CAM(1), 180, r->now), 0);
	assert_int_equal(slot_count(r, slot_ssrc(b, "v1")), 0);
	/* the microphone has a gate of its own */
	struct rig_stream m = mic_of(a);
	stream_sound(&m, 20);
	assert_null(slot_packet(r, slot_ssrc(b, "a0"), 0));
	peer_gate(a->peer, MEDIA_MIC, true, r->now);
	stream_sound(&m, 20);
	assert_non_null(slot_packet(r, slot_ssrc(b, "a0"), 0));
	peer_gate(a->peer, MEDIA_MIC, false, r->now);
	stream_sound(&m, 20);
	assert_int_equal(slot_count(r, slot_ssrc(b, "a0")), 1);
}

/* ── Assignments ── */

static void test_assign_errors(void **state)
{
	struct rig_end *a = rig_browser(r, 1), *b = rig_browser(r, 2);
	uint32_t screen_audio = 1 * 4 + MEDIA_SCREEN_AUDIO;

	assert_int_equal(peer_assign(b->peer, "nope", CAM(1), 180, r->now), -ERR_NOTFOUND);
	assert_int_equal(peer_assign(b->peer, "cam", CAM(1), 180, r->now), -ERR_NOTFOUND);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(2), 180, r->now), -ERR_DENIED);
	assert_int_equal(peer_assign(b->peer, "v0", MIC(1), 180, r->now), -ERR_DENIED);
	assert_int_equal(peer_assign(b->peer, "v0", screen_audio, 180, r->now), -ERR_DENIED);
	assert_int_equal(peer_assign(b->peer, "a0", MIC(1), 0, r->now), -ERR_DENIED);
	assert_int_equal(peer_assign(b->peer, "v0", 0, 0, r->now), 0);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 360, r->now), 0);
	assert_int_equal(peer_assign(b->peer, "v0", 0, 0, r->now), 0);
	assert_int_equal(peer_assign(b->peer, "v0", 0, 0, r->now), 0);
	(void)a;
}

/* A slot meant for somebody who is not there yet shows them when they come, and again when they
 * come back on another transport; the old one's packets count for nothing then. */
static void test_comes_back(void **state)
{
	struct rig_end *b = rig_browser(r, 2), *a, *again;
	uint32_t ssrc = slot_ssrc(b, "v0");

	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	a = rig_browser(r, 1);
	struct rig_stream s = camera_of(a, 0);
	pictures(&s, 5, true);
	assert_int_equal(slot_count(r, ssrc), 10);

	again = rig_browser(r, 1);
	struct rig_stream s2 = camera_of(again, 0);
	s2.ssrc = 4711;
	pictures(&s, 5, true);
	assert_int_equal(slot_count(r, ssrc), 10);
	pictures(&s2, 5, true);
	assert_int_equal(slot_count(r, ssrc), 20);
	peer_free(&a->peer);
	pictures(&s2, 5, true);
	assert_int_equal(slot_count(r, ssrc), 30);
	for (unsigned i = 1; i < 30; i++)
		assert_int_equal(slot_packet(r, ssrc, i)->rtp.seq,
						 (uint16_t)(slot_packet(r, ssrc, i - 1)->rtp.seq + 1));
	/* gone: vanished at once, and the slot is still meant for them */
	peer_free(&again->peer);
	a = rig_browser(r, 1);
	s = camera_of(a, 0);
	pictures(&s, 1, true);
	assert_int_equal(slot_count(r, ssrc), 32);
}

/* Groups do not mix, whatever the numbers. */
static void test_groups(void **state)
{
	struct rig_offer o = {.mics = 1, .cameras = 1, .layers = 3, .conf.group = 99};
	struct rig_end *a = rig_join(r, 1, &o), *b = rig_browser(r, 2);
	struct rig_stream s = camera_of(a, 0), m = mic_of(a);

	peer_gate(a->peer, MEDIA_CAMERA, true, r->now);
	peer_gate(a->peer, MEDIA_MIC, true, r->now);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	pictures(&s, 5, true);
	stream_sound(&m, 10);
	assert_int_equal(slot_count(r, slot_ssrc(b, "v0")), 0);
	assert_int_equal(slot_count(r, slot_ssrc(b, "a0")), 0);
}

/* A peer whose transport has no keys yet is sent nothing, but a picture is made ready for it: one
 * request when there is none, and the cached one the moment it can be sent. */
static void test_waits(void **state)
{
	struct rig_offer o = {.audio_slots = 1, .video_slots = 1, .conf.waits = true};
	struct rig_end *a = rig_browser(r, 1), *b;
	struct rig_stream s = camera_of(a, 0), m = mic_of(a);
	uint32_t ssrc;

	pictures(&s, 60, true);
	b = rig_join(r, 2, &o);
	ssrc = slot_ssrc(b, "v0");
	rig_clear(r);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	assert_int_equal(pli_count(r, a), 1);
	pictures(&s, 5, true);
	stream_sound(&m, 20);
	rig_pass(r, MS(500));
	assert_int_equal(slot_count(r, ssrc), 0);
	assert_null(slot_packet(r, slot_ssrc(b, "a0"), 0));
	assert_int_equal(r->told[CAM(1)].receivers, 0);
	assert_int_equal(pli_count(r, a), 1);

	peer_start(b->peer, r->now);
	assert_int_equal(slot_count(r, ssrc), 10);
	assert_int_equal(pli_count(r, a), 1);
	stream_sound(&m, 20);
	pictures(&s, 5, false);
	assert_int_equal(slot_count(r, ssrc), 20);
	assert_int_equal(slot_count(r, slot_ssrc(b, "a0")), 1);
	rig_pass(r, MS(200));
	assert_int_equal(r->told[CAM(1)].receivers, 1);
}

/* ── Another offer ── */

static void test_update(void **state)
{
	struct rig_offer o = {.mics = 1, .cameras = 1, .layers = 3, .audio_slots = 2, .video_slots = 1};
	struct rig_end *a = rig_browser(r, 1), *b = rig_join(r, 2, &o);
	struct rig_stream s = camera_of(a, 0);
	uint32_t ssrc = slot_ssrc(b, "v0");

	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	pictures(&s, 5, true);
	assert_int_equal(slot_count(r, ssrc), 10);
	/* more slots, no camera any more; SSRCs that are said anew do not count */
	struct rig_offer more = {.mics = 1, .audio_slots = 2, .video_slots = 3};
	rig_offer(&more, 2);
	more.conf.transport = b;
	more.lines[3].ssrc = 9999;
	assert_int_equal(peer_update(b->peer, &more.conf, r->now), 0);
	assert_int_equal(slot_ssrc(b, "v0"), ssrc);
	pictures(&s, 5, false);
	assert_int_equal(slot_count(r, ssrc), 20);
	assert_int_equal(peer_assign(b->peer, "v2", CAM(1), 180, r->now), 0);
	assert_int_equal(slot_count(r, slot_ssrc(b, "v2")), 20); /* from the cache */
	/* too many lines, or nonsense: nothing changes */
	more.conf.line_count = MEDIA_LINES_MAX + 1;
	assert_int_equal(peer_update(b->peer, &more.conf, r->now), -ERR_INVALID);
	more.conf.line_count = 3;
	more.lines[0].codec_count = 0;
	assert_int_equal(peer_update(b->peer, &more.conf, r->now), -ERR_INVALID);
	pictures(&s, 1, false);
	assert_int_equal(slot_count(r, ssrc), 22);
	/* slots gone */
	struct rig_offer less = {.mics = 1};
	rig_offer(&less, 2);
	less.conf.transport = b;
	assert_int_equal(peer_update(b->peer, &less.conf, r->now), 0);
	pictures(&s, 1, true);
	assert_int_equal(slot_count(r, ssrc), 22);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), -ERR_NOTFOUND);
	/* and there again: the rig fails if a number is used once more */
	rig_offer(&more, 2);
	more.conf.transport = b;
	assert_int_equal(peer_update(b->peer, &more.conf, r->now), 0);
	assert_int_equal(slot_ssrc(b, "v0"), ssrc);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	pictures(&s, 5, true);
	assert_true(slot_count(r, ssrc) > 30);
	for (unsigned i = 1; i < slot_count(r, ssrc); i++)
		assert_int_equal(slot_packet(r, ssrc, i)->rtp.seq,
						 (uint16_t)(slot_packet(r, ssrc, i - 1)->rtp.seq + 1));
	/* a new slot under the SSRC of one that is gone, or of another, is refused */
	assert_int_equal(peer_update(b->peer, &less.conf, r->now), 0);
	struct rig_offer bad = {.video_slots = 1};
	rig_offer(&bad, 2);
	snprintf(bad.lines[0].mid, sizeof(bad.lines[0].mid), "other");
	bad.lines[0].ssrc = ssrc;
	assert_int_equal(peer_update(b->peer, &bad.conf, r->now), -ERR_INVALID);
	bad.lines[0].ssrc = 5555;
	bad.lines[0].rtx_ssrc = ssrc + 1;
	assert_int_equal(peer_update(b->peer, &bad.conf, r->now), -ERR_INVALID);
}

/* A client that renames its slots again and again keeps only so many. */
static void test_slots_without_end(void **state)
{
	struct rig_offer o = {.video_slots = 8};
	struct rig_end *a = rig_browser(r, 1), *b = rig_join(r, 2, &o);
	struct rig_stream s = camera_of(a, 0);
	int rc = 0, rounds = 0;

	pictures(&s, 1, true);
	for (; rc == 0 && rounds < 20; rounds++) {
		for (int i = 0; i < 8; i++)
			assert_int_equal(peer_assign(b->peer, o.lines[i].mid, CAM(1), 180, r->now), 0);
		for (int i = 0; i < 8; i++) {
			snprintf(o.lines[i].mid, sizeof(o.lines[i].mid), "r%d-%d", rounds, i);
			o.lines[i].ssrc += 100;
			o.lines[i].rtx_ssrc += 100;
		}
		rc = peer_update(b->peer, &o.conf, r->now);
	}
	assert_int_equal(rc, -ERR_FULL);
	assert_int_equal(rounds, 8);
	pictures(&s, 1, true); /* and goes on as it was */
	assert_true(slot_count(r, o.lines[0].ssrc - 100) > 0);
}

/* ── What is told ── */

static void test_told(void **state)
{
	struct rig_end *a = rig_browser(r, 1), *b = rig_browser(r, 2), *c = rig_browser(r, 3);
	struct rig_stream s = camera_of(a, 0);

	rig_pass(r, MS(1000));
	assert_int_equal(r->source_events, 0);
	pictures(&s, 10, true);
	assert_true(r->told[CAM(1)].arriving);
	assert_int_equal(r->told[CAM(1)].receivers, 0);
	assert_int_equal(peer_assign(b->peer, "v0", CAM(1), 180, r->now), 0);
	assert_int_equal(peer_assign(c->peer, "v0", CAM(1), 180, r->now), 0);
	pictures(&s, 10, true);
	assert_int_equal(r->told[CAM(1)].receivers, 2);
	peer_free(&c->peer);
	pictures(&s, 10, true);
	assert_int_equal(r->told[CAM(1)].receivers, 1);
	peer_gate(a->peer, MEDIA_CAMERA, false, r->now);
	pictures(&s, 10, true);
	assert_true(r->told[CAM(1)].arriving);
	assert_int_equal(r->told[CAM(1)].receivers, 0);
	unsigned before = r->source_events;
	rig_pass(r, MS(1300));
	assert_int_equal(r->source_events, before);
	rig_pass(r, MS(500));
	assert_false(r->told[CAM(1)].arriving);
	assert_int_equal(r->source_events, before + 1);

	/* a microphone goes to all who hear */
	struct rig_stream m = mic_of(a);
	for (int i = 0; i < 20; i++, rig_pass(r, MS(20)))
		stream_sound(&m, 100);
	assert_true(r->told[MIC(1)].arriving);
	assert_int_equal(r->told[MIC(1)].receivers, 1);
}

/* ── Room ── */

/* A pool under pressure takes from what was kept for repairs, the oldest first. */
static void test_room(void **state)
{
	struct rig_end *a = rig_browser(r, 1);
	struct rig_stream s[3] = {camera_of(a, 0), camera_of(a, 1), camera_of(a, 2)};
	struct packet *held[RIG_POOL];
	unsigned n = 0;

	for (int i = 0; i < 20; i++)
		stream_picture(&s[1], false, 10);
	rig_pass(r, MS(100));
	for (int i = 0; i < 40; i++) {
		stream_picture(&s[0], false, 10);
		stream_picture(&s[2], false, 10);
	}
	assert_int_equal(packet_pool_in_use(r->pool), 1000);
	while (packet_pool_in_use(r->pool) < RIG_POOL)
		held[n++] = packet_new(r->pool);
	forward_make_room(r->fw, 64);
	assert_in_range(packet_pool_in_use(r->pool), RIG_POOL - 64 - 16, RIG_POOL - 64);
	struct forward_counts counts;
	forward_counts(r->fw, &counts);
	assert_in_range(counts.cached, 1000 - 64 - 16, 1000 - 64);
	/* the two newer streams are whole */
	for (int k = 0; k < 3; k += 2)
		assert_int_equal(a->peer->lines[1]->uplinks[k]->cache.count, 400);
	/* more than there is: all of it, and no more */
	forward_make_room(r->fw, RIG_POOL);
	forward_counts(r->fw, &counts);
	assert_int_equal(counts.cached, 0);
	while (n > 0)
		packet_unref(held[--n]);
}

/* Old packets are let go as time passes. */
static void test_expiry(void **state)
{
	struct rig_end *a = rig_browser(r, 1);
	struct rig_stream s = camera_of(a, 0);

	pictures(&s, 10, true);
	assert_int_equal(packet_pool_in_use(r->pool), 20);
	rig_pass(r, MS(2500));
	assert_int_equal(packet_pool_in_use(r->pool), 0);
}

/* A participant of a meeting of 16, in bytes: figures of docs/performance.md rest on it. */
static void test_bytes(void **state)
{
	struct rig_offer o = {
		.mics = 1, .cameras = 1, .screens = 1, .layers = 3, .audio_slots = 4, .video_slots = 16,
	};
	struct rig_end *e = rig_join(r, 30, &o);
	char mid[16];

	for (int k = 0; k < MEDIA_KINDS; k++)
		peer_gate(e->peer, (enum media_kind)k, true, r->now);
	for (uint32_t m = 1; m <= 15; m++) {
		struct rig_end *a = rig_browser(r, m);
		struct rig_stream sound = mic_of(a);
		snprintf(mid, sizeof(mid), "v%u", m - 1);
		assert_int_equal(peer_assign(e->peer, mid, CAM(m), 180, r->now), 0);
		stream_sound(&sound, 10);
	}
	for (int k = 0; k < 3; k++) {
		struct rig_stream s = camera_of(e, k);
		stream_picture(&s, true, 3);
	}
	assert_in_range(peer_bytes(e->peer), 1000, 24 * 1000);
}

/* What is malformed is counted and has no other effect. */
static void test_malformed(void **state)
{
	struct rig_end *a = rig_browser(r, 1);
	static const uint8_t bad[][24] = {
		{0},                      /* version 0 */
		{0x80, 96, 0, 1},         /* cut short below */
		{0x8f, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4}, /* more CSRCs than bytes */
		{0xa0, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 0xff}, /* padding longer than it */
	};
	static const size_t lens[] = {24, 8, 20, 16};
	struct forward_counts counts;

	for (size_t i = 0; i < 4; i++)
		rig_recv(a, span_of(bad[i], lens[i]));
	peer_recv_rtcp(a->peer, span_of("\x80\xc9\xff\xff", 4), r->now);
	peer_recv_rtcp(a->peer, span_of("\x81", 1), r->now);
	forward_counts(r->fw, &counts);
	assert_int_equal(counts.malformed, 6);
	assert_int_equal(packet_pool_in_use(r->pool), 0);
	assert_int_equal(r->sent_count, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_gate), T(test_assign_errors), T(test_comes_back), T(test_groups), T(test_waits),
		T(test_update), T(test_slots_without_end), T(test_told), T(test_room),
		T(test_expiry), T(test_bytes), T(test_malformed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
