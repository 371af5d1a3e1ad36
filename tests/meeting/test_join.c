/* Coming in: codes, names, the door's rules, what a newcomer is told and what the others are. */
#include "story.h"

#include <string.h>

static void two_meet(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *asa = client_new(story), *bo = client_new(story);

	const json_t *reply = client_join_host(asa, &m, "Åsa");
	assert_fine(reply);
	assert_string_equal(text_of(reply, "state"), "in");
	assert_int_equal(int_of(reply, "self"), 1);
	assert_string_equal(text_of(reply, "media"), "none");
	const json_t *meeting = json_object_get(reply, "meeting");
	assert_string_equal(text_of(meeting, "title"), "Nämnden");
	assert_string_equal(text_of(meeting, "number"), m.number);
	assert_true(int_of(meeting, "started") > 0);
	const json_t *self = member_in(json_object_get(reply, "members"), 1);
	assert_string_equal(text_of(self, "role"), "host");
	assert_string_equal(text_of(self, "name"), "Åsa");
	assert_true(json_is_null(json_object_get(self, "hand")));

	reply = client_join(bo, m.code, "Bo");
	assert_int_equal(int_of(reply, "self"), 2);
	assert_int_equal(json_array_size(json_object_get(reply, "members")), 2);
	assert_null(json_object_get(reply, "waiting"));
	const json_t *event = client_event(asa, "member");
	assert_non_null(event);
	assert_string_equal(text_of(json_object_get(event, "member"), "name"), "Bo");
	assert_string_equal(text_of(json_object_get(event, "member"), "role"), "participant");
	assert_int_equal(client_events(bo, "member"), 0);
	story_free(story);
}

static void an_unknown_code_is_told(void **state)
{
	struct story *story = story_new(false);
	struct client *c = client_new(story);
	assert_problem(client_join(c, "nosuchmeeting", "Åsa"), "meeting-unknown");
	/* and another may be tried */
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	assert_fine(client_join(c, m.code, "Åsa"));
	story_free(story);
}

static void tune_few_guesses(struct rooms_limits *limits)
{
	limits->misses_burst = 20;
	limits->misses_every_ms = 3000;
}

static void guessing_codes_is_slowed_down(void **state)
{
	struct story *story = story_new_with(false, tune_few_guesses);
	for (int i = 0; i < 20; i++) {
		struct client *c = client_from(story, "192.0.2.1");
		assert_problem(client_join(c, "nosuchmeeting", "Åsa"), "meeting-unknown");
	}
	assert_problem(client_join(client_from(story, "192.0.2.1"), "guess", "Åsa"), "too-many");
	assert_problem(
		client_join(client_from(story, "192.0.2.2"), "guess", "Åsa"), "meeting-unknown");
	/* a live meeting is found all the same by those who know it */
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	client_join(client_new(story), m.code, "Bo");
	assert_fine(client_join(client_from(story, "192.0.2.1"), m.code, "Åsa"));
	story_free(story);
}

static void names_are_clean(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *c = client_new(story);
	assert_problem(client_join(c, m.code, ""), "bad-value");
	assert_problem(client_join(c, m.code, "   "), "bad-value");
	assert_problem(client_join(c, m.code, "a\\u0007b"), "bad-value");
	assert_problem(client_join(c, m.code, "evil\\u202etxt"), "bad-value");
	assert_problem(client_ask(c, "{'verb':'join','code':'%s'}", m.code), "bad-value");
	const json_t *reply = client_join(c, m.code, "  Åsa \\t  Öberg ");
	const json_t *self = member_in(json_object_get(reply, "members"), c->number);
	assert_string_equal(text_of(self, "name"), "Åsa Öberg");
	story_free(story);
}

/* Nobody passes for somebody else who is here. */
static void the_same_name_gets_a_number(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	client_join(client_new(story), m.code, "Åsa");
	struct client *second = client_new(story), *third = client_new(story);
	const json_t *reply = client_join(second, m.code, "ÅSA");
	const json_t *self = member_in(json_object_get(reply, "members"), second->number);
	assert_string_equal(text_of(self, "name"), "ÅSA (2)");
	reply = client_join(third, m.code, "A\\u030asa"); /* the same letters, not composed */
	self = member_in(json_object_get(reply, "members"), third->number);
	assert_string_equal(text_of(self, "name"), "Åsa (3)");
	story_free(story);
}

static void the_first_verb_is_join(void **state)
{
	struct story *story = story_new(false);
	struct client *c = client_new(story);
	assert_problem(client_ask(c, "{'verb':'chat','text':'hej'}"), "join-first");
	assert_problem(client_ask(c, "{'verb':'fly'}"), "unknown-verb");
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	client_join(c, m.code, "Åsa");
	assert_problem(client_join(c, m.code, "Åsa"), "already-joined");
	story_free(story);
}

static void who_does_not_join_is_shown_out(void **state)
{
	struct story *story = story_new(false);
	struct client *c = client_new(story);
	story_pass(story, 9800);
	assert_int_equal(c->closed, 0);
	story_pass(story, 400);
	assert_int_equal(c->closed, 1008);
	story_free(story);
}

/* An offer right behind the join waits its turn. */
static void what_comes_behind_a_join_waits(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *c = client_new(story);
	client_say(c, "{'verb':'join','id':1,'code':'%s','name':'Åsa'}", m.code);
	client_say(c, "{'verb':'offer','id':2,'sdp':'v=0','roles':{'0':'mic'}}");
	client_say(c, "{'verb':'media','id':3,'mic':true}");
	assert_int_equal(c->heard->len, 0);
	story_settle(story);
	for (guint i = 0; i < 3; i++)
		assert_int_equal(int_of(g_ptr_array_index(c->heard, i), "reply"), i + 1);
	assert_true(story->transport[0].gate[MEDIA_MIC]);
	story_free(story);
}

static void tune_small(struct rooms_limits *limits)
{
	limits->members_max = 2;
	limits->waiting_max = 1;
	limits->links_max = 5;
}

static void tune_slow(struct rooms_limits *limits)
{
	limits->joins_burst = 3;
	limits->joins_every_ms = 1000;
}

/* Coming and going without end fills no database. */
static void joins_of_an_address_are_counted(void **state)
{
	struct story *story = story_new_with(false, tune_slow);
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	for (int i = 0; i < 3; i++)
		assert_fine(client_join(client_from(story, "192.0.2.1"), m.code, "Åsa"));
	struct client *c = client_from(story, "192.0.2.1");
	assert_problem(client_join(c, m.code, "Åsa"), "too-many");
	assert_fine(client_join(client_from(story, "192.0.2.2"), m.code, "Bo"));
	story_pass(story, 1000);
	assert_fine(client_join(c, m.code, "Åsa"));
	story_free(story);
}

static void counts_have_limits(void **state)
{
	struct story *story = story_new_with(false, tune_small);
	struct create m;
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	client_join_host(host, &m, "Åsa");
	assert_fine(client_join(client_new(story), m.code, "Bo"));
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-full");
	client_ask(host, "{'verb':'lobby','on':true}");
	assert_fine(client_join(client_new(story), m.code, "Dag"));
	struct client *last = client_new(story);
	assert_problem(client_join(last, m.code, "Eva"), "lobby-full");
	assert_null(client_new(story)->link);
	/* nobody is let in past the limit */
	assert_problem(client_ask(host, "{'verb':'admit','member':3}"), "meeting-full");
	story_free(story);
}

static void the_demo_takes_its_first_as_host(void **state)
{
	struct story *story = story_new(false);
	story_demo(story);
	struct client *asa = client_new(story), *bo = client_new(story);
	const json_t *reply = client_join(asa, "demo", "Åsa");
	assert_string_equal(
		text_of(member_in(json_object_get(reply, "members"), 1), "role"), "host");
	reply = client_join(bo, "demo", "Bo");
	assert_string_equal(
		text_of(member_in(json_object_get(reply, "members"), 2), "role"), "participant");

	client_forget(bo);
	client_ask(asa, "{'verb':'leave'}");
	const json_t *event = client_event(bo, "member");
	assert_non_null(event);
	assert_string_equal(text_of(json_object_get(event, "member"), "role"), "host");
	story_free(story);
}

static void the_demo_can_be_ended_and_begun_anew(void **state)
{
	struct story *story = story_new(false);
	story_demo(story);
	struct client *asa = client_new(story), *bo = client_new(story);
	client_join(asa, "demo", "Åsa");
	client_ask(asa, "{'verb':'chat','text':'hemligt'}");
	assert_fine(client_ask(asa, "{'verb':'end'}"));
	assert_non_null(client_event(asa, "ended"));
	const json_t *reply = client_join(bo, "demo", "Bo");
	assert_fine(reply);
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "members")), 1);
	assert_int_equal(bo->number, 2); /* numbers are never used twice */
	story_free(story);
}

static void a_meeting_of_one_is_a_test(void **state)
{
	struct story *story = story_new(false);
	struct client *c = client_new(story);
	assert_fine(client_ask(c, "{'verb':'join','code':'test'}"));
	c->number = 1;
	struct transport *t = client_offer_usual(c);
	assert_true(t->echo);
	client_ask(c, "{'verb':'media','mic':true,'camera':true}");
	assert_true(t->gate[MEDIA_MIC]);
	assert_int_equal(transport_slot(t, "1"), 1 * 4 + MEDIA_CAMERA);
	assert_non_null(client_event(c, "slots"));
	/* others have tests of their own */
	struct client *d = client_new(story);
	const json_t *reply = client_ask(d, "{'verb':'join','code':'test'}");
	assert_int_equal(json_array_size(json_object_get(reply, "members")), 1);
	/* it ends with the connection */
	client_cut(c);
	assert_false(t->open);
	story_pass(story, 400);
	struct rooms_stats stats;
	rooms_stats(story->rooms, &stats);
	assert_int_equal(stats.tests, 1);
	/* or after five minutes */
	story_pass(story, 5 * 60 * 1000);
	assert_int_equal(d->closed, 1000);
	rooms_stats(story->rooms, &stats);
	assert_int_equal(stats.tests, 0);
	story_free(story);
}

static void owners_are_hosts(void **state)
{
	struct story *story = story_new(false);
	struct create m = {.title = "Mitt",
		.owner = 77,
		.hosting = ROOM_HOSTING_INVITED,
		.now = 1,
		.meetings_max = 10};
	assert_int_equal(store_run(story->store, create_meeting, &m, NULL), 0);
	story_settle(story);
	struct client *other = client_person(story, 78), *owner = client_person(story, 77);
	const json_t *reply = client_join(other, m.code, "Bo");
	assert_string_equal(
		text_of(member_in(json_object_get(reply, "members"), 1), "role"), "participant");
	reply = client_join(owner, m.code, "Åsa");
	assert_string_equal(
		text_of(member_in(json_object_get(reply, "members"), 2), "role"), "host");
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_meet),
		cmocka_unit_test(an_unknown_code_is_told),
		cmocka_unit_test(guessing_codes_is_slowed_down),
		cmocka_unit_test(names_are_clean),
		cmocka_unit_test(the_same_name_gets_a_number),
		cmocka_unit_test(the_first_verb_is_join),
		cmocka_unit_test(who_does_not_join_is_shown_out),
		cmocka_unit_test(what_comes_behind_a_join_waits),
		cmocka_unit_test(counts_have_limits),
		cmocka_unit_test(joins_of_an_address_are_counted),
		cmocka_unit_test(the_demo_takes_its_first_as_host),
		cmocka_unit_test(the_demo_can_be_ended_and_begun_anew),
		cmocka_unit_test(a_meeting_of_one_is_a_test),
		cmocka_unit_test(owners_are_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
