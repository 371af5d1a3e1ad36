/* What a source tells its slots: which layer there is, and when to look again. */
#include "media/source.h"

#include "media/forward_rig.h"

#define MS(x) ((x) * USEC_PER_MS)
#define CAM(member) ((member) * 4 + MEDIA_CAMERA)

static struct rig *r;
static struct rig_end *a, *c; /* a sends, c receives */

static int setup(void **state)
{
	r = rig_new(4);
	a = rig_browser(r, 1);
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

/* How long a slot that showed the top layer is without pictures when that stops, while the sender
 * answers requests at once. */
static usec gap_without_top(struct rig_stream *q, struct rig_stream *f, bool says_bye)
{
	uint32_t ssrc = slot_ssrc(c, "v0");
	struct rig_stream *both[] = {q, f};
	unsigned plis, shown;
	usec from;

	assign("v0", CAM(1), 720);
	pictures(30, both, 2, 10);
	plis = pli_count(r, a);
	if (says_bye) {
		uint8_t buf[64];
		struct wr w = wr_init(buf, sizeof(buf));
		rtcp_write_bye(&w, &f->ssrc, 1, span_of(NULL, 0));
		peer_recv_rtcp(a->peer, wr_span(&w), r->now);
	}
	shown = slot_count(r, ssrc);
	from = r->now;
	while (slot_count(r, ssrc) == shown && r->now < from + MS(5000)) {
		stream_picture(q, pli_count(r, a) > plis, 1);
		plis = pli_count(r, a);
		rig_pass(r, MS(40));
	}
	return r->now - from;
}

/* One that is stopped without a word, as when the line is narrow, is missed when its fellows go
 * on without it; one that says goodbye at once. */
static void test_layer_stops(void **state)
{
	struct rig_stream q = camera_of(a, 0), f = camera_of(a, 2);

	assert_in_range(gap_without_top(&q, &f, false), 0, MS(850));
	assert_in_range(gap_without_top(&q, &f, true), 0, MS(90));
}

/* A camera that was off comes again in the middle of things: a keyframe is asked for with its
 * first packet. */
static void test_comes_again(void **state)
{
	struct rig_stream s = camera_of(a, 1), *all[] = {&s};

	assign("v0", CAM(1), 360);
	pictures(5, all, 1, 5);
	peer_gate(a->peer, MEDIA_CAMERA, false, r->now);
	rig_pass(r, MS(5000));
	peer_gate(a->peer, MEDIA_CAMERA, true, r->now);
	rig_pass(r, MS(100));
	rig_clear(r);
	stream_picture(&s, false, 1);
	assert_int_equal(pli_count(r, a), 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_layer_stops), T(test_comes_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
