/* What each is shown of the others as roles change, and what machines may do among people. */
#include "story.h"

#include "meeting/whip.h"

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

static void set_role(struct client *host, const struct client *whom, const char *role)
{
	assert_fine(
		client_ask(host, "{'verb':'role','member':%u,'role':'%s'}", whom->number, role));
}

static int waiting_of(const struct client *c)
{
	const json_t *event = client_event(c, "waiting");
	return event ? (int)json_array_size(json_object_get(event, "members")) : -1;
}

/* ── The audience ── */

static void a_hand_of_the_audience_is_seen_and_goes_again(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	set_role(host, bo, "audience");
	client_forget(host);
	client_ask(bo, "{'verb':'hand','up':true}");
	assert_int_equal(client_events(host, "member"), 1);
	client_forget(host);
	client_ask(bo, "{'verb':'hand','up':false}");
	assert_int_equal(int_of(client_event(host, "left"), "member"), bo->number);
	assert_string_equal(text_of(client_event(host, "left"), "why"), "audience");
	assert_int_equal(client_events(host, "member"), 0);
	/* also when it leaves with the hand up */
	client_ask(bo, "{'verb':'hand','up':true}");
	client_forget(host);
	client_ask(bo, "{'verb':'leave'}");
	assert_string_equal(text_of(client_event(host, "left"), "why"), "left");
	/* and a line that comes and goes is nobody's business */
	struct client *dag = guest_of(story, "Dag");
	set_role(host, dag, "audience");
	client_forget(host);
	client_cut(dag);
	story_pass(story, 60 * 1000);
	assert_int_equal(client_events(host, "member") + client_events(host, "left"), 0);
	assert_int_equal(client_events(cia, "member"), 1); /* that Dag came */
	story_free(story);
}

static void a_new_leader_sees_raised_hands_and_an_old_one_no_longer(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	set_role(host, bo, "audience");
	client_ask(bo, "{'verb':'hand','up':true}");
	client_ask(host, "{'verb':'lobby','on':true}");
	client_join(client_new(story), m.code, "Dag");
	client_forget(cia);
	set_role(host, cia, "co-host");
	assert_int_equal(waiting_of(cia), 1);
	assert_int_equal(client_events(cia, "member"), 2); /* itself, and Bo */
	client_forget(cia);
	set_role(host, cia, "participant");
	assert_int_equal(waiting_of(cia), 0);
	assert_int_equal(int_of(client_event(cia, "left"), "member"), bo->number);
	story_free(story);
}

static void a_hand_stays_up_on_the_way_to_the_audience(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_ask(bo, "{'verb':'hand','up':true}");
	client_forget(host);
	set_role(host, bo, "audience");
	const json_t *member = json_object_get(client_event(host, "member"), "member");
	assert_true(int_of(member, "hand") > 0);
	story_free(story);
}

/* They may be many, so they are asked for by the page, and by name. */
static void the_audience_is_looked_up_by_leaders(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *last = NULL, *cohost = guest_of(story, "Cia");
	for (int i = 0; i < 60; i++) {
		g_autofree char *name = g_strdup_printf("%s %02d", i % 20 ? "Gäst" : "Östen", i);
		last = guest_of(story, name);
		set_role(host, last, "audience");
		story_pass(story, 200);
	}
	const json_t *reply = client_ask(host, "{'verb':'audience'}");
	const json_t *members = json_object_get(reply, "members");
	assert_int_equal(json_array_size(members), 50);
	assert_true(int_of(reply, "found") == 60 && int_of(reply, "more") == 10);
	uint32_t end = (uint32_t)int_of(json_array_get(members, 49), "member");
	reply = client_ask(host, "{'verb':'audience','after':%u}", end);
	members = json_object_get(reply, "members");
	assert_int_equal(json_array_size(members), 10);
	assert_true(int_of(reply, "found") == 60 && int_of(reply, "more") == 0);
	assert_int_equal(int_of(json_array_get(members, 9), "member"), last->number);
	assert_string_equal(text_of(json_array_get(members, 9), "role"), "audience");
	/* by name, in any case */
	set_role(host, cohost, "co-host");
	reply = client_ask(cohost, "{'verb':'audience','search':'öSTEN'}");
	members = json_object_get(reply, "members");
	assert_int_equal(json_array_size(members), 3);
	assert_string_equal(text_of(json_array_get(members, 1), "name"), "Östen 20");
	assert_int_equal(
		int_of(client_ask(host, "{'verb':'audience','search':'Bo'}"), "found"), 0);
	/* nobody else learns who they are */
	assert_problem(client_ask(bo, "{'verb':'audience'}"), "role-forbidden");
	assert_problem(client_ask(last, "{'verb':'audience'}"), "role-forbidden");
	/* one is let in again, without a hand up */
	client_forget(bo);
	set_role(host, last, "participant");
	assert_string_equal(
		text_of(json_object_get(client_event(bo, "member"), "member"), "role"), "participant");
	assert_int_equal(int_of(client_ask(host, "{'verb':'audience'}"), "found"), 59);
	/* a search as fast as one types, and no faster */
	int refused = 0;
	for (int i = 0; i < 30; i++)
		refused += problem_of(client_ask(host, "{'verb':'audience','search':'x'}")) != NULL;
	assert_true(refused > 0 && !host->closed);
	story_free(story);
}

static void the_audience_sees_three_at_a_time(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *viewer = guest_of(story, "Tittare"), *who[4];
	GString *tiles = g_string_new(NULL);
	for (int i = 0; i < 4; i++) {
		who[i] = guest_of(story, "Bo");
		client_offer_usual(who[i]);
		client_ask(who[i], "{'verb':'media','camera':true}");
		g_string_append_printf(tiles, "%s{'member':%u,'kind':'camera','width':9,'height':9}",
			i ? "," : "", who[i]->number);
	}
	struct transport *t = client_offer(viewer,
		"1:slot-camera 2:slot-camera 3:slot-camera 4:slot-camera");
	client_ask(viewer, "{'verb':'view','tiles':[%s]}", tiles->str);
	assert_true(transport_slot(t, "4") != 0);
	set_role(host, viewer, "audience");
	unsigned seen = 0;
	for (int i = 1; i <= 4; i++) {
		char mid[2] = {(char)('0' + i), '\0'};
		seen += transport_slot(t, mid) != 0;
	}
	assert_int_equal(seen, 3);
	g_string_free(tiles, TRUE);
	story_free(story);
}

/* ── Heard ── */

static void a_lost_transport_is_not_heard(void **state)
{
	struct story *story = story_new(false);
	host_of(story);
	struct client *bo = guest_of(story, "Bo");
	struct transport *t = client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true}");
	story_source(story, bo, MEDIA_MIC, true, 14);
	story_pass(story, 400);
	assert_int_equal(int_of(json_object_get(client_event(bo, "heard"), "mic"), "to"), 14);
	client_forget(bo);
	story_state(story, t, MEDIA_FAILED);
	story_pass(story, 2000);
	const json_t *mic = json_object_get(client_event(bo, "heard"), "mic");
	assert_non_null(mic);
	assert_false(true_of(mic, "arriving"));
	assert_int_equal(int_of(mic, "to"), 0);
	story_free(story);
}

static void who_is_muted_is_told_at_once_that_nothing_goes_out(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true}");
	story_source(story, bo, MEDIA_MIC, true, 14);
	story_pass(story, 2000);
	client_forget(bo);
	client_ask(host, "{'verb':'mute','member':%u,'kind':'mic'}", bo->number);
	story_pass(story, 200);
	assert_non_null(client_event(bo, "heard"));
	assert_null(json_object_get(client_event(bo, "heard"), "mic"));
	story_free(story);
}

/* ── Machines ── */

static char slug[40];
static unsigned opened;

static void note(const struct whip_answer *answer, const struct problem *problem, void *arg)
{
	g_strlcpy(slug, problem ? problem->slug : "", sizeof slug);
	opened += answer != NULL;
}

static void machine(struct story *story, enum whip_kind kind, const char *token)
{
	struct whip_ask ask = {.kind = kind,
		.code = m.code,
		.token = token,
		.sdp = span_str(kind == WHIP_PUBLISH ? "v=0 send" : "v=0 recv")};
	assert_int_equal(addr_parse("192.0.2.9", 1, &ask.addr), 0);
	whip_open(story->rooms, &ask, note, NULL);
	story_settle(story);
}

static void an_encoder_does_not_lead(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	machine(story, WHIP_PUBLISH, m.publish.text);
	assert_string_equal(slug, "");
	static const char *const leaders[] = {"host", "co-host"};
	for (int i = 0; i < 2; i++)
		assert_problem(
			client_ask(host, "{'verb':'role','member':2,'role':'%s'}", leaders[i]),
			"role-forbidden");
	assert_fine(client_ask(host, "{'verb':'role','member':2,'role':'interpreter'}"));
	story_free(story);
}

static void a_lock_is_one_for_machines_too(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	client_ask(host, "{'verb':'lock','on':true}");
	machine(story, WHIP_PUBLISH, m.publish.text);
	assert_string_equal(slug, "meeting-locked");
	machine(story, WHIP_WATCH, m.watch.text);
	assert_string_equal(slug, "meeting-locked");
	story_free(story);
}

/* A player has one picture: the interpreter's slot is for those who have one. */
static void a_player_follows_the_speaker_beside_an_interpreter(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_offer_usual(host);
	client_offer_usual(bo);
	set_role(host, bo, "interpreter");
	client_ask(bo, "{'verb':'media','camera':true}");
	client_ask(host, "{'verb':'media','camera':true,'mic':true}");
	client_ask(host, "{'verb':'pin-interpreter','member':%u,'on':true}", bo->number);
	machine(story, WHIP_WATCH, m.watch.text);
	struct transport *t = &story->transport[story->transports - 1];
	story_speaking(story, host, host->number);
	assert_int_equal(transport_slot(t, "1"), host->number * 4 + MEDIA_CAMERA);
	story_free(story);
}

/* ── Small things in a hurry ── */

static void applause_is_not_punished(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	for (int i = 0; i < 40; i++) {
		assert_fine(client_ask(bo, "{'verb':'reaction','sign':'👏'}"));
		story_pass(story, 200);
	}
	assert_int_equal(client_events(host, "reaction"), 40);
	assert_fine(client_ask(bo, "{'verb':'chat','text':'bravo'}"));
	story_free(story);
}

static void renaming_over_and_over_is_slowed_down(void **state)
{
	struct story *story = story_new(false);
	host_of(story);
	struct client *bo = guest_of(story, "Bo");
	for (int i = 0; i < 10; i++)
		assert_fine(client_ask(bo, "{'verb':'rename','name':'Bo %d'}", i));
	assert_problem(client_ask(bo, "{'verb':'rename','name':'Bo'}"), "too-fast");
	assert_problem(client_ask(bo, "{'verb':'hand','up':true}"), "too-fast");
	story_free(story);
}

static void tune_few_messages(struct rooms_limits *limits)
{
	limits->chat_total = 3;
}

static void a_meeting_holds_so_many_messages(void **state)
{
	struct story *story = story_new_with(true, tune_few_messages);
	struct client *host = host_of(story);
	for (int i = 0; i < 3; i++)
		assert_fine(client_ask(host, "{'verb':'chat','text':'hej'}"));
	assert_problem(client_ask(host, "{'verb':'chat','text':'hej'}"), "chat-full");
	story_restart(story);
	struct client *again = client_new(story);
	client_resume(again, m.code, host->resume);
	assert_problem(client_ask(again, "{'verb':'chat','text':'hej'}"), "chat-full");
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hand_of_the_audience_is_seen_and_goes_again),
		cmocka_unit_test(a_new_leader_sees_raised_hands_and_an_old_one_no_longer),
		cmocka_unit_test(a_hand_stays_up_on_the_way_to_the_audience),
		cmocka_unit_test(the_audience_is_looked_up_by_leaders),
		cmocka_unit_test(the_audience_sees_three_at_a_time),
		cmocka_unit_test(a_lost_transport_is_not_heard),
		cmocka_unit_test(who_is_muted_is_told_at_once_that_nothing_goes_out),
		cmocka_unit_test(an_encoder_does_not_lead),
		cmocka_unit_test(a_lock_is_one_for_machines_too),
		cmocka_unit_test(a_player_follows_the_speaker_beside_an_interpreter),
		cmocka_unit_test(applause_is_not_punished),
		cmocka_unit_test(renaming_over_and_over_is_slowed_down),
		cmocka_unit_test(a_meeting_holds_so_many_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
