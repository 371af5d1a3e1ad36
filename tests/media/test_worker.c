/* The media half as a whole, with clients over real sockets: who hears and sees whom, and what
 * control is told. */
#include "media/story.h"

/* ── Sound and pictures ── */

static void sound_flows_by_itself(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	caller_open(b);
	a->talks = b->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 20));
	assert_true(stage_wait_heard(s, a, 12, 20));
	assert_whole(a);
	assert_whole(b);
	assert_null(client_hears(a->client, 11)); /* nobody hears himself */
	const struct client_stream *heard = client_hears(b->client, 11);
	assert_int_equal(heard->last.pt, CLIENT_OPUS);
	assert_int_equal(heard->last.tag, 11);
}

static void nothing_flows_through_a_closed_gate(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	a->talks = true;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(b->client->stream_count, 0);
	assert_true(a->client->mic.count > 0);

	media_gate(s->media, a->id, MEDIA_MIC, true);
	assert_true(stage_wait_heard(s, b, 11, 10));
	/* What was said before the gate was opened is not sent afterwards. */
	assert_true(client_hears(b->client, 11)->recent[0].count > 0);
	assert_whole(b);
}

static bool is_silent(struct stage *s, void *arg)
{
	struct caller *c = arg;
	(void)s;
	return !c->receivers[MEDIA_MIC];
}

static void a_gate_closes(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 10));

	media_gate(s->media, a->id, MEDIA_MIC, false);
	assert_true(stage_wait(s, is_silent, a));
	stage_run(s, 50 * USEC_PER_MS);
	uint32_t last = client_find(b->client, b->client->streams[0]->ssrc)->last.count;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(client_find(b->client, b->client->streams[0]->ssrc)->last.count, last);
	assert_true(a->client->mic.count > last + 5);
	assert_whole(b);
}

static void a_camera_goes_where_it_is_assigned(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->films = true;
	stage_run(s, 150 * USEC_PER_MS);
	assert_null(client_slot(b->client, true, 0));

	media_assign(s->media, b->id, "c1", camera_of(a), 720);
	assert_true(wait_seen(s, b, 1, camera_of(a), 30));
	const struct client_stream *seen = client_slot(b->client, true, 1);
	assert_true(seen->recent[0].key); /* a picture begins with one that stands alone */
	assert_int_equal(seen->recent[0].height, 720);
	assert_null(client_slot(b->client, true, 0));
	assert_whole(b);

	media_assign(s->media, b->id, "c1", 0, 0);
	stage_run(s, 100 * USEC_PER_MS);
	unsigned before = seen->packets;
	stage_run(s, 150 * USEC_PER_MS);
	assert_int_equal(seen->packets, before);
}

static void layers_follow_the_height(void **state)
{
	struct stage *s = *state;
	struct caller_conf conf = {.client = {.tag = 11, .camera = true, .simulcast = true}};
	struct caller *a = stage_call(s, &conf);
	struct caller *b = connected(s, 12);
	assert_true(stage_wait_connected(s, a));
	caller_open(a);
	a->films = true;
	media_assign(s->media, b->id, "c0", camera_of(a), 180);
	media_assign(s->media, b->id, "c1", camera_of(a), 720);
	assert_true(wait_seen(s, b, 0, camera_of(a), 60));
	assert_true(wait_seen(s, b, 1, camera_of(a), 60));
	stage_run(s, 500 * USEC_PER_MS);
	const struct client_stream *small = client_slot(b->client, true, 0);
	const struct client_stream *large = client_slot(b->client, true, 1);
	assert_int_equal(small->height, 180);
	assert_int_equal(large->height, 720);
	assert_whole(b);
}

static void an_echo_comes_back(void **state)
{
	struct stage *s = *state;
	struct caller_conf conf = {
		.client = {.tag = 11, .mic = true, .camera = true, .audio_slots = 1, .camera_slots = 1},
		.echo = true,
	};
	struct caller *a = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, a));
	caller_open(a);
	a->talks = a->films = true;
	media_assign(s->media, a->id, "c0", camera_of(a), 720);
	assert_true(stage_wait_heard(s, a, 11, 10));
	assert_true(wait_seen(s, a, 0, camera_of(a), 10));
	assert_whole(a);
}

static void groups_do_not_hear_each_other(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	struct caller_conf conf = {.client = {.tag = 13, .mic = true, .audio_slots = 2}, .group = 78};
	struct caller *other = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, other));
	caller_open(a);
	caller_open(other);
	a->talks = other->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 20));
	assert_int_equal(other->client->stream_count, 0);
	assert_null(client_hears(b->client, 13));
	media_assign(s->media, other->id, "a0", camera_of(a), 0);
	stage_run(s, 100 * USEC_PER_MS);
	assert_int_equal(other->client->stream_count, 0);
}

/* ── What control is told ── */

static bool is_told(struct stage *s, void *arg)
{
	struct caller *c = arg;
	(void)s;
	return c->arriving[MEDIA_MIC] && c->receivers[MEDIA_MIC] == 2;
}

static bool is_speaking(struct stage *s, void *arg)
{
	const struct media_event *ev = &s->speaking;
	return ev->group == STAGE_GROUP && ev->speaking.dominant == *(uint32_t *)arg
		   && ev->speaking.count == 1 && ev->speaking.members[0] == *(uint32_t *)arg;
}

static bool is_quiet(struct stage *s, void *arg)
{
	(void)arg;
	return s->speaking.speaking.count == 0 && s->speaking.speaking.dominant == 0;
}

static bool has_quality(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->quality == 3;
}

static void control_is_told(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	connected(s, 12);
	connected(s, 13);
	uint32_t member = 11;
	caller_open(a);
	a->talks = true;
	assert_true(stage_wait(s, is_told, a));
	assert_true(stage_wait(s, is_speaking, &member));
	assert_true(stage_wait(s, has_quality, a));
	media_stats(s->media, a->id, 4711);
	assert_true(stage_wait(s, has_stats, a));
	assert_false(a->stats.tcp);
	assert_true(a->stats.packets_in > 20);
	assert_true(a->stats.up_bps > 10000 && a->stats.up_bps < 200000);
	assert_true(a->client->srs + a->client->rrs > 0);
	assert_true(a->client->twccs > 0);

	media_close(s->media, a->id);
	assert_true(stage_wait(s, is_quiet, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(sound_flows_by_itself),
		STORY(nothing_flows_through_a_closed_gate),
		STORY(a_gate_closes),
		STORY(a_camera_goes_where_it_is_assigned),
		STORY(layers_follow_the_height),
		STORY(an_echo_comes_back),
		STORY(groups_do_not_hear_each_other),
		STORY(control_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
