/* Encoders and players: tokens, what they send and see, how they end. */
#include "story.h"

#include "meeting/whip.h"

#include <string.h>

static struct create m;

/* ── What came of an offer ── */
static char id[64], slug[64];

static void note(const struct whip_answer *answer, const struct problem *problem, void *arg)
{
	g_strlcpy(id, answer ? answer->id : "", sizeof id);
	g_strlcpy(slug, problem ? problem->slug : "", sizeof slug);
	if (answer) {
		assert_string_equal(answer->sdp, "v=0\r\nanswer");
		assert_int_equal(strlen(answer->etag), WHIP_ETAG_LEN);
	}
}

static struct transport *offer_as(struct story *story, enum whip_kind kind, const char *token,
	const char *name)
{
	struct whip_ask ask = {.kind = kind,
		.code = m.code,
		.token = token,
		.name = name,
		.sdp = span_str(kind == WHIP_PUBLISH ? "send" : "recv")};
	assert_int_equal(addr_parse("192.0.2.1", 1, &ask.addr), 0);
	whip_open(story->rooms, &ask, note, NULL);
	story_settle(story);
	return story->transports ? &story->transport[story->transports - 1] : NULL;
}

static struct client *host_of(struct story *story)
{
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, &m, "Åsa"));
	return host;
}

static void an_encoder_is_a_participant(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	struct transport *viewer = client_offer_usual(host);
	struct transport *t = offer_as(story, WHIP_PUBLISH, m.publish.text, "Kamera 1");
	assert_string_equal(slug, "");
	const json_t *member = json_object_get(client_event(host, "member"), "member");
	assert_string_equal(text_of(member, "name"), "Kamera 1");
	assert_string_equal(text_of(member, "kind"), "whip");
	assert_true(true_of(member, "mic"));
	assert_true(true_of(member, "camera"));
	assert_false(true_of(member, "screen"));
	assert_true(t->gate[MEDIA_MIC]);
	assert_true(t->gate[MEDIA_CAMERA]);
	assert_false(t->hears);
	client_ask(host, "{'verb':'view','tiles':[{'member':2,'kind':'camera','width':1,'height':1}]}");
	assert_int_equal(transport_slot(viewer, "1"), 2 * 4 + MEDIA_CAMERA);
	/* it can be muted and removed like anybody */
	client_ask(host, "{'verb':'mute','member':2,'kind':'mic'}");
	assert_false(t->gate[MEDIA_MIC]);
	client_ask(host, "{'verb':'remove','member':2}");
	assert_false(t->open);
	assert_int_equal(whip_close(story->rooms, WHIP_PUBLISH, m.code, id), -ERR_NOTFOUND);
	story_free(story);
}

static void tokens_are_asked_for(void **state)
{
	struct story *story = story_new(false);
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	static const enum whip_kind kinds[] = {WHIP_PUBLISH, WHIP_WATCH};
	for (int i = 0; i < 2; i++) {
		offer_as(story, kinds[i], NULL, NULL);
		assert_string_equal(slug, "token-missing");
		offer_as(story, kinds[i], "made-up", NULL);
		assert_string_equal(slug, "token-wrong");
		offer_as(story, kinds[i], m.host.text, NULL);
		assert_string_equal(slug, "token-wrong");
	}
	offer_as(story, WHIP_PUBLISH, m.watch.text, NULL);
	assert_string_equal(slug, "token-wrong");
	offer_as(story, WHIP_WATCH, m.watch.text, NULL);
	assert_string_equal(slug, "");
	offer_as(story, WHIP_WATCH, m.publish.text, NULL);
	assert_string_equal(slug, "");
	struct create other;
	story_meeting(story, &other, false, ROOM_HOSTING_INVITED);
	offer_as(story, WHIP_PUBLISH, other.publish.text, NULL);
	assert_string_equal(slug, "token-wrong");
	g_strlcpy(m.code, "nosuchmeeting", sizeof m.code);
	offer_as(story, WHIP_PUBLISH, m.publish.text, NULL);
	assert_string_equal(slug, "meeting-unknown");
	story_free(story);
}

static void the_id_is_the_right_to_end_it(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	struct transport *t = offer_as(story, WHIP_PUBLISH, m.publish.text, NULL);
	assert_non_null(whip_etag(story->rooms, WHIP_PUBLISH, m.code, id));
	assert_null(whip_etag(story->rooms, WHIP_WATCH, m.code, id));
	assert_null(whip_etag(story->rooms, WHIP_PUBLISH, "other", id));
	assert_int_equal(whip_close(story->rooms, WHIP_PUBLISH, m.code, "x"), -ERR_NOTFOUND);
	/* nor does it open a browser's place */
	assert_problem(client_resume(client_new(story), m.code, id), "resume-unknown");
	assert_true(t->open);
	assert_int_equal(whip_close(story->rooms, WHIP_PUBLISH, m.code, id), 0);
	assert_false(t->open);
	assert_int_equal(int_of(client_event(host, "left"), "member"), 2);
	assert_int_equal(whip_close(story->rooms, WHIP_PUBLISH, m.code, id), -ERR_NOTFOUND);
	story_free(story);
}

static void a_player_sees_who_speaks_and_the_screen(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_forget(host);
	struct transport *t = offer_as(story, WHIP_WATCH, m.watch.text, NULL);
	assert_true(t->hears);
	assert_int_equal(client_events(host, "member"), 0); /* watches unlisted */
	client_offer_usual(host);
	client_offer_usual(bo);
	client_ask(host, "{'verb':'media','camera':true,'mic':true}");
	assert_int_equal(transport_slot(t, "1"), host->number * 4 + MEDIA_CAMERA);
	client_ask(bo, "{'verb':'media','camera':true,'mic':true}");
	assert_int_equal(transport_slot(t, "1"), host->number * 4 + MEDIA_CAMERA);
	story_speaking(story, host, bo->number);
	assert_int_equal(transport_slot(t, "1"), bo->number * 4 + MEDIA_CAMERA);
	client_ask(host, "{'verb':'media','screen':true}");
	assert_int_equal(transport_slot(t, "1"), host->number * 4 + MEDIA_SCREEN);
	client_ask(host, "{'verb':'media','screen':false}");
	assert_int_equal(transport_slot(t, "1"), bo->number * 4 + MEDIA_CAMERA);
	story_free(story);
}

static void what_never_connects_is_taken_away(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	struct transport *never = offer_as(story, WHIP_PUBLISH, m.publish.text, NULL);
	struct transport *fine = offer_as(story, WHIP_PUBLISH, m.publish.text, NULL);
	story_state(story, fine, MEDIA_CONNECTED);
	story_pass(story, 46 * 1000);
	assert_false(never->open);
	assert_true(fine->open);
	story_state(story, fine, MEDIA_FAILED);
	assert_false(fine->open);
	assert_int_equal(client_events(host, "left"), 2);
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_encoder_is_a_participant),
		cmocka_unit_test(tokens_are_asked_for),
		cmocka_unit_test(the_id_is_the_right_to_end_it),
		cmocka_unit_test(a_player_sees_who_speaks_and_the_screen),
		cmocka_unit_test(what_never_connects_is_taken_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
