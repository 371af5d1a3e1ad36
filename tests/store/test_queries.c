/* The queries, noun by noun: what goes in comes out, what is taken is told. */
#include "store/migrate.h"
#include "store/q_chat.h"
#include "store/q_meeting.h"
#include "store/q_member.h"
#include "store/q_person.h"
#include "store/q_rating.h"
#include "store/q_report.h"
#include "store/q_secret.h"
#include "store/q_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct db *open_new(void)
{
	struct db *db = NULL;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(migrate(db), 0);
	return db;
}

static int add_meeting(struct db *db, int64_t id, const char *code, const char *number)
{
	struct meeting_row row = {.id = id,
		.code = (char *)code,
		.number = (char *)number,
		.title = (char *)"Nämnden",
		.hosting = 1,
		.lobby = true,
		.created = 5};
	return meeting_row_add(db, &row);
}

static void a_meeting_comes_back_as_it_was(void **state)
{
	struct db *db = open_new();
	assert_int_equal(add_meeting(db, 1, "kod", "1234567890"), 1);
	struct meeting_row row;
	assert_int_equal(meeting_row_get(db, "kod", &row), 0);
	assert_true(row.id == 1 && row.hosting == 1 && row.lobby && !row.locked && row.created == 5);
	assert_true(row.owner == 0 && row.started == 0 && row.ended == 0 && row.members == 0);
	assert_string_equal(row.title, "Nämnden");
	row.locked = true;
	row.lobby = false;
	row.owner = 77;
	row.started = 10;
	row.members = 4;
	assert_int_equal(meeting_row_put(db, &row), 1);
	meeting_row_done(&row);
	assert_int_equal(meeting_row_get_number(db, "1234567890", &row), 0);
	assert_true(row.locked && !row.lobby && row.owner == 77 && row.started == 10);
	/* numbers of members only grow */
	row.members = 2;
	assert_int_equal(meeting_row_put(db, &row), 1);
	meeting_row_done(&row);
	assert_int_equal(meeting_row_get(db, "kod", &row), 0);
	assert_true(row.members == 4);
	row.id = 2;
	assert_int_equal(meeting_row_put(db, &row), -ERR_NOTFOUND);
	meeting_row_done(&row);
	assert_int_equal(meeting_row_get(db, "KOD", &row), -ERR_NOTFOUND);
	db_close(&db);
}

static void codes_and_numbers_are_unique(void **state)
{
	struct db *db = open_new();
	assert_int_equal(add_meeting(db, 1, "a", "1"), 1);
	assert_int_equal(add_meeting(db, 1, "b", "2"), -ERR_EXISTS);
	assert_int_equal(add_meeting(db, 2, "a", "2"), -ERR_EXISTS);
	assert_int_equal(add_meeting(db, 2, "b", "1"), -ERR_EXISTS);
	assert_int_equal(meeting_row_count(db), 1);
	db_close(&db);
}

static void put_times(struct db *db, const char *code, int64_t started, int64_t emptied)
{
	struct meeting_row row;
	assert_int_equal(meeting_row_get(db, code, &row), 0);
	row.started = started;
	row.emptied = emptied;
	assert_int_equal(meeting_row_put(db, &row), 1);
	meeting_row_done(&row);
}

static int64_t ended_of(struct db *db, const char *code, int64_t *ret_emptied)
{
	struct meeting_row row;
	assert_int_equal(meeting_row_get(db, code, &row), 0);
	int64_t ended = row.ended;
	*ret_emptied = row.emptied;
	meeting_row_done(&row);
	return ended;
}

static void sweeping_ends_what_has_long_been_empty(void **state)
{
	struct db *db = open_new();
	const char *codes[] = {"new", "busy", "empty", "long", "demo"}; /* made at 5 */
	for (int i = 0; i < 5; i++)
		add_meeting(db, i + 1, codes[i], codes[i]);
	put_times(db, "busy", 1, 0);
	put_times(db, "empty", 1, 900);
	put_times(db, "long", 1, 100);
	put_times(db, "demo", 1, 100);
	assert_int_equal(meeting_row_sweep(db, 1000), 1);
	assert_int_equal(meeting_row_expire(db, 1000, 500, 5), 1);
	int64_t emptied;
	assert_true(ended_of(db, "new", &emptied) == 0 && emptied == 0);
	assert_true(ended_of(db, "busy", &emptied) == 0 && emptied == 1000);
	assert_true(ended_of(db, "empty", &emptied) == 0 && emptied == 900);
	assert_true(ended_of(db, "long", &emptied) == 1000);
	assert_true(ended_of(db, "demo", &emptied) == 0);
	assert_int_equal(meeting_row_count(db), 4);
	/* what nobody ever came to, after a long time */
	assert_int_equal(meeting_row_expire(db, 1001, 500, 6), 1);
	assert_true(ended_of(db, "new", &emptied) == 1001);
	db_close(&db);
}

static int seen;

static void see(const char *hash, enum invite_grant grant, void *arg)
{
	seen |= 1 << grant;
	assert_string_equal(hash, grant == INVITE_HOST ? "h" : "w");
}

static void invites_are_of_one_meeting(void **state)
{
	struct db *db = open_new();
	add_meeting(db, 1, "a", "1");
	add_meeting(db, 2, "b", "2");
	assert_int_equal(invite_add(db, 1, "h", INVITE_HOST), 1);
	assert_int_equal(invite_add(db, 1, "w", INVITE_WATCH), 1);
	assert_int_equal(invite_add(db, 2, "x", INVITE_PUBLISH), 1);
	assert_int_equal(invite_add(db, 2, "h", INVITE_PUBLISH), -ERR_EXISTS);
	assert_int_equal(invite_add(db, 3, "y", INVITE_HOST), -ERR_EXISTS); /* no such meeting */
	seen = 0;
	assert_int_equal(invite_each(db, 1, see, NULL), 0);
	assert_int_equal(seen, 1 << INVITE_HOST | 1 << INVITE_WATCH);
	db_close(&db);
}

static struct member_row member(int64_t number, const char *name)
{
	return (struct member_row){.meeting = 1,
		.number = number,
		.name = (char *)name,
		.role = (char *)"host",
		.state = (char *)"in",
		.admitted = true,
		.hand = 17,
		.pinned = true,
		.since = 3,
		.resume = (char *)"r",
		.resume_before = (char *)"",
		.resumed = 4};
}

static void members_come_back_by_number(void **state)
{
	struct db *db = open_new();
	add_meeting(db, 1, "a", "1");
	struct member_row two = member(2, "Bo"), one = member(1, "Åsa");
	assert_true(member_row_put(db, &two) >= 0);
	assert_true(member_row_put(db, &one) >= 0);
	one.name = (char *)"Åsa Ek";
	one.person = 9;
	one.admitted = false;
	assert_true(member_row_put(db, &one) >= 0);
	GArray *rows;
	assert_int_equal(member_row_list(db, 1, &rows), 0);
	assert_int_equal(rows->len, 2);
	struct member_row *row = &g_array_index(rows, struct member_row, 0);
	assert_true(row->number == 1 && row->person == 9 && !row->admitted);
	assert_string_equal(row->name, "Åsa Ek");
	row++;
	assert_true(row->number == 2 && row->person == 0 && row->admitted && row->hand == 17);
	assert_true(row->pinned && row->since == 3 && row->resumed == 4);
	assert_string_equal(row->role, "host");
	assert_string_equal(row->state, "in");
	assert_string_equal(row->resume, "r");
	g_array_unref(rows);
	struct meeting_row meeting;
	assert_int_equal(meeting_row_get(db, "a", &meeting), 0);
	assert_true(meeting.members == 2);
	meeting_row_done(&meeting);
	db_close(&db);
}

static struct chat_row line(int64_t meeting, int64_t writer, const char *text, const char *key)
{
	return (struct chat_row){.meeting = meeting,
		.member = writer,
		.name = g_strdup("Bo"),
		.text = g_strdup(text),
		.to_hosts = text[0] == '!',
		.at = 6,
		.key = g_strdup(key)};
}

static void chat_is_counted_and_doubles_are_found(void **state)
{
	struct db *db = open_new();
	add_meeting(db, 1, "a", "1");
	add_meeting(db, 2, "b", "2");
	static const struct {
		int64_t meeting, writer;
		const char *text, *key;
		int result;
		int64_t number;
	} story[] = {
		{1, 1, "ett", "k", 0, 1},
		{1, 1, "två", NULL, 0, 2},
		{2, 1, "annat", "k", 0, 1},
		{1, 2, "tre", "k", 0, 3},
		{1, 1, "ett igen", "k", 1, 1},
		{1, 1, "!fyra", NULL, 0, 4},
	};
	for (size_t i = 0; i < sizeof story / sizeof *story; i++) {
		struct chat_row row =
			line(story[i].meeting, story[i].writer, story[i].text, story[i].key);
		assert_int_equal(chat_row_add(db, &row, 100), story[i].result);
		assert_true(row.number == story[i].number);
		assert_string_equal(row.text, story[i].result ? "ett" : story[i].text);
		chat_row_done(&row);
	}
	GArray *rows;
	assert_int_equal(chat_row_list(db, 1, 3, &rows), 0);
	assert_int_equal(rows->len, 3);
	for (guint i = 0; i < 3; i++)
		assert_true(g_array_index(rows, struct chat_row, i).number == i + 2);
	assert_true(g_array_index(rows, struct chat_row, 2).to_hosts);
	assert_false(g_array_index(rows, struct chat_row, 1).to_hosts);
	assert_null(g_array_index(rows, struct chat_row, 2).key);
	assert_string_equal(g_array_index(rows, struct chat_row, 1).key, "k");
	g_array_unref(rows);
	db_close(&db);
}

static void a_reset_forgets_what_was_said(void **state)
{
	struct db *db = open_new();
	add_meeting(db, 1, "demo", "1");
	struct member_row one = member(5, "Åsa");
	assert_true(member_row_put(db, &one) >= 0);
	struct chat_row row = line(1, 5, "hej", NULL);
	assert_int_equal(chat_row_add(db, &row, 100), 0);
	chat_row_done(&row);
	struct meeting_row meeting;
	assert_int_equal(meeting_row_get(db, "demo", &meeting), 0);
	assert_true(meeting_row_reset(db, &meeting) >= 0);
	meeting_row_done(&meeting);
	GArray *rows;
	assert_int_equal(member_row_list(db, 1, &rows), 0);
	assert_int_equal(rows->len, 0);
	g_array_unref(rows);
	assert_int_equal(chat_row_list(db, 1, 10, &rows), 0);
	assert_int_equal(rows->len, 0);
	g_array_unref(rows);
	assert_int_equal(meeting_row_get(db, "demo", &meeting), 0);
	assert_true(meeting.members == 5);
	meeting_row_done(&meeting);
	db_close(&db);
}

static int add_person(struct db *db, int64_t id, const char *login)
{
	struct person_row row = {.id = id,
		.login = (char *)login,
		.name = (char *)"Åsa",
		.password = (char *)"$x",
		.admin = id == 1,
		.created = 2};
	return person_row_add(db, &row);
}

static void people_have_logins(void **state)
{
	struct db *db = open_new();
	assert_int_equal(add_person(db, 1, "b"), 1);
	assert_int_equal(add_person(db, 2, "a"), 1);
	assert_int_equal(add_person(db, 3, "a"), -ERR_EXISTS);
	struct person_row row;
	assert_int_equal(person_row_get(db, "b", &row), 0);
	assert_true(row.id == 1 && row.admin && row.created == 2);
	assert_string_equal(row.password, "$x");
	person_row_done(&row);
	assert_int_equal(person_row_get(db, "c", &row), -ERR_NOTFOUND);
	GArray *rows;
	assert_int_equal(person_row_list(db, &rows), 0);
	assert_int_equal(rows->len, 2);
	assert_string_equal(g_array_index(rows, struct person_row, 0).login, "a");
	assert_null(g_array_index(rows, struct person_row, 0).password);
	g_array_unref(rows);
	db_close(&db);
}

static void sessions_expire_and_end_with_the_password(void **state)
{
	struct db *db = open_new();
	add_person(db, 1, "a");
	struct session_row row = {.token = (char *)"t", .person = 1, .created = 1, .expires = 10};
	assert_int_equal(session_row_add(db, &row), 1);
	row.token = (char *)"u";
	row.expires = 20;
	assert_int_equal(session_row_add(db, &row), 1);
	GArray *rows;
	assert_int_equal(session_row_list(db, 10, &rows), 0);
	assert_int_equal(rows->len, 1);
	struct session_row *kept = &g_array_index(rows, struct session_row, 0);
	assert_string_equal(kept->token, "u");
	assert_string_equal(kept->login, "a");
	assert_true(kept->admin);
	g_array_unref(rows);
	assert_int_equal(session_row_del_expired(db, 10), 1);
	assert_int_equal(person_row_set_password(db, "nobody", "$y"), -ERR_NOTFOUND);
	assert_int_equal(person_row_set_password(db, "a", "$y"), 1);
	assert_int_equal(session_row_list(db, 0, &rows), 0);
	assert_int_equal(rows->len, 0);
	g_array_unref(rows);
	assert_int_equal(session_row_del(db, "u"), 0);
	db_close(&db);
}

static void reports_have_a_limit(void **state)
{
	struct db *db = open_new();
	struct report_row row = {.id = 1,
		.page = (char *)"/",
		.text = (char *)"går inte",
		.contact = (char *)""};
	assert_int_equal(report_row_add(db, &row, 2), 1);
	row.id = 2;
	assert_int_equal(report_row_add(db, &row, 2), 1);
	row.id = 3;
	assert_int_equal(report_row_add(db, &row, 2), -ERR_FULL);
	db_close(&db);
}

static int rate(struct db *db, int64_t meeting, const char *who, enum rating_grade grade,
	enum rating_wrong wrong, int64_t at, int64_t since)
{
	struct rating_row row = {meeting, who, grade, wrong, at};
	return rating_row_put(db, &row, since, 3);
}

static void ratings_are_one_each_and_counted(void **state)
{
	struct db *db = open_new();
	add_meeting(db, 1, "a", "1");
	add_meeting(db, 2, "b", "2");
	add_meeting(db, 3, "c", "3");
	put_times(db, "a", 10, 0);
	put_times(db, "b", 20, 0);
	assert_int_equal(rate(db, 1, "åsa", RATING_POOR, RATING_SOUND, 100, 0), RATING_NONE);
	assert_int_equal(rate(db, 1, "åsa", RATING_FAIR, RATING_PICTURE, 101, 0), RATING_POOR);
	assert_int_equal(rate(db, 1, "bo", RATING_GOOD, 0, 102, 0), RATING_NONE);
	assert_int_equal(rate(db, 2, "åsa", RATING_GOOD, 0, 103, 0), RATING_NONE);
	assert_int_equal(rate(db, 9, "bo", RATING_GOOD, 0, 103, 0), -ERR_NOTFOUND);
	/* taken back, and given again */
	assert_int_equal(rate(db, 1, "bo", RATING_NONE, 0, 104, 0), RATING_GOOD);
	assert_int_equal(rate(db, 1, "bo", RATING_NONE, 0, 104, 0), RATING_NONE);
	assert_int_equal(rate(db, 1, "bo", RATING_POOR, RATING_OTHER, 105, 0), RATING_NONE);
	/* what was first given long ago stays */
	assert_int_equal(rate(db, 1, "åsa", RATING_GOOD, 0, 200, 101), -ERR_PHASE);
	assert_int_equal(rate(db, 1, "åsa", RATING_NONE, 0, 200, 101), -ERR_PHASE);
	/* and there is an end to how many */
	assert_int_equal(rate(db, 1, "cia", RATING_POOR, RATING_OTHER, 105, 0), RATING_NONE);
	assert_int_equal(rate(db, 1, "dan", RATING_GOOD, 0, 106, 0), -ERR_FULL);
	GArray *counts;
	assert_int_equal(rating_count_list(db, 10, &counts), 2);
	assert_int_equal(counts->len, 2);
	const struct rating_count *last = &g_array_index(counts, struct rating_count, 0);
	assert_string_equal(last->number, "2");
	assert_int_equal(last->grades[RATING_GOOD], 1);
	const struct rating_count *first = &g_array_index(counts, struct rating_count, 1);
	assert_string_equal(first->title, "Nämnden");
	assert_true(first->started == 10);
	assert_int_equal(first->grades[RATING_GOOD], 0);
	assert_int_equal(first->grades[RATING_FAIR], 1);
	assert_int_equal(first->grades[RATING_POOR], 2);
	assert_int_equal(first->wrongs[RATING_SOUND], 0);
	assert_int_equal(first->wrongs[RATING_PICTURE], 1);
	assert_int_equal(first->wrongs[RATING_OTHER], 2);
	g_array_unref(counts);
	assert_int_equal(rating_count_list(db, 1, &counts), 2);
	assert_int_equal(counts->len, 1);
	g_array_unref(counts);
	db_close(&db);
}

static void bans_are_put_as_a_whole(void **state)
{
	struct db *db = open_new();
	add_meeting(db, 1, "a", "1");
	add_meeting(db, 2, "b", "2");
	g_autoptr(GPtrArray) whos = g_ptr_array_new();
	g_ptr_array_add(whos, (void *)"z");
	g_ptr_array_add(whos, (void *)"a");
	assert_true(ban_put(db, 1, whos) >= 0);
	assert_true(ban_put(db, 2, whos) >= 0);
	g_ptr_array_remove_index(whos, 0);
	g_ptr_array_add(whos, (void *)"b");
	assert_true(ban_put(db, 1, whos) >= 0);
	GPtrArray *kept;
	assert_int_equal(ban_list(db, 1, &kept), 0);
	assert_int_equal(kept->len, 2);
	assert_string_equal(g_ptr_array_index(kept, 0), "a");
	assert_string_equal(g_ptr_array_index(kept, 1), "b");
	g_ptr_array_unref(kept);
	/* a meeting that begins anew has none */
	struct meeting_row row;
	assert_int_equal(meeting_row_get(db, "b", &row), 0);
	assert_true(meeting_row_reset(db, &row) >= 0);
	meeting_row_done(&row);
	assert_int_equal(ban_list(db, 2, &kept), 0);
	assert_int_equal(kept->len, 0);
	g_ptr_array_unref(kept);
	db_close(&db);
}

static void a_secret_is_made_once(void **state)
{
	struct db *db = open_new();
	char *value = NULL;
	assert_int_equal(secret_get(db, "rating", "first", &value), 0);
	assert_string_equal(value, "first");
	g_free(value);
	assert_int_equal(secret_get(db, "rating", "second", &value), 0);
	assert_string_equal(value, "first");
	g_free(value);
	assert_int_equal(secret_get(db, "other", "second", &value), 0);
	assert_string_equal(value, "second");
	g_free(value);
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_meeting_comes_back_as_it_was),
		cmocka_unit_test(codes_and_numbers_are_unique),
		cmocka_unit_test(sweeping_ends_what_has_long_been_empty),
		cmocka_unit_test(invites_are_of_one_meeting),
		cmocka_unit_test(members_come_back_by_number),
		cmocka_unit_test(chat_is_counted_and_doubles_are_found),
		cmocka_unit_test(a_reset_forgets_what_was_said),
		cmocka_unit_test(people_have_logins),
		cmocka_unit_test(sessions_expire_and_end_with_the_password),
		cmocka_unit_test(reports_have_a_limit),
		cmocka_unit_test(ratings_are_one_each_and_counted),
		cmocka_unit_test(bans_are_put_as_a_whole),
		cmocka_unit_test(a_secret_is_made_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
