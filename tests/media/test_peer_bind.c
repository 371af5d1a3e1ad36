/* Whose packet is it: RFC 9143 9.2, RFC 8852, and those who try to confuse (attacks 15, 16). */
#include "media/peer.h"

#include "media/forward_rig.h"

static struct rig *r;
static struct rig_end *e;

static int setup(void **state)
{
	r = rig_new(4);
	e = rig_browser(r, 3);
	return 0;
}

static int teardown(void **state)
{
	rig_free(r);
	return 0;
}

static uint64_t unbound(void)
{
	struct forward_counts c;

	forward_counts(r->fw, &c);
	return c.unbound;
}

static bool taken(const struct rig_packet *p)
{
	uint64_t before = unbound();

	rig_feed(e, p);
	return unbound() == before;
}

static const struct uplink *layer_of(const char *mid, int layer)
{
	for (unsigned i = 0; i < e->peer->line_count; i++) {
		if (strcmp(e->peer->lines[i]->conf.mid, mid) == 0)
			return e->peer->lines[i]->uplinks[layer];
	}
	return NULL;
}

/* By MID and RID, then by SSRC alone: a browser stops saying them after the first report. */
static void test_mid_rid(void **state)
{
	struct rig_packet p = {.ssrc = 50, .pt = VP8_PT, .seq = 1, .start = true, .key = true,
						   .mid = "cam", .rid = "h"};

	assert_true(taken(&p));
	assert_non_null(layer_of("cam", 1));
	assert_null(layer_of("cam", 0));
	p.mid = p.rid = NULL;
	for (p.seq = 2; p.seq < 10; p.seq++)
		assert_true(taken(&p));
	assert_int_equal(layer_of("cam", 1)->top, 9);
	assert_int_equal(layer_of("cam", 1)->ssrc, 50);
	/* sound has one payload type, on one line: no MID needed */
	p = (struct rig_packet){.ssrc = 51, .pt = OPUS_PT, .seq = 1};
	assert_true(taken(&p));
	assert_int_equal(layer_of("mic", 0)->ssrc, 51);
}

/* Nothing to go by, or what was never negotiated. */
static void test_unknown(void **state)
{
	static const struct {
		const char *what;
		struct rig_packet p;
	} cases[] = {
		{"two lines have this type", {.ssrc = 60, .pt = VP8_PT}},
		{"no MID, though a RID", {.ssrc = 60, .pt = VP8_PT, .rid = "h"}},
		{"which layer", {.ssrc = 60, .pt = VP8_PT, .mid = "cam"}},
		{"no such MID", {.ssrc = 60, .pt = VP8_PT, .mid = "cat", .rid = "h"}},
		{"a fourth layer", {.ssrc = 60, .pt = VP8_PT, .mid = "cam", .rid = "x"}},
		{"a slot's MID", {.ssrc = 60, .pt = VP8_PT, .mid = "v0"}},
		{"another line's type", {.ssrc = 60, .pt = OPUS_PT, .mid = "cam", .rid = "h"}},
		{"no such type", {.ssrc = 60, .pt = 55, .mid = "mic"}},
		{"a repair of nothing",
		 {.ssrc = 60, .pt = VP8_RTX_PT, .mid = "cam", .rrid = "h", .osn = 5}},
		{"a repaired RID on no repair", {.ssrc = 60, .pt = VP8_PT, .mid = "cam", .rrid = "h"}},
		{"our own SSRC", {.ssrc = 3001, .pt = OPUS_PT, .mid = "mic"}},
		{"our own SSRC for repairs", {.ssrc = 3006, .pt = VP8_PT, .mid = "cam", .rid = "h"}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (taken(&cases[i].p))
			fail_msg("taken: %s", cases[i].what);
	}
	assert_int_equal(e->peer->binding_count, 0);
	assert_null(layer_of("cam", 0));
}

/* What a bound SSRC may not turn into. */
static void test_conflicts(void **state)
{
	struct rig_packet good = {.ssrc = 50, .pt = VP8_PT, .seq = 1, .mid = "cam", .rid = "h"}, p;

	assert_true(taken(&good));
	static const struct {
		const char *what;
		struct rig_packet p;
	} cases[] = {
		{"another RID", {.ssrc = 50, .pt = VP8_PT, .mid = "cam", .rid = "f"}},
		{"another MID", {.ssrc = 50, .pt = VP8_PT, .mid = "screen"}},
		{"a microphone now", {.ssrc = 50, .pt = OPUS_PT, .mid = "mic"}},
		{"repairs on the primary SSRC", {.ssrc = 50, .pt = VP8_RTX_PT, .osn = 2}},
		{"a repaired RID", {.ssrc = 50, .pt = VP8_PT, .rrid = "h"}},
		{"a second SSRC for a live layer", {.ssrc = 51, .pt = VP8_PT, .mid = "cam", .rid = "h"}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p = cases[i].p;
		p.seq = 2;
		if (taken(&p))
			fail_msg("taken: %s", cases[i].what);
	}
	good.seq = 2;
	assert_true(taken(&good)); /* the victim does not notice */
	assert_int_equal(layer_of("cam", 1)->top, 2);

	/* repairs have an SSRC of their own, and that one stays with them */
	p = (struct rig_packet){.ssrc = 52, .pt = VP8_RTX_PT, .seq = 9, .mid = "cam", .rrid = "h",
							.osn = 2};
	assert_true(taken(&p));
	p = (struct rig_packet){.ssrc = 52, .pt = VP8_PT, .seq = 10};
	assert_false(taken(&p));
	p = (struct rig_packet){.ssrc = 53, .pt = VP8_RTX_PT, .mid = "cam", .rrid = "h", .osn = 2};
	assert_false(taken(&p));
}

/* A sender that begins anew under another SSRC is taken when the old one has been silent. */
static void test_reborn(void **state)
{
	struct rig_packet p = {.ssrc = 50, .pt = OPUS_PT, .seq = 1, .mid = "mic"};

	assert_true(taken(&p));
	p.ssrc = 51;
	rig_pass(r, 900 * USEC_PER_MS);
	assert_false(taken(&p));
	rig_pass(r, 200 * USEC_PER_MS);
	assert_true(taken(&p));
	p.seq = 2;
	assert_true(taken(&p));
	p.ssrc = 50;
	assert_false(taken(&p)); /* the old one is nobody */
	assert_int_equal(e->peer->binding_count, 1);
}

/* Ten thousand SSRCs: no state. */
static void test_spray(void **state)
{
	size_t before = peer_bytes(e->peer);

	for (uint32_t i = 0; i < 10000; i++) {
		struct rig_packet p = {.ssrc = 1000000 + i, .pt = i % 2 ? VP8_PT : OPUS_PT, .mid = "cam",
							   .rid = i % 3 ? "x" : NULL};
		rig_feed(e, &p);
	}
	assert_int_equal(e->peer->binding_count, 0);
	assert_int_equal(peer_bytes(e->peer), before);
	/* and when they name real streams: as many as there are */
	for (uint32_t i = 0; i < 10000; i++) {
		static const char *const rids[] = {"q", "h", "f"};
		struct rig_packet p = {.ssrc = 1000000 + i, .pt = VP8_PT, .mid = "cam", .rid = rids[i % 3]};
		rig_feed(e, &p);
	}
	assert_int_equal(e->peer->binding_count, 3);
}

/* Declared SSRCs, as Firefox has them, without a word in the packets. */
static void test_declared(void **state)
{
	struct rig_offer o = {.mics = 1, .cameras = 1, .screens = 1, .layers = 3};
	struct rig_end *d;

	rig_offer(&o, 4);
	for (int k = 0; k < 3; k++) {
		o.lines[1].layers[k].ssrc = 70 + (uint32_t)k;
		o.lines[1].layers[k].rtx_ssrc = 80 + (uint32_t)k;
	}
	o.lines[2].layers[0].ssrc = 75;
	d = &r->ends[r->end_count++];
	*d = (struct rig_end){.rig = r, .member = 4};
	o.conf.transport = d;
	assert_int_equal(peer_new(r->fw, &o.conf, r->now, &d->peer), 0);
	e = d;
	struct rig_packet p = {.ssrc = 72, .pt = VP8_PT, .seq = 1};
	assert_true(taken(&p));
	assert_non_null(layer_of("cam", 2));
	p = (struct rig_packet){.ssrc = 82, .pt = VP8_RTX_PT, .seq = 1, .osn = 1};
	assert_true(taken(&p));
	p.ssrc = 81; /* of a layer that never came */
	assert_false(taken(&p));
	p = (struct rig_packet){.ssrc = 75, .pt = VP8_PT, .seq = 1};
	assert_true(taken(&p));
	assert_non_null(layer_of("screen", 0));
	/* the order of declared SSRCs is a guess: a RID in the packet says better */
	p = (struct rig_packet){.ssrc = 70, .pt = VP8_PT, .seq = 1, .mid = "cam", .rid = "h"};
	assert_true(taken(&p));
	assert_non_null(layer_of("cam", 1));
	assert_null(layer_of("cam", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mid_rid, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conflicts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reborn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spray, setup, teardown),
		cmocka_unit_test_setup_teardown(test_declared, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
