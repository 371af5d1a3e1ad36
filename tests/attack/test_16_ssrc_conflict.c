/* Case 16: SSRCs that are somebody else's, or ours, or two things at once. They are looked at
 * within one transport only, and what contradicts itself is dropped. */
#include "attack/attack.h"

#include "wire/rtcp.h"

/* Another's SSRC on one's own transport is one's own. */
static void the_victims_ssrc(void **state)
{
	struct scene *c = *state;
	struct caller *a = scene_attacker(c);
	a->client->mic.ssrc = c->victim->client->mic.ssrc;
	a->client->mic.seq = c->victim->client->mic.seq;
	a->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 25));
	const struct client_stream *s = client_hears(c->listener->client, ATTACKER);
	for (unsigned i = 0; i < CLIENT_RECENT && i < s->packets; i++)
		assert_int_equal(s->recent[i].tag, ATTACKER);
	/* Nor does a goodbye for it reach beyond. */
	uint8_t buf[100];
	struct wr w = wr_init(buf, sizeof buf);
	uint32_t ssrc = c->victim->client->mic.ssrc;
	rtcp_write_rr(&w, ssrc, NULL, 0);
	rtcp_write_bye(&w, &ssrc, 1, span_of(NULL, 0));
	client_rtcp(a->client, wr_span(&w), &a->out);
	scene_assert_unharmed(c);
}

/* Our own SSRC is not taken from a client, not even as the first that it sends. */
static void our_ssrc(void **state)
{
	struct scene *c = *state;
	struct caller *a = scene_attacker(c);
	uint32_t own = a->client->mic.ssrc;
	a->client->mic.ssrc = a->client->slots[0].ssrc;
	a->talks = true;
	stage_run(c->stage, 300 * USEC_PER_MS);
	assert_null(client_hears(c->listener->client, ATTACKER));
	assert_true(stage_wait_heard(c->stage, a, VICTIM, 10)); /* and what it carries is ours */
	a->client->mic.ssrc = own;
	a->client->mic.stream = (struct srtp_stream){0};
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 10));
	scene_assert_unharmed(c);
}

struct odd {
	const char *what;
	uint32_t ssrc; /* 0: of its microphone */
	uint8_t pt;
	const char *mid, *rid, *repaired;
};

/* Sends a hundred of a kind and asserts that none was heard or seen. */
static void send_odd(struct scene *c, struct caller *a, const struct odd *o)
{
	struct srtp_stream fresh = {0};
	struct srtp_stream *stream = o->ssrc ? &fresh : &a->client->mic.stream;
	for (int i = 0; i < 100; i++) {
		struct rtp_ext ext[3];
		unsigned n = 0;
		if (o->mid)
			ext[n++] = (struct rtp_ext){CLIENT_EXT_MID, span_str(o->mid)};
		if (o->rid)
			ext[n++] = (struct rtp_ext){CLIENT_EXT_RID, span_str(o->rid)};
		if (o->repaired)
			ext[n++] = (struct rtp_ext){CLIENT_EXT_REPAIRED_RID, span_str(o->repaired)};
		struct rtp_head head = {
			.pt = o->pt,
			.seq = o->ssrc ? (uint16_t)i : a->client->mic.seq++,
			.ts = a->client->mic.ts,
			.ssrc = o->ssrc ? o->ssrc : a->client->mic.ssrc,
			.ext = ext,
			.ext_count = n,
		};
		attack_sound(a, &head, stream);
		if (i % 20 == 0)
			stage_run(c->stage, USEC_PER_MS);
	}
}

static void contradictions(void **state)
{
	struct scene *c = *state;
	struct caller *a = scene_attacker(c);
	media_assign(c->stage->media, c->listener->id, "c0",
				 ATTACKER * MEDIA_KINDS + MEDIA_CAMERA, 720);
	a->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 10));
	a->talks = false;
	stage_run(c->stage, 100 * USEC_PER_MS);
	const struct client_stream *s = client_hears(c->listener->client, ATTACKER);
	unsigned before = s->packets;
	uint32_t camera = a->client->camera[0].ssrc;
	const struct odd odd[] = {
		{"ours, in its slot", a->client->slots[0].ssrc, CLIENT_OPUS, "mic", NULL, NULL},
		{"ours, of repairs", a->client->slots[3].rtx_ssrc, CLIENT_VP8, "cam", NULL, NULL},
		{"a bound SSRC under another MID", 0, CLIENT_OPUS, "cam", NULL, NULL},
		{"a bound SSRC under a slot's MID", 0, CLIENT_OPUS, "a0", NULL, NULL},
		{"a bound SSRC of another format", 0, CLIENT_VP8, "mic", NULL, NULL},
		{"a MID that nobody has", 4711, CLIENT_OPUS, "none", NULL, NULL},
		{"a format that nobody has", 4712, 77, "mic", NULL, NULL},
		{"a repair under the primary SSRC", camera, CLIENT_RTX, "cam", NULL, NULL},
		{"sound on the camera's line", 4713, CLIENT_OPUS, "cam", NULL, NULL},
		{"a second microphone", 4714, CLIENT_OPUS, "mic", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		/* The microphone is bound as long as it is heard of. */
		caller_sound(a);
		before++;
		send_odd(c, a, &odd[i]);
	}
	scene_assert_unharmed(c);
	if (s->packets != before)
		print_error("%u packets too many\n", s->packets - before);
	assert_int_equal(s->packets, before);
	assert_null(client_slot(c->listener->client, true, 0));
	/* What was bound is bound. */
	a->talks = a->films = true;
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 10));
}

/* Layers that were not negotiated, names that change under way. */
static void layers(void **state)
{
	struct scene *c = *state;
	struct caller_conf conf = {.client = {.tag = ATTACKER, .camera = true, .simulcast = true}};
	struct caller *a = stage_call(c->stage, &conf);
	assert_true(stage_wait_connected(c->stage, a));
	caller_open(a);
	media_assign(c->stage->media, c->listener->id, "c0",
				 ATTACKER * MEDIA_KINDS + MEDIA_CAMERA, 720);
	static const char *const rids[] = {"x", "qq", "f0", "mic"};
	for (uint32_t i = 0; i < 4; i++)
		send_odd(c, a, &(struct odd){"", 5000 + i, CLIENT_VP8, "cam", rids[i], NULL});
	send_odd(c, a, &(struct odd){"no name", 5010, CLIENT_VP8, "cam", NULL, NULL});
	send_odd(c, a, &(struct odd){"repairs of nothing", 5011, CLIENT_RTX, "cam", NULL, "q"});
	send_odd(c, a, &(struct odd){"both names", 5012, CLIENT_VP8, "cam", "q", "h"});
	stage_run(c->stage, 50 * USEC_PER_MS);
	assert_null(client_slot(c->listener->client, true, 0));

	a->films = true;
	usec end = clock_mono() + STAGE_PATIENCE_SEC * USEC_PER_SEC;
	while (!client_slot(c->listener->client, true, 0) && clock_mono() < end)
		stage_run(c->stage, 10 * USEC_PER_MS);
	assert_non_null(client_slot(c->listener->client, true, 0));
	/* A layer that calls itself another from now on. */
	unsigned wrong = client_slot(c->listener->client, true, 0)->wrong;
	a->client->camera[2].rid[0] = 'q';
	stage_run(c->stage, 500 * USEC_PER_MS);
	assert_int_equal(client_slot(c->listener->client, true, 0)->wrong, wrong);
	assert_int_equal(client_slot(c->listener->client, true, 0)->repeats, 0);
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_victims_ssrc),
		SCENE(our_ssrc),
		SCENE(contradictions),
		SCENE(layers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
