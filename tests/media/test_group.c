/* Sound in a group: who is heard, from the first word on; who speaks. */
#include "media/group.h"

#include "media/forward_rig.h"

enum { LOUD = 20, QUIET = 70, NOT_SAID = -1 };

#define MS(x) ((x) * USEC_PER_MS)
#define MIC(member) ((member) * 4 + MEDIA_MIC)

static struct rig *r;
static struct rig_stream mics[RIG_ENDS_MAX];

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

static void join(int n)
{
	for (int i = 1; i <= n; i++)
		mics[i] = mic_of(rig_browser(r, (uint32_t)i));
}

/* n packets of everybody, those of `loud` (bits by member) speaking. */
static void talk(int people, int n, uint64_t loud)
{
	for (int i = 0; i < n; i++) {
		for (int m = 1; m <= people; m++)
			stream_sound(&mics[m], loud >> m & 1 ? LOUD : QUIET);
		rig_pass(r, MS(20));
	}
}

/* How many packets of a member's microphone a peer was sent since `from`, in whatever slot. */
static unsigned heard(const struct rig_end *e, uint32_t member, unsigned from)
{
	unsigned n = 0;

	for (unsigned i = from; i < r->sent_count; i++) {
		const struct rig_sent *s = &r->sent[i];
		if (!s->rtcp && s->to == e && rtp_csrc(&s->rtp, 0) == MIC(member))
			n++;
	}
	return n;
}

/* Up to five send: everybody hears all others, silent or not, and nobody itself. */
static void test_few(void **state)
{
	join(5);
	talk(5, 10, 0);
	for (int i = 0; i < 5; i++) {
		for (uint32_t m = 1; m <= 5; m++)
			assert_int_equal(heard(&r->ends[i], m, 0), r->ends[i].member == m ? 0 : 10);
	}
}

/* Out of many, those who speak are heard from their first packet on, and keep their slots. */
static void test_many(void **state)
{
	unsigned from;
	uint32_t in_slot[4];

	join(12);
	talk(12, 100, 0);
	rig_clear(r);
	from = r->sent_count;
	talk(12, 10, 1 << 9); /* number 9 begins to speak */
	for (int i = 0; i < 12; i++)
		assert_int_equal(heard(&r->ends[i], 9, from), r->ends[i].member == 9 ? 0 : 10);

	/* four more join in, nobody is put out by a sixth */
	talk(12, 10, 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 8);
	from = r->sent_count;
	talk(12, 10, 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 8 | 1 << 7);
	assert_int_equal(heard(&r->ends[0], 7, from), 0);
	assert_int_equal(heard(&r->ends[8], 10, from), 10);
	unsigned all = 0;
	for (uint32_t m = 8; m <= 12; m++)
		all += heard(&r->ends[0], m, from) == 10;
	assert_int_equal(all, 4); /* as many as there are slots */

	/* each stays in its slot while it speaks, others coming and going */
	r->only = &r->ends[0];
	for (int k = 0; k < 4; k++)
		in_slot[k] = r->ends[0].peer->hearing[k]->source->number;
	talk(12, 200, 1 << 9 | 1 << 10);
	talk(12, 30, 1 << 9 | 1 << 10 | 1 << 2 | 1 << 3);
	for (int k = 0; k < 4; k++) {
		uint32_t now = r->ends[0].peer->hearing[k]->source->number;
		if (in_slot[k] == MIC(9) || in_slot[k] == MIC(10))
			assert_int_equal(now, in_slot[k]);
	}
	from = r->sent_count;
	talk(12, 10, 1 << 9 | 1 << 10 | 1 << 2 | 1 << 3);
	static const uint32_t speaking[] = {2, 3, 9, 10};
	for (int k = 0; k < 4; k++)
		assert_int_equal(heard(&r->ends[0], speaking[k], from), 10);
}

/* A slot is one stream, whoever is in it: no number missing, time goes on, the level is there. */
static void test_slot(void **state)
{
	unsigned changes = 0;

	join(8);
	r->only = &r->ends[0];
	for (int round = 0; round < 20; round++)
		talk(8, 90, 1u << (1 + round % 8));
	for (int k = 0; k < 4; k++) {
		uint32_t ssrc = r->ends[0].peer->hearing[k]->ssrc;
		const struct rig_sent *before = slot_packet(r, ssrc, 0), *s;
		usec first = before->at;
		uint32_t first_ts = before->rtp.ts;
		assert_true(before->rtp.marker);
		for (unsigned i = 1; (s = slot_packet(r, ssrc, i)) != NULL; i++) {
			bool change = rtp_csrc(&s->rtp, 0) != rtp_csrc(&before->rtp, 0);
			struct span level;
			changes += change;
			assert_int_equal(s->rtp.seq, (uint16_t)(before->rtp.seq + 1));
			assert_int_equal(s->rtp.marker, change);
			assert_int_equal(s->rtp.pt, OPUS_PT);
			/* on the clock, or just behind the last when two came at once */
			assert_in_range(s->rtp.ts - first_ts - (uint32_t)((s->at - first) * 48 / 1000), 0, 480);
			assert_true(rtp_ext_find(&s->rtp, EXT_LEVEL, &level));
			assert_true((level.ptr[0] & 127) == LOUD || (level.ptr[0] & 127) == QUIET);
			before = s;
		}
	}
	assert_true(changes >= 10);
}

/* Five speak at once to one who has four slots: the fifth gets the slot of the first who stops,
 * without having to pause first. */
static void test_fifth(void **state)
{
	const uint64_t all = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5;
	const struct rig_end *listener;
	uint32_t fifth = 1;
	unsigned from;

	join(6);
	listener = &r->ends[5];
	talk(6, 20, all);
	from = r->sent_count;
	talk(6, 1, all);
	while (heard(listener, fifth, from) > 0)
		fifth++;
	assert_in_range(fifth, 1, 5);
	uint32_t stops = fifth % 5 + 1;
	talk(6, 90, all & ~(UINT64_C(1) << stops));
	from = r->sent_count;
	talk(6, 5, all & ~(UINT64_C(1) << stops));
	assert_int_equal(heard(listener, fifth, from), 5);
	assert_int_equal(heard(listener, stops, from), 0);
}

/* A player has one slot: it follows the conversation, though nobody waits for the other to have
 * been silent for long. */
static void test_one_slot(void **state)
{
	struct rig_offer o = {.audio_slots = 1};
	const struct rig_end *player;
	unsigned from;

	join(2);
	player = rig_join(r, 9, &o);
	talk(2, 100, 1 << 1);
	assert_true(heard(player, 1, 0) > 90);
	from = r->sent_count;
	talk(2, 100, 1 << 2); /* two seconds, of which the change takes less than one */
	assert_in_range(heard(player, 2, from), 50, 100);
	from = r->sent_count;
	talk(2, 10, 1 << 2);
	assert_int_equal(heard(player, 2, from), 10);
}

/* One that does not say how loud it is, is heard as long as nobody needs its place. */
static void test_no_level(void **state)
{
	unsigned from;

	join(7);
	for (int i = 0; i < 50; i++) {
		for (int m = 1; m <= 7; m++)
			stream_sound(&mics[m], m == 7 ? NOT_SAID : QUIET);
		rig_pass(r, MS(20));
	}
	assert_true(heard(&r->ends[0], 7, 0) > 30);
	/* not when five others speak */
	for (int i = 0; i < 50; i++) {
		for (int m = 1; m <= 7; m++)
			stream_sound(&mics[m], m == 7 ? NOT_SAID : m == 6 ? QUIET : LOUD);
		rig_pass(r, MS(20));
	}
	from = r->sent_count;
	stream_sound(&mics[7], NOT_SAID);
	assert_int_equal(heard(&r->ends[0], 7, from), 0);
}

/* The test page: one's own sound and picture come back. */
static void test_echo(void **state)
{
	struct rig_offer o = {.mics = 1, .cameras = 1, .layers = 3, .audio_slots = 1, .video_slots = 1,
						  .conf.echo = true};
	struct rig_end *e = rig_join(r, 1, &o);
	struct rig_stream m = mic_of(e), s = camera_of(e, 1);

	peer_gate(e->peer, MEDIA_MIC, true, r->now);
	peer_gate(e->peer, MEDIA_CAMERA, true, r->now);
	assert_int_equal(peer_assign(e->peer, "v0", 4 + MEDIA_CAMERA, 360, r->now), 0);
	for (int i = 0; i < 10; i++) {
		stream_sound(&m, QUIET);
		stream_picture(&s, i == 0, 2);
		rig_pass(r, MS(20));
	}
	assert_int_equal(heard(e, 1, 0), 10);
	assert_int_equal(slot_count(r, slot_ssrc(e, "v0")), 20);
	rig_pass(r, MS(400));
	assert_int_equal(r->told[4 + MEDIA_CAMERA].receivers, 1);
	assert_int_equal(r->told[MIC(1)].receivers, 1);
}

/* A place that becomes free goes to the next. */
static void test_leaves(void **state)
{
	unsigned from;

	join(6);
	talk(6, 5, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6);
	from = r->sent_count;
	talk(6, 5, 1 << 6);
	assert_int_equal(heard(&r->ends[0], 6, from), 0);
	peer_free(&r->ends[2].peer);
	mics[3] = mics[6];
	from = r->sent_count;
	stream_sound(&mics[6], LOUD);
	assert_int_equal(heard(&r->ends[0], 6, from), 1);
	/* muted is as good as gone */
	peer_gate(r->ends[3].peer, MEDIA_MIC, false, r->now);
	for (int i = 0; i < 5; i++)
		stream_sound(&mics[4], LOUD);
	assert_int_equal(heard(&r->ends[0], 4, from), 0);
	assert_int_equal(r->ends[0].peer->group->loudest.count, 4);
}

/* ── Who speaks ── */

static void test_speaking(void **state)
{
	join(4);
	talk(4, 100, 0);
	assert_int_equal(r->speaking, 0);
	assert_int_equal(r->dominant, 0);
	talk(4, 60, 1 << 2);
	assert_int_equal(r->speaking, 1);
	assert_int_equal(r->speakers[0], 2);
	assert_int_equal(r->dominant, 2);
	talk(4, 60, 1 << 2 | 1 << 3);
	assert_int_equal(r->speaking, 2);
	assert_int_equal(r->dominant, 2);
	talk(4, 80, 1 << 3);
	assert_int_equal(r->speaking, 1);
	assert_int_equal(r->speakers[0], 3);
	assert_int_equal(r->dominant, 3);
	talk(4, 100, 0);
	assert_int_equal(r->speaking, 0);
	assert_int_equal(r->dominant, 3); /* still shown */
	/* gone from the meeting: nobody is */
	peer_free(&r->ends[2].peer);
	rig_pass(r, MS(1000));
	assert_int_equal(r->dominant, 0);
	/* not more than five times a second, however they shout */
	unsigned before = r->speaking_events;
	for (int i = 0; i < 100; i++) {
		stream_sound(&mics[1], i / 3 % 2 ? LOUD : QUIET);
		stream_sound(&mics[2], i / 5 % 2 ? LOUD : QUIET);
		rig_pass(r, MS(20));
	}
	assert_in_range(r->speaking_events - before, 1, 11);
	/* with silence the looking ends */
	rig_pass(r, MS(5000));
	assert_int_equal(r->speaking, 0);
	assert_int_equal(r->ends[0].peer->group->entry.place, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_few), T(test_many), T(test_slot), T(test_no_level), T(test_fifth), T(test_one_slot),
		T(test_echo), T(test_leaves), T(test_speaking),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
