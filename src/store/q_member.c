/* Members of meetings: who they are, and the token by which they come back. */
#include "store/q_member.h"

void member_row_done(struct member_row *row)
{
	g_free(row->name);
	g_free(row->role);
	g_free(row->state);
	g_free(row->resume);
	g_free(row->resume_before);
	*row = (struct member_row){0};
}

static int raise_highest(struct db *db, const struct member_row *row)
{
	struct db_query *q =
		db_query(db, "UPDATE meeting SET members = $2 WHERE id = $1 AND members < $2");
	db_bind_int(q, 1, row->meeting);
	db_bind_int(q, 2, row->number);
	return db_run(q);
}

int member_row_put(struct db *db, const struct member_row *row)
{
	struct db_query *q = db_query(db,
		"INSERT INTO member (meeting, number, name, role, state, person, hand, pinned, since,"
		" resume, resume_before, resumed, admitted, led)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
		" ON CONFLICT (meeting, number) DO UPDATE SET"
		" name = excluded.name, role = excluded.role, state = excluded.state,"
		" person = excluded.person, hand = excluded.hand, pinned = excluded.pinned,"
		" since = excluded.since, resume = excluded.resume,"
		" resume_before = excluded.resume_before, resumed = excluded.resumed,"
		" admitted = excluded.admitted, led = excluded.led");
	db_bind_int(q, 1, row->meeting);
	db_bind_int(q, 2, row->number);
	db_bind_text(q, 3, row->name);
	db_bind_text(q, 4, row->role);
	db_bind_text(q, 5, row->state);
	if (row->person)
		db_bind_int(q, 6, row->person);
	else
		db_bind_text(q, 6, NULL);
	db_bind_int(q, 7, row->hand);
	db_bind_int(q, 8, row->pinned);
	db_bind_int(q, 9, row->since);
	db_bind_text(q, 10, row->resume);
	db_bind_text(q, 11, row->resume_before);
	db_bind_int(q, 12, row->resumed);
	db_bind_int(q, 13, row->admitted);
	db_bind_int(q, 14, row->led);
	int err = db_run(q);
	return err < 0 ? err : raise_highest(db, row);
}

int member_row_del(struct db *db, int64_t meeting, int64_t number)
{
	struct db_query *q = db_query(db, "DELETE FROM member WHERE meeting = $1 AND number = $2");
	db_bind_int(q, 1, meeting);
	db_bind_int(q, 2, number);
	return db_run(q);
}

static void clear_row(void *row)
{
	member_row_done(row);
}

int member_row_list(struct db *db, int64_t meeting, GArray **ret_rows)
{
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct member_row));
	g_array_set_clear_func(rows, clear_row);
	struct db_query *q = db_query(db,
		"SELECT number, name, role, state, person, hand, pinned, since, resume, resume_before,"
		" resumed, admitted, led FROM member WHERE meeting = $1 ORDER BY number");
	db_bind_int(q, 1, meeting);
	int result;
	while ((result = db_next(q)) == 1) {
		struct member_row row = {
			.meeting = meeting,
			.number = db_int(q, 0),
			.name = g_strdup(db_text(q, 1)),
			.role = g_strdup(db_text(q, 2)),
			.state = g_strdup(db_text(q, 3)),
			.person = db_int(q, 4),
			.hand = db_int(q, 5),
			.pinned = db_int(q, 6) != 0,
			.since = db_int(q, 7),
			.resume = g_strdup(db_text(q, 8)),
			.resume_before = g_strdup(db_text(q, 9)),
			.resumed = db_int(q, 10),
			.admitted = db_int(q, 11) != 0,
			.led = db_int(q, 12) != 0,
		};
		g_array_append_val(rows, row);
	}
	db_done(q);
	if (result < 0) {
		g_array_unref(rows);
		return result;
	}
	*ret_rows = rows;
	return 0;
}
