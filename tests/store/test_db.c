/* db: statements, parameters, errors, transactions, and the schema's steps. */
#include "store/db.h"

#include "scratch.h"
#include "store/migrate.h"
#include "store/q_chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct db *open_memory(void)
{
	struct db *db = NULL;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(db_exec(db, "CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT)"), 0);
	return db;
}

static int add(struct db *db, int64_t a, const char *b)
{
	struct db_query *q = db_query(db, "INSERT INTO t (a, b) VALUES ($1, $2)");
	db_bind_int(q, 1, a);
	db_bind_text(q, 2, b);
	return db_run(q);
}

static int count(struct db *db)
{
	struct db_query *q = db_query(db, "SELECT COUNT(*) FROM t");
	assert_int_equal(db_next(q), 1);
	int n = (int)db_int(q, 0);
	db_done(q);
	return n;
}

static void rows_come_back_as_bound(void **state)
{
	struct db *db = open_memory();
	assert_int_equal(add(db, INT64_MAX, "å"), 1);
	assert_int_equal(add(db, -1, NULL), 1);
	struct db_query *q = db_query(db, "SELECT b, a FROM t ORDER BY a");
	assert_int_equal(db_next(q), 1);
	assert_string_equal(db_text(q, 0), "");
	assert_true(db_int(q, 1) == -1);
	assert_int_equal(db_next(q), 1);
	assert_string_equal(db_text(q, 0), "å");
	assert_true(db_int(q, 1) == INT64_MAX);
	assert_int_equal(db_next(q), 0);
	db_done(q);
	db_close(&db);
	assert_null(db);
}

/* PostgreSQL counts parameters by their number, so must we. */
static void parameters_go_by_number(void **state)
{
	struct db *db = open_memory();
	struct db_query *q = db_query(db, "INSERT INTO t (b, a) VALUES ($2, $1)");
	db_bind_int(q, 1, 7);
	db_bind_text(q, 2, "seven");
	assert_int_equal(db_run(q), 1);
	q = db_query(db, "SELECT b FROM t WHERE a = 7");
	assert_int_equal(db_next(q), 1);
	assert_string_equal(db_text(q, 0), "seven");
	db_done(q);
	db_close(&db);
}

static void taken_keys_are_told(void **state)
{
	struct db *db = open_memory();
	assert_int_equal(add(db, 1, "a"), 1);
	assert_int_equal(add(db, 1, "b"), -ERR_EXISTS);
	assert_int_equal(add(db, 2, "b"), 1);
	db_close(&db);
}

static void mistakes_are_sticky(void **state)
{
	struct db *db = open_memory();
	struct db_query *q = db_query(db, "SELECT nothing FROM nowhere");
	db_bind_int(q, 1, 1);
	assert_int_equal(db_next(q), -ERR_INVALID);
	assert_string_equal(db_text(q, 0), "");
	db_done(q);
	q = db_query(db, "SELECT a FROM t WHERE a = $1");
	db_bind_int(q, 2, 1);
	assert_int_equal(db_next(q), -ERR_INVALID);
	db_done(q);
	db_close(&db);
}

static void one_text_may_run_twice_at_a_time(void **state)
{
	struct db *db = open_memory();
	assert_int_equal(add(db, 1, "a"), 1);
	assert_int_equal(add(db, 2, "b"), 1);
	static const char text[] = "SELECT a FROM t ORDER BY a";
	struct db_query *outer = db_query(db, text);
	int pairs = 0;
	while (db_next(outer) == 1) {
		struct db_query *inner = db_query(db, text);
		while (db_next(inner) == 1)
			pairs++;
		db_done(inner);
	}
	db_done(outer);
	assert_int_equal(pairs, 4);
	db_close(&db);
}

static int add_and_fail(struct db *db, void *arg)
{
	assert_int_equal(add(db, 9, "x"), 1);
	return *(int *)arg;
}

static void transactions_are_whole_or_nothing(void **state)
{
	struct db *db = open_memory();
	int result = -ERR_DENIED;
	assert_int_equal(db_transaction(db, add_and_fail, &result), -ERR_DENIED);
	assert_int_equal(count(db), 0);
	result = 5;
	assert_int_equal(db_transaction(db, add_and_fail, &result), 5);
	assert_int_equal(count(db), 1);
	db_close(&db);
}

static void files_are_private(void **state)
{
	char *dir = scratch_new();
	g_autofree char *path = g_build_filename(dir, "db", NULL);
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	struct db *db = NULL;
	assert_int_equal(db_open(path, &db), 0);
	assert_int_equal(db_exec(db, "CREATE TABLE t (a BIGINT)"), 0);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	db_close(&db);
	scratch_free(dir);
}

static void what_is_no_database_is_refused(void **state)
{
	char *dir = scratch_new();
	g_autofree char *path = g_build_filename(dir, "db", NULL);
	assert_true(g_file_set_contents(path, "this was never a database, not for a moment", -1, NULL));
	struct db *db = NULL;
	assert_int_equal(db_open(path, &db), -ERR_IO);
	assert_null(db);
	scratch_free(dir);
}

static void steps_lead_from_nothing_to_now(void **state)
{
	struct db *db = NULL;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(migrate_version(db), 0);
	assert_int_equal(migrate(db), 0);
	assert_int_equal(migrate_version(db), migrate_newest());
	assert_int_equal(migrate(db), 0);
	assert_int_equal(migrate_version(db), migrate_newest());
	db_close(&db);
}

static void a_newer_schema_is_left_alone(void **state)
{
	struct db *db = NULL;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(migrate(db), 0);
	assert_int_equal(db_exec(db, "INSERT INTO schema_step (number) VALUES (10000)"), 0);
	assert_int_equal(migrate(db), -ERR_UNSUPP);
	db_close(&db);
}

/* A database as the first release left it, with a meeting in which two things were written: what
 * came later is added, and counts on from there. */
static void an_old_database_is_brought_up(void **state)
{
	static const char back[] =
		"DROP INDEX chat_at; DROP INDEX meeting_ended; DROP TABLE ban; DROP TABLE secret;"
		"DROP TABLE rating; ALTER TABLE meeting DROP COLUMN chats;"
		"DELETE FROM schema_step WHERE number > 2;"
		"INSERT INTO meeting VALUES (1, 'kod', '1234567890', 'A', NULL, 0, 0, 0, 1, 1, 0, 0, 2);"
		"INSERT INTO meeting VALUES (2, 'tom', '1234567891', 'B', NULL, 0, 0, 0, 1, 1, 0, 0, 2);"
		"INSERT INTO chat VALUES (1, 1, 1, 'Bo', 'all', 'ett', 7, NULL);"
		"INSERT INTO chat VALUES (1, 2, 1, 'Bo', 'all', 'två', 8, NULL);";
	struct db *db = NULL;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(migrate(db), 0);
	assert_int_equal(db_exec(db, back), 0);
	assert_int_equal(migrate_version(db), 2);
	assert_int_equal(migrate(db), 0);
	assert_int_equal(migrate_version(db), migrate_newest());
	struct chat_row row = {.meeting = 1,
		.member = 1,
		.name = g_strdup("Bo"),
		.text = g_strdup("tre"),
		.at = 9};
	assert_int_equal(chat_row_add(db, &row, 100), 0);
	assert_true(row.number == 3);
	row.meeting = 2;
	assert_int_equal(chat_row_add(db, &row, 100), 0);
	assert_true(row.number == 1);
	row.meeting = 3;
	assert_int_equal(chat_row_add(db, &row, 100), -ERR_NOTFOUND);
	chat_row_done(&row);
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_as_bound),
		cmocka_unit_test(parameters_go_by_number),
		cmocka_unit_test(taken_keys_are_told),
		cmocka_unit_test(mistakes_are_sticky),
		cmocka_unit_test(one_text_may_run_twice_at_a_time),
		cmocka_unit_test(transactions_are_whole_or_nothing),
		cmocka_unit_test(files_are_private),
		cmocka_unit_test(what_is_no_database_is_refused),
		cmocka_unit_test(steps_lead_from_nothing_to_now),
		cmocka_unit_test(a_newer_schema_is_left_alone),
		cmocka_unit_test(an_old_database_is_brought_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
