/* What must hold between the jobs of a meeting: as it ends, empties, begins anew, leaves memory, or
 * finds the store full. */
#include "story.h"

#include <string.h>

static struct client *host_of(struct story *story, struct create *m)
{
	story_meeting(story, m, false, ROOM_HOSTING_INHERITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, m, "Åsa"));
	return host;
}

static unsigned rooms_of(const struct story *story)
{
	struct rooms_stats stats;
	rooms_stats(story->rooms, &stats);
	return stats.rooms;
}

static const json_t *self_in(const json_t *reply, const struct client *c)
{
	return member_in(json_object_get(reply, "members"), c->number);
}

/* ── The test page ── */

static void nobody_walks_into_the_test_of_another(void **state)
{
	struct story *story = story_new(false);
	struct client *c = client_new(story), *other = client_new(story);
	assert_fine(client_ask(c, "{'verb':'join','code':'test','name':'Åsa'}"));
	for (int i = 1; i < 5; i++) {
		g_autofree char *code = g_strdup_printf("test-%d", i);
		assert_problem(client_join(other, code, "Nyfiken"), "meeting-unknown");
	}
	story_free(story);
}

static void tune_one_room(struct rooms_limits *limits)
{
	limits->rooms_max = 1;
	limits->tests_max = 1;
}

static void tests_take_no_meetings_place(void **state)
{
	struct story *story = story_new_with(false, tune_one_room);
	struct create m;
	assert_fine(client_ask(client_new(story), "{'verb':'join','code':'test'}"));
	assert_problem(client_ask(client_new(story), "{'verb':'join','code':'test'}"), "full");
	host_of(story, &m);
	assert_int_equal(rooms_of(story), 1);
	story_free(story);
}

/* ── Ending ── */

static void a_join_in_the_moment_of_the_end_keeps_no_room(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_say(bo, "{'verb':'join','id':1,'code':'%s','name':'Bo'}", m.code);
	client_say(host, "{'verb':'end','id':90}");
	story_settle(story);
	assert_problem(g_ptr_array_index(bo->heard, 0), "meeting-ended");
	story_pass(story, 1000);
	assert_int_equal(rooms_of(story), 0);
	story_free(story);
}

/* The message was on its way to the database when the demo began anew. */
static void what_is_said_at_the_end_is_not_in_the_next(void **state)
{
	struct story *story = story_new(true);
	story_demo(story);
	struct client *asa = client_new(story);
	client_join(asa, "demo", "Åsa");
	client_say(asa, "{'verb':'chat','id':90,'text':'hemligt'}");
	client_say(asa, "{'verb':'end','id':91}");
	story_settle(story);
	const json_t *reply = client_join(client_new(story), "demo", "Bo");
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 0);
	story_restart(story);
	reply = client_join(client_new(story), "demo", "Cia");
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 0);
	story_free(story);
}

/* ── Emptying ── */

static void a_demo_that_was_closed_opens_when_all_have_gone(void **state)
{
	struct story *story = story_new(true);
	story_demo(story);
	struct client *asa = client_new(story), *bo = client_new(story), *cia = client_new(story);
	client_join(asa, "demo", "Åsa");
	client_ask(asa, "{'verb':'lobby','on':true}");
	assert_string_equal(text_of(client_join(bo, "demo", "Bo"), "state"), "lobby");
	client_ask(asa, "{'verb':'lock','on':true}");
	client_ask(asa, "{'verb':'leave'}");
	story_pass(story, 400);
	/* nobody is left who could let them in */
	const json_t *admitted = client_event(bo, "admitted");
	assert_non_null(admitted);
	const json_t *self = member_in(json_object_get(admitted, "members"), bo->number);
	const json_t *member = json_object_get(client_event(bo, "member"), "member");
	assert_string_equal(text_of(member ? member : self, "role"), "host");
	assert_string_equal(text_of(client_join(cia, "demo", "Cia"), "state"), "in");
	story_restart(story);
	const json_t *reply = client_join(client_new(story), "demo", "Dag");
	assert_false(true_of(json_object_get(reply, "meeting"), "locked"));
	story_free(story);
}

/* A meeting by invitation keeps its lock and its lobby: its host has a link. */
static void other_meetings_stay_as_they_were_left(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m);
	client_ask(host, "{'verb':'lock','on':true}");
	client_ask(host, "{'verb':'leave'}");
	story_pass(story, 1000);
	assert_problem(client_join(client_new(story), m.code, "Bo"), "meeting-locked");
	assert_fine(client_join_host(client_new(story), &m, "Åsa"));
	story_free(story);
}

/* Colleagues behind one address don't wait for ever since somebody was removed from a meeting
 * in which nobody is any more. */
static void who_was_removed_is_forgotten_when_all_have_gone(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_from(story, "192.0.2.7");
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'remove','member':%u}", bo->number);
	struct client *cia = client_from(story, "192.0.2.7");
	assert_string_equal(text_of(client_join(cia, m.code, "Cia"), "state"), "lobby");
	client_ask(host, "{'verb':'leave'}");
	story_pass(story, 400);
	assert_non_null(client_event(cia, "admitted"));
	const json_t *reply = client_join(client_from(story, "192.0.2.7"), m.code, "Dag");
	assert_string_equal(text_of(reply, "state"), "in");
	assert_string_equal(text_of(self_in(reply, cia), "role"), "host");
	story_free(story);
}

/* ── A store that takes no more ── */

static GMutex held;

static int wait_for_us(struct db *db, void *arg)
{
	g_mutex_lock(&held);
	g_mutex_unlock(&held);
	return 0;
}

static void jam(struct story *story)
{
	g_mutex_lock(&held);
	while (store_run(story->store, wait_for_us, NULL, NULL) == 0)
		;
}

static void unjam(struct story *story)
{
	g_mutex_unlock(&held);
	story_settle(story);
}

/* Without the database's thread: what is on its way stays there. */
static void look_at_clock(struct story *story)
{
	rooms_tick(story->rooms);
}

static void a_token_that_could_not_be_kept_is_not_spent(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	host_of(story, &m);
	struct client *bo = client_new(story), *again = client_new(story);
	client_join(bo, m.code, "Bo");
	client_cut(bo);
	jam(story);
	client_say(again, "{'verb':'join','id':90,'code':'%s','resume':'%s'}", m.code, bo->resume);
	assert_problem(g_ptr_array_index(again->heard, 0), "not-stored");
	unjam(story);
	const json_t *reply = client_resume(again, m.code, bo->resume);
	assert_fine(reply);
	assert_int_equal(again->number, bo->number);
	story_free(story);
}

static void tune_evict_at_once(struct rooms_limits *limits)
{
	limits->evict_ms = 0;
}

static void what_could_not_be_kept_is_kept_later(void **state)
{
	struct story *story = story_new_with(true, tune_evict_at_once);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'leave'}");
	jam(story);
	client_say(bo, "{'verb':'rename','name':'Bosse'}");
	client_say(bo, "{'verb':'leave'}");
	look_at_clock(story);
	look_at_clock(story);
	assert_int_equal(rooms_of(story), 1);
	unjam(story);
	story_pass(story, 1000);
	assert_int_equal(rooms_of(story), 0);
	const json_t *reply = client_resume(client_new(story), m.code, bo->resume);
	assert_string_equal(text_of(self_in(reply, bo), "name"), "Bosse");
	assert_int_equal(json_array_size(json_object_get(reply, "members")), 1);
	story_free(story);
}

/* ── Those who have gone ── */

static void tune_forgetful(struct rooms_limits *limits)
{
	limits->gone_max = 2;
}

static void the_forgotten_leave_the_database_too(void **state)
{
	struct story *story = story_new_with(true, tune_forgetful);
	struct create m;
	struct client *host = host_of(story, &m), *gone[5];
	for (int i = 0; i < 5; i++) {
		gone[i] = client_new(story);
		client_join(gone[i], m.code, "Bo");
		client_ask(gone[i], "{'verb':'leave'}");
	}
	story_pass(story, 400);
	client_cut(host);
	story_restart(story);
	assert_problem(client_resume(client_new(story), m.code, gone[0]->resume), "resume-unknown");
	assert_problem(client_resume(client_new(story), m.code, gone[2]->resume), "resume-unknown");
	assert_fine(client_resume(client_new(story), m.code, gone[4]->resume));
	/* a host is not forgotten: the meeting has had one */
	assert_fine(client_resume(client_new(story), m.code, host->resume));
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_walks_into_the_test_of_another),
		cmocka_unit_test(tests_take_no_meetings_place),
		cmocka_unit_test(a_join_in_the_moment_of_the_end_keeps_no_room),
		cmocka_unit_test(what_is_said_at_the_end_is_not_in_the_next),
		cmocka_unit_test(a_demo_that_was_closed_opens_when_all_have_gone),
		cmocka_unit_test(other_meetings_stay_as_they_were_left),
		cmocka_unit_test(who_was_removed_is_forgotten_when_all_have_gone),
		cmocka_unit_test(a_token_that_could_not_be_kept_is_not_spent),
		cmocka_unit_test(what_could_not_be_kept_is_kept_later),
		cmocka_unit_test(the_forgotten_leave_the_database_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
