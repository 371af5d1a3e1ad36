/* The media half with clients over real sockets: coming and going, places and workers. */
#include "media/story.h"

#include <stdlib.h>

/* ── Coming and going ── */

static bool is_closed(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->state == MEDIA_CLOSED;
}

static void a_client_says_goodbye(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	dtls_close(a->client->dtls, &a->client->server, &a->out);
	assert_true(stage_wait(s, is_closed, a));
}

static void a_closed_id_means_nothing(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	transport_id old = a->id;
	caller_close(&a);
	a = connected(s, 13);
	/* Worker and place are the same, the generation is not. */
	assert_int_not_equal(a->id, old);
	assert_int_equal(a->id & 0xfffff, old & 0xfffff);
	media_gate(s->media, old, MEDIA_MIC, true);
	media_assign(s->media, old, "c0", camera_of(b), 720);
	media_stats(s->media, old, 4711);
	media_close(s->media, old);
	a->talks = true;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(b->client->stream_count, 0);
	assert_int_equal(a->stats_token, 0);
	assert_true(client_is_connected(a->client));

	struct media_offer offer = {.group = STAGE_GROUP};
	struct media_answer answer;
	assert_int_equal(media_answer(s->media, old, &offer, &answer), -ERR_NOTFOUND);
	assert_int_equal(media_answer(s->media, ~old, &offer, &answer), -ERR_NOTFOUND);
	media_gate(s->media, a->id, MEDIA_MIC, true);
	assert_true(stage_wait_heard(s, b, 13, 10));
}

static void a_member_that_comes_back_is_heard_in_the_same_slot(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->talks = a->films = true;
	media_assign(s->media, b->id, "c0", camera_of(a), 720);
	assert_true(stage_wait_heard(s, b, 11, 10));
	assert_true(wait_seen(s, b, 0, camera_of(a), 10));
	caller_vanish(a);
	struct caller *again = connected(s, 11);
	caller_open(again);
	again->talks = again->films = true;
	assert_true(stage_wait_heard(s, b, 11, 10));
	assert_true(wait_seen(s, b, 0, camera_of(a), 10));
	assert_whole(b);
}

static void many_come_and_go(void **state)
{
	struct stage *s = *state;
	struct caller *b = connected(s, 12);
	for (uint32_t round = 0; round < 20; round++) {
		struct caller *some[6];
		for (uint32_t i = 0; i < 6; i++) {
			some[i] = stage_call_usual(s, 100 + round * 6 + i);
			assert_int_equal(some[i]->answered, 0);
			caller_open(some[i]);
			some[i]->talks = i < 3; /* as many as b has slots for: all are heard */
		}
		if (round % 4 == 0) /* some get as far as being heard, some are closed in mid-handshake */
			assert_true(stage_wait_heard(s, b, 100 + round * 6, 1));
		else
			stage_run(s, (usec)round * USEC_PER_MS);
		for (int i = 0; i < 6; i++)
			caller_close(&some[i]);
	}
	assert_true(client_is_connected(b->client));
	assert_whole(b);
}

static void a_full_worker_says_so(void **state)
{
	struct media_conf conf = stage_conf();
	struct caller *c[4];
	(void)state;
	conf.transports_max = 3;
	struct stage *s = stage_new(&conf);
	for (uint32_t i = 0; i < 4; i++)
		c[i] = stage_call_usual(s, 11 + i);
	assert_int_equal(c[2]->answered, 0);
	assert_int_equal(c[3]->answered, -ERR_FULL);
	caller_close(&c[0]);
	assert_int_equal(stage_call_usual(s, 15)->answered, 0);
	assert_int_equal(stage_call_usual(s, 16)->answered, -ERR_FULL);
	stage_free(&s);
}

static void bad_offers_are_refused(void **state)
{
	struct stage *s = *state;
	static const char no_slots[] =
		"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n";
	struct media_offer offer = {.group = STAGE_GROUP, .member = 1, .sdp = span_str("nonsense")};
	struct media_answer answer;
	for (int i = 0; i < 200; i++) { /* none of them takes a place */
		assert_int_equal(media_answer(s->media, 0, &offer, &answer), -ERR_PROTO);
		struct media_offer other = offer;
		other.sdp = span_str(no_slots);
		assert_true(media_answer(s->media, 0, &other, &answer) < 0);
	}
	connected(s, 11);
}

static void groups_spread_over_workers(void **state)
{
	struct media_conf conf = stage_conf();
	struct caller *c[6];
	(void)state;
	conf.workers = 3;
	struct stage *s = stage_new(&conf);
	for (uint32_t i = 0; i < 6; i++) {
		struct caller_conf cc = {
			.client = {.tag = 11 + i, .mic = true, .audio_slots = 2},
			.group = 100 + i / 2,
		};
		c[i] = stage_call(s, &cc);
		assert_int_equal(c[i]->answered, 0);
		caller_open(c[i]);
		c[i]->talks = true;
	}
	for (uint32_t i = 0; i < 6; i++) {
		assert_true(stage_wait_heard(s, c[i], 11 + (i ^ 1), 10));
		assert_int_equal(c[i]->client->stream_count, 1);
		assert_whole(c[i]);
		assert_int_equal(c[i]->client->server.port, media_port(s->media, (int)i / 2));
	}
	assert_int_not_equal(media_port(s->media, 0), media_port(s->media, 1));
	stage_free(&s);
}

static void it_ends_with_everything_open(void **state)
{
	struct media_conf conf = stage_conf();
	(void)state;
	conf.workers = 2;
	struct stage *s = stage_new(&conf);
	for (uint32_t i = 0; i < 12; i++) {
		struct caller_conf cc = {
			.client = {.tag = 11 + i, .mic = true, .camera = true, .audio_slots = 2,
					   .camera_slots = 1, .way = i % 3 == 0 ? CLIENT_TCP4 : CLIENT_UDP4},
			.group = 1 + i % 3,
		};
		struct caller *c = stage_call(s, &cc);
		caller_open(c);
		c->talks = c->films = true;
		media_assign(s->media, c->id, "c0", (11 + (i + 3) % 12) * MEDIA_KINDS + MEDIA_CAMERA, 360);
	}
	stage_run(s, 300 * USEC_PER_MS);
	for (uint32_t i = 0; i < 4; i++) /* and these are in the middle of it */
		stage_call_usual(s, 50 + i);
	stage_free(&s);
}

/* Who names no m-line has none; only who has no names at all (WHIP, WHEP) is asked nothing. */
static void lines_without_a_name_are_refused(void **state)
{
	struct stage *s = *state;
	struct caller *c = stage_call_usual(s, 11);
	struct media_line none[1] = {0};
	char *buf = malloc(CLIENT_OFFER_MAX);
	assert_non_null(buf);
	struct media_offer offer = {
		.group = STAGE_GROUP, .member = 12, .sdp = client_offer(c->client, buf), .lines = none,
	};
	struct media_answer answer;
	assert_int_equal(media_answer(s->media, 0, &offer, &answer), -ERR_UNSUPP);
	offer.lines = NULL;
	assert_int_equal(media_answer(s->media, 0, &offer, &answer), 0);
	assert_int_equal(answer.line_count, c->client->line_count);
	media_close(s->media, answer.id);
	free(answer.sdp);
	free(buf);
}

static void a_used_port_is_refused(void **state)
{
	struct stage *s = *state;
	struct media_conf conf = stage_conf();
	struct media *other = NULL;
	conf.port = media_port(s->media, 0);
	assert_int_equal(media_new(&other, &conf), -ERR_IO);
	assert_null(other);
	conf = stage_conf();
	conf.packets_max = 10;
	assert_int_equal(media_new(&other, &conf), -ERR_INVALID);
	conf = stage_conf();
	conf.workers = MEDIA_WORKERS_MAX + 1;
	assert_int_equal(media_new(&other, &conf), -ERR_INVALID);
}

static void roles_have_names(void **state)
{
	(void)state;
	assert_int_equal(media_role_parse("mic"), MEDIA_ROLE_MIC);
	assert_int_equal(media_role_parse("slot-screen-audio"), MEDIA_ROLE_SLOT_SCREEN_AUDIO);
	assert_int_equal(media_role_parse("none"), MEDIA_ROLE_NONE);
	assert_int_equal(media_role_parse("host"), MEDIA_ROLE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_client_says_goodbye),
		STORY(a_closed_id_means_nothing),
		STORY(a_member_that_comes_back_is_heard_in_the_same_slot),
		STORY(many_come_and_go),
		cmocka_unit_test(a_full_worker_says_so),
		STORY(bad_offers_are_refused),
		cmocka_unit_test(groups_spread_over_workers),
		cmocka_unit_test(it_ends_with_everything_open),
		STORY(lines_without_a_name_are_refused),
		STORY(a_used_port_is_refused),
		cmocka_unit_test(roles_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
