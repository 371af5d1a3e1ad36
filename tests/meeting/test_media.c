/* Streams: gates by what one means and may, slots by what one looks at, and what is told of it. */
#include "story.h"

#include <string.h>

static struct create m;

static struct client *host_of(struct story *story)
{
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, &m, "Åsa"));
	return host;
}

static struct client *guest_of(struct story *story, const char *name)
{
	struct client *c = client_new(story);
	assert_fine(client_join(c, m.code, name));
	return c;
}

static uint32_t source(const struct client *c, enum media_kind kind)
{
	return c->number * 4 + kind;
}

static void look_at(struct client *c, const struct client *whom, const char *kind)
{
	assert_fine(client_ask(c,
		"{'verb':'view','tiles':[{'member':%u,'kind':'%s','width':640,'height':360}]}",
		whom->number, kind));
}

static void transports_of_a_meeting_share_a_group(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *a = client_offer_usual(host), *b = client_offer_usual(bo);
	assert_true(a->group != 0);
	assert_true(a->group == b->group);
	assert_int_equal(a->member, host->number);
	assert_true(a->hears);
	assert_false(a->echo);
	struct client *other = host_of(story);
	assert_true(client_offer_usual(other)->group != a->group);
	story_free(story);
}

static void only_what_one_means_is_let_through(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *t = client_offer_usual(bo);
	assert_false(t->gate[MEDIA_MIC]);
	client_forget(host);
	client_ask(bo, "{'verb':'media','mic':true}");
	assert_true(t->gate[MEDIA_MIC]);
	assert_false(t->gate[MEDIA_CAMERA]);
	assert_true(true_of(json_object_get(client_event(host, "member"), "member"), "mic"));
	client_ask(bo, "{'verb':'media','mic':false,'screen':true}");
	assert_false(t->gate[MEDIA_MIC]);
	assert_true(t->gate[MEDIA_SCREEN]);
	assert_true(t->gate[MEDIA_SCREEN_AUDIO]);
	/* nothing changes: nobody is told */
	client_forget(host);
	client_ask(bo, "{'verb':'media','mic':false}");
	assert_int_equal(client_events(host, "member"), 0);
	story_free(story);
}

/* What was said before there was a PeerConnection counts when there is one. */
static void meaning_may_come_before_the_offer(void **state)
{
	struct story *story = story_new(false);
	host_of(story);
	struct client *bo = guest_of(story, "Bo");
	client_ask(bo, "{'verb':'media','mic':true}");
	assert_true(client_offer_usual(bo)->gate[MEDIA_MIC]);
	story_free(story);
}

static void a_muted_member_is_not_forwarded(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *t = client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true,'camera':true}");
	assert_fine(client_ask(host, "{'verb':'mute','member':%u,'kind':'mic'}", bo->number));
	assert_false(t->gate[MEDIA_MIC]);
	assert_true(t->gate[MEDIA_CAMERA]);
	assert_int_equal(int_of(client_event(bo, "mute-asked"), "by"), host->number);
	assert_string_equal(text_of(client_event(bo, "mute-asked"), "kind"), "mic");
	assert_false(true_of(json_object_get(client_event(host, "member"), "member"), "mic"));
	/* it was asked for, not forbidden */
	client_ask(bo, "{'verb':'media','mic':true}");
	assert_true(t->gate[MEDIA_MIC]);
	story_free(story);
}

static void all_are_muted_but_those_others_need(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *interpreter = guest_of(story, "Tolk");
	client_ask(host, "{'verb':'role','member':%u,'role':'interpreter'}", interpreter->number);
	struct client *all[] = {host, bo, interpreter};
	struct transport *t[3];
	for (int i = 0; i < 3; i++) {
		t[i] = client_offer_usual(all[i]);
		client_ask(all[i], "{'verb':'media','mic':true}");
	}
	assert_fine(client_ask(host, "{'verb':'mute','all':true,'kind':'mic'}"));
	assert_true(t[0]->gate[MEDIA_MIC]);
	assert_false(t[1]->gate[MEDIA_MIC]);
	assert_true(t[2]->gate[MEDIA_MIC]);
	story_free(story);
}

static void the_audience_sends_nothing(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *t = client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true,'camera':true}");
	client_forget(host);
	client_ask(host, "{'verb':'role','member':%u,'role':'audience'}", bo->number);
	assert_false(t->gate[MEDIA_MIC]);
	assert_false(t->gate[MEDIA_CAMERA]);
	assert_string_equal(text_of(client_event(host, "left"), "why"), "audience");
	assert_problem(client_ask(bo, "{'verb':'media','mic':true}"), "role-forbidden");
	assert_problem(client_ask(bo, "{'verb':'rtt','line':1,'text':'x'}"), "role-forbidden");
	story_free(story);
}

static void a_view_fills_slots(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *viewer = client_offer_usual(host);
	client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','camera':true}");
	const json_t *reply = client_ask(host,
		"{'verb':'view','tiles':[{'member':%u,'kind':'camera','width':640,'height':360}]}",
		bo->number);
	assert_int_equal(int_of(json_object_get(reply, "slots"), "1"), source(bo, MEDIA_CAMERA));
	assert_int_equal(transport_slot(viewer, "1"), source(bo, MEDIA_CAMERA));
	assert_int_equal(GPOINTER_TO_INT(g_hash_table_lookup(viewer->heights, "1")), 360);
	/* nobody is looked at: the slot is empty */
	reply = client_ask(host, "{'verb':'view','tiles':[]}");
	assert_int_equal(json_object_size(json_object_get(reply, "slots")), 0);
	assert_int_equal(transport_slot(viewer, "1"), 0);
	story_free(story);
}

static void who_comes_later_is_put_in_the_slot(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *viewer = client_offer_usual(host);
	look_at(host, bo, "camera");
	assert_int_equal(transport_slot(viewer, "1"), 0);
	client_offer_usual(bo);
	assert_int_equal(transport_slot(viewer, "1"), 0);
	client_forget(host);
	client_ask(bo, "{'verb':'media','camera':true}");
	assert_int_equal(transport_slot(viewer, "1"), source(bo, MEDIA_CAMERA));
	const json_t *slots = json_object_get(client_event(host, "slots"), "slots");
	assert_int_equal(int_of(slots, "1"), source(bo, MEDIA_CAMERA));
	/* camera off, camera on; a new PeerConnection */
	client_ask(bo, "{'verb':'media','camera':false}");
	assert_int_equal(transport_slot(viewer, "1"), 0);
	client_ask(bo, "{'verb':'media','camera':true}");
	client_cut(bo);
	struct client *again = client_new(story);
	client_resume(again, m.code, bo->resume);
	assert_int_equal(transport_slot(viewer, "1"), 0);
	client_offer_usual(again);
	client_ask(again, "{'verb':'media','camera':true}");
	assert_int_equal(transport_slot(viewer, "1"), source(bo, MEDIA_CAMERA));
	/* and gone */
	client_ask(again, "{'verb':'leave'}");
	assert_int_equal(transport_slot(viewer, "1"), 0);
	story_free(story);
}

static void a_picture_keeps_its_slot(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	struct transport *viewer = client_offer_usual(host);
	struct client *c[3];
	for (int i = 0; i < 3; i++) {
		c[i] = guest_of(story, "Gäst");
		client_offer_usual(c[i]);
		client_ask(c[i], "{'verb':'media','camera':true}");
	}
	client_ask(host,
		"{'verb':'view','tiles':[{'member':%u,'kind':'camera','width':1,'height':180},"
		"{'member':%u,'kind':'camera','width':1,'height':180}]}",
		c[0]->number, c[1]->number);
	assert_int_equal(transport_slot(viewer, "1"), source(c[0], MEDIA_CAMERA));
	assert_int_equal(transport_slot(viewer, "2"), source(c[1], MEDIA_CAMERA));
	/* another order, another one in the place of the first: the second stays */
	client_ask(host,
		"{'verb':'view','tiles':[{'member':%u,'kind':'camera','width':1,'height':720},"
		"{'member':%u,'kind':'camera','width':1,'height':180}]}",
		c[1]->number, c[2]->number);
	assert_int_equal(transport_slot(viewer, "2"), source(c[1], MEDIA_CAMERA));
	assert_int_equal(transport_slot(viewer, "1"), source(c[2], MEDIA_CAMERA));
	assert_int_equal(GPOINTER_TO_INT(g_hash_table_lookup(viewer->heights, "2")), 720);
	/* more tiles than slots: the most important win */
	client_ask(host,
		"{'verb':'view','tiles':[{'member':%u,'kind':'camera','width':1,'height':180},"
		"{'member':%u,'kind':'camera','width':1,'height':180},"
		"{'member':%u,'kind':'camera','width':1,'height':180}]}",
		c[0]->number, c[1]->number, c[2]->number);
	assert_int_equal(transport_slot(viewer, "1"), source(c[0], MEDIA_CAMERA));
	assert_int_equal(transport_slot(viewer, "2"), source(c[1], MEDIA_CAMERA));
	story_free(story);
}

static void one_does_not_see_oneself(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	struct transport *t = client_offer_usual(host);
	client_ask(host, "{'verb':'media','camera':true}");
	look_at(host, host, "camera");
	assert_int_equal(transport_slot(t, "1"), 0);
	story_free(story);
}

static void a_screen_brings_its_sound(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *viewer = client_offer_usual(host);
	client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','screen':true}");
	/* the sound without being looked at, the picture when it is */
	assert_int_equal(transport_slot(viewer, "A"), source(bo, MEDIA_SCREEN_AUDIO));
	assert_int_equal(transport_slot(viewer, "S"), 0);
	look_at(host, bo, "screen");
	assert_int_equal(transport_slot(viewer, "S"), source(bo, MEDIA_SCREEN));
	client_ask(bo, "{'verb':'media','screen':false}");
	assert_int_equal(transport_slot(viewer, "S"), 0);
	assert_int_equal(transport_slot(viewer, "A"), 0);
	story_free(story);
}

static void a_pinned_interpreter_is_never_lost(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *tolk = guest_of(story, "Tolk");
	struct transport *viewer = client_offer_usual(bo);
	client_offer_usual(tolk);
	client_ask(tolk, "{'verb':'media','camera':true}");
	assert_problem(client_ask(host, "{'verb':'pin-interpreter','member':%u,'on':true}",
					   tolk->number),
		"bad-value");
	client_ask(host, "{'verb':'role','member':%u,'role':'interpreter'}", tolk->number);
	assert_int_equal(transport_slot(viewer, "i"), 0);
	client_ask(host, "{'verb':'pin-interpreter','member':%u,'on':true}", tolk->number);
	assert_int_equal(transport_slot(viewer, "i"), source(tolk, MEDIA_CAMERA));
	assert_true(true_of(json_object_get(client_event(bo, "member"), "member"), "pinned"));
	/* whatever one looks at */
	client_ask(bo, "{'verb':'view','tiles':[]}");
	assert_int_equal(transport_slot(viewer, "i"), source(tolk, MEDIA_CAMERA));
	/* not pinned: as one looks */
	client_ask(host, "{'verb':'pin-interpreter','member':%u,'on':false}", tolk->number);
	assert_int_equal(transport_slot(viewer, "i"), 0);
	look_at(bo, tolk, "camera");
	assert_int_equal(transport_slot(viewer, "i"), source(tolk, MEDIA_CAMERA));
	assert_int_equal(transport_slot(viewer, "1"), 0);
	story_free(story);
}

static void offers_are_judged(void **state)
{
	struct story *story = story_new(false);
	host_of(story);
	struct client *bo = guest_of(story, "Bo");
	const char *offer = "{'verb':'offer','sdp':'v=0','roles':{}}";
	story->answer_err = -ERR_PROTO;
	assert_problem(client_ask(bo, "%s", offer), "bad-offer");
	story->answer_err = -ERR_UNSUPP;
	assert_problem(client_ask(bo, "%s", offer), "not-usable");
	story->answer_err = -ERR_FULL;
	assert_problem(client_ask(bo, "%s", offer), "full");
	/* two microphones are one too many, an unknown role is none */
	struct transport *t = client_offer(bo, "0:mic 1:mic 2:camera 3:telepathy 4:slot-audio");
	assert_int_equal(t->lines, 3);
	story_free(story);
}

static void the_audience_has_fewer_slots(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_ask(host, "{'verb':'role','member':%u,'role':'audience'}", bo->number);
	struct transport *t = client_offer(bo,
		"1:slot-camera 2:slot-camera 3:slot-camera 4:slot-camera 5:slot-camera 6:slot-audio");
	assert_int_equal(t->lines, 4);
	story_free(story);
}

static void a_new_peerconnection_is_a_new_transport(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	struct transport *first = client_offer(host, "0:mic");
	/* the same session again: more slots, or ICE anew */
	assert_ptr_equal(client_offer(host, "0:mic 1:slot-camera"), first);
	assert_int_equal(story->transports, 1);
	const json_t *reply = client_ask(host,
		"{'verb':'offer','sdp':'v=0\\r\\no=- 999 1 IN IP4 0.0.0.0\\r\\n','roles':{'0':'mic'}}");
	assert_fine(reply);
	assert_int_equal(story->transports, 2);
	assert_false(first->open);
	story_free(story);
}

static void a_failed_transport_is_told(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *viewer = client_offer_usual(host), *t = client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','camera':true}");
	look_at(host, bo, "camera");
	story_state(story, t, MEDIA_DISCONNECTED);
	assert_true(t->open);
	story_state(story, t, MEDIA_FAILED);
	assert_non_null(client_event(bo, "media-lost"));
	assert_false(t->open);
	assert_int_equal(transport_slot(viewer, "1"), 0);
	/* and made anew, with what was meant before */
	assert_true(client_offer_usual(bo)->gate[MEDIA_CAMERA]);
	assert_int_equal(transport_slot(viewer, "1"), source(bo, MEDIA_CAMERA));
	story_free(story);
}

static void one_is_told_whether_one_is_heard(void **state)
{
	struct story *story = story_new(false);
	host_of(story);
	struct client *bo = guest_of(story, "Bo");
	client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true}");
	/* it may take a moment before it is said that nothing comes */
	story_pass(story, 1000);
	assert_null(client_event(bo, "heard"));
	story_pass(story, 1000);
	const json_t *mic = json_object_get(client_event(bo, "heard"), "mic");
	assert_false(true_of(mic, "arriving"));
	story_source(story, bo, MEDIA_MIC, true, 14);
	story_pass(story, 200);
	mic = json_object_get(client_event(bo, "heard"), "mic");
	assert_true(true_of(mic, "arriving"));
	assert_int_equal(int_of(mic, "to"), 14);
	assert_null(json_object_get(client_event(bo, "heard"), "camera"));
	/* nothing changes, nothing is told */
	client_forget(bo);
	story_pass(story, 5000);
	assert_null(client_event(bo, "heard"));
	story_free(story);
}

static void camera_and_screen_are_told_apart(void **state)
{
	struct story *story = story_new(false);
	host_of(story);
	struct client *bo = guest_of(story, "Bo");
	client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','camera':true,'screen':true}");
	story_pass(story, 2000);
	const json_t *heard = client_event(bo, "heard");
	assert_false(true_of(json_object_get(heard, "camera"), "arriving"));
	assert_false(true_of(json_object_get(heard, "screen"), "arriving"));
	assert_null(json_object_get(heard, "mic"));
	story_source(story, bo, MEDIA_CAMERA, true, 3);
	story_pass(story, 200);
	heard = client_event(bo, "heard");
	assert_true(true_of(json_object_get(heard, "camera"), "arriving"));
	assert_int_equal(int_of(json_object_get(heard, "camera"), "to"), 3);
	assert_false(true_of(json_object_get(heard, "screen"), "arriving"));
	story_source(story, bo, MEDIA_SCREEN, true, 5);
	story_source(story, bo, MEDIA_CAMERA, false, 0);
	story_pass(story, 2500);
	heard = client_event(bo, "heard");
	assert_false(true_of(json_object_get(heard, "camera"), "arriving"));
	assert_true(true_of(json_object_get(heard, "screen"), "arriving"));
	assert_int_equal(int_of(json_object_get(heard, "screen"), "to"), 5);
	/* what one does not mean to send is not told of */
	client_ask(bo, "{'verb':'media','camera':false}");
	story_pass(story, 2000);
	assert_null(json_object_get(client_event(bo, "heard"), "camera"));
	story_free(story);
}

static void speakers_are_told_five_times_a_second_at_most(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true}");
	for (int i = 0; i < 10; i++)
		story_speaking(story, host, i % 2 ? bo->number : 0);
	assert_int_equal(client_events(host, "speaking"), 1);
	story_pass(story, 200);
	assert_int_equal(client_events(host, "speaking"), 2);
	assert_int_equal(int_of(client_event(host, "speaking"), "dominant"), bo->number);
	story_pass(story, 2000);
	assert_int_equal(client_events(host, "speaking"), 2);
	story_free(story);
}

static void statistics_are_answered(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	assert_problem(client_ask(host, "{'verb':'stats'}"), "no-media");
	struct transport *t = client_offer_usual(host);
	assert_null(client_ask(host, "{'verb':'stats'}"));
	struct media_event ev = {.type = MEDIA_EV_STATS,
		.transport = 1,
		.group = t->group,
		.member = host->number};
	ev.stats.token = story->stats_token;
	ev.stats.stats.up_bps = 900000;
	ev.stats.stats.up_loss_permille = 25;
	ev.stats.stats.rtt_us = 12500;
	ev.stats.stats.quiet_ms = 640;
	ev.stats.stats.tcp = true;
	rooms_media_event(story->rooms, &ev);
	const json_t *reply = g_ptr_array_index(host->heard, host->heard->len - 1);
	assert_int_equal(int_of(reply, "reply"), host->last_id);
	assert_int_equal(int_of(json_object_get(reply, "up"), "bps"), 900000);
	assert_true(json_real_value(json_object_get(json_object_get(reply, "up"), "loss")) == 0.025);
	assert_true(json_real_value(json_object_get(reply, "rtt_ms")) == 12.5);
	assert_int_equal(int_of(reply, "quiet_ms"), 640);
	assert_string_equal(text_of(reply, "path"), "tcp");
	story_free(story);
}

static void who_falls_silent_is_told(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct transport *t = client_offer_usual(host);
	struct media_event ev = {.type = MEDIA_EV_QUIET,
		.transport = 1,
		.group = t->group,
		.member = host->number};
	rooms_media_event(story->rooms, &ev);
	assert_int_equal(client_events(host, "media-quiet"), 1);
	assert_int_equal(client_events(bo, "media-quiet"), 0);
	/* of a transport from before, nobody is told */
	ev.transport = 9;
	rooms_media_event(story->rooms, &ev);
	assert_int_equal(client_events(host, "media-quiet"), 1);
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transports_of_a_meeting_share_a_group),
		cmocka_unit_test(only_what_one_means_is_let_through),
		cmocka_unit_test(meaning_may_come_before_the_offer),
		cmocka_unit_test(a_muted_member_is_not_forwarded),
		cmocka_unit_test(all_are_muted_but_those_others_need),
		cmocka_unit_test(the_audience_sends_nothing),
		cmocka_unit_test(a_view_fills_slots),
		cmocka_unit_test(who_comes_later_is_put_in_the_slot),
		cmocka_unit_test(a_picture_keeps_its_slot),
		cmocka_unit_test(one_does_not_see_oneself),
		cmocka_unit_test(a_screen_brings_its_sound),
		cmocka_unit_test(a_pinned_interpreter_is_never_lost),
		cmocka_unit_test(offers_are_judged),
		cmocka_unit_test(the_audience_has_fewer_slots),
		cmocka_unit_test(a_new_peerconnection_is_a_new_transport),
		cmocka_unit_test(a_failed_transport_is_told),
		cmocka_unit_test(one_is_told_whether_one_is_heard),
		cmocka_unit_test(camera_and_screen_are_told_apart),
		cmocka_unit_test(speakers_are_told_five_times_a_second_at_most),
		cmocka_unit_test(statistics_are_answered),
		cmocka_unit_test(who_falls_silent_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
