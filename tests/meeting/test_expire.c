/* What is kept for how long, by a clock of our own. */
#include "meeting/expire.h"

#include "story.h"

#include <string.h>

enum { HOURS_A_DAY = 24 };

static struct create m;

static void tune(struct rooms_limits *limits)
{
	limits->meeting_days = 30;
	limits->chat_days = 10;
}

static void days(struct story *story, int count)
{
	story_pass_hours(story, count * HOURS_A_DAY);
	expire_soon(story->rooms);
	story_settle(story);
}

/* ── What the database holds ── */

static int rows;

static void note(int result, void *arg)
{
	rows = result;
}

static int count_rows(struct db *db, void *sql)
{
	struct db_query *q = db_query(db, sql);
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	db_done(q);
	return result;
}

#define assert_rows(story, table, count)                                                           \
	do {                                                                                           \
		static char sql_[] = "SELECT COUNT(*) FROM " table;                                        \
		assert_int_equal(store_run((story)->store, count_rows, sql_, note), 0);                    \
		story_settle(story);                                                                       \
		assert_int_equal(rows, count);                                                             \
	} while (0)

static struct client *host_of(struct story *story)
{
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, &m, "Åsa"));
	return host;
}

/* ── The stories ── */

static void a_meeting_that_has_ended_is_deleted_in_time(void **state)
{
	struct story *story = story_new_with(false, tune);
	struct client *host = host_of(story), *bo = client_from(story, "192.0.2.7");
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'chat','text':'hej'}");
	client_ask(host, "{'verb':'remove','member':%u}", bo->number);
	client_ask(host, "{'verb':'end'}");
	story_settle(story);
	days(story, 9);
	assert_rows(story, "chat", 1);
	days(story, 2);
	assert_rows(story, "chat", 0);
	days(story, 18); /* 29 */
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-ended");
	assert_rows(story, "member", 2);
	assert_rows(story, "ban", 1);
	days(story, 2);
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-unknown");
	assert_rows(story, "meeting", 0);
	assert_rows(story, "member", 0);
	assert_rows(story, "invite", 0);
	assert_rows(story, "ban", 0);
	story_free(story);
}

/* Nobody ended it: a day after the last one left it has, and thirty days later it is gone. */
static void so_is_one_that_was_left(void **state)
{
	struct story *story = story_new_with(false, tune);
	struct client *host = host_of(story);
	client_cut(host);
	story_pass(story, 120 * 1000);
	days(story, 2);
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-ended");
	days(story, 29);
	assert_rows(story, "meeting", 1);
	days(story, 2);
	assert_rows(story, "meeting", 0);
	story_free(story);
}

static void what_goes_on_keeps_its_people_and_loses_its_old_chat(void **state)
{
	struct story *story = story_new_with(false, tune);
	struct client *host = host_of(story);
	client_ask(host, "{'verb':'chat','text':'ett'}");
	days(story, 6);
	const json_t *reply = client_ask(host, "{'verb':'chat','text':'två'}");
	assert_int_equal(int_of(json_object_get(reply, "chat"), "chat"), 2);
	days(story, 6);
	assert_rows(story, "chat", 1);
	reply = client_join(client_new(story), m.code, "Bo");
	const json_t *chat = json_object_get(reply, "chat");
	assert_int_equal(json_array_size(chat), 1);
	assert_string_equal(text_of(json_array_get(chat, 0), "text"), "två");
	days(story, 60);
	assert_rows(story, "chat", 0);
	assert_rows(story, "meeting", 1);
	/* a number is not given twice, though what had it is gone */
	reply = client_ask(host, "{'verb':'chat','text':'tre'}");
	assert_int_equal(int_of(json_object_get(reply, "chat"), "chat"), 3);
	story_free(story);
}

static void tune_few_lines(struct rooms_limits *limits)
{
	tune(limits);
	limits->chat_total = 2;
}

static void a_chat_that_was_full_has_room_again(void **state)
{
	struct story *story = story_new_with(false, tune_few_lines);
	struct client *host = host_of(story);
	client_ask(host, "{'verb':'chat','text':'ett'}");
	client_ask(host, "{'verb':'chat','text':'två'}");
	assert_problem(client_ask(host, "{'verb':'chat','text':'tre'}"), "chat-full");
	days(story, 11);
	assert_fine(client_ask(host, "{'verb':'chat','text':'tre'}"));
	assert_fine(client_ask(host, "{'verb':'chat','text':'fyra'}"));
	assert_problem(client_ask(host, "{'verb':'chat','text':'fem'}"), "chat-full");
	story_free(story);
}

static void tune_for_ever(struct rooms_limits *limits)
{
	limits->meeting_days = 0;
	limits->chat_days = 0;
}

static void nothing_is_deleted_where_that_is_set(void **state)
{
	struct story *story = story_new_with(false, tune_for_ever);
	struct client *host = host_of(story);
	client_ask(host, "{'verb':'chat','text':'hej'}");
	client_ask(host, "{'verb':'end'}");
	story_settle(story);
	days(story, 1000);
	assert_rows(story, "chat", 1);
	assert_rows(story, "member", 1);
	story_free(story);
}

/* A job does so much and no more; the next does the rest. */
static void many_are_deleted_in_parts(void **state)
{
	struct story *story = story_new_with(false, tune);
	enum { MANY = 2 * EXPIRE_MEETINGS + 10 };
	for (int i = 0; i < MANY; i++)
		story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	days(story, EXPIRE_UNUSED_DAYS + 1);
	assert_rows(story, "meeting", MANY);
	days(story, 31);
	assert_rows(story, "meeting", 0);
	struct expire_job job = {.meetings = EXPIRE_MEETINGS};
	assert_true(expire_has_more(&job));
	job.meetings--;
	assert_false(expire_has_more(&job));
	story_free(story);
}

static void the_demo_stays(void **state)
{
	struct story *story = story_new_with(false, tune);
	story_demo(story);
	struct client *asa = client_new(story);
	client_join(asa, "demo", "Åsa");
	client_ask(asa, "{'verb':'chat','text':'hej'}");
	client_cut(asa);
	story_pass(story, 120 * 1000);
	days(story, 1000);
	assert_rows(story, "chat", 0);
	assert_fine(client_join(client_new(story), "demo", "Bo"));
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_meeting_that_has_ended_is_deleted_in_time),
		cmocka_unit_test(so_is_one_that_was_left),
		cmocka_unit_test(what_goes_on_keeps_its_people_and_loses_its_old_chat),
		cmocka_unit_test(a_chat_that_was_full_has_room_again),
		cmocka_unit_test(nothing_is_deleted_where_that_is_set),
		cmocka_unit_test(many_are_deleted_in_parts),
		cmocka_unit_test(the_demo_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
